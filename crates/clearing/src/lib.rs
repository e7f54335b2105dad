#![doc = include_str!("../README.md")]

mod anchoring;
mod call;
mod clear;
pub mod code;
mod deployment;
mod entries;
mod error;
mod keep;
mod native;
mod office;
mod parties;
mod place;
mod raise;
mod receipts;
mod standing;
mod takeover;
mod verify;

pub use anchoring::{Anchored, anchor, anchored};
pub use clear::{Cleared, Story, clear};
pub use deployment::{Deployment, Installing};
pub use error::ClearingError;
pub use keep::{Holding, keep};
pub use office::Office;
pub use parties::Parties;
pub use place::Place;
pub use takeover::{Proven, seen, take_over};
pub use verify::{Verified, verify};

/// Seconds in a day: ledgers count seconds, deals count days.
const SECONDS_A_DAY: u64 = 86_400;
