//! Whole cases through the public interface.
#![allow(clippy::unwrap_used)]

mod sierra;
mod support;
