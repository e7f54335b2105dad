use crate::error::ApiError;

impl ApiError {
    /// The status of HTTP that says the same.
    pub fn status(&self) -> u16 {
        match self {
            Self::NoKey | Self::UnknownKey => 401,
            Self::Forbidden(_) => 403,
            Self::NoPage => 404,
            Self::Method(_) => 405,
            Self::TooLarge(_) => 413,
            Self::MediaType(_) => 415,
            Self::Limited { .. } => 429,
            Self::IdempotencyKey | Self::Body(_) | Self::Address(_) | Self::Value { .. } => 400,
            Self::Question(_) => 422,
            Self::Busy(_) | Self::Late => 503,
            Self::Internal | Self::Certificate(_) | Self::Listen(_) => 500,
            Self::Node(error) => node::status(error),
            Self::Servicer(error) => error.status(),
        }
    }
}
