//! Reports and receipts: what is read at the determination date.

use crate::WaterfallError;
use crate::lanes::{self, alike, chosen, combine, each, nothing};
use crate::machine::Machine;
use crate::plan::{Fallback, Input, Period, Receipt};
use crate::posting::Recorder;
use crate::state::State;
use units::{Date, RATE_ONE, Rounding, checked_add, checked_sub, mul_div};

/// Registers of an input, counted from its first.
#[allow(dead_code)] // The whole layout, though some are only met in place.
pub mod input_field {
    /// Last reported value, restatements included.
    pub const VALUE: u16 = 0;
    /// Day on which it was true; zero: never reported.
    pub const AS_OF: u16 = 1;
    /// What formulas read.
    pub const USED: u16 = 2;
    /// Whether that is a fallback.
    pub const STALE: u16 = 3;
    /// Restatements not yet read.
    pub const RESTATED: u16 = 4;
    /// A bit for each reporter who has reported in this period.
    pub const REPORTED: u16 = 5;
    /// How many there are before the reporters'.
    pub const COUNT: u16 = 6;
}

/// Registers of a receipt, counted from its first.
#[allow(dead_code)] // As above.
pub mod receipt_field {
    /// Received for this period so far.
    pub const SUM: u16 = 0;
    /// What formulas read.
    pub const USED: u16 = 1;
    /// Received for the next period.
    pub const NEXT: u16 = 2;
    /// Restatements not yet read.
    pub const RESTATED: u16 = 3;
    /// How many there are.
    pub const COUNT: u16 = 4;
}

/// The most reporters an input may have.
pub const REPORTERS_MAX: u8 = 7;

impl Input {
    /// Returns the register at an offset.
    pub const fn register(&self, offset: u16) -> u16 {
        self.first.wrapping_add(offset)
    }

    /// Returns the registers of a reporter: value and as-of date.
    pub fn report(&self, reporter: u8) -> [u16; 2] {
        let value = self.register(input_field::COUNT).wrapping_add(u16::from(reporter).wrapping_mul(2));
        [value, value.wrapping_add(1)]
    }
}

impl Input {
    /// Returns the first reporter who has not reported in this period of a deal; nothing if all have.
    pub fn next_reporter(&self, deal: &State<1>) -> Option<u8> {
        let [reported] = deal.read(self.register(input_field::REPORTED));
        u8::try_from(reported.trailing_ones()).ok().filter(|reporter| *reporter < self.reporters)
    }
}

impl Receipt {
    /// Returns the register at an offset.
    pub const fn register(&self, offset: u16) -> u16 {
        self.first.wrapping_add(offset)
    }
}

impl<const L: usize, J: Recorder<L>> Machine<'_, L, J> {
    /// Which reporters have reported in this period. Lanes whose deals run have the same ones, so one answers for all.
    #[inline(always)]
    fn reported(&self, input: &Input) -> i64 {
        let reported = self.read(input.register(input_field::REPORTED));
        let first = reported.first().copied().unwrap_or(0);
        if alike(&reported) {
            return first;
        }
        let running = reported.iter().zip(self.running()).find(|(_, running)| *running != 0);
        running.map_or(0, |(reported, _)| *reported)
    }

    /// Fails if an input lacks its quorum.
    pub fn require_quorum(&self) -> Result<(), WaterfallError> {
        for input in &self.plan.inputs {
            if input.quorum > 0 && self.reported(input).count_ones() < u32::from(input.quorum) {
                return Err(WaterfallError::QuorumMissing);
            }
        }
        Ok(())
    }

    /// Reads every input and receipt for this payment date.
    pub fn read_inputs(&mut self, period: &Period) -> Result<(), WaterfallError> {
        self.wide(
            #[inline(always)]
            |machine| machine.read_inputs_here(period),
        )
    }

    #[inline(always)]
    fn read_inputs_here(&mut self, period: &Period) -> Result<(), WaterfallError> {
        let plan = self.plan;
        for input in &plan.inputs {
            self.take_median(input)?;
            self.choose_value(input, period.determination)?;
        }
        for receipt in &plan.receipts {
            let [sum, used, next, restated] = self.state.block(receipt.first)?;
            if !nothing(restated) {
                lanes::add(sum, restated)?;
                *restated = [0; L];
            }
            (*used, *sum, *next) = (*sum, *next, [0; L]);
        }
        Ok(())
    }

    /// Reduces this period's reports to their lower median, lane by lane.
    #[inline]
    fn take_median(&mut self, input: &Input) -> Result<(), WaterfallError> {
        let reported = self.reported(input);
        if reported == 0 {
            return Ok(());
        }
        if input.reporters == 1 {
            let [value, as_of, _, _, _, reported, its_value, its_as_of] = self.state.block(input.first)?;
            (*value, *as_of, *reported) = (*its_value, *its_as_of, [0; L]);
            return Ok(());
        }
        let (mut value, mut as_of) = ([0; L], [0; L]);
        for (lane, (value, as_of)) in value.iter_mut().zip(&mut as_of).enumerate() {
            (*value, *as_of) = self.lower_median(input, reported, lane);
        }
        self.write(input.register(input_field::VALUE), value);
        self.write(input.register(input_field::AS_OF), as_of);
        self.write(input.register(input_field::REPORTED), [0; L]);
        Ok(())
    }

    /// The report that has no more than half of the others below it; of equal values the earliest counts. Nothing is
    /// sorted: there are seven at most, and a contract has no room for more code.
    fn lower_median(&self, input: &Input, reported: i64, lane: usize) -> (i64, i64) {
        let mut reports = [(i64::MAX, i64::MAX); 7];
        let mut count: usize = 0;
        for (reporter, slot) in (0..input.reporters.min(REPORTERS_MAX)).zip(&mut reports) {
            if reported >> u32::from(reporter) & 1 == 1 {
                let [value, as_of] =
                    input.report(reporter).map(|r| self.read(r).get(lane).copied().unwrap_or(0));
                *slot = (value, as_of);
                count = count.saturating_add(1);
            }
        }
        let median = count.saturating_sub(1) >> 1_u32;
        let rank = |value: i64| reports.iter().filter(|(other, _)| *other < value).count();
        let at_median =
            |(value, _): &&(i64, i64)| rank(*value) <= median && rank(value.saturating_add(1)) > median;
        let value = reports.iter().find(at_median).map_or(i64::MAX, |(value, _)| *value);
        reports.iter().filter(|(other, _)| *other == value).min().copied().unwrap_or((value, 0))
    }

    /// Adds restatements, and chooses between the value and the fallback.
    #[inline]
    fn choose_value(&mut self, input: &Input, determination: Date) -> Result<(), WaterfallError> {
        let limit = i64::from(input.stale_after_days);
        let determination = i64::from(determination.days());
        let [value, as_of, used, stale, restated] = self.state.block(input.first)?;
        if !nothing(restated) {
            lanes::add(value, restated)?;
            *restated = [0; L];
        }
        // The oldest value that is not stale; day zero stands for "never reported".
        let oldest = if limit < 0 { 1 } else { determination.saturating_sub(limit).max(1) };
        *stale = each(as_of, |as_of| i64::from(as_of < oldest));
        *used = *value;
        if nothing(stale) {
            return Ok(());
        }
        let (value, stale, mut used) = (*value, *stale, *value);
        self.fall_back(input, &mut used)?;
        self.write(input.register(input_field::USED), chosen(&stale, &used, &value));
        Ok(())
    }

    /// What stands in for a stale value.
    fn fall_back(&self, input: &Input, value: &mut [i64; L]) -> Result<(), WaterfallError> {
        let part = |value: i64, share: i64| mul_div(value, share, RATE_ONE, Rounding::Up);
        match input.fallback {
            Fallback::Last => Ok(()),
            Fallback::LastLess(share) => {
                combine(value, &self.read(share), |value, share| Ok(checked_sub(value, part(value, share)?)?))
            }
            Fallback::LastPlus(share) => {
                combine(value, &self.read(share), |value, share| Ok(checked_add(value, part(value, share)?)?))
            }
            Fallback::Value(literal) => {
                *value = self.read(literal);
                Ok(())
            }
        }
    }
}
