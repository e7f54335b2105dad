//! Why a call was refused.

use settle::SettleError;
use soroban_sdk::Error;

/// Stable numbers: those of the arithmetic stay what they are (600 to 659), the contract's are 571 to 579.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BallotError {
    /// The arithmetic refused.
    Settle(SettleError),
    /// Nothing is installed.
    NotInstalled,
    /// A ballot is open: it is enacted or dismissed first.
    BallotOpen,
    /// No ballot is open.
    NoBallot,
    /// The plan's bytes do not have the hash that is proposed.
    PlanHash,
    /// The classes have not consented.
    NotConsented,
    /// The ballot can still be decided, or enacted.
    NotOver,
    /// A number is out of range.
    OutOfRange,
}

impl BallotError {
    /// Returns the stable number.
    const fn code(self) -> u32 {
        match self {
            Self::Settle(error) => error.code() as u32,
            Self::NotInstalled => 571,
            Self::BallotOpen => 572,
            Self::NoBallot => 573,
            Self::PlanHash => 574,
            Self::NotConsented => 575,
            Self::NotOver => 576,
            Self::OutOfRange => 577,
        }
    }
}

impl From<SettleError> for BallotError {
    fn from(error: SettleError) -> Self {
        Self::Settle(error)
    }
}

impl From<BallotError> for Error {
    fn from(error: BallotError) -> Self {
        Self::from_contract_error(error.code())
    }
}
