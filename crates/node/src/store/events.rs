use sha2::{Digest, Sha256};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::database::{array, count, integer};
use super::{Database, Transaction};
use crate::NodeError;

/// The hash of an event begins with this, so that no other bytes can be taken for one.
const DOMAIN: &[u8] = b"forebay event\x01";

/// Most events of one command.
const EVENTS_MAX: usize = 1000;

/// Events that are read at once while the log is walked.
const PAGE: i64 = 500;

/// Something that is about to have happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEvent {
    /// What kind, such as `device.registered`.
    pub kind: String,
    /// The version of its body's form.
    pub version: u16,
    /// What happened, as its kind writes it: JSON.
    pub body: Vec<u8>,
}

impl NewEvent {
    /// Writes a body as JSON.
    ///
    /// # Errors
    /// [`NodeError::Value`] if the body is no JSON.
    pub fn json(kind: &str, version: u16, body: &impl serde::Serialize) -> Result<Self, NodeError> {
        let body = serde_json::to_vec(body).map_err(|error| NodeError::value("an event", error))?;
        Ok(Self { kind: kind.to_owned(), version, body })
    }
}

/// What is to be appended, all of it or nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// The idempotency key: the same command, sent again under it, gets the first answer.
    pub key: String,
    /// Whose history it extends.
    pub stream: String,
    /// The last event of the stream that the caller knew, zero for none; the command is refused if there is a later
    /// one. None: whatever came before.
    pub expected: Option<u64>,
    /// When, in seconds since 1970.
    pub at: u64,
    /// What, in order.
    pub events: Vec<NewEvent>,
}

/// Where a command's events are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appended {
    /// The first event's number.
    pub first: u64,
    /// The last one's.
    pub last: u64,
    /// Whether the command had been taken before.
    pub repeated: bool,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// 1 for the first of all, one more for each after it.
    pub sequence: u64,
    /// Whose history it is part of.
    pub stream: String,
    /// What kind.
    pub kind: String,
    /// The version of the body's form.
    pub version: u16,
    /// When, in seconds since 1970.
    pub at: u64,
    /// What happened: JSON.
    pub body: Vec<u8>,
    /// SHA-256 over the hash before it and all of the above.
    pub hash: [u8; 32],
}

impl Event {
    /// Reads a body that is JSON.
    ///
    /// # Errors
    /// [`NodeError::Value`] if it has another form.
    pub fn json<T: serde::de::DeserializeOwned>(&self) -> Result<T, NodeError> {
        serde_json::from_slice(&self.body).map_err(|error| NodeError::value("an event", error))
    }

    fn read(row: &AnyRow) -> Result<Self, NodeError> {
        Ok(Self {
            sequence: count(row, "sequence")?,
            stream: row.try_get("stream")?,
            kind: row.try_get("kind")?,
            version: u16::try_from(count(row, "version")?).map_err(|_| NodeError::broken("a version"))?,
            at: count(row, "at")?,
            body: row.try_get("body")?,
            hash: array(row, "hash")?,
        })
    }

    /// The hash that it must have after the one before it.
    pub fn expected_hash(&self, previous: [u8; 32]) -> [u8; 32] {
        let mut hasher = Sha256::new().chain_update(DOMAIN).chain_update(previous);
        hasher.update(self.sequence.to_le_bytes());
        hasher.update(self.at.to_le_bytes());
        hasher.update(self.version.to_le_bytes());
        for part in [self.stream.as_bytes(), self.kind.as_bytes(), &self.body] {
            hasher.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_le_bytes());
            hasher.update(part);
        }
        hasher.finalize().into()
    }
}

/// The log of everything that happened.
#[derive(Clone, Debug)]
pub struct EventStore {
    database: Database,
}

impl EventStore {
    /// The log of a database.
    pub const fn new(database: Database) -> Self {
        Self { database }
    }

    /// The database that it is in.
    pub const fn database(&self) -> &Database {
        &self.database
    }

    /// Appends a command's events; they are durable when this returns.
    ///
    /// # Errors
    /// [`NodeError::Conflict`], [`NodeError::KeyTaken`], [`NodeError::Value`] or [`NodeError::Database`]; nothing is
    /// kept of a command that is refused.
    pub async fn append(&self, command: &Command) -> Result<Appended, NodeError> {
        let mut transaction = self.database.begin().await?;
        let appended = append_in(&mut transaction, command).await?;
        transaction.commit().await?;
        Ok(appended)
    }

    /// The events after a number, in order, at most 500.
    ///
    /// # Errors
    /// [`NodeError::Database`], or [`NodeError::Broken`] for a row that is no event.
    pub async fn after(&self, sequence: u64) -> Result<Vec<Event>, NodeError> {
        let mut connection = self.database.pool().acquire().await?;
        page(&mut connection, sequence).await
    }

    /// The events of one stream, in order.
    ///
    /// # Errors
    /// As [`EventStore::after`].
    pub async fn stream(&self, stream: &str) -> Result<Vec<Event>, NodeError> {
        let rows =
            sqlx::query("SELECT * FROM events WHERE stream = $1 ORDER BY sequence").bind(stream.to_owned());
        rows.fetch_all(self.database.pool()).await?.iter().map(Event::read).collect()
    }

    /// The events of one stream after a number, in order, at most 500.
    ///
    /// # Errors
    /// As [`EventStore::after`].
    pub async fn stream_after(&self, stream: &str, sequence: u64) -> Result<Vec<Event>, NodeError> {
        let rows = sqlx::query(
            "SELECT * FROM events WHERE stream = $1 AND sequence > $2 ORDER BY sequence LIMIT $3",
        );
        let rows = rows.bind(stream.to_owned()).bind(integer(sequence)?).bind(PAGE);
        rows.fetch_all(self.database.pool()).await?.iter().map(Event::read).collect()
    }

    /// The number of the last event and when it happened; zeros if there is none.
    ///
    /// # Errors
    /// As [`EventStore::after`].
    pub async fn head(&self) -> Result<(u64, u64), NodeError> {
        let row = sqlx::query("SELECT sequence, at FROM events ORDER BY sequence DESC LIMIT 1");
        match row.fetch_optional(self.database.pool()).await? {
            Some(row) => Ok((count(&row, "sequence")?, count(&row, "at")?)),
            None => Ok((0, 0)),
        }
    }

    /// Walks the whole chain and returns the number and the hash of its last event. Compare them with what was anchored
    /// to know that the end was not cut off.
    ///
    /// # Errors
    /// [`NodeError::Broken`] with the first event that is not what its hash says.
    pub async fn verify(&self) -> Result<(u64, [u8; 32]), NodeError> {
        let mut connection = self.database.pool().acquire().await?;
        verify_in(&mut connection).await
    }
}

pub(super) async fn page(connection: &mut AnyConnection, sequence: u64) -> Result<Vec<Event>, NodeError> {
    let rows = sqlx::query("SELECT * FROM events WHERE sequence > $1 ORDER BY sequence LIMIT $2");
    let rows = rows.bind(integer(sequence)?).bind(PAGE).fetch_all(connection).await?;
    rows.iter().map(Event::read).collect()
}

pub(super) async fn verify_in(connection: &mut AnyConnection) -> Result<(u64, [u8; 32]), NodeError> {
    let mut head = (0, [0; 32]);
    loop {
        let events = page(connection, head.0).await?;
        if events.is_empty() {
            return Ok(head);
        }
        for event in events {
            if event.sequence != head.0 + 1 || event.hash != event.expected_hash(head.1) {
                return Err(NodeError::broken(format_args!("event {}", event.sequence)));
            }
            head = (event.sequence, event.hash);
        }
    }
}

/// As [`EventStore::append`], within a transaction of [`Database::begin`], so that a command and what it changes beside the
/// log are kept together or not at all.
///
/// # Errors
/// As [`EventStore::append`].
pub async fn append_in(transaction: &mut Transaction, command: &Command) -> Result<Appended, NodeError> {
    let request = fingerprint(command);
    match answered_in(transaction, &command.key, request).await? {
        Some(before) => Ok(before),
        None => append_asked_in(transaction, command, request).await,
    }
}

/// What became of a command that was taken before under this key; nothing if none was. For commands whose events depend
/// on what was there when they came: `request` is the hash of what was asked.
///
/// # Errors
/// [`NodeError::KeyTaken`] if another thing was asked under the key.
pub async fn answered_in(
    transaction: &mut Transaction,
    key: &str,
    request: [u8; 32],
) -> Result<Option<Appended>, NodeError> {
    taken(transaction, key, request).await
}

/// Appends a command that [`answered_in`] does not know, under the hash of what was asked.
///
/// # Errors
/// As [`EventStore::append`].
pub async fn append_asked_in(
    transaction: &mut Transaction,
    command: &Command,
    request: [u8; 32],
) -> Result<Appended, NodeError> {
    require_sane(command)?;
    require_expected(transaction, command).await?;
    let (head, mut hash) = head(transaction).await?;
    for (new, sequence) in command.events.iter().zip(head + 1..) {
        hash = insert(transaction, (command, new), (sequence, hash)).await?;
    }
    let events = u64::try_from(command.events.len()).unwrap_or(u64::MAX);
    let appended = Appended { first: head + 1, last: head + events, repeated: false };
    sqlx::query("INSERT INTO commands (key, request, first_event, last_event) VALUES ($1, $2, $3, $4)")
        .bind(command.key.clone())
        .bind(request.to_vec())
        .bind(integer(appended.first)?)
        .bind(integer(appended.last)?)
        .execute(&mut **transaction)
        .await?;
    Ok(appended)
}

fn require_sane(command: &Command) -> Result<(), NodeError> {
    let named = |text: &str| (1..=200).contains(&text.len()) && !text.contains('\0');
    let names = named(&command.key) && named(&command.stream);
    if !names || command.events.iter().any(|event| !named(&event.kind)) {
        return Err(NodeError::value("a command", "its key, stream and kinds have 1 to 200 bytes"));
    }
    if !(1..=EVENTS_MAX).contains(&command.events.len()) {
        return Err(NodeError::value("a command", "it has 1 to 1000 events"));
    }
    Ok(())
}

/// The hash of what a command asks for; its time is the caller's and may differ when it asks again.
fn fingerprint(command: &Command) -> [u8; 32] {
    let mut hasher = Sha256::new().chain_update(b"forebay command\x01");
    let mut part = |bytes: &[u8]| {
        hasher.update(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_le_bytes());
        hasher.update(bytes);
    };
    part(command.stream.as_bytes());
    for event in &command.events {
        part(event.kind.as_bytes());
        part(&event.version.to_le_bytes());
        part(&event.body);
    }
    hasher.finalize().into()
}

async fn taken(
    transaction: &mut Transaction,
    key: &str,
    request: [u8; 32],
) -> Result<Option<Appended>, NodeError> {
    let row = sqlx::query("SELECT request, first_event, last_event FROM commands WHERE key = $1");
    let Some(row) = row.bind(key.to_owned()).fetch_optional(&mut **transaction).await? else {
        return Ok(None);
    };
    if array(&row, "request")? != request {
        return Err(NodeError::KeyTaken(key.to_owned()));
    }
    Ok(Some(Appended {
        first: count(&row, "first_event")?,
        last: count(&row, "last_event")?,
        repeated: true,
    }))
}

async fn require_expected(transaction: &mut Transaction, command: &Command) -> Result<(), NodeError> {
    let Some(expected) = command.expected else { return Ok(()) };
    let last = sqlx::query("SELECT COALESCE(MAX(sequence), 0) AS last FROM events WHERE stream = $1");
    let last = count(&last.bind(command.stream.clone()).fetch_one(&mut **transaction).await?, "last")?;
    if last == expected {
        return Ok(());
    }
    let (expected, found) = (integer(expected)?, integer(last)?);
    Err(NodeError::Conflict { stream: command.stream.clone(), expected, found })
}

async fn head(transaction: &mut Transaction) -> Result<(u64, [u8; 32]), NodeError> {
    let row = sqlx::query("SELECT sequence, hash FROM events ORDER BY sequence DESC LIMIT 1");
    match row.fetch_optional(&mut **transaction).await? {
        Some(row) => Ok((count(&row, "sequence")?, array(&row, "hash")?)),
        None => Ok((0, [0; 32])),
    }
}

async fn insert(
    transaction: &mut Transaction,
    (command, new): (&Command, &NewEvent),
    (sequence, previous): (u64, [u8; 32]),
) -> Result<[u8; 32], NodeError> {
    let mut event = Event {
        sequence,
        stream: command.stream.clone(),
        kind: new.kind.clone(),
        version: new.version,
        at: command.at,
        body: new.body.clone(),
        hash: [0; 32],
    };
    event.hash = event.expected_hash(previous);
    let insert = "INSERT INTO events (sequence, stream, kind, version, at, body, hash) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    sqlx::query(insert)
        .bind(integer(event.sequence)?)
        .bind(event.stream)
        .bind(event.kind)
        .bind(i64::from(event.version))
        .bind(integer(event.at)?)
        .bind(event.body)
        .bind(event.hash.to_vec())
        .execute(&mut **transaction)
        .await?;
    Ok(event.hash)
}
