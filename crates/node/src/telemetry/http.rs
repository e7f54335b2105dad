//! The way in by HTTP. It translates and decides nothing.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};

use super::intake::{Intake, Outcome, READINGS_MAX, Reply, Told};
use super::proof::{self, EvidenceRow, ReadingProof};
use super::reading::{DeviceId, RECORD_BYTES};
use crate::{NodeError, Problem, hex};

/// The routes of telemetry:
///
/// | route | does |
/// |---|---|
/// | `POST /v1/telemetry/readings` | takes 1 to 2,048 readings of 176 bytes, one after another |
/// | `GET /v1/telemetry/devices/{device}/readings/{sequence}/proof` | proves one |
/// | `GET /v1/telemetry/devices/{device}/evidence` | what was kept against a device |
/// | `GET /metrics` | counters |
///
/// A request that was refused as a whole is answered by a problem (RFC 9457) with the stable number; so is a single
/// reading that was refused. A batch is answered by what became of each reading.
pub fn router(intake: Intake) -> Router {
    Router::new()
        .route("/metrics", get(metrics))
        .route("/v1/telemetry/devices/{device}/readings/{sequence}/proof", get(prove))
        .with_state(intake.clone())
        .merge(routes(intake))
}

/// The same without counters and proofs, for a server that shows its own beside them and reads the ledger, too.
pub fn routes(intake: Intake) -> Router {
    Router::new()
        .route("/v1/telemetry/readings", post(take))
        .route("/v1/telemetry/devices/{device}/evidence", get(evidence))
        .layer(DefaultBodyLimit::max(READINGS_MAX * RECORD_BYTES))
        .with_state(intake)
}

async fn take(State(intake): State<Intake>, body: Result<Bytes, BytesRejection>) -> Response {
    let Ok(body) = body else { return too_large() };
    let single = body.len() == RECORD_BYTES;
    match intake.submit(body).await {
        Ok(reply) => answer(&reply, single),
        Err(error) => error.into_response(),
    }
}

fn too_large() -> Response {
    let title =
        format!("a body is at most {READINGS_MAX} readings of {RECORD_BYTES} bytes; send fewer at once");
    Problem { title, status: 413, code: 932, again: false }.into_response()
}

fn answer(reply: &Reply, single: bool) -> Response {
    match reply.outcomes.as_slice() {
        [Told { outcome: Outcome::Refused(refusal), .. }] if single => {
            let (title, code, again) = (refusal.to_string(), refusal.code(), refusal.is_transient());
            Problem { title, status: 422, code, again }.into_response()
        }
        _ => Json(reply).into_response(),
    }
}

async fn prove(
    State(intake): State<Intake>,
    Path((device, sequence)): Path<(String, String)>,
) -> Result<Json<ReadingProof>, NodeError> {
    let missing = |_| NodeError::NotFound(format!("reading {sequence} of device {device}"));
    let sequence = sequence.parse::<u64>().map_err(missing)?;
    proof::prove(intake.database(), device_id(&device)?, sequence).await.map(Json)
}

async fn evidence(
    State(intake): State<Intake>,
    Path(device): Path<String>,
) -> Result<Json<Vec<EvidenceRow>>, NodeError> {
    proof::evidence(intake.database(), device_id(&device)?).await.map(Json)
}

async fn metrics(State(intake): State<Intake>) -> Result<Response, NodeError> {
    let kind = [(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")];
    Ok((kind, intake.counters().text()?).into_response())
}

fn device_id(text: &str) -> Result<DeviceId, NodeError> {
    hex::array(text).map(DeviceId).ok_or_else(|| NodeError::NotFound(format!("device {text}")))
}
