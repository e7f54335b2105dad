#![doc = include_str!("../README.md")]

pub mod agent;
mod clock;
mod error;
pub mod hex;
mod problem;
pub mod store;
pub mod telemetry;

pub use clock::{Clock, ClockGuard, SystemClock};
pub use error::{NodeError, Refusal};
pub use problem::{Problem, status};
