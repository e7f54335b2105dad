//! The ledgers that execute what the log has decided.

use crate::desk::Desk;
use chain::Key;
use clearing::{ClearingError, Place, Proven, Story};
use std::path::PathBuf;
use waterfall::{Event, Plan};

/// Where the ledgers of deals are, and from which key those of their parties come.
#[derive(Clone, Debug)]
pub struct Ledgers {
    /// Where.
    pub at: Home,
    /// The key from which those of all parties come, another for each deal. Without it they come from the ledger's name,
    /// which everybody knows: for ledgers that nobody else can reach.
    pub keys: Option<Key>,
}

/// Where ledgers are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Home {
    /// In a folder, a file for each deal.
    Folder(PathBuf),
    /// All on the network behind the server at this URL.
    Server(String),
}

/// A deal that is to be cleared, without anything that is locked.
pub(crate) struct Job {
    place: Place,
    keys: Option<Key>,
    name: String,
    currency: String,
    plan: Plan,
    machines: Vec<[u8; 32]>,
    events: Vec<Event<1>>,
}

/// What a ledger has taken.
pub(crate) struct Taken {
    pub events: u32,
    pub hash: [u8; 32],
    /// Who holds the notes: note, holder, units.
    pub positions: Vec<(String, String, i64)>,
}

impl Ledgers {
    /// The deal with its events, or, before its closing, with none.
    pub(crate) fn job(&self, desk: &Desk, has_closed: bool) -> Job {
        let place = match &self.at {
            Home::Folder(folder) => Place::File(folder.join(format!("{}.ledger", desk.id))),
            Home::Server(url) => Place::Server(url.clone()),
        };
        Job {
            place,
            keys: self.keys.as_ref().map(|key| key.child(&[b"deal", desk.id.as_bytes()])),
            name: desk.id.clone(),
            currency: desk.setup.compiled.currency.clone(),
            plan: desk.plan().clone(),
            machines: desk.setup.collateral.tape().identities(),
            events: if has_closed { desk.events.clone() } else { Vec::new() },
        }
    }
}

impl Job {
    /// Where it is cleared.
    pub const fn place(&self) -> &Place {
        &self.place
    }

    /// How many events the ledger has of the deal.
    pub fn seen(&self) -> Result<u32, ClearingError> {
        clearing::seen(&self.place, self.story())
    }

    /// What has happened to the deal there, proved.
    pub fn take_over(&self) -> Result<Proven, ClearingError> {
        clearing::take_over(&self.place, self.story())
    }

    /// Clears what the ledger has not seen, each event once: its contract counts them.
    pub fn clear(&self) -> Result<Taken, ClearingError> {
        let story = self.story();
        let cleared = clearing::clear(&self.place, story, &mut |_, _| true)?;
        let positions = clearing::keep(&self.place, story)?;
        Ok(Taken { events: cleared.events, hash: cleared.hash, positions })
    }

    fn story(&self) -> Story<'_> {
        Story {
            name: &self.name,
            currency: &self.currency,
            plan: &self.plan,
            machines: &self.machines,
            keys: self.keys.as_ref(),
            events: &self.events,
        }
    }
}
