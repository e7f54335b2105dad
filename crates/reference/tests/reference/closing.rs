use crate::sheet::{Sheet, sheet};
use forebay_reference::{Outcome, ReferenceError};
use serde_json::{Value, json};

fn uses(sheet: Sheet, uses: Value) -> Sheet {
    sheet.say(json!({"statement": "uses", "uses": uses}))
}

fn closing(outcome: &Outcome) -> Vec<String> {
    let at_closing = outcome.postings.iter().filter(|posting| posting.event.is_none());
    at_closing.map(|posting| format!("{} > {} {}", posting.from, posting.to, posting.amount)).collect()
}

fn deal() -> Sheet {
    sheet()
        .note("A", "1000", "12%", json!([]))
        .say(json!({"statement": "account", "name": "reserve", "funded": "50"}))
        .say(json!({"statement": "fee", "name": "issuance", "once_at_closing": true,
                    "amount": {"binary": {"operator": "multiply", "left": {"number": "1.5%"},
                                          "right": {"name": "A.original"}}}}))
        .pay(&["A.interest", "issuance", "E"])
}

#[test]
fn money_raised_goes_to_the_uses_in_order() {
    let all = json!([{"name": "operator", "amount": "800"}, {"name": "reserve"}, {"name": "issuance"}, {"name": "lockbox", "rest": true}]);
    let outcome = uses(deal(), all).run();
    let expected = [
        "A > closing 1000.00",
        "E > closing 100.00",
        "closing > operator 800.00",
        "closing > reserve 50.00",
        "closing > issuance 15.00",
        "closing > lockbox 235.00",
    ];
    assert_eq!(closing(&outcome), expected);
    assert_eq!(outcome.accounts["lockbox"], "235.00");
    assert_eq!(outcome.notes["A"].coupon, "0.120000000");
    assert_eq!(outcome.state, "normal");
}

#[test]
fn a_fee_that_is_not_used_stays_due() {
    let deal =
        uses(deal(), json!([{"name": "operator", "amount": "1090"}, {"name": "lockbox", "rest": true}]));
    let outcome = deal.clone().run();
    assert_eq!(closing(&outcome)[2..], ["closing > operator 1090.00", "closing > lockbox 10.00"]);
    deal.periods(&["20"]).pays(&["lockbox > A.interest 10.00; lockbox > issuance 15.00; lockbox > E 5.00"]);
}

#[test]
fn uses_must_be_the_sources() {
    for wrong in [
        json!([{"name": "lockbox", "rest": true}, {"name": "operator", "amount": "1"}]),
        json!([{"name": "operator", "amount": "1000"}]),
        json!([{"name": "operator", "rest": true}, {"name": "lockbox", "rest": true}]),
        json!([{"name": "nobody", "amount": "1100"}]),
    ] {
        let error = uses(deal(), wrong.clone()).try_run();
        assert!(matches!(error, Err(ReferenceError::Meaningless(_))), "{wrong}");
    }
}

#[test]
fn before_the_closing_only_what_comes_in_is_accepted() {
    let deal = sheet()
        .observe("sofr", "rate")
        .note("A", "1000", "sofr + 6%", json!([]))
        .expense("share", "rent")
        .pay(&["A.interest", "share"])
        .cash("5")
        .report("sofr", "0.05", "2023-12-31")
        .event(json!({"event": "pay_date", "number": 1, "today": "2024-02-01"}))
        .event(json!({"event": "transition", "to": "normal", "on": "2024-01-01"}))
        .event(json!({"event": "pay_date", "number": 0, "today": "2023-12-31"}))
        .event(json!({"event": "pay_date", "number": 0, "today": "2024-01-01"}))
        .event(json!({"event": "pay_date", "number": 0, "today": "2024-01-01"}))
        .pay_date();
    let outcome = deal.run();
    assert_eq!(outcome.refused, [2, 3, 4, 6]);
    assert_eq!(outcome.notes["A"].coupon, "0.110000000");
    // What came before the closing is of period 0: nobody's rent of period 1.
    assert_eq!(
        crate::sheet::movements(&outcome).last().map(String::as_str),
        Some("lockbox > A.interest 5.00")
    );
}

#[test]
fn uses_above_sources_refuse_the_closing() {
    let all = json!([{"name": "operator", "amount": "1090"}, {"name": "issuance"}, {"name": "lockbox", "rest": true}]);
    let close = json!({"event": "pay_date", "number": 0, "today": "2024-01-01"});
    assert_eq!(uses(deal(), all).event(close).run().refused, [0]);
}

#[test]
fn a_quorum_is_needed_at_the_closing() {
    let deal = sheet()
        .say(json!({"statement": "payments", "grace_days": 2}))
        .say(json!({"statement": "observe", "name": "price", "unit": "amount", "quorum": 1}));
    let on = |today: &str| json!({"event": "pay_date", "number": 0, "today": today});
    assert_eq!(deal.event(on("2024-01-03")).event(on("2024-01-04")).run().refused, [0]);
}
