use chain::ChainError;
use chain::xdr::ContractId;
use thiserror::Error;
use waterfall::WaterfallError;

/// Why a life cannot be cleared, or a ledger is no proof. Numbers 800 to 899; those of the ledger and the engine pass
/// through.
#[derive(Debug, Error)]
pub enum ClearingError {
    /// The ledger refused.
    #[error("{doing}: {error}")]
    Chain {
        /// What was being done.
        doing: String,
        /// Why not.
        error: ChainError,
    },
    /// The engine refused.
    #[error("event {event}: the engine refuses it: {error}")]
    Engine {
        /// Its number, from 1.
        event: u32,
        /// Why.
        error: WaterfallError,
    },
    /// The ledger belongs to another deal or another version of it.
    #[error(
        "this ledger was begun for another plan; run it with the deal it was begun with, or name a new file"
    )]
    OtherDeal,
    /// The life has fewer events than the ledger has seen.
    #[error(
        "the ledger has seen {seen} events and this life has {events}; it cannot go back, name a new file"
    )]
    Shorter {
        /// Events of the ledger.
        seen: u32,
        /// Events of the life.
        events: usize,
    },
    /// What the ledger has seen is not how this life began.
    #[error(
        "the ledger's first {seen} events are another life's; run it with the same scenario and settings, or name a new file"
    )]
    OtherLife {
        /// Events of the ledger.
        seen: u32,
    },
    /// CH-1 does not hold.
    #[error(
        "event {event}: {what} on the ledger differs from the engine's; the ledger is no proof of this payment"
    )]
    Different {
        /// Its number, from 1.
        event: u32,
        /// What differs.
        what: &'static str,
    },
    /// No deal was ever installed.
    #[error("no deal on this ledger; begin one with `forebay run DEAL --ledger FILE`")]
    NoDeal,
    /// The contract answered with something that is not what it answers.
    #[error("the contract's {what} cannot be read")]
    Unreadable {
        /// What.
        what: &'static str,
    },
    /// The server does not know how the deal began.
    #[error(
        "the server has forgotten everything before ledger {oldest}, and with it how the deal began; verify the ledger's file, or ask a server that keeps all events"
    )]
    Forgotten {
        /// The first ledger that it remembers.
        oldest: u32,
    },
    /// One of a ledger's deals does not hold.
    #[error("deal {deal}: {error}")]
    Deal {
        /// Its contract.
        deal: ContractId,
        /// What does not.
        error: Box<Self>,
    },
    /// A deal that is under another plan than it began with.
    #[error(
        "the deal's plan was amended on this ledger; whoever serves it from its first plan cannot go on, ask who amended it"
    )]
    Amended,
    /// The cash of the contract is not what its books say.
    #[error("the contract holds {held}, its books say {booked}: cash is missing or was added from outside")]
    Cash {
        /// What it holds.
        held: i128,
        /// What it should hold at least.
        booked: i128,
    },
}

impl ClearingError {
    /// Returns the stable number.
    pub fn code(&self) -> u16 {
        match self {
            Self::Chain { error, .. } => error.code(),
            Self::Engine { error, .. } => error.code(),
            Self::Deal { error, .. } => error.code(),
            Self::OtherDeal => 800,
            Self::Shorter { .. } => 801,
            Self::Different { .. } => 802,
            Self::NoDeal => 803,
            Self::Unreadable { .. } => 804,
            Self::Cash { .. } => 805,
            Self::OtherLife { .. } => 806,
            Self::Forgotten { .. } => 807,
            Self::Amended => 808,
        }
    }
}

/// Says what was being done when the ledger refused.
pub trait Doing<T> {
    /// Adds what was being done.
    fn doing(self, what: impl FnOnce() -> String) -> Result<T, ClearingError>;
}

impl<T> Doing<T> for Result<T, ChainError> {
    fn doing(self, what: impl FnOnce() -> String) -> Result<T, ClearingError> {
        self.map_err(|error| ClearingError::Chain { doing: what(), error })
    }
}
