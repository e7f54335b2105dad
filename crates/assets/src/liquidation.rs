//! What the collateral is worth, and what comes in when it is sold.

use crate::error::{AssetsError, While};
use crate::history::months_between;
use crate::market::Market;
use crate::number::Percent;
use crate::observation::Value;
use crate::scenario::{is_share, share_of};
use crate::table::{Column, ColumnKind, Schema, Table};
use crate::tape::Tape;
use serde::Deserialize;
use std::collections::BTreeMap;
use units::{Amount, Date, QUANTITY_ONE, RATE_ONE, Rate, Rounding, checked_add, checked_sub, mul_div};

/// How the collateral is valued and sold.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LiquidationTerms {
    /// What it is worth with time to sell.
    pub value: ValueBasis,
    /// The table of horizon factors.
    pub factors: Option<String>,
    /// Days the seller gives itself; chooses the factor.
    pub horizon_days: u32,
    /// Days from enforcement to the first sale.
    pub lag_days: u32,
    /// Number of sales of equal size.
    #[serde(default = "one")]
    pub lots: u32,
    /// Days between two sales.
    #[serde(default = "month")]
    pub lot_days: u32,
    /// Costs as a share of the proceeds.
    pub cost: Percent,
    /// How much the price would fall if all were sold at once; a lot of a tenth makes it fall by a tenth of that.
    #[serde(default)]
    pub impact: Percent,
    /// Whether what the collateral earns still arrives after enforcement began, up to the first sale: tenants go on
    /// paying a receiver, the customers of a failed operator do not.
    #[serde(default)]
    pub earns_until_sold: bool,
}

const fn one() -> u32 {
    1
}

const fn month() -> u32 {
    30
}

/// The value curve.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ValueBasis {
    /// Units, or else kW, on the tape × this series.
    Market(String),
    /// Cost less straight-line depreciation from the day in service.
    StraightLine(StraightLine),
    /// A share of what borrowers still owe.
    Balance(Percent),
}

/// Straight-line depreciation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StraightLine {
    /// Months until only the residual is left.
    pub months: u32,
    /// The share of the cost that stays.
    pub residual: Percent,
}

/// One sale of collateral after enforcement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sale {
    /// The day the buyer pays.
    pub date: Date,
    /// What the buyer pays.
    pub amount: Amount,
    /// What the sale costs, out of it.
    pub costs: Amount,
    /// Whether nothing is left to sell after it.
    pub last: bool,
    /// The share of the collateral that is not sold after it.
    pub left: Rate,
}

/// Liquidation-horizon factors: what share of the value a sale within so many days brings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Horizons(BTreeMap<u32, Rate>);

impl Horizons {
    /// Reads a table with the columns `days`, `factor`, `source`.
    ///
    /// # Errors
    /// [`AssetsError::Table`] with every bad cell.
    pub fn parse(file: &str, bytes: &[u8]) -> Result<Self, AssetsError> {
        let columns = vec![
            Column::required("days", ColumnKind::Quantity),
            Column::required("factor", ColumnKind::Rate),
            Column::required("source", ColumnKind::Text),
        ];
        let schema = Schema { columns, key: None, decimals: 0 };
        let table = Table::parse(file, bytes, &schema).map_err(AssetsError::Table)?;
        let mut factors = BTreeMap::new();
        for row in 0..table.rows() {
            let days = table.number("days", row).and_then(|days| days.checked_div(QUANTITY_ONE)).unwrap_or(0);
            let factor = Rate::new(table.number("factor", row).unwrap_or(0));
            factors.insert(u32::try_from(days).unwrap_or(u32::MAX), factor);
        }
        Ok(Self(factors))
    }

    /// Returns the factor for a horizon: on the line between two published ones, the longest one's above it. With no
    /// table at all the factor is one.
    ///
    /// # Errors
    /// [`AssetsError::Setting`] below the shortest published horizon.
    pub fn factor(&self, days: u32) -> Result<Rate, AssetsError> {
        let below = self.0.range(..=days).next_back();
        match (below, self.0.range(days..).next()) {
            (None, None) => Ok(Percent::ONE.0),
            (Some((_, low)), None) => Ok(*low),
            (Some((a, low)), Some((b, _))) if a == b => Ok(*low),
            (Some((a, low)), Some((b, high))) => {
                let rise = high.units().saturating_sub(low.units());
                let (gone, whole) = (i64::from(days.saturating_sub(*a)), i64::from(b.saturating_sub(*a)));
                let part = mul_div(rise, gone, whole, Rounding::Down).during("liquidation.factors")?;
                low.checked_add(Rate::new(part)).during("liquidation.factors")
            }
            (None, Some((shortest, _))) => Err(AssetsError::setting(
                "liquidation.horizon_days",
                format!("no published factor for fewer than {shortest} days; choose {shortest} or more"),
            )),
        }
    }
}

/// The collateral as a seller sees it.
pub(crate) struct Estate<'a> {
    pub(crate) terms: &'a LiquidationTerms,
    pub(crate) horizons: &'a Horizons,
    pub(crate) tape: &'a Tape,
    pub(crate) market: &'a Market,
}

impl Estate<'_> {
    /// The value on a date with time to sell. What is on the tape counts from the closing, because it is paid for then.
    /// `owed` is what borrowers owe on that date.
    pub(crate) fn value(&self, date: Date, owed: i64) -> Result<i64, AssetsError> {
        match &self.terms.value {
            ValueBasis::Market(series) => {
                let price = self.market.at(series, date)?.value;
                let units = size(self.tape).map_or(0, Value::units);
                mul_div(price, units, QUANTITY_ONE, Rounding::Down).during("liquidation.value")
            }
            ValueBasis::StraightLine(line) => self.depreciated(*line, date),
            ValueBasis::Balance(share) => share.of(owed).during("liquidation.value"),
        }
    }

    fn depreciated(&self, line: StraightLine, date: Date) -> Result<i64, AssetsError> {
        let mut value = 0;
        for row in 0..self.tape.rows() {
            let cost = self.tape.number("cost", row).unwrap_or(0);
            let age = self.tape.date("in_service", row).map_or(0, |start| months_between(start, date));
            let left = i64::from(line.months.saturating_sub(age));
            let worn = mul_div(cost, left, i64::from(line.months), Rounding::Down);
            let floor = line.residual.of(cost);
            let kept = worn.and_then(|worn| floor.map(|floor| worn.max(floor)));
            value = kept.and_then(|kept| checked_add(value, kept)).during("liquidation.value")?;
        }
        Ok(value)
    }

    /// The sales after enforcement begins; `owed` says what borrowers owe on a date.
    pub(crate) fn sales(&self, entered: Date, owed: impl Fn(Date) -> i64) -> Result<Vec<Sale>, AssetsError> {
        let terms = self.terms;
        let factor = self.horizons.factor(terms.horizon_days)?;
        let mut sales = Vec::new();
        for lot in 0..terms.lots {
            let wait = terms.lag_days.saturating_add(lot.saturating_mul(terms.lot_days));
            let date = entered.add_days(i32::try_from(wait).unwrap_or(i32::MAX));
            let value = self.value(date, owed(date))?;
            let last = lot.saturating_add(1) == terms.lots;
            let unsold = i64::from(terms.lots.saturating_sub(lot).saturating_sub(1));
            let mut sale = self.sale(value, factor, (date, last)).during("liquidation")?;
            let left = mul_div(RATE_ONE, unsold, i64::from(terms.lots), Rounding::Down);
            sale.left = Rate::new(left.during("liquidation")?);
            sales.push(sale);
        }
        Ok(sales)
    }

    /// What the lots together leave of a value, costs paid.
    pub(crate) fn left_of(&self, value: i64) -> Result<i64, AssetsError> {
        let factor = self.horizons.factor(self.terms.horizon_days)?;
        let lot = self.sale(value, factor, (Date::default(), false)).during("liquidation")?;
        checked_sub(lot.amount.units(), lot.costs.units())
            .and_then(|left| mul_div(left, i64::from(self.terms.lots), 1, Rounding::Down))
            .during("liquidation")
    }

    fn sale(&self, value: i64, factor: Rate, (date, last): (Date, bool)) -> Result<Sale, units::UnitsError> {
        let lots = i64::from(self.terms.lots);
        let fall = mul_div(self.terms.impact.0.units(), 1, lots, Rounding::Up)?;
        let part = mul_div(value, 1, lots, Rounding::Down)?;
        let amount = share_of(share_of(part, factor)?, Rate::new(checked_sub(RATE_ONE, fall)?))?;
        let costs = mul_div(amount, self.terms.cost.0.units(), RATE_ONE, Rounding::Up)?;
        Ok(Sale { date, amount: Amount::new(amount), costs: Amount::new(costs), last, left: Rate::ZERO })
    }
}

/// How much there is of what a market prices: machines, or kW of systems.
fn size(tape: &Tape) -> Option<Value> {
    ["units", "kw"].into_iter().find_map(|column| tape.aggregates().get(column).copied())
}

pub(crate) fn require_terms(terms: &LiquidationTerms, tape: &Tape, loans: bool) -> Result<(), AssetsError> {
    let has = |column: &str| tape.aggregates().contains_key(column);
    let (fits, needs) = match &terms.value {
        ValueBasis::Market(_) => {
            (size(tape).is_some(), "market needs a summed column `units` or `kw` on the tape")
        }
        ValueBasis::StraightLine(_) => {
            (has("cost"), "straight_line needs a summed column `cost` on the tape")
        }
        ValueBasis::Balance(_) => (loans, "balance is for loans only"),
    };
    if !fits {
        return Err(AssetsError::setting("liquidation.value", needs));
    }
    let residual = match &terms.value {
        ValueBasis::StraightLine(line) if line.months == 0 => {
            return Err(AssetsError::setting("liquidation.value.straight_line.months", "write 1 or more"));
        }
        ValueBasis::StraightLine(line) => line.residual,
        ValueBasis::Market(_) => Percent::ONE,
        ValueBasis::Balance(share) => *share,
    };
    if ![residual, terms.cost, terms.impact].into_iter().all(is_share) {
        return Err(AssetsError::setting(
            "liquidation",
            "write residual, cost, impact and balance from 0 % to 100 %",
        ));
    }
    if !(1..=120).contains(&terms.lots) {
        return Err(AssetsError::setting("liquidation.lots", "write 1 to 120"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(days: u32, expected: &str) {
        let text = "days,factor,source\n180,100 %,a\n90,85 %,a\n30,65 %,a\n7,45 %,a\n";
        let factor = Horizons::parse("f.csv", text.as_bytes()).unwrap().factor(days);
        let shown = factor.map_or_else(|error| error.to_string(), |factor| factor.units().to_string());
        assert!(shown.contains(expected), "{days}: {shown}");
    }

    #[test]
    fn horizons_lie_on_lines_between_published_ones() {
        check(365, "1000000000");
        check(180, "1000000000");
        check(135, "925000000");
        check(90, "850000000");
        check(60, "750000000");
        check(7, "450000000");
        check(6, "no published factor for fewer than 7 days");
        assert_eq!(Horizons::default().factor(1), Ok(Percent::ONE.0));
    }
}
