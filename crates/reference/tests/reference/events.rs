use crate::formula_text::formula;
use crate::sheet::{Sheet, sheet};
use serde_json::{Value, json};

fn drawn_note(permit: Option<&str>) -> Sheet {
    let draws = json!([{"draws": {"until": "2024-04-15", "at_most": 2, "payments": 2, "interest_only": 1, "to": "operator"}}]);
    let deal = sheet().note("A", "1000", "12%", draws).pay(&["A.interest", "A.scheduled", "E"]);
    match permit {
        Some(when) => deal.say(json!({"statement": "permit", "action": "draw", "when": formula(when)})),
        None => deal,
    }
}

fn draw(amount: &str, on: &str) -> Value {
    json!({"event": "draw", "note": "A", "amount": amount, "on": on})
}

#[test]
fn each_draw_accrues_from_its_day_and_is_repaid_by_itself() {
    let deal = drawn_note(None)
        .event(draw("600", "2024-01-16"))
        .periods(&["5"])
        .event(draw("400", "2024-02-11"))
        .periods(&["310", "310", "310", "310"]);
    let outcome = deal.pays(&[
        "A > operator 600.00",
        // 600 × 12 % × 15 ÷ 360, interest only
        "lockbox > A.interest 3.00; lockbox > E 2.00",
        "A > operator 400.00",
        // 600 for 10 days and 1000 for 20; half of the first draw
        "lockbox > A.interest 8.67; lockbox > A.scheduled 300.00; lockbox > E 1.33",
        "lockbox > A.interest 7.00; lockbox > A.scheduled 303.00",
        // 197.00 + 200.00 planned 0 and 0; 397.00 left of both
        "lockbox > A.interest 3.97; lockbox > A.scheduled 306.03",
        "lockbox > A.interest 0.91; lockbox > A.scheduled 90.97; lockbox > E 218.12",
    ]);
    assert_eq!(outcome.notes["A"].drawn, "1000.00");
}

#[test]
fn draws_that_the_terms_do_not_allow_are_refused() {
    let refused =
        |deal: Sheet, events: &[Value]| events.iter().cloned().fold(deal, Sheet::event).run().refused;
    let free = || drawn_note(None);
    assert_eq!(refused(free(), &[draw("1000.01", "2024-01-16")]), [0]);
    assert_eq!(refused(free(), &[draw("0.001", "2024-01-16")]), [0]);
    assert_eq!(refused(free(), &[draw("0", "2024-01-16"), draw("-1", "2024-01-16")]), [0, 1]);
    assert_eq!(refused(free(), &[draw("1", "2024-04-16")]), [0]);
    assert_eq!(
        refused(free(), &[draw("1", "2024-01-02"), draw("1", "2024-01-03"), draw("1", "2024-01-04")]),
        [2]
    );
    assert_eq!(refused(sheet().note("A", "1", "0", json!([])), &[draw("1", "2024-01-16")]), [0]);
    let base = drawn_note(Some("draw.amount <= excess(700, A.balance)"));
    assert_eq!(
        refused(base, &[draw("700.01", "2024-01-16"), draw("400", "2024-01-16"), draw("400", "2024-01-16")]),
        [0, 2]
    );
}

/// Reports (value, as-of) by reporter 0, 1, …, and the expense that is read from them at the payment of 2024-02-01.
fn check_input(terms: Value, reports: &[(&str, &str)], expected: &[&str]) {
    let mut observe = json!({"statement": "observe", "name": "price", "unit": "amount", "reporters": 3});
    observe.as_object_mut().unwrap().extend(terms.as_object().unwrap().clone());
    let mut deal = sheet().say(observe).expense("power", "price").pay(&["power"]).cash("1000");
    for (reporter, (value, as_of)) in reports.iter().enumerate() {
        deal = deal.event(json!({"event": "report", "input": "price", "reporter": reporter, "value": value, "as_of": as_of}));
    }
    deal.pay_date().pays(expected);
}

#[test]
fn an_input_is_the_lower_median_of_its_reports() {
    let of = |reports: &[(&str, &str)], expected: &[&str]| check_input(json!({}), reports, expected);
    let day = "2024-01-30";
    of(&[], &[]);
    of(&[("7", day)], &["lockbox > power 7.00"]);
    of(&[("7", day), ("5", day)], &["lockbox > power 5.00"]);
    of(&[("9", day), ("5", day), ("7", day)], &["lockbox > power 7.00"]);
}

#[test]
fn a_stale_input_is_read_through_its_fallback() {
    // Determined on 2024-01-30.
    let stale = |fallback: Value| json!({"stale_after_days": 3, "fallback": fallback});
    check_input(stale(json!({"last_less": "10%"})), &[("7.01", "2024-01-27")], &["lockbox > power 7.01"]);
    check_input(stale(json!({"last_less": "10%"})), &[("7.01", "2024-01-26")], &["lockbox > power 6.30"]);
    check_input(stale(json!({"last_plus": "10%"})), &[("7.01", "2024-01-26")], &["lockbox > power 7.72"]);
    check_input(stale(json!({"value": "3"})), &[("7.01", "2024-01-26")], &["lockbox > power 3.00"]);
    check_input(stale(json!("last")), &[("7.01", "2024-01-26")], &["lockbox > power 7.01"]);
    check_input(stale(json!({"value": "3"})), &[], &["lockbox > power 3.00"]);
    // The earliest as-of date among the reports of the median.
    let two = [("7.00", "2024-01-29"), ("7.00", "2024-01-20")];
    check_input(stale(json!({"value": "3"})), &two, &["lockbox > power 3.00"]);
}

#[test]
fn a_quorum_is_needed_until_grace_ends() {
    let deal = sheet()
        .say(json!({"statement": "payments", "grace_days": 5}))
        .say(json!({"statement": "observe", "name": "price", "unit": "amount", "reporters": 3, "quorum": 1}))
        .pay(&["E"])
        .cash("1");
    let on = |today: &str| json!({"event": "pay_date", "number": 1, "today": today});
    assert_eq!(deal.clone().event(on("2024-02-06")).event(on("2024-02-07")).run().refused, [1]);
    assert!(deal.report("price", "1", "2024-01-30").event(on("2024-02-01")).run().refused.is_empty());
}

#[test]
fn restatements_are_read_at_the_next_payment() {
    let restate =
        |name: &str, delta: &str| json!({"event": "restate", "name": name, "member": null, "delta": delta});
    let deal = sheet()
        .observe("price", "amount")
        .expense("power", "price")
        .expense("share", "rent")
        .pay(&["power", "share"])
        .report("price", "7", "2024-01-30")
        .cash("40")
        .pay_date()
        .event(restate("price", "-2.5"))
        .event(restate("rent", "-5"))
        .cash("20")
        .pay_date()
        .cash("20")
        .pay_date();
    deal.pays(&[
        "lockbox > power 7.00; lockbox > share 33.00",
        // 7.00 of share carried, and rent is read as 15.00.
        "lockbox > power 4.50; lockbox > share 15.50",
        "lockbox > power 4.50; lockbox > share 15.50",
    ]);
    let wrong = sheet().event(restate("nothing", "1")).event(restate("rent", "0.001"));
    assert_eq!(wrong.run().refused, [0, 1]);
}

#[test]
fn a_receipt_names_its_period() {
    let next = json!({"event": "receive", "source": "rent", "account": "lockbox", "amount": "5", "next_period": true});
    let deal = sheet()
        .expense("share", "rent")
        .pay(&["share"])
        .cash("3")
        .event(next)
        .pay_date()
        .cash("4")
        .pay_date();
    deal.pays(&["lockbox > share 3.00", "lockbox > share 9.00"]);
}

#[test]
fn receipts_go_where_the_deal_says() {
    let to = |source: Value, account: &str, amount: &str| {
        let event = json!({"event": "receive", "source": source, "account": account, "amount": amount});
        sheet().say(json!({"statement": "account", "name": "other"})).event(event).run().refused.len()
    };
    assert_eq!(to(json!("rent"), "lockbox", "1"), 0);
    assert_eq!(to(json!(null), "other", "1"), 0);
    assert_eq!(to(json!("rent"), "other", "1"), 1);
    assert_eq!(to(json!("power"), "lockbox", "1"), 1);
    assert_eq!(to(json!(null), "nowhere", "1"), 1);
    assert_eq!(to(json!(null), "other", "-1"), 1);
}

#[test]
fn payments_are_made_once_in_order_and_not_early() {
    let pay = |number: usize, today: &str| json!({"event": "pay_date", "number": number, "today": today});
    let deal = sheet()
        .event(pay(2, "2024-03-01"))
        .event(pay(1, "2024-01-31"))
        .event(pay(1, "2024-02-01"))
        .event(pay(1, "2024-02-01"))
        .event(pay(2, "2024-03-05"));
    assert_eq!(deal.run().refused, [0, 1, 3]);
}

#[test]
fn sales_need_their_permit() {
    let sale = |amount: &str, allocated: &str| {
        json!({"event": "proceeds", "account": "lockbox", "amount": amount, "allocated": allocated, "last": false,
               "on": "2024-01-05"})
    };
    let deal = sheet()
        .say(json!({"statement": "permit", "action": "sale", "when": formula("sale.amount >= 105% * sale.allocated")}))
        .pay(&["E"])
        .event(sale("104", "100"))
        .event(sale("105", "100"))
        .pay_date();
    let outcome = deal.run();
    assert_eq!(outcome.refused, [0]);
    assert_eq!(crate::sheet::movements(&outcome), ["sale > lockbox 105.00", "lockbox > E 105.00"]);
}

#[test]
fn what_does_not_fit_is_refused_and_nothing_moves() {
    let deal = sheet().expense("power", "rent * 1000000").pay(&["E"]).cash("92000000000000").pay_date();
    let outcome = deal.run();
    assert_eq!(outcome.refused, [1]);
    assert_eq!(outcome.accounts["lockbox"], "92000000000000.00");
    let twice = sheet().cash("92000000000000000").cash("92000000000000000");
    assert_eq!(twice.run().refused, [1]);
}
