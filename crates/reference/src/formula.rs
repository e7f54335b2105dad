//! Section 2: the value of a formula. It is worked out again wherever it is used.

use crate::day_count::days;
use crate::error::{Halt, meaningless};
use crate::exact::{Exact, Rounding};
use crate::interpreter::Interpreter;
use crate::kinds::{Kind, Value, flag};
use crate::syntax::Expression;
use num_traits::Zero;

impl Interpreter<'_> {
    /// What a formula gives as an amount.
    pub(crate) fn amount(&self, formula: &Expression) -> Result<Exact, Halt> {
        self.value_as(Kind::Amount, formula, Rounding::Down)
    }

    pub(crate) fn rate(&self, formula: &Expression) -> Result<Exact, Halt> {
        self.value_as(Kind::Rate, formula, Rounding::Down)
    }

    pub(crate) fn holds(&self, condition: &Expression) -> Result<bool, Halt> {
        flag(&self.value(condition)?)
    }

    /// A formula in a place that asks for a kind.
    pub(crate) fn value_as(
        &self,
        kind: Kind,
        formula: &Expression,
        rounding: Rounding,
    ) -> Result<Exact, Halt> {
        self.units().take_as(kind, &self.evaluate(formula, rounding)?)
    }

    /// A formula whose place asks for no kind. From the root, products and quotients round down.
    pub(crate) fn value(&self, formula: &Expression) -> Result<Value, Halt> {
        self.evaluate(formula, Rounding::Down)
    }

    /// `rounding` is up inside `round up ( )`, and only for what is written there.
    pub(crate) fn evaluate(&self, formula: &Expression, rounding: Rounding) -> Result<Value, Halt> {
        match formula {
            Expression::Number(number) => Ok(Value::from(number)),
            Expression::Date(date) => Ok(Value::Date(*date)),
            Expression::Name(name) => self.named(name),
            Expression::Negate(of) => self.negate(&self.evaluate(of, rounding)?),
            Expression::Not(of) => Ok(Value::Flag(!flag(&self.evaluate(of, rounding)?)?)),
            Expression::Binary { operator, left, right } => {
                let operands = (&self.evaluate(left, rounding)?, &self.evaluate(right, rounding)?);
                self.units().calculate(*operator, operands, rounding)
            }
            Expression::Call { function, arguments } => self.call(function, arguments, rounding),
            Expression::Over { average, payments, of } => {
                self.over_payments((*average, *payments, of), formula, rounding)
            }
            Expression::If { condition, then, otherwise } => {
                let branches = [self.evaluate(then, rounding)?, self.evaluate(otherwise, rounding)?];
                let condition = flag(&self.evaluate(condition, rounding)?)?;
                self.choose(condition, &branches)
            }
            Expression::RoundUp(of) => self.evaluate(of, Rounding::Up),
            Expression::IsZero(name) => self.is_zero(name),
            Expression::Unpaid { claim, days } => self.is_unpaid(claim, *days),
        }
    }

    fn negate(&self, value: &Value) -> Result<Value, Halt> {
        match value {
            Value::Number(kind, exact) => self.units().settle(*kind, -exact, Rounding::Down),
            other => meaningless(format!("{other:?} has no opposite")),
        }
    }

    /// Both branches have one kind, so that a literal in either takes the kind of the other.
    fn choose(&self, condition: bool, branches: &[Value; 2]) -> Result<Value, Halt> {
        let branches = self.units().unify(branches)?;
        let chosen = if condition { branches.first() } else { branches.last() };
        chosen.map_or_else(|| meaningless("a choice needs two branches"), |value| Ok(value.clone()))
    }

    /// `A is zero` looks at the balance of a note or an account, `A.interest is zero` at an amount.
    fn is_zero(&self, name: &str) -> Result<Value, Halt> {
        let balance = format!("{name}.balance");
        let looked_at = if name.contains('.') { name } else { &balance };
        let amount = self.units().take_as(Kind::Amount, &self.named(looked_at)?)?;
        Ok(Value::Flag(amount.is_zero()))
    }

    /// Section 7: the claim was short at the last payment, and so many days have passed since.
    fn is_unpaid(&self, claim: &str, count: i64) -> Result<Value, Halt> {
        if !self.claim(claim)?.can_be_late() {
            return meaningless(format!("`{claim}` falls due on no day"));
        }
        let short = self.state.short.contains(claim);
        Ok(Value::Flag(short && days(self.state.short_on, self.state.date) >= count))
    }
}
