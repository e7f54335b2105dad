//! The JSON form of a deal, read again from scratch.

use crate::exact::{Exact, parse, whole};
use chrono::NaiveDate;
use serde::Deserialize;

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Document {
    pub statements: Vec<Item<Statement>>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Item<T> {
    pub body: T,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "statement", rename_all = "snake_case")]
pub(crate) enum Statement {
    Deal,
    Currency { decimals: u32 },
    Closing { date: NaiveDate },
    Payments(Payments),
    Final { date: NaiveDate },
    Collateral,
    Liquidation { horizons: Vec<Horizon> },
    Receive(Receipt),
    Observe(Observe),
    Account(Account),
    Note(Box<Note>),
    Equity(Equity),
    Payee { name: String },
    Uses { uses: Vec<Use> },
    Fee(Cost),
    Expense(Cost),
    Let(Named),
    Schedule(Schedule),
    Test(Named),
    Trigger(Trigger),
    State(State),
    Permit(Permit),
    Waterfall(Waterfall),
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Payments {
    #[serde(default)]
    pub grace_days: i64,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Horizon {
    pub days: i64,
    pub factor: Number,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Receipt {
    pub name: String,
    pub into: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Unit {
    Amount,
    Rate,
    Quantity,
    Flag,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Observe {
    pub name: String,
    pub unit: Unit,
    #[serde(default)]
    pub by: Option<String>,
    #[serde(default)]
    pub stale_after_days: Option<i64>,
    #[serde(default)]
    pub fallback: Fallback,
    #[serde(default = "one")]
    pub reporters: u32,
    #[serde(default)]
    pub quorum: usize,
}

fn one() -> u32 {
    1
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Fallback {
    #[default]
    Last,
    LastLess(Number),
    LastPlus(Number),
    Value(Number),
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Account {
    pub name: String,
    #[serde(default)]
    pub funded: Option<Number>,
    #[serde(default)]
    pub target: Option<Expression>,
    #[serde(default)]
    pub covers: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Note {
    pub name: String,
    pub amount: Number,
    pub coupon: Expression,
    pub day_count: DayCount,
    #[serde(default)]
    pub options: Vec<NoteOption>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(crate) enum DayCount {
    #[serde(rename = "30/360")]
    Thirty360,
    #[serde(rename = "act/360")]
    Actual360,
    #[serde(rename = "act/365")]
    Actual365,
    #[serde(rename = "act/act")]
    ActualActual,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum NoteOption {
    Floor(Number),
    Cap(Number),
    MayDefer,
    DeferredInterestBears {
        plus: Number,
    },
    Capitalises,
    LockedUntil(NaiveDate),
    LockedWhile(Expression),
    AccretesUntil(NaiveDate),
    AccretesWhile(Expression),
    Notional(Expression),
    Scheduled(Amortisation),
    Additional {
        rate: Expression,
        from: NaiveDate,
    },
    Draws(Draws),
    Matures(NaiveDate),
    /// Seniority matters to the analysis of a deal, not to what is paid.
    Rank(serde::de::IgnoredAny),
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Amortisation {
    Level { payments: usize, from: NaiveDate },
    Linear { payments: usize, from: NaiveDate },
    Planned(Expression),
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Draws {
    pub until: NaiveDate,
    pub at_most: usize,
    pub payments: i64,
    #[serde(default)]
    pub interest_only: i64,
    pub to: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Equity {
    pub name: String,
    pub amount: Number,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Use {
    pub name: String,
    #[serde(default)]
    pub amount: Option<Number>,
    #[serde(default)]
    pub rest: bool,
}

/// A fee or an expense: they differ only in what they may say.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Cost {
    pub name: String,
    pub amount: Expression,
    #[serde(default)]
    pub a_year: Option<DayCount>,
    #[serde(default)]
    pub once_at_closing: bool,
    #[serde(default)]
    pub at_most: Option<Limit>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Limit {
    pub amount: Expression,
    #[serde(default)]
    pub a_year: bool,
}

/// A `let` or a `test`.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Named {
    pub name: String,
    pub value: Expression,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Schedule {
    pub name: String,
    pub unit: Unit,
    pub points: Vec<Point>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Point {
    pub from: NaiveDate,
    pub value: Number,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Trigger {
    pub name: String,
    pub when: Expression,
    #[serde(default = "one")]
    pub hits: u32,
    #[serde(default = "one")]
    pub of: u32,
    #[serde(default)]
    pub cure: Cure,
    #[serde(default)]
    pub evaluated: Moment,
    #[serde(default)]
    pub effects: Vec<Effect>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Cure {
    After(u32),
    Never,
}

impl Default for Cure {
    fn default() -> Self {
        Self::After(1)
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Moment {
    BeforeCollection,
    #[default]
    Determination,
    AfterPayment,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Effect {
    pub note: String,
    pub plus: Number,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct State {
    pub name: String,
    #[serde(default)]
    pub when: Option<Expression>,
    #[serde(default)]
    pub from: Vec<String>,
    #[serde(default)]
    pub until: Option<Until>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Until {
    pub date: NaiveDate,
    pub then: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Permit {
    pub action: String,
    pub when: Expression,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Waterfall {
    pub states: Vec<String>,
    pub from: Vec<String>,
    #[serde(default)]
    pub then: Vec<String>,
    pub steps: Vec<Item<Step>>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub(crate) enum Step {
    Pay {
        claims: Vec<String>,
        #[serde(default)]
        bound: Option<Bound>,
        #[serde(default)]
        from: Option<String>,
    },
    ProRata {
        by: Basis,
        claims: Vec<String>,
        residue_to: String,
    },
    Fill {
        account: String,
        #[serde(default)]
        by: Option<Expression>,
    },
    Keep {
        #[serde(default)]
        share: Option<Expression>,
        account: String,
    },
    Release {
        account: String,
        #[serde(default)]
        extent: Extent,
    },
    WriteOff {
        note: String,
        #[serde(default)]
        at_most: Option<Expression>,
    },
    Guarded {
        condition: Expression,
        then: Box<Item<Step>>,
    },
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Bound {
    AtMost(Expression),
    ToBalance(Expression),
    ToTest { test: String, level: Number },
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Extent {
    #[default]
    All,
    AboveTarget,
    AtMost(Expression),
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Basis {
    Due,
    Balance,
    Original,
    Weights(Vec<Expression>),
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Number {
    /// `60%` is 0.6 here.
    pub exact: Exact,
    pub suffix: Suffix,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Suffix {
    None,
    Percent,
    Days,
}

impl TryFrom<String> for Number {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let read = |digits: &str| parse(digits).ok_or_else(|| format!("`{text}` is not a number"));
        if let Some(digits) = text.strip_suffix('%') {
            return Ok(Self { exact: read(digits)? / whole(100), suffix: Suffix::Percent });
        }
        match text.strip_suffix(" days") {
            Some(digits) => Ok(Self { exact: read(digits)?, suffix: Suffix::Days }),
            None => Ok(Self { exact: read(&text)?, suffix: Suffix::None }),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Expression {
    Number(Number),
    Date(NaiveDate),
    Name(String),
    Negate(Box<Expression>),
    Not(Box<Expression>),
    Binary { operator: Operator, left: Box<Expression>, right: Box<Expression> },
    Call { function: String, arguments: Vec<Expression> },
    Over { average: bool, payments: usize, of: Box<Expression> },
    If { condition: Box<Expression>, then: Box<Expression>, otherwise: Box<Expression> },
    RoundUp(Box<Expression>),
    IsZero(String),
    Unpaid { claim: String, days: i64 },
}

impl Expression {
    /// The formulas directly inside this one.
    pub(crate) fn parts(&self) -> Vec<&Expression> {
        match self {
            Self::Number(_) | Self::Date(_) | Self::Name(_) | Self::IsZero(_) | Self::Unpaid { .. } => vec![],
            Self::Negate(of) | Self::Not(of) | Self::RoundUp(of) | Self::Over { of, .. } => vec![of],
            Self::Binary { left, right, .. } => vec![left, right],
            Self::Call { arguments, .. } => arguments.iter().collect(),
            Self::If { condition, then, otherwise } => vec![condition, then, otherwise],
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Operator {
    Or,
    And,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    Add,
    Subtract,
    Multiply,
    Divide,
}
