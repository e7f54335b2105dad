//! Who holds what, and what is behind it.

use axum::extract::FromRequestParts;
use axum::extract::State;
use axum::http::request::Parts;
use client::{LookThrough, Position, Role};
use serde::Deserialize;

use crate::access::Caller;
use crate::convert;
use crate::error::ApiError;
use crate::forms::{Paged, Path, Query, Told, Window};
use crate::handlers::machines::Depth;
use crate::state::Api;

/// Whose positions a request may see: an investor's, or of a program that reads for somebody, its party's own; of others,
/// whoever's they ask for.
pub struct Holder(Option<String>);

#[derive(Deserialize)]
struct Asked {
    holder: Option<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for Holder {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Query(Asked { holder }) = Query::<Asked>::from_request_parts(parts, state).await?;
        let caller = Caller::from_request_parts(parts, state).await?;
        scope(&caller, holder).map(Self)
    }
}

fn scope(caller: &Caller, asked: Option<String>) -> Result<Option<String>, ApiError> {
    if !matches!(caller.role, Role::Investor | Role::Agent | Role::Device) {
        return Ok(asked);
    }
    let own = caller.party.clone().ok_or(ApiError::Forbidden(caller.role))?;
    match asked {
        Some(other) if other != own => Err(ApiError::Forbidden(caller.role)),
        _ => Ok(Some(own)),
    }
}

#[derive(Deserialize)]
pub struct OfDeal {
    deal: Option<String>,
}

/// Positions.
pub async fn positions(
    State(api): State<Api>,
    Holder(holder): Holder,
    Query(OfDeal { deal }): Query<OfDeal>,
    window: Window,
) -> Result<Paged<Position>, ApiError> {
    let of = (deal.as_deref(), holder.as_deref());
    let positions = api.inner.servicer.positions(of, &window.numbers()?).await?;
    let positions = positions.into_iter().map(convert::position).collect();
    Ok(window.page(positions, |position: &Position| position.row.to_string()))
}

/// From a unit down to the readings.
pub async fn look_through(
    State(api): State<Api>,
    Path((deal, note, receipt)): Path<(String, String, u32)>,
    Holder(holder): Holder,
    Query(depth): Query<Depth>,
) -> Result<Told<LookThrough>, ApiError> {
    let of = (deal.as_str(), note.as_str(), receipt);
    let view = api.inner.servicer.look_through(of, holder.as_deref(), depth.readings()?).await?;
    Ok(Told(convert::look_through(view)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::{Caller, Role, scope};

    fn check(role: Role, party: Option<&str>, asked: Option<&str>) -> Option<Option<String>> {
        let caller = Caller { key: "k".into(), name: "n".into(), role, party: party.map(str::to_owned) };
        scope(&caller, asked.map(str::to_owned)).ok()
    }

    #[test]
    fn an_investor_sees_what_is_its_own() {
        let own = Some(Some("fund".to_owned()));
        for role in [Role::Investor, Role::Agent] {
            assert_eq!(check(role, Some("fund"), None), own);
            assert_eq!(check(role, Some("fund"), Some("fund")), own);
            assert_eq!(check(role, Some("fund"), Some("other")), None);
            assert_eq!(check(role, None, None), None);
            assert_eq!(check(role, None, Some("fund")), None);
        }
        for role in [Role::Operator, Role::Trustee, Role::Auditor, Role::Regulator] {
            assert_eq!(check(role, None, None), Some(None));
            assert_eq!(check(role, None, Some("fund")), own);
        }
    }
}
