//! Paths over time: the first few hundred, looked at after every payment.

use crate::error::RiskError;
use crate::lives::Batch;
use crate::measure::{Percentiles, percentiles, sorted};
use crate::scenario::{Driver, World};
use crate::stress::Futured;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Percentiles of something over time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fan {
    /// What it is.
    pub name: String,
    /// Whether the numbers are shares of an original amount, or factors on the projection.
    pub unit: FanUnit,
    /// Payment dates.
    pub dates: Vec<String>,
    /// Percentiles at each.
    pub percentiles: Vec<Percentiles>,
}

/// What the numbers of a fan are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FanUnit {
    /// A factor on the case's own projection.
    Factor,
    /// A share of the class's original amount.
    Share,
}

/// Paths that are looked at.
const PATHS: u64 = 2_048;
const LANES: usize = 1;

/// Values by name and payment.
#[derive(Default)]
struct Seen(BTreeMap<String, (Option<FanUnit>, Vec<Vec<f32>>)>);

impl Seen {
    fn add(&mut self, name: &str, unit: FanUnit, (payment, count, value): (usize, usize, f64)) {
        if !self.0.contains_key(name) {
            self.0.insert(name.to_owned(), (Some(unit), vec![Vec::new(); count]));
        }
        if let Some(values) = self.0.get_mut(name).and_then(|(_, all)| all.get_mut(payment)) {
            values.push(value as f32);
        }
    }
}

/// Drivers that are worth a look, where the deal feels them.
const LOOKED_AT: [Driver; 6] =
    [Driver::Price, Driver::Resale, Driver::Utilisation, Driver::Power, Driver::Defaults, Driver::Prepayment];

/// Lives the first paths again and reads them after each payment.
pub(crate) fn fans(futured: &Futured) -> Result<Vec<Fan>, RiskError> {
    let deal = &futured.deal;
    let count = deal.plan.periods.len();
    let mut seen = Seen::default();
    let mut batch = Batch::<LANES>::new(deal)?;
    let mut world = World::neutral(deal.exposure.months);
    let felt = deal.exposure.felt();
    let drivers: Vec<Driver> = LOOKED_AT.into_iter().filter(|driver| felt.contains(driver)).collect();
    for path in 0..futured.options.paths.min(PATHS) {
        crate::run::Futures::draw(&futured.drawing, path, &mut world);
        batch.live(path, &world)?;
        look((futured, &drivers), (&batch, &world), &mut seen);
    }
    let until = usize::from(deal.plan.final_payment) + 1;
    let dates: Vec<String> =
        deal.plan.periods.iter().take(until).map(|period| period.payment.to_string()).collect();
    let fan = |(name, (unit, values)): (String, (Option<FanUnit>, Vec<Vec<f32>>))| Fan {
        name,
        unit: unit.unwrap_or(FanUnit::Factor),
        dates: dates.iter().take(count).cloned().collect(),
        percentiles: values.iter().take(until).map(|values| percentiles(&sorted(values))).collect(),
    };
    Ok(seen.0.into_iter().map(fan).collect())
}

/// Drivers month by month, and what of its money each class has back.
fn look(
    (futured, drivers): (&Futured, &[Driver]),
    (batch, world): (&Batch<'_, LANES>, &World<LANES>),
    seen: &mut Seen,
) {
    let deal = &futured.deal;
    let count = deal.plan.periods.len();
    for (payment, period) in deal.plan.periods.iter().enumerate() {
        let month = crate::exposure::month_of(period.determination, deal.exposure.origin);
        for driver in drivers.iter().copied() {
            let value = month.map_or(driver.neutral(), |month| world.month(month)[driver as usize][0]);
            seen.add(driver.name(), FanUnit::Factor, (payment, count, value));
        }
    }
    for (class, tally) in deal.classes.iter().zip(&batch.tally.classes) {
        let mut back = 0.0;
        let original = (class.original as f64).max(1.0);
        for (payment, [flow]) in tally.flows.iter().enumerate() {
            back += flow.max(0.0);
            let name = format!("money back to {}", class.name);
            seen.add(&name, FanUnit::Share, (payment, count, back / original));
        }
    }
}
