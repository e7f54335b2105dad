use std::time::Duration;

use sqlx::any::{AnyArguments, AnyPoolOptions, AnyRow};
use sqlx::migrate::Migrator;
use sqlx::query::Query;
use sqlx::{Any, AnyPool, Executor, Row};

use crate::NodeError;

static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

/// Number of the lock that lets one transaction write at a time in PostgreSQL; any number that is ours.
const WRITER: i64 = 0x0046_6f72_6562_6179;

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// A file.
    Sqlite,
    /// A server.
    Postgres,
}

/// How a database is opened.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Connections at once.
    pub connections: u32,
    /// How long to wait for a connection or a lock before the request is refused.
    pub patience: Duration,
    /// Most pages of 4 KiB that a file may have; a full one refuses what would make it grow. None: the disk's limit.
    pub pages_max: Option<u32>,
}

impl Default for Options {
    fn default() -> Self {
        Self { connections: 4, patience: Duration::from_secs(5), pages_max: None }
    }
}

/// A transaction that may write; dropped without a commit it leaves nothing.
pub type Transaction = sqlx::Transaction<'static, Any>;

/// A value of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A whole number.
    Integer(i64),
    /// Text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<&[u8]> for Value {
    fn from(value: &[u8]) -> Self {
        Self::Bytes(value.to_vec())
    }
}

impl<const N: usize> From<[u8; N]> for Value {
    fn from(value: [u8; N]) -> Self {
        Self::Bytes(value.to_vec())
    }
}

impl Value {
    /// Gives the value to a statement.
    pub fn bind(self, query: Query<'_, Any, AnyArguments>) -> Query<'_, Any, AnyArguments> {
        match self {
            Self::Integer(value) => query.bind(value),
            Self::Text(value) => query.bind(value),
            Self::Bytes(value) => query.bind(value),
        }
    }
}

/// SQLite in a file, or PostgreSQL: the same statements, the same answers.
#[derive(Clone, Debug)]
pub struct Database {
    pool: AnyPool,
    engine: Engine,
}

impl Database {
    /// Opens `sqlite:FILE`, creating it if need be, or `postgres://USER@HOST/NAME`, and brings its tables up to date.
    ///
    /// # Errors
    /// [`NodeError::NoDatabase`], [`NodeError::Database`] or [`NodeError::Migration`].
    pub async fn open(address: &str, options: Options) -> Result<Self, NodeError> {
        sqlx::any::install_default_drivers();
        let engine = engine(address)?;
        let pool = AnyPoolOptions::new()
            .max_connections(options.connections)
            .acquire_timeout(options.patience)
            .after_connect(move |connection, _| {
                Box::pin(async move {
                    for statement in opening(engine, options) {
                        connection.execute(sqlx::raw_sql(sqlx::AssertSqlSafe(statement))).await?;
                    }
                    Ok(())
                })
            });
        let pool = pool.connect(&location(engine, address)).await?;
        let migrator = if engine == Engine::Sqlite { &SQLITE } else { &POSTGRES };
        migrator.run(&pool).await?;
        Ok(Self { pool, engine })
    }

    /// Which one it is.
    pub const fn engine(&self) -> Engine {
        self.engine
    }

    /// Where reading statements go.
    pub const fn pool(&self) -> &AnyPool {
        &self.pool
    }

    /// Begins a transaction that writes, once every other one has ended: what it reads stays true until it commits.
    ///
    /// # Errors
    /// [`NodeError::Database`], also if others write for longer than the patience lasts.
    pub async fn begin(&self) -> Result<Transaction, NodeError> {
        match self.engine {
            Engine::Sqlite => Ok(self.pool.begin_with("BEGIN IMMEDIATE").await?),
            Engine::Postgres => {
                let mut transaction = self.pool.begin().await?;
                sqlx::query("SELECT pg_advisory_xact_lock($1)")
                    .bind(WRITER)
                    .execute(&mut *transaction)
                    .await?;
                Ok(transaction)
            }
        }
    }

    /// Makes sure that it takes writes now, and leaves nothing.
    ///
    /// # Errors
    /// [`NodeError::Database`] if it does not.
    pub async fn require_writable(&self) -> Result<(), NodeError> {
        let mut transaction = self.begin().await?;
        sqlx::query("UPDATE projections SET sequence = sequence WHERE name = ''")
            .execute(&mut *transaction)
            .await?;
        Ok(transaction.rollback().await?)
    }

    /// Closes every connection.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

fn engine(address: &str) -> Result<Engine, NodeError> {
    match address.split_once(':') {
        Some(("sqlite", _)) => Ok(Engine::Sqlite),
        Some(("postgres" | "postgresql", _)) => Ok(Engine::Postgres),
        _ => Err(NodeError::NoDatabase(address.to_owned())),
    }
}

fn location(engine: Engine, address: &str) -> String {
    match engine {
        Engine::Sqlite if !address.contains('?') => format!("{address}?mode=rwc"),
        _ => address.to_owned(),
    }
}

/// What each new connection is told. A commit is on the disk when it is answered: `synchronous=FULL` syncs the
/// write-ahead log at every commit (sqlite.org/pragma.html#pragma_synchronous).
fn opening(engine: Engine, options: Options) -> Vec<String> {
    let milliseconds = options.patience.as_millis();
    if engine == Engine::Postgres {
        let limits =
            ["lock_timeout", "statement_timeout"].map(|limit| format!("SET {limit} = {milliseconds}"));
        return limits.into_iter().chain(["SET synchronous_commit = on".to_owned()]).collect();
    }
    let limit = options.pages_max.map(|pages| format!("PRAGMA max_page_count = {pages}"));
    let settings = [
        format!("PRAGMA busy_timeout = {milliseconds}"),
        "PRAGMA journal_mode = WAL".to_owned(),
        "PRAGMA synchronous = FULL".to_owned(),
        // 64 MiB of pages in memory, and 32 MiB of log before it is folded into the file: readings of many devices
        // touch pages all over.
        "PRAGMA cache_size = -65536".to_owned(),
        "PRAGMA wal_autocheckpoint = 8192".to_owned(),
    ];
    settings.into_iter().chain(limit).collect()
}

/// A whole number of a row that counts something.
pub(crate) fn count(row: &AnyRow, column: &str) -> Result<u64, NodeError> {
    let value: i64 = row.try_get(column)?;
    u64::try_from(value).map_err(|_| NodeError::broken(column))
}

/// Bytes of a row, of a known length.
pub(crate) fn array<const N: usize>(row: &AnyRow, column: &str) -> Result<[u8; N], NodeError> {
    let bytes: Vec<u8> = row.try_get(column)?;
    bytes.try_into().map_err(|_| NodeError::broken(column))
}

/// A count as a database keeps it.
pub(crate) fn integer(value: u64) -> Result<i64, NodeError> {
    i64::try_from(value).map_err(|error| NodeError::value("a number", error))
}
