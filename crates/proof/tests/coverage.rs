//! What random cases reach: a property that holds because nothing ever happens proves nothing.

#![allow(clippy::unwrap_used, clippy::panic)]

use forebay_proof::{Case, Core, Run, movements, try_cases};
use std::cell::RefCell;
use std::collections::BTreeMap;
use waterfall::{Event, WaterfallError};

type Counts = BTreeMap<String, u32>;

fn count(counts: &mut Counts, what: impl Into<String>) {
    *counts.entry(what.into()).or_insert(0) += 1;
}

fn kind(event: &Event<1>) -> &'static str {
    match event {
        Event::Receive { source: None, .. } => "gift",
        Event::Receive { next_period: true, .. } => "receive for the next period",
        Event::Receive { .. } => "receive",
        Event::Report { .. } => "report",
        Event::Restate { .. } => "restate",
        Event::PayDate { .. } => "payment",
        Event::Draw { .. } => "draw",
        Event::Proceeds { .. } => "sale",
        Event::Waive { .. } => "waiver",
        Event::Transition { .. } => "transition",
        Event::Surrender { .. } => "surrender",
    }
}

/// What a life did.
fn look(case: &Case, counts: &mut Counts) {
    let mut core = Core::new(&case.plan);
    for event in &case.events {
        match core.apply(event) {
            Ok(journal) => {
                count(counts, kind(event));
                for (_, to, _) in movements(&case.plan, &journal) {
                    let what = to.split_once('.').map_or(to.as_str(), |(_, part)| part);
                    count(counts, format!("to {what}"));
                }
            }
            Err(WaterfallError::Math(_)) => count(counts, "refused: does not fit"),
            Err(error) => count(counts, format!("refused: {error}")),
        }
    }
    let ended = forebay_proof::facts(case, &core.state).unwrap();
    count(counts, format!("ended {}", ended["ended"]));
    count(counts, format!("last state {}", ended["state"]));
    for (fact, value) in &ended {
        if fact.starts_with("trigger.") {
            count(counts, format!("trigger {value}"));
        }
    }
    let last = core.state.payment_number(&case.plan);
    count(
        counts,
        if last >= Some(case.plan.final_payment) { "reached the final payment" } else { "did not" },
    );
}

/// Phrases of the language, each of which must be written often.
const PHRASES: [&str; 74] = [
    " or ",
    " and ",
    "not ",
    " < ",
    " <= ",
    " > ",
    " >= ",
    " = ",
    " + ",
    " - ",
    " * ",
    " / ",
    "min(",
    "max(",
    "excess(",
    "liquidation(",
    "total(",
    "largest(",
    "concentration(",
    "counted(",
    "next(",
    "present_value(",
    "tiered(",
    "state(",
    "amount(",
    "rate(",
    "quantity(",
    "sum over",
    "average over",
    "if ",
    "round up (",
    "is zero",
    "is unpaid for",
    ".stale",
    ".target",
    ".excess",
    "matured",
    "settled",
    "sold",
    "date",
    "payment",
    "floor ",
    "cap ",
    "may defer",
    "deferred interest bears",
    "capitalises",
    "locked until",
    "locked while",
    "accretes until",
    "accretes while",
    "notional ",
    "scheduled level",
    "scheduled linear",
    "scheduled to",
    "additional ",
    "draws until",
    "matures ",
    "rank ",
    "once at closing",
    " a year",
    "never cured",
    "before collection",
    "after payment",
    ".coupon + ",
    "by customer",
    "quorum ",
    "then last less",
    "then last plus",
    "then value",
    "pay pro rata",
    "fill ",
    "keep ",
    "release ",
    "write off ",
];

#[test]
fn random_cases_reach_everything() {
    let counts = RefCell::new(Counts::new());
    let tried = try_cases(Run::of(300), |case| {
        let counts = &mut *counts.borrow_mut();
        look(case, counts);
        for phrase in PHRASES {
            if case.text.contains(phrase) {
                count(counts, format!("says `{phrase}`"));
            }
        }
        Ok(())
    });
    tried.unwrap();
    let counts = counts.into_inner();
    let rare: Vec<String> =
        wanted().into_iter().filter(|what| counts.get(what).is_none_or(|times| *times < OFTEN)).collect();
    assert!(rare.is_empty(), "hardly ever happens: {rare:?}\n{counts:#?}");
}

/// Times in 300 cases.
const OFTEN: u32 = 8;

/// What must happen, and be said, often.
fn wanted() -> Vec<String> {
    let happens = [
        "gift",
        "receive for the next period",
        "receive",
        "report",
        "restate",
        "payment",
        "draw",
        "sale",
        "waiver",
        "transition",
        "surrender",
        "to interest",
        "to scheduled",
        "to principal",
        "to additional",
        "to excess",
        "to written off",
        "to operator",
        "to equity_0",
        "to equity_1",
        "to reserve",
        "to A",
        "ended true",
        "ended false",
        "trigger true",
        "trigger false",
        "reached the final payment",
        "last state rapid",
    ];
    let said = PHRASES.iter().map(|phrase| format!("says `{phrase}`"));
    happens.into_iter().map(str::to_owned).chain(said).collect()
}
