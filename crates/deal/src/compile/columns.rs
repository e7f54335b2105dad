//! Values that depend on the payment number alone.

use super::Compiler;
use super::value::Kind;
use crate::error::DealError;
use crate::syntax::{Point, Unit};
use units::Date;
use waterfall::plan::{Column, Register};

/// What a column holds.
pub(crate) enum ColumnValue<'a> {
    /// A schedule's value, or with `ahead` the sum of its values at so many payments after this one.
    Schedule { name: String, points: &'a [Point], unit: Unit, ahead: u16 },
    /// Yes before the first payment on or after a date.
    Before(Date),
    /// Yes from the first payment on or after a date.
    From(Date),
}

impl ColumnValue<'_> {
    fn label(&self) -> String {
        match self {
            Self::Schedule { name, ahead, .. } => format!("{name} {ahead}"),
            Self::Before(date) => format!("before {date}"),
            Self::From(date) => format!("from {date}"),
        }
    }
}

impl Compiler<'_> {
    /// Returns the register of a column; equal columns share one.
    pub fn column(&mut self, value: &ColumnValue<'_>) -> Register {
        let label = value.label();
        if let Some(register) = self.column_at.get(&label) {
            return *register;
        }
        let register = self.registers.column();
        let values = match value {
            ColumnValue::Schedule { points, unit, ahead, .. } => self.schedule(points, unit.kind(), *ahead),
            ColumnValue::Before(date) => self.flags(|end| end < *date),
            ColumnValue::From(date) => self.flags(|end| end >= *date),
        };
        self.plan.columns.push(Column { register, values });
        self.column_at.insert(label, register);
        register
    }

    fn flags(&self, holds: impl Fn(Date) -> bool) -> Vec<i64> {
        self.plan.periods.iter().map(|period| i64::from(holds(period.end))).collect()
    }

    fn schedule(&mut self, points: &[Point], kind: Kind, ahead: u16) -> Vec<i64> {
        if let Some(early) = points.iter().zip(points.iter().skip(1)).find(|(a, b)| a.from >= b.from) {
            let message = "the values of a schedule stand in the order of their dates";
            self.error(
                DealError::DateOutOfRange,
                early.1.value.span,
                message,
                "write the earlier date first",
            );
        }
        let values: Vec<(Date, i64)> =
            points.iter().map(|point| (point.from.0, self.number(&point.value, kind))).collect();
        let at = |end: Date| {
            let holding = values.iter().rev().find(|(from, _)| *from <= end).or(values.first());
            holding.map_or(0, |(_, value)| *value)
        };
        let now: Vec<i64> = self.plan.periods.iter().map(|period| at(period.end)).collect();
        if ahead == 0 {
            return now;
        }
        let window = usize::from(ahead);
        let sum = |from: usize| {
            now.iter().skip(from).take(window).fold(0_i64, |sum, value| sum.saturating_add(*value))
        };
        (0..now.len()).map(|number| sum(number.saturating_add(1))).collect()
    }
}
