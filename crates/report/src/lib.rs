#![doc = include_str!("../README.md")]

mod date_text;
mod results;

pub use results::*;
