#![doc = include_str!("../README.md")]

mod camt;
mod error;
mod order;
mod pain;
mod reconcile;
mod statement;

pub use error::BankError;
pub use order::{Account, Order, Payment, split_dust, to_pain};
pub use reconcile::{Expected, Match, Reconciled, Rule, reconcile};
pub use statement::{Entry, Statement, read_statements};
