//! Random futures of the world, drawn without knowing any deal.

use super::numbers::{BLOCK, Numbers};
use super::parameters::{OFFTAKERS_MAX, Parameters, SITES_MAX};
use super::{normal, numbers};
use serde::{Deserialize, Serialize};

/// What moves in a future. Factors are on the case's own projection: one changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Driver {
    /// Factor on the rent of a machine hour.
    Price,
    /// Factor on rents under contracts that are signed in the month.
    Contract,
    /// Factor on what a machine sells for.
    Resale,
    /// Factor on the hours sold, the space let, the sun.
    Utilisation,
    /// Share of the hours in which sites stand.
    Uptime,
    /// Factor on the price of electricity.
    Power,
    /// Factor on running costs.
    Opex,
    /// Added to floating rates.
    Interest,
    /// Share of the cash that the operator passes on.
    Cash,
    /// Share of the costs that arise.
    Costs,
    /// Share of the contracted hours whose customers stay.
    Offtakers,
    /// Factor on what a sale brings beside the price.
    Sale,
    /// Factor on the speed at which borrowers fail.
    Defaults,
    /// Factor on the speed at which borrowers repay early.
    Prepayment,
}

impl Driver {
    /// All of them, in order.
    pub const ALL: [Self; 14] = [
        Self::Price,
        Self::Contract,
        Self::Resale,
        Self::Utilisation,
        Self::Uptime,
        Self::Power,
        Self::Opex,
        Self::Interest,
        Self::Cash,
        Self::Costs,
        Self::Offtakers,
        Self::Sale,
        Self::Defaults,
        Self::Prepayment,
    ];

    /// Returns the value that changes nothing.
    pub const fn neutral(self) -> f64 {
        match self {
            Self::Interest => 0.0,
            _ => 1.0,
        }
    }

    /// Returns what a table calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Price => "rental price",
            Self::Contract => "contract price",
            Self::Resale => "resale price",
            Self::Utilisation => "utilisation",
            Self::Uptime => "uptime",
            Self::Power => "power price",
            Self::Opex => "running costs",
            Self::Interest => "floating rate",
            Self::Cash => "operator's cash",
            Self::Costs => "operator's costs",
            Self::Offtakers => "contracted customers",
            Self::Sale => "sale of collateral",
            Self::Defaults => "borrowers' defaults",
            Self::Prepayment => "early repayment",
        }
    }
}

/// Values of all drivers in one month, in each lane.
pub type Month<const L: usize> = [[f64; L]; Driver::ALL.len()];

/// Futures that live side by side.
#[derive(Clone, Debug)]
pub struct World<const L: usize> {
    months: Vec<Month<L>>,
    uniforms: Vec<[f64; BLOCK]>,
}

impl<const L: usize> World<L> {
    /// Returns a world of so many months in which nothing differs from the projection.
    pub fn neutral(months: usize) -> Self {
        let month = std::array::from_fn(|driver| [Driver::ALL[driver].neutral(); L]);
        Self { months: vec![month; months], uniforms: vec![[0.0; BLOCK]; months + 1] }
    }

    /// Returns a month; the last one if it lies beyond.
    #[inline]
    pub fn month(&self, month: usize) -> &Month<L> {
        let last = self.months.len().saturating_sub(1);
        &self.months[month.min(last)]
    }

    /// Returns how many months there are.
    pub fn len(&self) -> usize {
        self.months.len()
    }

    /// Returns true if there is no month.
    pub fn is_empty(&self) -> bool {
        self.months.is_empty()
    }

    /// Sets a driver of one lane from a month on.
    pub fn set(&mut self, (driver, lane): (Driver, usize), from: usize, value: impl Fn(usize, f64) -> f64) {
        for (number, month) in self.months.iter_mut().enumerate().skip(from) {
            let cell = &mut month[driver as usize][lane];
            *cell = value(number, *cell);
        }
    }
}

/// Draws futures from parameters.
#[derive(Clone, Debug)]
pub struct Drawing {
    parameters: Parameters,
    numbers: Numbers,
    sites: Vec<f64>,
    normal: normal::Table,
    generation: f64,
    centre: f64,
    outage: f64,
    /// Below which value of its latent variable the operator, or a customer, has failed by the end of each month.
    failed: [Vec<f64>; 2],
}

/// Most months that a default can be dated in; later ones do not happen.
const MONTHS_MAX: i32 = 600;

/// Places of the numbers in the header.
mod header {
    pub const SYSTEM: usize = 0;
    pub const OPERATOR: usize = 1;
    pub const SALE: usize = 2;
    pub const START: usize = 3;
    pub const OFFTAKERS: usize = 4;
    pub const PREPAYMENT: usize = 12;
}

/// Places of the numbers in a month's block.
mod place {
    pub const REGIME: usize = 0;
    pub const PRICE: usize = 1;
    pub const GENERATION: usize = 2;
    pub const FALL: usize = 3;
    pub const USE: usize = 4;
    pub const OUTAGE: usize = 5;
    pub const SITES: usize = 6;
    pub const POWER: usize = 10;
    pub const SPIKE: usize = 11;
    pub const INTEREST: usize = 12;
    pub const RESALE: usize = 13;
    pub const OPEX: usize = 14;
    pub const CONTRACT: usize = 15;
}

/// How one path stands while it is drawn.
#[derive(Clone, Copy, Default)]
struct Standing {
    /// The common factor: low in bad times.
    system: f64,
    regime: usize,
    price: f64,
    contract: f64,
    resale: f64,
    used: f64,
    power: f64,
    opex: f64,
    interest: f64,
    /// Month in which the operator fails, and those of the customers.
    operator: usize,
    offtakers: [usize; OFFTAKERS_MAX],
    sale: f64,
    /// Logarithms of what the path's common factor makes of the speed of default, and of its speed of early repayment.
    borrowers: [f64; 2],
}

impl Drawing {
    /// Prepares to draw. `sites` are the shares of the machines at each site; those beyond the fourth stand and fall with
    /// one of the first.
    pub fn new(parameters: Parameters, numbers: Numbers, sites: &[f64]) -> Self {
        let mut shares = vec![0.0; sites.len().clamp(1, SITES_MAX)];
        let count = shares.len();
        for (site, share) in sites.iter().enumerate() {
            shares[site % count] += share;
        }
        if sites.is_empty() {
            shares = vec![1.0];
        }
        let by_month = |yearly: f64| {
            let survives = (1.0 - yearly.min(0.999_999)).powf(1.0 / 12.0);
            (1..=MONTHS_MAX).map(|month| normal::quantile(1.0 - survives.powi(month))).collect()
        };
        Self {
            normal: normal::Table::default(),
            centre: parameters.centre(),
            generation: 1.0 - (-1.0 / parameters.generation.months).exp(),
            outage: normal::quantile(parameters.outage.probability.clamp(1e-12, 1.0 - 1e-12)),
            failed: [by_month(parameters.default.operator), by_month(parameters.default.offtaker)],
            parameters,
            numbers,
            sites: shares,
        }
    }

    /// Draws the paths from `first` on, one in each lane.
    pub fn draw<const L: usize>(&self, first: u64, world: &mut World<L>) {
        let mut uniforms = std::mem::take(&mut world.uniforms);
        for (lane, path) in (first..).enumerate().take(L) {
            self.numbers.fill(path, &mut uniforms);
            let Some((header, blocks)) = uniforms.split_first() else { continue };
            let mut standing = self.begin(header);
            for (number, (block, month)) in blocks.iter().zip(&mut world.months).enumerate() {
                self.next(&mut standing, block, number);
                let values = self.values(&standing, block, number);
                for (cell, value) in month.iter_mut().zip(values) {
                    cell[lane] = value;
                }
            }
        }
        world.uniforms = uniforms;
    }

    fn begin(&self, header: &[f64; numbers::BLOCK]) -> Standing {
        let terms = &self.parameters.default;
        let system = normal::quantile(header[header::SYSTEM]);
        let (common, own) = (terms.correlation.sqrt(), (1.0 - terms.correlation).sqrt());
        // Gaussian copula with one factor: D. X. Li, On Default Correlation, Journal of Fixed Income 9 (2000).
        let fails = |number: f64, by_month: &[f64]| {
            let latent = common * system + own * normal::quantile(number);
            by_month.partition_point(|threshold| *threshold <= latent)
        };
        let [operator, offtaker] = &self.failed;
        let mut standing = Standing {
            regime: chosen(&self.parameters.price.start, header[header::START]),
            system,
            operator: fails(header[header::OPERATOR], operator),
            sale: (self.parameters.liquidation.deviation * normal::quantile(header[header::SALE])).exp(),
            offtakers: [usize::MAX; OFFTAKERS_MAX],
            borrowers: self.borrowers(system, header[header::PREPAYMENT]),
            ..Standing::default()
        };
        for customer in 0..(terms.offtakers as usize).min(OFFTAKERS_MAX) {
            standing.offtakers[customer] = fails(header[header::OFFTAKERS + customer], offtaker);
        }
        standing
    }

    /// The share of very many equal borrowers that fails in a year, given the common factor: O. Vasicek, The Distribution of Loan
    /// Portfolio Value, Risk (December 2002). As a factor on the hazard, so that the mean share is the one in the file.
    fn borrowers(&self, system: f64, number: f64) -> [f64; 2] {
        let (Some(loans), terms) = (&self.parameters.loans, &self.parameters.default) else {
            return [0.0; 2];
        };
        let (common, own) = (terms.correlation.sqrt(), (1.0 - terms.correlation).max(1e-12).sqrt());
        let hazard = |share: f64| -(1.0 - share.min(1.0 - 1e-12)).ln();
        let given = normal::probability((normal::quantile(terms.offtaker) - common * system) / own);
        let fails = (0.0..1.0).contains(&terms.offtaker) && terms.offtaker > 0.0;
        let defaults = if fails { (hazard(given) / hazard(terms.offtaker)).max(1e-12).ln() } else { 0.0 };
        [defaults, loans.prepayment * normal::quantile(number)]
    }

    /// One month on.
    fn next(&self, standing: &mut Standing, block: &[f64; numbers::BLOCK], number: usize) {
        let terms = &self.parameters;
        if number > 0 {
            standing.regime = chosen(&terms.price.switching[standing.regime], block[place::REGIME]);
        }
        let price = self.normal.quantile(block[place::PRICE]);
        let regime = standing.regime;
        standing.price += terms.default.price * standing.system
            + terms.price.drift[regime]
            + terms.price.deviation[regime] * price
            - self.centre;
        if block[place::GENERATION] < self.generation {
            let fall = terms.generation.least
                + (terms.generation.most - terms.generation.least) * block[place::FALL];
            standing.price += (-fall).ln_1p();
        }
        let own = (1.0 - terms.utilisation.correlation.powi(2)).sqrt();
        let used = terms.utilisation.correlation * price + own * self.normal.quantile(block[place::USE]);
        standing.used = terms.utilisation.persistence * standing.used + terms.utilisation.deviation * used;
        standing.contract += terms.contract.deviation * self.normal.quantile(block[place::CONTRACT]);
        standing.resale += terms.resale.deviation * self.normal.quantile(block[place::RESALE]);
        standing.power = terms.power.persistence * standing.power
            + terms.power.deviation * self.normal.quantile(block[place::POWER]);
        standing.opex += terms.opex.deviation * self.normal.quantile(block[place::OPEX]);
        standing.interest += terms.interest.deviation * self.normal.quantile(block[place::INTEREST]);
    }

    fn values(
        &self,
        standing: &Standing,
        block: &[f64; numbers::BLOCK],
        number: usize,
    ) -> [f64; Driver::ALL.len()] {
        let terms = &self.parameters;
        let spike = if block[place::SPIKE] < terms.power.spike { terms.power.times } else { 1.0 };
        let replaced = standing.operator.saturating_add(terms.default.replaced_after as usize);
        let failed = (standing.operator..replaced).contains(&number);
        let customers = f64::from(terms.default.offtakers);
        let gone = standing.offtakers.iter().filter(|fails| **fails <= number).count() as f64;
        let mut values = [1.0; Driver::ALL.len()];
        values[Driver::Price as usize] = standing.price.exp();
        values[Driver::Contract as usize] =
            (terms.contract.follows * standing.price + standing.contract).exp();
        values[Driver::Resale as usize] = (terms.resale.follows * standing.price + standing.resale).exp();
        values[Driver::Utilisation as usize] = terms.price.utilisation[standing.regime] * standing.used.exp();
        values[Driver::Uptime as usize] = self.uptime(block);
        values[Driver::Power as usize] = standing.power.exp() * spike;
        values[Driver::Opex as usize] = standing.opex.exp();
        values[Driver::Interest as usize] = standing.interest;
        values[Driver::Cash as usize] = if failed { terms.default.cash_left } else { 1.0 };
        values[Driver::Costs as usize] = if failed { terms.default.costs_left } else { 1.0 };
        values[Driver::Offtakers as usize] = 1.0 - gone / customers;
        values[Driver::Sale as usize] = standing.sale;
        if let Some(loans) = &terms.loans {
            let [defaults, prepayment] = standing.borrowers;
            values[Driver::Defaults as usize] = (defaults - loans.use_power * standing.used).exp();
            values[Driver::Prepayment as usize] = (prepayment - loans.rate_power * standing.interest).exp();
        }
        values
    }

    /// Share of the hours in which the sites stand. Sites fail together as in a one-factor copula.
    fn uptime(&self, block: &[f64; numbers::BLOCK]) -> f64 {
        let terms = &self.parameters.outage;
        if terms.probability <= 0.0 {
            return 1.0;
        }
        let common = terms.correlation.sqrt() * self.normal.quantile(block[place::OUTAGE]);
        let own = (1.0 - terms.correlation).sqrt();
        let lost = self.sites.iter().enumerate().map(|(site, share)| {
            let number = block[place::SITES + site];
            let latent = common + own * self.normal.quantile(number);
            if latent >= self.outage {
                return 0.0;
            }
            // How deep in its tail the month lies says how long it lasts.
            let depth = normal::probability(latent) / terms.probability;
            share * (-terms.days * depth.max(1e-12).ln() / 30.4).min(1.0)
        });
        1.0 - lost.sum::<f64>()
    }
}

/// The first of three whose probabilities reach the number.
fn chosen(shares: &[f64; 3], number: f64) -> usize {
    if number < shares[0] {
        0
    } else if number < shares[0] + shares[1] {
        1
    } else {
        2
    }
}
