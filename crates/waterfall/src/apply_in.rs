//! An event that happens in some lanes only: enforcement begins on another day in every future.

use crate::WaterfallError;
use crate::apply::{ended_lanes, forget_lanes};
use crate::event::Event;
use crate::lanes::{chosen, unmasked, zip};
use crate::machine::{Machine, TRUE};
use crate::plan::{Clock, Plan};
use crate::posting::Journal;
use crate::state::State;

/// A state that no plan has: nothing happens in a lane that stands there.
const NOWHERE: i64 = -1;

/// Applies an event in the lanes that are named and returns those in which it happened; every other lane is as before, to
/// the bit.
///
/// It happens in no lane whose deal has ended, nor does a transition where no condition for it holds. What can differ by
/// lane is when collateral is sold, given up for a claim, or the state changes. Cash and corrections need no mask: zero in the
/// other lanes says the same. Payment dates and reports are of all lanes, because all lanes stand at one payment date and have heard
/// the same reporters. A draw in some lanes is applied to each alone: see [`State::lane`] and [`State::set_lane`].
///
/// # Errors
/// [`WaterfallError::NotPermitted`] for any other event; else the reason why one of the lanes named refuses the event.
/// State and journal are then as before.
pub fn apply_in<const L: usize>(
    plan: &Plan,
    state: &mut State<L>,
    (event, lanes): (&Event<L>, [bool; L]),
    journal: &mut Journal<L>,
) -> Result<[bool; L], WaterfallError> {
    if !matches!(event, Event::Proceeds { .. } | Event::Transition { .. } | Event::Surrender { .. }) {
        return Err(WaterfallError::NotPermitted);
    }
    let outside = lanes.map(|named| i64::from(!named));
    let absent = zip(&outside, &ended_lanes(plan, state), |outside, ended| outside | ended);
    if absent == [TRUE; L] {
        return Ok([false; L]);
    }
    let written = journal.len();
    let register = plan.layout.clock(Clock::State);
    let before = state.read(register);
    state.save(plan);
    state.write(register, chosen(&absent, &[NOWHERE; L], &before));
    let (mut machine, event) = (Machine::new(plan, state, journal), present(event, &absent));
    match machine.execute(&event) {
        Ok(()) => {
            state.restore_lanes(plan, &absent);
            forget_lanes(journal, written, &absent);
        }
        Err(error) => {
            journal.truncate(written);
            state.restore(plan);
            let not_due = error == WaterfallError::TransitionNotDue;
            return if not_due { Ok([false; L]) } else { Err(error) };
        }
    }
    Ok(match event {
        Event::Transition { .. } => {
            zip(&state.read(register), &before, |now, before| i64::from(now != before))
        }
        _ => absent.map(|absent| i64::from(absent == 0)),
    }
    .map(|happened| happened != 0))
}

/// The event without what it says of lanes in which it does not happen.
fn present<const L: usize>(event: &Event<L>, absent: &[i64; L]) -> Event<L> {
    let mut event = event.clone();
    match &mut event {
        Event::Surrender { amount, .. } => *amount = unmasked(amount, absent),
        Event::Proceeds { amount, allocated, .. } => {
            *amount = unmasked(amount, absent);
            *allocated = unmasked(allocated, absent);
        }
        _ => {}
    }
    event
}
