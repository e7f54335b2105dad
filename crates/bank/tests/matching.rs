//! Entries and payments, in any order.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use forebay_bank::{Entry, Expected, Reconciled, Rule, reconcile};
use units::Date;

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// A payment: name, reference, account, amount, due.
fn expected() -> Vec<Expected> {
    let rows = [
        ("rent A", "R-1", "NL91", 2_500_000, "2026-02-15"),
        ("rent B", "R-2", "FR76", 1_000_000, "2026-02-15"),
        ("rent C", "", "GB29", 700_000, "2026-02-15"),
        ("rent D", "", "GB29", 700_000, "2026-02-18"),
        ("rent E", "R-5", "", 300_000, "2026-02-15"),
    ];
    let row = |(name, reference, account, amount, due): (&str, &str, &str, i64, &str)| Expected {
        name: name.to_owned(),
        reference: reference.to_owned(),
        account: account.to_owned(),
        amount,
        due: day(due),
    };
    rows.map(row).to_vec()
}

/// An entry: amount, reference, words, account.
fn entry(amount: i64, reference: &str, words: &str, account: &str) -> Entry {
    let references = if reference.is_empty() { vec![] } else { vec![reference.to_owned()] };
    let (booked, words, account) = (day("2026-02-16"), words.to_owned(), account.to_owned());
    Entry { amount, booked, valued: booked, references, words, account, ..Entry::default() }
}

/// Matches as words, what is unmatched and what is missing.
fn check(entries: &[Entry], matched: &[(usize, &str, Rule, i64)], unmatched: &[usize], missing: &[&str]) {
    let expected = expected();
    let found = reconcile(entries, &expected);
    let named = |at: usize| expected[at].name.as_str();
    let shown = found.matched.iter().map(|one| (one.entry, named(one.expected), one.rule, one.difference));
    let shown: Vec<_> = shown.collect();
    assert_eq!(shown, matched);
    assert_eq!(found.unmatched, unmatched);
    let names: Vec<&str> = found.missing.iter().map(|at| named(*at)).collect();
    assert_eq!(names, missing);
}

#[test]
fn payments_are_found_by_reference_and_by_account() {
    use Rule::{AccountAndAmount, Reference};
    check(&[], &[], &[], &["rent A", "rent B", "rent C", "rent D", "rent E"]);
    let by_reference = entry(2_500_000, "r-1", "", "");
    check(&[by_reference], &[(0, "rent A", Reference, 0)], &[], &["rent B", "rent C", "rent D", "rent E"]);
    let in_words = entry(1_000_000, "", "rent (R-2), hall 3", "");
    check(&[in_words], &[(0, "rent B", Reference, 0)], &[], &["rent A", "rent C", "rent D", "rent E"]);
    let part_of_a_word = entry(1_000_000, "", "XR-22", "");
    check(&[part_of_a_word], &[], &[0], &["rent A", "rent B", "rent C", "rent D", "rent E"]);
    let by_account = entry(1_000_000, "", "", "FR76");
    check(
        &[by_account],
        &[(0, "rent B", AccountAndAmount, 0)],
        &[],
        &["rent A", "rent C", "rent D", "rent E"],
    );
    let could_be_two = entry(700_000, "", "", "GB29");
    check(&[could_be_two], &[], &[0], &["rent A", "rent B", "rent C", "rent D", "rent E"]);
}

#[test]
fn parts_add_up_and_what_is_over_is_seen() {
    use Rule::Reference;
    let parts =
        [entry(2_000_000, "R-1", "", ""), entry(400_000, "R-1", "", ""), entry(300_000, "R-1", "", "")];
    let came = [
        (0, "rent A", Reference, -500_000),
        (1, "rent A", Reference, -100_000),
        (2, "rent A", Reference, 200_000),
    ];
    check(&parts, &came, &[], &["rent B", "rent C", "rent D", "rent E"]);
    let twice = [entry(300_000, "R-5", "", ""), entry(300_000, "R-5", "", "")];
    check(&twice, &[(0, "rent E", Reference, 0)], &[1], &["rent A", "rent B", "rent C", "rent D"]);
}

#[test]
fn what_was_taken_back_is_no_payment() {
    let back = Entry { reversal: true, ..entry(-2_500_000, "R-1", "", "NL91") };
    let entries = [entry(2_500_000, "R-1", "", "NL91"), back, entry(2_500_000, "R-1", "", "NL91")];
    let found = reconcile(&entries, &expected());
    assert_eq!(found.reversed, [(0, 1)]);
    assert_eq!(found.matched.iter().map(|one| one.entry).collect::<Vec<_>>(), [2]);
    let alone = Entry { reversal: true, ..entry(-5, "", "", "") };
    assert_eq!(reconcile(&[alone], &[]), Reconciled { unmatched: vec![0], ..Reconciled::default() });
}

#[test]
fn money_that_goes_out_pays_no_rent() {
    check(
        &[entry(-2_500_000, "R-1", "", "NL91")],
        &[],
        &[0],
        &["rent A", "rent B", "rent C", "rent D", "rent E"],
    );
}
