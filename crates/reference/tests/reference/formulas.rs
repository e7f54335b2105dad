use crate::formula_text::formula;
use crate::sheet::{Sheet, sheet};
use forebay_reference::ReferenceError;
use serde_json::json;

/// Names for the rows: amounts 7 and 3, rates 1/3 and 7/9 cut at nine places, a quantity 2.5, and a family.
fn deal() -> Sheet {
    let points = json!([{"from": "2024-02-01", "value": "10"}, {"from": "2024-03-15", "value": "20"},
                        {"from": "2024-11-15", "value": "30"}]);
    let family = |member: &str, value: &str| json!({"event": "report", "input": "eligible", "member": member, "reporter": 0, "value": value, "as_of": "2024-01-30"});
    sheet()
        .note("A", "1000", "12%", json!([{"scheduled": {"linear": {"payments": 4, "from": "2024-02-01"}}}]))
        .say(json!({"statement": "liquidation", "horizons": [{"days": 180, "factor": "95%"}, {"days": 90, "factor": "90%"}]}))
        .say(json!({"statement": "schedule", "name": "budget", "unit": "amount", "points": points}))
        .say(json!({"statement": "observe", "name": "eligible", "unit": "amount", "by": "customer"}))
        .observe("seven", "amount")
        .observe("three", "amount")
        .observe("third", "rate")
        .observe("hours", "quantity")
        .observe("up", "flag")
        .define("alias", "seven / 3")
        .report("seven", "7", "2024-01-30")
        .report("three", "3", "2024-01-30")
        .report("third", "0.333333333", "2024-01-30")
        .report("hours", "2.5", "2024-01-30")
        .report("up", "true", "2024-01-30")
        .event(family("x", "10"))
        .event(family("y", "30"))
        .event(family("z", "60"))
}

/// The amount that a formula gives at payment 1.
fn value(text: &str) -> Result<String, ReferenceError> {
    let outcome = deal().expense("probe", text).pay(&["probe"]).cash("10000000000").pay_date().try_run()?;
    assert!(outcome.refused.is_empty(), "{text}");
    let paid = outcome.postings.iter().find(|posting| posting.to == "probe");
    Ok(paid.map_or("0".to_owned(), |posting| posting.amount.clone()))
}

fn check(text: &str, expected: &str) {
    assert_eq!(value(text).as_deref(), Ok(expected), "{text}");
}

/// Whether a condition holds at payment 1.
fn check_flag(text: &str, expected: bool) {
    check(&format!("if {text} then 1 else 2"), if expected { "1.00" } else { "2.00" });
}

#[test]
fn products_and_quotients_round_once_and_down() {
    check("seven * third", "2.33");
    check("round up (seven * third)", "2.34");
    check("seven * hours", "17.50");
    check("hours * third * seven", "5.83");
    check("seven / hours", "2.80");
    check("seven / third", "21.00");
    check("round up (seven / third)", "21.01");
    check("seven / 3", "2.33");
    check("round up (seven / 3)", "2.34");
    check("0 - (three - seven) * third", "1.34");
    check("-round up ((three - seven) * third)", "1.33");
    check("seven / (hours - 2.5) + 1", "1.00");
    check("seven / (third - 1) + 1", "1.00");
}

#[test]
fn rounding_up_reaches_only_what_is_written_inside() {
    check("alias", "2.33");
    check("round up (alias)", "2.33");
    check("round up (alias * 50%)", "1.17");
    check("alias * 50%", "1.16");
}

#[test]
fn a_product_with_a_ratio_rounds_once() {
    check("seven * (three / seven)", "3.00");
    check("three * (seven / three)", "7.00");
    check("seven * (seven / (three - 3)) + 1", "1.00");
    check("seven * (seven / (three - 4)) + 1", "1.00");
    check("seven * third / third", "6.99");
    check("hours * (three / seven) * seven", "7.49");
}

#[test]
fn ratios_are_compared_by_cross_multiplication() {
    check_flag("seven / three > 2.333333333", true);
    check_flag("seven / three < 2.333333334", true);
    check_flag("seven / three = (seven + 7) / (three + 3)", true);
    check_flag("seven / (three - 3) > 1000000", true);
    check_flag("seven / (three - 4) > 1000000", true);
    check_flag("(three - 3) / (three - 3) >= 135%", true);
    check_flag("seven / (three - 3) = three / (seven - 9)", true);
    check_flag("three / seven < third + 0.1", true);
}

#[test]
fn literals_take_the_kind_of_their_place() {
    check("if up then seven else 0", "7.00");
    check("(if up then 2 else seven) * hours", "5.00");
    check("(if up then 2 else 3) * hours", "5.00");
    check("min(seven, 3.5)", "3.50");
    check("max(0, three - seven) + 1", "1.00");
    check("excess(seven, 2)", "5.00");
    check("excess(2, seven) + 1", "1.00");
    check("12 * 4 / 32", "1.50");
    check("5% * 2000", "100.00");
    check("(1 + 50%) * seven", "10.50");
    check("amount(12) * pool.units", "96.00");
    check("amount(-3) * (pool.units - 9) * third", "0.99");
    check("amount(12) / hours", "4.80");
    check("amount(1000) * (three / seven)", "428.57");
    check("payment * seven", "7.00");
    check("seven * (date - closing)", "217.00");
    check_flag("2 * hours < quantity(5.000001)", true);
    check_flag("2 * third = 0.666666666", true);
    check("seven * (third + 66.6666667%)", "7.00");
}

#[test]
fn beside_a_product_or_quotient_a_literal_is_a_plain_number() {
    check("seven * 0.333333333", "2.33");
    check("round up (seven / 3)", "2.34");
    check("seven / 0 + 1", "1.00");
    check("seven / -2 + 1", "1.00");
    check("seven / 50%", "14.00");
    check("seven * 30 days", "210.00");
    check_flag("third * 3 = 0.999999999", true);
    check_flag("third / 3 = 0.111111111", true);
    check_flag("hours / 3 = quantity(0.833333)", true);
    check_flag("payment * 2 = 2", true);
    check_flag("round up (payment / 2) = 1", true);
}

#[test]
fn conditions() {
    check_flag("up and not (seven < three)", true);
    check_flag("not up or seven <= 7", true);
    check_flag("date >= 2024-02-01 and date - closing = 31 days", true);
    check_flag("closing + 31 days = date", true);
    check_flag("final > date", true);
    check_flag("payment = 1", true);
    check_flag("state(normal)", true);
    check_flag("seven.stale", false);
    check_flag("A is zero", false);
    check_flag("lockbox is zero", false);
    check_flag("matured or sold", false);
}

#[test]
fn functions() {
    check("total(eligible)", "100.00");
    check("largest(eligible)", "60.00");
    check("concentration(eligible, 25%)", "40.00");
    check("amount(1000) * liquidation(90 days)", "900.00");
    check("pool.cost * liquidation(180 days)", "950.00");
    check("tiered(pool.cost, 10%, 400, 5%, 900, 1%)", "66.00");
    check("tiered(seven, 10%, 400, 5%)", "0.70");
    check("tiered(three - seven, 10%, 400, 5%) + 1", "1.00");
    check("tiered(seven, third, 1, third, 4, third)", "2.31");
    check("round up (tiered(seven, third, 1, third, 4, third))", "2.34");
    check("concentration(eligible, third)", "26.67");
    check("round up (concentration(eligible, third))", "26.67");
    check("budget", "10.00");
    check("next(budget, 2)", "30.00");
    check("next(budget, 60)", "230.00");
    check("pool.units * 3 * seven / 8", "21.00");
    check("A.scheduled + A.interest + A.coupon * amount(100)", "272.00");
    check("A.available + A.original + A.drawn", "2000.00");
}

#[test]
fn the_present_value_discounts_the_scheduled_path() {
    // After payment 1: 750 planned, 250 a month; at the coupon it is worth par but for rounding down.
    check("present_value(A, 12%)", "749.99");
    check("present_value(A, 0)", "765.00");
}

#[test]
fn windows_hold_their_value_until_the_next_determination() {
    let paid = |text: &str, rents: &[&str]| {
        let deal = sheet()
            .define("window", text)
            .step(json!({"step": "pay", "claims": ["operator"],
            "bound": {"at_most": formula("window")}}))
            .pay(&["E"]);
        let outcome = deal.periods(rents).run();
        let to_operator =
            outcome.postings.iter().filter(|posting| posting.to == "operator" && posting.event.is_some());
        to_operator.map(|posting| posting.amount.clone()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(paid("sum over 2 of rent / 3", &["6", "3", "9"]), "2.00 3.00 4.00");
    assert_eq!(paid("average over 2 of rent", &["6", "3", "9"]), "6.00 3.00 6.00");
    assert_eq!(paid("average over 3 of rent", &["10", "10", "5"]), "10.00 10.00 5.00");
    assert_eq!(paid("round up (average over 3 of (rent / 4))", &["10", "9", "9"]), "2.50 2.38 2.34");
    assert_eq!(paid("counted(rent, 1, 2)", &["6", "3", "9"]), "6.00 9.00");
    assert_eq!(paid("counted(rent, 2, 3)", &["6", "3", "9", "2"]), "6.00 3.00 2.00");
    assert_eq!(paid("sum over 2 of (sum over 2 of rent) / 4", &["4", "4", "4"]), "1.00 3.00 4.00");
}

#[test]
fn a_fee_sees_the_window_of_the_payment_before() {
    let deal = sheet().expense("probe", "sum over 3 of rent").pay(&["probe", "E"]);
    deal.periods(&["6", "8"]).pays(&["lockbox > E 6.00", "lockbox > probe 6.00; lockbox > E 2.00"]);
}

#[test]
fn what_the_definition_does_not_allow_means_nothing() {
    for text in [
        "seven * three",
        "seven + third",
        "seven / three",
        "1000 * (three / seven)",
        "12 / hours",
        "12 * pool.units",
        "(if up then 2 else 3) * seven",
        "min(5%, 3 days)",
        "-up",
        "eligible.stale",
        "excess(date, closing)",
        "pool.cost * liquidation(100 days)",
        "rate(seven)",
        "(seven / three) * third",
        "(seven / three) / 2",
        "sum over 3 of (seven / three)",
        "1 / 3 * seven",
        "0.001 + seven",
        "seven + up",
        "hours / third * seven",
        "nobody",
        "eligible",
        "third",
    ] {
        assert!(matches!(value(text), Err(ReferenceError::Meaningless(_))), "{text}");
    }
}

#[test]
fn a_formula_may_not_reach_itself() {
    let deal = sheet().define("a", "b + 1").define("b", "a + 1");
    assert!(matches!(deal.try_run(), Err(ReferenceError::Meaningless(_))));
    let deal = sheet().account("trap", "2 * trap.target", &[]);
    assert!(matches!(deal.try_run(), Err(ReferenceError::Meaningless(_))));
}
