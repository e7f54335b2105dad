//! Statements as banks write them, and as they should not.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use forebay_bank::{BankError, Statement, read_statements};

const OLD: &str = include_str!("vectors/statement-02.xml");
const NEW: &str = include_str!("vectors/statement-08.xml");

fn shown(statement: &Statement) -> Vec<String> {
    let entry = |entry: &forebay_bank::Entry| {
        let references = entry.references.join("+");
        let parts = [&entry.name, &entry.account, &references, &entry.words, &entry.bank_reference];
        let parts: Vec<&str> = parts.into_iter().map(String::as_str).collect();
        format!("{} {} {} {}", entry.amount, entry.booked, entry.valued, parts.join("|"))
    };
    let head = format!("{} {} {}", statement.account, statement.opening, statement.closing);
    std::iter::once(head).chain(statement.entries.iter().map(entry)).collect()
}

#[test]
fn both_generations_of_statements_are_read() {
    let [old] = &read_statements(OLD, ("EUR", 2)).unwrap()[..] else { panic!("one statement") };
    let expected = [
        "DE89370400440532013000 100000 2565050",
        "2500000 2026-02-16 2026-02-15 Northern Compute GmbH|NL91ABNA0417164300||Rent February, ref R-2026-02 (hall 1)|B-1",
        "-34950 2026-02-16 2026-02-16 ||||B-2",
    ];
    assert_eq!(shown(old), expected);
    assert_eq!(old.pending, 1, "what is not booked is in no balance");
    let [new] = &read_statements(NEW, ("USD", 2)).unwrap()[..] else { panic!("one statement") };
    let expected = [
        "4711 -5000 2995000",
        "1000000 2026-03-16 2026-03-16 First Tenant|100|R-2026-03-A||B-9-1",
        "2000000 2026-03-16 2026-03-16 Second Tenant||RF18539007547034||1",
    ];
    assert_eq!(shown(new), expected);
}

#[test]
fn what_is_no_whole_statement_is_refused() {
    let check = |(from, to): (&str, &str), (currency, decimals): (&str, u8), code: u16| {
        assert!(from.is_empty() || OLD.contains(from), "{from} is in the vector");
        let text = if from.is_empty() { OLD.to_owned() } else { OLD.replacen(from, to, 1) };
        let refused = read_statements(&text, (currency, decimals)).unwrap_err();
        assert_eq!(refused.code(), code, "{from} -> {to}: {refused}");
    };
    check(("", ""), ("USD", 2), 941);
    check(("", ""), ("EUR", 0), 942);
    check(("25000.00", "25000.001"), ("EUR", 2), 942);
    check(("25000.00", "25,000.00"), ("EUR", 2), 942);
    check(("25000.00", "99999999999999999999"), ("EUR", 2), 942);
    check(("349.50", "349.49"), ("EUR", 2), 945);
    check(("PRCD", "ITBD"), ("EUR", 2), 944);
    check(("<CdtDbtInd>DBIT", "<CdtDbtInd>OTHR"), ("EUR", 2), 944);
    check(("2026-02-16T10:11:12", "yesterday"), ("EUR", 2), 943);
    check(("2026-02-16T10:11:12", "2026-02-30T10:11:12"), ("EUR", 2), 943);
    check(("</Stmt>", ""), ("EUR", 2), 940);
    check(("BkToCstmrStmt>", "Other>"), ("EUR", 2), 940);
    assert!(matches!(read_statements("", ("EUR", 2)), Err(BankError::NotStatement(_))));
}

/// Whatever stands in the file, there is an answer.
#[test]
fn no_torn_file_is_read_as_a_statement() {
    for end in (0..OLD.len()).step_by(7) {
        let Some(text) = OLD.get(..end) else { continue };
        assert!(read_statements(text, ("EUR", 2)).is_err(), "cut at {end}");
    }
}
