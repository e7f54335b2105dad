//! Keys.

use std::sync::PoisonError;

use axum::extract::State;
use client::{IssuedKey, Key, NewKey};
use node::NodeError;

use crate::access;
use crate::error::ApiError;
use crate::forms::{Body, Paged, Path, Told, Window};
use crate::guard::Idempotency;
use crate::state::Api;

/// Every key.
pub async fn list(State(api): State<Api>, window: Window) -> Paged<Key> {
    let keys = api.inner.keys.read().unwrap_or_else(PoisonError::into_inner);
    window.page(keys.after(window.after.as_deref(), window.look()), |key| key.id.clone())
}

/// Makes one.
pub async fn issue(
    State(api): State<Api>,
    command: Idempotency,
    Body(new): Body<NewKey>,
) -> Result<Told<IssuedKey>, ApiError> {
    let at = api.now()?;
    let issued = access::issue(&api.inner.store, &new, (&command.scoped, at)).await?;
    api.look().await?;
    Ok(Told(issued))
}

/// Ends one.
pub async fn revoke(
    State(api): State<Api>,
    Path(id): Path<String>,
    command: Idempotency,
) -> Result<Told<Key>, ApiError> {
    api.key(&id)?;
    let at = api.now()?;
    access::revoke(&api.inner.store, &id, (&command.scoped, at)).await?;
    api.look().await?;
    api.key(&id).map(Told)
}

impl Api {
    fn key(&self, id: &str) -> Result<Key, ApiError> {
        let keys = self.inner.keys.read().unwrap_or_else(PoisonError::into_inner);
        let missing = || ApiError::Node(NodeError::NotFound("key of this id".to_owned()));
        keys.get(id).cloned().ok_or_else(missing)
    }
}
