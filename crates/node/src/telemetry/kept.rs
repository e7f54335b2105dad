//! The tables of readings: what was taken is found again by its number or by its slot.
//!
//! A batch is one row with the bytes of its readings, sorted by device. A run is a row for consecutive readings of one
//! device in one batch: so a batch of one device costs two rows and not hundreds.

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::accept::Last;
use super::reading::{DeviceId, RECORD_BYTES, Reading, Record, Slot};
use crate::NodeError;
use crate::store::Value;

/// Consecutive readings of one device in one batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub device: DeviceId,
    pub sequences: (u64, u64),
    pub slots: (u64, u64),
    pub batch: u64,
    pub position: u64,
}

impl Run {
    pub(super) const COLUMNS: usize = 7;

    /// Its row.
    pub(super) fn values(&self) -> Result<[Value; Self::COLUMNS], NodeError> {
        let number = |number: u64| i64::try_from(number).map_err(|error| NodeError::value("a run", error));
        Ok([
            self.device.0.into(),
            number(self.sequences.0)?.into(),
            number(self.sequences.1)?.into(),
            number(self.slots.0)?.into(),
            number(self.slots.1)?.into(),
            number(self.batch)?.into(),
            number(self.position)?.into(),
        ])
    }

    pub(super) fn read(row: &AnyRow) -> Result<Self, NodeError> {
        let number = |column: &str| -> Result<u64, NodeError> {
            u64::try_from(row.try_get::<i64, _>(column)?).map_err(|_| NodeError::broken("a run"))
        };
        let device: Vec<u8> = row.try_get("device")?;
        Ok(Self {
            device: DeviceId(device.try_into().map_err(|_| NodeError::broken("a run"))?),
            sequences: (number("first_sequence")?, number("last_sequence")?),
            slots: (number("slot_start")?, number("slot_end")?),
            batch: number("batch")?,
            position: number("position")?,
        })
    }

    /// The place of a reading among the leaves of its batch.
    pub(super) fn leaf(&self, sequence: u64) -> u64 {
        self.position + sequence.saturating_sub(self.sequences.0)
    }
}

/// The run that holds a device's reading, if it was taken.
pub(super) async fn run_of(
    connection: &mut AnyConnection,
    device: DeviceId,
    sequence: u64,
) -> Result<Option<Run>, NodeError> {
    let select =
        "SELECT * FROM runs WHERE device = $1 AND last_sequence >= $2 ORDER BY last_sequence LIMIT 1";
    let Ok(number) = i64::try_from(sequence) else { return Ok(None) };
    let row = sqlx::query(select).bind(device.0.to_vec()).bind(number).fetch_optional(connection).await?;
    let run = row.as_ref().map(Run::read).transpose()?;
    Ok(run.filter(|run| run.sequences.0 <= sequence))
}

/// The readings of a run.
pub(super) async fn records(connection: &mut AnyConnection, run: &Run) -> Result<Vec<Record>, NodeError> {
    let broken = || NodeError::broken(format_args!("batch {}", run.batch));
    let (records, _) = batch(connection, run.batch).await?;
    let first = usize::try_from(run.position).map_err(|_| broken())?;
    let count = run.sequences.1.saturating_sub(run.sequences.0).saturating_add(1);
    let count = usize::try_from(count).map_err(|_| broken())?;
    let read = |bytes| Record::from_slice(bytes).ok_or_else(broken);
    records.chunks(RECORD_BYTES).skip(first).take(count).map(read).collect()
}

/// The bytes of one reading.
async fn record(connection: &mut AnyConnection, run: &Run, sequence: u64) -> Result<Record, NodeError> {
    let place = i64::try_from(run.leaf(sequence)).map_err(|_| NodeError::broken("a run"))?;
    let bytes = i64::try_from(RECORD_BYTES).map_err(|_| NodeError::broken("a run"))?;
    // PostgreSQL's substr of bytes counts in 32 bits.
    let select = "SELECT substr(records, CAST($2 AS INTEGER), CAST($3 AS INTEGER)) AS record FROM batches WHERE id = $1";
    let batch = i64::try_from(run.batch).map_err(|_| NodeError::broken("a run"))?;
    let row =
        sqlx::query(select).bind(batch).bind(place * bytes + 1).bind(bytes).fetch_one(connection).await?;
    let record: Vec<u8> = row.try_get("record")?;
    Record::from_slice(&record).ok_or_else(|| NodeError::broken(format_args!("batch {}", run.batch)))
}

/// The reading that was taken under a number.
pub(super) async fn taken(
    connection: &mut AnyConnection,
    device: DeviceId,
    sequence: u64,
) -> Result<Option<Record>, NodeError> {
    match run_of(connection, device, sequence).await? {
        Some(run) => record(connection, &run, sequence).await.map(Some),
        None => Ok(None),
    }
}

/// A reading that was taken and shares a second with this slot.
pub(super) async fn in_slot(
    connection: &mut AnyConnection,
    device: DeviceId,
    slot: Slot,
) -> Result<Option<Record>, NodeError> {
    let select = "SELECT * FROM runs WHERE device = $1 AND slot_end > $2 ORDER BY last_sequence LIMIT 1";
    let Ok(start) = i64::try_from(slot.start) else { return Ok(None) };
    let row =
        sqlx::query(select).bind(device.0.to_vec()).bind(start).fetch_optional(&mut *connection).await?;
    let Some(run) = row.as_ref().map(Run::read).transpose()? else { return Ok(None) };
    for sequence in run.sequences.0..=run.sequences.1 {
        let record = record(connection, &run, sequence).await?;
        if record.reading().is_ok_and(|reading: Reading| reading.slot.overlaps(slot)) {
            return Ok(Some(record));
        }
    }
    Ok(None)
}

/// The last reading of a device.
pub(super) async fn last(
    connection: &mut AnyConnection,
    device: DeviceId,
) -> Result<Option<Last>, NodeError> {
    let select = "SELECT * FROM runs WHERE device = $1 ORDER BY last_sequence DESC LIMIT 1";
    let row = sqlx::query(select).bind(device.0.to_vec()).fetch_optional(&mut *connection).await?;
    let Some(run) = row.as_ref().map(Run::read).transpose()? else { return Ok(None) };
    let record = record(connection, &run, run.sequences.1).await?;
    let reading = record.reading().map_err(|_| NodeError::broken(format_args!("batch {}", run.batch)))?;
    Ok(Some(Last { reading, hash: record.hash() }))
}

/// The number of the last batch, zero for none, and the latest time that was stored.
pub(super) async fn head(connection: &mut AnyConnection) -> Result<(u64, u64), NodeError> {
    let select = "SELECT id, at FROM batches ORDER BY id DESC LIMIT 1";
    let Some(row) = sqlx::query(select).fetch_optional(connection).await? else { return Ok((0, 0)) };
    let number = |column: &str| -> Result<u64, NodeError> {
        u64::try_from(row.try_get::<i64, _>(column)?).map_err(|_| NodeError::broken("a batch"))
    };
    Ok((number("id")?, number("at")?))
}

/// The bytes of a batch, and its root.
pub(super) async fn batch(connection: &mut AnyConnection, id: u64) -> Result<(Vec<u8>, Vec<u8>), NodeError> {
    let id = i64::try_from(id).map_err(|_| NodeError::broken("a batch"))?;
    let row = sqlx::query("SELECT records, root FROM batches WHERE id = $1")
        .bind(id)
        .fetch_optional(connection)
        .await?;
    let row = row.ok_or_else(|| NodeError::NotFound(format!("batch {id}")))?;
    Ok((row.try_get("records")?, row.try_get("root")?))
}
