//! Futures that somebody asks for: what if the price fell by so much, what if nothing else moved.

use crate::exposure::Exposure;
use crate::run::Futures;
use crate::scenario::{Drawing, Driver, World};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Changes on top of a future.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Shock {
    /// Factors on drivers from a month on (0: from the first).
    pub times: BTreeMap<Driver, f64>,
    /// What is added to drivers.
    pub plus: BTreeMap<Driver, f64>,
    /// Drivers that do not move.
    pub still: Vec<Driver>,
}

impl Shock {
    /// A fall (or rise) of prices together: rent, contracts that are signed from now on, and what machines sell for. Where no hours
    /// are sold: of power, which is what is sold then, and of what the collateral sells for.
    pub fn price(exposure: &Exposure, times: f64) -> Self {
        let hours = exposure.felt().contains(&Driver::Price);
        let other: &[Driver] = if hours { &[Driver::Price, Driver::Contract] } else { &[Driver::Power] };
        Self::default().times(other, times).times(&[Driver::Resale], times)
    }

    /// This, and a factor on drivers.
    #[must_use]
    pub fn times(mut self, drivers: &[Driver], times: f64) -> Self {
        for driver in drivers {
            *self.times.entry(*driver).or_insert(1.0) *= times;
        }
        self
    }

    /// This, and something added to a driver.
    #[must_use]
    pub fn plus(mut self, driver: Driver, plus: f64) -> Self {
        *self.plus.entry(driver).or_default() += plus;
        self
    }

    /// This, with all drivers but some standing still.
    #[must_use]
    pub fn only(mut self, drivers: &[Driver]) -> Self {
        self.still = Driver::ALL.into_iter().filter(|driver| !drivers.contains(driver)).collect();
        self
    }

    /// Puts the shock on one lane of a world.
    pub fn put<const L: usize>(&self, world: &mut World<L>, lane: usize) {
        for driver in &self.still {
            world.set((*driver, lane), 0, |_, _| driver.neutral());
        }
        for (driver, times) in &self.times {
            world.set((*driver, lane), 0, |_, value| value * times);
        }
        for (driver, plus) in &self.plus {
            world.set((*driver, lane), 0, |_, value| value + plus);
        }
    }
}

/// Random futures, each with one shock on it.
#[derive(Clone, Copy, Debug)]
pub struct Shocked<'a> {
    /// The futures.
    pub drawing: &'a Drawing,
    /// On every one of them.
    pub shock: &'a Shock,
}

impl Futures for Shocked<'_> {
    fn draw<const L: usize>(&self, first: u64, world: &mut World<L>) {
        self.drawing.draw(first, world);
        (0..L).for_each(|lane| self.shock.put(world, lane));
    }
}

/// Futures in which nothing moves but for a shock: one path for each.
#[derive(Clone, Copy, Debug)]
pub struct Certain<'a>(pub &'a [Shock]);

impl Futures for Certain<'_> {
    fn draw<const L: usize>(&self, first: u64, world: &mut World<L>) {
        *world = World::neutral(world.len());
        let first = usize::try_from(first).unwrap_or(usize::MAX);
        for (lane, shock) in self.0.iter().skip(first).take(L).enumerate() {
            shock.put(world, lane);
        }
    }
}
