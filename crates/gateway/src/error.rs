use std::io;
use std::net::SocketAddr;
use thiserror::Error;

/// Why a ledger cannot be served. Numbers 900 to 999; those of the ledger pass through.
#[derive(Debug, Error)]
pub enum GatewayError {
    /// The ledger cannot be opened.
    #[error(transparent)]
    Ledger(#[from] chain::ChainError),
    /// Something else listens there.
    #[error(
        "{address} is taken by another program; stop that one, or name another with --listen 127.0.0.1:PORT (0 takes a free one)"
    )]
    Taken {
        /// Where.
        address: SocketAddr,
    },
    /// The system does not let us listen there.
    #[error("{address} cannot be listened on ({error}); name another address with --listen")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why not.
        error: io::Error,
    },
    /// Other machines could reach the ledger, and nobody said that they may.
    #[error(
        "{address} can be reached from other machines, and whoever reaches this ledger can move its clock; add --open-to-others if that is meant"
    )]
    Open {
        /// Where.
        address: SocketAddr,
    },
    /// A thread could not be started, or stopped by itself.
    #[error("the server could not work: {problem}; start it again")]
    Work {
        /// What happened.
        problem: String,
    },
}

impl GatewayError {
    /// Returns the stable number. Append, never renumber.
    pub const fn code(&self) -> u16 {
        match self {
            Self::Ledger(error) => error.code(),
            Self::Taken { .. } => 900,
            Self::Listen { .. } => 901,
            Self::Open { .. } => 902,
            Self::Work { .. } => 903,
        }
    }

    pub(crate) fn work(problem: impl ToString) -> Self {
        Self::Work { problem: problem.to_string() }
    }
}
