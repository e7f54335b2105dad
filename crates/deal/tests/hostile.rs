//! Text and JSON that mean harm: errors, never a panic, and soon.

#![allow(clippy::unwrap_used, clippy::expect_used)] // A test that cannot go on must fail.

use forebay_deal::{DealError, MAX_DEPTH, format, from_json, parse, render, to_json};
use proptest::prelude::*;
use std::collections::BTreeSet;

/// Reads a text in every way there is.
fn survive(text: &str) {
    match parse(text) {
        Ok(document) => {
            let canonical = format(&document);
            assert_eq!(parse(&canonical), Ok(document.clone()), "{canonical}");
            assert_eq!(from_json(&to_json(&document)), Ok(document));
        }
        Err(findings) => {
            assert!(findings.iter().all(|finding| finding.span.start <= finding.span.end));
            assert!(!render(("x", text), &findings, true).is_empty());
        }
    }
}

fn code_of(text: &str) -> DealError {
    parse(text).expect_err(text).first().unwrap().code
}

#[test]
fn depth_is_bounded() {
    let levels = 100_000;
    for text in [
        format!("let x = {}a{}", "(".repeat(levels), ")".repeat(levels)),
        format!("let x = {}a", "-".repeat(levels)),
        format!("let x = {}a", "not ".repeat(levels)),
        format!("let x = a{}", " + a".repeat(levels)),
        format!("let x = a{}", " or a".repeat(levels)),
        format!("let x = {}a", "sum over 3 of ".repeat(levels / 2)),
        format!("let x = {}a", "if a then b else ".repeat(levels / 2)),
        format!("let x = {}a", "round up (".repeat(levels / 2)),
        format!("let x = {}a", "f(".repeat(levels)),
        format!("waterfall a from b\n  {}pay A", "while a: ".repeat(levels)),
    ] {
        assert_eq!(code_of(&text), DealError::TooDeep);
        survive(&text);
    }
}

#[test]
fn what_is_just_deep_enough_goes_all_the_way() {
    let levels = MAX_DEPTH - 2;
    for text in [
        format!("let x = {}a{}", "f(1, ".repeat(levels), ")".repeat(levels)),
        format!("let x = a{}", " + a".repeat(levels)),
        format!("let x = {}a", "not ".repeat(levels)),
        format!("let x = {}a{}", "b - (".repeat(levels), ")".repeat(levels)),
        format!("let x = {}e", "if a then b else ".repeat(levels)),
        format!("waterfall a from b\n  {}pay A", "while a: ".repeat(levels)),
    ] {
        assert!(parse(&text).is_ok(), "{text}");
        // A page has a stack of one mebibyte.
        let small = std::thread::Builder::new().stack_size(1 << 20);
        small.spawn(move || survive(&text)).unwrap().join().unwrap();
    }
}

#[test]
fn long_texts_end_soon() {
    let many = 100_000;
    for text in [
        format!("account a covers a{}", ", a".repeat(many)),
        format!("payee {}", "a".repeat(many)),
        format!("deal \"{}\"", "a ".repeat(many)),
        format!("payee a {}", "\u{e9}".repeat(many)),
        format!("uses {}", "\u{1}".repeat(many)),
        "\"".repeat(many),
        "\\".repeat(many),
        "#".repeat(many),
        "\n ".repeat(many),
        "payee x\n".repeat(many),
        "  pay A\n".repeat(many),
        format!("waterfall a from b\n{}", "  pay A\n".repeat(many)),
        format!("waterfall a{} from b\n  pay A", ", a".repeat(many)),
        "payee x # a\n  # b\n".repeat(many / 4),
        "a".repeat(1 << 20),
    ] {
        survive(&text);
    }
    assert_eq!(code_of(&"#".repeat((1 << 20) + 1)), DealError::TextTooLong);
}

#[test]
fn hostile_json_is_refused() {
    let deep = format!("{}1{}", "[".repeat(1_000_000), "]".repeat(1_000_000));
    let nested = format!(
        "{{\"statements\":[{{\"body\":{{\"statement\":\"let\",\"name\":\"x\",\"value\":{}{{\"name\":\"a\"}}{}}}}}]}}",
        "{\"not\":".repeat(100_000),
        "}".repeat(100_000)
    );
    for json in
        [deep.as_str(), &nested, "", "null", "[]", "{\"statements\": 5}", "\u{0}", "{\"statements\": []} x"]
    {
        assert!(from_json(json).is_err());
    }
}

#[test]
fn codes_are_stable_and_in_range() {
    let codes: BTreeSet<u16> = DealError::ALL.iter().map(|error| error.code()).collect();
    assert_eq!(codes.len(), DealError::ALL.len());
    assert!(codes.iter().all(|code| (500..600).contains(code)));
}

/// Words and signs of the language in no order.
fn soup() -> impl Strategy<Value = String> {
    const PARTS: &str = "deal|currency|closing|payments|final|collateral|liquidation|receive|observe|account|note|equity|\
        payee|uses|fee|expense|let|schedule|test|trigger|state|permit|waterfall|pay|pro rata by|fill|\
        keep|release|write off|while|once|and|or|not|if|then|else|sum over|of|round up|is zero|\
        is unpaid for|from|to|at most|a year|coupon|act/360|residue to|until|when|rate|x|A.interest|5|\
        60%|90 days|2024-01-16|\"t\"|,|:|(|)|+|<|\n|\n  |# c\n";
    let parts: Vec<&str> = PARTS.split('|').collect();
    prop::collection::vec(prop::sample::select(parts), 0..40).prop_map(|parts| parts.join(" "))
}

proptest! {
    #[test]
    fn prop_any_text_is_survived(text in "\\PC{0,200}") {
        survive(&text);
    }

    #[test]
    fn prop_any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        survive(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn prop_words_in_no_order_are_survived(text in soup()) {
        survive(&text);
    }

    #[test]
    fn prop_a_damaged_deal_is_survived(at in 0usize..6_000, cut in 0usize..40, put in soup()) {
        let text = include_str!("every.deal");
        let (start, end) = (boundary(text, at), boundary(text, at.saturating_add(cut)));
        survive(&format!("{}{put}{}", &text[..start], &text[end..]));
    }
}

fn boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}
