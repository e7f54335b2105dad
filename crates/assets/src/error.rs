use crate::table::TableErrors;
use units::{Date, UnitsError};

/// Why a case, a tape, a table or a scenario cannot be used. Every message says what to do next.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AssetsError {
    /// Rows of a table or tape that cannot be read; all of them.
    #[error("{0}")]
    Table(TableErrors),
    /// A case or scenario file that is not what this room reads.
    #[error("{file}: {problem}")]
    File {
        /// The file as it was asked for.
        file: String,
        /// What is wrong and how to put it right.
        problem: String,
    },
    /// A setting that cannot be used.
    #[error("{place}: {problem}")]
    Setting {
        /// Where it stands, such as `gpu.uptime`.
        place: String,
        /// What is wrong and how to put it right.
        problem: String,
    },
    /// A series that says nothing about a date.
    #[error(
        "history.{series}: no value on {date}: the first point is of {first}; begin the splice with an earlier point"
    )]
    NoValue {
        /// The series.
        series: String,
        /// The date asked for.
        date: Date,
        /// The date of its first point.
        first: Date,
    },
    /// A column with more members than a deal can name.
    #[error(
        "column `{column}` has {found} members; a deal names at most {limit}: group the small ones or choose another column"
    )]
    TooManyMembers {
        /// The column.
        column: String,
        /// Different members found.
        found: usize,
        /// Most members that are allowed.
        limit: usize,
    },
    /// A number that cannot be computed.
    #[error("{place}: {source}; check the size of the numbers there")]
    Number {
        /// What was being computed.
        place: String,
        /// The broken rule.
        source: UnitsError,
    },
}

impl AssetsError {
    /// Returns whether asking again may help: never, because nothing here depends on anything outside its input.
    pub const fn is_transient(&self) -> bool {
        false
    }

    pub(crate) fn setting(place: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::Setting { place: place.into(), problem: problem.into() }
    }
}

/// Names what was being computed when a number failed.
pub(crate) trait While<T> {
    fn during(self, place: &str) -> Result<T, AssetsError>;
}

impl<T> While<T> for Result<T, UnitsError> {
    fn during(self, place: &str) -> Result<T, AssetsError> {
        self.map_err(|source| AssetsError::Number { place: place.to_owned(), source })
    }
}
