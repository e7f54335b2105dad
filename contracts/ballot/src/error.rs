//! Why a call was refused.

use settle::SettleError;
use soroban_sdk::Error;

/// Stable numbers: those of the arithmetic stay what they are (600 to 659), the contract's are 580 to 589.
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
            Self::NotInstalled => 580,
            Self::BallotOpen => 581,
            Self::NoBallot => 582,
            Self::PlanHash => 583,
            Self::NotConsented => 584,
            Self::NotOver => 585,
            Self::OutOfRange => 586,
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
