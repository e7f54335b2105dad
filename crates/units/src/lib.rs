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

mod amount;
mod date;
mod day_count;
mod decimal;
mod error;
mod id;
mod lanes;
mod math;

pub use amount::{Amount, Quantity, Rate};
pub use date::Date;
pub use day_count::{DayCount, DayFraction};
pub use decimal::{Scaled, parse_scaled};
pub use error::UnitsError;
pub use id::Id;
pub use lanes::{Annuity, any_bits, change, compare_each, each, interest_each, mul_div_each};
pub use math::{Ratio, Rounding, checked_add, checked_sub, mul_add_div_rem, mul_div, mul_div_wide};

/// Decimal places of a [`Rate`].
pub const RATE_DECIMALS: u8 = 9;
/// One whole, as a [`Rate`]: 100 %.
pub const RATE_ONE: i64 = 1_000_000_000;
/// Decimal places of a [`Quantity`].
pub const QUANTITY_DECIMALS: u8 = 6;
/// One whole, as a [`Quantity`].
pub const QUANTITY_ONE: i64 = 1_000_000;
