//! Section 2: the kinds of number, and what each operation on them gives and rounds.

use crate::day_count::days;
use crate::error::{Halt, meaningless, refused};
use crate::exact::{Exact, Rounding, fits, is_exact_at, round, whole, zero};
use crate::syntax::{Number, Operator, Suffix, Unit};
use chrono::{Duration, NaiveDate};
use num_traits::{Signed, ToPrimitive};
use std::cmp::Ordering;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// A bare literal, which takes the kind that its place asks for.
    Literal,
    /// A literal percentage, which is always a rate.
    Percent,
    /// A literal count of days.
    DaysLiteral,
    Amount,
    Rate,
    Quantity,
    /// Days, payments: whole things.
    Count,
}

use Kind::{Amount, Count, DaysLiteral, Literal, Percent, Quantity, Rate};

impl From<Unit> for Kind {
    fn from(unit: Unit) -> Self {
        match unit {
            Unit::Amount => Amount,
            Unit::Rate => Rate,
            Unit::Quantity => Quantity,
            // A flag is kept as a whole number and is yes unless it is zero.
            Unit::Flag => Count,
        }
    }
}

impl Kind {
    fn is_literal(self) -> bool {
        matches!(self, Literal | Percent | DaysLiteral)
    }
}

/// What a formula gives.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Number(Kind, Exact),
    /// A pair of numbers of one kind, never a quotient: numerator and denominator.
    Ratio(Kind, Exact, Exact),
    Flag(bool),
    Date(NaiveDate),
}

impl From<&Number> for Value {
    fn from(number: &Number) -> Self {
        let kind = match number.suffix {
            Suffix::None => Literal,
            Suffix::Percent => Percent,
            Suffix::Days => DaysLiteral,
        };
        Self::Number(kind, number.exact.clone())
    }
}

/// The operations, for a currency of so many decimals.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Units {
    pub decimals: u32,
    /// Only the kind of a result is asked for: it need not fit.
    pub any_size: bool,
}

impl Units {
    pub(crate) fn places(self, kind: Kind) -> u32 {
        match kind {
            Amount => self.decimals,
            Rate | Literal | Percent | DaysLiteral => 9,
            Quantity => 6,
            Count => 0,
        }
    }

    /// Whether a number fits 64 bits, if that is asked.
    pub(crate) fn fits(self, exact: &Exact, places: u32) -> bool {
        self.any_size || fits(exact, places)
    }

    /// The one place where the result of an operation is rounded, and refused if it does not fit.
    pub(crate) fn settle(self, kind: Kind, exact: Exact, rounding: Rounding) -> Result<Value, Halt> {
        let places = self.places(kind);
        if kind.is_literal() && !is_exact_at(&exact, places) {
            return meaningless("two literals that have no exact result at 9 places");
        }
        let rounded = round(&exact, places, rounding);
        if !kind.is_literal() && !self.fits(&rounded, places) {
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
            DaysLiteral => kind == Count,
            other => *other == kind,
        };
        if !becomes {
            return meaningless(format!("a {kind:?} is needed, not a {given:?}"));
        }
        if !given.is_literal() && !self.fits(exact, self.places(kind)) {
            return refused("a number does not fit 64 bits");
        }
        if !is_exact_at(exact, self.places(kind)) || !self.fits(exact, self.places(kind)) {
            return meaningless(format!("a literal has more digits than a {kind:?} keeps"));
        }
        Ok(exact.clone())
    }

    /// A literal without a place of its own: a percentage is a rate, days are a count, and a bare one is an amount.
    pub(crate) fn grounded(self, value: &Value) -> Result<Value, Halt> {
        match value {
            Value::Number(kind, _) if kind.is_literal() => {
                let kind = common(&[*kind])?;
                Ok(Value::Number(kind, self.take_as(kind, value)?))
            }
            other => Ok(other.clone()),
        }
    }

    /// All of one kind; flags and dates are left as they are.
    pub(crate) fn unify(self, values: &[Value]) -> Result<Vec<Value>, Halt> {
        let mut kinds = vec![];
        for value in values {
            let Value::Number(given, _) = value else { return same_sort(values) };
            kinds.push(*given);
        }
        let kind = common(&kinds)?;
        values.iter().map(|value| Ok(Value::Number(kind, self.take_as(kind, value)?))).collect()
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
            (Value::Date(date), _) if self.any_size => Ok(Value::Date(*date)),
            (Value::Date(date), count) => Ok(Value::Date(move_date(*date, count)?)),
            (Value::Number(a, x), Value::Number(b, y)) if a.is_literal() && b.is_literal() => {
                self.settle(literal_sum(*a, *b)?, x + y, Rounding::Down)
            }
            _ => match self.unify(&[left.clone(), right.clone()])?.as_slice() {
                [Value::Number(kind, a), Value::Number(_, b)] => self.settle(*kind, a + b, Rounding::Down),
                _ => meaningless(format!("{left:?} is not added to {right:?}")),
            },
        }
    }

    pub(crate) fn subtract(self, left: &Value, right: &Value) -> Result<Value, Halt> {
        match (left, right) {
            (Value::Date(later), Value::Date(earlier)) => {
                Ok(Value::Number(Count, whole(days(*earlier, *later))))
            }
            (_, Value::Number(kind, exact)) => self.add(left, &Value::Number(*kind, -exact)),
            _ => meaningless("only numbers and dates are subtracted"),
        }
    }

    fn multiply(self, left: &Value, right: &Value, rounding: Rounding) -> Result<Value, Halt> {
        match (left, right) {
            (Value::Number(a, x), Value::Number(b, y)) => {
                let kind = match (a.is_literal(), b.is_literal()) {
                    (true, true) => Literal,
                    (true, false) => self.plain(x, *b)?,
                    (false, true) => self.plain(y, *a)?,
                    (false, false) => product_kind(*a, *b)?,
                };
                self.settle(kind, x * y, rounding)
            }
            (Value::Number(kind, x), Value::Ratio(_, numerator, denominator))
            | (Value::Ratio(_, numerator, denominator), Value::Number(kind, x)) => {
                self.multiply_by_ratio((*kind, x), (numerator, denominator), rounding)
            }
            _ => meaningless(format!("{left:?} is not multiplied by {right:?}")),
        }
    }

    /// Beside a product or quotient a bare literal is a plain number of nine places; the other keeps its kind.
    fn plain(self, literal: &Exact, other: Kind) -> Result<Kind, Halt> {
        self.take_as(Rate, &Value::Number(Literal, literal.clone()))?;
        Ok(other)
    }

    /// Zero if the denominator is not positive.
    fn multiply_by_ratio(
        self,
        (kind, x): (Kind, &Exact),
        (numerator, denominator): (&Exact, &Exact),
        rounding: Rounding,
    ) -> Result<Value, Halt> {
        if !matches!(kind, Amount | Rate | Quantity) {
            return meaningless(format!("a ratio is not multiplied by a {kind:?}"));
        }
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
        let kind = match (a.is_literal(), b.is_literal()) {
            (true, true) if *y == zero() => return meaningless("a literal is divided by zero"),
            (true, true) => return self.settle(Literal, x / y, rounding),
            (true, false) => return meaningless(format!("a literal is not divided by a {b:?}")),
            (false, true) => self.plain(y, *a)?,
            (false, false) => match (a, b) {
                (Amount, Rate | Quantity) => Amount,
                _ if a == b => return Ok(Value::Ratio(*a, x.clone(), y.clone())),
                _ => return meaningless(format!("a {a:?} is not divided by a {b:?}")),
            },
        };
        if !y.is_positive() {
            return Ok(Value::Number(kind, zero()));
        }
        self.settle(kind, x / y, rounding)
    }

    /// Exact. A ratio is compared by cross-multiplication; one without a positive denominator lies above all.
    pub(crate) fn compare(self, left: &Value, right: &Value) -> Result<Ordering, Halt> {
        if matches!((left, right), (Value::Ratio(..), _) | (_, Value::Ratio(..))) {
            return Ok(compare_ratios(&self.pair(left)?, &self.pair(right)?));
        }
        match self.unify(&[left.clone(), right.clone()])?.as_slice() {
            [Value::Date(a), Value::Date(b)] => Ok(a.cmp(b)),
            [Value::Flag(a), Value::Flag(b)] => Ok(a.cmp(b)),
            [Value::Number(_, a), Value::Number(_, b)] => Ok(a.cmp(b)),
            _ => meaningless(format!("{left:?} is not compared with {right:?}")),
        }
    }

    fn pair(self, value: &Value) -> Result<(Exact, Exact), Halt> {
        match value {
            Value::Ratio(_, numerator, denominator) => Ok((numerator.clone(), denominator.clone())),
            Value::Number(kind, level) if kind.is_literal() => {
                Ok((self.take_as(Rate, &Value::Number(Literal, level.clone()))?, whole(1)))
            }
            other => Ok((self.take_as(Rate, other)?, whole(1))),
        }
    }
}

fn compare_ratios(left: &(Exact, Exact), right: &(Exact, Exact)) -> Ordering {
    match (left.1.is_positive(), right.1.is_positive()) {
        (true, true) => (&left.0 * &right.1).cmp(&(&right.0 * &left.1)),
        (false, true) => Ordering::Greater,
        (true, false) => Ordering::Less,
        (false, false) => Ordering::Equal,
    }
}

/// The kind of numbers that stand beside each other: that of the one which is no literal.
fn common(kinds: &[Kind]) -> Result<Kind, Halt> {
    let has = |kind: Kind| kinds.contains(&kind);
    if let Some(kind) = kinds.iter().find(|kind| !kind.is_literal()) {
        return Ok(*kind);
    }
    match (has(Percent), has(DaysLiteral)) {
        (true, true) => meaningless("a percentage does not stand beside days"),
        (true, false) => Ok(Rate),
        (false, true) => Ok(Count),
        (false, false) => Ok(Amount),
    }
}

/// A sum with a percentage is a rate, one with days a count.
fn literal_sum(left: Kind, right: Kind) -> Result<Kind, Halt> {
    match (left, right) {
        (Literal, other) | (other, Literal) => Ok(other),
        _ if left == right => Ok(left),
        _ => meaningless("a percentage does not stand beside days"),
    }
}

fn same_sort(values: &[Value]) -> Result<Vec<Value>, Halt> {
    let flags = values.iter().all(|value| matches!(value, Value::Flag(_)));
    let dates = values.iter().all(|value| matches!(value, Value::Date(_)));
    if flags || dates {
        Ok(values.to_vec())
    } else {
        meaningless("these values do not stand beside each other")
    }
}

fn move_date(date: NaiveDate, count: &Value) -> Result<NaiveDate, Halt> {
    let Value::Number(Literal | DaysLiteral | Count, exact) = count else {
        return meaningless("a date is moved by days only");
    };
    if !exact.is_integer() {
        return meaningless("a date is moved by whole days");
    }
    let moved = exact.to_integer().to_i64().and_then(Duration::try_days);
    match moved.and_then(|by| date.checked_add_signed(by)) {
        Some(moved) => Ok(moved),
        None => refused("a date leaves the calendar"),
    }
}

pub(crate) fn flag(value: &Value) -> Result<bool, Halt> {
    match value {
        Value::Flag(flag) => Ok(*flag),
        other => meaningless(format!("a flag is needed, not {other:?}")),
    }
}

fn product_kind(left: Kind, right: Kind) -> Result<Kind, Halt> {
    match (left, right) {
        (Amount, Rate | Quantity | Count) | (Rate | Quantity | Count, Amount) => Ok(Amount),
        (Rate, Rate) => Ok(Rate),
        (Quantity, Rate | Quantity) | (Rate, Quantity) => Ok(Quantity),
        _ => meaningless(format!("a {left:?} is not multiplied by a {right:?}")),
    }
}
