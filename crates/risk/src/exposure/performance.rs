//! Batteries: what a performance earns is no proportion of it.

use super::scaled;
use crate::scenario::{Driver, Month};
use assets::{BatteryTerms, Projection};
use life::Setup;
use std::collections::BTreeMap;
use units::{Date, RATE_ONE, Rate};

/// A number of batteries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Performed {
    /// What contracts pay for.
    Capacity,
    /// What the market pays for after them.
    Merchant,
    /// What was delivered of what was called.
    Report,
}

impl Performed {
    /// The drivers that it feels.
    pub const fn drivers(self) -> &'static [Driver] {
        match self {
            Self::Capacity => &[Driver::Utilisation, Driver::Uptime, Driver::Cash, Driver::Offtakers],
            Self::Merchant => &[Driver::Utilisation, Driver::Uptime, Driver::Cash, Driver::Power],
            Self::Report => &[Driver::Utilisation],
        }
    }
}

/// The projection's performances, by determination date.
#[derive(Clone, Debug, Default)]
pub(super) struct Performances {
    terms: Option<BatteryTerms>,
    reported: BTreeMap<Date, Rate>,
}

impl Performances {
    pub fn new(setup: &Setup, projection: &Projection) -> Self {
        let Some(terms) = &setup.collateral.case().battery else { return Self::default() };
        let reports = projection.observations.iter().filter(|seen| seen.name == "performance");
        let reported = reports.map(|seen| (seen.date, Rate::new(seen.value.units())));
        Self { terms: Some(terms.clone()), reported: reported.collect() }
    }

    /// Returns a number of a period in a lane.
    pub fn value<const L: usize>(
        &self,
        (performed, date, base): (Performed, Date, i64),
        (month, lane): (&Month<L>, usize),
    ) -> i64 {
        let factor = |driver: &Driver| month[*driver as usize][lane];
        let used = factor(&Driver::Utilisation);
        if performed == Performed::Report {
            return scaled(base, used).min(RATE_ONE);
        }
        let others = performed.drivers().iter().filter(|driver| **driver != Driver::Utilisation);
        scaled(base, others.map(factor).product::<f64>() * self.earns(date, used))
    }

    /// What a performance so many times as good earns, over what the projected one earns.
    fn earns(&self, date: Date, used: f64) -> f64 {
        let (Some(terms), Some(projected)) = (&self.terms, self.reported.get(&date)) else { return 1.0 };
        let earned = |rate: Rate| terms.earned(rate).map_or(0.0, |earned| earned.units() as f64);
        let before = earned(*projected);
        if before > 0.0 { earned(Rate::new(scaled(projected.units(), used))) / before } else { 1.0 }
    }
}
