use serde::{Deserialize, Serialize};
use sqlx::{AnyConnection, Row};

use super::kept;
use super::merkle::{self, Path};
use super::reading::{DeviceId, RECORD_BYTES};
use crate::store::Database;
use crate::{NodeError, hex};

/// That a reading is under an anchored root: what anyone needs to check it without the node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadingProof {
    /// The reading's 176 bytes, in hexadecimal.
    pub record: String,
    /// The batch that it is in.
    pub batch: u64,
    /// From the reading to the batch's root.
    pub path: Path,
    /// The batch's root, in hexadecimal.
    pub root: String,
    /// From there to what is anchored; none until the batch's segment is closed.
    pub segment: Option<SegmentProof>,
}

/// That a batch is under an anchored root.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentProof {
    /// The segment.
    pub id: u64,
    /// From the batch's root to the segment's.
    pub path: Path,
    /// The segment's root, in hexadecimal.
    pub root: String,
    /// Where it is anchored.
    pub anchor: String,
}

impl ReadingProof {
    /// Whether the paths lead from the reading to the segment's root, or to the batch's while there is no segment.
    pub fn holds(&self) -> bool {
        let (record, root) = (hex::decode(&self.record), hex::array(&self.root));
        let (Some(record), Some(root)) = (record, root) else { return false };
        self.path.proves(&record, root) && self.segment.as_ref().is_none_or(|segment| segment.holds(root))
    }
}

impl SegmentProof {
    fn holds(&self, batch: [u8; 32]) -> bool {
        hex::array(&self.root).is_some_and(|root| self.path.proves(&batch, root))
    }
}

/// Proves a reading that was taken.
///
/// # Errors
/// [`NodeError::NotFound`] or [`NodeError::Database`].
pub async fn prove(database: &Database, device: DeviceId, sequence: u64) -> Result<ReadingProof, NodeError> {
    let mut connection = database.pool().acquire().await?;
    let missing = || NodeError::NotFound(format!("reading {sequence} of device {device}"));
    let run = kept::run_of(&mut connection, device, sequence).await?.ok_or_else(missing)?;
    let (records, root) = kept::batch(&mut connection, run.batch).await?;
    let leaf = usize::try_from(run.leaf(sequence)).map_err(|_| missing())?;
    let record = records.chunks(RECORD_BYTES).nth(leaf).ok_or_else(missing)?;
    let path = merkle::path(records.chunks(RECORD_BYTES), leaf).ok_or_else(missing)?;
    let segment = segment(&mut connection, run.batch).await?;
    Ok(ReadingProof {
        record: hex::encode(record),
        batch: run.batch,
        path,
        root: hex::encode(&root),
        segment,
    })
}

async fn segment(connection: &mut AnyConnection, batch: u64) -> Result<Option<SegmentProof>, NodeError> {
    let number = i64::try_from(batch).map_err(|_| NodeError::broken("a batch"))?;
    let select = "SELECT * FROM segments WHERE first_batch <= $1 AND last_batch >= $1 AND anchor <> ''";
    let Some(row) = sqlx::query(select).bind(number).fetch_optional(&mut *connection).await? else {
        return Ok(None);
    };
    let bounds: (i64, i64) = (row.try_get("first_batch")?, row.try_get("last_batch")?);
    let roots = sqlx::query("SELECT id, root FROM batches WHERE id >= $1 AND id <= $2 ORDER BY id");
    let roots = roots.bind(bounds.0).bind(bounds.1).fetch_all(connection).await?;
    let mut leaf = None;
    let mut leaves = Vec::with_capacity(roots.len());
    for (place, row) in roots.iter().enumerate() {
        leaf = leaf.or((row.try_get::<i64, _>("id")? == number).then_some(place));
        leaves.push(row.try_get::<Vec<u8>, _>("root")?);
    }
    let path = leaf.and_then(|leaf| merkle::path(leaves.iter().map(Vec::as_slice), leaf));
    let path = path.ok_or_else(|| NodeError::broken("a segment"))?;
    let id = u64::try_from(row.try_get::<i64, _>("id")?).map_err(|_| NodeError::broken("a segment"))?;
    let root = hex::encode(&row.try_get::<Vec<u8>, _>("root")?);
    Ok(Some(SegmentProof { id, path, root, anchor: row.try_get("anchor")? }))
}

/// Proves the last readings of a device that count, the latest first, at most so many.
///
/// # Errors
/// [`NodeError::Database`].
pub async fn prove_last(
    database: &Database,
    device: DeviceId,
    count: u32,
) -> Result<Vec<ReadingProof>, NodeError> {
    let mut connection = database.pool().acquire().await?;
    let select = "SELECT * FROM runs WHERE device = $1 ORDER BY last_sequence DESC LIMIT $2";
    let rows = sqlx::query(select).bind(device.0.to_vec()).bind(i64::from(count));
    let runs = rows.fetch_all(&mut *connection).await?;
    drop(connection);
    let runs = runs.iter().map(kept::Run::read).collect::<Result<Vec<_>, _>>()?;
    let sequences = runs.iter().flat_map(|run| (run.sequences.0..=run.sequences.1).rev());
    let mut proofs = Vec::new();
    for sequence in sequences.take(usize::try_from(count).unwrap_or(usize::MAX)) {
        proofs.push(prove(database, device, sequence).await?);
    }
    Ok(proofs)
}

/// Something that was kept beside the readings that count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceRow {
    /// `gap`, `late`, `sequence` and `slot` (two readings for one place), or `chain`.
    pub kind: String,
    /// The sequence number that it is about; of a gap, the first that is missing.
    pub sequence: u64,
    /// When it was kept, in seconds since 1970.
    pub at: u64,
    /// The reading, in hexadecimal; of a gap, the one after it.
    pub record: String,
    /// The reading that had been taken, in hexadecimal; empty where there is none.
    pub taken: String,
}

/// What is kept as evidence of a device, in order.
///
/// # Errors
/// [`NodeError::Database`].
pub async fn evidence(database: &Database, device: DeviceId) -> Result<Vec<EvidenceRow>, NodeError> {
    let rows = sqlx::query("SELECT * FROM evidence WHERE device = $1 ORDER BY sequence, kind, hash");
    let rows = rows.bind(device.0.to_vec()).fetch_all(database.pool()).await?;
    let row = |row: &sqlx::any::AnyRow| -> Result<EvidenceRow, NodeError> {
        let number = |column: &str| -> Result<u64, NodeError> {
            u64::try_from(row.try_get::<i64, _>(column)?).map_err(|_| NodeError::broken("evidence"))
        };
        Ok(EvidenceRow {
            kind: row.try_get("kind")?,
            sequence: number("sequence")?,
            at: number("at")?,
            record: hex::encode(&row.try_get::<Vec<u8>, _>("record")?),
            taken: hex::encode(&row.try_get::<Vec<u8>, _>("taken")?),
        })
    };
    rows.iter().map(row).collect()
}
