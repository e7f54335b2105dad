//! Whole cases through the public interface.
#![allow(clippy::unwrap_used)]

mod hostile;
mod kinds;
mod readme;
mod shipped;
mod sierra;
mod support;
