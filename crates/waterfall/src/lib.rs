#![doc = include_str!("../README.md")]
#![no_std]
#![deny(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::float_arithmetic,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

extern crate alloc;

mod accrual;
mod amend;
mod apply;
mod apply_in;
mod batch;
mod cashier;
mod cells;
mod closing;
mod codec;
mod error;
mod event;
mod formula;
mod inputs;
pub mod instruction;
pub mod invariants;
mod lanes;
mod machine;
mod owed;
mod payment_date;
pub mod plan;
mod posting;
mod pro_rata;
mod registers;
mod state;
mod step;
mod surrender;
mod trigger;
mod validate;
mod vectors;

pub use amend::{amend, amendment_from_bytes, amendment_to_bytes};
pub use apply::{Inspection, apply, apply_observed, inspect, permits};
pub use apply_in::apply_in;
pub use batch::apply_batch;
pub use error::WaterfallError;
pub use event::Event;
pub use machine::{Observer, Stage};
pub use owed::{Debt, arrears, debt};
pub use plan::Plan;
pub use posting::{Journal, POSTING_BYTES, Posting, PostingKind, Recorder, Total, Unrecorded, journal_bytes};
pub use state::State;
pub use surrender::credit;
pub use vectors::{Baseline, Vectors};
