#![doc = include_str!("../README.md")]

mod columns;
mod error;
pub mod exposure;
pub mod lives;
mod run;
pub mod scenario;
mod yields;

pub use columns::{ClassColumns, Columns};
pub use error::RiskError;
pub use run::{Control, Futures, LANES, live};
