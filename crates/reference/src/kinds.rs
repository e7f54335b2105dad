//! Section 2: the kinds of number, and what each operation on them gives and rounds.

use crate::day_count::days;
use crate::error::{Halt, meaningless, refused};
use crate::exact::{Exact, Rounding, fits, is_exact_at, round, whole, zero};
use crate::syntax::{Number, Operator, Unit};
use chrono::{Duration, NaiveDate};
use num_traits::{Signed, ToPrimitive, Zero};
use std::cmp::Ordering;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// A bare literal, which takes the kind that its place asks for.
    Literal,
    /// A literal percentage, which is always a rate.
    Percent,
    Amount,
    Rate,
    Quantity,
    /// What lies between two dates.
    Days,
}

impl From<Unit> for Kind {
    fn from(unit: Unit) -> Self {
        match unit {
            Unit::Amount => Self::Amount,
            Unit::Rate => Self::Rate,
            // A flag that is reported is kept as 0 or 1.
            Unit::Quantity | Unit::Flag => Self::Quantity,
        }
    }
}

/// What a formula gives.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Number(Kind, Exact),
    /// A pair, never a quotient: numerator and denominator.
    Ratio(Exact, Exact),
    Flag(bool),
    Date(NaiveDate),
}

impl From<&Number> for Value {
    fn from(number: &Number) -> Self {
        let kind = if number.percent { Kind::Percent } else { Kind::Literal };
        Self::Number(kind, number.exact.clone())
    }
}

use Kind::{Amount, Days, Literal, Percent, Quantity, Rate};

/// The operations, for a currency of so many decimals.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Units {
    pub decimals: u32,
}

impl Units {
    pub(crate) fn places(self, kind: Kind) -> u32 {
        match kind {
            Amount => self.decimals,
            Rate | Literal | Percent => 9,
            Quantity => 6,
            Days => 0,
        }
    }

    /// The one place where the result of an operation is rounded, and refused if it does not fit.
    pub(crate) fn settle(self, kind: Kind, exact: Exact, rounding: Rounding) -> Result<Value, Halt> {
        let places = self.places(kind);
        let is_literal = matches!(kind, Literal | Percent);
        if is_literal && !is_exact_at(&exact, places) {
            return meaningless("two literals that have no exact result at 9 places");
        }
        let rounded = round(&exact, places, rounding);
        if !is_literal && !fits(&rounded, places) {
            return refused("a result does not fit 64 bits");
        }
        Ok(Value::Number(kind, rounded))
    }

    /// Gives a literal the kind that its place asks for; anything else must have it already.
    pub(crate) fn take_as(self, kind: Kind, value: &Value) -> Result<Exact, Halt> {
        let Value::Number(given, exact) = value else {
            return meaningless(format!("a {kind:?} is needed, not {value:?}"));
        };
        let becomes = match given {
            Literal => true,
            Percent => kind == Rate,
            other => *other == kind,
        };
        if !becomes && *given != kind {
            return meaningless(format!("a {kind:?} is needed, not a {given:?}"));
        }
        if !is_exact_at(exact, self.places(kind)) || !fits(exact, self.places(kind)) {
            return meaningless(format!("a literal has more digits than a {kind:?} keeps"));
        }
        Ok(exact.clone())
    }

    /// The kind of two numbers that stand beside each other in a sum, a comparison or a choice.
    pub(crate) fn common(left: Kind, right: Kind) -> Result<Kind, Halt> {
        match (left, right) {
            _ if left == right => Ok(left),
            (Literal, other) | (other, Literal) => Ok(other),
            (Percent, Rate) | (Rate, Percent) => Ok(Rate),
            _ => meaningless(format!("a {left:?} does not stand beside a {right:?}")),
        }
    }

    /// The common kind of all these values; flags, dates and ratios are left as they are.
    pub(crate) fn unify(self, values: &[Value]) -> Result<Vec<Value>, Halt> {
        let mut kind = Literal;
        for value in values {
            let Value::Number(given, _) = value else { return same_sort(values) };
            kind = Self::common(kind, *given)?;
        }
        values.iter().map(|value| Ok(Value::Number(kind, self.take_beside(kind, value)?))).collect()
    }

    /// As `take_as`, where the common kind may itself be a literal's.
    fn take_beside(self, kind: Kind, value: &Value) -> Result<Exact, Halt> {
        match (kind, value) {
            (Literal | Percent, Value::Number(_, exact)) => Ok(exact.clone()),
            _ => self.take_as(kind, value),
        }
    }

    pub(crate) fn calculate(
        self,
        operator: Operator,
        operands: (&Value, &Value),
        rounding: Rounding,
    ) -> Result<Value, Halt> {
        let (left, right) = operands;
        match operator {
            Operator::Or => Ok(Value::Flag(flag(left)? | flag(right)?)),
            Operator::And => Ok(Value::Flag(flag(left)? & flag(right)?)),
            Operator::Add => self.add(left, right),
            Operator::Subtract => self.subtract(left, right),
            Operator::Multiply => self.multiply(left, right, rounding),
            Operator::Divide => self.divide(left, right, rounding),
            Operator::Less => Ok(Value::Flag(self.compare(left, right)?.is_lt())),
            Operator::LessOrEqual => Ok(Value::Flag(self.compare(left, right)?.is_le())),
            Operator::Greater => Ok(Value::Flag(self.compare(left, right)?.is_gt())),
            Operator::GreaterOrEqual => Ok(Value::Flag(self.compare(left, right)?.is_ge())),
            Operator::Equal => Ok(Value::Flag(self.compare(left, right)?.is_eq())),
        }
    }

    /// Same + same is exact; a date may be moved by days.
    pub(crate) fn add(self, left: &Value, right: &Value) -> Result<Value, Halt> {
        match (left, right) {
            (Value::Date(date), count) | (count, Value::Date(date)) => {
                Ok(Value::Date(move_date(*date, count)?))
            }
            _ => {
                let (kind, a, b) = self.beside(left, right)?;
                self.settle(kind, a + b, Rounding::Down)
            }
        }
    }

    pub(crate) fn subtract(self, left: &Value, right: &Value) -> Result<Value, Halt> {
        match (left, right) {
            (Value::Date(later), Value::Date(earlier)) => {
                Ok(Value::Number(Days, whole(days(*earlier, *later))))
            }
            (_, Value::Number(kind, exact)) => self.add(left, &Value::Number(*kind, -exact)),
            _ => meaningless("only numbers and dates are subtracted"),
        }
    }

    fn beside(self, left: &Value, right: &Value) -> Result<(Kind, Exact, Exact), Halt> {
        let (Value::Number(a, _), Value::Number(b, _)) = (left, right) else {
            return meaningless(format!("{left:?} does not stand beside {right:?}"));
        };
        let kind = Self::common(*a, *b)?;
        Ok((kind, self.take_beside(kind, left)?, self.take_beside(kind, right)?))
    }

    fn multiply(self, left: &Value, right: &Value, rounding: Rounding) -> Result<Value, Halt> {
        match (left, right) {
            (Value::Number(a, x), Value::Number(b, y)) => self.settle(product_kind(*a, *b)?, x * y, rounding),
            (Value::Number(kind, x), Value::Ratio(numerator, denominator))
            | (Value::Ratio(numerator, denominator), Value::Number(kind @ (Amount | Quantity), x)) => {
                self.multiply_by_ratio((*kind, x), (numerator, denominator), rounding)
            }
            _ => meaningless(format!("{left:?} is not multiplied by {right:?}")),
        }
    }

    /// Zero if the denominator is not positive.
    fn multiply_by_ratio(
        self,
        (kind, x): (Kind, &Exact),
        (numerator, denominator): (&Exact, &Exact),
        rounding: Rounding,
    ) -> Result<Value, Halt> {
        let kind = match kind {
            Literal | Percent => Rate,
            Days => return meaningless("days are not multiplied"),
            other => other,
        };
        if !denominator.is_positive() {
            return Ok(Value::Number(kind, zero()));
        }
        self.settle(kind, x * numerator / denominator, rounding)
    }

    /// Zero if the divisor is not positive, unless the quotient stays a pair.
    fn divide(self, left: &Value, right: &Value, rounding: Rounding) -> Result<Value, Halt> {
        let (Value::Number(a, x), Value::Number(b, y)) = (left, right) else {
            return meaningless(format!("{left:?} is not divided by {right:?}"));
        };
        match quotient_kind(*a, *b)? {
            None => Ok(Value::Ratio(x.clone(), y.clone())),
            Some(Literal | Percent) if y.is_zero() => meaningless("a literal is divided by zero"),
            Some(kind @ (Amount | Rate | Quantity)) if !y.is_positive() => Ok(Value::Number(kind, zero())),
            Some(kind) => self.settle(kind, x / y, rounding),
        }
    }

    /// Exact. A ratio is compared by cross-multiplication; one without a positive denominator lies above all.
    pub(crate) fn compare(self, left: &Value, right: &Value) -> Result<Ordering, Halt> {
        match (left, right) {
            (Value::Date(a), Value::Date(b)) => Ok(a.cmp(b)),
            (Value::Flag(a), Value::Flag(b)) => Ok(a.cmp(b)),
            (Value::Number(..), Value::Number(..)) => {
                let (_, a, b) = self.beside(left, right)?;
                Ok(a.cmp(&b))
            }
            _ => compare_ratios(&self.pair(left)?, &self.pair(right)?),
        }
    }

    fn pair(self, value: &Value) -> Result<(Exact, Exact), Halt> {
        match value {
            Value::Ratio(numerator, denominator) => Ok((numerator.clone(), denominator.clone())),
            other => Ok((self.take_as(Rate, other)?, whole(1))),
        }
    }
}

fn compare_ratios(left: &(Exact, Exact), right: &(Exact, Exact)) -> Result<Ordering, Halt> {
    Ok(match (left.1.is_positive(), right.1.is_positive()) {
        (true, true) => (&left.0 * &right.1).cmp(&(&right.0 * &left.1)),
        (false, true) => Ordering::Greater,
        (true, false) => Ordering::Less,
        (false, false) => Ordering::Equal,
    })
}

fn same_sort(values: &[Value]) -> Result<Vec<Value>, Halt> {
    let first = values.first().map(std::mem::discriminant);
    if values.iter().all(|value| Some(std::mem::discriminant(value)) == first) {
        return Ok(values.to_vec());
    }
    meaningless("values of different kinds stand beside each other")
}

fn move_date(date: NaiveDate, count: &Value) -> Result<NaiveDate, Halt> {
    let Value::Number(Literal | Days, exact) = count else {
        return meaningless("a date is moved by days only");
    };
    let moved = exact.to_integer().to_i64().and_then(Duration::try_days);
    match moved.and_then(|by| date.checked_add_signed(by)) {
        Some(moved) if exact.is_integer() => Ok(moved),
        _ => meaningless("a date is moved by whole days within the calendar"),
    }
}

pub(crate) fn flag(value: &Value) -> Result<bool, Halt> {
    match value {
        Value::Flag(flag) => Ok(*flag),
        other => meaningless(format!("a flag is needed, not {other:?}")),
    }
}

pub(crate) fn product_kind(left: Kind, right: Kind) -> Result<Kind, Halt> {
    match (left, right) {
        (Literal, Literal | Percent) | (Percent, Literal) => Ok(Literal),
        (Percent, Percent) => Ok(Percent),
        (Amount, Rate | Quantity | Literal | Percent) | (Rate | Quantity | Literal | Percent, Amount) => {
            Ok(Amount)
        }
        (Rate, Rate | Literal | Percent) | (Literal | Percent, Rate) => Ok(Rate),
        (Quantity, Rate | Quantity | Literal | Percent) | (Rate | Literal | Percent, Quantity) => {
            Ok(Quantity)
        }
        _ => meaningless(format!("a {left:?} is not multiplied by a {right:?}")),
    }
}

/// The kind of a quotient; none if it stays a pair.
pub(crate) fn quotient_kind(left: Kind, right: Kind) -> Result<Option<Kind>, Halt> {
    match (left, right) {
        (Literal, Literal | Percent) | (Percent, Percent) => Ok(Some(Literal)),
        (Percent, Literal) => Ok(Some(Percent)),
        (Amount, Rate | Quantity | Literal | Percent) => Ok(Some(Amount)),
        (Rate, Literal) => Ok(Some(Rate)),
        (Quantity, Literal) => Ok(Some(Quantity)),
        (Amount, Amount) | (Rate, Rate | Percent) | (Percent, Rate) | (Quantity, Quantity) => Ok(None),
        (Literal, Amount | Rate | Quantity) => Ok(None),
        _ => meaningless(format!("a {left:?} is not divided by a {right:?}")),
    }
}
