//! Rent of machines: contracts keep the price of the month in which they were signed, the market does not.

use super::month_of;
use crate::error::RiskError;
use crate::scenario::{Driver, World};
use assets::{Period, Projection};
use life::Setup;
use std::collections::BTreeMap;
use units::{Date, RATE_ONE};

/// Receipt that machines bring.
pub(super) const RENT: &str = "rent";

/// What the rent of each period is made of, by its determination date.
#[derive(Clone, Debug, Default)]
pub(super) struct Rents(BTreeMap<Date, Rent>);

/// The rent of one period. Only proportions matter.
#[derive(Clone, Debug, Default)]
struct Rent {
    /// Rent under contracts by the month in which they were signed; none: known already.
    contracts: Vec<(Option<usize>, f64)>,
    /// Rent at the market.
    merchant: f64,
    /// What the contracted hours would bring at the market.
    relet: f64,
    /// The largest factor on hours sold: all of them.
    most: f64,
    /// Share of the hours up.
    uptime: f64,
    /// What a lost hour costs, as a share of its price.
    credit: f64,
    /// The rent if nothing moves.
    neutral: f64,
}

/// Days of a delivery under one term of its contracts.
struct Term {
    signed: Date,
    share: f64,
    unit_days: f64,
}

impl Rents {
    pub fn new(
        setup: &Setup,
        (periods, projection): (&[Period], &Projection),
        origin: u32,
    ) -> Result<Self, RiskError> {
        let mut rents = Self::default();
        if setup.collateral.case().gpu.is_none() {
            return Ok(rents);
        }
        let reported = |name: &str, date: Date| {
            let found = projection.observations.iter().find(|seen| seen.name == name && seen.date == date);
            found.map_or(0.0, |seen| seen.value.units() as f64)
        };
        let mut prices = Prices { setup, known: BTreeMap::new() };
        for period in periods {
            let date = period.determination;
            let contract = reported("rent_contract", date);
            let mut rent = made_of(setup, period, &mut prices)?;
            let sum: f64 = rent.contracts.iter().map(|(_, part)| part).sum();
            for (_, part) in &mut rent.contracts {
                *part = if sum > 0.0 { *part / sum * contract } else { 0.0 };
            }
            rent.merchant = reported("rent_merchant", date);
            rent.uptime = reported("uptime", date) / RATE_ONE as f64;
            rents.0.insert(date, rent.signed_after(origin));
        }
        Ok(rents)
    }

    /// The rent of a period over the projected one, in each lane.
    #[inline(always)]
    pub fn ratios<const L: usize>(&self, date: Date, (month, world): (usize, &World<L>)) -> [f64; L] {
        let Some(rent) = self.0.get(&date).filter(|rent| rent.neutral > 0.0) else { return [1.0; L] };
        rent.total(world, month).map(|total| total / rent.neutral)
    }
}

impl Rent {
    /// What a month's rent comes to, in each lane.
    #[inline(always)]
    fn total<const L: usize>(&self, world: &World<L>, month: usize) -> [f64; L] {
        let contracts = self.contracted(world);
        let month = world.month(month);
        let [stay, price, used, uptime, cash] =
            [Driver::Offtakers, Driver::Price, Driver::Utilisation, Driver::Uptime, Driver::Cash]
                .map(|driver| &month[driver as usize]);
        std::array::from_fn(
            #[inline(always)]
            |lane| {
                let relet = self.merchant + (1.0 - stay[lane]) * self.relet;
                let market = relet * price[lane] * used[lane].min(self.most);
                let down = 1.0 - self.uptime * uptime[lane];
                let paid = (1.0 - down * self.credit).max(0.0);
                (contracts[lane] * stay[lane] + market) * paid * cash[lane]
            },
        )
    }

    /// Rent under contracts, if every customer stays.
    #[inline(always)]
    fn contracted<const L: usize>(&self, world: &World<L>) -> [f64; L] {
        let mut rents = [0.0; L];
        for (signed, part) in &self.contracts {
            let known = [Driver::Contract.neutral(); L];
            let prices = signed.map_or(&known, |month| &world.month(month)[Driver::Contract as usize]);
            rents.iter_mut().zip(prices).for_each(|(rent, price)| *rent += part * price);
        }
        rents
    }
}

impl Rent {
    /// Terms of one month are one.
    fn signed_after(mut self, origin: u32) -> Self {
        let mut merged: BTreeMap<Option<usize>, f64> = BTreeMap::new();
        for (signed, part) in &self.contracts {
            let month = signed.and_then(|days| month_of(Date::from_days(days as i32), origin));
            *merged.entry(month).or_default() += part;
        }
        self.contracts = merged.into_iter().collect();
        [self.neutral] = self.total(&World::neutral(1), 0);
        self
    }
}

/// Readings of series, each looked up once.
struct Prices<'a> {
    setup: &'a Setup,
    known: BTreeMap<(Date, String), f64>,
}

impl Prices<'_> {
    fn at(&mut self, series: &str, date: Date) -> Result<f64, RiskError> {
        if let Some(price) = self.known.get(&(date, series.to_owned())) {
            return Ok(*price);
        }
        let day = Period { number: 1, start: date, end: date, determination: date, payment: date };
        for reading in self.setup.collateral.project(&[day])?.readings {
            self.known.insert((date, reading.series), reading.value.units() as f64);
        }
        Ok(self.known.get(&(date, series.to_owned())).copied().unwrap_or(0.0))
    }
}

/// Contracts by the day on which they were signed, and what their hours would bring at the market.
fn made_of(setup: &Setup, period: &Period, prices: &mut Prices<'_>) -> Result<Rent, RiskError> {
    let Some(terms) = &setup.collateral.case().gpu else { return Ok(Rent::default()) };
    let utilisation = terms.utilisation.0.units() as f64 / RATE_ONE as f64;
    let mut rent = Rent {
        credit: terms.downtime_credit.0.units() as f64 / RATE_ONE as f64,
        most: if utilisation > 0.0 { 1.0 / utilisation } else { 1.0 },
        ..Rent::default()
    };
    let Some(contract) = &terms.contract else { return Ok(rent) };
    let series = contract.series.as_ref().unwrap_or(&terms.market);
    let mut hours = 0.0;
    for term in contracted(setup, period, contract)? {
        let price = prices.at(series, term.signed)?;
        rent.contracts.push((usize::try_from(term.signed.days()).ok(), term.unit_days * term.share * price));
        hours += term.unit_days * term.share * 24.0;
    }
    let price = prices.at(&terms.market, period.determination)?;
    rent.relet = hours / units::QUANTITY_ONE as f64 * price * utilisation;
    Ok(rent)
}

/// The days of each delivery in a period, cut where a new term begins.
fn contracted(
    setup: &Setup,
    period: &Period,
    contract: &assets::GpuContract,
) -> Result<Vec<Term>, RiskError> {
    let tape = setup.collateral.tape();
    let mut deliveries: BTreeMap<Date, f64> = BTreeMap::new();
    for row in 0..tape.rows() {
        if let Some(date) = tape.date("in_service", row) {
            *deliveries.entry(date).or_default() += tape.number("units", row).unwrap_or(0) as f64;
        }
    }
    let [share, renewal] =
        [contract.share, contract.renewal].map(|part| part.0.units() as f64 / RATE_ONE as f64);
    let mut terms = Vec::new();
    for (in_service, machines) in deliveries.range(..period.end) {
        let mut signed = *in_service;
        let mut number = 0_i32;
        // Bounded: a term has at least one month and a period ends.
        while signed < period.end {
            number += 1;
            let months = i32::try_from(contract.months).unwrap_or(i32::MAX).saturating_mul(number);
            let next =
                in_service.add_months(months).map_err(|error| RiskError::Question(error.to_string()))?;
            let (from, to) = (signed.max(period.start), next.min(period.end));
            if from < to {
                let share = share * renewal.powi(number - 1);
                terms.push(Term { signed, share, unit_days: machines * f64::from(from.days_until(to)) });
            }
            signed = next;
        }
    }
    Ok(terms)
}
