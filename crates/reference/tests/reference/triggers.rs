use crate::formula_text::formula;
use crate::sheet::{Sheet, sheet};
use serde_json::{Value, json};

fn deal(terms: Value) -> Sheet {
    let mut trigger = json!({"statement": "trigger", "name": "trap", "when": formula("rent < 10")});
    trigger.as_object_mut().unwrap().extend(terms.as_object().unwrap().clone());
    sheet().say(trigger).pay(&["E"])
}

/// Rent that breaches (b) or passes (p) at each payment, against the trigger after each.
fn check(terms: Value, payments: &str, expected: &str) {
    let rents: Vec<_> = payments.chars().map(|payment| if payment == 'b' { "5" } else { "15" }).collect();
    let outcome = deal(terms.clone()).periods(&rents).run();
    let states: String = outcome.triggers["trap"].iter().map(|on| if *on { '#' } else { '.' }).collect();
    assert_eq!(states, expected, "{terms} {payments}");
}

#[test]
fn a_trigger_counts_breaches_and_passes() {
    check(json!({}), "pbpbb", ".#.##");
    check(json!({"hits": 2, "of": 3}), "bppbpbp", ".....#.");
    check(json!({"hits": 2, "of": 2}), "bpbbpbb", "...#..#");
    check(json!({"hits": 2, "of": 3, "cure": {"after": 3}}), "bbppbpppb", ".######..");
    check(json!({"cure": "never"}), "pbppp", ".####");
}

#[test]
fn the_record_is_cleared_when_it_turns_off() {
    // Without clearing, the second last payment would be the second breach of three.
    check(json!({"hits": 2, "of": 4}), "bbpbb", ".#..#");
}

#[test]
fn a_moment_says_what_is_seen() {
    // Before collection it sees the rent of the period before; before payment 1 there was none.
    check(json!({"evaluated": "before_collection"}), "pbpp", "#.#.");
    check(json!({"evaluated": "after_payment"}), "pbp", ".#.");
    let cash = json!({"statement": "trigger", "name": "empty", "when": formula("lockbox.balance = 0"),
                      "evaluated": "after_payment"});
    assert_eq!(deal(json!({})).say(cash.clone()).periods(&["5"]).run().triggers["empty"], [true]);
    let mut before = cash;
    before["evaluated"] = json!("determination");
    assert_eq!(deal(json!({})).say(before).periods(&["5"]).run().triggers["empty"], [false]);
}

#[test]
fn a_waiver_makes_evaluations_pass_and_turns_it_off_at_once() {
    let waive = json!({"event": "waive", "trigger": "trap", "until": "2024-03-01"});
    let run = |terms: Value| {
        let deal = deal(terms).periods(&["5"]).event(waive.clone()).periods(&["5", "5"]);
        deal.run().triggers["trap"].clone()
    };
    assert_eq!(run(json!({})), [true, false, true]);
    assert_eq!(run(json!({"cure": "never"})), [true, true, true]);
    assert_eq!(run(json!({"cure": {"after": 3}})), [true, false, true]);
    // A condition sees it off before the next payment.
    let ask = deal(json!({}))
        .say(json!({"statement": "permit", "action": "sale", "when": formula("not trap")}))
        .periods(&["5"]);
    let sale = json!({"event": "proceeds", "account": "lockbox", "amount": "1", "allocated": "1", "last": false,
                      "on": "2024-02-02"});
    assert_eq!(ask.clone().event(sale.clone()).run().refused, [2]);
    assert!(ask.event(waive).event(sale).run().refused.is_empty());
    let unknown = json!({"event": "waive", "trigger": "nothing", "until": "2024-03-01"});
    assert_eq!(deal(json!({})).event(unknown).run().refused, [0]);
}
