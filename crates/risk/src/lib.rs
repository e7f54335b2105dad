#![doc = include_str!("../README.md")]

mod columns;
mod error;
pub mod exposure;
mod fans;
pub mod lives;
pub mod measure;
mod run;
pub mod scenario;
mod stress;
mod yields;

pub use columns::{ClassColumns, Columns};
pub use error::RiskError;
pub use fans::{Fan, FanUnit};
pub use run::{Control, Futures, LANES, live};
pub use stress::{Convergence, DriverRange, Futured, Options, StressResults, measured, stress};
