//! The syntax tree: what was written, in the order it was written, comments included.
//!
//! This is also the JSON form of a deal, so every name here is part of the format. A span says where in the text a
//! thing stood; it is not part of the meaning, is not serialised, and all spans compare equal.

mod expression;
mod note;
mod step;
mod terms;

pub use expression::{Expression, ExpressionKind, Number, Operator, Path, Suffix};
pub use note::{Amortisation, DayCountName, Draws, Note, NoteOption};
pub use step::{Basis, Bound, Extent, Step, Waterfall};
pub use terms::{
    Account, Convention, Cure, Effect, Expense, Fallback, Fee, Frequency, Horizon, Limit, Moment, Observe,
    Payments, Point, State, Trigger, Unit, Until, Use,
};

use serde::{Deserialize, Serialize};
use units::Date;

/// Byte range in the source text. Two spans always compare equal, so that trees compare by meaning.
#[derive(Clone, Copy, Debug, Default)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl PartialEq for Span {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Span {}

/// A term sheet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Statements in the order written.
    pub statements: Vec<Item<Statement>>,
    /// Comments after the last statement.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub closing_comments: Vec<String>,
}

/// A statement or step with the comments around it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item<T> {
    /// Comment lines above, without the `#`; an empty string is a blank line kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub comments: Vec<String>,
    /// Comment at the end of the line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trailing: Option<String>,
    /// What it says.
    pub body: T,
    /// Where it stands.
    #[serde(skip)]
    pub span: Span,
}

/// A name with its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Name {
    /// The word itself.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

impl From<String> for Name {
    fn from(text: String) -> Self {
        Self { text, span: Span::default() }
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.text
    }
}

/// One statement of a term sheet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "statement", rename_all = "snake_case")]
pub enum Statement {
    /// `deal "Sierra H100 2024-1"`
    Deal {
        /// In quotes.
        title: String,
    },
    /// `currency USDC, 7 decimals`
    Currency {
        /// As the ledger calls it.
        name: Name,
        /// Places behind the point, 0 to 9.
        decimals: u8,
    },
    /// `closing 2024-01-16`
    Closing {
        /// Payment date 0.
        date: Day,
    },
    /// `payments monthly on 15, following business day in New_York, from 2024-02-15, determined 3 days before, grace 5 days`
    Payments(Payments),
    /// `final 2029-01-16`
    Final {
        /// Everything is due then.
        date: Day,
    },
    /// `collateral "tape.csv"`
    Collateral {
        /// File name, beside the deal.
        tape: String,
    },
    /// `liquidation 180 days 95%, 90 days 90%, 30 days 75%, 7 days 50%`
    Liquidation {
        /// In the order written.
        horizons: Vec<Horizon>,
    },
    /// `receive rent into lockbox`
    Receive {
        /// Name in formulas.
        name: Name,
        /// The account it is paid into.
        into: Name,
    },
    /// `observe uptime rate, stale after 3 days, then last less 10%`
    Observe(Observe),
    /// `account reserve funded 3_200_000, target 6 * A.interest, covers A.interest, A.scheduled`
    Account(Account),
    /// `note A 44_000_000 coupon sofr + 6.00%, act/360, may defer`
    Note(Note),
    /// `equity E 32_800_000`
    Equity {
        /// Its name.
        name: Name,
        /// Paid in at closing.
        amount: Number,
    },
    /// `payee operator`: takes whatever a waterfall leaves to it, and is owed nothing.
    Payee {
        /// Its name.
        name: Name,
    },
    /// `uses hardware 88_100_000, ramp, reserve, issuance, rest lockbox`
    Uses {
        /// In the order served.
        uses: Vec<Use>,
    },
    /// `fee trustee 0.04% * value a year, at most 120_000 a year`
    Fee(Fee),
    /// `expense ops ops_invoice, at most 110% * budget`
    Expense(Expense),
    /// `let noi = rent - power - ops`
    Let {
        /// Name in formulas.
        name: Name,
        /// What it stands for.
        value: Expression,
    },
    /// `schedule floor amount 2024-01-15 1_000_000, 2025-01-15 800_000`
    Schedule {
        /// Name in formulas.
        name: Name,
        /// Kind of number.
        unit: Unit,
        /// Values from dates on.
        points: Vec<Point>,
    },
    /// `test ltv = A.balance / value`
    Test {
        /// Name in formulas and in `to`.
        name: Name,
        /// What is measured.
        value: Expression,
    },
    /// `trigger trap when dscr < 1.35 for 2 of 3 payments, cured after 3 payments`
    Trigger(Trigger),
    /// `state rapid when rapid_test`
    State(State),
    /// `permit draw when draw.amount <= borrowing_base - A.balance`
    Permit {
        /// `draw` or `sale`.
        action: Name,
        /// The condition.
        when: Expression,
    },
    /// `waterfall ramp, amortising from lockbox, then ramp, then reserve` and its steps
    Waterfall(Waterfall),
}

/// A date as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day(pub Date);

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.0.to_string()
    }
}

impl TryFrom<String> for Day {
    type Error = units::UnitsError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse().map(Day)
    }
}

fn is_zero(days: &u16) -> bool {
    *days == 0
}

fn one() -> u8 {
    1
}
