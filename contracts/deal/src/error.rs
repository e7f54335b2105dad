//! Why a call was refused.

use powers::PowersError;
use settle::SettleError;
use soroban_sdk::Error;
use waterfall::WaterfallError;

/// Stable numbers: those of the engine (100 to 499), of `settle` (600 to 659) and of guarded powers (590 to 599) stay what
/// they are, the contract's are 670 to 679 and 570.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DealError {
    /// The engine refused the event.
    Engine(WaterfallError),
    /// A decision of `settle` was refused.
    Settle(SettleError),
    /// A guarded power was refused.
    Powers(PowersError),
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
    /// A note would be paid in parts.
    BadOffice,
    /// The deal has no receipts.
    NoCollateral,
    /// This payee is not paid in parts, or the deal has not closed.
    NotInParts,
    /// Nobody counts votes: the deal cannot be amended.
    NoBallot,
}

impl DealError {
    /// Returns the stable number.
    const fn code(self) -> u32 {
        match self {
            Self::Engine(error) => error.code() as u32,
            Self::Settle(error) => error.code() as u32,
            Self::Powers(error) => error.code(),
            Self::NotInstalled => 670,
            Self::PlanHash => 671,
            Self::PayeeMissing => 672,
            Self::ReporterMissing => 673,
            Self::UnknownReporter => 674,
            Self::TooLarge => 675,
            Self::CloseFirst => 676,
            Self::BadOffice => 677,
            Self::NoCollateral => 678,
            Self::NotInParts => 679,
            Self::NoBallot => 570,
        }
    }
}

impl From<WaterfallError> for DealError {
    fn from(error: WaterfallError) -> Self {
        Self::Engine(error)
    }
}

impl From<SettleError> for DealError {
    fn from(error: SettleError) -> Self {
        Self::Settle(error)
    }
}

impl From<PowersError> for DealError {
    fn from(error: PowersError) -> Self {
        Self::Powers(error)
    }
}

impl From<DealError> for Error {
    fn from(error: DealError) -> Self {
        Self::from_contract_error(error.code())
    }
}
