//! The program as a user meets it.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

use std::process::{Command, Output};

/// A folder of its own for what a test writes.
fn folder(test: &str) -> std::path::PathBuf {
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    std::fs::create_dir_all(&path).unwrap();
    path
}

fn forebay(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_forebay")).args(arguments).env("NO_COLOR", "1").output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Runs and expects success; returns standard output.
fn stdout(arguments: &[&str]) -> String {
    let output = forebay(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
    text(&output.stdout)
}

/// Runs and expects a failure that says all of this on standard error or output.
fn refusal(arguments: &[&str], says: &[&str]) {
    let output = forebay(arguments);
    assert!(!output.status.success(), "{arguments:?} succeeded");
    let said = text(&output.stdout) + &text(&output.stderr);
    for words in says {
        assert!(said.contains(words), "{arguments:?} says nothing of `{words}`:\n{said}");
    }
}

#[test]
fn a_run_writes_its_files_and_says_where() {
    let out = folder("run");
    let said = stdout(&["run", "sierra-h100", "--out", out.to_str().unwrap()]);
    assert!(said.contains("Who was paid what"), "{said}");
    for file in ["report.html", "payments.csv", "results.xlsx", "results.json"] {
        assert!(out.join("sierra-h100").join(file).is_file(), "{file}");
    }
    let left: Vec<_> = std::fs::read_dir(out.join("sierra-h100")).unwrap().collect();
    assert_eq!(left.len(), 4, "nothing unfinished is left behind");
}

#[test]
fn json_is_one_document_and_nothing_else() {
    let said = stdout(&["run", "hundred", "--json"]);
    let document: serde_json::Value = serde_json::from_str(&said).unwrap();
    for key in ["deal", "status", "totals", "notes", "payments", "triggers"] {
        assert!(document.get(key).is_some(), "{key}");
    }
    let amount = document["totals"]["in"].as_str().unwrap();
    assert!(amount.contains('.'), "amounts are decimal strings: {amount}");
}

#[test]
fn two_runs_are_the_same() {
    let arguments = ["run", "gpu-ddtl", "--json"];
    assert_eq!(stdout(&arguments), stdout(&arguments));
}

#[test]
fn every_shipped_deal_is_listed_and_checks() {
    let listed = stdout(&["deals"]);
    for line in listed.lines() {
        let name = line.split_whitespace().next().unwrap();
        stdout(&["check", name]);
    }
    assert!(listed.lines().count() >= 7, "{listed}");
}

#[test]
fn errors_say_what_to_do_next() {
    refusal(&["run", "sierra-h10"], &["did you mean `sierra-h100`", "hundred"]);
    refusal(&["run", "sierra-h100", "--scenario", "crush"], &["no scenario `crush`"]);
    refusal(&["run", "sierra-h100", "--set", "gpu.utilisation=lots"], &["gpu"]);
    refusal(&["explain", "sierra-h100", "2025-03-15", "pay A.intrest"], &["did you mean `pay A.interest`"]);
    refusal(&["explain", "sierra-h100", "2055-03-15"], &["there is no payment on or after"]);
    refusal(&["explain", "sierra-h100", "2025-03-15", "--formula", "rentt"], &["rentt"]);
    let broken = folder("errors").join("broken.deal");
    std::fs::write(&broken, "deal \"x\"\npayments montly on 15\n").unwrap();
    refusal(&["check", broken.to_str().unwrap()], &["506", "did you mean `monthly`", "broken.deal:2"]);
}

#[test]
fn a_step_is_explained_by_what_it_saw() {
    let said = stdout(&["explain", "sierra-h100", "2025-03-15", "pay A.interest", "--formula", "ltv"]);
    for words in ["the term sheet says", "A.interest is owed", "A.coupon", "28/360", "cash in lockbox", "ltv"]
    {
        assert!(said.contains(words), "{said}");
    }
}

#[test]
fn a_term_sheet_survives_formatting_and_json() {
    let out = folder("json");
    let deal = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deals/sierra-h100/sierra-h100.deal");
    stdout(&["fmt", "--check", deal]);
    let json = out.join("deal.json");
    std::fs::write(&json, stdout(&["json", deal])).unwrap();
    assert_eq!(stdout(&["json", json.to_str().unwrap()]), std::fs::read_to_string(deal).unwrap());
}

#[test]
fn servicing_prints_instructions_and_books_a_restatement_a_period_later() {
    let csv = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deals/sierra-h100/collections-example.csv");
    let out = folder("servicing");
    let said = stdout(&["run", "sierra-h100", "--scenario", csv, "--out", out.to_str().unwrap()]);
    assert!(said.contains("Payment instructions for 2024-05-15"), "{said}");
}

#[test]
fn an_investor_report_reconciles() {
    let said = stdout(&["report", "sierra-h100", "--form", "investor", "--period", "12"]);
    let difference = said.lines().find(|line| line.trim_start().starts_with("Difference")).unwrap();
    assert!(difference.trim_end().ends_with("0.0000000"), "{difference}");
}

#[test]
fn help_has_examples() {
    for command in ["run", "check", "explain", "report", "fmt", "json", "plan"] {
        assert!(stdout(&[command, "--help"]).contains("Examples:"), "{command}");
    }
}

#[test]
fn a_reader_that_stops_reading_is_no_error() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_forebay"))
        .args(["run", "sierra-h100", "--json"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
}
