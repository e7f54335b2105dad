use crate::actor::Request;
use crate::book::Book;
use crate::command::Done;
use crate::desk::Desk;
use crate::error::ServicerError;
use crate::happened::{OPENED, Opened, stream_of};
use crate::ledgers::Ledgers;
use node::store::{
    Appended, Command, Database, EventStore, NewEvent, Transaction, answered_in, append_asked_in, catch_up,
    catch_up_in,
};
use node::telemetry::Devices;
use node::{Clock, ClockGuard, NodeError};
use sha2::{Digest, Sha256};
use sqlx::Row;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::{Mutex, watch};
use units::Date;

/// Seconds of a day.
pub const DAY: u64 = 86_400;

/// How the servicer works.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where the ledgers of deals are; none: what is decided stays in the log and no ledger executes it.
    pub ledgers: Option<Ledgers>,
    /// How long after a cut-off readings are waited for before a period is measured, in seconds.
    pub late_readings_seconds: u64,
    /// Days before the end of an insurance, an attestation or a registration in which it is warned of.
    pub warning_days: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self { ledgers: None, late_readings_seconds: 6 * 3600, warning_days: 30 }
    }
}

/// Everything that a node knows and can be told of its deals. Cloning gives another handle on the same node.
#[derive(Clone)]
pub struct Servicer {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub store: EventStore,
    pub clock: Arc<ClockGuard>,
    pub options: Options,
    desks: Mutex<BTreeMap<String, Arc<Mutex<Desk>>>>,
    /// Whose turn it is at the ledger of roots.
    pub anchors: Arc<Mutex<()>>,
    /// The last event that this process knows of.
    pub news: watch::Sender<u64>,
}

pub(crate) type Told<T> = Result<T, ServicerError>;

impl Servicer {
    /// Opens the servicer on a node's database and brings its tables up to date.
    ///
    /// # Errors
    /// [`ServicerError::Node`] if the database does not answer.
    pub async fn open(database: Database, clock: impl Clock + 'static, options: Options) -> Told<Self> {
        catch_up(&database, &Book).await?;
        catch_up(&database, &Devices).await?;
        let store = EventStore::new(database);
        let (head, floor) = store.head().await?;
        let clock: Arc<ClockGuard> = Arc::new(ClockGuard::new(clock, floor));
        let (news, desks) = (watch::Sender::new(head), Mutex::new(BTreeMap::new()));
        let anchors = Arc::default();
        Ok(Self { inner: Arc::new(Inner { store, clock, options, desks, anchors, news }) })
    }

    /// The log.
    pub fn store(&self) -> &EventStore {
        &self.inner.store
    }

    /// The database that everything is in.
    pub fn database(&self) -> &Database {
        self.inner.store.database()
    }

    /// Seconds since 1970.
    ///
    /// # Errors
    /// [`node::NodeError::Clock`] while the clock cannot be believed.
    pub fn now(&self) -> Told<u64> {
        Ok(self.inner.clock.now()?)
    }

    /// Today, UTC.
    ///
    /// # Errors
    /// As [`Servicer::now`].
    pub fn today(&self) -> Told<Date> {
        Ok(day_of(self.now()?))
    }

    /// A deal's desk, with everything that the log has by now.
    pub(crate) async fn desk(&self, deal: &str) -> Told<Arc<Mutex<Desk>>> {
        let known = self.inner.desks.lock().await.get(deal).cloned();
        let desk = match known {
            Some(desk) => desk,
            None => self.put_desk(self.build_desk(deal).await?).await,
        };
        self.catch_up(&mut *desk.lock().await).await?;
        Ok(desk)
    }

    /// Whoever comes second takes the desk of the first.
    async fn put_desk(&self, desk: Desk) -> Arc<Mutex<Desk>> {
        let mut desks = self.inner.desks.lock().await;
        desks.entry(desk.id.clone()).or_insert_with(|| Arc::new(Mutex::new(desk))).clone()
    }

    /// A desk is built anew from the log, after what it had in memory turned out to be wrong.
    pub(crate) async fn clear_desk(&self, deal: &str) {
        self.inner.desks.lock().await.remove(deal);
    }

    async fn build_desk(&self, deal: &str) -> Told<Desk> {
        let first = self.store().stream_after(&stream_of(deal), 0).await?.into_iter().next();
        let first = first.filter(|event| event.kind == OPENED);
        let first = first.ok_or_else(|| ServicerError::NotFound(format!("deal {deal}")))?;
        let opened: Opened = first.json()?;
        let mut desk = blocking(move || Desk::open(&opened.deal)).await??;
        desk.head = first.sequence;
        Ok(desk)
    }

    /// Lives what came since the desk was last looked at.
    pub(crate) async fn catch_up(&self, desk: &mut Desk) -> Told<()> {
        loop {
            let page = self.store().stream_after(&stream_of(&desk.id), desk.head).await?;
            if page.is_empty() {
                return Ok(());
            }
            for event in &page {
                desk.live_again(event)?;
            }
        }
    }

    /// The key under which the log knows a request: two parties may choose the same.
    pub(crate) fn key_of(&self, request: &Request) -> Told<String> {
        require_request(request)?;
        Ok(format!("{}/{}", request.by.name, request.key))
    }

    /// Begins a command of a party, unless it was taken before.
    pub(crate) async fn begin(&self, request: &Request, asked: &impl serde::Serialize) -> Told<Begun> {
        let at = self.now()?;
        let asked = serde_json::to_vec(&(request.by.role, asked))
            .map_err(|error| ServicerError::invalid("a command", error))?;
        let asked = Sha256::new().chain_update(b"forebay request\x01").chain_update(asked).finalize().into();
        let key = self.key_of(request)?;
        let mut transaction = self.database().begin().await?;
        Ok(match answered_in(&mut transaction, &key, asked).await? {
            Some(before) => Begun::Before(before),
            None => Begun::New(Act { transaction, key, asked, at }),
        })
    }

    /// Appends the events of a command, brings the tables up to date, and commits all of it.
    pub(crate) async fn finish(&self, act: Act, (stream, events): (String, Vec<NewEvent>)) -> Told<Appended> {
        let Act { mut transaction, key, asked, at } = act;
        let command = Command { key, stream, expected: None, at, events };
        let appended = append_asked_in(&mut transaction, &command, asked).await?;
        catch_up_in(&mut transaction, &Book).await?;
        transaction.commit().await.map_err(NodeError::from)?;
        self.tell(appended.last);
        Ok(appended)
    }

    /// Appends what the keeper decided.
    pub(crate) async fn append(&self, command: &Command) -> Told<Appended> {
        let mut transaction = self.database().begin().await?;
        let appended = node::store::append_in(&mut transaction, command).await?;
        catch_up_in(&mut transaction, &Book).await?;
        transaction.commit().await.map_err(NodeError::from)?;
        self.tell(appended.last);
        Ok(appended)
    }

    /// Wakes whoever follows the log.
    pub(crate) fn tell(&self, last: u64) {
        self.inner.news.send_if_modified(|known| {
            let is_news = last > *known;
            *known = last.max(*known);
            is_news
        });
    }
}

/// A command that begins.
pub(crate) enum Begun {
    /// It was taken before.
    Before(Appended),
    /// It is new: what is decided from here on stays true until it is finished.
    New(Act),
}

/// A command under way; dropped before its end it leaves nothing.
pub(crate) struct Act {
    pub transaction: Transaction,
    key: String,
    asked: [u8; 32],
    pub at: u64,
}

impl Act {
    /// An id that follows from the command's key.
    pub fn id(&self) -> String {
        id_of(&self.key)
    }

    /// Whether a row is there.
    pub async fn has(&mut self, sql: &'static str, values: &[&str]) -> Told<bool> {
        let query = values.iter().fold(sqlx::query(sql), |query, value| query.bind((*value).to_owned()));
        Ok(query.fetch_optional(&mut *self.transaction).await.map_err(NodeError::from)?.is_some())
    }

    /// Fails unless the deal was opened.
    pub async fn require_deal(&mut self, deal: &str) -> Told<()> {
        match self.has("SELECT id FROM deals WHERE id = $1", &[deal]).await? {
            true => Ok(()),
            false => Err(ServicerError::NotFound(format!("deal {deal}"))),
        }
    }
}

/// The id that follows from a key.
pub(crate) fn id_of(key: &str) -> String {
    let hash: [u8; 32] = Sha256::new().chain_update(b"forebay id\x01").chain_update(key).finalize().into();
    node::hex::encode(hash.get(..8).unwrap_or_default())
}

/// The answer to a command.
pub(crate) const fn done(id: String, appended: Appended) -> Done {
    Done { id, first: appended.first, last: appended.last, repeated: appended.repeated }
}

/// The day of a second.
pub(crate) fn day_of(seconds: u64) -> Date {
    Date::from_days(i32::try_from(seconds / DAY).unwrap_or(i32::MAX))
}

/// Runs what computes for long on a thread of its own.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Told<T> {
    tokio::task::spawn_blocking(work).await.map_err(|error| ServicerError::Interrupted(error.to_string()))
}

fn require_request(request: &Request) -> Told<()> {
    let printable = |text: &str| text.chars().all(|c| c.is_ascii_graphic() || c == ' ');
    if request.key.is_empty() || request.key.len() > 100 || !printable(&request.key) {
        return Err(ServicerError::invalid("the idempotency key", "it has 1 to 100 printable characters"));
    }
    let named = |c: char| c.is_ascii_alphanumeric() || "-_.@".contains(c);
    let name = &request.by.name;
    if name.is_empty() || name.len() > 64 || !name.chars().all(named) || name == "keeper" {
        let problem = "a party's name has 1 to 64 letters, digits and `-_.@`, and is not `keeper`";
        return Err(ServicerError::invalid("the actor", problem));
    }
    Ok(())
}

/// A number of a row that counts something.
pub(crate) fn number(row: &sqlx::any::AnyRow, column: &str) -> Told<u64> {
    let value: i64 = row.try_get(column).map_err(NodeError::from)?;
    u64::try_from(value).map_err(|_| NodeError::Broken { what: column.to_owned() }.into())
}
