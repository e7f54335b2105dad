//! The bodies of the log's events. A form that was written once is read for ever: fields are added, versions counted.

use crate::actor::Actor;
use crate::command::{Act, NewDeal, NewReceipt, NewRent};
use serde::{Deserialize, Serialize};
use units::Date;

pub const OPENED: &str = "deal.opened";
pub const OBSERVED: &str = "deal.observed";
pub const REFUSED: &str = "observation.refused";
pub const APPLIED: &str = "deal.applied";
pub const FOUND: &str = "deal.found";
pub const TAKEN_OVER: &str = "deal.taken_over";
pub const INSTALLED: &str = "deal.installed";
pub const CLEARED: &str = "deal.cleared";
pub const MEASURED: &str = "period.measured";
pub const RECEIPTS: &str = "receipts.noted";
pub const RENTS: &str = "rents.expected";
pub const AGED: &str = "rent.aged";
pub const STATEMENT: &str = "statement.read";
pub const ASSIGNED: &str = "line.assigned";
pub const PROPOSED: &str = "attestation.proposed";
pub const DECIDED: &str = "attestation.decided";
pub const ACCOUNT: &str = "account.named";
pub const WARNED: &str = "warning.raised";
pub const ENDED: &str = "warning.ended";
pub const FAILED: &str = "work.failed";
pub const DONE: &str = "work.done";
pub const POSITIONS: &str = "positions.seen";

/// The stream of a deal.
pub fn stream_of(deal: &str) -> String {
    format!("deal/{deal}")
}

/// The deal of a stream; none for any other stream.
pub fn deal_of(stream: &str) -> Option<&str> {
    stream.strip_prefix("deal/")
}

/// A deal was opened.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Opened {
    pub deal: NewDeal,
    pub by: Actor,
    pub title: String,
    pub currency: String,
    pub decimals: u8,
    pub plan_hash: String,
    #[serde(with = "crate::day")]
    pub closing: Date,
    pub terms: String,
    pub notes: Vec<NoteBody>,
    pub accounts: Vec<(String, i64)>,
    /// Identities and names of the tape's machines.
    pub machines: Vec<(String, String)>,
}

/// How a note stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteBody {
    pub name: String,
    pub original: i64,
    pub balance: i64,
    pub coupon_ppb: i64,
    pub interest_late: i64,
    /// In this payment period.
    pub interest_paid: i64,
    pub principal_paid: i64,
    pub written_off: i64,
}

/// What the world said, waiting to be an event of the engine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observed {
    #[serde(with = "crate::day")]
    pub on: Date,
    pub heard: Heard,
    pub source: String,
}

/// What was heard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Heard {
    /// Cash came.
    Cash {
        name: String,
        /// The rent that it is; empty if it is none that was expected.
        rent: String,
        amount: i64,
    },
    /// A party or a device stated it.
    Stated(Act),
}

/// The engine would not hear it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Refused {
    pub observed: u64,
    pub code: u16,
    pub message: String,
}

/// An event of the engine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Applied {
    /// From 1.
    pub number: u32,
    /// Its bytes, in hexadecimal.
    pub event: String,
    /// The day on which it was applied.
    #[serde(with = "crate::day")]
    pub on: Date,
    /// For people.
    pub what: String,
    /// The event of the log that it comes from, if any.
    pub observed: Option<u64>,
    /// The payment date, if it is one.
    pub payment: Option<u16>,
    /// Its day by the plan.
    #[serde(with = "crate::day::maybe")]
    pub payment_day: Option<Date>,
    pub postings: Vec<PostingBody>,
    pub standing: StandingBody,
    /// Whether it happened before this node served the deal: its ledger proved it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub taken_over: bool,
}

/// One movement, with names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostingBody {
    pub payment: u16,
    pub kind: String,
    pub step: String,
    pub from: String,
    pub to: String,
    pub amount: i64,
    pub short: i64,
}

/// How the deal stands after an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandingBody {
    pub state: String,
    pub over: bool,
    pub next: Option<(u16, i32)>,
    pub notes: Vec<NoteBody>,
    pub accounts: Vec<(String, i64)>,
}

/// The deal waits on the ledger for its closing: contracts, custody, commitments of investors.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Installed {
    pub plan_hash: String,
}

/// The deal lives on a ledger already, which has so many events of it. Until they are proved nothing is decided.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Found {
    pub events: u32,
}

/// The ledger proved so many events, and the log has them; from here on this node serves the deal.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TakenOver {
    pub events: u32,
    /// Head of the ledger's hash chain over them.
    pub hash: String,
}

/// The ledger has taken so many events.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Cleared {
    pub events: u32,
    pub hash: String,
}

/// What devices said of a period.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Measured {
    pub payment: u16,
    pub from_day: u64,
    pub to_day: u64,
    pub devices: u64,
    pub expected_seconds: u64,
    pub seconds: u64,
    pub busy_microseconds: u64,
    pub watt_hour: u64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Receipts {
    pub receipts: Vec<Receipt>,
    pub by: Actor,
}

/// A receipt with the names that its machines have on the tape, where it is the node that notes it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Receipt {
    #[serde(flatten)]
    pub receipt: NewReceipt,
    #[serde(default)]
    pub names: Vec<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Rents {
    pub rents: Vec<NewRent>,
    pub by: Actor,
}

/// A rent is late by another step.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Aged {
    pub reference: String,
    pub late_days: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StatementRead {
    pub id: String,
    pub account: String,
    pub opening: i64,
    pub closing: i64,
    pub lines: Vec<Line>,
    pub by: Actor,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Line {
    pub amount: i64,
    #[serde(with = "crate::day")]
    pub booked: Date,
    pub bank_reference: String,
    pub name: String,
    pub account: String,
    pub words: String,
    pub status: String,
    pub rent: String,
}

/// Somebody said what a line of a statement is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Assigned {
    pub statement: u64,
    pub position: u32,
    /// The rent that it is; empty if it is none.
    pub rent: String,
    pub reason: String,
    pub by: Actor,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Proposed {
    pub id: String,
    pub what: Act,
    #[serde(with = "crate::day")]
    pub as_of: Date,
    pub evidence: String,
    pub by: Actor,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Decided {
    pub id: String,
    pub approves: bool,
    pub by: Actor,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AccountNamed {
    pub account: crate::command::BankAccount,
    pub by: Actor,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Warned {
    pub kind: String,
    pub subject: String,
    pub text: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Ended {
    pub kind: String,
    pub subject: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Failed {
    pub work: String,
    pub tries: u32,
    pub next_at: u64,
    pub code: u16,
    pub message: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Done {
    pub work: String,
}

/// Who holds a deal's notes, as the ledger has it: note, holder, units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Positions {
    pub positions: Vec<(String, String, i64)>,
}
