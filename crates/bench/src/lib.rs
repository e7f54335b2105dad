#![doc = include_str!("../README.md")]

mod by_hand;
mod engine;
mod outcome;
mod path;

pub use by_hand::live_by_hand;
pub use engine::{BenchError, Columns, Reference};
pub use outcome::{NoteOutcome, Outcome};
pub use path::{DATES, Observed, Path};
