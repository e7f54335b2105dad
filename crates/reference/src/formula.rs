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
        self.value_as(Kind::Amount, formula)
    }

    pub(crate) fn rate(&self, formula: &Expression) -> Result<Exact, Halt> {
        self.value_as(Kind::Rate, formula)
    }

    pub(crate) fn holds(&self, condition: &Expression) -> Result<bool, Halt> {
        flag(&self.value(condition)?)
    }

    fn value_as(&self, kind: Kind, formula: &Expression) -> Result<Exact, Halt> {
        let value = self.evaluate(&self.in_place(formula, Some(kind))?, Rounding::Down)?;
        self.units().take_as(kind, &value)
    }

    /// A formula whose place asks for no kind. From the root, products and quotients round down.
    pub(crate) fn value(&self, formula: &Expression) -> Result<Value, Halt> {
        self.evaluate(&self.in_place(formula, None)?, Rounding::Down)
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
            Expression::As(kind, of) => {
                Ok(Value::Number(*kind, self.units().take_as(*kind, &self.evaluate(of, rounding)?)?))
            }
            Expression::Unpaid { claim, days } => Ok(Value::Flag(self.is_unpaid(claim, *days))),
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

    /// `A is zero` looks at a note's or an account's balance; anything else is a name in a formula.
    fn is_zero(&self, name: &str) -> Result<Value, Halt> {
        let balance = if self.deal.note(name).is_some() || self.deal.account(name).is_some() {
            self.named(&format!("{name}.balance"))?
        } else {
            self.named(name)?
        };
        match balance {
            Value::Number(_, exact) => Ok(Value::Flag(exact.is_zero())),
            other => meaningless(format!("{other:?} is neither zero nor not")),
        }
    }

    /// Section 7: the claim was short at the last payment, and so many days have passed since.
    fn is_unpaid(&self, claim: &str, count: i64) -> bool {
        self.state.short.contains(claim) && days(self.state.short_on, self.state.date) >= count
    }
}
