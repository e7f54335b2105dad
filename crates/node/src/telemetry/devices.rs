use std::collections::BTreeMap;
use std::sync::Arc;

use ed25519_dalek::VerifyingKey;
use serde::{Deserialize, Serialize};
use settle::MachineId;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::accept::Device;
use super::reading::{DeviceId, Kind};
use crate::store::{Appended, Change, Command, Database, Event, EventStore, NewEvent, Projection, catch_up};
use crate::{NodeError, hex};

const REGISTERED: &str = "device.registered";
const RETIRED: &str = "device.retired";

/// A device and what it may say, as it is registered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registration {
    /// The Ed25519 key that it signs with, in hexadecimal.
    pub public_key: String,
    /// What it measures.
    pub kind: Kind,
    /// The receipt of the machine that it measures.
    pub receipt: u32,
    /// That machine's identity, in hexadecimal.
    pub machine: String,
    /// Most that it can use or give, in watts.
    pub capacity_watt: u32,
    /// From here on its slots count, in seconds since 1970.
    pub valid_from: u64,
    /// From here on they do not.
    pub valid_until: u64,
}

/// From when on a device is not heard any more.
#[derive(Serialize, Deserialize)]
struct Retired {
    until: u64,
}

impl Registration {
    /// The device that it describes.
    ///
    /// # Errors
    /// [`NodeError::Value`] for a key that no honest signer has (of small order, or no point), a machine that is no
    /// 32 bytes, or a time that is empty.
    pub fn device(&self) -> Result<Device, NodeError> {
        let wrong = |problem| NodeError::value("a device", problem);
        let key = hex::array::<32>(&self.public_key)
            .ok_or_else(|| wrong("its key is not 64 hexadecimal digits"))?;
        let key = VerifyingKey::from_bytes(&key).map_err(|_| wrong("its key is no point of the curve"))?;
        if key.is_weak() {
            return Err(wrong("its key is of small order, and anybody could sign for it"));
        }
        let machine =
            hex::array(&self.machine).ok_or_else(|| wrong("its machine is not 64 hexadecimal digits"))?;
        if self.valid_from >= self.valid_until || i64::try_from(self.valid_until).is_err() {
            return Err(wrong("its time ends before it begins"));
        }
        Ok(Device {
            id: DeviceId::of(&key),
            key,
            kind: self.kind,
            receipt: self.receipt,
            machine: MachineId(machine),
            capacity_watt: self.capacity_watt,
            in_force: (self.valid_from, self.valid_until),
        })
    }
}

/// Registers a device, or renews its registration; the same key of the command gives the same answer.
///
/// # Errors
/// What [`Registration::device`] and [`EventStore::append`] say.
pub async fn register(
    store: &EventStore,
    registration: &Registration,
    (key, at): (&str, u64),
) -> Result<(DeviceId, Appended), NodeError> {
    let device = registration.device()?;
    let event = NewEvent::json(REGISTERED, 1, registration)?;
    Ok((device.id, tell(store, device.id, (event, key, at)).await?))
}

/// Ends a device's registration at a time.
///
/// # Errors
/// What [`EventStore::append`] says.
pub async fn retire(
    store: &EventStore,
    (device, until): (DeviceId, u64),
    (key, at): (&str, u64),
) -> Result<Appended, NodeError> {
    let event = NewEvent::json(RETIRED, 1, &Retired { until })?;
    tell(store, device, (event, key, at)).await
}

async fn tell(
    store: &EventStore,
    device: DeviceId,
    (event, key, at): (NewEvent, &str, u64),
) -> Result<Appended, NodeError> {
    let (key, stream) = (key.to_owned(), format!("device/{device}"));
    let appended = store.append(&Command { key, stream, expected: None, at, events: vec![event] }).await?;
    catch_up(store.database(), &Devices).await?;
    Ok(appended)
}

/// The table of devices, as the log has them.
#[derive(Clone, Copy, Debug)]
pub struct Devices;

impl Projection for Devices {
    fn name(&self) -> &'static str {
        "devices 1"
    }

    fn clear(&self) -> Vec<Change> {
        vec![Change { sql: "DELETE FROM devices", values: Vec::new() }]
    }

    fn fold(&self, event: &Event) -> Result<Vec<Change>, NodeError> {
        match (event.kind.as_str(), event.version) {
            (REGISTERED, 1) => registered(&event.json()?),
            (RETIRED, 1) => retired(event),
            _ => Ok(Vec::new()),
        }
    }
}

fn registered(registration: &Registration) -> Result<Vec<Change>, NodeError> {
    let device = registration.device()?;
    let sql = "INSERT INTO devices (device, public_key, kind, receipt, machine, capacity_watt, valid_from, valid_until) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (device) DO UPDATE SET kind = $3, receipt = $4, \
               machine = $5, capacity_watt = $6, valid_from = $7, valid_until = $8";
    let time = |seconds: u64| i64::try_from(seconds).map_err(|error| NodeError::value("a time", error));
    let values = vec![
        device.id.0.into(),
        device.key.to_bytes().into(),
        device.kind.name().into(),
        i64::from(device.receipt).into(),
        device.machine.0.into(),
        i64::from(device.capacity_watt).into(),
        time(device.in_force.0)?.into(),
        time(device.in_force.1)?.into(),
    ];
    Ok(vec![Change { sql, values }])
}

fn retired(event: &Event) -> Result<Vec<Change>, NodeError> {
    let until = i64::try_from(event.json::<Retired>()?.until);
    let until = until.map_err(|error| NodeError::value("a time", error))?;
    let device = event.stream.strip_prefix("device/").and_then(hex::array::<16>);
    let device = device.ok_or_else(|| NodeError::value("a device", "its stream has another name"))?;
    let sql = "UPDATE devices SET valid_until = $2 WHERE device = $1 AND valid_until > $2";
    Ok(vec![Change { sql, values: vec![device.into(), until.into()] }])
}

/// One device, as it is registered.
///
/// # Errors
/// [`NodeError::NotFound`], [`NodeError::Database`], or [`NodeError::Broken`] for a row that is no device.
pub async fn find(database: &Database, id: DeviceId) -> Result<Device, NodeError> {
    let row = sqlx::query("SELECT * FROM devices WHERE device = $1").bind(id.0.to_vec());
    let row = row.fetch_optional(database.pool()).await?;
    device(&row.ok_or_else(|| NodeError::NotFound(format!("device {id}")))?)
}

/// Every device that is registered.
#[derive(Clone, Debug, Default)]
pub struct Registry {
    devices: BTreeMap<DeviceId, Device>,
}

impl Registry {
    /// Reads the table.
    ///
    /// # Errors
    /// [`NodeError::Database`], or [`NodeError::Broken`] for a row that is no device.
    pub async fn load(database: &Database) -> Result<Arc<Self>, NodeError> {
        let rows = sqlx::query("SELECT * FROM devices").fetch_all(database.pool()).await?;
        let devices = rows.iter().map(|row| device(row).map(|device| (device.id, device)));
        Ok(Arc::new(Self { devices: devices.collect::<Result<_, _>>()? }))
    }

    /// The device with this id.
    pub fn get(&self, id: DeviceId) -> Option<&Device> {
        self.devices.get(&id)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.devices.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.devices.is_empty()
    }
}

fn device(row: &AnyRow) -> Result<Device, NodeError> {
    let broken = |_| NodeError::broken("a device");
    let number = |column: &str| row.try_get::<i64, _>(column);
    let kind: String = row.try_get("kind")?;
    let kind = Kind::ALL.into_iter().find(|known| known.name() == kind);
    let time = |column: &str| -> Result<u64, NodeError> {
        u64::try_from(number(column)?).map_err(|_| NodeError::broken("a device"))
    };
    let registration = Registration {
        public_key: hex::encode(&row.try_get::<Vec<u8>, _>("public_key")?),
        kind: kind.ok_or_else(|| NodeError::broken("a device"))?,
        receipt: u32::try_from(number("receipt")?).map_err(broken)?,
        machine: hex::encode(&row.try_get::<Vec<u8>, _>("machine")?),
        capacity_watt: u32::try_from(number("capacity_watt")?).map_err(broken)?,
        valid_from: time("valid_from")?,
        valid_until: time("valid_until")?,
    };
    let stored = row.try_get::<Vec<u8>, _>("device")?;
    let device =
        Device { in_force: (registration.valid_from, registration.valid_until), ..registration.device()? };
    if device.id.0 == stored.as_slice() { Ok(device) } else { Err(NodeError::broken("a device")) }
}
