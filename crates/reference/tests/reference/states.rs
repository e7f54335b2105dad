use crate::formula_text::formula;
use crate::sheet::{Sheet, movements, sheet};
use serde_json::{Value, json};

fn state(name: &str, when: &str, from: &[&str]) -> Value {
    json!({"statement": "state", "name": name, "when": formula(when), "from": from})
}

fn waterfall(state: &str, claims: &[&str]) -> Value {
    json!({"statement": "waterfall", "states": [state], "from": ["lockbox"],
           "steps": [{"body": {"step": "pay", "claims": claims}}]})
}

fn deal() -> Sheet {
    sheet().note("A", "1000", "12%", json!([])).pay(&["A.interest", "E"])
}

#[test]
fn the_waterfall_is_that_of_the_state_after_determination() {
    deal()
        .say(state("rapid", "rent < 20", &[]))
        .say(waterfall("rapid", &["A.interest", "A.principal"]))
        .periods(&["30", "15", "30"])
        .pays(&[
            "lockbox > A.interest 10.00; lockbox > E 20.00",
            "lockbox > A.interest 10.00; lockbox > A.principal 5.00",
            "lockbox > A.interest 9.95; lockbox > A.principal 20.05",
        ]);
}

#[test]
fn a_state_ends_at_a_date() {
    let outcome = sheet()
        .say(json!({"statement": "state", "name": "late", "when": null}))
        .say(json!({"statement": "waterfall", "states": ["late"], "from": ["lockbox"], "steps": []}))
        .run();
    assert_eq!(outcome.state, "normal");
    let until = |date: &str, payments: &[&str]| {
        let mut deal = sheet().pay(&["E"]);
        deal = deal.say(json!({"statement": "state", "name": "late"})).say(waterfall("late", &["operator"]));
        deal.until("normal", date, "late").periods(payments).run().state
    };
    assert_eq!(until("2024-03-02", &["1", "1"]), "normal");
    assert_eq!(until("2024-03-01", &["1", "1"]), "late");
}

impl Sheet {
    fn until(self, name: &str, date: &str, then: &str) -> Self {
        self.replace_state(
            name,
            json!({"statement": "state", "name": name, "until": {"date": date, "then": then}}),
        )
    }
}

#[test]
fn one_transition_a_moment_in_the_order_declared() {
    let ends = |states: &[Value], payments: &[&str]| {
        let deal = states.iter().fold(sheet().pay(&["E"]), |deal, state| {
            let name = state["name"].as_str().unwrap().to_owned();
            deal.say(state.clone()).say(waterfall(&name, &["E"]))
        });
        deal.periods(payments).run().state
    };
    // Two moments a payment: b after determination, c after payment.
    assert_eq!(ends(&[state("b", "rent < 5", &[]), state("c", "rent < 5", &[])], &["1"]), "c");
    // From the states named only.
    assert_eq!(ends(&[state("b", "rent < 5", &[]), state("c", "rent < 5", &["normal"])], &["1"]), "b");
    // Without names a state is not left for an earlier one.
    assert_eq!(ends(&[state("b", "rent < 0", &[]), state("c", "rent < 5", &[]),], &["1", "1"]), "c");
    assert_eq!(
        ends(&[state("b", "rent > 4", &["c"]), state("c", "rent < 5", &["normal"])], &["1", "9"]),
        "b"
    );
}

#[test]
fn entering_a_state_without_waterfall_ends_the_deal() {
    let deal = deal().note("B", "500", "0", json!([])).say(state("over", "rent < 20", &[]));
    let deal = deal.say(state("again", "rent < 20", &["over"])).say(waterfall("again", &["E"]));
    let outcome = deal.periods(&["30", "15"]).cash("5").pay_date().run();
    assert_eq!(outcome.refused, [5]);
    assert_eq!(movements(&outcome)[1], "B* > written off 500.00; A* > written off 1000.00");
    assert_eq!(outcome.notes["A"].written_off, "1000.00");
    assert_eq!((outcome.state.as_str(), outcome.accounts["lockbox"].as_str()), ("over", "20.00"));
}

#[test]
fn a_deal_that_ends_at_the_determination_pays_nothing_but_its_period_ends() {
    let deal = sheet().note("A", "1000", "12%", json!(["capitalises"])).pay(&["E"]).say(state(
        "over",
        "rent < 20",
        &[],
    ));
    let next = json!({"event": "receive", "source": "rent", "account": "lockbox", "amount": "7", "next_period": true});
    let outcome = deal.event(next).periods(&["15"]).run();
    assert_eq!(movements(&outcome), ["A.interest* > A 10.00; A* > written off 1010.00"]);
    assert_eq!(outcome.accounts["lockbox"], "22.00");
}

#[test]
fn a_deal_closes_when_its_last_payment_has_settled() {
    let deal = deal()
        .say(state("over", "settled and matured", &[]))
        .calendar(crate::sheet::months("2024-01-01", 1))
        .pay(&["A.principal"])
        .periods(&["30"]);
    deal.pays(&["lockbox > A.interest 10.00; lockbox > E 20.00; A* > written off 1000.00"]);
}

#[test]
fn a_transition_is_taken_between_payments_if_its_condition_holds() {
    let deal = deal().say(state("enforcement", "A.interest is unpaid for 10 days", &[]));
    let deal = deal.say(waterfall("enforcement", &["A.interest"]));
    let to = |on: &str| json!({"event": "transition", "to": "enforcement", "on": on});
    let late = deal.clone().periods(&["4"]).event(to("2024-02-10")).event(to("2024-02-11")).run();
    assert_eq!((late.refused, late.state.as_str()), (vec![2], "enforcement"));
    let paid = deal.clone().periods(&["10"]).event(to("2024-02-20")).run();
    assert_eq!((paid.refused, paid.state.as_str()), (vec![2], "normal"));
    // Or at the next determination, a month later.
    assert_eq!(deal.periods(&["4", "50"]).run().state, "enforcement");
    let nowhere = json!({"event": "transition", "to": "nowhere", "on": "2024-02-10"});
    assert_eq!(sheet().event(nowhere).run().refused, [0]);
}

#[test]
fn matured_and_sold_are_flags() {
    let deal =
        deal().say(state("closed", "matured and sold", &[])).calendar(crate::sheet::months("2024-01-01", 1));
    let sale = json!({"event": "proceeds", "account": "lockbox", "amount": "3", "allocated": "3", "last": true,
                      "on": "2024-01-05"});
    assert_eq!(deal.clone().periods(&["1"]).run().state, "normal");
    assert_eq!(deal.event(sale).periods(&["1"]).run().state, "closed");
}
