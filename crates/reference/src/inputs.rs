//! Section 5, step 3: inputs, receipts, restatements, staleness; and how a value is read.

use crate::day_count::days;
use crate::error::{Halt, meaningless, require};
use crate::exact::{Exact, Rounding, fits, parse, round, zero};
use crate::interpreter::Interpreter;
use crate::kinds::{Kind, Value};
use crate::names::of_unit;
use crate::state::{InputState, Member};
use crate::syntax::{Fallback, Number, Observe, Unit};
use chrono::NaiveDate;
use std::collections::BTreeMap;

impl Interpreter<'_> {
    /// The value of an input since the last determination date.
    pub(crate) fn read_input(&self, input: &Observe, member: &Option<String>) -> Result<Value, Halt> {
        match self.state.inputs.get(&(input.name.clone(), member.clone())) {
            Some(state) => Ok(of_unit(input.unit, state.used.clone())),
            None => meaningless(format!("`{}` has no member {member:?}", input.name)),
        }
    }

    /// What formulas read: the value itself, or if it is stale its fallback.
    fn use_value(&self, input: &Observe, state: &InputState) -> Result<Exact, Halt> {
        let places = self.units().places(Kind::from(input.unit));
        let used = if state.is_stale { self.fall_back(input, &state.value)? } else { state.value.clone() };
        let both_fit = fits(&state.value, places) && fits(&used, places);
        require(both_fit, "a reported value does not fit 64 bits once restated or replaced")?;
        Ok(used)
    }

    fn fall_back(&self, input: &Observe, last: &Exact) -> Result<Exact, Halt> {
        let places = self.units().places(Kind::from(input.unit));
        let part = |share: &Number| round(&(last * &share.exact), places, Rounding::Up);
        Ok(match &input.fallback {
            Fallback::Last => last.clone(),
            Fallback::LastLess(share) => last - part(share),
            Fallback::LastPlus(share) => last + part(share),
            Fallback::Value(value) => self.units().take_as(Kind::from(input.unit), &Value::from(value))?,
        })
    }

    /// Refuses the payment while grace lasts and a quorum is missing.
    pub(crate) fn require_quorum(&self, number: usize, today: NaiveDate) -> Result<(), Halt> {
        if days(self.deal.payment(number)?.payment, today) > self.deal.grace_days {
            return Ok(());
        }
        for input in &self.deal.inputs {
            for member in self.deal.members(input) {
                let reports = self.state.reports.get(&(input.name.clone(), member)).map_or(0, BTreeMap::len);
                require(reports >= input.quorum, "a quorum of reports is missing and grace has not ended")?;
            }
        }
        Ok(())
    }

    pub(crate) fn take_inputs(&mut self, number: usize) -> Result<(), Halt> {
        let determination = self.deal.payment(number)?.determination;
        let mut reports = std::mem::take(&mut self.state.reports);
        let mut restatements = std::mem::take(&mut self.state.restatements);
        for input in &self.deal.inputs {
            for member in self.deal.members(input) {
                let key: Member = (input.name.clone(), member);
                let reported = reports.remove(&key).unwrap_or_default();
                let delta = restatements.remove(&key).unwrap_or_else(zero);
                let Some(mut state) = self.state.inputs.get(&key).cloned() else { continue };
                take_reports(&mut state, reported);
                state.value += delta;
                state.is_stale = is_stale(&state, input, determination);
                state.used = self.use_value(input, &state)?;
                self.state.inputs.insert(key, state);
            }
        }
        self.take_receipts(&restatements);
        self.require_fits()
    }

    /// A receipt's value is the sum of the period's receipts plus restatements; then the next period's sum begins.
    fn take_receipts(&mut self, restatements: &BTreeMap<Member, Exact>) {
        for receipt in &self.deal.receipts {
            let name = &receipt.name;
            let this = self.state.receipts_this_period.remove(name).unwrap_or_else(zero);
            let next = self.state.receipts_next_period.remove(name).unwrap_or_else(zero);
            let delta = restatements.get(&(name.clone(), None)).cloned().unwrap_or_else(zero);
            self.state.receipts.insert(name.clone(), this + delta);
            self.state.receipts_this_period.insert(name.clone(), next);
            self.state.receipts_next_period.insert(name.clone(), zero());
        }
    }

    /// Reads a reported number; digits that could not be kept refuse it.
    pub(crate) fn read_number(&self, unit: Unit, text: &str) -> Result<Exact, Halt> {
        let text = match (unit, text) {
            (Unit::Flag, "true") => "1",
            (Unit::Flag, "false") => "0",
            _ => text,
        };
        let kind = Kind::from(unit);
        let read = parse(text).map(|exact| self.units().take_as(kind, &Value::Number(kind, exact)));
        match read {
            Some(Ok(exact)) => Ok(exact),
            _ => crate::error::refused(format!("`{text}` is not a {kind:?}")),
        }
    }

    pub(crate) fn read_amount(&self, text: &str) -> Result<Exact, Halt> {
        self.read_number(Unit::Amount, text)
    }
}

/// The lower median of the reports, as of the earliest date among reports of that value.
fn take_reports(state: &mut InputState, reports: BTreeMap<u32, (Exact, NaiveDate)>) {
    // Sorted by value and then by date, so the first of a value has its earliest date.
    let mut sorted: Vec<_> = reports.into_values().collect();
    sorted.sort();
    let Some(middle) = sorted.len().checked_sub(1).map(|last| last / 2) else { return };
    let median = sorted[middle].0.clone();
    state.as_of = sorted.iter().find(|(value, _)| *value == median).map(|(_, date)| *date);
    state.value = median;
}

fn is_stale(state: &InputState, input: &Observe, determination: NaiveDate) -> bool {
    match (state.as_of, input.stale_after_days) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(as_of), Some(limit)) => days(as_of, determination) > limit,
    }
}
