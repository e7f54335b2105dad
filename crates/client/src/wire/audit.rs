use serde::{Deserialize, Serialize};

use crate::Role;

/// A line of the audit log: a command, taken or refused, or anything that was forbidden.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Audited {
    /// Its number in the log of events, which is chained by hashes.
    pub sequence: u64,
    /// When, in seconds since 1970.
    pub at: u64,
    /// The key that was shown.
    pub key: String,
    /// Whose it is.
    pub name: String,
    /// The role that it has.
    pub role: Role,
    /// What was asked for: the method and the path.
    pub request: String,
    /// The idempotency key, if there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
    /// The status that answered it.
    pub status: u16,
    /// The stable number of the refusal, if it was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<u16>,
}
