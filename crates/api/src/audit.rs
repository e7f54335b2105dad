//! The audit log: every command, taken or refused, and everything that was forbidden. It is a stream of the node's log, so
//! that nobody can take a line out of it unseen.

use client::Audited;
use node::store::{Command, Event, EventStore, NewEvent};
use node::{NodeError, hex};
use serde::{Deserialize, Serialize};

use crate::access::Caller;
use crate::error::ApiError;

/// The stream of events that it is kept in.
pub const STREAM: &str = "audit";
const KIND: &str = "audit.request";

/// What was asked for.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Method and path.
    pub request: String,
    /// The idempotency key, as it was sent.
    pub idempotency_key: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Line {
    key: String,
    name: String,
    role: client::Role,
    request: String,
    idempotency_key: Option<String>,
    status: u16,
    code: Option<u16>,
}

/// Writes a line; it is on the disk when this returns.
///
/// # Errors
/// What [`EventStore::append`] says; [`ApiError::Internal`] if the machine has no random numbers.
pub async fn write(
    store: &EventStore,
    (caller, asked): (&Caller, &Asked),
    (status, code): (u16, Option<u16>),
    at: u64,
) -> Result<(), ApiError> {
    let line = Line {
        key: caller.key.clone(),
        name: caller.name.clone(),
        role: caller.role,
        request: asked.request.clone(),
        idempotency_key: asked.idempotency_key.clone(),
        status,
        code,
    };
    // Each line is its own command: a command that is repeated was also asked for twice.
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|_| ApiError::Internal)?;
    let (key, stream) = (format!("audit/{}", hex::encode(&random)), STREAM.to_owned());
    let events = vec![NewEvent::json(KIND, 1, &line)?];
    store.append(&Command { key, stream, expected: None, at, events }).await?;
    Ok(())
}

/// Reads a line.
///
/// # Errors
/// [`NodeError::Value`] if it has another form.
pub fn read(event: &Event) -> Result<Audited, NodeError> {
    let Line { key, name, role, request, idempotency_key, status, code } = event.json()?;
    let (sequence, at) = (event.sequence, event.at);
    Ok(Audited { sequence, at, key, name, role, request, idempotency_key, status, code })
}
