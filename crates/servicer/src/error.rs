use assets::AssetsError;
use bank::BankError;
use clearing::ClearingError;
use life::LifeError;
use node::NodeError;
use thiserror::Error;
use units::Date;
use waterfall::WaterfallError;

/// Why the servicer does not do what it was asked. Numbers 980 to 999; what another room says keeps its own.
#[derive(Debug, Error)]
pub enum ServicerError {
    /// The log or its tables.
    #[error(transparent)]
    Node(#[from] NodeError),
    /// A document of a bank.
    #[error(transparent)]
    Bank(#[from] BankError),
    /// The ledger.
    #[error(transparent)]
    Clearing(#[from] ClearingError),
    /// The engine refuses an event.
    #[error("the engine refuses it: {0}")]
    Engine(#[from] WaterfallError),
    /// The deal's files do not make a deal.
    #[error("{0}; correct the deal's files and open it again")]
    Deal(String),
    /// Nothing of that name.
    #[error("there is no {0}")]
    NotFound(String),
    /// There is one already.
    #[error("{0} is there already; choose another name, or repeat the command under its first key")]
    Taken(String),
    /// A value that cannot be taken.
    #[error("{what}: {problem}")]
    Invalid {
        /// Which value.
        what: String,
        /// Why not, and what to do.
        problem: String,
    },
    /// The deal should have closed before it was opened here, and no ledger says how it went on.
    #[error(
        "the deal closes on {closing}, it is {today}, and {ledger}; a payment date that has passed cannot be paid on its day: open a deal before its closing, or under the id and with the keys and the ledger (`[ledger]` of forebay.toml) of who served it"
    )]
    TooLate {
        /// The deal's closing.
        closing: Date,
        /// Today.
        today: Date,
        /// What the ledger says of it.
        ledger: String,
    },
    /// The ledger is ahead of the clock.
    #[error(
        "the ledger has an event of {last} and it is {today}; the deal is taken over when that day has come"
    )]
    Ahead {
        /// The day of the ledger's last event.
        last: Date,
        /// Today.
        today: Date,
    },
    /// The role may not do this.
    #[error("{role} may not {act}; ask {who}")]
    Forbidden {
        /// Who asked.
        role: &'static str,
        /// What for.
        act: &'static str,
        /// Who may.
        who: &'static str,
    },
    /// Four eyes are two parties.
    #[error("{0} proposed this and cannot approve it; another party in another role has to")]
    FourEyes(String),
    /// Decided already.
    #[error("{0} is decided already; propose it anew if it was wrong")]
    Decided(String),
    /// A payee without a bank account.
    #[error("{0} has no bank account; name one first")]
    NoAccount(String),
    /// What is asked for has not happened yet.
    #[error("{0}; ask again when it has happened")]
    NotYet(String),
    /// Settings that make no node.
    #[error("forebay.toml, {place}: {problem}")]
    Settings {
        /// Where.
        place: String,
        /// What is wrong.
        problem: String,
    },
    /// A worker thread ended.
    #[error("the work was interrupted: {0}; it will be done again")]
    Interrupted(String),
}

impl ServicerError {
    /// Returns the stable number. Append, never renumber.
    pub fn code(&self) -> u16 {
        match self {
            Self::Node(error) => error.code(),
            Self::Bank(error) => error.code(),
            Self::Clearing(error) => error.code(),
            Self::Engine(error) => error.code(),
            Self::Deal(_) => 980,
            Self::NotFound(_) => 981,
            Self::Taken(_) => 982,
            Self::Invalid { .. } => 983,
            Self::TooLate { .. } => 984,
            Self::Forbidden { .. } => 985,
            Self::FourEyes(_) => 986,
            Self::Decided(_) => 987,
            Self::NoAccount(_) => 988,
            Self::NotYet(_) => 989,
            Self::Settings { .. } => 990,
            Self::Interrupted(_) => 991,
            Self::Ahead { .. } => 992,
        }
    }

    /// Whether the same request may succeed later, unchanged.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Node(error) => error.is_transient(),
            Self::NotYet(_) | Self::Interrupted(_) | Self::Ahead { .. } => true,
            _ => false,
        }
    }

    pub(crate) fn invalid(what: impl ToString, problem: impl ToString) -> Self {
        Self::Invalid { what: what.to_string(), problem: problem.to_string() }
    }
}

impl From<LifeError> for ServicerError {
    fn from(error: LifeError) -> Self {
        match error {
            LifeError::NotFound(what) => Self::NotFound(what),
            error => Self::Deal(error.to_string()),
        }
    }
}

impl From<AssetsError> for ServicerError {
    fn from(error: AssetsError) -> Self {
        Self::Deal(error.to_string())
    }
}
