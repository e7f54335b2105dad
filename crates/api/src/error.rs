use axum::Json;
use axum::extract::rejection::{BytesRejection, JsonRejection, PathRejection, QueryRejection};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use client::{Problem, Role};
use node::NodeError;
use risk::RiskError;
use servicer::ServicerError;
use thiserror::Error;

/// Why a request is refused. Numbers 1000 to 1049; what the rooms below refuse keeps its own number.
#[derive(Debug, Error)]
pub enum ApiError {
    /// The request brings no key.
    #[error("no key was sent; send the header `Authorization: Bearer KEY`")]
    NoKey,
    /// The key was never made, or has ended.
    #[error("the key is not good, or has been revoked; ask the operator for another one")]
    UnknownKey,
    /// The role may not do this.
    #[error("{0} may not do this; docs/api.md says who may")]
    Forbidden(Role),
    /// More requests than are allowed.
    #[error("these are too many requests; wait {seconds} s")]
    Limited {
        /// Until the next one is taken.
        seconds: u64,
    },
    /// A command without an idempotency key, or with one that cannot be kept.
    #[error("a command needs the header `Idempotency-Key` of 1 to 100 letters, digits and `.:_-`")]
    IdempotencyKey,
    /// The body is not what the endpoint takes.
    #[error("the body cannot be read: {0}; /v1/openapi.json describes it")]
    Body(String),
    /// A part of the path or of the query is not what the endpoint takes.
    #[error("the address cannot be read: {0}; /v1/openapi.json describes it")]
    Address(String),
    /// Nothing is there.
    #[error("there is nothing at this address; /v1/openapi.json lists what there is")]
    NoPage,
    /// The address takes other methods.
    #[error("this address takes {0}")]
    Method(String),
    /// More bytes than are taken.
    #[error("the body is too large; send at most {0} bytes")]
    TooLarge(usize),
    /// The body is of another kind.
    #[error("the body is of another kind; send {0}")]
    MediaType(&'static str),
    /// All places are taken.
    #[error("all places for {0} are taken; send again in a while")]
    Busy(&'static str),
    /// It took too long.
    #[error("it took too long; a command is kept whole or not at all: send it again with its key")]
    Late,
    /// The server failed where it should not.
    #[error("the server failed; the operator finds the reason in the log under the header `x-request-id`")]
    Internal,
    /// A value that cannot be.
    #[error("{what} cannot be taken: {problem}")]
    Value {
        /// What.
        what: &'static str,
        /// What to write instead.
        problem: String,
    },
    /// The certificate or its key cannot be used.
    #[error("the certificate cannot be used: {0}; give PEM files of a chain and of its key")]
    Certificate(String),
    /// The address cannot be listened at.
    #[error("the server cannot listen: {0}; choose another address")]
    Listen(#[source] std::io::Error),
    /// A question that this deal does not answer.
    #[error("the question has no answer: {0}")]
    Question(#[from] RiskError),
    /// What the node below says.
    #[error(transparent)]
    Node(#[from] NodeError),
    /// What the servicer says.
    #[error(transparent)]
    Servicer(#[from] ServicerError),
}

impl ApiError {
    /// Returns the stable number. Append, never renumber.
    pub fn code(&self) -> u16 {
        match self {
            Self::NoKey => 1000,
            Self::UnknownKey => 1001,
            Self::Forbidden(_) => 1002,
            Self::Limited { .. } => 1003,
            Self::IdempotencyKey => 1004,
            Self::Body(_) => 1005,
            Self::Address(_) => 1006,
            Self::NoPage => 1007,
            Self::Method(_) => 1008,
            Self::TooLarge(_) => 1009,
            Self::MediaType(_) => 1010,
            Self::Busy(_) => 1011,
            Self::Late => 1012,
            Self::Internal => 1013,
            Self::Value { .. } => 1014,
            Self::Certificate(_) => 1015,
            Self::Listen(_) => 1016,
            Self::Question(_) => 1017,
            Self::Servicer(error) => error.code(),
            Self::Node(error) => error.code(),
        }
    }

    /// Whether the same request may succeed later, unchanged.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Limited { .. } | Self::Busy(_) | Self::Late => true,
            Self::Node(error) => error.is_transient(),
            Self::Servicer(error) => error.is_transient(),
            _ => false,
        }
    }

    /// What the sender is told: what a database or a ledger said stays inside.
    pub fn problem(&self) -> Problem {
        let title = match self {
            Self::Node(error) | Self::Servicer(ServicerError::Node(error)) => {
                node::Problem::from(error).title
            }
            Self::Servicer(error) if error.status() >= 500 => INSIDE.to_owned(),
            other => other.to_string(),
        };
        Problem { title, status: self.status(), code: self.code(), again: self.is_transient() }
    }

    pub(crate) fn value(what: &'static str, problem: impl ToString) -> Self {
        Self::Value { what, problem: problem.to_string() }
    }

    /// A header that the status asks for (RFC 9110, RFC 6585).
    fn header(&self) -> Option<(header::HeaderName, HeaderValue)> {
        let text = |text: &str| HeaderValue::from_str(text).ok();
        match self {
            Self::NoKey | Self::UnknownKey => Some((header::WWW_AUTHENTICATE, text("Bearer")?)),
            Self::Limited { seconds } => Some((header::RETRY_AFTER, HeaderValue::from(*seconds))),
            Self::Busy(_) => Some((header::RETRY_AFTER, HeaderValue::from(5))),
            Self::Method(allowed) => Some((header::ALLOW, text(allowed)?)),
            _ => None,
        }
    }
}

/// What is said where the reason is the operator's to know.
const INSIDE: &str =
    "the node could not do it; the operator finds the reason in the log under the header `x-request-id`";

/// The number of a refusal, for the audit log.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Code(pub u16);

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        if self.status() >= 500 {
            tracing::error!(code = self.code(), error = %self, "a request failed");
        }
        let problem = self.problem();
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(&problem)).into_response();
        let kind = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        response.headers_mut().extend(self.header());
        response.extensions_mut().insert(Code(problem.code));
        response
    }
}

/// Most bytes of a body: the files of a deal, which the servicer takes up to 32 MiB, and what JSON adds. Nothing is read
/// before its sender is known.
pub(crate) const BODY_MAX: usize = 40 << 20;

impl From<JsonRejection> for ApiError {
    fn from(rejection: JsonRejection) -> Self {
        match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Self::TooLarge(BODY_MAX),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::MediaType("application/json"),
            _ => Self::Body(rejection.body_text()),
        }
    }
}

impl From<BytesRejection> for ApiError {
    fn from(rejection: BytesRejection) -> Self {
        match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Self::TooLarge(BODY_MAX),
            _ => Self::Body(rejection.body_text()),
        }
    }
}

impl From<QueryRejection> for ApiError {
    fn from(rejection: QueryRejection) -> Self {
        Self::Address(rejection.body_text())
    }
}

impl From<PathRejection> for ApiError {
    fn from(rejection: PathRejection) -> Self {
        Self::Address(rejection.body_text())
    }
}
