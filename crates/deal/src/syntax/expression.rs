//! What a formula says.

use super::{Day, Name, Span};
use serde::{Deserialize, Serialize};

/// A dotted name such as `A.interest`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Path {
    /// The words between the dots.
    pub words: Vec<String>,
    /// Where it stands.
    pub span: Span,
}

impl From<String> for Path {
    fn from(text: String) -> Self {
        Self { words: text.split('.').map(str::to_owned).collect(), span: Span::default() }
    }
}

impl From<Path> for String {
    fn from(path: Path) -> Self {
        path.words.join(".")
    }
}

/// A number as written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Number {
    /// Digits, sign and point; no underscores.
    pub digits: String,
    /// What follows it.
    pub suffix: Suffix,
    /// Where it stands.
    pub span: Span,
}

/// What may follow a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suffix {
    /// Nothing.
    None,
    /// `%`
    Percent,
    /// `days`
    Days,
}

impl Number {
    /// Takes underscores out of a number, which must have at most 18 digits before the point and 9 behind it.
    pub(crate) fn checked_digits(written: &str) -> Result<String, units::UnitsError> {
        let digits = written.replace('_', "");
        let (whole, fraction) = digits.split_once('.').unwrap_or((&digits, ""));
        units::parse_scaled(whole, 0)?;
        if whole.trim_start_matches('-').len() > 18 {
            return Err(units::UnitsError::Overflow);
        }
        units::parse_scaled(&format!("0{}", digits.get(whole.len()..).unwrap_or_default()), 9)?;
        if fraction.len() > 9 { Err(units::UnitsError::TooPrecise) } else { Ok(digits) }
    }
}

impl From<Number> for String {
    fn from(number: Number) -> Self {
        match number.suffix {
            Suffix::None => number.digits,
            Suffix::Percent => number.digits + "%",
            Suffix::Days => number.digits + " days",
        }
    }
}

impl TryFrom<String> for Number {
    type Error = units::UnitsError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let (digits, suffix) = if let Some(digits) = text.strip_suffix('%') {
            (digits, Suffix::Percent)
        } else if let Some(digits) = text.strip_suffix(" days") {
            (digits, Suffix::Days)
        } else {
            (text.as_str(), Suffix::None)
        };
        Ok(Self { digits: Self::checked_digits(digits)?, suffix, span: Span::default() })
    }
}

/// A formula with its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Expression {
    /// What it says.
    pub kind: Box<ExpressionKind>,
    /// Where it stands.
    #[serde(skip)]
    pub span: Span,
}

/// The formula language. One language serves limits, fees, rates, targets, tests, triggers and inspection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExpressionKind {
    /// `1_000`, `60%`, `90 days`
    Number(Number),
    /// `2024-01-15`
    Date(Day),
    /// `A.balance`
    Name(Path),
    /// `-x`
    Negate(Expression),
    /// `not x`
    Not(Expression),
    /// `a + b`, `a < b`, `a and b`
    Binary {
        /// Between the operands.
        operator: Operator,
        /// Left.
        left: Expression,
        /// Right.
        right: Expression,
    },
    /// `min(a, b)`
    Call {
        /// Function.
        function: Name,
        /// Arguments.
        arguments: Vec<Expression>,
    },
    /// `sum over 3 of x`, `average over 3 of x`
    Over {
        /// Divide by the number of payments.
        average: bool,
        /// Payments looked back on, this one included (1 to 60).
        payments: u8,
        /// Of what.
        of: Expression,
    },
    /// `if a then b else c`
    If {
        /// Condition.
        condition: Expression,
        /// Value if it holds.
        then: Expression,
        /// Value if not.
        otherwise: Expression,
    },
    /// `round up (a / b)`: rounds the products and quotients written inside upwards; down is the rule otherwise.
    RoundUp(Expression),
    /// `A is zero`
    IsZero(Path),
    /// `A.interest is unpaid for 10 days`
    Unpaid {
        /// The claim.
        claim: Path,
        /// For how many days after the payment date.
        days: u16,
    },
}

/// Operators from the weakest to the strongest: `or`; `and`; comparisons; `+ -`; `* /`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operator {
    /// `or`
    Or,
    /// `and`
    And,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `=`
    Equal,
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
}
