//! The same life natively, beside the ledger's.

use crate::error::ClearingError;
use sha2::{Digest, Sha256};
use waterfall::{Event, Journal, Plan, State, apply, journal_bytes};

/// A deal lived by the core, event by event.
pub struct Native<'a> {
    pub plan: &'a Plan,
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

impl<'a> Native<'a> {
    /// A deal in which nothing has happened.
    pub fn new(plan: &'a Plan) -> Self {
        Self {
            plan,
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
        let applied = apply(self.plan, &mut self.state, event, &mut self.journal);
        applied.map_err(|error| ClearingError::Engine { event: number, error })?;
        (self.event, self.postings) = (event.to_bytes(), journal_bytes(&self.journal));
        let link = Sha256::new().chain_update(self.hash).chain_update(number.to_be_bytes());
        self.hash = link.chain_update(&self.event).chain_update(&self.postings).finalize().into();
        Ok(())
    }
}
