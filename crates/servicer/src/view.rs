//! What the servicer answers. Amounts are in the smallest unit of the deal's currency; times are seconds since 1970.

use crate::actor::Actor;
use crate::command::Act;
use node::telemetry::{EvidenceRow, Kind, ReadingProof};
use units::Date;

/// A part of a list: what follows a cursor, at most so many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<Cursor> {
    /// What was the last of the page before; none for the beginning.
    pub after: Option<Cursor>,
    /// At most this many, up to [`PAGE_MAX`].
    pub limit: u32,
}

/// Most rows of a page.
pub const PAGE_MAX: u32 = 1000;

impl<Cursor> Page<Cursor> {
    /// The first so many.
    pub const fn first(limit: u32) -> Self {
        Self { after: None, limit }
    }

    /// The next so many after a row.
    pub const fn after(cursor: Cursor, limit: u32) -> Self {
        Self { after: Some(cursor), limit }
    }
}

/// A deal in a list. Its cursor is `id`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DealSummary {
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
    /// Its places behind the point.
    pub decimals: u8,
    /// SHA-256 of the plan, in hexadecimal.
    pub plan_hash: String,
    /// The day of the closing.
    pub closing: Date,
    /// The number of the next payment date (0 is the closing) and its day; none once it is over.
    pub next_payment: Option<(u16, Date)>,
    /// Events of the engine so far.
    pub events: u32,
    /// How many of them the ledger has taken.
    pub cleared: u32,
    /// When it was opened here.
    pub opened_at: u64,
}

/// A deal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DealView {
    /// What the list says of it.
    pub summary: DealSummary,
    /// The term sheet.
    pub terms: String,
    /// Who opened it here.
    pub opened_by: Actor,
    /// Its notes, senior first.
    pub notes: Vec<NoteView>,
    /// Its accounts.
    pub accounts: Vec<AccountView>,
    /// Head of the ledger's hash chain over the deal's events, in hexadecimal; empty while there is none.
    pub ledger_hash: String,
}

/// A note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteView {
    /// As the term sheet calls it.
    pub name: String,
    /// What it may raise in all.
    pub original: i64,
    /// What is owed of it.
    pub balance: i64,
    /// Its coupon in force, in 1e-9 a year.
    pub coupon_ppb: i64,
    /// Interest that is late.
    pub interest_late: i64,
    /// Interest paid in all.
    pub interest_paid: i64,
    /// Principal paid in all.
    pub principal_paid: i64,
    /// Principal written off in all.
    pub written_off: i64,
}

/// An account of a deal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountView {
    /// As the term sheet calls it.
    pub name: String,
    /// Cash in it.
    pub balance: i64,
}

/// A payment date that was executed. Its cursor is `number`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentView {
    /// 0 is the closing.
    pub number: u16,
    /// The plan's day.
    pub date: Date,
    /// When it was executed.
    pub at: u64,
    /// The engine's event.
    pub event: u32,
    /// Cash that left the deal.
    pub paid: i64,
    /// What its steps left unpaid.
    pub short: i64,
    /// The plan's state after it.
    pub state: String,
    /// Whether the ledger has taken it.
    pub cleared: bool,
}

/// One movement of a deal. Its cursor is `row`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostingView {
    /// Its place in the deal's postings, growing.
    pub row: u64,
    /// The engine's event that moved it.
    pub event: u32,
    /// In whose payment period it happened.
    pub payment: u16,
    /// When.
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
    pub amount: i64,
    /// What the step still owes to the payee.
    pub short: i64,
}

/// What is asked about a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The payment date, or any day of the period that it pays.
    pub date: Date,
    /// The step, in the term sheet's words; all steps if not given.
    pub step: Option<String>,
    /// Formulas of the language.
    pub formulas: Vec<String>,
}

/// What somebody holds of a note. Its cursor is `row`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PositionView {
    /// Its place among all positions, growing.
    pub row: u64,
    /// The deal.
    pub deal: String,
    /// The note.
    pub note: String,
    /// The holder's address on the ledger.
    pub holder: String,
    /// Units of the note: one for each of the smallest units of what it raises.
    pub units: i64,
}

/// A receipt: machines in custody, under one title. Its cursor is `number`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptView {
    /// The deal that it backs.
    pub deal: String,
    /// Its number in the deal.
    pub number: u32,
    /// How many machines it stands for.
    pub machines: u32,
    /// Who has them in custody.
    pub bailee: String,
    /// The last day of their insurance, if that is known.
    pub insured_until: Option<Date>,
    /// The last day of the bailee's attestation, if that is known.
    pub attested_until: Option<Date>,
}

/// A machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MachineView {
    /// Its identity, in hexadecimal. Also its cursor.
    pub machine: String,
    /// The deal that it backs.
    pub deal: String,
    /// The receipt that it is under.
    pub receipt: u32,
    /// As the tape calls it, if it does.
    pub name: String,
}

/// A device that measures a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceView {
    /// Its id, in hexadecimal.
    pub device: String,
    /// What it measures.
    pub kind: Kind,
    /// The machine, in hexadecimal.
    pub machine: String,
    /// Most that it can use or give, in watts.
    pub capacity_watt: u32,
    /// From when its slots count.
    pub valid_from: u64,
    /// From when they do not.
    pub valid_until: u64,
    /// The number of its last reading that counts, if any.
    pub last_sequence: Option<u64>,
}

/// From a holder's unit down to what the machines said.
#[derive(Clone, Debug, PartialEq)]
pub struct LookThrough {
    /// The deal.
    pub deal: DealSummary,
    /// The note.
    pub note: NoteView,
    /// What the holder has of it.
    pub positions: Vec<PositionView>,
    /// How many receipts and machines back it.
    pub pool: (u64, u64),
    /// One of the receipts.
    pub receipt: ReceiptView,
    /// Its machines, at most [`PAGE_MAX`].
    pub machines: Vec<MachineView>,
    /// What measures them, at most [`PAGE_MAX`].
    pub devices: Vec<DeviceView>,
    /// The last readings of the devices, each with its proof, at most so many as were asked for.
    pub readings: Vec<ReadingProof>,
}

/// What is known of a device: itself, its last readings with their proofs, what is kept against it.
#[derive(Clone, Debug, PartialEq)]
pub struct DeviceHistory {
    /// The device.
    pub device: DeviceView,
    /// The last readings, the latest first.
    pub readings: Vec<ReadingProof>,
    /// Evidence against it.
    pub evidence: Vec<EvidenceRow>,
}

/// Something that somebody has to look at. Its cursor is `id`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WarningView {
    /// The number of the event that raised it.
    pub id: u64,
    /// The deal, or empty for the node.
    pub deal: String,
    /// `insurance`, `attestation`, `device`, `rent`, `observation`, `ledger`, `anchor`.
    pub kind: String,
    /// What it is about.
    pub subject: String,
    /// What is the matter and what to do.
    pub text: String,
    /// When it was raised.
    pub at: u64,
    /// When it ended, if it has.
    pub ended: Option<u64>,
}

/// A rent that somebody has to pay. Its cursor is `row`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RentView {
    /// Its place among the deal's rents, growing.
    pub row: u64,
    /// The deal.
    pub deal: String,
    /// What the payer was asked to write.
    pub reference: String,
    /// The deal's receipt that it is, such as `rent`.
    pub name: String,
    /// The payer's account, if it is known.
    pub account: String,
    /// How much.
    pub amount: i64,
    /// When it falls due.
    pub due: Date,
    /// How much of it has come.
    pub came: i64,
    /// Days that what is missing is late, in the steps of [`crate::AGES`]; 0 while it is not.
    pub late_days: u32,
}

/// A statement of a bank that was read. Its cursor is `row`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementView {
    /// Its place among all statements, growing.
    pub row: u64,
    /// The deal.
    pub deal: String,
    /// As the bank numbers it.
    pub id: String,
    /// The account.
    pub account: String,
    /// Balance before it, in the smallest unit of the deal.
    pub opening: i64,
    /// Balance after it.
    pub closing: i64,
    /// Lines that are rents.
    pub matched: u32,
    /// Lines that nobody expected.
    pub unmatched: u32,
    /// Who sent it in.
    pub by: Actor,
    /// When.
    pub at: u64,
}

/// A line of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementLine {
    /// The statement's `row`.
    pub statement: u64,
    /// Its position there, from zero.
    pub position: u32,
    /// Above zero it came, below it went.
    pub amount: i64,
    /// The day on which the bank booked it.
    pub booked: Date,
    /// Name of the other side.
    pub name: String,
    /// Account of the other side.
    pub account: String,
    /// What the other side wrote.
    pub words: String,
    /// `matched`, `unmatched`, `dismissed`, `reversed` (taken back), `repeated` (on an earlier statement too) or `outgoing`.
    pub status: String,
    /// The reference of the rent that it is; empty where it is none.
    pub rent: String,
}

impl StatementLine {
    /// The most lines of a statement.
    pub const LINES_MAX: u64 = 1 << 20;

    /// Its place among the lines of all statements: its cursor.
    pub const fn cursor(&self) -> u64 {
        self.statement.saturating_mul(Self::LINES_MAX).saturating_add(self.position as u64)
    }
}

/// What a party states and another has to confirm. Its cursor is `row`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttestationView {
    /// Its place among all attestations, growing.
    pub row: u64,
    /// Its id.
    pub id: String,
    /// The deal.
    pub deal: String,
    /// What is stated.
    pub what: Act,
    /// The day on which it was true.
    pub as_of: Date,
    /// What it rests on.
    pub evidence: String,
    /// Who states it.
    pub proposed_by: Actor,
    /// When.
    pub proposed_at: u64,
    /// `pending`, `approved` or `rejected`.
    pub status: String,
    /// Who decided.
    pub decided_by: Option<Actor>,
}

/// An event of the log. Its cursor is `sequence`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEvent {
    /// 1 for the first of all.
    pub sequence: u64,
    /// Whose history it is part of, such as `deal/sierra-h100`.
    pub stream: String,
    /// What kind, such as `deal.applied`.
    pub kind: String,
    /// Version of its body.
    pub version: u16,
    /// When.
    pub at: u64,
    /// What happened.
    pub body: serde_json::Value,
    /// Its hash, in hexadecimal.
    pub hash: String,
}
