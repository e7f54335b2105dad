#![doc = include_str!("../README.md")]
#![no_std]
#![deny(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::float_arithmetic,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

pub mod auction;
mod bps;
pub mod clock;
pub mod compliance;
mod digest;
pub mod enforcement;
mod error;
pub mod identity;
pub mod invariants;
pub mod milestones;
pub mod payout;
pub mod powers;
pub mod raise;
mod time;
pub mod vote;

pub use bps::Bps;
pub use digest::{DealId, Evidence, MachineId, PartyId, Subject};
pub use error::SettleError;
pub use time::{Span, Time};

use units::Amount;

/// Refuses an amount below zero.
fn require_not_negative(amount: Amount) -> Result<(), SettleError> {
    if amount < Amount::ZERO { Err(SettleError::NegativeAmount) } else { Ok(()) }
}

/// Refuses an amount that is not above zero.
fn require_positive(amount: Amount) -> Result<(), SettleError> {
    if amount <= Amount::ZERO { Err(SettleError::NotPositive) } else { Ok(()) }
}

/// Refuses what does not hold, for the reason given.
fn require(holds: bool, reason: SettleError) -> Result<(), SettleError> {
    if holds { Ok(()) } else { Err(reason) }
}
