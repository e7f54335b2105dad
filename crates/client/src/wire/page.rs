use serde::{Deserialize, Serialize};

/// A part of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    /// The entries, in their order.
    pub items: Vec<T>,
    /// What to give as `after` to go on; none at the end. The same is in the header `Link` (RFC 8288).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}
