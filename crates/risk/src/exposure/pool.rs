//! A pool of loans: who fails and who repays early thins everything that comes later.

use super::month_of;
use crate::scenario::{Driver, World};
use assets::Period;
use life::Setup;
use std::collections::BTreeMap;
use std::ops::Range;
use units::{Date, RATE_ONE};

/// A number of a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Interest,
    Scheduled,
    Prepayment,
    Default,
    Recovery,
    Loss,
    Balance,
    Delinquent,
    /// What the pool is worth.
    Value,
}

impl Part {
    /// Whether it is cash that a servicer passes on.
    pub const fn is_cash(self) -> bool {
        matches!(self, Self::Interest | Self::Scheduled | Self::Prepayment | Self::Recovery)
    }

    /// The drivers that it feels.
    pub fn drivers(self) -> Vec<Driver> {
        let mut drivers = vec![Driver::Defaults, Driver::Prepayment];
        match self {
            Self::Recovery | Self::Loss => drivers.extend([Driver::Resale, Driver::Sale]),
            Self::Value => drivers.push(Driver::Resale),
            _ => {}
        }
        if self.is_cash() {
            drivers.push(Driver::Cash);
        }
        drivers
    }
}

/// The projection's pool, month by month. Only proportions matter.
#[derive(Clone, Debug, Default)]
pub(super) struct Pool {
    months: Vec<Month>,
    /// Months of each period, by its determination date.
    periods: BTreeMap<Date, Range<usize>>,
    lag: usize,
    /// Share of what failed that comes back.
    recovery: f64,
    /// Share of the balance that is late.
    late: f64,
}

#[derive(Clone, Debug)]
struct Month {
    end: Date,
    /// Month of the future; none: it is known already.
    number: Option<usize>,
    interest: f64,
    scheduled: f64,
    prepayment: f64,
    default: f64,
    /// Hazards of default and of early repayment: -ln(1 - share).
    hazards: [f64; 2],
}

impl Pool {
    pub fn new(setup: &Setup, periods: &[Period], origin: u32) -> Self {
        let Some(terms) = &setup.collateral.case().loans else { return Self::default() };
        let share = |units: i64| units as f64 / RATE_ONE as f64;
        let pool = setup.collateral.pool_months();
        let before = |month: usize| {
            let last = month.checked_sub(1).and_then(|last| pool.get(last));
            last.map_or_else(|| opening(pool), |last| last.balance as f64)
        };
        let month = |(number, flow): (usize, &assets::PoolMonth)| Month {
            end: flow.end,
            number: month_of(flow.end, origin),
            interest: flow.interest as f64,
            scheduled: flow.scheduled as f64,
            prepayment: flow.prepayment as f64,
            default: flow.default as f64,
            hazards: [
                hazard(flow.default as f64, before(number)),
                hazard(flow.prepayment as f64, (flow.prepayment + flow.balance) as f64),
            ],
        };
        let mut all = Self {
            months: pool.iter().enumerate().map(month).collect(),
            periods: BTreeMap::new(),
            lag: terms.default.map_or(0, |default| default.lag_months as usize),
            recovery: terms.default.map_or(0.0, |default| share(default.recovery.0.units())),
            late: share(terms.delinquent.0.units()),
        };
        for period in periods {
            let first = if period.number <= 1 { 0 } else { all.ended(period.start) };
            all.periods.insert(period.determination, first..all.ended(period.end));
        }
        all
    }

    /// How many months have ended by a date.
    fn ended(&self, date: Date) -> usize {
        self.months.partition_point(|month| month.end <= date)
    }

    /// A number of the period with this determination date over the projected one.
    pub fn ratio<const L: usize>(
        &self,
        (part, date): (Part, Date),
        (world, lane): (&World<L>, usize),
    ) -> f64 {
        let Some(months) = self.periods.get(&date) else { return 1.0 };
        match part {
            Part::Balance => self.left(months.end, (world, lane)),
            Part::Value => {
                let ended = self.ended(date);
                let price = ended
                    .checked_sub(1)
                    .map_or(1.0, |last| self.driver((Driver::Resale, last), (world, lane)));
                price * self.left(ended, (world, lane))
            }
            Part::Delinquent => {
                let speed = months
                    .end
                    .checked_sub(1)
                    .map_or(1.0, |last| self.driver((Driver::Defaults, last), (world, lane)));
                // No more than everybody is late.
                self.left(months.end, (world, lane)) * speed.min(1.0 / self.late.max(1e-12))
            }
            Part::Recovery | Part::Loss => {
                let failed = months.start.saturating_sub(self.lag)..months.end.saturating_sub(self.lag);
                self.sum(part, failed, (world, lane))
            }
            _ => self.sum(part, months.clone(), (world, lane)),
        }
    }

    /// What borrowers owe on a date over what they would owe in the projection.
    pub fn owed<const L: usize>(&self, date: Date, (world, lane): (&World<L>, usize)) -> f64 {
        self.left(self.ended(date), (world, lane))
    }

    /// The share that is left after so many months, over the projected one.
    fn left<const L: usize>(&self, months: usize, (world, lane): (&World<L>, usize)) -> f64 {
        let months = 0..months.min(self.months.len());
        months.map(|month| self.stays(month, (world, lane)).iter().sum::<f64>()).sum::<f64>().exp()
    }

    /// What months bring over what they would bring in the projection, weighed by the latter.
    fn sum<const L: usize>(
        &self,
        part: Part,
        months: Range<usize>,
        (world, lane): (&World<L>, usize),
    ) -> f64 {
        let mut left = self.left(months.start, (world, lane));
        let (mut moved, mut projected) = (0.0, 0.0);
        for number in months {
            let Some(month) = self.months.get(number) else { break };
            let [paying, staying] = self.stays(number, (world, lane)).map(f64::exp);
            let [fails, early] = self.leaves(number, (world, lane));
            let (base, ratio) = match part {
                Part::Interest => (month.interest, paying),
                Part::Scheduled => (month.scheduled, paying),
                Part::Prepayment => (month.prepayment, paying * early),
                Part::Recovery => (month.default, fails * self.recovered(number, (world, lane))),
                Part::Loss => (month.default, fails * self.not_recovered(number, (world, lane))),
                _ => (month.default, fails),
            };
            (moved, projected) = (moved + base * left * ratio, projected + base);
            left *= paying * staying;
        }
        if projected > 0.0 { moved / projected } else { 1.0 }
    }

    /// What comes back of a month's failures, over the projected share: what is taken back sells with everything else, and brings
    /// no more than was owed.
    fn recovered<const L: usize>(&self, month: usize, (world, lane): (&World<L>, usize)) -> f64 {
        let sold = month + self.lag;
        let [price, sale] =
            [Driver::Resale, Driver::Sale].map(|driver| self.driver((driver, sold), (world, lane)));
        (price * sale).min(1.0 / self.recovery.max(1e-12))
    }

    fn not_recovered<const L: usize>(&self, month: usize, lane: (&World<L>, usize)) -> f64 {
        let lost = |times: f64| 1.0 - self.recovery * times;
        if lost(1.0) > 0.0 { lost(self.recovered(month, lane)) / lost(1.0) } else { 1.0 }
    }

    /// Logarithms of the share that does not fail in a month, and of the share of those that does not repay early, over the
    /// projected ones.
    fn stays<const L: usize>(&self, number: usize, lane: (&World<L>, usize)) -> [f64; 2] {
        self.felt(number, lane).map(|(hazard, speed)| -hazard * (speed - 1.0))
    }

    /// Shares that fail in a month, and that repay early, over the projected ones.
    fn leaves<const L: usize>(&self, number: usize, lane: (&World<L>, usize)) -> [f64; 2] {
        self.felt(number, lane).map(|(hazard, speed)| match hazard {
            0.0 => 1.0,
            hazard => (-hazard * speed).exp_m1() / (-hazard).exp_m1(),
        })
    }

    /// Hazards of a month with the factors on them.
    fn felt<const L: usize>(&self, number: usize, lane: (&World<L>, usize)) -> [(f64, f64); 2] {
        let hazards = self.months.get(number).map_or([0.0; 2], |month| month.hazards);
        let [fail, repay] =
            [Driver::Defaults, Driver::Prepayment].map(|driver| self.driver((driver, number), lane));
        [(hazards[0], fail), (hazards[1], repay)]
    }

    /// A driver in a month of the pool.
    fn driver<const L: usize>(
        &self,
        (driver, month): (Driver, usize),
        (world, lane): (&World<L>, usize),
    ) -> f64 {
        let number = self.months.get(month).and_then(|month| month.number);
        number.map_or(driver.neutral(), |number| world.month(number)[driver as usize][lane])
    }
}

/// What was owed at the cut-off.
fn opening(pool: &[assets::PoolMonth]) -> f64 {
    pool.first()
        .map_or(0.0, |month| (month.balance + month.scheduled + month.prepayment + month.default) as f64)
}

/// The hazard at which a part of a whole leaves in a month. All of it leaves at a hazard that is finite but hardly felt.
fn hazard(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { -(1.0 - part / whole).max(1e-12).ln() } else { 0.0 }
}
