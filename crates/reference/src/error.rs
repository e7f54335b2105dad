use std::fmt;

/// Why a deal could not be run at all. (An event that is refused is not an error: it is listed in the outcome.)
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReferenceError {
    /// The JSON does not have the documented form; compare it with the interface in the crate's documentation.
    Unreadable(String),
    /// The deal has no meaning under the definition; correct the statement that is named.
    Meaningless(String),
}

impl fmt::Display for ReferenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(why) => write!(f, "the input cannot be read: {why}"),
            Self::Meaningless(why) => write!(f, "the deal has no meaning here: {why}"),
        }
    }
}

impl std::error::Error for ReferenceError {}

/// Why the interpreter stopped in the middle of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Halt {
    /// The definition refuses the event; nothing moves and the next one is taken.
    Refused(String),
    /// The deal itself is wrong.
    Meaningless(String),
}

impl From<Halt> for ReferenceError {
    fn from(halt: Halt) -> Self {
        match halt {
            Halt::Refused(why) | Halt::Meaningless(why) => Self::Meaningless(why),
        }
    }
}

pub(crate) fn refused<T>(why: impl Into<String>) -> Result<T, Halt> {
    Err(Halt::Refused(why.into()))
}

pub(crate) fn meaningless<T>(why: impl Into<String>) -> Result<T, Halt> {
    Err(Halt::Meaningless(why.into()))
}

/// Refuses the event unless the condition holds.
pub(crate) fn require(condition: bool, why: &str) -> Result<(), Halt> {
    if condition { Ok(()) } else { refused(why) }
}
