#![doc = include_str!("../README.md")]

mod analyse;
pub mod calendar;
mod compile;
mod diagnostics;
mod error;
mod format;
mod json;
mod lexer;
mod parser;
mod schedule;
pub mod syntax;

pub use compile::{Aggregate, Compiled, Tape, compile};
pub use diagnostics::{Diagnostic, Label, Severity, render, suggest};
pub use error::DealError;
pub use format::{format, formula};
pub use json::{from_json, to_json};
pub use parser::{MAX_DEPTH, parse};
pub use schedule::{MAX_PERIODS, PeriodDates, Timetable, timetable};
