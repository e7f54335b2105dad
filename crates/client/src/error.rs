use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Why a request was refused (RFC 9457), with the stable number of the error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Problem {
    /// What is wrong and what to do next.
    pub title: String,
    /// The status of HTTP.
    pub status: u16,
    /// The stable number: the same on the ledger, in logs and here.
    pub code: u16,
    /// Whether the same request may succeed later, unchanged.
    pub again: bool,
}

/// Why a call gave no answer.
#[derive(Debug, Error)]
pub enum ClientError {
    /// The node refused it.
    #[error("{} (code {})", .0.title, .0.code)]
    Refused(Problem),
    /// The node does not answer.
    #[error("the node does not answer: {0}; send again")]
    Unreachable(#[from] reqwest::Error),
    /// The node answered in another form than this client knows.
    #[error("the node answered in a form that is not known here ({problem}); use a client of its version")]
    Form {
        /// What is wrong with it.
        problem: String,
    },
    /// The address or the certificate cannot be used.
    #[error("{what} cannot be used: {problem}")]
    Setting {
        /// What was given.
        what: &'static str,
        /// Why not.
        problem: String,
    },
}

impl ClientError {
    /// The stable number, if the node refused the request.
    pub const fn code(&self) -> Option<u16> {
        match self {
            Self::Refused(problem) => Some(problem.code),
            _ => None,
        }
    }

    /// Whether the same request may succeed later, unchanged.
    pub const fn is_transient(&self) -> bool {
        match self {
            Self::Refused(problem) => problem.again,
            Self::Unreachable(_) => true,
            Self::Form { .. } | Self::Setting { .. } => false,
        }
    }

    pub(crate) fn form(problem: impl ToString) -> Self {
        Self::Form { problem: problem.to_string() }
    }

    pub(crate) fn setting(what: &'static str, problem: impl ToString) -> Self {
        Self::Setting { what, problem: problem.to_string() }
    }
}
