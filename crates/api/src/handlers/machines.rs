//! Devices.

use axum::extract::State;
use client::{DeviceHistory, Done, ReadingProof, Registration};
use node::telemetry::{self, DeviceId, Kind};
use node::{NodeError, hex};
use serde::Deserialize;

use crate::convert;
use crate::error::ApiError;
use crate::forms::{Body, Path, Query, Told};
use crate::guard::Idempotency;
use crate::state::Api;

/// Last readings that are shown unless the request says how many.
const READINGS: u32 = 4;
/// Most of them: each comes with the path of its batch.
pub const READINGS_MAX: u32 = 100;

#[derive(Deserialize)]
pub struct Depth {
    readings: Option<u32>,
}

impl Depth {
    /// How many last readings.
    pub fn readings(&self) -> Result<u32, ApiError> {
        let readings = self.readings.unwrap_or(READINGS);
        if readings > READINGS_MAX {
            return Err(ApiError::Address(format!("`readings` is {readings} and not 0 to {READINGS_MAX}")));
        }
        Ok(readings)
    }
}

fn device_id(text: &str) -> Result<DeviceId, ApiError> {
    let missing = || NodeError::NotFound("device of this id".to_owned());
    Ok(hex::array(text).map(DeviceId).ok_or_else(missing)?)
}

/// A device with its last readings.
pub async fn device(
    State(api): State<Api>,
    Path(device): Path<String>,
    Query(depth): Query<Depth>,
) -> Result<Told<DeviceHistory>, ApiError> {
    let history = api.inner.servicer.device(device_id(&device)?, depth.readings()?).await?;
    Ok(Told(convert::history(history)))
}

/// A reading with its proof, and what the ledger has for its root.
pub async fn prove(
    State(api): State<Api>,
    Path((device, sequence)): Path<(String, String)>,
) -> Result<Told<ReadingProof>, ApiError> {
    let missing = |_| NodeError::NotFound(format!("reading {sequence} of device {device}"));
    let number = sequence.parse::<u64>().map_err(missing)?;
    let proved = api.inner.servicer.prove_reading(device_id(&device)?, number).await?;
    Ok(Told(convert::looked_up(proved)))
}

/// A device as it is registered.
pub async fn registration(
    State(api): State<Api>,
    Path(device): Path<String>,
) -> Result<Told<Registration>, ApiError> {
    let found = telemetry::find(api.inner.store.database(), device_id(&device)?).await?;
    Ok(Told(Registration {
        public_key: hex::encode(found.key.as_bytes()),
        kind: found.kind.name().to_owned(),
        receipt: found.receipt,
        machine: hex::encode(&found.machine.0),
        capacity_watt: found.capacity_watt,
        valid_from: found.in_force.0,
        valid_until: found.in_force.1,
    }))
}

/// Registers a device.
pub async fn register(
    State(api): State<Api>,
    command: Idempotency,
    Body(new): Body<Registration>,
) -> Result<Told<Done>, ApiError> {
    let unknown = || ApiError::value("a device", "its kind is not `gpu`, `meter` or `site`");
    let registration = telemetry::Registration {
        kind: Kind::ALL.into_iter().find(|kind| kind.name() == new.kind).ok_or_else(unknown)?,
        public_key: new.public_key,
        receipt: new.receipt,
        machine: new.machine,
        capacity_watt: new.capacity_watt,
        valid_from: new.valid_from,
        valid_until: new.valid_until,
    };
    let at = api.now()?;
    let registered = telemetry::register(&api.inner.store, &registration, (&command.scoped, at)).await?;
    api.inner.intake.refresh().await?;
    Ok(Told(convert::appended(registered.0.to_string(), registered.1)))
}

#[derive(Deserialize)]
pub struct Until {
    until: u64,
}

/// Ends a device's registration.
pub async fn retire(
    State(api): State<Api>,
    Path(device): Path<String>,
    Query(Until { until }): Query<Until>,
    command: Idempotency,
) -> Result<Told<Done>, ApiError> {
    let id = device_id(&device)?;
    telemetry::find(api.inner.store.database(), id).await?;
    let at = api.now()?;
    let retired = telemetry::retire(&api.inner.store, (id, until), (&command.scoped, at)).await?;
    api.inner.intake.refresh().await?;
    Ok(Told(convert::appended(id.to_string(), retired)))
}
