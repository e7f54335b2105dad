//! Kinds of number in formulas. Language, section 2.

use units::{QUANTITY_DECIMALS, RATE_DECIMALS};
use waterfall::plan::{Register, ValueKind};

/// What a formula gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// A number in a register.
    Scalar(Kind, Register),
    /// A pair of registers that is never divided: two numbers of one kind.
    Ratio { of: Kind, numerator: Register, denominator: Register },
    /// A number as written, which takes its kind from its place.
    Literal(Decimal),
    /// What could not be compiled; its error was reported.
    Wrong,
}

/// Kind of a number in a register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Amount,
    Rate,
    Quantity,
    Flag,
    Date,
    /// Days, payments: counts of whole things.
    Count,
}

impl Kind {
    /// How many decimal places it keeps.
    pub fn decimals(self, currency: u8) -> u8 {
        match self {
            Self::Amount => currency,
            Self::Rate => RATE_DECIMALS,
            Self::Quantity => QUANTITY_DECIMALS,
            Self::Flag | Self::Date | Self::Count => 0,
        }
    }

    /// Whether it can be added up: neither a flag nor a date.
    pub fn is_number(self) -> bool {
        !matches!(self, Self::Flag | Self::Date)
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Amount => "an amount",
            Self::Rate => "a rate",
            Self::Quantity => "a quantity",
            Self::Flag => "a yes or no",
            Self::Date => "a date",
            Self::Count => "a count",
        }
    }

    /// How to come by a number of this kind.
    pub fn hint(self) -> &'static str {
        match self {
            Self::Amount => "multiply it by an amount, or write `amount(...)` around a plain number",
            Self::Rate => "write a percentage, or `rate(...)` around a plain number",
            Self::Quantity => "observe it as a quantity, or write `quantity(...)` around a plain number",
            Self::Flag => "write a comparison, such as `ltv > 80%`",
            Self::Date => "write a date such as 2024-01-16",
            Self::Count => "write a whole number, such as `90 days`",
        }
    }

    pub fn plan_kind(self) -> ValueKind {
        match self {
            Self::Amount => ValueKind::Amount,
            Self::Rate => ValueKind::Rate,
            Self::Quantity => ValueKind::Quantity,
            Self::Flag => ValueKind::Flag,
            Self::Date | Self::Count => ValueKind::Date,
        }
    }
}

/// An exact decimal: `digits ÷ 10^places`, and whether it can only be a rate or a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Decimal {
    pub digits: i128,
    pub places: u8,
    pub only: Option<Kind>,
}

impl Decimal {
    /// Returns the number at so many places, if it is exact there and fits.
    pub fn at(self, places: u8) -> Option<i64> {
        let scaled = if places >= self.places {
            let factor = 10_i128.checked_pow(u32::from(places - self.places))?;
            self.digits.checked_mul(factor)?
        } else {
            let factor = 10_i128.checked_pow(u32::from(self.places - places))?;
            if self.digits % factor != 0 {
                return None;
            }
            self.digits / factor
        };
        i64::try_from(scaled).ok()
    }

    /// Adds, subtracts, multiplies or divides two literals; nothing if the result is not exact at nine places. Only a sum
    /// of percentages is still one: 10 % of a million is not.
    pub fn combine(self, operator: crate::syntax::Operator, other: Self) -> Option<Self> {
        use crate::syntax::Operator;
        let additive = matches!(operator, Operator::Add | Operator::Subtract);
        // A percentage and days have no sum.
        if additive && self.only.is_some() && other.only.is_some() && self.only != other.only {
            return None;
        }
        let only = self.only.or(other.only).filter(|_| additive);
        let (a, b) = (i128::from(self.at(9)?), i128::from(other.at(9)?));
        let one = i128::from(units::RATE_ONE);
        let digits = match operator {
            Operator::Add => a.checked_add(b)?,
            Operator::Subtract => a.checked_sub(b)?,
            Operator::Multiply => exact(a.checked_mul(b)?, one)?,
            Operator::Divide => exact(a.checked_mul(one)?, b)?,
            _ => return None,
        };
        Some(Self { digits, places: 9, only })
    }
}

fn exact(dividend: i128, divisor: i128) -> Option<i128> {
    if divisor == 0 || dividend.checked_rem(divisor)? != 0 { None } else { dividend.checked_div(divisor) }
}
