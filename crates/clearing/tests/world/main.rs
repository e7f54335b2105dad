//! One ledger with every contract of a deal, and all who may call them, at random: the house's invariants after each call.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod attacks;
#[path = "../auction/world.rs"]
#[allow(dead_code)]
mod base;
mod calls;
#[path = "../common/dice.rs"]
mod dice;
mod hostile;
mod laws;
mod mirror;
mod place;
mod random;
