//! Every block of docs/semantics.md compiles in a small deal.
#![allow(missing_docs, clippy::unwrap_used)]

use forebay_deal::{Severity, Tape, compile, parse, render};

const PAGE: &str = include_str!("../../../docs/semantics.md");

const HEAD: &str = r#"deal "Semantics"
currency USD, 2 decimals
closing 2024-01-15
payments monthly on 15, unadjusted, from 2024-02-15
final 2026-01-15
receive rent into lockbox
observe price amount
observe index rate
observe noi amount
observe debt_service amount
observe pool amount
observe losses amount
account lockbox
account reserve
account trap
note A 100_000 coupon 6%, 30/360
note B 20_000 coupon 9%, 30/360, may defer
equity E 30_000
uses machines 140_000, rest lockbox
fee trustee 100
state normal
"#;

const TAIL: &str = "
state enforcement when A.interest is unpaid for 10 days
";

/// A waterfall for the states that a block leaves out: it pays every note and then the equity.
fn plain_waterfall(state: &str, accounts: &str, block: &str) -> String {
    let mut text = format!("waterfall {state} from {accounts}\n  pay trustee");
    let declared = block.lines().filter_map(|line| line.strip_prefix("note ")?.split_whitespace().next());
    for note in ["A", "B"].into_iter().chain(declared) {
        text.push_str(&format!(", {note}.interest, {note}.principal"));
    }
    text + "\n  pay E\n"
}

/// Blocks of the page, with the words above each.
fn blocks() -> Vec<(&'static str, &'static str)> {
    let parts: Vec<&str> = PAGE.split("```").collect();
    let pairs =
        parts.chunks(2).filter_map(|pair| Some((*pair.first()?, pair.get(1)?.strip_prefix("deal\n")?)));
    pairs.collect()
}

#[test]
fn every_block_compiles() {
    let mut tape = Tape::default();
    tape.groups.insert("customer".to_owned(), vec!["x".to_owned(), "y".to_owned()]);
    let blocks = blocks();
    assert!(blocks.len() >= 12, "{} blocks", blocks.len());
    for (words, block) in blocks {
        let mut text = format!("{HEAD}{block}{TAIL}");
        for (state, accounts) in [("normal", "lockbox"), ("enforcement", "lockbox, trap, reserve")] {
            if !block.contains(&format!("waterfall {state}")) {
                text.push_str(&plain_waterfall(state, accounts, block));
            }
        }
        let title = words.trim().lines().last().unwrap_or_default();
        let document = parse(&text)
            .unwrap_or_else(|found| panic!("{title}\n{}", render(("block", &text), &found, false)));
        let found = match compile(&document, &tape) {
            Ok(compiled) => compiled.warnings,
            Err(found) => found,
        };
        let wrong = found.iter().any(|finding| finding.severity == Severity::Error);
        assert!(!wrong, "{title}\n{}", render(("block", &text), &found, false));
    }
}

/// Each number that the page claims is there once.
#[test]
fn every_number_is_claimed() {
    let wanted = (1..=5).chain(7..=15).chain(17..=27).chain(29..=39).chain(41..=49).chain([52]);
    for number in wanted {
        assert!(PAGE.contains(&format!("**{number} ")), "{number} is not on the page");
    }
}
