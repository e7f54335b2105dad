//! Why a call was refused.

use settle::SettleError;
use soroban_sdk::{Env, Error, panic_with_error};

/// Stable numbers: those of the arithmetic stay what they are (100 to 659), the contract's are 680 to 689.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoteError {
    /// The arithmetic refused.
    Settle(SettleError),
    /// Nothing is installed.
    NotInstalled,
    /// An amount is negative or larger than a note can be.
    TooLarge,
    /// The spender may not spend that much, or not any more.
    Allowance,
    /// Not the number of the latest record.
    OtherRecord,
    /// The note is open: it has no officer.
    Open,
    /// The registry has not put this wallet in the place of the other.
    NotReplaced,
}

impl NoteError {
    /// Returns the stable number.
    const fn code(self) -> u32 {
        match self {
            Self::Settle(error) => error.code() as u32,
            Self::NotInstalled => 680,
            Self::TooLarge => 681,
            Self::Allowance => 682,
            Self::OtherRecord => 683,
            Self::Open => 684,
            Self::NotReplaced => 685,
        }
    }
}

impl From<SettleError> for NoteError {
    fn from(error: SettleError) -> Self {
        Self::Settle(error)
    }
}

impl From<NoteError> for Error {
    fn from(error: NoteError) -> Self {
        Self::from_contract_error(error.code())
    }
}

/// The value, or the refusal of the whole call with its number.
pub fn or_refuse<T>(env: &Env, result: Result<T, NoteError>) -> T {
    result.unwrap_or_else(|error| panic_with_error!(env, Error::from(error)))
}
