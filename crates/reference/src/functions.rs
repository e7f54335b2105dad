//! Section 1: the functions of formulas.

use crate::error::{Halt, meaningless};
use crate::exact::{Exact, Rounding, not_below_zero, zero};
use crate::interpreter::Interpreter;
use crate::kinds::{Kind, Value};
use crate::syntax::{Expression, Operator, Unit};

impl Interpreter<'_> {
    pub(crate) fn call(
        &self,
        function: &str,
        arguments: &[Expression],
        rounding: Rounding,
    ) -> Result<Value, Halt> {
        match (function, arguments) {
            ("min" | "max", [_, ..]) => self.extreme(function == "max", arguments, rounding),
            ("excess", [a, b]) => self.excess(&self.evaluate(a, rounding)?, &self.evaluate(b, rounding)?),
            ("amount" | "rate" | "quantity", [of]) => {
                let kind = match function {
                    "amount" => Kind::Amount,
                    "rate" => Kind::Rate,
                    _ => Kind::Quantity,
                };
                Ok(Value::Number(kind, self.value_as(kind, of, rounding)?))
            }
            ("liquidation", [horizon]) => self.liquidation(horizon),
            ("total", [family]) => self.total(&self.family(family)?),
            ("largest", [family]) => self.largest(&self.family(family)?),
            ("concentration", [family, limit]) => {
                let limit = self.value_as(Kind::Rate, limit, rounding)?;
                self.concentration(&self.family(family)?, &Value::Number(Kind::Rate, limit))
            }
            ("counted", [_, _, _]) => {
                let formula =
                    Expression::Call { function: function.to_owned(), arguments: arguments.to_vec() };
                self.counted(&formula, rounding)
            }
            ("next", [schedule, count]) => self.next(schedule, self.count(count)?),
            ("present_value", [note, rate]) => {
                self.present_value_of(note, &self.value_as(Kind::Rate, rate, rounding)?)
            }
            ("tiered", [x, rates @ ..]) => self.tiered(x, rates, rounding),
            ("state", [name]) => self.is_in_state(name),
            _ => meaningless(format!("there is no function {function} of {} arguments", arguments.len())),
        }
    }

    /// `min(…)` and `max(…)`, in the common kind.
    fn extreme(&self, greatest: bool, arguments: &[Expression], rounding: Rounding) -> Result<Value, Halt> {
        let values: Result<Vec<_>, _> =
            arguments.iter().map(|argument| self.evaluate(argument, rounding)).collect();
        let values = self.units().unify(&values?)?;
        let mut chosen = values[0].clone();
        for value in values {
            let order = self.units().compare(&value, &chosen)?;
            if (greatest && order.is_gt()) || (!greatest && order.is_lt()) {
                chosen = value;
            }
        }
        Ok(chosen)
    }

    /// a − b, not below zero.
    fn excess(&self, a: &Value, b: &Value) -> Result<Value, Halt> {
        match self.units().unify(&[a.clone(), b.clone()])?.as_slice() {
            [Value::Number(kind, a), Value::Number(_, b)] => {
                self.units().settle(*kind, not_below_zero(a - b), Rounding::Down)
            }
            _ => meaningless("excess(a, b) is of numbers"),
        }
    }

    /// The factor of a horizon that is declared.
    fn liquidation(&self, horizon: &Expression) -> Result<Value, Halt> {
        let days = i64::try_from(self.count(horizon)?).unwrap_or(i64::MAX);
        match self.deal.horizons.iter().find(|horizon| horizon.days == days) {
            Some(horizon) => self.number_of(Unit::Rate, &horizon.factor),
            None => meaningless(format!("no horizon of {days} days is declared")),
        }
    }

    /// The values of all members of a family of inputs.
    fn family(&self, name: &Expression) -> Result<Vec<Value>, Halt> {
        let Expression::Name(name) = name else { return meaningless("a family of inputs is needed") };
        match self.deal.input(name) {
            Some(input) if input.by.is_some() && input.unit != Unit::Flag => {
                let members = self.deal.members(input);
                let mut values = vec![Value::Number(Kind::from(input.unit), zero())];
                for member in &members {
                    values.push(self.read_input(input, member)?);
                }
                Ok(values)
            }
            _ => meaningless(format!("`{name}` is not a family of inputs")),
        }
    }

    fn total(&self, family: &[Value]) -> Result<Value, Halt> {
        let mut sum = family[0].clone();
        for value in &family[1..] {
            sum = self.units().add(&sum, value)?;
        }
        Ok(sum)
    }

    /// Nothing, if the family has no member.
    fn largest(&self, family: &[Value]) -> Result<Value, Halt> {
        let members = if family.len() > 1 { &family[1..] } else { family };
        let mut largest = members[0].clone();
        for value in members {
            if self.units().compare(value, &largest)?.is_gt() {
                largest = value.clone();
            }
        }
        Ok(largest)
    }

    /// The sum of what each member has above limit × total, that product rounded down.
    fn concentration(&self, family: &[Value], limit: &Value) -> Result<Value, Halt> {
        let total = self.total(family)?;
        let most = self.units().calculate(Operator::Multiply, (&total, limit), Rounding::Down)?;
        let mut sum = family[0].clone();
        for member in &family[1..] {
            sum = self.units().add(&sum, &self.excess(member, &most)?)?;
        }
        Ok(sum)
    }

    /// The sum of a schedule's values at the n payments after this one, as far as there are so many.
    fn next(&self, schedule: &Expression, count: usize) -> Result<Value, Halt> {
        let Expression::Name(name) = schedule else {
            return meaningless("next(schedule, n) needs a schedule");
        };
        let Some(schedule) = self.deal.schedule(name) else {
            return meaningless(format!("`{name}` is not a schedule"));
        };
        let first = self.state.number + 1;
        let mut sum = Value::Number(Kind::from(schedule.unit), zero());
        for number in (first..=self.deal.last_number()).take(count) {
            sum = self.units().add(&sum, &self.scheduled_value(schedule, number)?)?;
        }
        Ok(sum)
    }

    fn present_value_of(&self, note: &Expression, rate: &Exact) -> Result<Value, Halt> {
        let Expression::Name(name) = note else {
            return meaningless("present_value(note, rate) needs a note");
        };
        let Some(note) = self.deal.note(name) else { return meaningless(format!("`{name}` is not a note")) };
        self.units().settle(
            Kind::Amount,
            self.present_value(note, &not_below_zero(rate.clone()))?,
            Rounding::Down,
        )
    }

    /// `tiered(x, r0, t1, r1, …)`: what of x lies between one level and the next bears the rate between them.
    fn tiered(&self, x: &Expression, tiers: &[Expression], rounding: Rounding) -> Result<Value, Halt> {
        let [first, rest @ ..] = tiers else { return meaningless("tiered(x, r0, t1, r1, ...) needs a rate") };
        if rest.len() % 2 != 0 {
            return meaningless("tiered(x, r0, t1, r1, ...) has a rate more than it has levels");
        }
        let x = self.value_as(Kind::Amount, x, rounding)?;
        let (mut below, mut rate) = (zero(), self.value_as(Kind::Rate, first, rounding)?);
        let mut sum = zero();
        for tier in rest.chunks(2) {
            let level = self.value_as(Kind::Amount, &tier[0], rounding)?;
            let part = not_below_zero(x.clone().min(level.clone()) - &below);
            sum += self.round_amount(&(part * rate), rounding)?;
            (below, rate) = (level, self.value_as(Kind::Rate, &tier[1], rounding)?);
        }
        sum += self.round_amount(&(not_below_zero(x - below) * rate), rounding)?;
        self.units().settle(Kind::Amount, sum, Rounding::Down)
    }

    fn is_in_state(&self, name: &Expression) -> Result<Value, Halt> {
        let Expression::Name(name) = name else { return meaningless("state(name) needs a state") };
        match self.deal.state(name) {
            Some(state) => Ok(Value::Flag(state == self.state.current)),
            None => meaningless(format!("`{name}` is not a state")),
        }
    }
}
