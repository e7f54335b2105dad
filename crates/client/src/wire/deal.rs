use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Actor, Amount};

/// A deal, in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Deal {
    /// The name by which it is asked for.
    pub id: String,
    /// As the term sheet calls it.
    pub title: String,
    /// The plan's state, such as `amortising`; empty before the closing.
    pub state: String,
    /// Whether nothing will be paid any more.
    pub over: bool,
    /// The currency's code.
    pub currency: String,
    /// Its places behind the point: an amount of 1 is the smallest unit.
    pub decimals: u8,
    /// SHA-256 of the plan, in hexadecimal.
    pub plan_hash: String,
    /// The day of the closing.
    pub closing: String,
    /// The next payment date; none once it is over.
    pub next_payment: Option<NextPayment>,
    /// Events of the engine so far.
    pub events: u32,
    /// How many of them the ledger has taken.
    pub cleared: u32,
    /// When it was opened here, in seconds since 1970.
    pub opened_at: u64,
}

/// A payment date to come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct NextPayment {
    /// Its number; 0 is the closing.
    pub number: u16,
    /// Its day.
    pub date: String,
}

/// A deal with its notes and accounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct DealDetail {
    /// What the list says of it.
    pub deal: Deal,
    /// The term sheet.
    pub terms: String,
    /// Who opened it here.
    pub opened_by: Actor,
    /// Its notes, senior first.
    pub notes: Vec<Note>,
    /// Its accounts.
    pub accounts: Vec<Account>,
    /// Head of the ledger's hash chain over the deal's events, in hexadecimal; empty while there is none.
    pub ledger_hash: String,
}

/// A note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Note {
    /// As the term sheet calls it.
    pub name: String,
    /// What it may raise in all.
    pub original: Amount,
    /// What is owed of it.
    pub balance: Amount,
    /// Its coupon in force, in 1e-9 a year.
    pub coupon_ppb: i64,
    /// Interest that is late.
    pub interest_late: Amount,
    /// Interest paid in all.
    pub interest_paid: Amount,
    /// Principal paid in all.
    pub principal_paid: Amount,
    /// Principal written off in all.
    pub written_off: Amount,
}

/// An account of a deal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Account {
    /// As the term sheet calls it.
    pub name: String,
    /// Cash in it.
    pub balance: Amount,
}

/// A payment date that was executed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Payment {
    /// 0 is the closing.
    pub number: u16,
    /// The plan's day.
    pub date: String,
    /// When it was executed, in seconds since 1970.
    pub at: u64,
    /// The engine's event.
    pub event: u32,
    /// Cash that left the deal.
    pub paid: Amount,
    /// What its steps left unpaid.
    pub short: Amount,
    /// The plan's state after it.
    pub state: String,
    /// Whether the ledger has taken it.
    pub cleared: bool,
}

/// A payment date with its movements.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PaymentDetail {
    /// The payment date.
    pub payment: Payment,
    /// Its movements, in order.
    pub postings: Vec<Posting>,
}

/// One movement of a deal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Posting {
    /// Its place in the deal's postings, growing.
    pub row: u64,
    /// The engine's event that moved it.
    pub event: u32,
    /// In whose payment period it happened.
    pub payment: u16,
    /// When, in seconds since 1970.
    pub at: u64,
    /// `cash_in`, `cash_out`, `transfer`, `through` or `book`.
    pub kind: String,
    /// The step of the waterfall, in the term sheet's words; empty where it was none.
    pub step: String,
    /// From whom.
    pub from: String,
    /// To whom.
    pub to: String,
    /// How much.
    pub amount: Amount,
    /// What the step still owes to the payee.
    pub short: Amount,
}

/// Why a payment date paid what it paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Explanation {
    /// In plain text.
    pub text: String,
}

/// What somebody holds of a note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Position {
    /// Its place among all positions, growing.
    pub row: u64,
    /// The deal.
    pub deal: String,
    /// The note.
    pub note: String,
    /// The holder's address on the ledger.
    pub holder: String,
    /// Units of the note: one for each of the smallest units of what it raises.
    pub units: Amount,
}

/// A deal that is to be opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewDeal {
    /// 1 to 64 lower-case letters, digits and `-`.
    #[cfg_attr(feature = "schema", schema(min_length = 1, max_length = 64, pattern = "^[a-z0-9-]+$"))]
    pub id: String,
    /// Which of the files is the case.
    pub case: String,
    /// The case, the term sheet, the tape and whatever the case names, by the names that they have there.
    pub files: BTreeMap<String, String>,
    /// The currency of the bank's statements, such as `USD`; the deal's own if it is empty.
    #[serde(default)]
    pub bank_currency: String,
    /// Whether the case's own model reports and pays, in the place of devices, banks and parties: for rehearsals.
    #[serde(default)]
    pub rehearsal: bool,
}

/// What a command did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Done {
    /// What it made: an id, or empty.
    pub id: String,
    /// The first of its events.
    pub first: u64,
    /// The last of its events.
    pub last: u64,
    /// Whether it had been done before, under the same key.
    pub repeated: bool,
}

/// Random futures of a deal that are asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct StressQuestion {
    /// How many, 64 to 100,000.
    #[serde(default = "paths")]
    #[cfg_attr(feature = "schema", schema(minimum = 64, maximum = 100_000))]
    pub paths: u64,
    /// Names the run: the same seed draws the same worlds.
    #[serde(default = "seed")]
    pub seed: u64,
}

impl Default for StressQuestion {
    fn default() -> Self {
        Self { paths: paths(), seed: seed() }
    }
}

const fn paths() -> u64 {
    10_000
}

const fn seed() -> u64 {
    1
}
