#![doc = include_str!("../README.md")]

mod tools;
mod verify;

pub use rmcp;
pub use tools::Tools;
pub use verify::{Unproved, Verified, roots, verify};
