//! CH-1 over random deals and lives: what the core posts natively is what the contract posts.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use forebay_clearing::{Place, Story, clear, verify};
use forebay_proof::{Case, Failure, Run, try_cases};
use units::Date;
use waterfall::{Event, Journal, State, apply};

/// Events of a life that a ledger can see: accepted by the core, and dated by a clock that never turns back.
fn seen(case: &Case) -> Vec<Event<1>> {
    let mut state = State::new(&case.plan);
    let mut now = case.plan.period(0).map_or(Date::default(), |period| period.payment);
    let mut accepted = Vec::new();
    for event in &case.events {
        let day = match event {
            Event::PayDate { today, .. } => Some(*today),
            Event::Draw { on, .. }
            | Event::Proceeds { on, .. }
            | Event::Transition { on, .. }
            | Event::Surrender { on, .. } => Some(*on),
            _ => None,
        };
        let in_order = day.is_none_or(|day| day >= now);
        if in_order && apply(&case.plan, &mut state, event, &mut Journal::new()).is_ok() {
            now = day.unwrap_or(now);
            accepted.push(event.clone());
        }
    }
    accepted
}

#[test]
fn prop_ch1_a_random_life_on_a_ledger_is_the_native_one() {
    let property = |case: &Case| {
        let events = seen(case);
        let folder = tempfile::tempdir().map_err(|error| Failure(error.to_string()))?;
        let place = Place::File(folder.path().join("random.ledger"));
        let story = Story {
            name: "random",
            currency: "USDC",
            plan: &case.plan,
            machines: &[],
            keys: None,
            events: &events,
        };
        let cleared = clear(&place, story, &mut |_, _| true).map_err(|error| Failure(error.to_string()))?;
        if events.is_empty() {
            return Ok(());
        }
        let verified = verify(&place, None).map_err(|error| Failure(error.to_string()))?;
        let verified: Vec<_> = verified.iter().map(|deal| (deal.events, deal.hash)).collect();
        let same = verified == [(cleared.events, cleared.hash)];
        if same { Ok(()) } else { Err(Failure("what was verified is not what was cleared".to_owned())) }
    };
    if let Err(failure) = try_cases(Run::of(12), property) {
        panic!("{failure}");
    }
}
