use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use crate::NodeError;

/// Why a request was refused, as every route of the node says it: a problem of RFC 9457 with the stable number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// What is wrong and what to do next.
    pub title: String,
    /// The status of HTTP.
    pub status: u16,
    /// The stable number.
    pub code: u16,
    /// Whether the same request may succeed later, unchanged.
    pub again: bool,
}

/// The status of HTTP that says the same as an error.
pub const fn status(error: &NodeError) -> u16 {
    match error {
        NodeError::Conflict { .. } | NodeError::KeyTaken(_) | NodeError::NotEmpty => 409,
        NodeError::NotFound(_) => 404,
        NodeError::Body { .. } | NodeError::Value { .. } => 400,
        _ if error.is_transient() => 503,
        _ => 500,
    }
}

impl From<&NodeError> for Problem {
    fn from(error: &NodeError) -> Self {
        // What a database said stays inside.
        let title = match error {
            NodeError::Database(_) | NodeError::Unavailable(_) => "nothing was stored; send again".to_owned(),
            other => other.to_string(),
        };
        Self { title, status: status(error), code: error.code(), again: error.is_transient() }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(self)).into_response();
        let kind = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        response
    }
}

impl IntoResponse for NodeError {
    fn into_response(self) -> Response {
        Problem::from(&self).into_response()
    }
}
