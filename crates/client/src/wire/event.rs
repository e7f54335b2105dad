use serde::{Deserialize, Serialize};

/// Something that happened, as the node's log has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct LogEvent {
    /// 1 for the first of all, one more for each after it; the id of the server-sent event.
    pub sequence: u64,
    /// Whose history it is part of, such as `device/…`.
    pub stream: String,
    /// What kind, such as `device.registered`; the name of the server-sent event.
    pub kind: String,
    /// The version of the body's form.
    pub version: u16,
    /// When, in seconds since 1970.
    pub at: u64,
    /// What happened.
    #[cfg_attr(feature = "schema", schema(value_type = Object))]
    pub body: serde_json::Value,
    /// SHA-256 over the hash before it and all of the above, in hexadecimal.
    pub hash: String,
}
