//! Why a call was refused.

use settle::SettleError;
use soroban_sdk::{Error, xdr::ScErrorType};

/// The smallest number that is ours.
const OURS: u32 = 100;

/// Stable numbers: those of the arithmetic stay what they are (100 to 659), so do the deal's when it refuses to close;
/// the contract's are 660 to 669.
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
    /// The deal does not, or cannot, take exactly the proceeds.
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
            Self::NotInstalled => 660,
            Self::TooLarge => 661,
            Self::ProceedsDiffer => 662,
            Self::UnitsDiffer => 663,
            Self::UnknownNote => 665,
            Self::OtherCurrency => 666,
        }
    }

    /// What a closing that failed says: the deal's number, or that it asked for more or less than it was let.
    ///
    /// Our numbers begin at 100; the currency's are below, and it refuses nothing here but another amount.
    pub fn of_closing(error: Error) -> Self {
        let ours = error.is_type(ScErrorType::Contract) && error.get_code() >= OURS;
        if ours { Self::Deal(error.get_code()) } else { Self::ProceedsDiffer }
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
