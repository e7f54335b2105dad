//! Text to tree and back.

#![allow(clippy::unwrap_used, clippy::expect_used)] // A test that cannot go on must fail.

use forebay_deal::{format, from_json, parse, render, to_json};

const EVERY: &str = include_str!("every.deal");

macro_rules! assert_shown {
    ($text:expr) => {
        insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!($text) })
    };
}

/// Formats a text and checks that nothing but its looks has changed.
fn formatted(text: &str) -> String {
    let document = parse(text).unwrap_or_else(|findings| panic!("{}", render(("x", text), &findings, false)));
    let canonical = format(&document);
    assert_eq!(parse(&canonical).as_ref(), Ok(&document), "{canonical}");
    assert_eq!(format(&parse(&canonical).unwrap()), canonical);
    assert_eq!(from_json(&to_json(&document)), Ok(document));
    canonical
}

#[test]
fn every_production_keeps_its_meaning() {
    assert_shown!(formatted(EVERY));
}

#[test]
fn json_of_every_production() {
    let document = parse(EVERY).unwrap();
    assert_shown!(to_json(&document));
}

#[test]
fn shipped_deals_are_canonical() {
    for entry in std::fs::read_dir("../../deals").unwrap() {
        let folder = entry.unwrap().path();
        for file in std::fs::read_dir(&folder).into_iter().flatten() {
            let path = file.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "deal") {
                let text = std::fs::read_to_string(&path).unwrap();
                assert_eq!(formatted(&text), text, "{}: run `forebay fmt`", path.display());
            }
        }
    }
}

#[test]
fn what_is_written_in_several_ways_has_one_form() {
    for (written, canonical) in [
        ("note A 1 coupon 5% act/360", "note A 1 coupon 5%, act/360\n"),
        ("let x = ((a)) + (b * c)", "let x = a + b * c\n"),
        ("let x = (a - b) - c - (d - e)", "let x = a - b - c - (d - e)\n"),
        ("let x = --a", "let x = --a\n"),
        ("let x = not (not a)", "let x = not not a\n"),
        ("let x = (not a) = b", "let x = (not a) = b\n"),
        ("let x = 12345 + 1234 + 0012345.5", "let x = 12_345 + 1234 + 0_012_345.5\n"),
        ("let x = date + 1 days", "let x = date + 1 day\n"),
        ("observe x rate, then last", "observe x rate\n"),
        ("trigger x when a for 1 of 1 payments, cured after 1 payments", "trigger x when a\n"),
        (
            "payments monthly on 1, unadjusted, from 2024-01-01",
            "payments monthly on 1, unadjusted, from 2024-01-01\n",
        ),
        (
            "payments monthly on 1, unadjusted in London, from 2024-01-01",
            "payments monthly on 1, unadjusted in London, from 2024-01-01\n",
        ),
        ("payee x#why", "payee x  # why\n"),
        ("payee x  #", "payee x\n"),
        ("payee x\n#", "payee x\n#\n"),
        ("\u{feff}payee x\r\npayee y\r\n", "payee x\npayee y\n"),
        ("", ""),
        ("\n\n", ""),
        ("# alone", "# alone\n"),
        (
            "let x = # one\n  a + # two\n  # three\n  b # four",
            "# one\n# three\n# two\nlet x = a + b  # four\n",
        ),
    ] {
        assert_eq!(formatted(written), canonical, "{written}");
    }
}

/// Reads texts that are wrong and shows what is said about each.
fn complaints(texts: &[&str]) -> String {
    let mut all = String::new();
    for text in texts {
        let findings = parse(text).expect_err(text);
        all.push_str(&render(("x.deal", text), &findings, false));
        all.push_str("\n--------\n\n");
    }
    all
}

#[test]
fn wrong_words_are_pointed_at() {
    assert_shown!(complaints(&[
        "nota A 5",
        "5 apples",
        "payments montly on 15",
        "payments monthly on 15, folowing business day in New_York, from 2024-01-01",
        "payments monthly on 32, following business day in New_York, from 2024-01-01",
        "payments monthly on 15, following buisness day in New_York, from 2024-01-01",
        "note A 44 coupon 5%, act/361",
        "note A 44 coupon 5%, actual/360",
        "note A 44 coupon 5%, act/360, flor 5%",
        "note A 44 coupon 5%, act/360, scheduled level over 36 months from 2024-01-15",
        "observe x number",
        "observe x rate, stale after three days",
        "account reserve fundet 5",
        "uses rest",
        "fee x 5 a yaer",
        "trigger t when a for 5 of 3 payments",
        "trigger t when a, cured after 0 payments",
        "trigger t when a: C + 2%",
        "state x whn y",
        "deal Sierra",
        "currency USDC, 12 decimals",
        "receive rent into from",
        "let and = 5",
        "let x 5",
    ]));
}

#[test]
fn wrong_formulas_are_pointed_at() {
    assert_shown!(complaints(&[
        "let x = ",
        "let x = a +",
        "let x = (a + b",
        "let x = a b",
        "let x = a < b < c",
        "let x = a == b",
        "let x = a ≤ b",
        "let x = min(a, )\nlet y = min(a b)",
        "let x = sum over 0 of a",
        "let x = sum over 3 a",
        "let x = if a then b",
        "let x = a is empty",
        "let x = A. + 5",
        "let x = 1.2345678901",
        "let x = 1234567890123456789",
        "let x = .5",
        "let x = 2024-02-30 + 5",
        "final 2024-1-5",
        "let x = \"text\"",
    ]));
}

#[test]
fn wrong_lines_are_pointed_at() {
    assert_shown!(complaints(&[
        "  payee x",
        "payee x\n  payee y",
        "pay A.interest",
        "waterfall ramp from lockbox",
        "waterfall ramp lockbox\n  pay A",
        "waterfall ramp from lockbox\n  pya A\n  pay A at least 5\n  pay\n  keep 5% of x\n  write A",
        "waterfall ramp from lockbox\n  pay pro rata by due: A, B",
        "waterfall ramp from lockbox\n  pay pro rata by size: A, B, residue to A",
        "waterfall ramp from lockbox\n  while a > 5 pay A\n  pay A to ltv\n  release x above tagret",
        "waterfall ramp from\n  pay A",
        "deal \"Sierra\nfinal 2024-01-01",
        "payee x; payee y",
        "payee “x”\nlet x = a && b || c != d",
        "deal \"a\" \"b\"",
        "payee x y",
    ]));
}

#[test]
fn all_errors_come_at_once_and_no_more_than_can_be_read() {
    let text = "payee\n".repeat(1_000);
    let findings = parse(&text).unwrap_err();
    assert_eq!(findings.len(), 101);
    let steps = format!("waterfall a from b\n{}", "  pay\n".repeat(1_000));
    assert_eq!(parse(&steps).unwrap_err().len(), 101);
}

/// JSON that is wrong and what is said about it.
fn json_complaint(json: &str) -> String {
    let findings = from_json(json).expect_err(json);
    render(("x.json", json), &findings, false)
}

#[test]
fn json_that_no_text_stands_for_is_refused() {
    let statement = |body: &str| format!("{{\"statements\": [{{\"body\": {body}}}]}}");
    let complaints = [
        json_complaint("{"),
        json_complaint("{}"),
        json_complaint(&statement(r#"{"statement": "payee", "name": "two words"}"#)),
        json_complaint(&statement(r#"{"statement": "payee", "name": "from"}"#)),
        json_complaint(&statement(r#"{"statement": "deal", "title": "two\nlines"}"#)),
        json_complaint(&statement(r#"{"statement": "equity", "name": "E", "amount": "1.2.3"}"#)),
        json_complaint(&statement(r#"{"statement": "let", "name": "x", "value": {"number": "-5"}}"#)),
        json_complaint(&statement(r#"{"statement": "closing", "date": "2024-02-30"}"#)),
    ];
    assert_shown!(complaints.join("\n--------\n\n"));
}

#[test]
fn long_lines_break_between_terms_and_share_no_columns() {
    let check = |written: &str, canonical: &str| assert_eq!(formatted(written), canonical);
    check(
        "let half = 50% * (a_senior_balance * its_rate + a_junior_balance * the_rate_of_the_junior + the_fees_of_a_whole_year)\nlet b = 1",
        "let half = 50% * (a_senior_balance * its_rate + a_junior_balance * the_rate_of_the_junior\n    + the_fees_of_a_whole_year)\nlet b = 1\n",
    );
    check(
        "let a = b\nlet product = first_quite_long_name * second_quite_long_name * third_quite_long_name * fourth_quite_long_name * c\nlet abc = d\nlet ab = d",
        "let a = b\nlet product = first_quite_long_name * second_quite_long_name * third_quite_long_name * fourth_quite_long_name\n    * c\nlet abc = d\nlet ab  = d\n",
    );
    check(
        "let choice = if the_first_of_all_conditions then the_very_first_of_all_values + 1 else max(the_second_value, x) * 2",
        "let choice = if the_first_of_all_conditions then the_very_first_of_all_values + 1\n    else max(the_second_value, x) * 2\n",
    );
}
