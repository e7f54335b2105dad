//! Published servicer reports, replayed: each month opens where its report opens, and the engine's lines are the
//! report's. Sources, and what was worked out because it was not at hand, are said in each term sheet.

#![allow(clippy::unwrap_used, clippy::panic)]

use assets::{Observation, ObservationKind, parse_observations};
use forebay_proof::{Case, Core, disagreement, facts};
use reference::Facts;
use std::collections::BTreeMap;
use std::path::Path;
use units::{Id, Rounding, Scaled, mul_div, parse_scaled};
use waterfall::Event;
use waterfall::plan::Plan;

/// A line of the report: payment number and name of the `let` that states it.
type Line = (u16, String);

fn read(file: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/servicer_report");
    std::fs::read_to_string(folder.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// The report's figures as they are printed.
fn report(file: &str) -> BTreeMap<Line, String> {
    let line = |row: &str| {
        let mut cells = row.split(',').map(str::to_owned);
        let mut cell = || cells.next().unwrap_or_else(|| panic!("{file}: {row}"));
        ((cell().parse().unwrap(), cell()), cell())
    };
    read(file).lines().skip(1).map(line).collect()
}

fn observations(file: &str, decimals: u8) -> Vec<Observation> {
    parse_observations(file, read(file).as_bytes(), (decimals, &BTreeMap::new()))
        .unwrap_or_else(|error| panic!("{error}"))
}

fn event(plan: &Plan, observation: &Observation) -> Event<1> {
    let value = [observation.value.units()];
    if observation.kind == ObservationKind::Report {
        let input = Id::of("input", &observation.name);
        return Event::Report { input, reporter: 0, value, as_of: observation.date };
    }
    let source = Id::of("receipt", &observation.name);
    let receipt = plan.receipts.iter().find(|receipt| receipt.id == source).unwrap();
    let account = plan.accounts[usize::from(receipt.account)].id;
    Event::Receive { account, source: Some(source), amount: value, next_period: false }
}

/// The closing and every payment that the report speaks of, with what was known by its determination date.
fn events(plan: &Plan, observations: &[Observation], last: u16) -> Vec<Event<1>> {
    let mut events = Vec::new();
    let mut known = observations.iter().peekable();
    for number in 0..=last {
        let period = plan.periods[usize::from(number)];
        while let Some(observation) = known.next_if(|next| next.date <= period.determination) {
            events.push(event(plan, observation));
        }
        events.push(Event::PayDate { number, today: period.payment });
    }
    assert_eq!(known.next(), None, "every observation belongs to a month of the report");
    events
}

/// The engine's lines after one payment, as the facts show them.
fn lines(number: u16, facts: Facts) -> impl Iterator<Item = (Line, String)> {
    let stated =
        facts.into_iter().filter_map(|(name, fact)| Some((name.strip_prefix("let.")?.to_owned(), fact)));
    let stated = stated.filter(|(name, _)| name.starts_with("item_"));
    stated.map(move |(name, fact)| ((number, name), fact))
}

/// Plays the months and returns every line; core and reference must agree on all of them.
fn replay(deal: &str, file: &str, last: u16) -> BTreeMap<Line, String> {
    let mut case = Case::open(&read(deal)).unwrap_or_else(|failure| panic!("{failure}"));
    case.events = events(&case.plan, &observations(file, case.plan.decimals), last);
    assert_eq!(disagreement(&case).unwrap(), None, "{deal}");
    let mut core = Core::<1>::new(&case.plan);
    let mut replayed = BTreeMap::new();
    for event in &case.events {
        core.apply(event).unwrap_or_else(|error| panic!("{deal}: {event:?}: {error}"));
        if let Event::PayDate { number: number @ 1.., .. } = event {
            replayed.extend(lines(*number, facts(&case, &core.state).unwrap()));
        }
    }
    replayed
}

/// A fact as the report prints it: money in cents, a factor to the nearest of its places.
fn printed(fact: &str, places: u8) -> String {
    let units = match fact.split_once(" / ") {
        Some((value, denominator)) => factor((value, denominator), places),
        None => fact.strip_prefix("Amount ").unwrap().parse().unwrap(),
    };
    Scaled::new(units, places).to_string()
}

fn factor((value, denominator): (&str, &str), places: u8) -> i64 {
    let twice = 2 * 10_i64.pow(u32::from(places));
    let halves =
        mul_div(value.parse().unwrap(), twice, denominator.parse().unwrap(), Rounding::Down).unwrap();
    (halves + 1) / 2
}

/// Replays `deal` on the observations of `month`. Every line of the report is stated by the deal and agrees to its last
/// place, but for `differences`: the line, and by how many cents the engine is above the report.
fn check((deal, month): (&str, &str), differences: &[(&str, i64)]) {
    let mut expected = report(&format!("{month}.report.csv"));
    for ((_, line), figure) in &mut expected {
        let known = differences.iter().find(|(differs, _)| differs == line);
        let cents = known.map_or(0, |(_, cents)| *cents);
        if cents != 0 {
            *figure = Scaled::new(parse_scaled(figure, 2).unwrap() + cents, 2).to_string();
        }
    }
    for (line, _) in differences {
        assert!(expected.keys().any(|(_, name)| name == line), "{line} is in the report");
    }
    let last = expected.keys().map(|(number, _)| *number).max().unwrap();
    let replayed = replay(&format!("{deal}.deal"), &format!("{month}.observations.csv"), last);
    let places = |line: &Line| expected.get(line).map_or(2, |figure| figure.split_once('.').unwrap().1.len());
    let shown = |(line, fact): (Line, String)| {
        let places = u8::try_from(places(&line)).unwrap();
        (line, printed(&fact, places))
    };
    let replayed: BTreeMap<Line, String> = replayed.into_iter().map(shown).collect();
    assert_eq!(replayed, expected, "{deal}");
}

/// Two months in a row: the second opens with what the engine left.
#[test]
fn two_months_of_principal_follow_from_the_pool() {
    check(("2023-1-june-july-2025", "2023-1-june-july-2025"), &[]);
}

/// The certificate accrues A-2-B, act/360, from payment date to payment date, and 20 April 2025 is a Sunday: 32 days.
/// The language accrues every note between unadjusted dates: 31 days, rounded up, 70,853.71 in place of 73,139.31.
///
/// The certificate carries parts of a cent: what it prints of A-2-A, 53,452,095.18 less 25,543,643.05, is printed as
/// 27,908,452.12, and A-2-B is a cent off the other way. The engine's balances are what its payments leave.
#[test]
fn two_classes_share_principal_and_a_floating_one_lacks_a_day() {
    let day = -228_560;
    let lacking = ["item_19_interest", "item_19_payment", "item_22_interest", "item_22_payment"];
    let differences = [("item_8_ending", 1), ("item_9_ending", -1)];
    let differences = [lacking.map(|line| (line, day)).as_slice(), &differences].concat();
    check(("2023-1-march-2025", "2023-1-march-2025"), &differences);
}

/// Interest before rounding is 1,557,234.1949 and 232,083.3333, the fee 390,722.4361. The certificate takes the nearest
/// cent, the language a cent up for each note and down for the fee; the seller has what is left.
#[test]
fn a_month_of_cash_differs_by_rounding_alone() {
    let differences = [("item_38_servicing", -1), ("item_39_interest", 2), ("item_44_seller", -1)];
    check(("2023-2-february-2026", "2023-2-february-2026"), &differences);
}

#[test]
fn a_month_of_cash_agrees_to_the_cent() {
    check(("2023-2-february-2026-nearest-cent", "2023-2-february-2026"), &[]);
}
