//! Why a call was refused.

use settle::SettleError;
use soroban_sdk::Error;

/// Stable numbers: those of the decisions stay what they are (100 to 659), the contract's are 690 to 699.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TitleError {
    /// The decision went against it.
    Settle(SettleError),
    /// Nothing is installed.
    NotInstalled,
    /// There is no such receipt or document.
    Unknown,
    /// A receipt that is not redeemed stands for this machine.
    MachineTaken,
    /// The registrar has not named this party for this role.
    NotNamed,
    /// The receipt has another owner or another party for this.
    OtherParty,
    /// The receipt is a draft, is issued already, or is redeemed.
    WrongState,
    /// No insurance, or none beyond the reservation's end.
    NotInsured,
    /// No appraisal.
    NotAppraised,
    /// No receipt in a batch, or too many.
    BatchSize,
    /// A hash that is all zeros.
    NoHash,
}

impl TitleError {
    /// Returns the stable number.
    const fn code(self) -> u32 {
        match self {
            Self::Settle(error) => error.code() as u32,
            Self::NotInstalled => 690,
            Self::Unknown => 691,
            Self::MachineTaken => 692,
            Self::NotNamed => 693,
            Self::OtherParty => 694,
            Self::WrongState => 695,
            Self::NotInsured => 696,
            Self::NotAppraised => 697,
            Self::BatchSize => 698,
            Self::NoHash => 699,
        }
    }
}

impl From<SettleError> for TitleError {
    fn from(error: SettleError) -> Self {
        Self::Settle(error)
    }
}

impl From<TitleError> for Error {
    fn from(error: TitleError) -> Self {
        Self::from_contract_error(error.code())
    }
}

/// Refuses what does not hold, for the reason given.
pub fn require(holds: bool, reason: TitleError) -> Result<(), TitleError> {
    if holds { Ok(()) } else { Err(reason) }
}
