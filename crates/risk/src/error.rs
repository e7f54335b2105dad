use assets::AssetsError;
use life::LifeError;
use thiserror::Error;
use waterfall::WaterfallError;

/// Why a question about random futures has no answer.
#[derive(Debug, Error)]
pub enum RiskError {
    /// The file of parameters cannot be read.
    #[error("{file}: {problem}")]
    File {
        /// As it was named.
        file: String,
        /// What is wrong, and where.
        problem: String,
    },
    /// A parameter cannot be.
    #[error("{place}: {problem}")]
    Parameter {
        /// Its key.
        place: String,
        /// What to write instead.
        problem: String,
    },
    /// No way is known in which random futures move this.
    #[error("{what}; supported are {supported}")]
    NotSupported {
        /// What is asked.
        what: String,
        /// What can be asked.
        supported: String,
    },
    /// The collateral could not be projected.
    #[error(transparent)]
    Assets(#[from] AssetsError),
    /// The deal could not be opened.
    #[error(transparent)]
    Life(#[from] LifeError),
    /// The engine refused an event.
    #[error("path {path}, {date}: {event} was refused: {error} (code {})", error.code())]
    Refused {
        /// First path of the lanes that lived together.
        path: u64,
        /// When.
        date: units::Date,
        /// What.
        event: &'static str,
        /// Why.
        error: WaterfallError,
    },
    /// Whoever asked wanted no answer any more.
    #[error("stopped")]
    Stopped,
    /// The question cannot be asked like this.
    #[error("{0}")]
    Question(String),
}

impl RiskError {
    /// A parameter that cannot be.
    pub(crate) fn parameter(place: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::Parameter { place: place.into(), problem: problem.into() }
    }
}
