//! What sales after enforcement bring, by the day on which it begins.

use super::pool::Pool;
use super::{month_of, scaled};
use crate::error::RiskError;
use crate::scenario::{Driver, World};
use assets::Sale;
use life::Setup;
use units::Date;

/// Sales of the projection for every day of a deal's life.
#[derive(Clone, Debug)]
pub struct SaleTable {
    first: Date,
    days: Vec<Vec<Sale>>,
    origin: u32,
    /// What is left to sell, where it is loans.
    pool: Pool,
}

impl SaleTable {
    pub(super) fn new(
        setup: &Setup,
        (first, last): (Date, Date),
        (origin, pool): (u32, &Pool),
    ) -> Result<Self, RiskError> {
        let count = first.days_until(last).max(0);
        let day = |days: i32| Ok(setup.collateral.liquidation(first.add_days(days))?);
        let days = (0..=count).map(day).collect::<Result<_, RiskError>>()?;
        Ok(Self { first, days, origin, pool: pool.clone() })
    }

    /// Returns the sale of a number (from 0) if enforcement began on this day.
    pub fn get(&self, entered: Date, number: usize) -> Option<&Sale> {
        let day = usize::try_from(self.first.days_until(entered)).ok()?;
        self.days.get(day)?.get(number)
    }

    /// What its sales feel; nothing if there are none.
    pub(super) fn drivers(&self) -> Vec<Driver> {
        let any = self.days.iter().any(|sales| !sales.is_empty());
        if any { vec![Driver::Resale, Driver::Sale] } else { Vec::new() }
    }

    /// Returns what a sale brings in a lane, and what it costs.
    pub fn proceeds<const L: usize>(&self, sale: &Sale, (world, lane): (&World<L>, usize)) -> [i64; 2] {
        let factor = month_of(sale.date, self.origin).map_or(1.0, |month| {
            let month = world.month(month);
            let price = month[Driver::Resale as usize][lane] * month[Driver::Sale as usize][lane];
            price * self.pool.owed(sale.date, (world, lane))
        });
        [sale.amount, sale.costs].map(|amount| scaled(amount.units(), factor))
    }
}
