//! What the servicer can be asked to do, beside who asks.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use units::Date;

/// A deal that is to be opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewDeal {
    /// 1 to 64 lower-case letters, digits and `-`.
    pub id: String,
    /// Which of the files is the case.
    pub case: String,
    /// The case, the term sheet, the tape and whatever the case names, by the names that they have there.
    pub files: BTreeMap<String, String>,
    /// The code of the currency in which its bank keeps the account, such as `USD` where the deal pays in USDC.
    pub bank_currency: String,
    /// Whether the case's own model reports and pays, in the place of devices, banks and parties: for rehearsals.
    pub rehearsal: bool,
}

/// Machines under one title.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewReceipt {
    /// A number that no other receipt of the deal has; noted again, it takes the place of what was noted.
    pub number: u32,
    /// The identities of its machines, 64 hexadecimal digits each, at most 64.
    pub machines: Vec<String>,
    /// Who has them in custody.
    pub bailee: String,
    /// The last day of their insurance.
    #[serde(with = "crate::day::maybe")]
    pub insured_until: Option<Date>,
    /// The last day of the bailee's attestation.
    #[serde(with = "crate::day::maybe")]
    pub attested_until: Option<Date>,
}

/// A rent that will fall due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewRent {
    /// What the payer is asked to write: 1 to 35 characters that no other rent of the deal has.
    pub reference: String,
    /// The deal's receipt, such as `rent`.
    pub name: String,
    /// The payer's account; empty if it is not known.
    pub account: String,
    /// How much, in the smallest unit.
    pub amount: i64,
    /// When it falls due.
    #[serde(with = "crate::day")]
    pub due: Date,
}

/// Cash that came in another way than a bank's: the operator brings it to the deal's account on the ledger itself, so
/// a rent that is not there costs the operator and nobody else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RentReceived {
    /// The deal's receipt, such as `rent`.
    pub name: String,
    /// The rent's reference; empty if it belongs to none that was expected.
    pub reference: String,
    /// How much, in the smallest unit, above zero.
    pub amount: i64,
    /// The day on which it came.
    #[serde(with = "crate::day")]
    pub on: Date,
    /// What it rests on.
    pub evidence: String,
}

/// What a party states. Another party, in another role, has to confirm it before it counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewAttestation {
    /// What.
    pub what: Act,
    /// The day on which it was true.
    #[serde(with = "crate::day")]
    pub as_of: Date,
    /// What it rests on: an invoice, a report, a hash.
    pub evidence: String,
}

/// What can be stated. Names are the term sheet's; amounts are in the smallest unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Act {
    /// A number that the deal observes.
    Report {
        /// The input.
        name: String,
        /// The member of a group, if it speaks of one; else empty.
        member: String,
        /// Scaled as its kind is: amounts in the smallest unit, rates in 1e-9, quantities in 1e-6, flags 0 or 1.
        value: i64,
    },
    /// A signed correction of an input or a receipt.
    Restate {
        /// The input or receipt.
        name: String,
        /// What is added.
        delta: i64,
    },
    /// A note is drawn.
    Draw {
        /// The note.
        note: String,
        /// How much.
        amount: i64,
    },
    /// Collateral was sold.
    Sale {
        /// The account that the price goes to.
        account: String,
        /// How much came in.
        amount: i64,
        /// Allocated amount of what was sold, for the deal's release price.
        allocated: i64,
        /// Whether nothing is left to sell.
        last: bool,
    },
    /// The holders waive a trigger.
    Waive {
        /// The trigger.
        trigger: String,
        /// Payment dates up to and including this day.
        #[serde(with = "crate::day")]
        until: Date,
    },
}

/// Where a payee is paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BankAccount {
    /// The payee, as the term sheet calls it; `deal` for the account that the deal pays from.
    pub payee: String,
    /// Whose account.
    pub name: String,
    /// An IBAN, or a number that the bank knows.
    pub number: String,
    /// The bank's BIC; empty where the number says enough.
    pub bank: String,
}

/// The payment orders of a payment date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instructions {
    /// pain.001.001.09.
    pub document: String,
    /// Places of the bank's amounts.
    pub decimals: u8,
    /// What is too small for a bank and stays with the deal, in the deal's smallest unit.
    pub dust: i64,
}

/// What a command did.
#[derive(Clone, Debug, PartialEq, Eq)]
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
