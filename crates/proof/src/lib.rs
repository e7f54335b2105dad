#![doc = include_str!("../README.md")]

mod case;
mod choices;
mod core;
mod formula;
pub mod hostile;
mod lanes;
mod life;
mod oracle;
mod runner;
mod script;
mod simplify;
mod terms;
mod words;

pub use case::{Case, Failure, kept_cases, tape};
pub use choices::Choices;
pub use core::{Core, Moved, facts, movements};
pub use lanes::{in_lanes, postings_in_lane};
pub use oracle::disagreement;
pub use runner::{Run, choices, try_cases};
