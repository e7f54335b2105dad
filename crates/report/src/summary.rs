//! One line per class: what it put in, what it received and how good that was.

use crate::money;
use crate::returns::{Returns, class_returns};
use crate::yields::{CashFlow, calc_irr, calc_wal};
use crate::{Class, ClassKind, ClassPeriod, Period, Results};

impl Results {
    /// Returns the period with this number.
    pub fn period(&self, number: u32) -> Option<&Period> {
        // Periods are in order, and most documents number them without gaps.
        self.periods
            .binary_search_by_key(&number, |period| period.number)
            .ok()
            .and_then(|i| self.periods.get(i))
    }

    /// Returns one summary per class, the most senior first.
    pub fn summaries(&self) -> Vec<ClassSummary> {
        self.classes.iter().map(|class| summarise(self, class)).collect()
    }
}

impl Class {
    /// Returns the row of the period with this number.
    pub fn period(&self, number: u32) -> Option<&ClassPeriod> {
        self.periods.binary_search_by_key(&number, |row| row.period).ok().and_then(|i| self.periods.get(i))
    }
}

/// A class over the whole run. Amounts are in the smallest unit of the currency.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassSummary {
    /// Name.
    pub name: String,
    /// Note or equity.
    pub kind: ClassKind,
    /// Original principal.
    pub original: i64,
    /// Balance after the last period.
    pub balance: i64,
    /// Interest (for equity, distributions) that fell due and was paid.
    pub interest_paid: i128,
    /// Principal paid.
    pub principal_paid: i128,
    /// Interest added to the balance.
    pub capitalised: i128,
    /// Balance given up.
    pub written_off: i128,
    /// Interest due that is neither paid nor capitalised.
    pub shortfall: i64,
    /// Yearly internal rate of return; `None` while the class may still be paid, and where there is no such rate.
    pub irr: Option<f64>,
    /// The same, as if the cover of the last period were paid to the class on its date.
    pub irr_if_sold: Option<f64>,
    /// Weighted average life in years of the principal paid so far.
    pub wal_years: Option<f64>,
    /// K, P, X and the split after each period.
    pub returns: Vec<Returns>,
}

impl ClassSummary {
    /// Returns the split after the last period.
    pub fn outcome(&self) -> Returns {
        self.returns.last().copied().unwrap_or_default()
    }

    /// Returns what the class is still owed; equity is owed nothing.
    pub fn still_owed(&self) -> Option<i128> {
        let owed = i128::from(self.balance) + i128::from(self.shortfall);
        (self.kind == ClassKind::Note).then_some(owed)
    }

    /// Returns the yield as text; a star marks one that supposes a sale now.
    pub(crate) fn irr_text(&self) -> String {
        match (self.irr, self.irr_if_sold) {
            (None, Some(rate)) => format!("{}*", money::percent(Some(rate))),
            (rate, _) => money::percent(rate),
        }
    }

    /// Returns the part of the money put in that is not back yet but still covered.
    pub fn covered(&self) -> i128 {
        let outcome = self.outcome();
        outcome.cover.min(outcome.invested - outcome.of_capital).max(0)
    }

    /// Returns the part of the money put in that did not come back and that nothing covers any more.
    pub fn lost(&self) -> i128 {
        let outcome = self.outcome();
        (outcome.invested - outcome.received - outcome.cover).max(0)
    }
}

fn summarise(results: &Results, class: &Class) -> ClassSummary {
    let sum = |part: fn(&ClassPeriod) -> i64| class.periods.iter().map(|row| i128::from(part(row))).sum();
    let last = class.periods.last();
    let (balance, shortfall) = last.map_or((0, 0), |row| (row.closing, row.carried_shortfall));
    let settled = class.kind == ClassKind::Note && (balance, shortfall) == (0, 0);
    let returns = class_returns(results, class);
    let mut flows_so_far = holder_flows(results, class);
    let irr = if results.over || settled { calc_irr(&flows_so_far) } else { None };
    flows_so_far.extend(sale_flow(results, &returns));
    ClassSummary {
        name: class.name.clone(),
        kind: class.kind,
        original: class.original,
        balance,
        interest_paid: sum(|row| row.interest_paid),
        principal_paid: sum(|row| row.principal_paid),
        capitalised: sum(|row| row.capitalised),
        written_off: sum(|row| row.written_off),
        shortfall,
        irr,
        irr_if_sold: calc_irr(&flows_so_far),
        wal_years: calc_wal(results.deal.closing, &flows(results, class, |row| row.principal_paid)),
        returns,
    }
}

/// Everything a holder paid in, as negative, and received.
fn holder_flows(results: &Results, class: &Class) -> Vec<CashFlow> {
    let draws =
        class.draws.iter().map(|draw| CashFlow { date: draw.date, amount: -approximate(draw.amount) });
    let received = flows(results, class, |row| row.interest_paid.saturating_add(row.principal_paid));
    draws.chain(received).collect()
}

/// What the class would receive if everything were sold on the last payment date.
fn sale_flow(results: &Results, returns: &[Returns]) -> Option<CashFlow> {
    let last = returns.last()?;
    let date = results.period(last.period)?.payment_date;
    Some(CashFlow { date, amount: approximate(last.cover) })
}

fn flows(results: &Results, class: &Class, part: fn(&ClassPeriod) -> i64) -> Vec<CashFlow> {
    let dated = |row: &ClassPeriod| {
        let date = results.period(row.period)?.payment_date;
        Some(CashFlow { date, amount: approximate(part(row)) })
    };
    class.periods.iter().filter_map(dated).collect()
}

/// A yield is an analysed result: fifteen digits are enough for it.
#[allow(clippy::cast_precision_loss)]
fn approximate(amount: impl Into<i128>) -> f64 {
    amount.into() as f64
}
