//! Warnings, and what parties state.

use axum::extract::State;
use client::{Attestation, Decision, Done, NewAttestation, Warning};
use serde::Deserialize;

use crate::access::Caller;
use crate::convert;
use crate::error::ApiError;
use crate::forms::{Body, Paged, Path, Query, Told, Window};
use crate::guard::Idempotency;
use crate::state::Api;

#[derive(Deserialize)]
pub struct Which {
    deal: Option<String>,
    #[serde(default)]
    all: bool,
}

/// What somebody has to look at.
pub async fn warnings(
    State(api): State<Api>,
    Query(Which { deal, all }): Query<Which>,
    window: Window,
) -> Result<Paged<Warning>, ApiError> {
    let warnings = api.inner.servicer.warnings((deal.as_deref(), !all), &window.numbers()?).await?;
    let warnings = warnings.into_iter().map(convert::warning).collect();
    Ok(window.page(warnings, |warning: &Warning| warning.id.to_string()))
}

/// What was stated of a deal.
pub async fn attestations(
    State(api): State<Api>,
    Path(deal): Path<String>,
    Query(Which { all, .. }): Query<Which>,
    window: Window,
) -> Result<Paged<Attestation>, ApiError> {
    let found = api.inner.servicer.attestations((&deal, !all), &window.numbers()?).await?;
    let found = found.into_iter().map(convert::attestation).collect();
    Ok(window.page(found, |attestation: &Attestation| attestation.row.to_string()))
}

/// States something.
pub async fn propose(
    State(api): State<Api>,
    Path(deal): Path<String>,
    (caller, command): (Caller, Idempotency),
    Body(new): Body<NewAttestation>,
) -> Result<Told<Done>, ApiError> {
    let attestation = convert::new_attestation(new)?;
    let request = convert::request(&caller, &command);
    Ok(Told(convert::done(api.inner.servicer.propose(&request, (&deal, &attestation)).await?)))
}

/// Confirms or rejects it.
pub async fn decide(
    State(api): State<Api>,
    Path(attestation): Path<String>,
    (caller, command): (Caller, Idempotency),
    Body(Decision { approves }): Body<Decision>,
) -> Result<Told<Done>, ApiError> {
    let request = convert::request(&caller, &command);
    Ok(Told(convert::done(api.inner.servicer.decide(&request, (&attestation, approves)).await?)))
}
