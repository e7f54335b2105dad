//! What moves in a future, month by month.

use super::numbers::{BLOCK, Block};
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
    pub(super) months: Vec<Month<L>>,
    pub(super) words: Vec<Block<L>>,
}

impl<const L: usize> World<L> {
    /// Returns a world of so many months in which nothing differs from the projection.
    pub fn neutral(months: usize) -> Self {
        let month = std::array::from_fn(|driver| [Driver::ALL[driver].neutral(); L]);
        Self { months: vec![month; months], words: vec![[[0; L]; BLOCK]; months + 1] }
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
