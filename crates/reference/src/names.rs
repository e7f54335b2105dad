//! Section 1: what a name in a formula stands for.

use crate::error::{Halt, meaningless};
use crate::exact::{Exact, parse, whole, zero};
use crate::input::Aggregate;
use crate::interpreter::Interpreter;
use crate::kinds::{Kind, Value};
use crate::syntax::{Number, Point, Schedule, Unit};

impl Interpreter<'_> {
    pub(crate) fn named(&self, name: &str) -> Result<Value, Halt> {
        match name.split_once('.') {
            None => self.single_word(name),
            Some(("pool", aggregate)) => self.pool(aggregate),
            // Of the draw or sale that is asked for, or else of the last one.
            Some(("draw", "amount") | ("sale", "amount" | "allocated")) => {
                Ok(amount_value(self.state.occasion.get(name).unwrap_or(&zero())))
            }
            Some((owner, attribute)) => self.attribute(owner, attribute),
        }
    }

    fn single_word(&self, name: &str) -> Result<Value, Halt> {
        match name {
            "matured" => return Ok(Value::Flag(self.state.number >= self.deal.final_number())),
            "settled" => return Ok(Value::Flag(self.state.is_settled)),
            "sold" => return Ok(Value::Flag(self.state.is_sold)),
            "date" => return Ok(Value::Date(self.state.date)),
            "closing" => return Ok(Value::Date(self.deal.closing)),
            "final" => return Ok(Value::Date(self.deal.final_date)),
            "payment" => return Ok(Value::Number(Kind::Count, whole(self.state.number))),
            _ => {}
        }
        if let Some(formula) = self.deal.lets.iter().find(|formula| formula.name == name) {
            return self.value(&formula.value);
        }
        if let Some(test) = self.deal.test(name) {
            return self.value(test);
        }
        if let Some(schedule) = self.deal.schedule(name) {
            return self.scheduled_value(schedule, self.state.number);
        }
        if let Some(trigger) = self.deal.trigger(name) {
            return Ok(Value::Flag(self.state.triggers[trigger].is_on));
        }
        if let Some(cost) = self.deal.cost(name) {
            return Ok(amount_value(&self.state.costs[cost].due));
        }
        if let Some(receipt) = self.state.receipts.get(name) {
            return Ok(amount_value(receipt));
        }
        match self.deal.input(name) {
            Some(input) if input.by.is_none() => self.read_input(input, &None),
            Some(_) => meaningless(format!("`{name}` has many values; write total({name}) or the like")),
            None => meaningless(format!("nothing is called `{name}`")),
        }
    }

    fn pool(&self, aggregate: &str) -> Result<Value, Halt> {
        let (kind, text) = match self.deal.pool.get(aggregate) {
            Some(Aggregate::Amount(text)) => (Kind::Amount, text),
            Some(Aggregate::Rate(text)) => (Kind::Rate, text),
            Some(Aggregate::Quantity(text)) => (Kind::Quantity, text),
            None => return meaningless(format!("the tape has no aggregate `{aggregate}`")),
        };
        let Some(exact) = parse(text) else { return meaningless(format!("`{text}` is not a number")) };
        Ok(Value::Number(kind, self.units().take_as(kind, &Value::Number(kind, exact))?))
    }

    fn attribute(&self, owner: &str, attribute: &str) -> Result<Value, Halt> {
        if let Some(note) = self.deal.note(owner) {
            return self.note_attribute(note, attribute);
        }
        if let Some(cost) = self.deal.cost(owner) {
            return self.cost_attribute(cost, attribute);
        }
        if self.deal.is_residual(owner) {
            return self.residual_attribute(owner, attribute);
        }
        match (self.deal.account(owner), self.deal.input(owner), attribute) {
            (Some(_), _, "balance") => Ok(amount_value(&self.cash(owner)?)),
            (Some(account), _, "target") => Ok(amount_value(&self.target(account)?)),
            (_, Some(input), "stale") if input.by.is_none() => {
                let member = (owner.to_owned(), None);
                Ok(Value::Flag(self.state.inputs.get(&member).is_some_and(|input| input.is_stale)))
            }
            _ => meaningless(format!("nothing is called `{owner}.{attribute}`")),
        }
    }

    /// How much an account should hold: worked out at the determination date, and nothing before the first.
    pub(crate) fn target(&self, account: &crate::syntax::Account) -> Result<Exact, Halt> {
        let Some(target) = &account.target else {
            return meaningless(format!("account `{}` has no target", account.name));
        };
        if self.state.is_determining {
            return self.amount(target);
        }
        Ok(self.state.targets.get(&account.name).cloned().unwrap_or_else(zero))
    }

    /// What equity paid in, and what a waterfall paid to it or to a payee at this payment.
    fn residual_attribute(&self, owner: &str, attribute: &str) -> Result<Value, Halt> {
        let equity = self.deal.equities.iter().find(|equity| equity.name == owner);
        match (equity, attribute) {
            (Some(equity), "original") => {
                Ok(amount_value(&self.units().take_as(Kind::Amount, &Value::from(&equity.amount))?))
            }
            (_, "paid") => Ok(amount_value(self.state.residual_paid.get(owner).unwrap_or(&zero()))),
            _ => meaningless(format!("nothing is called `{owner}.{attribute}`")),
        }
    }

    fn note_attribute(&self, note: usize, attribute: &str) -> Result<Value, Halt> {
        let note = &self.state.notes[note];
        let amount = match attribute {
            "coupon" => return Ok(Value::Number(Kind::Rate, note.coupon.clone())),
            "balance" => note.balance.clone(),
            "original" => note.original.clone(),
            "drawn" => note.drawn.clone(),
            "available" => &note.original - &note.drawn,
            "interest" => note.interest.clone(),
            "scheduled" => note.scheduled.clone(),
            "additional" => note.additional.clone(),
            "capitalised" => note.capitalised.clone(),
            "written_off" => note.written_off.clone(),
            "interest.paid" => note.paid.interest.clone(),
            "principal.paid" => note.paid.principal.clone(),
            "scheduled.paid" => note.paid.scheduled.clone(),
            "additional.paid" => note.paid.additional.clone(),
            "interest.unpaid" => note.unpaid.clone(),
            _ => return meaningless(format!("a note has no `{attribute}`")),
        };
        Ok(amount_value(&amount))
    }

    fn cost_attribute(&self, cost: usize, attribute: &str) -> Result<Value, Halt> {
        let has_excess = self.deal.costs[cost].at_most.is_some();
        let cost = &self.state.costs[cost];
        match attribute {
            "paid" => Ok(amount_value(&cost.paid)),
            "excess" if has_excess => Ok(amount_value(&cost.excess)),
            "excess.paid" if has_excess => Ok(amount_value(&cost.excess_paid)),
            _ => meaningless(format!("this fee or expense has no `{attribute}`")),
        }
    }

    /// Section 3: the last point reached by the unadjusted date; before the first, the first.
    pub(crate) fn scheduled_value(&self, schedule: &Schedule, number: usize) -> Result<Value, Halt> {
        let date = self.deal.unadjusted(number)?;
        let reached =
            schedule.points.iter().filter(|point| point.from <= date).max_by_key(|point| point.from);
        match reached.or_else(|| schedule.points.iter().min_by_key(|point| point.from)) {
            Some(Point { value, .. }) => self.number_of(schedule.unit, value),
            None => meaningless(format!("`{}` has no point", schedule.name)),
        }
    }

    /// A number written in a place of a known unit.
    pub(crate) fn number_of(&self, unit: Unit, number: &Number) -> Result<Value, Halt> {
        let kind = Kind::from(unit);
        let exact = self.units().take_as(kind, &Value::from(number))?;
        Ok(of_unit(unit, exact))
    }
}

pub(crate) fn amount_value(amount: &Exact) -> Value {
    Value::Number(Kind::Amount, amount.clone())
}

/// A stored number as what it is in formulas.
pub(crate) fn of_unit(unit: Unit, exact: Exact) -> Value {
    match unit {
        Unit::Flag => Value::Flag(exact != zero()),
        _ => Value::Number(Kind::from(unit), exact),
    }
}
