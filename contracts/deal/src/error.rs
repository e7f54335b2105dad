//! Why a call was refused.

use soroban_sdk::Error;
use waterfall::WaterfallError;

/// Stable numbers: the engine's own stay what they are (100 to 499), the contract's are 670 to 679.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DealError {
    /// The engine refused the event.
    Engine(WaterfallError),
    /// Nothing is installed.
    NotInstalled,
    /// The plan's bytes do not have the hash that was signed.
    PlanHash,
    /// A payee of the plan has no address.
    PayeeMissing,
    /// An input has more or fewer reporters than the plan says.
    ReporterMissing,
    /// Nobody named this reporter for this input.
    UnknownReporter,
    /// A number is negative or too large for the engine.
    TooLarge,
    /// Payment 0 is the closing, and has a funder.
    CloseFirst,
    /// The deal has no receipts.
    NoCollateral,
}

impl DealError {
    /// Returns the stable number.
    const fn code(self) -> u32 {
        match self {
            Self::Engine(error) => error.code() as u32,
            Self::NotInstalled => 670,
            Self::PlanHash => 671,
            Self::PayeeMissing => 672,
            Self::ReporterMissing => 673,
            Self::UnknownReporter => 674,
            Self::TooLarge => 675,
            Self::CloseFirst => 676,
            Self::NoCollateral => 678,
        }
    }
}

impl From<WaterfallError> for DealError {
    fn from(error: WaterfallError) -> Self {
        Self::Engine(error)
    }
}

impl From<DealError> for Error {
    fn from(error: DealError) -> Self {
        Self::from_contract_error(error.code())
    }
}
