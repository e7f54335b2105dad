use crate::formula_text::formula;
use crate::sheet::{Sheet, months, sheet};
use forebay_reference::ReferenceError;
use serde_json::{Value, json};

fn one_note(coupon: &str, options: Value) -> Sheet {
    sheet().note("A", "1000", coupon, options).pay(&["A.interest", "A.scheduled"])
}

#[test]
fn interest_is_rounded_up_and_what_is_unpaid_is_carried() {
    // 1000.00 × 12.35 % ÷ 12 = 10.2916…
    one_note("12.35%", json!([])).periods(&["11"]).pays(&["lockbox > A.interest 10.30"]);
    let outcome = one_note("12%", json!(["may_defer"])).periods(&["4", "20"]).pays(&[
        "lockbox > A.interest 4.00",
        // 6.00 carried, without interest, and 10.00 new.
        "lockbox > A.interest 16.00",
    ]);
    assert_eq!(outcome.notes["A"].interest_paid, "20.00");
}

#[test]
fn deferred_interest_may_bear_interest() {
    // 10.00 carried at 12 % + 12 % for a month: 0.20; then 20.20 carried: 0.404, up to 0.41.
    let deal = one_note("12%", json!(["may_defer", {"deferred_interest_bears": {"plus": "12%"}}]));
    let outcome = deal.clone().periods(&["0", "0"]).run();
    assert_eq!(outcome.notes["A"].carried, "20.20");
    deal.periods(&["0", "0", "100"]).pays(&["lockbox > A.interest 30.61"]);
}

#[test]
fn unpaid_interest_may_join_the_balance() {
    let deal = one_note("12%", json!(["capitalises"]));
    let outcome = deal
        .periods(&["4", "0"])
        .pays(&["lockbox > A.interest 4.00; A.interest* > A 6.00", "A.interest* > A 10.06"]);
    let note = &outcome.notes["A"];
    assert_eq!((&*note.balance, &*note.capitalised, &*note.carried), ("1016.06", "16.06", "0.00"));
}

#[test]
fn a_note_accretes_until_a_date_or_while_a_condition_holds() {
    // Payment 3 is the first on or after the date.
    let until = one_note("12%", json!([{"accretes_until": "2024-03-15"}]));
    until.periods(&["50", "0", "50"]).pays(&[
        "A.interest* > A 10.00",
        "A.interest* > A 10.10",
        "lockbox > A.interest 10.21",
    ]);
    let when = one_note("12%", json!([{"accretes_while": formula("A.balance < 1005")}]));
    when.periods(&["50", "0"]).pays(&["A.interest* > A 10.00", "lockbox > A.interest 10.10"]);
}

#[test]
fn additional_interest_is_a_claim_of_its_own_and_bears_nothing() {
    let additional = json!([{"additional": {"rate": formula("6%"), "from": "2024-01-15"}}]);
    let deal = one_note("12%", additional).pay(&["A.additional"]);
    let outcome = deal.periods(&["100", "0", "0", "100"]).pays(&[
        "lockbox > A.interest 10.00",
        // The second accrual starts on 2024-02-01, the first on or after the date.
        "lockbox > A.interest 10.00; lockbox > A.additional 5.00",
        "lockbox > A.interest 10.00; lockbox > A.additional 5.00",
        "lockbox > A.interest 10.00; lockbox > A.additional 5.00",
    ]);
    assert_eq!(outcome.notes["A"].additional_paid, "15.00");
}

#[test]
fn additional_interest_that_is_not_paid_is_carried() {
    let additional = json!([{"additional": {"rate": formula("6%"), "from": "2024-01-01"}}]);
    let deal = one_note("12%", additional).pay(&["A.additional"]).periods(&["12", "30"]);
    deal.pays(&[
        "lockbox > A.interest 10.00; lockbox > A.additional 2.00",
        "lockbox > A.interest 10.00; lockbox > A.additional 8.00",
    ]);
}

#[test]
fn a_notional_note_has_no_principal() {
    let deal = one_note("12%", json!([{"notional": formula("pool.cost / 2")}])).pay(&["A.principal"]);
    let outcome = deal.periods(&["100"]).pays(&["lockbox > A.interest 5.00"]);
    assert_eq!(outcome.notes["A"].balance, "0.00");
}

#[test]
fn the_coupon_is_set_for_the_next_period_between_floor_and_cap() {
    let coupons = |options: Value, values: &[&str]| {
        let deal =
            sheet().observe("sofr", "rate").note("A", "1000", "sofr + 6%", options).pay(&["A.interest"]);
        let deal =
            values.iter().fold(deal, |deal, value| deal.report("sofr", value, "2024-01-01").pay_date());
        deal.run().notes["A"].coupon.clone()
    };
    assert_eq!(coupons(json!([]), &[]), "0.060000000");
    assert_eq!(coupons(json!([]), &["0.05"]), "0.110000000");
    assert_eq!(coupons(json!([]), &["-0.07"]), "0.000000000");
    assert_eq!(coupons(json!([{"floor": "8%"}, {"cap": "9%"}]), &["0.01"]), "0.080000000");
    assert_eq!(coupons(json!([{"floor": "8%"}, {"cap": "9%"}]), &["0.05"]), "0.090000000");
    // The first period's coupon was fixed before the report.
    let deal = sheet().observe("sofr", "rate").note("A", "1000", "sofr + 6%", json!([])).pay(&["A.interest"]);
    let deal = deal.report("sofr", "0.06", "2024-01-01").periods(&["50", "50"]);
    deal.pays(&["lockbox > A.interest 5.00", "lockbox > A.interest 10.00"]);
}

#[test]
fn a_trigger_may_raise_a_coupon() {
    let trigger = json!({"statement": "trigger", "name": "low", "when": formula("rent < 5"),
                         "effects": [{"note": "A", "plus": "2%"}]});
    let deal = one_note("12%", json!([])).say(trigger);
    assert_eq!(deal.clone().periods(&["4"]).run().notes["A"].coupon, "0.140000000");
    assert_eq!(deal.periods(&["4", "9"]).run().notes["A"].coupon, "0.120000000");
}

#[test]
fn level_payments_are_level() {
    let rows = [(6, "90250.626302", "83007.515642"), (7, "90250.6263029", "83007.5156363")];
    for (decimals, payment, interest) in rows {
        let deal = sheet()
            .say(json!({"statement": "closing", "date": "2026-12-01"}))
            .calendar(months("2026-12-01", 12))
            .decimals(decimals)
            .say(json!({"statement": "note", "name": "A", "amount": "1000000", "coupon": formula("15%"),
                        "day_count": "act/365",
                        "options": [{"scheduled": {"level": {"payments": 12, "from": "2027-01-01"}}}]}))
            .define("level", "A.interest.paid + A.scheduled.paid")
            .pay(&["A.interest", "A.scheduled", "E"])
            .periods(&["100000"; 12]);
        let outcome = deal.run();
        let note = &outcome.notes["A"];
        assert_eq!(note.interest_paid, interest);
        assert_eq!(note.balance.parse::<f64>(), Ok(0.0));
        assert_eq!(first_payment(&outcome.postings, decimals), payment);
    }
}

/// What the holders of A received at the first payment date, counted in smallest units.
fn first_payment(postings: &[forebay_reference::Posting], decimals: u8) -> String {
    let received = postings.iter().filter(|posting| posting.event == Some(1) && posting.to.starts_with("A."));
    let units: u64 = received.map(|posting| posting.amount.replace('.', "").parse::<u64>().unwrap()).sum();
    let digits = units.to_string();
    let (whole, fraction) = digits.split_at(digits.len() - usize::from(decimals));
    format!("{whole}.{fraction}")
}

#[test]
fn linear_parts_take_the_rounding_last() {
    let linear = json!([{"scheduled": {"linear": {"payments": 3, "from": "2024-03-01"}}}]);
    let outcome = one_note("0", linear).pay(&["E"]).periods(&["400"; 4]).pays(&[
        "lockbox > E 400.00",
        "lockbox > A.scheduled 333.33; lockbox > E 66.67",
        "lockbox > A.scheduled 333.33; lockbox > E 66.67",
        "lockbox > A.scheduled 333.34; lockbox > E 66.66",
    ]);
    assert_eq!(outcome.notes["A"].principal_paid, "1000.00");
}

#[test]
fn what_was_scheduled_and_not_paid_stays_due() {
    let linear = json!([{"scheduled": {"linear": {"payments": 4, "from": "2024-02-01"}}}]);
    one_note("0", linear)
        .periods(&["100", "450"])
        .pays(&["lockbox > A.scheduled 100.00", "lockbox > A.scheduled 400.00"]);
}

#[test]
fn a_plan_may_be_a_schedule() {
    let points = json!([{"from": "2024-02-01", "value": "900"}, {"from": "2024-03-01", "value": "500"}]);
    let plan = json!([{"scheduled": {"planned": formula("floor")}}]);
    one_note("0", plan)
        .say(json!({"statement": "schedule", "name": "floor", "unit": "amount", "points": points}))
        .periods(&["50", "700"])
        .pays(&["lockbox > A.scheduled 50.00", "lockbox > A.scheduled 450.00"]);
}

#[test]
fn everything_is_due_at_maturity_and_at_the_final_date() {
    let mature = json!([{"matures": "2024-02-15"}, {"locked_until": "2025-01-01"}]);
    one_note("0", mature).periods(&["600", "600"]).pays(&["lockbox > A.scheduled 1000.00"]);
    let deal = one_note("0", json!([])).calendar(months("2024-01-01", 2));
    deal.periods(&["600", "600"]).pays(&["lockbox > A.scheduled 1000.00"]);
}

#[test]
fn a_locked_note_has_no_principal_due() {
    let until = sheet().note("A", "1000", "0", json!([{"locked_until": "2024-02-15"}])).pay(&["A.principal"]);
    until.periods(&["600", "1"]).pays(&["lockbox > A.principal 601.00"]);
    // The condition is looked at when the step is reached.
    let when = sheet()
        .note("A", "100", "0", json!([]))
        .note("B", "1000", "0", json!([{"locked_while": formula("A.balance > 0")}]))
        .pay(&["B.principal", "A.principal", "B.principal"]);
    when.periods(&["150"]).pays(&["lockbox > A.principal 100.00; lockbox > B.principal 50.00"]);
}

#[test]
fn a_level_window_beyond_the_final_date_means_nothing() {
    let level = json!([{"scheduled": {"level": {"payments": 13, "from": "2024-02-01"}}}]);
    let result = one_note("12%", level).periods(&["1"]).try_run();
    assert!(matches!(result, Err(ReferenceError::Meaningless(_))));
}

#[test]
fn capitalised_principal_paid_and_written_off_explain_the_balance() {
    let deal = one_note("12%", json!(["capitalises"]))
        .step(json!({"step": "write_off", "note": "A", "at_most": formula("7")}))
        .pay(&["A.principal"]);
    let note = deal.periods(&["0", "30", "5"]).run().notes["A"].clone();
    let cents = |text: &str| text.replace('.', "").parse::<i64>().unwrap();
    let held = cents(&note.balance) + cents(&note.principal_paid) + cents(&note.written_off);
    assert_eq!(cents(&note.drawn) + cents(&note.capitalised), held);
    assert_eq!(note.written_off, "21.00");
}
