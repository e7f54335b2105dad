//! The same life natively, beside the ledger's.

use crate::error::ClearingError;
use sha2::{Digest, Sha256};
use waterfall::{Event, Journal, Plan, State, amend, amendment_to_bytes, apply, journal_bytes};

/// A deal lived by the core, event by event.
pub struct Native {
    /// The plan that it is under now.
    pub plan: Plan,
    pub state: State<1>,
    /// What the last event posted.
    pub journal: Journal<1>,
    /// The last event, as bytes.
    pub event: Vec<u8>,
    /// What it posted, as bytes.
    pub postings: Vec<u8>,
    /// Head of the hash chain that a deal's contract keeps: at first the plan's hash.
    pub hash: [u8; 32],
}

impl Native {
    /// A deal in which nothing has happened.
    pub fn new(plan: &Plan) -> Self {
        Self {
            plan: plan.clone(),
            state: State::new(plan),
            journal: Journal::new(),
            event: Vec::new(),
            postings: Vec::new(),
            hash: Sha256::digest(plan.to_bytes()).into(),
        }
    }

    /// One event more; it is the one with this number, from 1.
    pub fn step(&mut self, number: u32, event: &Event<1>) -> Result<(), ClearingError> {
        self.journal.clear();
        let applied = apply(&self.plan, &mut self.state, event, &mut self.journal);
        applied.map_err(|error| ClearingError::Engine { event: number, error })?;
        self.link(number, event.to_bytes());
        Ok(())
    }

    /// The deal goes on under another plan; that is link number so many.
    pub fn amend(&mut self, number: u32, plan: &Plan) -> Result<(), ClearingError> {
        self.journal.clear();
        let amended = amend(&self.plan, &self.state, plan);
        self.state = amended.map_err(|error| ClearingError::Engine { event: number, error })?;
        self.plan = plan.clone();
        self.link(number, amendment_to_bytes(Sha256::digest(plan.to_bytes()).into()));
        Ok(())
    }

    fn link(&mut self, number: u32, event: Vec<u8>) {
        (self.event, self.postings) = (event, journal_bytes(&self.journal));
        let link = Sha256::new().chain_update(self.hash).chain_update(number.to_be_bytes());
        self.hash = link.chain_update(&self.event).chain_update(&self.postings).finalize().into();
    }
}
