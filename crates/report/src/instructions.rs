//! What a servicer does on a payment date: who is to be paid how much, from which account.

use crate::money::Money;
use crate::{Payment, Results};
use std::fmt::Write;

/// Returns the payments of the last period as instructions, in the order in which the waterfall made them.
pub fn payment_instructions(results: &Results) -> String {
    let Some(period) = results.periods.last() else { return "No payment date was reached.\n".to_owned() };
    let money = Money::new(results.deal.decimals);
    let made = |payment: &&Payment| payment.period == period.number && payment.amount > 0;
    let payments: Vec<&Payment> = results.payments.iter().filter(made).collect();
    let mut out = format!(
        "Payment instructions for {} (payment {}, {})\n",
        period.payment_date, period.number, results.deal.currency
    );
    if payments.is_empty() {
        out.push_str("  nothing is paid\n");
    }
    for payment in payments {
        let line = format!("{} → {}", payment.from, payment.payee);
        let _ = writeln!(out, "  {line:<32} {:>24}  {}", money.exact(payment.amount), payment.step);
    }
    for account in &period.accounts {
        let _ = writeln!(
            out,
            "  {:<32} {:>24}",
            format!("{} then holds", account.name),
            money.exact(account.balance)
        );
    }
    out
}
