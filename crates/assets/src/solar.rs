//! Solar systems: kWh by size, place in the year and age; sold by contract, then on the market.

use crate::error::{AssetsError, While};
use crate::history::{compounded, months_between};
use crate::market::{Market, Window, slices};
use crate::number::{Money, Number, Percent};
use crate::observation::{Ledger, ObservationKind, Period, Provenance, Value};
use crate::scenario::{is_share, scaled, share_of};
use crate::table::{Column, ColumnKind};
use crate::tape::Tape;
use serde::Deserialize;
use std::collections::BTreeMap;
use units::{
    Amount, Date, QUANTITY_ONE, Quantity, RATE_ONE, Rate, Rounding, UnitsError, checked_add, mul_div,
};

/// What holds for all systems.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SolarTerms {
    /// kWh that one kW yields in its first year with a chance of one half (P50), for rows that do not say.
    pub yield_kwh_per_kw: Number,
    /// The part of P50 that is modelled: `100 %`, or the P90 factor.
    #[serde(default = "whole")]
    pub production: Percent,
    /// Share of the yield lost each year.
    pub degradation: Percent,
    /// Share of the working time.
    #[serde(default = "whole")]
    pub availability: Percent,
    /// Share of the year's kWh in January, February, …; twelve shares that make 100 %.
    pub shape: Vec<Percent>,
    /// The series of the price of a kWh after the contract; nothing is sold then if not given.
    pub merchant: Option<String>,
    /// Operating cost of one kW and year.
    pub opex_per_kw_year: Money,
    /// Yearly growth of the operating cost.
    #[serde(default)]
    pub opex_growth: Percent,
}

const fn whole() -> Percent {
    Percent::ONE
}

/// The columns every tape of systems has.
pub(crate) fn columns() -> Vec<Column> {
    vec![
        Column::required("system", ColumnKind::Text),
        Column::required("state", ColumnKind::Text),
        Column::required("kw", ColumnKind::Quantity).summed(),
        Column::required("cost", ColumnKind::Amount).summed(),
        Column::required("in_service", ColumnKind::Date),
        Column::required("price", ColumnKind::Amount),
        Column::optional("escalator", ColumnKind::Rate),
        Column::required("contract_end", ColumnKind::Date),
        Column::optional("yield_kwh_per_kw", ColumnKind::Quantity),
    ]
}

/// What the model says, with its kind and unit.
pub(crate) fn outputs() -> Vec<(&'static str, ObservationKind, Value)> {
    let (amount, quantity) = (Value::Amount(Amount::ZERO), Value::Quantity(Quantity::ZERO));
    vec![
        ("contract_revenue", ObservationKind::Receipt, amount),
        ("merchant_revenue", ObservationKind::Receipt, amount),
        ("kwh", ObservationKind::Report, quantity),
        ("kwh_expected", ObservationKind::Report, quantity),
        ("kw", ObservationKind::Report, quantity),
        ("ops_invoice", ObservationKind::Report, amount),
    ]
}

/// Systems that differ in nothing but size are added up: thousands of rows become a few hundred.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Cohort {
    in_service: Date,
    price: i64,
    escalator: i64,
    contract_end: Date,
}

/// The systems of one tape under the terms of one case.
#[derive(Clone, Debug)]
pub(crate) struct SolarModel {
    terms: SolarTerms,
    opex_per_kw_year: i64,
    /// kW and first-year kWh by cohort.
    cohorts: BTreeMap<Cohort, (i64, i64)>,
}

/// Sums of one period.
#[derive(Debug, Default)]
struct Tally {
    contract: i64,
    merchant: i64,
    kwh: i64,
    kwh_expected: i64,
    kw: i64,
    opex: i64,
}

/// Days of one calendar month in which nothing changes.
struct Stretch<'a> {
    market: &'a Market,
    from: Date,
    to: Date,
    /// Share of a year's kWh that falls into these days.
    share: Rate,
    factors: Factors,
}

#[derive(Clone, Copy)]
struct Factors {
    output: Rate,
    cash: Rate,
    costs: Rate,
    merchant: i64,
}

impl SolarModel {
    pub(crate) fn new(terms: &SolarTerms, tape: &Tape, decimals: u8) -> Result<Self, AssetsError> {
        require_terms(terms)?;
        tape.require_rows(|row| cohort(tape, row).err())?;
        let opex_per_kw_year =
            terms.opex_per_kw_year.amount(decimals).during("solar.opex_per_kw_year")?.units();
        let mut cohorts = BTreeMap::new();
        for row in 0..tape.rows() {
            let Ok(cohort) = cohort(tape, row) else { continue };
            let kw = tape.number("kw", row).unwrap_or(0);
            let per_kw = tape.number("yield_kwh_per_kw", row).unwrap_or(terms.yield_kwh_per_kw.0.units());
            let kwh = mul_div(kw, per_kw, QUANTITY_ONE, Rounding::Down).during("solar.yield_kwh_per_kw")?;
            let (kw_sum, kwh_sum) = cohorts.entry(cohort).or_insert((0, 0));
            *kw_sum = checked_add(*kw_sum, kw).during("tape column `kw`")?;
            *kwh_sum = checked_add(*kwh_sum, kwh).during("solar.yield_kwh_per_kw")?;
        }
        Ok(Self { terms: terms.clone(), opex_per_kw_year, cohorts })
    }

    pub(crate) fn period(
        &self,
        market: &Market,
        period: &Period,
        (window, ledger): (Window, &mut Ledger),
    ) -> Result<(), AssetsError> {
        let mut tally = Tally::default();
        let firsts = months(period.start, period.end).during("solar shape")?;
        for (from, to) in slices(period.start, period.end, market.scenario.breaks().into_iter().chain(firsts))
        {
            let share = self.share(from, to).during("solar.shape")?;
            let factors = self.factors(market, window, from)?;
            let stretch = Stretch { market, from, to, share, factors };
            for (cohort, size) in self.cohorts.range(..first_after(to)) {
                self.cohort((cohort, *size), &stretch, &mut tally).during("solar")?;
            }
        }
        let mut running = self.cohorts.range(..first_after(period.end)).map(|(_, (kw, _))| *kw);
        tally.kw = running.try_fold(0, checked_add).during("tape column `kw`")?;
        say(market, period, (&tally, ledger));
        Ok(())
    }

    /// The share of a year's kWh between two days of one calendar month.
    fn share(&self, from: Date, to: Date) -> Result<Rate, UnitsError> {
        let (year, month, _) = from.ymd();
        let first = Date::from_ymd(year, month, 1)?;
        let whole = i64::from(first.days_until(first.add_months(1)?));
        let index = usize::try_from(month).unwrap_or(1).saturating_sub(1);
        let share = self.terms.shape.get(index).map_or(0, |share| share.0.units());
        mul_div(share, i64::from(from.days_until(to)), whole, Rounding::Down).map(Rate::new)
    }

    fn factors(&self, market: &Market, window: Window, on: Date) -> Result<Factors, AssetsError> {
        let working = market.scenario.uptime(self.terms.availability.0, on);
        let output = self.terms.production.of(working.units()).during("solar.production")?;
        let merchant = match &self.terms.merchant {
            Some(series) if self.cohorts.keys().any(|cohort| cohort.contract_end <= on) => {
                market.reading(series, window, on)?.value
            }
            _ => 0,
        };
        Ok(Factors {
            output: Rate::new(scaled(output, &market.scenario.utilisation, on)?),
            cash: market.scenario.cash_left(on),
            costs: market.scenario.costs_left(on),
            merchant,
        })
    }

    fn cohort(
        &self,
        (cohort, (kw, kwh)): (&Cohort, (i64, i64)),
        stretch: &Stretch<'_>,
        tally: &mut Tally,
    ) -> Result<(), UnitsError> {
        let (start, end) = (cohort.in_service.max(stretch.from), stretch.to);
        for (from, to) in slices(start, end, [cohort.contract_end]) {
            let age = months_between(cohort.in_service, from).checked_div(12).unwrap_or(0);
            let days = (i64::from(from.days_until(to)), i64::from(stretch.from.days_until(stretch.to)));
            let share = mul_div(stretch.share.units(), days.0, days.1, Rounding::Down)?;
            let worn = Rate::new(self.terms.degradation.0.units().saturating_neg());
            let expected = share_of(compounded(kwh, worn, age)?, Rate::new(share))?;
            let made = share_of(expected, stretch.factors.output)?;
            tally.kwh_expected = checked_add(tally.kwh_expected, expected)?;
            tally.kwh = checked_add(tally.kwh, made)?;
            tally.sell((cohort, made), (from, age), stretch.factors)?;
            let yearly = compounded(self.opex_per_kw_year, self.terms.opex_growth.0, age)?;
            let opex = mul_div(mul_div(yearly, kw, QUANTITY_ONE, Rounding::Up)?, days.0, 365, Rounding::Up)?;
            let opex = scaled(opex, &stretch.market.scenario.opex, from).map_err(|_| UnitsError::Overflow)?;
            tally.opex = checked_add(tally.opex, share_of(opex, stretch.factors.costs)?)?;
        }
        Ok(())
    }
}

impl Tally {
    fn sell(
        &mut self,
        (cohort, kwh): (&Cohort, i64),
        (date, age): (Date, u32),
        factors: Factors,
    ) -> Result<(), UnitsError> {
        let contracted = date < cohort.contract_end;
        let price = match contracted {
            true => compounded(cohort.price, Rate::new(cohort.escalator), age)?,
            false => factors.merchant,
        };
        let cash = share_of(mul_div(kwh, price, QUANTITY_ONE, Rounding::Down)?, factors.cash)?;
        let sum = if contracted { &mut self.contract } else { &mut self.merchant };
        *sum = checked_add(*sum, cash)?;
        Ok(())
    }
}

fn say(market: &Market, period: &Period, (tally, ledger): (&Tally, &mut Ledger)) {
    let calm = market.scenario.breaks().range(..period.end).next().is_none();
    let basis = |calmly| if calm { calmly } else { Provenance::Shocked };
    let receipts = [("contract_revenue", tally.contract), ("merchant_revenue", tally.merchant)];
    for (name, cash) in receipts.into_iter().filter(|(_, cash)| *cash > 0) {
        ledger.receipt(name, cash, basis(Provenance::Assumed));
    }
    let quantity = |units| Value::Quantity(Quantity::new(units));
    ledger.report("kwh", quantity(tally.kwh), basis(Provenance::Assumed));
    ledger.report("kwh_expected", quantity(tally.kwh_expected), Provenance::Assumed);
    ledger.report("kw", quantity(tally.kw), Provenance::Contracted);
    ledger.report("ops_invoice", Value::Amount(Amount::new(tally.opex)), basis(Provenance::Assumed));
}

/// The key below which all cohorts are in service before `date`.
const fn first_after(date: Date) -> Cohort {
    Cohort { in_service: date, price: i64::MIN, escalator: i64::MIN, contract_end: Date::from_days(i32::MIN) }
}

/// The first days of months after `start` and before `end`.
fn months(start: Date, end: Date) -> Result<Vec<Date>, UnitsError> {
    let (year, month, _) = start.ymd();
    let first = Date::from_ymd(year, month, 1)?;
    let count = i32::try_from(months_between(first, end)).map_err(|_| UnitsError::NotADate)?;
    (1..=count).map(|month| first.add_months(month)).collect()
}

fn cohort(tape: &Tape, row: usize) -> Result<Cohort, (&'static str, String)> {
    let date = |column| tape.date(column, row).ok_or((column, "is empty; fill it".to_owned()));
    let escalator = tape.number("escalator", row).unwrap_or(0);
    if escalator.unsigned_abs() > RATE_ONE.unsigned_abs() {
        return Err(("escalator", "write a rate from -100 % to 100 %".to_owned()));
    }
    Ok(Cohort {
        in_service: date("in_service")?,
        price: tape.number("price", row).unwrap_or(0),
        escalator,
        contract_end: date("contract_end")?,
    })
}

fn require_terms(terms: &SolarTerms) -> Result<(), AssetsError> {
    let sum =
        terms.shape.iter().map(|share| share.0.units()).try_fold(0, checked_add).during("solar.shape")?;
    if terms.shape.len() != 12 || sum != RATE_ONE || !terms.shape.iter().all(|share| is_share(*share)) {
        return Err(AssetsError::setting(
            "solar.shape",
            "write twelve shares, January first, that make 100 %",
        ));
    }
    if !is_share(terms.degradation) || !is_share(terms.availability) || terms.production.0 < Rate::ZERO {
        let problem = "write degradation and availability from 0 % to 100 %, production from 0 %";
        return Err(AssetsError::setting("solar", problem));
    }
    if terms.opex_growth.0.units() < -RATE_ONE {
        return Err(AssetsError::setting("solar.opex_growth", "cannot be below -100 %"));
    }
    Ok(())
}
