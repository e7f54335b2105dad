//! Whole documents, kept as snapshots.

#![allow(clippy::unwrap_used, clippy::expect_used)] // The helpers of a test may panic as the test may.

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
    insta::assert_snapshot!(
        "terminal_narrow",
        to_terminal(&sample::whole(), TerminalStyle::default(), "sample")
    );
    let wide = TerminalStyle { width: 160, colour: true };
    insta::assert_snapshot!("terminal_wide", to_terminal(&sample::until(9), wide, "sample"));
    insta::assert_snapshot!("terminal_tiny", to_terminal(&sample::tiny(), TerminalStyle::default(), "tiny"));
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

#[test]
fn the_spreadsheet_is_a_function_of_the_results() {
    let bytes = to_workbook(&sample::whole()).unwrap();
    assert!(bytes.starts_with(b"PK"));
    assert_eq!(bytes, to_workbook(&sample::whole()).unwrap());
}

#[test]
fn investor() {
    let results = sample::until(6);
    let report = investor_report(&results, 6).unwrap();
    insta::assert_snapshot!("investor_text", report.to_text());
    insta::assert_snapshot!("investor_markdown", report.to_markdown());
    let html = report.to_html();
    assert!(html.contains("Sample H100 &amp; &lt;friends&gt; 2024-1") && !html.contains("<friends>"));
}

#[test]
fn every_investor_report_reconciles() {
    let results = sample::whole();
    for number in 1..=33 {
        let report = investor_report(&results, number).unwrap();
        let cash = report.sections.iter().find(|section| section.heading == "Cash reconciliation").unwrap();
        assert_eq!(cash.rows.last().unwrap(), &["Difference", "0.0000000"], "period {number}");
    }
}

#[test]
fn an_investor_report_of_no_period_says_which_there_are() {
    let check = |results: &Results, asked, expected: &str| {
        assert_eq!(investor_report(results, asked).unwrap_err().to_string(), expected);
    };
    check(&sample::until(6), 7, "there is no period 7; this run has periods 1 to 6");
    check(&sample::until(6), 0, "there is no period 0; this run has periods 1 to 6");
    check(&sample::until(0), 1, "this run has no payment period yet; run it past its first payment date");
}
