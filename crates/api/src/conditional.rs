//! An answer that the reader has already is not sent again (RFC 9110 §13).

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use node::hex;
use sha2::{Digest, Sha256};

use crate::error::ApiError;

/// Most bytes of an answer that is tagged; longer ones are streams or files.
const TAGGED_MAX: usize = 64 << 20;

/// Tags answers of JSON by their content and answers 304 to whoever has this one.
pub async fn conditional(request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let had = request.headers().get(header::IF_NONE_MATCH).cloned();
    let response = next.run(request).await;
    if !reads || response.status() != StatusCode::OK || !is_json(response.headers()) {
        return response;
    }
    tagged(response, had).await.unwrap_or_else(IntoResponse::into_response)
}

fn is_json(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/json")
}

async fn tagged(response: Response, had: Option<HeaderValue>) -> Result<Response, ApiError> {
    let (mut parts, body) = response.into_parts();
    let body = to_bytes(body, TAGGED_MAX).await.map_err(|_| ApiError::Internal)?;
    let digest: [u8; 32] = Sha256::digest(&body).into();
    let tag = format!("\"{}\"", hex::encode(digest.split_at(16).0));
    let same = had.is_some_and(|had| matches(had.to_str().unwrap_or_default(), &tag));
    let value = HeaderValue::from_str(&tag).map_err(|_| ApiError::Internal)?;
    parts.headers.insert(header::ETAG, value);
    parts.headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    parts.headers.insert(header::VARY, HeaderValue::from_static("authorization"));
    if same {
        parts.status = StatusCode::NOT_MODIFIED;
        parts.headers.remove(header::CONTENT_TYPE);
        parts.headers.remove(header::CONTENT_LENGTH);
        return Ok(Response::from_parts(parts, Body::empty()));
    }
    Ok(Response::from_parts(parts, Body::from(body)))
}

/// `If-None-Match` compares weakly (RFC 9110 §13.1.2).
fn matches(had: &str, tag: &str) -> bool {
    had.trim() == "*" || had.split(',').any(|one| one.trim().trim_start_matches("W/") == tag)
}
