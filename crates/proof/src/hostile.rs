//! Hostile bytes at the three doors through which a stranger's input comes. Each function returns, whatever it is given;
//! a panic or an answer that contradicts itself is a finding.

use assets::{Case, Collateral};
use deal::{Tape, compile, format, from_json, parse as parse_deal, to_json};
use std::collections::BTreeMap;
use units::Date;
use waterfall::{Event, Journal, Plan, State, apply};

/// A term sheet. What parses is formatted, parsed again to the same tree, and survives JSON; what compiles has a plan that
/// survives its bytes.
///
/// # Panics
/// If one of these does not hold: a finding.
pub fn parse(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(document) = parse_deal(text) else { return };
    let formatted = format(&document);
    assert_eq!(parse_deal(&formatted).as_ref(), Ok(&document), "formatting keeps the meaning");
    assert_eq!(format(&document), formatted, "formatting is stable");
    assert_eq!(from_json(&to_json(&document)).as_ref().ok(), Some(&document), "JSON loses nothing");
    if let Ok(compiled) = compile(&document, &Tape::default()) {
        let encoded = compiled.plan.to_bytes();
        assert_eq!(Plan::from_bytes(&encoded).as_ref(), Ok(&compiled.plan), "a plan survives its bytes");
    }
}

/// A plan. What decodes encodes to the same bytes, and lives events without a panic.
///
/// # Panics
/// If it does not: a finding.
pub fn plan(bytes: &[u8]) {
    let Ok(plan) = Plan::from_bytes(bytes) else { return };
    assert_eq!(plan.to_bytes(), bytes, "one plan has one encoding");
    let (mut state, mut journal) = (State::<1>::new(&plan), Journal::new());
    let far = Date::from_days(200_000);
    let receipts: Vec<Event<1>> =
        plan.receipts.iter().filter_map(|receipt| receive(&plan, receipt)).collect();
    let reports: Vec<Event<1>> = plan.inputs.iter().map(report).collect();
    for number in 0..4 {
        for event in receipts.iter().chain(&reports).chain([&Event::PayDate { number, today: far }]) {
            // Errors are fine; only a panic is not. A hostile plan may break an invariant, which debug builds assert.
            let _ = apply(&plan, &mut state, event, &mut journal);
        }
    }
}

fn receive(plan: &Plan, receipt: &waterfall::plan::Receipt) -> Option<Event<1>> {
    let account = plan.accounts.get(usize::from(receipt.account))?.id;
    Some(Event::Receive { account, source: Some(receipt.id), amount: [1_000_000_000], next_period: false })
}

fn report(input: &waterfall::plan::Input) -> Event<1> {
    Event::Report { input: input.id, reporter: 0, value: [700_000_000], as_of: Date::from_days(20_000) }
}

const CASE: &str = "
deal = \"x.deal\"
[tape]
file = \"tape.csv\"
[history.rent]
unit = \"amount\"
points = [{ date = \"2024-01-01\", value = \"2\", basis = \"assumed\", source = \"none\" }]
[gpu]
market = \"rent\"
utilisation = \"80 %\"
uptime = \"99 %\"
ops_per_unit_hour = \"0.40\"
";

/// A tape of machines, read and projected for a period.
pub fn tape(bytes: &[u8]) {
    let Ok(case) = Case::parse("case.toml", CASE, &[]) else { return };
    let files = BTreeMap::from([("tape.csv".to_owned(), bytes.to_vec())]);
    let Ok(collateral) = Collateral::open(case, &files, 7, None) else { return };
    let day = |offset| Date::from_days(19_800 + offset);
    let period =
        assets::Period { number: 1, start: day(0), end: day(31), determination: day(28), payment: day(31) };
    let _ = collateral.project(&[period]);
}
