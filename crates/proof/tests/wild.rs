//! Numbers and days from the ends of their types: refused whole, or survived with every invariant.

#![allow(clippy::unwrap_used, clippy::panic)]

use forebay_proof::{Case, Choices, Core, Failure, Run, try_cases};
use units::Date;
use waterfall::{Event, Journal, invariants};

fn amount(choices: &mut Choices<'_>, usual: i64) -> i64 {
    choices.one([usual, i64::MAX, i64::MAX / 2, i64::MIN, 1 << 53, i64::MAX / 1_000_000_000, -1, 0])
}

fn day(choices: &mut Choices<'_>, usual: Date) -> Date {
    let wild = [
        usual,
        usual,
        Date::from_days(i32::MAX),
        Date::from_days(i32::MIN),
        Date::from_days(0),
        usual.add_days(40_000),
    ];
    choices.one(wild)
}

/// The same event with other numbers and days.
fn wild(event: &Event<1>, choices: &mut Choices<'_>) -> Event<1> {
    let mut event = event.clone();
    match &mut event {
        Event::Receive { amount: [cash], .. } => *cash = amount(choices, *cash),
        Event::Report { value: [value], as_of, reporter, .. } => {
            (*value, *as_of) = (amount(choices, *value), day(choices, *as_of));
            *reporter = choices.one([*reporter, 63, 64, 255]);
        }
        Event::Restate { delta: [delta], .. } => *delta = amount(choices, *delta),
        Event::PayDate { number, today } => {
            *today = day(choices, *today);
            *number = choices.one([*number, *number, *number, u16::MAX]);
        }
        Event::Draw { amount: [drawn], on, .. } => {
            (*drawn, *on) = (amount(choices, *drawn), day(choices, *on))
        }
        Event::Proceeds { amount: [cash], allocated: [allocated], on, .. } => {
            (*cash, *allocated) = (amount(choices, *cash), amount(choices, *allocated));
            *on = day(choices, *on);
        }
        Event::Waive { until, .. } => *until = day(choices, *until),
        Event::Transition { on, .. } => *on = day(choices, *on),
        Event::Surrender { amount: [given], on, .. } => {
            (*given, *on) = (amount(choices, *given), day(choices, *on));
        }
    }
    event
}

/// Every event as it was made, and now and then a wild one before it.
fn survive(case: &Case) -> Result<(), Failure> {
    let mut core = Core::<1>::new(&case.plan);
    let numbers: Vec<u32> = case
        .plan
        .to_bytes()
        .chunks_exact(4)
        .map(|four| u32::from_le_bytes(four.try_into().unwrap()))
        .map(|number| number.wrapping_mul(0x9E37_79B9))
        .collect();
    let mut choices = Choices::new(&numbers);
    for (at, event) in case.events.iter().enumerate() {
        let broken = |what: &str, event: &Event<1>| Err(Failure(format!("{what} at event {at}: {event:?}")));
        for event in [wild(event, &mut choices), event.clone()] {
            let before = core.state.to_bytes(&case.plan);
            let mut journal = Journal::new();
            let applied = waterfall::apply(&case.plan, &mut core.state, &event, &mut journal);
            if applied.is_err() && (core.state.to_bytes(&case.plan) != before || !journal.is_empty()) {
                return broken("a refused event left a trace", &event);
            }
            let holds = invariants::wf1_cash_conserved(&case.plan, &core.state)
                && invariants::wf3_nothing_negative(&case.plan, &core.state)
                && case.plan.notes.iter().all(|note| invariants::wf7_principal_explained(&core.state, note));
            if !holds {
                return broken("WF-1, WF-3 or WF-7", &event);
            }
        }
    }
    Ok(())
}

#[test]
fn prop_wild_events_are_refused_or_survived() {
    if let Err(failure) = try_cases(Run::of(300), survive) {
        panic!("{failure}");
    }
}
