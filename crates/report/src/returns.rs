//! Return of capital and return on capital: how much of what a class received was its own money.
//!
//! With invested K, cumulative payments P and cover X (what its claim would fetch if the collateral had to be sold
//! now), return *of* capital = min(P, (K − X)⁺) and return *on* capital = P − that. While the collateral keeps its
//! value a coupon is income; as the cover falls, the same coupon turns out to have been the holder's own money. At
//! the end of the deal nothing covers the class any more, so that the profit is (P − K)⁺.

use crate::{Class, ClassKind, ClassPeriod, Period, Results};
use units::{Rounding, mul_div_wide};

/// The split of what a class received, after one period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Returns {
    /// Number of the period.
    pub period: u32,
    /// K: money put in so far.
    pub invested: i128,
    /// P: money received so far.
    pub received: i128,
    /// X: what the collateral and the cash would still pay to the class.
    pub cover: i128,
    /// Return of capital so far.
    pub of_capital: i128,
    /// Return on capital so far.
    pub on_capital: i128,
    /// Change of the return of capital in this period; negative when value recovers.
    pub of_capital_change: i128,
    /// Change of the return on capital in this period; negative when value falls.
    pub on_capital_change: i128,
}

/// Splits P by K and X.
pub fn calc_returns(invested: i128, received: i128, cover: i128) -> Returns {
    let of_capital = received.min((invested - cover).max(0));
    Returns { invested, received, cover, of_capital, on_capital: received - of_capital, ..Returns::default() }
}

/// Splits the payments of a class after each of its periods.
///
/// The last one is the result of the whole run. In a deal that is over nothing covers the class after the last period.
pub fn class_returns(results: &Results, class: &Class) -> Vec<Returns> {
    let mut received = 0;
    let mut before = Returns::default();
    let mut rows = Vec::with_capacity(class.periods.len());
    for (index, row) in class.periods.iter().enumerate() {
        received += i128::from(row.interest_paid) + i128::from(row.principal_paid);
        let Some(period) = results.period(row.period) else { continue };
        let ended = results.over && index + 1 == class.periods.len();
        let cover = if ended { 0 } else { calc_cover(results, class, period) };
        let mut after = calc_returns(invested_by(class, period), received, cover);
        after.period = row.period;
        after.of_capital_change = after.of_capital - before.of_capital;
        after.on_capital_change = after.on_capital - before.on_capital;
        before = after;
        rows.push(after);
    }
    rows
}

/// Money put in up to and including the payment date of a period.
fn invested_by(class: &Class, period: &Period) -> i128 {
    let draws = class.draws.iter().filter(|draw| draw.date <= period.payment_date);
    draws.map(|draw| i128::from(draw.amount)).sum()
}

/// X: what is left of exit value and cash once everything senior is repaid, shared among equals in rank.
fn calc_cover(results: &Results, class: &Class, period: &Period) -> i128 {
    let senior: i128 = ranked(results, |rank| rank < class.rank).map(|c| balance_after(c, period)).sum();
    let left = (available(period) - senior).max(0);
    match class.kind {
        ClassKind::Note => {
            let balance = balance_after(class, period);
            let equals = ranked(results, |rank| rank == class.rank).map(|c| balance_after(c, period)).sum();
            balance.min(share(left, balance, equals))
        }
        ClassKind::Equity => {
            let invested = invested_by(class, period);
            let equals = ranked(results, |rank| rank == class.rank).map(|c| invested_by(c, period)).sum();
            share(left, invested, equals)
        }
    }
}

fn ranked(results: &Results, keep: impl Fn(u16) -> bool) -> impl Iterator<Item = &Class> {
    results.classes.iter().filter(move |class| keep(class.rank))
}

/// Exit value of the collateral and cash in the accounts.
fn available(period: &Period) -> i128 {
    let cash: i128 = period.accounts.iter().map(|account| i128::from(account.balance)).sum();
    i128::from(period.collateral.exit_value) + cash
}

fn balance_after(class: &Class, period: &Period) -> i128 {
    class.period(period.number).map_or(0, |row: &ClassPeriod| i128::from(row.closing))
}

/// The part of `left` that falls to `own` out of `all`; a class alone in its rank takes it whole.
fn share(left: i128, own: i128, all: i128) -> i128 {
    if own == all {
        return left;
    }
    mul_div_wide(left, own, all, Rounding::Down).unwrap_or(0)
}
