//! The syntax tree: what was written, in the order it was written, comments included.
//!
//! This is also the JSON form of a deal, so every name here is part of the format. A span says where in the text a
//! thing stood; it is not part of the meaning, is not serialised, and all spans compare equal.

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

fn is_zero(days: &u16) -> bool {
    *days == 0
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

fn one() -> u8 {
    1
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

/// A tranche of debt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Its name.
    pub name: Name,
    /// Original principal, or the commitment if it is drawn over time.
    pub amount: Number,
    /// Annual rate, fixed for each period when the period begins.
    pub coupon: Expression,
    /// How days are counted.
    pub day_count: DayCountName,
    /// Everything after the day count, in the order written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<NoteOption>,
}

/// A day count as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DayCountName {
    /// `30/360`
    #[serde(rename = "30/360")]
    Thirty360,
    /// `act/360`
    #[serde(rename = "act/360")]
    Actual360,
    /// `act/365`
    #[serde(rename = "act/365")]
    Actual365,
    /// `act/act` (ISDA)
    #[serde(rename = "act/act")]
    ActualActual,
}

/// What a note may say after its day count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteOption {
    /// `floor 5%`: the coupon is never lower.
    Floor(Number),
    /// `cap 14%`: the coupon is never higher.
    Cap(Number),
    /// `may defer`: unpaid interest is carried and is no default.
    MayDefer,
    /// `deferred interest bears coupon` or `deferred interest bears coupon + 2%`
    DeferredInterestBears {
        /// Added to the coupon.
        plus: Number,
    },
    /// `capitalises`: unpaid interest is added to the balance.
    Capitalises,
    /// `locked until 2026-01-15`: no principal before.
    LockedUntil(Day),
    /// `locked while A.balance > 0`
    LockedWhile(Expression),
    /// `accretes until 2026-01-15`: interest is added to the balance, never due.
    AccretesUntil(Day),
    /// `accretes while A.balance > 0`
    AccretesWhile(Expression),
    /// `notional pool_balance`: interest is on this amount, there is no principal.
    Notional(Expression),
    /// `scheduled level over 36 payments from 2024-06-15`
    Scheduled(Amortisation),
    /// `additional 5% from 2029-06-15`: extra interest, carried, a claim of its own.
    Additional {
        /// Annual rate.
        rate: Expression,
        /// First accrual start that bears it.
        from: Day,
    },
    /// `draws until 2026-06-15, at most 8, each over 20 payments, to borrower`
    Draws(Draws),
    /// `matures 2028-01-15`: the whole balance is due then.
    Matures(Day),
    /// `rank 2`: seniority, if not the order of declaration.
    Rank(u8),
}

/// How principal falls due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Amortisation {
    /// `level over N payments from D`: equal payments of interest and principal.
    Level {
        /// Number of payments.
        payments: u16,
        /// First of them (unadjusted).
        from: Day,
    },
    /// `linear over N payments from D`: equal parts of principal.
    Linear {
        /// Number of payments.
        payments: u16,
        /// First of them (unadjusted).
        from: Day,
    },
    /// `to floor`: the balance is paid down to this planned balance (a schedule or formula).
    Planned(Expression),
}

/// A note that is drawn over time; each draw amortises and matures by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draws {
    /// Last date of a draw.
    pub until: Day,
    /// Most draws (1 to 16).
    pub at_most: u8,
    /// Each is repaid in equal parts over so many payments...
    pub payments: u16,
    /// ...after so many payments of interest only.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub interest_only: u16,
    /// Who receives the money.
    pub to: Name,
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

/// The order of payment in one or more states.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waterfall {
    /// States in which it runs.
    pub states: Vec<Name>,
    /// Accounts whose cash it pays out; the others are swept into the first.
    pub from: Vec<Name>,
    /// Accounts that pay what is short, each for the claims it covers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub then: Vec<Name>,
    /// The steps in order.
    pub steps: Vec<Item<Step>>,
}

/// One line of a waterfall.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Step {
    /// `pay A.interest, B.interest`: one after the other.
    Pay {
        /// Who.
        claims: Vec<Path>,
        /// How much at most.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        bound: Option<Bound>,
        /// `from capex`: only out of this account.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<Name>,
    },
    /// `pay pro rata by due: A1.interest, A2.interest, residue to A1`
    ProRata {
        /// Shares.
        by: Basis,
        /// Who.
        claims: Vec<Path>,
        /// Who takes the odd units.
        residue_to: Path,
    },
    /// `fill reserve` or `fill capex by 12 * units`
    Fill {
        /// The account.
        account: Name,
        /// Instead of what is missing to its target.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<Expression>,
    },
    /// `keep all in trap` or `keep 50% in trap`
    Keep {
        /// Share of the cash that is left; all if not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        share: Option<Expression>,
        /// The account.
        account: Name,
    },
    /// `release reserve above target`, `release trap`, `release ramp at most 100`: back into this waterfall.
    Release {
        /// The account.
        account: Name,
        /// How much.
        #[serde(default)]
        extent: Extent,
    },
    /// `write off C at most value_gap`
    WriteOff {
        /// The note.
        note: Name,
        /// How much; its balance if not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at_most: Option<Expression>,
    },
    /// `while trap: keep all in trap`, `pay B.principal once A is zero`
    Guarded {
        /// True for `once`, which is written behind the step.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        once: bool,
        /// The condition, looked at when the step is reached.
        condition: Expression,
        /// The step.
        then: Box<Item<Step>>,
    },
}

/// How much a payment may be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// `at most X`
    AtMost(Expression),
    /// `to balance X`: until the note's balance is X.
    ToBalance(Expression),
    /// `to ltv 80%`: until the test is at this level.
    ToTest {
        /// A test whose numerator holds the note's balance.
        test: Name,
        /// The level.
        level: Number,
    },
}

/// How much is released.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Extent {
    /// Everything.
    #[default]
    All,
    /// What lies above the target.
    AboveTarget,
    /// So much.
    AtMost(Expression),
}

/// Shares of a pro-rata payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// By what is due.
    Due,
    /// By the notes' balances.
    Balance,
    /// By the notes' original principal.
    Original,
    /// By these weights, one a claim.
    Weights(Vec<Expression>),
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
