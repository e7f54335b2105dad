//! The node itself.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use client::Me;

use crate::access::Caller;
use crate::document;
use crate::error::ApiError;
use crate::forms::Told;
use crate::state::Api;

/// The program runs, or this would not answer.
pub async fn live() -> &'static str {
    "live\n"
}

/// Whether the database takes writes and the clock can be believed.
pub async fn ready(State(api): State<Api>) -> Result<&'static str, ApiError> {
    api.now()?;
    api.inner.store.database().require_writable().await?;
    Ok("ready\n")
}

/// The document of the API.
pub async fn openapi() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], document::text()).into_response()
}

/// Counters.
pub async fn metrics(State(api): State<Api>) -> Result<Response, ApiError> {
    let kind = [(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")];
    let telemetry = api.inner.intake.counters().text()?;
    Ok((kind, api.inner.metrics.text(&telemetry)?).into_response())
}

/// Whose key it is.
pub async fn me(caller: Caller) -> Told<Me> {
    let Caller { key, name, role, party } = caller;
    Told(Me { key, name, role, party })
}
