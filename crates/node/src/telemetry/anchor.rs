use std::sync::Mutex;

use futures_util::future::BoxFuture;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::merkle;
use crate::store::{Database, Transaction};
use crate::{NodeError, hex};

/// Most batches of one segment.
const BATCHES_MAX: i64 = 4096;

/// Batches under one root, which is anchored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// 1 for the first, one more for each after it.
    pub id: u64,
    /// The first batch and the last, both included.
    pub batches: (u64, u64),
    /// The root over the batches' roots.
    pub root: [u8; 32],
}

/// Where roots are put so that nobody can change them later.
pub trait Anchor: Send + Sync {
    /// Puts a segment's root there and returns the words that find it again. Called again with the same segment if
    /// the node stopped in between.
    fn anchor<'a>(&'a self, segment: &'a Segment) -> BoxFuture<'a, Result<String, NodeError>>;
}

/// Keeps roots in memory: for tests and for a node without a ledger.
#[derive(Debug, Default)]
pub struct LoggedAnchor {
    segments: Mutex<Vec<Segment>>,
}

impl LoggedAnchor {
    /// What was anchored, in order.
    pub fn segments(&self) -> Vec<Segment> {
        self.segments.lock().map(|segments| segments.clone()).unwrap_or_default()
    }
}

impl Anchor for LoggedAnchor {
    fn anchor<'a>(&'a self, segment: &'a Segment) -> BoxFuture<'a, Result<String, NodeError>> {
        Box::pin(async move {
            let mut segments = self.segments.lock().map_err(|_| NodeError::Stopping)?;
            segments.push(segment.clone());
            Ok(format!("log {}", hex::encode(&segment.root)))
        })
    }
}

/// Puts the batches since the last segment under one root and anchors it; nothing if there are none. A segment whose
/// anchor was lost is anchored first.
///
/// # Errors
/// [`NodeError::Database`], or what the anchor says; then the next call anchors the same segment.
pub async fn close_segment(database: &Database, anchor: &dyn Anchor) -> Result<Option<Segment>, NodeError> {
    let mut transaction = database.begin().await?;
    let open = sqlx::query("SELECT * FROM segments WHERE anchor = '' ORDER BY id LIMIT 1");
    let segment = match open.fetch_optional(&mut *transaction).await? {
        Some(row) => Some(read(&row)?),
        None => open_segment(&mut transaction).await?,
    };
    transaction.commit().await?;
    let Some(segment) = segment else { return Ok(None) };
    let place = anchor.anchor(&segment).await?;
    sqlx::query("UPDATE segments SET anchor = $2 WHERE id = $1")
        .bind(number(segment.id)?)
        .bind(place)
        .execute(database.pool())
        .await?;
    Ok(Some(segment))
}

/// Fixes the next segment, so that it is the same however often it is anchored.
async fn open_segment(transaction: &mut Transaction) -> Result<Option<Segment>, NodeError> {
    let last = sqlx::query("SELECT id, last_batch FROM segments ORDER BY id DESC LIMIT 1");
    let last = last.fetch_optional(&mut **transaction).await?;
    let (id, from): (i64, i64) = match last {
        Some(row) => (row.try_get("id")?, row.try_get("last_batch")?),
        None => (0, 0),
    };
    let rows = sqlx::query("SELECT id, root FROM batches WHERE id > $1 ORDER BY id LIMIT $2");
    let rows = rows.bind(from).bind(BATCHES_MAX).fetch_all(&mut **transaction).await?;
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Ok(None) };
    let roots = rows.iter().map(|row| row.try_get::<Vec<u8>, _>("root")).collect::<Result<Vec<_>, _>>()?;
    let root = merkle::root(roots.iter().map(Vec::as_slice));
    let batches: (i64, i64) = (first.try_get("id")?, last.try_get("id")?);
    sqlx::query(
        "INSERT INTO segments (id, first_batch, last_batch, root, anchor) VALUES ($1, $2, $3, $4, '')",
    )
    .bind(id + 1)
    .bind(batches.0)
    .bind(batches.1)
    .bind(root.to_vec())
    .execute(&mut **transaction)
    .await?;
    Ok(Some(Segment { id: counted(id + 1)?, batches: (counted(batches.0)?, counted(batches.1)?), root }))
}

fn read(row: &AnyRow) -> Result<Segment, NodeError> {
    let number = |column: &str| -> Result<u64, NodeError> { counted(row.try_get(column)?) };
    let root: Vec<u8> = row.try_get("root")?;
    let root = root.try_into().map_err(|_| NodeError::broken("a segment"))?;
    Ok(Segment { id: number("id")?, batches: (number("first_batch")?, number("last_batch")?), root })
}

fn counted(value: i64) -> Result<u64, NodeError> {
    u64::try_from(value).map_err(|_| NodeError::broken("a segment"))
}

fn number(value: u64) -> Result<i64, NodeError> {
    i64::try_from(value).map_err(|error| NodeError::value("a segment", error))
}
