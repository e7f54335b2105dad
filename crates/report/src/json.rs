//! The document for programs: one JSON object, amounts as decimal strings in currency units.

use crate::money::Money;
use crate::summary::ClassSummary;
use crate::{Payment, Results};
use serde_json::{Value, json};

/// Returns the document that `--json` prints.
///
/// ```
/// # let text = include_str!("../tests/data/tiny.json");
/// let results: forebay_report::Results = serde_json::from_str(text)?;
/// assert_eq!(forebay_report::to_json(&results)["totals"]["in"], "25.00");
/// # Ok::<(), serde_json::Error>(())
/// ```
pub fn to_json(results: &Results) -> Value {
    let money = Money::new(results.deal.decimals);
    let deal = &results.deal;
    let totals = &results.totals;
    let notes: Vec<Value> = results.summaries().iter().map(|summary| note(money, summary)).collect();
    let payments: Vec<Value> = results.payments.iter().map(|line| payment(money, line)).collect();
    json!({
        "deal": {
            "name": deal.name,
            "plan_hash": deal.plan_hash,
            "currency": deal.currency,
            "decimals": deal.decimals,
        },
        "status": results.status,
        "totals": {
            "in": money.exact(totals.cash_in),
            "out": money.exact(totals.cash_out),
            "held": money.exact(totals.cash_held),
        },
        "notes": notes,
        "payments": payments,
        "triggers": triggers(results),
    })
}

fn note(money: Money, summary: &ClassSummary) -> Value {
    let outcome = summary.outcome();
    json!({
        "name": summary.name,
        "original": money.exact(summary.original),
        "balance": money.exact(summary.balance),
        "interest_paid": money.exact(summary.interest_paid),
        "principal_paid": money.exact(summary.principal_paid),
        "capitalised": money.exact(summary.capitalised),
        "written_off": money.exact(summary.written_off),
        "irr": to_places(summary.irr, 1e6),
        "irr_if_sold": to_places(summary.irr_if_sold, 1e6),
        "wal_years": to_places(summary.wal_years, 1e4),
        "return_of_capital": money.exact(outcome.of_capital),
        "return_on_capital": money.exact(outcome.on_capital),
    })
}

/// Drops the digits in which machines may differ; adding zero turns -0 into 0.
fn to_places(value: Option<f64>, scale: f64) -> Option<f64> {
    value.map(|value| (value * scale).round() / scale + 0.0)
}

fn payment(money: Money, line: &Payment) -> Value {
    json!({
        "date": line.date.to_string(),
        "state": line.state,
        "waterfall": line.waterfall,
        "step": line.step,
        "from": line.from,
        "payee": line.payee,
        "amount": money.exact(line.amount),
        "short": money.exact(line.short),
    })
}

fn triggers(results: &Results) -> Vec<Value> {
    let dated = results.periods.iter().flat_map(|period| period.triggers.iter().map(move |t| (period, t)));
    dated
        .map(|(period, trigger)| {
            json!({
                "date": period.payment_date.to_string(),
                "name": trigger.name,
                "value": trigger.value,
                "level": trigger.level,
                "on": trigger.on,
            })
        })
        .collect()
}
