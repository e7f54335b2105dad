use crate::error::ServicerError;
use clearing::ClearingError;

impl ServicerError {
    /// The status of HTTP that says the same.
    pub fn status(&self) -> u16 {
        match self {
            Self::Node(error) => node::status(error),
            Self::Bank(_)
            | Self::Deal(_)
            | Self::Invalid { .. }
            | Self::NoAccount(_)
            | Self::TooLate { .. } => 422,
            Self::NotFound(_) => 404,
            Self::Taken(_)
            | Self::Decided(_)
            | Self::NotYet(_)
            | Self::Engine(_)
            | Self::Ahead { .. }
            | Self::Clearing(ClearingError::OtherDeal) => 409,
            Self::Forbidden { .. } | Self::FourEyes(_) => 403,
            Self::Interrupted(_) => 503,
            Self::Clearing(_) | Self::Settings { .. } => 500,
        }
    }
}
