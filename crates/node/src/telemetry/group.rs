//! What one transaction is to keep: readings of several requests, gathered so that the disk is asked once for all.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use sqlx::AssertSqlSafe;

use super::accept::Last;
use super::kept::Run;
use super::merkle;
use super::reading::{DeviceId, RECORD_BYTES, ReadingHash, Record, Slot};
use super::verify::Checked;
use crate::NodeError;
use crate::store::{Transaction, Value};

/// Rows of one statement: few enough for SQLite, which looks up each value by its name in a list.
const ROWS: usize = 32;

/// Rows of evidence that a device can fill; beyond, they are counted and not kept.
const EVIDENCE_MAX: i64 = 1000;

/// What is kept beside the readings that count.
pub(super) struct Proof {
    pub device: DeviceId,
    pub kind: &'static str,
    pub sequence: u64,
    pub hash: ReadingHash,
    pub record: Record,
    /// What had been taken, where it matters.
    pub taken: Option<Record>,
}

/// Readings that count and evidence, not stored yet.
pub(super) struct Group {
    batch: u64,
    at: u64,
    taken: Vec<Checked>,
    places: BTreeMap<(DeviceId, u64), usize>,
    proofs: Vec<Proof>,
    lasts: BTreeMap<DeviceId, Last>,
}

impl Group {
    pub(super) fn new(batch: u64, at: u64) -> Self {
        let (taken, proofs) = (Vec::new(), Vec::new());
        Self { batch, at, taken, places: BTreeMap::new(), proofs, lasts: BTreeMap::new() }
    }

    pub(super) fn take(&mut self, checked: &Checked) {
        let reading = checked.reading;
        self.places.insert((reading.device, reading.sequence), self.taken.len());
        self.taken.push(*checked);
        self.lasts.insert(reading.device, Last { reading, hash: checked.hash });
    }

    pub(super) fn keep(&mut self, proof: Proof) {
        self.proofs.push(proof);
    }

    pub(super) fn last(&self, device: DeviceId) -> Option<&Last> {
        self.lasts.get(&device)
    }

    pub(super) fn lasts(self) -> BTreeMap<DeviceId, Last> {
        self.lasts
    }

    /// The batch's number, if it has readings.
    pub(super) fn batch(&self) -> Option<u64> {
        (!self.taken.is_empty()).then_some(self.batch)
    }

    pub(super) fn find(&self, device: DeviceId, sequence: u64) -> Option<Record> {
        let place = self.places.get(&(device, sequence))?;
        self.taken.get(*place).map(|checked| checked.record)
    }

    pub(super) fn in_slot(&self, device: DeviceId, slot: Slot) -> Option<Record> {
        let places = self.places.range((device, 0)..=(device, u64::MAX)).map(|(_, place)| *place);
        let mut taken = places.filter_map(|place| self.taken.get(place));
        taken.find(|checked| checked.reading.slot.overlaps(slot)).map(|checked| checked.record)
    }

    /// Writes it all; the caller commits.
    pub(super) async fn write(&mut self, transaction: &mut Transaction) -> Result<(), NodeError> {
        for proof in &self.proofs {
            write_proof(transaction, proof, self.at).await?;
        }
        if self.taken.is_empty() {
            return Ok(());
        }
        // By device, so that a device's readings lie side by side; a stable sort keeps each device's order.
        self.taken.sort_by_key(|checked| checked.reading.device);
        write_batch(transaction, (self.batch, self.at), &self.taken).await?;
        for rows in runs(&self.taken, self.batch).chunks(ROWS) {
            write_runs(transaction, rows).await?;
        }
        Ok(())
    }
}

/// The runs of readings that are sorted by device.
fn runs(taken: &[Checked], batch: u64) -> Vec<Run> {
    let follows = |before: &Checked, next: &Checked| {
        before.reading.device == next.reading.device && before.reading.sequence + 1 == next.reading.sequence
    };
    let mut position = 0;
    let runs = taken.chunk_by(follows).filter_map(|run| {
        let (first, last) = (run.first()?.reading, run.last()?.reading);
        let (sequences, slots) = ((first.sequence, last.sequence), (first.slot.start, last.slot.end()));
        let run = Run { device: first.device, sequences, slots, batch, position };
        position += last.sequence - first.sequence + 1;
        Some(run)
    });
    runs.collect()
}

async fn write_batch(
    transaction: &mut Transaction,
    (batch, at): (u64, u64),
    taken: &[Checked],
) -> Result<(), NodeError> {
    let mut records = Vec::with_capacity(taken.len() * RECORD_BYTES);
    taken.iter().for_each(|checked| records.extend_from_slice(&checked.record.0));
    let number = |number: u64| i64::try_from(number).map_err(|error| NodeError::value("a batch", error));
    sqlx::query("INSERT INTO batches (id, at, root, records) VALUES ($1, $2, $3, $4)")
        .bind(number(batch)?)
        .bind(number(at)?)
        .bind(merkle::root(records.chunks(RECORD_BYTES)).to_vec())
        .bind(records)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

/// The statement for full pieces, of which a large batch has many.
static FULL: LazyLock<Arc<str>> = LazyLock::new(|| insertion(ROWS));

fn insertion(rows: usize) -> Arc<str> {
    let row = |row: usize| {
        let places = (1..=Run::COLUMNS).map(|column| format!("${}", row * Run::COLUMNS + column));
        format!("({})", places.collect::<Vec<_>>().join(","))
    };
    let places = (0..rows).map(row).collect::<Vec<_>>().join(",");
    let columns = "device, first_sequence, last_sequence, slot_start, slot_end, batch, position";
    format!("INSERT INTO runs ({columns}) VALUES {places}").into()
}

async fn write_runs(transaction: &mut Transaction, rows: &[Run]) -> Result<(), NodeError> {
    let statement = if rows.len() == ROWS { FULL.clone() } else { insertion(rows.len()) };
    // Only our own words and numbers of places are put together.
    let mut query = sqlx::query(AssertSqlSafe(statement));
    for run in rows {
        query = run.values()?.into_iter().fold(query, |query, value| value.bind(query));
    }
    query.execute(&mut **transaction).await?;
    Ok(())
}

async fn write_proof(transaction: &mut Transaction, proof: &Proof, at: u64) -> Result<(), NodeError> {
    let number = |number: u64| i64::try_from(number).map_err(|error| NodeError::value("evidence", error));
    let insert = "INSERT INTO evidence (device, kind, sequence, hash, at, record, taken) \
                  SELECT $1, $2, $3, $4, $5, $6, $7 WHERE (SELECT COUNT(*) FROM evidence WHERE device = $1) < $8 \
                  ON CONFLICT DO NOTHING";
    let values: [Value; 8] = [
        proof.device.0.into(),
        proof.kind.into(),
        number(proof.sequence)?.into(),
        proof.hash.0.into(),
        number(at)?.into(),
        proof.record.0.into(),
        Value::Bytes(proof.taken.map(|taken| taken.0.to_vec()).unwrap_or_default()),
        EVIDENCE_MAX.into(),
    ];
    let query = values.into_iter().fold(sqlx::query(insert), |query, value| value.bind(query));
    query.execute(&mut **transaction).await?;
    Ok(())
}
