use serde::{Deserialize, Serialize};

use crate::Secret;

/// Who somebody is to the node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Runs the node.
    Operator,
    /// Brings deals.
    Arranger,
    /// Acts for the holders of notes.
    Trustee,
    /// Holds notes, and sees what is its own.
    Investor,
    /// Looks at everything for one who relies on it.
    Auditor,
    /// Reads all and moves nothing.
    Regulator,
    /// A machine that sends readings.
    Device,
    /// A program that reads for somebody.
    Agent,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 8] = [
        Self::Operator,
        Self::Arranger,
        Self::Trustee,
        Self::Investor,
        Self::Auditor,
        Self::Regulator,
        Self::Device,
        Self::Agent,
    ];

    /// The word for it.
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
        }
    }

    /// The role that a word names.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == word)
    }
}

impl std::fmt::Display for Role {
    fn fmt(&self, text: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        text.write_str(self.name())
    }
}

/// A key that is to be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewKey {
    /// Whose it is: a person, a firm or a machine; 1 to 64 letters, digits and `.-_@`.
    #[cfg_attr(feature = "schema", schema(min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9._@-]+$"))]
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// The party whose own affairs it sees, such as the holder of a note; needed for an investor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9._@-]+$"))]
    pub party: Option<String>,
}

/// A key without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Key {
    /// Names it in logs and in the audit log.
    pub id: String,
    /// Whose it is.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// The party whose own affairs it sees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<String>,
    /// When it was made, in seconds since 1970.
    pub issued_at: u64,
    /// When it ended; none while it is good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<u64>,
}

/// A key that was made just now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct IssuedKey {
    /// What was made.
    pub key: Key,
    /// What to send as `Authorization: Bearer …`. It is shown this once; the node keeps its hash alone.
    pub secret: Secret,
}
