#![doc = include_str!("../README.md")]

pub mod bond;
mod calibrate;
mod carry;
mod columns;
pub mod depin;
mod error;
pub mod exposure;
mod fans;
mod files;
mod grid;
pub mod lives;
pub mod measure;
mod present;
mod replay;
mod run;
pub mod scenario;
mod shock;
mod solve;
mod stress;
mod vary;
mod yields;

pub use calibrate::{DailyFit, Regime, RegimeFit, daily, points_of, regimes};
pub use carry::{Carrying, Deferral, Party, Retention, Role, carrying};
pub use columns::{ClassColumns, Columns};
pub use error::RiskError;
pub use fans::{Fan, FanUnit};
pub use files::{paths_csv, paths_parquet};
pub use grid::{Axes, HeatClass, HeatMap, Tornado, TornadoBar, TornadoClass, heat_map, tornado};
pub use present::{Answers, futures_answer};
pub use replay::{Path, Replay, ReplayClass, replay};
pub use run::{Control, Futures, LANES, live};
pub use scenario::{Parameters, Sampling, parameters_for};
pub use shock::{Certain, Shock, Shocked};
pub use solve::{Breaking, Crossing, Question, Solution, Trial, first_hurt, solve};
pub use stress::{Convergence, DriverRange, Futured, Options, StressResults, measured, stress};
pub use vary::{Measure, Until, Vary};
