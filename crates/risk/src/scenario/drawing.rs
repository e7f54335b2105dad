//! Random futures of the world, drawn without knowing any deal: many side by side, on the widest vectors of the processor.

use super::exponential::exponential;
use super::normal;
use super::numbers::{Block, Numbers, between};
use super::parameters::{OFFTAKERS_MAX, Parameters, SITES_MAX};
use super::world::{Driver, Month, World};
use crate::batch::Level;
use std::array::from_fn;

/// A number in each lane.
type Lanes<const L: usize> = [f64; L];

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

/// How paths stand while they are drawn.
struct Standing<const L: usize> {
    /// The common factor: low in bad times.
    system: Lanes<L>,
    /// 0, 1 or 2.
    regime: Lanes<L>,
    price: Lanes<L>,
    contract: Lanes<L>,
    resale: Lanes<L>,
    used: Lanes<L>,
    power: Lanes<L>,
    opex: Lanes<L>,
    interest: Lanes<L>,
    /// Month in which the operator fails, and those of the customers.
    operator: Lanes<L>,
    offtakers: [Lanes<L>; OFFTAKERS_MAX],
    sale: Lanes<L>,
    /// Logarithms of what the path's common factor makes of the speed of default, and of its speed of early repayment.
    borrowers: [Lanes<L>; 2],
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
        let World { months, words } = world;
        self.numbers.fill(first, words);
        let Some((header, blocks)) = words.split_first() else { return };
        let mut standing = self.begin(header);
        Level::widest().wide(
            #[inline(always)]
            || {
                for (number, (block, month)) in blocks.iter().zip(months).enumerate() {
                    self.next(&mut standing, (block, number));
                    self.values(&standing, (block, number), month);
                }
            },
        );
    }

    fn begin<const L: usize>(&self, header: &Block<L>) -> Standing<L> {
        let (terms, parameters) = (&self.parameters.default, &self.parameters);
        let system = header[header::SYSTEM].map(|word| normal::quantile(between(word)));
        let (common, own) = (terms.correlation.sqrt(), (1.0 - terms.correlation).sqrt());
        // Gaussian copula with one factor: D. X. Li, On Default Correlation, Journal of Fixed Income 9 (2000).
        let fails = |words: &[u32; L], by_month: &[f64]| {
            from_fn(|lane| {
                let latent = common * system[lane] + own * normal::quantile(between(words[lane]));
                by_month.partition_point(|threshold| *threshold <= latent) as f64
            })
        };
        let [operator, offtaker] = &self.failed;
        let mut offtakers = [[f64::INFINITY; L]; OFFTAKERS_MAX];
        for (fail, words) in
            offtakers.iter_mut().zip(&header[header::OFFTAKERS..]).take(terms.offtakers as usize)
        {
            *fail = fails(words, offtaker);
        }
        let sold =
            |word: u32| exponential(parameters.liquidation.deviation * normal::quantile(between(word)));
        let still = [0.0; L];
        Standing {
            regime: from_fn(|lane| chosen(&parameters.price.start, between(header[header::START][lane]))),
            operator: fails(&header[header::OPERATOR], operator),
            sale: header[header::SALE].map(sold),
            borrowers: self.borrowers(&system, &header[header::PREPAYMENT]),
            system,
            offtakers,
            price: still,
            contract: still,
            resale: still,
            used: still,
            power: still,
            opex: still,
            interest: still,
        }
    }

    /// The share of very many equal borrowers that fails in a year, given the common factor: O. Vasicek, The Distribution of Loan
    /// Portfolio Value, Risk (December 2002). As a factor on the hazard, so that the mean share is the one in the file.
    fn borrowers<const L: usize>(&self, system: &Lanes<L>, words: &[u32; L]) -> [Lanes<L>; 2] {
        let (Some(loans), terms) = (&self.parameters.loans, &self.parameters.default) else {
            return [[0.0; L]; 2];
        };
        let (common, own) = (terms.correlation.sqrt(), (1.0 - terms.correlation).max(1e-12).sqrt());
        let hazard = |share: f64| -libm::log(1.0 - share.min(1.0 - 1e-12));
        let fails = (0.0..1.0).contains(&terms.offtaker) && terms.offtaker > 0.0;
        let threshold = if fails { normal::quantile(terms.offtaker) } else { 0.0 };
        let defaults = |system: f64| {
            let given = normal::probability((threshold - common * system) / own);
            if fails { libm::log((hazard(given) / hazard(terms.offtaker)).max(1e-12)) } else { 0.0 }
        };
        let prepaid = |word: u32| loans.prepayment * normal::quantile(between(word));
        [system.map(defaults), words.map(prepaid)]
    }

    /// One month on.
    #[inline(always)]
    fn next<const L: usize>(&self, standing: &mut Standing<L>, (block, number): (&Block<L>, usize)) {
        let terms = &self.parameters;
        if number > 0 {
            self.switch(&mut standing.regime, &block[place::REGIME]);
        }
        let moves = |place: usize| self.normal.each(&block[place]);
        let price = moves(place::PRICE);
        let times = standing.system.iter().zip(standing.regime);
        for ((level, change), (system, regime)) in standing.price.iter_mut().zip(&price).zip(times) {
            *level += terms.default.price * system
                + of_regime(&terms.price.drift, regime)
                + of_regime(&terms.price.deviation, regime) * change
                - self.centre;
        }
        self.renew(&mut standing.price, block);
        let own = (1.0 - terms.utilisation.correlation.powi(2)).sqrt();
        let alone = moves(place::USE);
        let used = from_fn(|lane| terms.utilisation.correlation * price[lane] + own * alone[lane]);
        come_back(&mut standing.used, (terms.utilisation.persistence, terms.utilisation.deviation), &used);
        come_back(&mut standing.contract, (1.0, terms.contract.deviation), &moves(place::CONTRACT));
        come_back(&mut standing.resale, (1.0, terms.resale.deviation), &moves(place::RESALE));
        let power = (terms.power.persistence, terms.power.deviation);
        come_back(&mut standing.power, power, &moves(place::POWER));
        come_back(&mut standing.opex, (1.0, terms.opex.deviation), &moves(place::OPEX));
        come_back(&mut standing.interest, (1.0, terms.interest.deviation), &moves(place::INTEREST));
    }

    /// The next month's regimes.
    #[inline(always)]
    fn switch<const L: usize>(&self, regimes: &mut Lanes<L>, words: &[u32; L]) {
        let switching = &self.parameters.price.switching;
        let first = from_fn(|regime| switching[regime][0]);
        let second = from_fn(|regime| switching[regime][0] + switching[regime][1]);
        for (regime, word) in regimes.iter_mut().zip(words) {
            let reached = [&first, &second].map(|shares| of_regime(shares, *regime));
            *regime = above(between(*word), reached[0]) + above(between(*word), reached[1]);
        }
    }

    /// A new generation of machines makes the price fall.
    #[inline(always)]
    fn renew<const L: usize>(&self, price: &mut Lanes<L>, block: &Block<L>) {
        let terms = &self.parameters.generation;
        for lane in 0..L {
            if between(block[place::GENERATION][lane]) < self.generation {
                let fall = terms.least + (terms.most - terms.least) * between(block[place::FALL][lane]);
                price[lane] += libm::log1p(-fall);
            }
        }
    }

    #[inline(always)]
    fn values<const L: usize>(
        &self,
        standing: &Standing<L>,
        (block, number): (&Block<L>, usize),
        month: &mut Month<L>,
    ) {
        let terms = &self.parameters;
        let number = number as f64;
        let replaced = f64::from(terms.default.replaced_after);
        let failed = |lane: usize| {
            let since = number - standing.operator[lane];
            (0.0 <= since) & (since < replaced)
        };
        let gone =
            |lane: usize| standing.offtakers.iter().map(|fails| above(number, fails[lane])).sum::<f64>();
        let follows = |follows: f64, own: &Lanes<L>| {
            from_fn(|lane| exponential(follows * standing.price[lane] + own[lane]))
        };
        month[Driver::Price as usize] = standing.price.map(exponential);
        month[Driver::Contract as usize] = follows(terms.contract.follows, &standing.contract);
        month[Driver::Resale as usize] = follows(terms.resale.follows, &standing.resale);
        month[Driver::Utilisation as usize] = from_fn(|lane| {
            of_regime(&terms.price.utilisation, standing.regime[lane]) * exponential(standing.used[lane])
        });
        month[Driver::Uptime as usize] = self.uptime(block);
        month[Driver::Power as usize] = from_fn(|lane| {
            let spike =
                if between(block[place::SPIKE][lane]) < terms.power.spike { terms.power.times } else { 1.0 };
            exponential(standing.power[lane]) * spike
        });
        month[Driver::Opex as usize] = standing.opex.map(exponential);
        month[Driver::Interest as usize] = standing.interest;
        let left = |share: f64| from_fn(|lane| if failed(lane) { share } else { 1.0 });
        month[Driver::Cash as usize] = left(terms.default.cash_left);
        month[Driver::Costs as usize] = left(terms.default.costs_left);
        month[Driver::Offtakers as usize] =
            from_fn(|lane| 1.0 - gone(lane) / f64::from(terms.default.offtakers));
        month[Driver::Sale as usize] = standing.sale;
        let [defaults, prepayment] = &standing.borrowers;
        let speeds = terms.loans.as_ref().map_or([0.0; 2], |loans| [loans.use_power, loans.rate_power]);
        month[Driver::Defaults as usize] =
            from_fn(|lane| exponential(defaults[lane] - speeds[0] * standing.used[lane]));
        month[Driver::Prepayment as usize] =
            from_fn(|lane| exponential(prepayment[lane] - speeds[1] * standing.interest[lane]));
    }

    /// Share of the hours in which the sites stand. Sites fail together as in a one-factor copula.
    #[inline(always)]
    fn uptime<const L: usize>(&self, block: &Block<L>) -> Lanes<L> {
        let terms = &self.parameters.outage;
        let mut up = [1.0; L];
        if terms.probability <= 0.0 {
            return up;
        }
        let (common, own) = (terms.correlation.sqrt(), (1.0 - terms.correlation).sqrt());
        let system = self.normal.each(&block[place::OUTAGE]);
        for (share, words) in self.sites.iter().zip(&block[place::SITES..]) {
            let alone = self.normal.each(words);
            for lane in 0..L {
                let latent = common * system[lane] + own * alone[lane];
                if latent < self.outage {
                    up[lane] -= share * self.stands_still(latent);
                }
            }
        }
        up
    }

    /// Part of a month that a site stands still: how deep in its tail the month lies says how long.
    fn stands_still(&self, latent: f64) -> f64 {
        let terms = &self.parameters.outage;
        let depth = normal::probability(latent) / terms.probability;
        (-terms.days * libm::log(depth.max(1e-12)) / 30.4).min(1.0)
    }
}

/// What is left of a number after a month, and its change.
#[inline(always)]
fn come_back<const L: usize>(values: &mut Lanes<L>, (persistence, deviation): (f64, f64), moves: &Lanes<L>) {
    for (value, change) in values.iter_mut().zip(moves) {
        *value = persistence * *value + deviation * change;
    }
}

/// One where the number is not below the other.
#[inline(always)]
fn above(number: f64, other: f64) -> f64 {
    if number >= other { 1.0 } else { 0.0 }
}

/// What belongs to a regime.
#[inline(always)]
fn of_regime(values: &[f64; 3], regime: f64) -> f64 {
    let [first, second, third] = *values;
    if regime == 0.0 {
        first
    } else if regime == 1.0 {
        second
    } else {
        third
    }
}

/// The first of three whose probabilities reach the number.
#[inline(always)]
fn chosen(shares: &[f64; 3], number: f64) -> f64 {
    above(number, shares[0]) + above(number, shares[0] + shares[1])
}
