use serde::{Deserialize, Serialize};

use crate::{Amount, Role};

/// Who acted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Actor {
    /// A name that no other party has.
    pub name: String,
    /// What it acted as: a role, or `keeper` for what follows from the clock.
    pub role: String,
}

/// Something that somebody has to look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Warning {
    /// The number of the event that raised it.
    pub id: u64,
    /// The deal, or empty for the node.
    pub deal: String,
    /// Such as `insurance`, `attestation`, `device`, `rent`, `observation`, `ledger`, `anchor`.
    pub kind: String,
    /// What it is about.
    pub subject: String,
    /// What is the matter and what to do.
    pub text: String,
    /// When it was raised, in seconds since 1970.
    pub at: u64,
    /// When it ended, if it has.
    pub ended: Option<u64>,
}

/// A rent that somebody has to pay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Rent {
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
    pub amount: Amount,
    /// When it falls due.
    pub due: String,
    /// How much of it has come.
    pub came: Amount,
    /// Days that what is missing is late, in the steps of delinquency reports; 0 while it is not.
    pub late_days: u32,
}

/// A statement of a bank that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Statement {
    /// Its place among all statements, growing.
    pub row: u64,
    /// The deal.
    pub deal: String,
    /// As the bank numbers it.
    pub id: String,
    /// The account.
    pub account: String,
    /// Balance before it.
    pub opening: Amount,
    /// Balance after it.
    pub closing: Amount,
    /// Lines that are rents.
    pub matched: u32,
    /// Lines that nobody expected.
    pub unmatched: u32,
    /// Who sent it in.
    pub by: Actor,
    /// When, in seconds since 1970.
    pub at: u64,
}

/// A line of a statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct StatementLine {
    /// The statement's `row`.
    pub statement: u64,
    /// Its position there, from zero.
    pub position: u32,
    /// Above zero it came, below it went.
    pub amount: Amount,
    /// The day on which the bank booked it.
    pub booked: String,
    /// Name of the other side.
    pub name: String,
    /// Account of the other side.
    pub account: String,
    /// What the other side wrote.
    pub words: String,
    /// `matched`, `unmatched`, `reversed` or `repeated` (on an earlier statement too).
    pub status: String,
    /// The reference of the rent that it is; empty where it is none.
    pub rent: String,
}

/// A statement with its lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct StatementDetail {
    /// The statement.
    pub statement: Statement,
    /// Its lines, in order.
    pub lines: Vec<StatementLine>,
}

/// What a party states and another has to confirm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Attestation {
    /// Its place among all attestations, growing.
    pub row: u64,
    /// Its id.
    pub id: String,
    /// The deal.
    pub deal: String,
    /// What is stated.
    pub what: Act,
    /// The day on which it was true.
    pub as_of: String,
    /// What it rests on.
    pub evidence: String,
    /// Who states it.
    pub proposed_by: Actor,
    /// When, in seconds since 1970.
    pub proposed_at: u64,
    /// `pending`, `approved` or `rejected`.
    pub status: String,
    /// Who decided.
    pub decided_by: Option<Actor>,
}

/// What a party states. Another party, in another role, has to confirm it before it counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewAttestation {
    /// What.
    pub what: Act,
    /// The day on which it was true.
    #[cfg_attr(feature = "schema", schema(format = Date))]
    pub as_of: String,
    /// What it rests on: an invoice, a report, a hash.
    pub evidence: String,
}

/// What can be stated. Names are the term sheet's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Act {
    /// A number that the deal observes.
    Report {
        /// The input.
        name: String,
        /// The member of a group, if it speaks of one; else empty.
        #[serde(default)]
        member: String,
        /// Scaled as its kind is: amounts in the smallest unit, rates in 1e-9, quantities in 1e-6, flags 0 or 1.
        value: Amount,
    },
    /// A signed correction of an input or a receipt.
    Restate {
        /// The input or receipt.
        name: String,
        /// What is added.
        delta: Amount,
    },
    /// A note is drawn.
    Draw {
        /// The note.
        note: String,
        /// How much.
        amount: Amount,
    },
    /// Collateral was sold.
    Sale {
        /// The account that the price goes to.
        account: String,
        /// How much came in.
        amount: Amount,
        /// Allocated amount of what was sold, for the deal's release price.
        allocated: Amount,
        /// Whether nothing is left to sell.
        last: bool,
    },
    /// The holders waive a trigger.
    Waive {
        /// The trigger.
        trigger: String,
        /// Payment dates up to and including this day.
        #[cfg_attr(feature = "schema", schema(format = Date))]
        until: String,
    },
}

/// Whether what another party stated is confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// True confirms it, false rejects it.
    pub approves: bool,
}

/// Rents that will fall due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewRents {
    /// At most 1,000.
    #[cfg_attr(feature = "schema", schema(min_items = 1, max_items = 1000))]
    pub rents: Vec<NewRent>,
}

/// A rent that will fall due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewRent {
    /// What the payer is asked to write: 1 to 35 characters that no other rent of the deal has.
    #[cfg_attr(feature = "schema", schema(min_length = 1, max_length = 35))]
    pub reference: String,
    /// The deal's receipt, such as `rent`.
    pub name: String,
    /// The payer's account; empty if it is not known.
    #[serde(default)]
    pub account: String,
    /// How much.
    pub amount: Amount,
    /// When it falls due.
    #[cfg_attr(feature = "schema", schema(format = Date))]
    pub due: String,
}

/// Cash that came in another way than a bank's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RentReceived {
    /// The deal's receipt, such as `rent`.
    pub name: String,
    /// The rent's reference; empty if it belongs to none that was expected.
    #[serde(default)]
    pub reference: String,
    /// How much, above zero.
    pub amount: Amount,
    /// The day on which it came.
    #[cfg_attr(feature = "schema", schema(format = Date))]
    pub on: String,
    /// What it rests on.
    pub evidence: String,
}

/// Where a payee is paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct BankAccount {
    /// The payee, as the term sheet calls it; `deal` for the account that the deal pays from.
    pub payee: String,
    /// Whose account.
    pub name: String,
    /// An IBAN, or a number that the bank knows.
    pub number: String,
    /// The bank's BIC; empty where the number says enough.
    #[serde(default)]
    pub bank: String,
}

/// The payment orders of a payment date.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Instructions {
    /// pain.001.001.09.
    pub document: String,
    /// Places of the bank's amounts.
    pub decimals: u8,
    /// What is too small for a bank and stays with the deal.
    pub dust: Amount,
}

/// Who somebody is to the node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Me {
    /// The key's id.
    pub key: String,
    /// Whose it is.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// The party whose own affairs it sees.
    pub party: Option<String>,
}
