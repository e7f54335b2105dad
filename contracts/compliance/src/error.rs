//! Why a call was refused.

use settle::SettleError;
use soroban_sdk::Error;

/// Stable numbers: those of the arithmetic stay what they are (600 to 659), the contract's are 560 to 569.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegistryError {
    /// The arithmetic refused.
    Settle(SettleError),
    /// Nothing is installed.
    NotInstalled,
    /// The wallet was never admitted.
    Unknown,
    /// A wallet cannot take its own place.
    SameWallet,
}

impl RegistryError {
    /// Returns the stable number.
    const fn code(self) -> u32 {
        match self {
            Self::Settle(error) => error.code() as u32,
            Self::NotInstalled => 560,
            Self::Unknown => 561,
            Self::SameWallet => 562,
        }
    }
}

impl From<SettleError> for RegistryError {
    fn from(error: SettleError) -> Self {
        Self::Settle(error)
    }
}

impl From<RegistryError> for Error {
    fn from(error: RegistryError) -> Self {
        Self::from_contract_error(error.code())
    }
}
