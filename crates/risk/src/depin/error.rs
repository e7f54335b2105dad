/// Why a file about a network cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DepinError {
    /// The file is no TOML, or has a field too many or too few.
    #[error("the file cannot be read as a {what}; {error}")]
    Toml {
        /// Which kind of file was expected.
        what: &'static str,
        /// What is wrong, with the line.
        error: Box<toml::de::Error>,
    },
    /// A figure lies where it makes no sense.
    #[error("{name} is {value}; it must be {need}")]
    Figure {
        /// Name of the field.
        name: String,
        /// Its value.
        value: f64,
        /// What it must be.
        need: &'static str,
    },
    /// A figure does not say where it comes from.
    #[error("{0} has no source; write who says so, or basis = \"assumed\" and why")]
    NoSource(String),
    /// Two ways to say the same thing, or none.
    #[error("{0}")]
    Choice(&'static str),
    /// A date is none.
    #[error("{0} is no date; write it as 2026-06-11")]
    Date(String),
    /// Points are not in the order of their dates.
    #[error("the point of {0} is not later than the one before it; sort the points by date")]
    NotInOrder(String),
}
