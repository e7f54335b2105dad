//! Why a call was refused.

use settle::SettleError;
use soroban_sdk::Error;

/// Stable numbers: those of the decisions stay what they are (100 to 659), so do the deal's and the registry's; the
/// contract's are 580 to 589.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuctionError {
    /// The decision went against it.
    Settle(SettleError),
    /// Nothing is installed.
    NotInstalled,
    /// There is no such lot.
    UnknownLot,
    /// There is no such bid for this lot, or nobody leads.
    UnknownBid,
    /// An amount is negative or larger than a deal can be.
    TooLarge,
    /// No receipt in a lot, or too many.
    LotSize,
    /// The payment date is not the deal's last one.
    OtherPayment,
    /// No cut of this lot's reserve is announced.
    NotAnnounced,
}

impl AuctionError {
    /// Returns the stable number.
    const fn code(self) -> u32 {
        match self {
            Self::Settle(error) => error.code() as u32,
            Self::NotInstalled => 580,
            Self::UnknownLot => 581,
            Self::UnknownBid => 582,
            Self::TooLarge => 583,
            Self::LotSize => 584,
            Self::OtherPayment => 585,
            Self::NotAnnounced => 586,
        }
    }
}

impl From<SettleError> for AuctionError {
    fn from(error: SettleError) -> Self {
        Self::Settle(error)
    }
}

impl From<AuctionError> for Error {
    fn from(error: AuctionError) -> Self {
        Self::from_contract_error(error.code())
    }
}

/// Refuses what does not hold, for the reason given.
pub fn require(holds: bool, reason: AuctionError) -> Result<(), AuctionError> {
    if holds { Ok(()) } else { Err(reason) }
}
