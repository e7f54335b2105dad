//! Static analysis: a sound deal, and what it says when one line of it is changed.
#![allow(missing_docs, clippy::unwrap_used)]

use forebay_deal::{DealError, Diagnostic, Severity, Tape, compile, parse};

const SOUND: &str = r#"deal "Sound"
currency USD, 2 decimals
closing 2024-01-15
payments monthly on 15, unadjusted, from 2024-02-15
final 2026-01-15
receive rent into lockbox
observe price amount
account lockbox
account reserve funded 1_000, target 2_000, covers A.interest
account trap
note A 100_000 coupon 6%, 30/360
note B 20_000 coupon 9%, 30/360, may defer
equity E 30_000
payee debtor
uses machines 140_000, reserve, rest lockbox
fee trustee 100, at most 1_000 a year
let value = 10 * price
test ltv = A.balance / value
trigger low when ltv > 80% for 2 of 3 payments, cured after 2 payments
trigger broken when ltv > 95%, never cured
state normal
state rapid when broken
state enforcement when A.interest is unpaid for 10 days
state closed when settled and matured
waterfall normal from lockbox, then reserve
  while not low: release trap
  release reserve above target
  while matured: release reserve
  pay trustee
  pay A.interest, B.interest
  fill reserve
  while low: keep all in trap
  pay A.principal
  pay B.principal
  pay trustee.excess
  pay E
waterfall rapid, enforcement from lockbox, trap, reserve
  pay trustee, A.interest, A.principal, B.interest, B.principal, trustee.excess
  pay debtor
"#;

fn findings(text: &str) -> Vec<Diagnostic> {
    match parse(text) {
        Ok(document) => {
            compile(&document, &Tape::default()).map_or_else(|found| found, |compiled| compiled.warnings)
        }
        Err(found) => found,
    }
}

/// Changes one line (an empty text deletes it) and expects this finding first.
fn check(line: &str, change: &str, code: DealError, severity: Severity) {
    assert!(SOUND.contains(line), "no line `{line}`");
    let text = SOUND.replacen(line, change, 1);
    let found = findings(&text);
    let shown = forebay_deal::render(("deal", &text), &found, false);
    assert!(found.iter().any(|f| (f.code, f.severity) == (code, severity)), "{line} -> {change}\n{shown}");
    assert!(found.iter().all(|finding| finding.help.is_some()), "every finding suggests a fix\n{shown}");
}

#[test]
fn a_sound_deal_has_no_findings() {
    let found = findings(SOUND);
    assert!(found.is_empty(), "{}", forebay_deal::render(("deal", SOUND), &found, false));
}

#[test]
fn errors_are_found() {
    use DealError as E;
    let error = |line, change, code| check(line, change, code, Severity::Error);
    error("state rapid when broken", "state rapid", E::UnreachableState);
    error("waterfall rapid, enforcement from", "waterfall enforcement from", E::MissingWaterfall);
    error("  pay E\nwaterfall", "  pay E\n  pay B.interest\nwaterfall", E::UnreachableStep);
    error("fee trustee", "fee agent 5\nfee trustee", E::NeverPaid);
    error("  pay debtor\n", "", E::ResidueWithoutOwner);
    error("  pay E\n", "  pay E once A is zero\n", E::ResidueWithoutOwner);
    error("account trap", "account trap\naccount spare funded 10", E::StrandedCash);
    error("let value = 10 * price", "let value = 10 * price + value", E::FormulaCycle);
    error("let value = 10 * price", "let value = price + other\nlet other = min(value, 5)", E::FormulaCycle);
    error("uses machines 140_000", "uses machines 150_000", E::UsesExceedSources);
    error(", rest lockbox", "", E::ResidueWithoutOwner);
    error(", covers A.interest", "", E::NothingCovered);
    error("state rapid when broken", "state rapid when brocken", E::UnknownName);
    error("note B 20_000", "note A 20_000", E::DuplicateName);
    error("test ltv = A.balance / value", "test ltv = A.balance / ltv", E::FormulaCycle);
    error("ltv > 95%, never", "value > 95%, never", E::WrongKind);
    error("currency USD, 2 decimals\n", "", E::MissingStatement);
    error("release trap", "release tarp", E::UnknownName);
    error("release trap", "release elsewhere", E::UnknownName);
    error("pay trustee\n", "pay nobody_known\n", E::UnknownName);
    error("let value = 10 * price", "let value = 10 * lockbox", E::UnknownName);
    error("let value = 10 * price", "let value = price + furlong(3)", E::UnknownName);
}

#[test]
fn conditions_that_never_hold_are_found() {
    use DealError as E;
    let warning = |line, change, code| check(line, change, code, Severity::Warning);
    warning("state rapid when broken", "state rapid when 1 > 2", E::UnreachableState);
    warning("state rapid when broken", "state rapid when broken and date > 2099-01-01", E::UnreachableState);
    warning("ltv > 95%, never cured", "payment < 0, never cured", E::UnreachableState);
    warning("  pay trustee\n", "  pay trustee\n  while not 5% <= 0.05: pay E\n", E::UnreachableStep);
    warning("  pay trustee\n", "  pay trustee\n  while payment < 0 or 1 = 2: pay E\n", E::UnreachableStep);
}

#[test]
fn conditions_that_may_hold_are_left_alone() {
    for step in ["date < 2025-01-01", "payment >= 7", "not 1 > 2", "ltv > 80%", "date > 2027-06-01", "broken"]
    {
        let text =
            SOUND.replacen("  pay trustee\n", &format!("  pay trustee\n  while {step}: pay trustee\n"), 1);
        let found = findings(&text);
        assert!(found.is_empty(), "{step}\n{}", forebay_deal::render(("deal", &text), &found, false));
    }
}

#[test]
fn a_cycle_is_reported_once() {
    let text = SOUND.replacen("let value = 10 * price", "let value = c + price\nlet c = d\nlet d = value", 1);
    let cycles: Vec<String> = findings(&text)
        .into_iter()
        .filter(|finding| finding.code == DealError::FormulaCycle)
        .map(|finding| finding.message.into())
        .collect();
    assert_eq!(cycles, ["`c` is defined by itself: c needs d needs value needs c"]);
}

#[test]
fn warnings_are_found() {
    use DealError as E;
    let warning = |line, change, code| check(line, change, code, Severity::Warning);
    warning("pay A.interest, B.interest\n", "pay B.interest, A.interest\n", E::RankContradicted);
    let group = "  pay pro rata by due: B.principal, trustee, residue to B\n  pay A.principal\n";
    warning("  pay A.principal\n  pay B.principal\n", group, E::RankContradicted);
    warning("ltv > 95%, never cured", "ltv > 95%, cured after 2 payments", E::ImpossibleCure);
    warning("ltv > 95%, never cured", "A.written_off > 10, cured after 2 payments", E::ImpossibleCure);
    warning("  while matured: release reserve\n", "", E::StrandedCash);
    warning(", trap, reserve\n  pay trustee, A", ", trap\n  pay trustee, A", E::StrandedCash);
}

#[test]
fn a_rank_may_be_said() {
    let text = SOUND
        .replace("pay A.interest, B.interest\n", "pay B.interest, A.interest\n")
        .replace(
            "pay trustee, A.interest, A.principal, B.interest, B.principal",
            "pay trustee, B.interest, B.principal, A.interest, A.principal",
        )
        .replace("  pay A.principal\n  pay B.principal\n", "  pay B.principal\n  pay A.principal\n")
        .replace("6%, 30/360", "6%, 30/360, rank 2")
        .replace("may defer", "may defer, rank 1");
    let found = findings(&text);
    assert!(found.is_empty(), "{}", forebay_deal::render(("deal", &text), &found, false));
}
