//! Whole documents, kept as snapshots.

mod sample;

use forebay_report::*;
use units::Date;

#[test]
fn the_sample_conserves_cash() {
    let results = sample::whole();
    let totals = results.totals;
    assert_eq!(totals.cash_in, totals.cash_out + totals.cash_held);
    assert!(results.over);
}

#[test]
fn terminal() {
    insta::assert_snapshot!("terminal_narrow", to_terminal(&sample::whole(), TerminalStyle::default()));
    let wide = TerminalStyle { width: 160, colour: true };
    insta::assert_snapshot!("terminal_wide", to_terminal(&sample::until(9), wide));
    insta::assert_snapshot!("terminal_tiny", to_terminal(&sample::tiny(), TerminalStyle::default()));
}

#[test]
fn json() {
    let document = serde_json::to_string_pretty(&to_json(&sample::until(6))).unwrap();
    insta::assert_snapshot!("json", document);
}

#[test]
fn csv() {
    insta::assert_snapshot!("payments", payments_csv(&sample::until(6)).unwrap());
}

#[test]
fn the_facts_survive_a_round_trip() {
    let results = sample::whole();
    let text = serde_json::to_string(&results).unwrap();
    let again: Results = serde_json::from_str(&text).unwrap();
    assert_eq!(again, results);
    let no_date = text.replace("2024-01-16", "2024-01-36");
    let error = serde_json::from_str::<Results>(&no_date).unwrap_err().to_string();
    assert!(error.contains("2024-01-36: not a date"), "{error}");
    let _: Date = results.deal.closing;
}
