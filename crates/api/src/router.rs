//! The table as a router, with what goes around it.

use std::any::Any;
use std::convert::Infallible;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderName, HeaderValue, Method, Response as Answer, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use node::hex;
use node::telemetry;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::CorsLayer;
use tower_http::sensitive_headers::SetSensitiveRequestHeadersLayer;
use tower_http::trace::TraceLayer;
use tracing::Span;

use crate::conditional::conditional;
use crate::endpoints::ENDPOINTS;
use crate::error::{ApiError, BODY_MAX};
use crate::guard::guard;
use crate::state::Api;

impl Api {
    /// Every endpoint behind the door.
    pub fn router(&self) -> Router {
        let served = ENDPOINTS.iter().filter_map(|endpoint| Some((endpoint.path, endpoint.handler?)));
        let own = served.fold(Router::new(), |router, (path, handler)| router.route(path, handler()));
        let own = own.layer(DefaultBodyLimit::max(BODY_MAX)).with_state(self.clone());
        let guarded = own
            .merge(telemetry::routes(self.inner.intake.clone()))
            .route_layer(from_fn(conditional))
            .route_layer(from_fn_with_state(self.clone(), guard))
            .fallback(|| async { ApiError::NoPage });
        guarded
            .layer(CatchPanicLayer::custom(failed))
            .layer(self.cors())
            .layer(TraceLayer::new_for_http().make_span_with(span).on_request(()).on_response(answered))
            .layer(SetSensitiveRequestHeadersLayer::new([header::AUTHORIZATION]))
            .layer(from_fn(numbered))
    }

    /// Pages of other origins may call only where the settings name them.
    fn cors(&self) -> CorsLayer {
        let origins =
            self.inner.settings.origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok());
        let sent = ["idempotency-key", "last-event-id"].map(HeaderName::from_static);
        CorsLayer::new()
            .allow_origin(origins.collect::<Vec<_>>())
            .allow_methods([Method::GET, Method::POST, Method::DELETE])
            .allow_headers(
                [header::AUTHORIZATION, header::CONTENT_TYPE, header::IF_NONE_MATCH]
                    .into_iter()
                    .chain(sent)
                    .collect::<Vec<_>>(),
            )
            .expose_headers([header::ETAG, header::LINK, header::RETRY_AFTER, REQUEST_ID])
    }
}

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Names a request, for the log and for whoever sent it: always anew, so that nobody writes into the log.
async fn numbered(mut request: Request, next: Next) -> Result<Response, Infallible> {
    let mut random = [0; 8];
    // Without random numbers requests are not told apart in the log, and served all the same.
    let _ = getrandom::fill(&mut random);
    let id = HeaderValue::from_str(&hex::encode(&random)).ok();
    request.headers_mut().remove(REQUEST_ID);
    request.headers_mut().extend(id.clone().map(|id| (REQUEST_ID, id)));
    let mut response = next.run(request).await;
    response.headers_mut().extend(id.map(|id| (REQUEST_ID, id)));
    Ok(response)
}

/// A request in the log: its number, its method and its path; no header and no query.
fn span<B>(request: &axum::http::Request<B>) -> Span {
    let id = request.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or_default();
    tracing::info_span!("request", id, method = %request.method(), path = request.uri().path())
}

fn answered<B>(response: &Answer<B>, took: std::time::Duration, _: &Span) {
    tracing::debug!(status = response.status().as_u16(), took_us = took.as_micros(), "answered");
}

fn failed(_: Box<dyn Any + Send>) -> Response {
    ApiError::Internal.into_response()
}
