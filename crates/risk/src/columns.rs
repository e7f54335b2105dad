//! What each path came to, in columns: four bytes a number, so that a million paths fit in a corner of the memory.

use crate::lives::{Batch, ClassKind, Deal, NEVER};
use crate::scenario::{Driver, World};
use crate::yields::yields;

/// Columns of many paths, in their order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Columns {
    /// One for each class.
    pub classes: Vec<ClassColumns>,
    /// What each payee was paid, in whole units of the currency.
    pub paid: Vec<Vec<f32>>,
    /// What each payee had been paid when a note was first left short.
    pub paid_before: Vec<Vec<f32>>,
    /// Mean of each driver over the months up to the final date.
    pub drivers: Vec<Vec<f32>>,
    /// Years from the closing until a note was first left short, at the latest the final date if it loses; infinite if none was.
    pub hurt: Vec<f32>,
}

/// Columns of one class. Amounts are shares of its original amount.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClassColumns {
    /// Money put in.
    pub invested: Vec<f32>,
    /// Money that came back.
    pub received: Vec<f32>,
    /// What of it came before a note was first left short.
    pub received_before: Vec<f32>,
    /// What was lost: of a note, money lent that was never repaid; of equity, money put in that did not come back.
    pub lost: Vec<f32>,
    /// Yearly yield; not a number if there is none.
    pub yields: Vec<f32>,
    /// Mean years until principal came back; not a number if none did.
    pub life: Vec<f32>,
    /// Years from the closing until something due was not paid; infinite if all was.
    pub short: Vec<f32>,
}

impl Columns {
    /// Returns columns without a path.
    pub fn new(deal: &Deal) -> Self {
        Self {
            classes: vec![ClassColumns::default(); deal.classes.len()],
            paid: vec![Vec::new(); deal.payees.len()],
            paid_before: vec![Vec::new(); deal.payees.len()],
            drivers: vec![Vec::new(); Driver::ALL.len()],
            hurt: Vec::new(),
        }
    }

    /// Returns how many paths there are.
    pub fn paths(&self) -> u64 {
        self.hurt.len() as u64
    }

    /// Adds the paths of a batch, from its first lanes.
    pub fn take<const L: usize>(
        &mut self,
        (deal, world): (&Deal, &World<L>),
        batch: &Batch<'_, L>,
        lanes: usize,
    ) {
        let years = |payment: u16| match payment {
            NEVER => f32::INFINITY,
            payment => {
                deal.calendar.years.get(usize::from(payment)).map_or(f32::INFINITY, |years| *years as f32)
            }
        };
        for ((columns, tally), class) in self.classes.iter_mut().zip(&batch.tally.classes).zip(&deal.classes)
        {
            let found = yields(&tally.flows, &deal.calendar);
            let original = (class.original as f64).max(1.0);
            for (lane, found) in found.into_iter().enumerate().take(lanes) {
                let invested = tally.drawn[lane];
                let back =
                    if class.kind == ClassKind::Note { tally.principal[lane] } else { tally.received[lane] };
                let share = |amount: i64| (amount as f64 / original) as f32;
                columns.invested.push(share(invested));
                columns.received.push(share(tally.received[lane]));
                columns.received_before.push(share(tally.received_before[lane]));
                columns.lost.push(share((invested - back).max(0)));
                columns.yields.push(found as f32);
                columns.life.push((tally.waited[lane] / tally.principal[lane] as f64) as f32);
                columns.short.push(years(tally.short[lane]));
            }
        }
        let unit = 10_f64.powi(i32::from(deal.plan.decimals));
        let sums = [(&mut self.paid, &batch.tally.paid), (&mut self.paid_before, &batch.tally.paid_before)];
        for (columns, sums) in sums {
            for (column, sums) in columns.iter_mut().zip(sums) {
                column.extend(sums.iter().take(lanes).map(|sum| (*sum as f64 / unit) as f32));
            }
        }
        // A note that loses without having missed anything before is hurt on the final date.
        let final_years = years(deal.plan.final_payment);
        let first = self.hurt.len();
        for (lane, payment) in batch.tally.hurt.iter().take(lanes).enumerate() {
            let pairs = self.classes.iter().zip(&deal.classes);
            let notes = pairs.filter(|(_, class)| class.kind == ClassKind::Note);
            let mut lost = notes.filter_map(|(columns, _)| columns.lost.get(first + lane));
            let loses = lost.any(|lost| *lost > 0.0);
            self.hurt.push(if loses { years(*payment).min(final_years) } else { years(*payment) });
        }
        self.take_drivers((deal, world), lanes);
    }

    fn take_drivers<const L: usize>(&mut self, (deal, world): (&Deal, &World<L>), lanes: usize) {
        let months = deal.exposure.until_final.clamp(1, world.len().max(1));
        for (driver, column) in self.drivers.iter_mut().enumerate() {
            let mut sums = [0.0; L];
            for month in 0..months {
                sums.iter_mut().zip(&world.month(month)[driver]).for_each(|(sum, value)| *sum += value);
            }
            column.extend(sums.iter().take(lanes).map(|sum| (sum / months as f64) as f32));
        }
    }

    /// Adds the paths of another part behind these.
    pub fn append(&mut self, mut other: Self) {
        for (mine, theirs) in self.classes.iter_mut().zip(&mut other.classes) {
            mine.invested.append(&mut theirs.invested);
            mine.received.append(&mut theirs.received);
            mine.received_before.append(&mut theirs.received_before);
            mine.lost.append(&mut theirs.lost);
            mine.yields.append(&mut theirs.yields);
            mine.life.append(&mut theirs.life);
            mine.short.append(&mut theirs.short);
        }
        let pairs = self.paid.iter_mut().zip(&mut other.paid);
        let pairs = pairs.chain(self.paid_before.iter_mut().zip(&mut other.paid_before));
        for (mine, theirs) in pairs.chain(self.drivers.iter_mut().zip(&mut other.drivers)) {
            mine.append(theirs);
        }
        self.hurt.append(&mut other.hurt);
    }
}
