//! What the other statements say.

use super::{Day, DayCountName, Expression, Name, Number, Path, is_zero, one};
use serde::{Deserialize, Serialize};

/// When money is paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payments {
    /// How often.
    pub every: Frequency,
    /// Day of the month, 1 to 31; the last day where a month is shorter.
    pub day: u8,
    /// What happens to a date that is no business day.
    pub convention: Convention,
    /// Holiday calendar.
    pub calendar: Name,
    /// First payment date, unadjusted.
    pub from: Day,
    /// Calendar days between determination date and payment date.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub determined_days_before: u16,
    /// Days after a payment date for which the full quorum of reports is required.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub grace_days: u16,
}

/// How often a deal pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Frequency {
    /// Every month.
    Monthly,
    /// Every three months.
    Quarterly,
    /// Every six months.
    Semiannually,
    /// Every twelve months.
    Annually,
}

/// Business-day convention (2006 ISDA Definitions, section 4.12).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Convention {
    /// The next business day.
    Following,
    /// The next business day unless it lies in the next month, then the one before.
    ModifiedFollowing,
    /// The business day before.
    Preceding,
    /// The date as it is.
    Unadjusted,
}

/// `90 days 90%`: what is left of a value if it must be sold within so many days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Horizon {
    /// Days to sell.
    pub days: u16,
    /// Share of the value that is realised.
    pub factor: Number,
}

/// What kind of integer an input is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Money, or money per unit of something.
    Amount,
    /// A rate or share.
    Rate,
    /// A count of machines, hours, kWh.
    Quantity,
    /// Yes or no.
    Flag,
}

/// What the world reports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observe {
    /// Name in formulas.
    pub name: Name,
    /// Kind of number.
    pub unit: Unit,
    /// One value for each member of this column of the tape.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Name>,
    /// A value older than this at the determination date is stale.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stale_after_days: Option<u16>,
    /// What replaces a stale value.
    #[serde(default)]
    pub fallback: Fallback,
    /// How many reporters may report in a period (1 to 7).
    #[serde(default = "one")]
    pub reporters: u8,
    /// How many must, before grace ends.
    #[serde(default)]
    pub quorum: u8,
}

/// What replaces a stale value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fallback {
    /// The last value.
    #[default]
    Last,
    /// The last value less a share of it.
    LastLess(Number),
    /// The last value plus a share of it.
    LastPlus(Number),
    /// A fixed value.
    Value(Number),
}

/// Where cash lies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Its name.
    pub name: Name,
    /// Cash put in at closing, from the uses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub funded: Option<Number>,
    /// How much it should hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Expression>,
    /// Claims whose shortfall it may pay when it supports a waterfall.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub covers: Vec<Path>,
}

/// A use of the money raised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Use {
    /// A payee, an account, or a fee charged at closing.
    pub name: Name,
    /// How much; an account takes what it is funded with, a fee its own formula, `rest` what is left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Number>,
    /// `rest lockbox`: takes what is left.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub rest: bool,
}

/// What a service costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fee {
    /// Its name, also the payee.
    pub name: Name,
    /// Due each period, or a year if `a_year`.
    pub amount: Expression,
    /// `a year`: times the period's day fraction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub a_year: Option<DayCountName>,
    /// `once at closing`
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub once_at_closing: bool,
    /// Most of it that ranks as `NAME`; the rest is `NAME.excess`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<Limit>,
}

/// What running the collateral costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expense {
    /// Its name, also the payee.
    pub name: Name,
    /// Due each period.
    pub amount: Expression,
    /// Most of it that ranks as `NAME`; the rest is `NAME.excess`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<Limit>,
}

/// `at most 120_000 a year`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// The cap.
    pub amount: Expression,
    /// Counted over a calendar year instead of a period.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub a_year: bool,
}

/// A value from a date on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    /// First payment date (unadjusted) at which it holds.
    pub from: Day,
    /// The value.
    pub value: Number,
}

/// What turns on when a test fails.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trigger {
    /// Its name, a flag in formulas.
    pub name: Name,
    /// The breach.
    pub when: Expression,
    /// Breaches needed...
    #[serde(default = "one")]
    pub hits: u8,
    /// ...within so many payments (at most 60).
    #[serde(default = "one")]
    pub of: u8,
    /// How it turns off.
    #[serde(default)]
    pub cure: Cure,
    /// When it is looked at.
    #[serde(default)]
    pub evaluated: Moment,
    /// `: C.coupon + 2%` while it is on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub effects: Vec<Effect>,
}

/// How a trigger turns off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cure {
    /// After so many passes in a row.
    After(u8),
    /// Not at all.
    Never,
}

impl Default for Cure {
    fn default() -> Self {
        Self::After(1)
    }
}

/// When in a payment date a trigger is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    /// `before collection`: on what was known before this period's reports.
    BeforeCollection,
    /// At the determination date: after reports and accruals, before the waterfall.
    #[default]
    Determination,
    /// `after payment`: on balances after the waterfall.
    AfterPayment,
}

/// A margin that a trigger adds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effect {
    /// The note whose coupon rises.
    pub note: Name,
    /// By how much.
    pub plus: Number,
}

/// A state of the deal. The first declared is where it starts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// Its name.
    pub name: Name,
    /// Entered when this holds...
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Expression>,
    /// ...in one of these states (if none is named: any declared earlier).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub from: Vec<Name>,
    /// `until 2024-06-15, then amortising`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Until>,
}

/// When a state ends by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Until {
    /// First payment date (unadjusted) that is no longer in it.
    pub date: Day,
    /// What follows.
    pub then: Name,
}
