use assets::AssetsError;
use thiserror::Error;
use units::Date;
use waterfall::WaterfallError;

/// Why a deal could not be set up or played.
#[derive(Debug, Error)]
pub enum LifeError {
    /// The term sheet does not compile; the text shows every finding in its place.
    #[error("the deal does not compile\n{0}")]
    Deal(String),
    /// The collateral could not be read or projected.
    #[error(transparent)]
    Assets(#[from] AssetsError),
    /// A file that the case names is not there.
    #[error("{path}: {problem}")]
    File {
        /// As the case names it.
        path: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The deal observes something that the collateral never reports.
    #[error("the deal observes `{name}` but nothing reports it; known are: {known}")]
    NothingReported {
        /// Name in the deal.
        name: String,
        /// What the collateral can report.
        known: String,
    },
    /// The engine refused an event.
    #[error("{date}: {event} was refused: {error} (code {})", error.code())]
    Refused {
        /// When.
        date: Date,
        /// What.
        event: String,
        /// Why.
        error: WaterfallError,
    },
    /// Whoever runs the deal wanted it to stop.
    #[error("stopped")]
    Stopped,
    /// There is no such payment date or step.
    #[error("{0}")]
    NotFound(String),
}
