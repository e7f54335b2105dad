//! Batteries: paid for being there, as far as they perform.

use crate::error::{AssetsError, While};
use crate::history::{compounded, months_between};
use crate::market::{Market, Window, slices};
use crate::number::{Money, Percent};
use crate::observation::{Ledger, ObservationKind, Period, Provenance, Value};
use crate::scenario::{is_share, scaled, share_of};
use crate::table::{Column, ColumnKind};
use crate::tape::Tape;
use serde::Deserialize;
use units::{
    Amount, Date, DayCount, QUANTITY_ONE, Quantity, RATE_ONE, Rate, Rounding, UnitsError, checked_add,
    mul_div,
};

/// What holds for all batteries.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatteryTerms {
    /// Share of the time in which a battery can deliver.
    pub availability: Percent,
    /// Delivered over called energy.
    pub performance: Percent,
    /// From this performance on the payment is whole (times the performance).
    #[serde(default = "full_from")]
    pub full_from: Percent,
    /// Below this performance nothing is paid; between the two the performance counts twice.
    #[serde(default = "none_below")]
    pub none_below: Percent,
    /// Share of the capacity lost each year.
    #[serde(default)]
    pub degradation: Percent,
    /// The series of the price of one kW and month after the contract; nothing is paid then if not given.
    pub merchant: Option<String>,
    /// Operating cost of one kW and month.
    pub opex_per_kw_month: Money,
}

const fn full_from() -> Percent {
    Percent(Rate::new(950_000_000))
}

const fn none_below() -> Percent {
    Percent(Rate::new(500_000_000))
}

impl BatteryTerms {
    /// Returns the share of the price that a performance earns.
    ///
    /// # Errors
    /// [`UnitsError`] if the square does not fit.
    pub fn earned(&self, performance: Rate) -> Result<Rate, UnitsError> {
        match Rate::new(performance.units().min(RATE_ONE)) {
            low if low < self.none_below.0 => Ok(Rate::ZERO),
            middle if middle < self.full_from.0 => share_of(middle.units(), middle).map(Rate::new),
            full => Ok(full),
        }
    }
}

/// The columns every tape of batteries has.
pub(crate) fn columns() -> Vec<Column> {
    vec![
        Column::required("battery", ColumnKind::Text),
        Column::required("site", ColumnKind::Text),
        Column::required("kw", ColumnKind::Quantity).summed(),
        Column::required("cost", ColumnKind::Amount).summed(),
        Column::required("in_service", ColumnKind::Date),
        Column::required("capacity_price", ColumnKind::Amount),
        Column::optional("escalator", ColumnKind::Rate),
        Column::required("contract_end", ColumnKind::Date),
    ]
}

/// What the model says, with its kind and unit.
pub(crate) fn outputs() -> Vec<(&'static str, ObservationKind, Value)> {
    let (amount, rate) = (Value::Amount(Amount::ZERO), Value::Rate(Rate::ZERO));
    vec![
        ("capacity_payment", ObservationKind::Receipt, amount),
        ("merchant_revenue", ObservationKind::Receipt, amount),
        ("availability", ObservationKind::Report, rate),
        ("performance", ObservationKind::Report, rate),
        ("kw", ObservationKind::Report, Value::Quantity(Quantity::ZERO)),
        ("ops_invoice", ObservationKind::Report, amount),
    ]
}

/// The batteries of one tape under the terms of one case.
#[derive(Clone, Debug)]
pub(crate) struct BatteryModel {
    terms: BatteryTerms,
    opex_per_kw_month: i64,
    rows: Vec<Battery>,
}

#[derive(Clone, Copy, Debug)]
struct Battery {
    kw: i64,
    in_service: Date,
    price: i64,
    escalator: Rate,
    contract_end: Date,
}

#[derive(Debug, Default)]
struct Tally {
    capacity: i64,
    merchant: i64,
    opex: i64,
}

/// Days in which the scenario does not change.
struct Stretch<'a> {
    market: &'a Market,
    from: Date,
    to: Date,
    /// Share of the full price that arrives.
    paid: Rate,
    merchant: i64,
}

impl BatteryModel {
    pub(crate) fn new(terms: &BatteryTerms, tape: &Tape, decimals: u8) -> Result<Self, AssetsError> {
        require_terms(terms)?;
        tape.require_rows(|row| battery(tape, row).err())?;
        let opex_per_kw_month =
            terms.opex_per_kw_month.amount(decimals).during("battery.opex_per_kw_month")?.units();
        let rows = (0..tape.rows()).filter_map(|row| battery(tape, row).ok()).collect();
        Ok(Self { terms: terms.clone(), opex_per_kw_month, rows })
    }

    pub(crate) fn period(
        &self,
        market: &Market,
        period: &Period,
        (window, ledger): (Window, &mut Ledger),
    ) -> Result<(), AssetsError> {
        let mut tally = Tally::default();
        for (from, to) in slices(period.start, period.end, market.scenario.breaks()) {
            let stretch = self.stretch(market, window, (from, to))?;
            for battery in &self.rows {
                self.battery(battery, &stretch, &mut tally).during("battery")?;
            }
        }
        self.say(market, period, (&tally, ledger))
    }

    fn stretch<'a>(
        &self,
        market: &'a Market,
        window: Window,
        (from, to): (Date, Date),
    ) -> Result<Stretch<'a>, AssetsError> {
        let available = market.scenario.uptime(self.terms.availability.0, from).units();
        let performed = scaled(self.terms.performance.0.units(), &market.scenario.utilisation, from)?;
        let paid = self
            .terms
            .earned(Rate::new(performed))
            .and_then(|factor| share_of(available, factor))
            .and_then(|paid| share_of(paid, market.scenario.cash_left(from)))
            .during("battery.performance")?;
        let merchant = match &self.terms.merchant {
            Some(series) if self.rows.iter().any(|row| row.contract_end < to) => {
                market.reading(series, window, from)?.value
            }
            _ => 0,
        };
        Ok(Stretch { market, from, to, paid: Rate::new(paid), merchant })
    }

    fn battery(&self, row: &Battery, stretch: &Stretch<'_>, tally: &mut Tally) -> Result<(), UnitsError> {
        for (from, to) in slices(row.in_service.max(stretch.from), stretch.to, [row.contract_end]) {
            let age = months_between(row.in_service, from).checked_div(12).unwrap_or(0);
            let worn = Rate::new(self.terms.degradation.0.units().saturating_neg());
            let kw = compounded(row.kw, worn, age)?;
            let contracted = from < row.contract_end;
            let price =
                if contracted { compounded(row.price, row.escalator, age)? } else { stretch.merchant };
            let days = DayCount::Thirty360.fraction(from, to).numerator;
            let full = mul_div(mul_div(price, kw, QUANTITY_ONE, Rounding::Down)?, days, 30, Rounding::Down)?;
            let sum = if contracted { &mut tally.capacity } else { &mut tally.merchant };
            *sum = checked_add(*sum, share_of(full, stretch.paid)?)?;
            let opex = mul_div(self.opex_per_kw_month, row.kw, QUANTITY_ONE, Rounding::Up)?;
            let opex = mul_div(opex, days, 30, Rounding::Up)?;
            let opex = scaled(opex, &stretch.market.scenario.opex, from).map_err(|_| UnitsError::Overflow)?;
            let opex = share_of(opex, stretch.market.scenario.costs_left(from))?;
            tally.opex = checked_add(tally.opex, opex)?;
        }
        Ok(())
    }

    fn say(
        &self,
        market: &Market,
        period: &Period,
        (tally, ledger): (&Tally, &mut Ledger),
    ) -> Result<(), AssetsError> {
        let calm = market.scenario.breaks().range(..period.end).next().is_none();
        let basis = if calm { Provenance::Assumed } else { Provenance::Shocked };
        let receipts = [("capacity_payment", tally.capacity), ("merchant_revenue", tally.merchant)];
        for (name, cash) in receipts.into_iter().filter(|(_, cash)| *cash > 0) {
            ledger.receipt(name, cash, basis);
        }
        let last = period.end.add_days(-1);
        let available = market.scenario.uptime(self.terms.availability.0, last);
        ledger.report("availability", Value::Rate(available), basis);
        let performed = scaled(self.terms.performance.0.units(), &market.scenario.utilisation, last)?;
        ledger.report("performance", Value::Rate(Rate::new(performed.min(RATE_ONE))), basis);
        let mut running = self.rows.iter().filter(|row| row.in_service < period.end).map(|row| row.kw);
        let kw = running.try_fold(0, checked_add).during("tape column `kw`")?;
        ledger.report("kw", Value::Quantity(Quantity::new(kw)), Provenance::Contracted);
        ledger.report("ops_invoice", Value::Amount(Amount::new(tally.opex)), basis);
        Ok(())
    }
}

fn battery(tape: &Tape, row: usize) -> Result<Battery, (&'static str, String)> {
    let date = |column| tape.date(column, row).ok_or((column, "is empty; fill it".to_owned()));
    let escalator = tape.number("escalator", row).unwrap_or(0);
    if escalator.unsigned_abs() > RATE_ONE.unsigned_abs() {
        return Err(("escalator", "write a rate from -100 % to 100 %".to_owned()));
    }
    Ok(Battery {
        kw: tape.number("kw", row).unwrap_or(0),
        in_service: date("in_service")?,
        price: tape.number("capacity_price", row).unwrap_or(0),
        escalator: Rate::new(escalator),
        contract_end: date("contract_end")?,
    })
}

fn require_terms(terms: &BatteryTerms) -> Result<(), AssetsError> {
    let shares =
        [terms.availability, terms.performance, terms.full_from, terms.none_below, terms.degradation];
    if shares.into_iter().all(is_share) && terms.none_below <= terms.full_from {
        return Ok(());
    }
    Err(AssetsError::setting(
        "battery",
        "write every share from 0 % to 100 %, none_below not above full_from",
    ))
}
