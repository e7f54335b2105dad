//! The facts of a run, as the runner leaves them. Nothing here is computed by this room.
//!
//! Amounts are integers in the smallest unit of the deal's currency ([`DealFacts::decimals`] places). Rates and levels
//! are in billionths (5 % is 50,000,000).

use serde::{Deserialize, Serialize};
use units::Date;

/// Everything that a run found out: one document from which every report is made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Results {
    /// Which deal ran.
    pub deal: DealFacts,
    /// Name of the scenario, for instance `base`.
    pub scenario: String,
    /// How the deal stands after the last period, for instance `closed`, `running` or `defaulted`.
    pub status: String,
    /// True when nothing more can be paid to anybody: the collateral is gone and the accounts are empty.
    pub over: bool,
    /// Cash in, out and held over the whole run.
    pub totals: Totals,
    /// Notes and equity, the most senior first.
    pub classes: Vec<Class>,
    /// Every posting that moved cash or left a claim short, in the order in which it happened.
    pub payments: Vec<Payment>,
    /// Every sum that came in.
    pub receipts: Vec<Receipt>,
    /// The payment periods in order. Number 0, if present, is the closing.
    pub periods: Vec<Period>,
    /// Changes of state, in order; the first one enters the state at closing.
    pub state_changes: Vec<StateChange>,
    /// Where every observed value came from.
    #[serde(default)]
    pub observations: Vec<Observation>,
    /// Where a history changes from one kind of source to another.
    #[serde(default)]
    pub splices: Vec<Splice>,
    /// How the outcome turns on two assumptions.
    #[serde(default)]
    pub sensitivities: Vec<Sensitivity>,
    /// Assumptions and caveats in plain words, one paragraph each.
    #[serde(default)]
    pub remarks: Vec<String>,
}

/// What identifies a deal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DealFacts {
    /// Name by which the deal is run, for instance `sierra-h100`.
    pub name: String,
    /// Title of the term sheet.
    pub title: String,
    /// Hash of the compiled plan, in hexadecimal.
    pub plan_hash: String,
    /// Currency of the ledger, for instance `USDC`.
    pub currency: String,
    /// Decimal places of the currency's smallest unit.
    pub decimals: u8,
    /// Day on which the money was raised.
    #[serde(with = "crate::date_text")]
    pub closing: Date,
    /// Final maturity.
    #[serde(with = "crate::date_text")]
    pub final_date: Date,
}

/// Cash over the whole run; in = out + held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Everything received.
    #[serde(rename = "in")]
    pub cash_in: i128,
    /// Everything paid to somebody outside the deal's accounts.
    #[serde(rename = "out")]
    pub cash_out: i128,
    /// What the accounts hold at the end of the run.
    #[serde(rename = "held")]
    pub cash_held: i128,
}

/// Whether a class lends or owns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClassKind {
    /// A note: it has a balance and a coupon.
    Note,
    /// Equity: it has what is left.
    Equity,
}

/// One class of notes or equity with its history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Class {
    /// Name in the term sheet, for instance `A`.
    pub name: String,
    /// Note or equity.
    pub kind: ClassKind,
    /// Rank of repayment: a lower number is paid first, equal numbers share.
    pub rank: u16,
    /// Original principal (for delayed draws: what was committed).
    pub original: i64,
    /// Money that the holders put in, with dates; the closing is the first.
    pub draws: Vec<Draw>,
    /// One row for each period, in order.
    pub periods: Vec<ClassPeriod>,
}

/// Money that the holders of a class put in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draw {
    /// When.
    #[serde(with = "crate::date_text")]
    pub date: Date,
    /// How much.
    pub amount: i64,
}

/// One class in one period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassPeriod {
    /// Number of the period.
    pub period: u32,
    /// Balance at its start.
    pub opening: i64,
    /// Drawn during the period (not the draw at closing, which is in the first opening balance).
    pub drawn: i64,
    /// Interest that fell due, with what was carried.
    pub interest_due: i64,
    /// Interest that was paid; for equity, its distributions.
    pub interest_paid: i64,
    /// Principal that was paid.
    pub principal_paid: i64,
    /// Unpaid interest added to the balance.
    pub capitalised: i64,
    /// Balance given up.
    pub written_off: i64,
    /// Balance at the end.
    pub closing: i64,
    /// Interest due that is neither paid nor capitalised and carries to the next period.
    pub carried_shortfall: i64,
    /// Coupon of the period in billionths a year; `None` for equity.
    #[serde(default)]
    pub coupon: Option<i64>,
}

/// What a payment is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentKind {
    /// Use of proceeds at closing or of a draw, for instance the machines.
    Use,
    /// Cost of running the collateral.
    Expense,
    /// Fee of a service provider of the deal.
    Fee,
    /// Interest of a note.
    Interest,
    /// Principal of a note.
    Principal,
    /// Distribution to equity.
    Distribution,
    /// From one of the deal's accounts to another: the payee is an account.
    Transfer,
    /// Anything else that leaves the deal.
    Other,
}

/// One line of the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// Payment date.
    #[serde(with = "crate::date_text")]
    pub date: Date,
    /// Number of the period; 0 is the closing.
    pub period: u32,
    /// State in which it was paid.
    pub state: String,
    /// Waterfall that paid it.
    pub waterfall: String,
    /// Step of that waterfall, in the term sheet's words.
    pub step: String,
    /// Account that paid.
    pub from: String,
    /// Who received it: a class, a service provider or, for a transfer, an account.
    pub payee: String,
    /// What it is for.
    pub kind: PaymentKind,
    /// What was paid.
    pub amount: i64,
    /// What the step still owed after it.
    pub short: i64,
}

/// Cash that came in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// When.
    #[serde(with = "crate::date_text")]
    pub date: Date,
    /// The period in which it is distributed; 0 is the closing.
    pub period: u32,
    /// Account that received it.
    pub account: String,
    /// Where it came from: `rent`, `sale of machines`, a class at closing.
    pub source: String,
    /// How much.
    pub amount: i64,
}

/// One payment period as it stood after its payments.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Period {
    /// Number, counted from 1; 0 is the closing.
    pub number: u32,
    /// First day of accrual.
    #[serde(with = "crate::date_text")]
    pub accrual_start: Date,
    /// Day on which accrual ends.
    #[serde(with = "crate::date_text")]
    pub accrual_end: Date,
    /// Business day on which it was paid.
    #[serde(with = "crate::date_text")]
    pub payment_date: Date,
    /// State of the deal.
    pub state: String,
    /// Waterfall that ran.
    pub waterfall: String,
    /// Accounts after the payments.
    pub accounts: Vec<AccountBalance>,
    /// Tests, each with the pair that is compared.
    #[serde(default)]
    pub tests: Vec<TestValue>,
    /// Triggers, each with the value behind it.
    #[serde(default)]
    pub triggers: Vec<TriggerValue>,
    /// What backs the notes.
    pub collateral: Collateral,
    /// Observed inputs that the period used.
    #[serde(default)]
    pub inputs: Vec<Input>,
    /// Receivables that are late, by bucket.
    #[serde(default)]
    pub delinquencies: Vec<Delinquency>,
}

/// An account after the payments of a period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountBalance {
    /// Name.
    pub name: String,
    /// What it holds.
    pub balance: i64,
    /// What it should hold, if it is a reserve.
    #[serde(default)]
    pub target: Option<i64>,
}

/// Which side of a level is the bad one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TestKind {
    /// Bad below the level, as a debt service coverage.
    Coverage,
    /// Bad above the level, as a loan to value.
    Leverage,
}

/// A test in one period: a pair that is never stored as a quotient.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestValue {
    /// Name, for instance `dscr`.
    pub name: String,
    /// Coverage or leverage.
    pub kind: TestKind,
    /// What is divided.
    pub numerator: i64,
    /// What it is divided by; zero passes a coverage test and fails a leverage test.
    pub denominator: i64,
    /// Levels at which something happens.
    #[serde(default)]
    pub levels: Vec<Level>,
}

/// A level of a test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Level {
    /// What happens there: the trigger's name, or the words of the step that reads it.
    pub name: String,
    /// The level in billionths: 1.35 is 1,350,000,000.
    pub value: i64,
}

/// A trigger in one period.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TriggerValue {
    /// Name.
    pub name: String,
    /// The value behind it, as text.
    pub value: String,
    /// The level it is held against, as text, for instance `< 1.35`.
    pub level: String,
    /// True if the trigger is in force after this period.
    pub on: bool,
    /// Periods in a row (or within the window) that met the condition.
    pub hits: u32,
    /// How near the value is to its level: 1 at the level, more beyond it. Nothing where there is no such number.
    #[serde(default)]
    pub nearness: Option<f64>,
}

/// What backs the notes at the end of a period.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collateral {
    /// What it would fetch if it had to be sold now: the exit value.
    pub exit_value: i64,
    /// What it is worth without haste, if the deal observes it.
    #[serde(default)]
    pub market_value: Option<i64>,
    /// Units in the pool, as text with their name, for instance `2,048 GPUs`.
    #[serde(default)]
    pub units: Option<String>,
}

/// How a value came to be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provenance {
    /// Published or reported for that date.
    Observed,
    /// Fixed by a contract.
    Contracted,
    /// Computed from other numbers.
    Derived,
    /// Between two published values.
    Interpolated,
    /// The last published value, kept.
    Carried,
    /// Chosen by the analyst or the term sheet.
    Assumed,
    /// Set by the scenario.
    Scenario,
}

/// An observed input that a period used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// Name, for instance `server_price`.
    pub name: String,
    /// The member of a group, for instance a site.
    #[serde(default)]
    pub member: Option<String>,
    /// The value in decimal text.
    pub value: String,
    /// Its unit, for instance `USD per GPU hour`.
    pub unit: String,
    /// How it is known.
    pub provenance: Provenance,
    /// Who says so.
    pub source: String,
    /// True if it was older than its limit, so that the fallback applied.
    pub stale: bool,
}

/// Late receivables of one age.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delinquency {
    /// The age, for instance `31-60 days`.
    pub bucket: String,
    /// How many, if that is reported.
    #[serde(default)]
    pub count: Option<u32>,
    /// How much.
    pub amount: i64,
}

/// A change of state and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateChange {
    /// When.
    #[serde(with = "crate::date_text")]
    pub date: Date,
    /// In which period.
    pub period: u32,
    /// The state that ended; empty at closing.
    pub from: String,
    /// The state that began.
    pub to: String,
    /// What caused it.
    pub reason: String,
}

/// Where the value of one input in one month came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observation {
    /// Name of the input.
    pub input: String,
    /// First day of the month (or the day of the observation).
    #[serde(with = "crate::date_text")]
    pub date: Date,
    /// The value in decimal text.
    pub value: String,
    /// Its unit.
    pub unit: String,
    /// How it is known.
    pub provenance: Provenance,
    /// Who says so, or the rule by which it was made.
    pub source: String,
    /// True if it was older than its limit, so that the fallback applied.
    pub stale: bool,
}

/// A declared change from one kind of source to another within one history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Splice {
    /// Name of the input.
    pub input: String,
    /// First day of the new kind.
    #[serde(with = "crate::date_text")]
    pub date: Date,
    /// Kind before, for instance `on_demand`.
    pub before: String,
    /// Kind after, for instance `one_year`.
    pub after: String,
    /// How the two are joined.
    pub method: String,
}

/// How the outcome turns on two assumptions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sensitivity {
    /// What is asked, for instance `Operating cost and contract share`.
    pub title: String,
    /// What the rows vary.
    pub row_axis: String,
    /// What the columns vary.
    pub column_axis: String,
    /// Values of the rows, as text.
    pub rows: Vec<String>,
    /// Values of the columns, as text.
    pub columns: Vec<String>,
    /// One outcome for each row and column.
    pub cells: Vec<Vec<Outcome>>,
}

/// The outcome of one run of a sensitivity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// Status at the end.
    pub status: String,
    /// True for the run that this document describes.
    #[serde(default)]
    pub base: bool,
    /// Money put in and money received, per class in rank order.
    pub classes: Vec<ClassOutcome>,
}

/// What one class put in and received in one run of a sensitivity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassOutcome {
    /// Name of the class.
    pub name: String,
    /// Money put in.
    pub invested: i128,
    /// Everything received, interest and principal.
    pub received: i128,
}
