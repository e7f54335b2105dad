//! Why a call was refused.

use settle::SettleError;
use soroban_sdk::{Error, xdr::ScErrorType};

/// Stable numbers: those of the arithmetic stay what they are (100 to 649), so do the deal's when it refuses to close;
/// the contract's are 696 to 699, and 665 and 666.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfferingError {
    /// The arithmetic refused.
    Settle(SettleError),
    /// The deal refused to close, with its number.
    Deal(u32),
    /// Nothing is installed.
    NotInstalled,
    /// An amount is negative or larger than a raise can be.
    TooLarge,
    /// The deal does not take exactly the proceeds.
    ProceedsDiffer,
    /// The offering does not hold exactly the units of a note that it sells.
    UnitsDiffer,
    /// The raise does not sell this note.
    UnknownNote,
    /// The deal is in another currency.
    OtherCurrency,
}

impl OfferingError {
    /// Returns the stable number.
    const fn code(self) -> u32 {
        match self {
            Self::Settle(error) => error.code() as u32,
            Self::Deal(code) => code,
            Self::NotInstalled => 696,
            Self::TooLarge => 697,
            Self::ProceedsDiffer => 698,
            Self::UnitsDiffer => 699,
            Self::UnknownNote => 665,
            Self::OtherCurrency => 666,
        }
    }

    /// What a closing that failed says: the deal's number, or that it asked for more or less than it was let.
    pub fn of_closing(error: Error) -> Self {
        if error.is_type(ScErrorType::Contract) { Self::Deal(error.get_code()) } else { Self::ProceedsDiffer }
    }
}

impl From<SettleError> for OfferingError {
    fn from(error: SettleError) -> Self {
        Self::Settle(error)
    }
}

impl From<OfferingError> for Error {
    fn from(error: OfferingError) -> Self {
        Self::from_contract_error(error.code())
    }
}
