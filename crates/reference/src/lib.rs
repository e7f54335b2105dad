#![doc = include_str!("../README.md")]

mod accrual;
mod amortisation;
mod closing;
mod costs;
mod day_count;
mod deal;
mod error;
mod events;
mod exact;
mod formula;
mod functions;
mod input;
mod inputs;
mod interpreter;
mod kinds;
mod literals;
mod names;
mod outcome;
mod payment;
mod pro_rata;
mod state;
mod states;
mod steps;
mod syntax;
mod triggers;
mod windows;

pub use error::ReferenceError;
pub use outcome::{NoteOutcome, Outcome, Posting};

use deal::Deal;
use input::Input;

/// Runs a deal over its events.
///
/// The input has `deal` (the document), `pool` (aggregates of the tape, such as `{"units": {"quantity": "2048"}}`),
/// `groups` (members by column of the tape), `calendar` (payment 0 is the closing) and `events`. The closing is made
/// before the first event, unless an event `pay_date` of number 0 says when.
///
/// # Errors
/// [`ReferenceError::Unreadable`] if the JSON has another form, [`ReferenceError::Meaningless`] if the deal says
/// something that the definition does not allow.
pub fn run(input: &serde_json::Value) -> Result<Outcome, ReferenceError> {
    let input: Input = serde::Deserialize::deserialize(input)
        .map_err(|error: serde_json::Error| ReferenceError::Unreadable(error.to_string()))?;
    let deal = Deal::new(&input)?;
    let (interpreter, refused) = events::run_events(&deal, &input.events)?;
    Ok(Outcome::of(interpreter, refused))
}
