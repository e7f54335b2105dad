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
mod facts;
mod formula;
mod functions;
mod input;
mod inputs;
mod interpreter;
mod kinds;
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
pub use facts::{Facts, Seen};
pub use outcome::{NoteOutcome, Outcome, Posting};

use deal::Deal;
use input::{Event, Input};

/// Runs a deal over its events.
///
/// The input has `deal` (the document), `pool` (aggregates of the tape, such as `{"units": {"quantity": "2048"}}`),
/// `groups` (members by column of the tape), `calendar` (payment 0 is the closing; payments after the final date follow)
/// and `events`. The closing is made before the first event, unless an event `pay_date` of number 0 says when.
///
/// # Errors
/// [`ReferenceError::Unreadable`] if the JSON has another form, [`ReferenceError::Meaningless`] if the deal says
/// something that the definition does not allow.
pub fn run(input: &serde_json::Value) -> Result<Outcome, ReferenceError> {
    let input = read(input)?;
    let deal = Deal::new(&input)?;
    let closing_is_an_event =
        input.events.iter().any(|event| matches!(event, Event::PayDate { number: 0, .. }));
    let events = (input.events.as_slice(), !closing_is_an_event);
    let (interpreter, refused) = events::run_events(&deal, events, &mut |_, _| Ok(()))?;
    Ok(Outcome::of(interpreter, refused))
}

/// Runs a deal as [`run`] does, but never closes it by itself, and shows after each event what it did and how everything
/// stands.
///
/// # Errors
/// As [`run`].
pub fn watch(input: &serde_json::Value, look: &mut dyn FnMut(&Seen<'_>)) -> Result<(), ReferenceError> {
    let input = read(input)?;
    let deal = Deal::new(&input)?;
    let mut seen = 0;
    events::run_events(&deal, (&input.events, false), &mut |interpreter, refused| {
        let postings = &interpreter.postings[seen..];
        let event = interpreter.event.unwrap_or(0);
        look(&Seen { event, refused, postings, facts: &interpreter.facts()? });
        seen = interpreter.postings.len();
        Ok(())
    })?;
    Ok(())
}

fn read(input: &serde_json::Value) -> Result<Input, ReferenceError> {
    serde::Deserialize::deserialize(input)
        .map_err(|error: serde_json::Error| ReferenceError::Unreadable(error.to_string()))
}
