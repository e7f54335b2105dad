use crate::formula_text::formula;
use crate::sheet::{Sheet, sheet};
use serde_json::json;

fn two_notes() -> Sheet {
    sheet().note("A", "1000", "12%", json!([])).note("B", "500", "24%", json!(["may_defer"]))
}

#[test]
fn claims_are_paid_in_order() {
    let deal = two_notes().pay(&["A.interest", "B.interest", "A.principal", "B.principal", "E"]);
    let outcome = deal.periods(&["15", "35", "1600"]).pays(&[
        "lockbox > A.interest 10.00; lockbox > B.interest 5.00",
        "lockbox > A.interest 10.00; lockbox > B.interest 15.00; lockbox > A.principal 10.00",
        "lockbox > A.interest 9.90; lockbox > B.interest 10.00; lockbox > A.principal 990.00; \
         lockbox > B.principal 500.00; lockbox > E 90.10",
    ]);
    assert_eq!(outcome.accounts["lockbox"], "0.00");
}

#[test]
fn pro_rata_by_due_balance_original_and_weights() {
    let shared = |by: serde_json::Value, expected: &str| {
        two_notes()
            .step(json!({"step": "pro_rata", "by": by, "claims": ["A.interest", "B.interest"], "residue_to": "B.interest"}))
            .periods(&["15.01"])
            .pays(&[expected]);
    };
    shared(json!("due"), "lockbox > A.interest 7.50; lockbox > B.interest 7.51");
    shared(json!("balance"), "lockbox > A.interest 10.00; lockbox > B.interest 5.01");
    shared(json!("original"), "lockbox > A.interest 10.00; lockbox > B.interest 5.01");
    shared(
        json!({"weights": [formula("1"), formula("4")]}),
        "lockbox > A.interest 5.01; lockbox > B.interest 10.00",
    );
    shared(
        json!({"weights": [formula("-1"), formula("4")]}),
        "lockbox > A.interest 5.01; lockbox > B.interest 10.00",
    );
}

#[test]
fn a_residual_claimant_does_not_share() {
    let deal = two_notes()
        .step(json!({"step": "pro_rata", "by": "due", "claims": ["A.principal", "E"], "residue_to": "E"}))
        .periods(&["100.01"]);
    assert!(matches!(deal.try_run(), Err(forebay_reference::ReferenceError::Meaningless(_))));
}

#[test]
fn a_reserve_fills_pays_what_it_covers_and_releases_what_is_above() {
    let deal = two_notes()
        .account("reserve", "if payment < 3 then 30 else 12", &["A.interest"])
        .then(&["reserve"])
        .step(json!({"step": "release", "account": "reserve", "extent": "above_target"}))
        .pay(&["A.interest", "B.interest"])
        .step(json!({"step": "fill", "account": "reserve"}));
    deal.periods(&["45", "4", "25"]).pays(&[
        "lockbox > A.interest 10.00; lockbox > B.interest 10.00; lockbox > reserve 25.00",
        "lockbox > A.interest 4.00; reserve > A.interest 6.00",
        // 19.00 were left; 12.00 is the target now. B is owed 20.00.
        "reserve > lockbox 7.00; lockbox > A.interest 10.00; lockbox > B.interest 20.00",
    ]);
}

#[test]
fn fill_keep_and_release_move_cash_between_accounts() {
    let moves = |step: serde_json::Value, expected: &[&str]| {
        let deal = sheet().account("trap", "20", &[]).step(step).pay(&["E"]);
        let event = json!({"event": "receive", "source": null, "account": "trap", "amount": "30"});
        let mut all = vec!["gift > trap 30.00"];
        all.extend(expected);
        deal.event(event).periods(&["9.99"]).pays(&all);
    };
    moves(json!({"step": "keep", "account": "trap"}), &["lockbox > trap 9.99"]);
    moves(
        json!({"step": "keep", "account": "trap", "share": formula("50%")}),
        &["lockbox > trap 4.99; lockbox > E 5.00"],
    );
    moves(
        json!({"step": "fill", "account": "trap", "by": formula("amount(1) * pool.units")}),
        &["lockbox > trap 8.00; lockbox > E 1.99"],
    );
    moves(json!({"step": "fill", "account": "trap"}), &["lockbox > E 9.99"]);
}

#[test]
fn release_says_how_much() {
    let moves = |extent: serde_json::Value, expected: &str| {
        let step = json!({"step": "release", "account": "trap", "extent": extent});
        let gift = json!({"event": "receive", "source": null, "account": "trap", "amount": "30"});
        let deal = sheet().account("trap", "20", &[]).step(step).pay(&["E"]).event(gift);
        deal.periods(&["1"]).pays(&["gift > trap 30.00", expected]);
    };
    moves(json!("all"), "trap > lockbox 30.00; lockbox > E 31.00");
    moves(json!("above_target"), "trap > lockbox 10.00; lockbox > E 11.00");
    moves(json!({"at_most": formula("4")}), "trap > lockbox 4.00; lockbox > E 5.00");
    moves(json!({"at_most": formula("-4")}), "lockbox > E 1.00");
    moves(json!({"at_most": formula("40")}), "trap > lockbox 30.00; lockbox > E 31.00");
}

#[test]
fn a_payment_may_be_bounded() {
    let pays = |bound: serde_json::Value, expected: &str| {
        let deal = two_notes()
            .say(json!({"statement": "test", "name": "ltv", "value": formula("(A.balance + B.balance) / pool.cost")}))
            .step(json!({"step": "pay", "claims": ["A.principal"], "bound": bound}));
        deal.periods(&["900"]).pays(&[expected]);
    };
    pays(json!({"at_most": formula("40")}), "lockbox > A.principal 40.00");
    pays(json!({"to_balance": formula("640")}), "lockbox > A.principal 360.00");
    // (1000 + 500) − 80 % × 1000
    pays(json!({"to_test": {"test": "ltv", "level": "80%"}}), "lockbox > A.principal 700.00");
}

#[test]
fn a_test_without_a_positive_denominator_asks_for_everything() {
    let deal = two_notes()
        .say(json!({"statement": "test", "name": "ltv", "value": formula("A.balance / (pool.cost - 3000)")}))
        .step(json!({"step": "pay", "claims": ["A.principal"], "bound": {"to_test": {"test": "ltv", "level": "80%"}}}));
    deal.periods(&["2000"]).pays(&["lockbox > A.principal 1000.00"]);
}

#[test]
fn a_payment_may_come_from_one_account_only() {
    let gift = json!({"event": "receive", "source": null, "account": "capex", "amount": "3"});
    let deal = two_notes()
        .say(json!({"statement": "account", "name": "capex"}))
        .step(json!({"step": "pay", "claims": ["A.interest"], "from": "capex"}))
        .event(gift);
    deal.periods(&["900"]).pays(&["gift > capex 3.00", "capex > A.interest 3.00"]);
}

#[test]
fn guards_are_looked_at_when_the_step_is_reached() {
    let guarded = |condition: &str, claim: &str| {
        json!({"step": "guarded", "condition": formula(condition),
               "then": {"body": {"step": "pay", "claims": [claim]}}})
    };
    let deal = two_notes()
        .step(guarded("A is zero", "B.principal"))
        .pay(&["A.principal"])
        .step(guarded("A is zero and not (B is zero)", "B.principal"));
    deal.periods(&["900", "300"]).pays(&[
        "lockbox > A.principal 900.00",
        "lockbox > A.principal 100.00; lockbox > B.principal 200.00",
    ]);
}

#[test]
fn principal_reduces_what_is_scheduled_only_below_it() {
    let deal = sheet()
        .note("A", "1000", "0", json!([{"scheduled": {"planned": formula("700")}}]))
        .step(json!({"step": "pay", "claims": ["A.principal"], "bound": {"at_most": formula("rent - 600")}}))
        .pay(&["A.scheduled"]);
    deal.clone().periods(&["1000"]).pays(&["lockbox > A.principal 400.00; lockbox > A.scheduled 300.00"]);
    deal.periods(&["1500"]).pays(&["lockbox > A.principal 900.00; lockbox > A.scheduled 100.00"]);
}

#[test]
fn other_accounts_are_swept_into_the_main_one() {
    let waterfall = json!({"statement": "waterfall", "states": ["normal"], "from": ["proceeds", "trap", "lockbox"],
                           "steps": [{"body": {"step": "pay", "claims": ["E"]}}]});
    let gift = |account: &str| json!({"event": "receive", "source": null, "account": account, "amount": "3"});
    sheet()
        .say(json!({"statement": "account", "name": "trap"}))
        .say(json!({"statement": "account", "name": "proceeds"}))
        .say(waterfall)
        .event(gift("trap"))
        .event(gift("proceeds"))
        .periods(&["4"])
        .pays(&[
            "gift > trap 3.00",
            "gift > proceeds 3.00",
            "trap > proceeds 3.00; lockbox > proceeds 4.00; proceeds > E 10.00",
        ]);
}

#[test]
fn a_write_off_is_at_most_the_balance() {
    let deal = |at_most: &str| {
        two_notes()
            .step(json!({"step": "write_off", "note": "B", "at_most": formula(at_most)}))
            .periods(&["0"])
    };
    deal("30.5").pays(&["B* > written off 30.50"]);
    deal("900").pays(&["B* > written off 500.00"]);
    deal("-1").pays(&[]);
}

#[test]
fn caps_rank_a_part_and_the_rest_is_excess() {
    let expense = json!({"statement": "expense", "name": "ops", "amount": formula("50"),
                         "at_most": {"amount": formula("30")}});
    two_notes().say(expense).pay(&["ops", "A.interest", "ops.excess"]).periods(&["45", "70"]).pays(&[
        "lockbox > ops 30.00; lockbox > A.interest 10.00; lockbox > ops.excess 5.00",
        "lockbox > ops 30.00; lockbox > A.interest 10.00; lockbox > ops.excess 30.00",
    ]);
}

#[test]
fn a_cap_a_year_counts_what_ranked_in_the_calendar_year() {
    let fee = json!({"statement": "fee", "name": "trustee", "amount": formula("40"),
                     "at_most": {"amount": formula("100"), "a_year": true}});
    let deal = sheet()
        .calendar(crate::sheet::months("2024-10-01", 6))
        .say(json!({"statement": "closing", "date": "2024-10-01"}))
        .say(fee)
        .pay(&["trustee"]);
    deal.periods(&["40"; 4]).pays(&[
        "lockbox > trustee 40.00",
        "lockbox > trustee 40.00",
        // 2025 begins.
        "lockbox > trustee 40.00",
        "lockbox > trustee 40.00",
    ]);
    // Within one year: 40, 40, 20 and nothing more.
    let fee = json!({"statement": "fee", "name": "trustee", "amount": formula("40"),
                     "at_most": {"amount": formula("100"), "a_year": true}});
    let outcome = sheet().say(fee).pay(&["trustee"]).periods(&["40"; 4]).run();
    assert_eq!(outcome.accounts["lockbox"], "60.00");
}

#[test]
fn a_fee_a_year_is_rounded_down_and_carried() {
    let fee = json!({"statement": "fee", "name": "trustee", "amount": formula("100"), "a_year": "30/360"});
    sheet().say(fee).pay(&["trustee"]).periods(&["5", "20"]).pays(&[
        "lockbox > trustee 5.00",
        // 3.33 carried and 8.33 new.
        "lockbox > trustee 11.66",
    ]);
}
