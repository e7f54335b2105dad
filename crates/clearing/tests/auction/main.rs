//! A deal in default on a ledger in memory: real deal, real registry, real currency, real auction.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod attacks;
#[path = "../common/dice.rs"]
mod dice;
mod path;
mod random;
mod world;
