//! A backup is text: a line a row, so that one made of SQLite restores into PostgreSQL and the reverse. It is proved
//! when it is restored: the chain of events, the root of every batch, and the number of rows.

use std::io::{BufRead, Write};
use std::path::Path;

use futures_util::TryStreamExt;
use serde_json::Value as Json;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::database::count;
use super::projection::run;
use super::{Database, Engine, Projection, Transaction, Value, catch_up_in, events};
use crate::telemetry::{RECORD_BYTES, merkle};
use crate::{NodeError, hex};

/// First line of every backup.
pub const BACKUP_FORMAT: &str = "forebay backup 1";

/// What a column holds.
#[derive(Clone, Copy)]
enum Holds {
    Integer,
    Text,
    Bytes,
}

/// A table that is kept: its rows in order, how one is put back, and its columns.
struct Table {
    name: &'static str,
    select: &'static str,
    insert: &'static str,
    columns: &'static [(&'static str, Holds)],
}

/// Every table that does not follow from another one.
const TABLES: [Table; 7] = [
    Table {
        name: "events",
        select: "SELECT * FROM events ORDER BY sequence",
        insert: "INSERT INTO events (sequence, stream, kind, version, at, body, hash) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        columns: &[
            ("sequence", Holds::Integer),
            ("stream", Holds::Text),
            ("kind", Holds::Text),
            ("version", Holds::Integer),
            ("at", Holds::Integer),
            ("body", Holds::Bytes),
            ("hash", Holds::Bytes),
        ],
    },
    Table {
        name: "commands",
        select: "SELECT * FROM commands ORDER BY key",
        insert: "INSERT INTO commands (key, request, first_event, last_event) VALUES ($1, $2, $3, $4)",
        columns: &[
            ("key", Holds::Text),
            ("request", Holds::Bytes),
            ("first_event", Holds::Integer),
            ("last_event", Holds::Integer),
        ],
    },
    Table {
        name: "batches",
        select: "SELECT * FROM batches ORDER BY id",
        insert: "INSERT INTO batches (id, at, root, records) VALUES ($1, $2, $3, $4)",
        columns: &[
            ("id", Holds::Integer),
            ("at", Holds::Integer),
            ("root", Holds::Bytes),
            ("records", Holds::Bytes),
        ],
    },
    Table {
        name: "runs",
        select: "SELECT * FROM runs ORDER BY device, last_sequence",
        insert: "INSERT INTO runs (device, first_sequence, last_sequence, slot_start, slot_end, batch, position) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        columns: &[
            ("device", Holds::Bytes),
            ("first_sequence", Holds::Integer),
            ("last_sequence", Holds::Integer),
            ("slot_start", Holds::Integer),
            ("slot_end", Holds::Integer),
            ("batch", Holds::Integer),
            ("position", Holds::Integer),
        ],
    },
    Table {
        name: "evidence",
        select: "SELECT * FROM evidence ORDER BY device, kind, sequence, hash",
        insert: "INSERT INTO evidence (device, kind, sequence, hash, at, record, taken) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        columns: &[
            ("device", Holds::Bytes),
            ("kind", Holds::Text),
            ("sequence", Holds::Integer),
            ("hash", Holds::Bytes),
            ("at", Holds::Integer),
            ("record", Holds::Bytes),
            ("taken", Holds::Bytes),
        ],
    },
    Table {
        name: "segments",
        select: "SELECT * FROM segments ORDER BY id",
        insert: "INSERT INTO segments (id, first_batch, last_batch, root, anchor) VALUES ($1, $2, $3, $4, $5)",
        columns: &[
            ("id", Holds::Integer),
            ("first_batch", Holds::Integer),
            ("last_batch", Holds::Integer),
            ("root", Holds::Bytes),
            ("anchor", Holds::Text),
        ],
    },
    Table {
        name: "archived",
        select: "SELECT * FROM archived ORDER BY segment",
        insert: "INSERT INTO archived (segment, at) VALUES ($1, $2)",
        columns: &[("segment", Holds::Integer), ("at", Holds::Integer)],
    },
];

/// What a restore proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Restored {
    /// Rows of all tables.
    pub rows: u64,
    /// The last event's number.
    pub events: u64,
    /// Its hash.
    pub head: [u8; 32],
}

/// Writes everything as of one moment, while others go on. Returns the number of rows.
///
/// # Errors
/// [`NodeError::Database`], or [`NodeError::Backup`] if the text cannot be written.
pub async fn backup(database: &Database, text: &mut dyn Write) -> Result<u64, NodeError> {
    let begin = match database.engine() {
        Engine::Sqlite => "BEGIN",
        Engine::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    };
    let mut transaction = database.pool().begin_with(begin).await?;
    if database.engine() == Engine::Postgres {
        // A table takes as long as it takes; the limit is for requests.
        sqlx::query("SET LOCAL statement_timeout = 0").execute(&mut *transaction).await?;
    }
    writeln!(text, "{BACKUP_FORMAT}").map_err(unwritten)?;
    let mut rows: u64 = 0;
    for table in &TABLES {
        let mut found = sqlx::query(table.select).fetch(&mut *transaction);
        while let Some(row) = found.try_next().await? {
            writeln!(text, "{}", line(table, &row)?).map_err(unwritten)?;
            rows += 1;
        }
    }
    writeln!(text, "[\"end\",{rows}]").and_then(|()| text.flush()).map_err(unwritten)?;
    Ok(rows)
}

/// Copies a SQLite database as of one moment into a new file, for the fastest way back.
///
/// # Errors
/// [`NodeError::Database`], also if the file is there; [`NodeError::Value`] for PostgreSQL, which has `pg_dump`.
pub async fn snapshot(database: &Database, file: &Path) -> Result<(), NodeError> {
    if database.engine() != Engine::Sqlite {
        return Err(NodeError::value("a snapshot", "PostgreSQL has pg_dump; write a backup instead"));
    }
    let file = file.to_str().ok_or_else(|| NodeError::value("a file", "its name is no UTF-8"))?;
    sqlx::query("VACUUM INTO $1").bind(file.to_owned()).execute(database.pool()).await?;
    Ok(())
}

/// Puts a backup into an empty database, proves it, and rebuilds the projections: all of it or nothing.
///
/// # Errors
/// [`NodeError::NotEmpty`], [`NodeError::Backup`], [`NodeError::Broken`] or [`NodeError::Database`].
pub async fn restore(
    database: &Database,
    text: &mut dyn BufRead,
    projections: &[&dyn Projection],
) -> Result<Restored, NodeError> {
    let mut transaction = database.begin().await?;
    require_empty(&mut transaction).await?;
    let rows = rows(&mut transaction, text).await?;
    let (events, head) = events::verify_in(&mut transaction).await?;
    for projection in projections {
        catch_up_in(&mut transaction, *projection).await?;
    }
    transaction.commit().await?;
    Ok(Restored { rows, events, head })
}

async fn require_empty(transaction: &mut Transaction) -> Result<(), NodeError> {
    let held = "SELECT (SELECT COUNT(*) FROM events) + (SELECT COUNT(*) FROM batches) AS held";
    match count(&sqlx::query(held).fetch_one(&mut **transaction).await?, "held")? {
        0 => Ok(()),
        _ => Err(NodeError::NotEmpty),
    }
}

async fn rows(transaction: &mut Transaction, text: &mut dyn BufRead) -> Result<u64, NodeError> {
    let mut lines = text.lines();
    let mut next = || lines.next().transpose().map_err(unwritten);
    if next()?.as_deref() != Some(BACKUP_FORMAT) {
        return Err(NodeError::Backup("its first line is another".to_owned()));
    }
    let mut rows: u64 = 0;
    while let Some(line) = next()? {
        let cells: Vec<Json> = serde_json::from_str(&line).map_err(unwritten)?;
        if cells.first().and_then(Json::as_str) == Some("end") {
            return require_whole(&cells, rows);
        }
        run(transaction, vec![change(&cells)?]).await?;
        rows += 1;
    }
    Err(NodeError::Backup("it ends before its last line".to_owned()))
}

fn require_whole(cells: &[Json], rows: u64) -> Result<u64, NodeError> {
    let stated = cells.get(1).and_then(Json::as_u64);
    if stated == Some(rows) { Ok(rows) } else { Err(NodeError::Backup("rows are missing".to_owned())) }
}

fn line(table: &Table, row: &AnyRow) -> Result<String, NodeError> {
    let cell = |(column, holds): &(&str, Holds)| -> Result<Json, NodeError> {
        Ok(match holds {
            Holds::Integer => Json::from(row.try_get::<i64, _>(*column)?),
            Holds::Text => Json::from(row.try_get::<String, _>(*column)?),
            Holds::Bytes => Json::from(hex::encode(&row.try_get::<Vec<u8>, _>(*column)?)),
        })
    };
    let cells = table.columns.iter().map(cell).collect::<Result<Vec<_>, _>>()?;
    let cells = [Json::from(table.name)].into_iter().chain(cells).collect::<Vec<_>>();
    Ok(Json::from(cells).to_string())
}

fn change(cells: &[Json]) -> Result<super::Change, NodeError> {
    let malformed = || NodeError::Backup("a row is malformed".to_owned());
    let (name, cells) = cells.split_first().ok_or_else(malformed)?;
    let table = TABLES.iter().find(|table| Some(table.name) == name.as_str()).ok_or_else(malformed)?;
    let value = |(cell, (_, holds)): (&Json, &(&str, Holds))| match holds {
        Holds::Integer => cell.as_i64().map(Value::Integer),
        Holds::Text => cell.as_str().map(Value::from),
        Holds::Bytes => cell.as_str().and_then(hex::decode).map(Value::Bytes),
    };
    let values: Option<Vec<Value>> = cells.iter().zip(table.columns).map(value).collect();
    let values = values.filter(|values| values.len() == table.columns.len() && cells.len() == values.len());
    let values = values.ok_or_else(malformed)?;
    if table.name == "batches" {
        require_root(&values)?;
    }
    Ok(super::Change { sql: table.insert, values })
}

/// A batch is what its root says.
fn require_root(values: &[Value]) -> Result<(), NodeError> {
    let [Value::Integer(id), _, Value::Bytes(root), Value::Bytes(records)] = values else {
        return Err(NodeError::broken("a batch"));
    };
    let leaves = records.chunks(RECORD_BYTES);
    if merkle::root(leaves) == root.as_slice() {
        Ok(())
    } else {
        Err(NodeError::broken(format_args!("batch {id}")))
    }
}

fn unwritten(error: impl ToString) -> NodeError {
    NodeError::Backup(error.to_string())
}
