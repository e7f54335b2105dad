#![doc = include_str!("../README.md")]

mod error;
mod explain;
mod feed;
mod look;
mod play;
mod record;
mod setup;
mod source;

pub use error::LifeError;
pub use explain::{Question, explain, explain_events};
pub use play::{Life, Limits, play};
pub use setup::{Setup, hash_of, hexadecimal};
pub use source::Source;
