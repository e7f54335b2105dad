//! Who acts.

use serde::{Deserialize, Serialize};

/// What a party may be to a deal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Owns the machines and runs them.
    Operator,
    /// Brings the deal to its investors.
    Arranger,
    /// Acts for the holders.
    Trustee,
    /// Holds notes.
    Investor,
    /// Checks, and changes nothing.
    Auditor,
    /// Reads all, and changes nothing.
    Regulator,
    /// A machine that reports.
    Device,
    /// A program that acts for a party.
    Agent,
    /// The keeper itself: what follows from the clock and the log.
    Keeper,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Operator,
        Self::Arranger,
        Self::Trustee,
        Self::Investor,
        Self::Auditor,
        Self::Regulator,
        Self::Device,
        Self::Agent,
        Self::Keeper,
    ];

    /// The word for it in the log and on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Arranger => "arranger",
            Self::Trustee => "trustee",
            Self::Investor => "investor",
            Self::Auditor => "auditor",
            Self::Regulator => "regulator",
            Self::Device => "device",
            Self::Agent => "agent",
            Self::Keeper => "keeper",
        }
    }
}

/// Who acts: a name that no other party has, and what it is to the deal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Actor {
    /// 1 to 64 letters, digits and `-_.@`.
    pub name: String,
    /// What it acts as.
    pub role: Role,
}

/// What every command carries beside what it asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The idempotency key, 1 to 100 printable characters: the same command, sent again by the same actor under it,
    /// gets the first answer; another command under it is refused.
    pub key: String,
    /// Who asks.
    pub by: Actor,
}

impl Request {
    /// A request of a party.
    pub fn new(key: &str, name: &str, role: Role) -> Self {
        Self { key: key.to_owned(), by: Actor { name: name.to_owned(), role } }
    }
}
