//! GPU servers: machine hours sold by contract and on the market.

use crate::eligible::{EligiblePool, EligibleTerms};
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
    Amount, Date, QUANTITY_ONE, Quantity, RATE_ONE, Rate, Rounding, UnitsError, checked_add, checked_sub,
    mul_div,
};

/// How the machines earn and what they cost.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GpuTerms {
    /// The series of the price of one machine hour on the market.
    pub market: String,
    /// Hours sold ahead; none if not given.
    pub contract: Option<GpuContract>,
    /// Share of the hours not under contract that are sold.
    pub utilisation: Percent,
    /// Share of the hours in which a machine works.
    pub uptime: Percent,
    /// What a customer gets back for an hour lost, as a share of its price.
    #[serde(default = "whole")]
    pub downtime_credit: Percent,
    /// Operating cost of one machine hour, sold or not, without power.
    pub ops_per_unit_hour: Money,
    /// Power; none is reported if not given.
    pub power: Option<GpuPower>,
    /// Reports by customer, for a borrowing base.
    #[serde(default)]
    pub eligible: Vec<EligibleTerms>,
}

/// Take-or-pay: paid for every hour, used or not.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GpuContract {
    /// Share of all hours.
    pub share: Percent,
    /// Months of a term. A new term takes the price of its first day.
    pub months: u32,
    /// The series of the contract price; the market's if not given.
    pub series: Option<String>,
    /// Share of the contracted hours that signs again at the end of each term; the rest goes to the market.
    #[serde(default = "whole")]
    pub renewal: Percent,
}

/// What the machines draw.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GpuPower {
    /// Power of one machine at full load, with its share of the server, in kW.
    pub kw_per_unit: Number,
    /// Average load.
    #[serde(default = "whole")]
    pub load: Percent,
    /// Power of the site over power of the machines.
    pub pue: Number,
}

const fn whole() -> Percent {
    Percent::ONE
}

/// The columns every tape of machines has.
pub(crate) fn columns() -> Vec<Column> {
    vec![
        Column::required("serial", ColumnKind::Text),
        Column::required("site", ColumnKind::Text),
        Column::optional("customer", ColumnKind::Text),
        Column::required("units", ColumnKind::Quantity).summed(),
        Column::required("cost", ColumnKind::Amount).summed(),
        Column::required("in_service", ColumnKind::Date),
    ]
}

/// What the model says, with its kind and unit.
pub(crate) fn outputs() -> Vec<(&'static str, ObservationKind, Value)> {
    let (amount, quantity) = (Value::Amount(Amount::ZERO), Value::Quantity(Quantity::ZERO));
    vec![
        ("rent", ObservationKind::Receipt, amount),
        ("rent_contract", ObservationKind::Report, amount),
        ("rent_merchant", ObservationKind::Report, amount),
        ("downtime_credit", ObservationKind::Report, amount),
        ("uptime", ObservationKind::Report, Value::Rate(Rate::ZERO)),
        ("units", ObservationKind::Report, quantity),
        ("cost_in_service", ObservationKind::Report, amount),
        ("gpu_hours", ObservationKind::Report, quantity),
        ("gpu_hours_sold", ObservationKind::Report, quantity),
        ("ops_invoice", ObservationKind::Report, amount),
        ("kwh", ObservationKind::Report, quantity),
    ]
}

/// Machines of one tape under the terms of one case.
#[derive(Clone, Debug)]
pub(crate) struct GpuModel {
    terms: GpuTerms,
    ops_per_unit_hour: i64,
    /// Machines and their cost by the day they go into service.
    cohorts: BTreeMap<Date, Cohort>,
    eligible: Vec<EligiblePool>,
}

/// One delivery.
#[derive(Clone, Copy, Debug, Default)]
struct Cohort {
    units: i64,
    cost: i64,
}

/// Sums of one period.
#[derive(Debug, Default)]
struct Tally {
    hours: i64,
    hours_up: i64,
    hours_sold: i64,
    contract: i64,
    merchant: i64,
    credit: i64,
    rent: i64,
    ops: i64,
    kwh: i64,
    weakest: Option<Provenance>,
}

/// Days of one cohort in which nothing changes.
#[derive(Clone, Copy)]
struct Stretch<'a> {
    market: &'a Market,
    in_service: Date,
    units: i64,
    from: Date,
    to: Date,
    window: Window,
}

impl GpuModel {
    pub(crate) fn new(terms: &GpuTerms, tape: &Tape, decimals: u8) -> Result<Self, AssetsError> {
        require_terms(terms)?;
        let ops_per_unit_hour =
            terms.ops_per_unit_hour.amount(decimals).during("gpu.ops_per_unit_hour")?.units();
        let mut cohorts: BTreeMap<Date, Cohort> = BTreeMap::new();
        for row in 0..tape.rows() {
            let Some(date) = tape.date("in_service", row) else { continue };
            let cohort = cohorts.entry(date).or_default();
            let add = |sum, column| checked_add(sum, tape.number(column, row).unwrap_or(0)).during("tape");
            (cohort.units, cohort.cost) = (add(cohort.units, "units")?, add(cohort.cost, "cost")?);
        }
        let eligible = terms.eligible.iter().map(|eligible| EligiblePool::new(eligible, tape));
        let eligible = eligible.collect::<Result<_, _>>()?;
        Ok(Self { terms: terms.clone(), ops_per_unit_hour, cohorts, eligible })
    }

    pub(crate) fn period(
        &self,
        market: &Market,
        period: &Period,
        (window, ledger): (Window, &mut Ledger),
    ) -> Result<(), AssetsError> {
        let mut tally = Tally::default();
        for (&in_service, cohort) in self.cohorts.range(..period.end) {
            let units = cohort.units;
            let start = in_service.max(period.start);
            let cuts =
                market.scenario.breaks().into_iter().chain(self.resets(in_service, start, period.end)?);
            for (from, to) in slices(start, period.end, cuts) {
                self.stretch(Stretch { market, in_service, units, from, to, window }, &mut tally)?;
            }
        }
        self.say(market, tally, ledger)?;
        self.eligible.iter().try_for_each(|pool| pool.period(market, period, ledger))
    }

    /// Days after `start` and before `end` on which the contracts of a cohort begin a new term.
    fn resets(&self, in_service: Date, start: Date, end: Date) -> Result<Vec<Date>, AssetsError> {
        let Some(contract) = &self.terms.contract else { return Ok(Vec::new()) };
        let (first, last) = (self.term(contract, in_service, start), self.term(contract, in_service, end));
        (first..=last).map(|term| term_start(contract, in_service, term)).collect()
    }

    fn term(&self, contract: &GpuContract, in_service: Date, date: Date) -> u32 {
        months_between(in_service, date).checked_div(contract.months).unwrap_or(0)
    }

    fn stretch(&self, stretch: Stretch<'_>, tally: &mut Tally) -> Result<(), AssetsError> {
        let market = stretch.market;
        let days = i64::from(stretch.from.days_until(stretch.to));
        let hours = days
            .checked_mul(24)
            .ok_or(UnitsError::Overflow)
            .and_then(|hours| mul_div(stretch.units, hours, 1, Rounding::Down))
            .during("gpu hours")?;
        let contracted = self.contracted(stretch, hours, tally)?;
        let utilisation =
            scaled(self.terms.utilisation.0.units(), &market.scenario.utilisation, stretch.from)?;
        let utilisation = Rate::new(utilisation.min(RATE_ONE));
        let rest = checked_sub(hours, contracted.hours).during("gpu hours")?;
        let sold = share_of(rest, utilisation).during("gpu.utilisation")?;
        let price = market.reading(&self.terms.market, stretch.window, stretch.from)?;
        let merchant = paid(price.value, sold).during("gpu merchant rent")?;
        tally.weaken(price.provenance);
        tally.add(hours, checked_add(contracted.hours, sold).during("gpu hours")?).during("gpu hours")?;
        self.cash(stretch, (contracted.rent, merchant), tally)?;
        self.costs(stretch, hours, tally)
    }

    /// Hours and rent under contract: the price of the first day of the term, whatever the market does since.
    fn contracted(
        &self,
        stretch: Stretch<'_>,
        hours: i64,
        tally: &mut Tally,
    ) -> Result<Contracted, AssetsError> {
        let Some(contract) = &self.terms.contract else { return Ok(Contracted { hours: 0, rent: 0 }) };
        let term = self.term(contract, stretch.in_service, stretch.from);
        let lost = Rate::new(contract.renewal.0.units().saturating_sub(RATE_ONE));
        let share = compounded(contract.share.0.units(), lost, term).during("gpu.contract.renewal")?;
        let hours = share_of(hours, Rate::new(share)).during("gpu.contract.share")?;
        let signed = term_start(contract, stretch.in_service, term)?;
        let price = stretch.market.at(contract.series.as_ref().unwrap_or(&self.terms.market), signed)?;
        tally.weaken(price.provenance);
        Ok(Contracted { hours, rent: paid(price.value, hours).during("gpu contract rent")? })
    }

    /// Rent less the credit for lost hours, as far as the operator passes it on.
    fn cash(
        &self,
        stretch: Stretch<'_>,
        (contract, merchant): (i64, i64),
        tally: &mut Tally,
    ) -> Result<(), AssetsError> {
        let market = stretch.market;
        let uptime = market.scenario.uptime(self.terms.uptime.0, stretch.from);
        if uptime < self.terms.uptime.0 || market.scenario.defaulted(stretch.from) {
            tally.weaken(Provenance::Shocked);
        }
        let left = market.scenario.cash_left(stretch.from);
        let sum = || -> Result<(i64, i64, i64), UnitsError> {
            let gross = checked_add(contract, merchant)?;
            let lost = share_of(gross, Rate::new(checked_sub(RATE_ONE, uptime.units())?))?;
            let credit =
                mul_div(lost, self.terms.downtime_credit.0.units(), RATE_ONE, Rounding::Up)?.min(gross);
            let hours =
                mul_div(stretch.units, i64::from(stretch.from.days_until(stretch.to)), 1, Rounding::Down)?;
            Ok((credit, share_of(checked_sub(gross, credit)?, left)?, share_of(hours, uptime)?))
        };
        let (credit, rent, up) = sum().during("gpu rent")?;
        tally.pay((contract, merchant), (credit, rent)).during("gpu rent")?;
        tally.hours_up = checked_add(tally.hours_up, up).during("gpu.uptime")?;
        Ok(())
    }

    fn costs(&self, stretch: Stretch<'_>, hours: i64, tally: &mut Tally) -> Result<(), AssetsError> {
        let market = stretch.market;
        let left = market.scenario.costs_left(stretch.from);
        let price = scaled(self.ops_per_unit_hour, &market.scenario.opex, stretch.from)?;
        let ops = mul_div(price, hours, QUANTITY_ONE, Rounding::Up)
            .and_then(|ops| share_of(ops, left))
            .during("gpu.ops_per_unit_hour")?;
        let kwh = self.kwh(hours).and_then(|kwh| share_of(kwh, left)).during("gpu.power")?;
        tally.ops = checked_add(tally.ops, ops).during("gpu.ops_per_unit_hour")?;
        tally.kwh = checked_add(tally.kwh, kwh).during("gpu.power")?;
        Ok(())
    }

    fn kwh(&self, hours: i64) -> Result<i64, UnitsError> {
        let Some(power) = &self.terms.power else { return Ok(0) };
        let machines = mul_div(hours, power.kw_per_unit.0.units(), QUANTITY_ONE, Rounding::Down)?;
        let site = mul_div(machines, power.pue.0.units(), QUANTITY_ONE, Rounding::Down)?;
        power.load.of(site)
    }

    fn say(&self, market: &Market, tally: Tally, ledger: &mut Ledger) -> Result<(), AssetsError> {
        let derived = Provenance::Derived;
        let weakest = tally.weakest.unwrap_or(derived).max(derived);
        let amount = |units| Value::Amount(Amount::new(units));
        let quantity = |units| Value::Quantity(Quantity::new(units));
        if tally.rent > 0 {
            ledger.receipt("rent", tally.rent, weakest);
        }
        ledger.report("rent_contract", amount(tally.contract), weakest);
        ledger.report("rent_merchant", amount(tally.merchant), weakest);
        ledger.report("downtime_credit", amount(tally.credit), weakest);
        let days = mul_div(tally.hours, 1, 24, Rounding::Down).during("gpu hours")?;
        // Before the first machine runs nothing can be down.
        let uptime = match days {
            0 => self.terms.uptime.0.units(),
            days => mul_div(tally.hours_up, RATE_ONE, days, Rounding::Down).during("gpu.uptime")?,
        };
        let date = ledger.date();
        let shocked = uptime < self.terms.uptime.0.units();
        let basis = if shocked { Provenance::Shocked } else { Provenance::Assumed };
        ledger.report("uptime", Value::Rate(Rate::new(uptime)), basis);
        let running = || self.cohorts.range(..=date).map(|(_, cohort)| cohort);
        let units = running().map(|cohort| cohort.units).try_fold(0, checked_add).during("tape")?;
        let cost = running().map(|cohort| cohort.cost).try_fold(0, checked_add).during("tape")?;
        ledger.report("units", quantity(units), Provenance::Contracted);
        ledger.report("cost_in_service", amount(cost), Provenance::Contracted);
        ledger.report("gpu_hours", quantity(tally.hours), derived);
        ledger.report("gpu_hours_sold", quantity(tally.hours_sold), derived);
        let costs = if market.scenario.opex.is_empty() { Provenance::Assumed } else { Provenance::Shocked };
        ledger.report("ops_invoice", amount(tally.ops), costs);
        if self.terms.power.is_some() {
            ledger.report("kwh", quantity(tally.kwh), derived);
        }
        Ok(())
    }
}

struct Contracted {
    hours: i64,
    rent: i64,
}

impl Tally {
    fn weaken(&mut self, provenance: Provenance) {
        self.weakest = self.weakest.max(Some(provenance));
    }

    fn add(&mut self, hours: i64, sold: i64) -> Result<(), UnitsError> {
        self.hours = checked_add(self.hours, hours)?;
        self.hours_sold = checked_add(self.hours_sold, sold)?;
        Ok(())
    }

    fn pay(
        &mut self,
        (contract, merchant): (i64, i64),
        (credit, rent): (i64, i64),
    ) -> Result<(), UnitsError> {
        self.contract = checked_add(self.contract, contract)?;
        self.merchant = checked_add(self.merchant, merchant)?;
        self.credit = checked_add(self.credit, credit)?;
        self.rent = checked_add(self.rent, rent)?;
        Ok(())
    }
}

/// Price for one whole hour × hours, rounded down: what arrives is never overstated.
fn paid(price: i64, hours: i64) -> Result<i64, UnitsError> {
    mul_div(price, hours, QUANTITY_ONE, Rounding::Down)
}

fn term_start(contract: &GpuContract, in_service: Date, term: u32) -> Result<Date, AssetsError> {
    let months = i32::try_from(term.saturating_mul(contract.months)).unwrap_or(i32::MAX);
    in_service.add_months(months).during("gpu.contract.months")
}

fn require_terms(terms: &GpuTerms) -> Result<(), AssetsError> {
    let contract = terms.contract.iter();
    let shares = [("utilisation", terms.utilisation), ("uptime", terms.uptime)];
    let mut shares =
        shares.into_iter().chain(contract.clone().flat_map(|contract| {
            [("contract.share", contract.share), ("contract.renewal", contract.renewal)]
        }));
    if let Some((name, _)) = shares.find(|(_, share)| !is_share(*share)) {
        return Err(AssetsError::setting(format!("gpu.{name}"), "write a share from 0 % to 100 %"));
    }
    if contract.into_iter().any(|contract| contract.months == 0 || contract.months > 600) {
        return Err(AssetsError::setting("gpu.contract.months", "write 1 to 600 months"));
    }
    if terms.downtime_credit.0 < Rate::ZERO {
        return Err(AssetsError::setting("gpu.downtime_credit", "cannot be negative"));
    }
    Ok(())
}
