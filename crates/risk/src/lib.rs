#![doc = include_str!("../README.md")]

mod error;
pub mod exposure;
pub mod lives;
pub mod scenario;
mod yields;

pub use error::RiskError;
