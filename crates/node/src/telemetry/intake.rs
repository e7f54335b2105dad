use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::{Arc, PoisonError, RwLock};

use bytes::Bytes;
use serde::Serialize;
use tokio::sync::{mpsc, oneshot};

use super::accept::{Gap, Last, Passed, Policy, Verdict, judge, judge_passed};
use super::counters::Counters;
use super::devices::Registry;
use super::group::{Group, Proof};
use super::kept;
use super::reading::{DeviceId, RECORD_BYTES, Record};
use super::verify::{Checked, Verifier};
use crate::clock::ClockGuard;
use crate::store::{Database, Transaction};
use crate::{Clock, NodeError, Refusal};

/// Most readings of one request.
pub const READINGS_MAX: usize = 2048;

/// Readings of one transaction, beyond which no further request joins it.
const GROUP_MAX: usize = 2048;

/// Requests that wait for the disk at once; the next ones wait at the door.
const WAITING_MAX: usize = 32;

/// Devices whose last reading is held in memory.
const KNOWN_MAX: usize = 1_000_000;

/// What became of one reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It counts.
    Accepted {
        /// What it leaves out; kept as evidence.
        gap: Option<Gap>,
    },
    /// It counted before.
    Duplicate,
    /// It does not count.
    Refused(Refusal),
}

/// What a sender is told of one reading that was not simply accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// Which reading of the request, from zero.
    pub index: usize,
    /// What became of it.
    pub outcome: Outcome,
}

/// What a sender is told: everything that is not listed was accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// How many readings count, with those after a gap.
    pub accepted: u64,
    /// The batch that holds them, if any.
    pub batch: Option<u64>,
    /// The others, and those after a gap, in order.
    pub outcomes: Vec<Told>,
}

impl Serialize for Told {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(tag = "outcome", rename_all = "snake_case")]
        enum Shown<'a> {
            AcceptedAfterGap { index: usize, first_missing: u64, last_missing: u64 },
            Accepted { index: usize },
            Duplicate { index: usize },
            Refused { index: usize, code: u16, reason: &'a str, message: String, again: bool, kept: bool },
        }
        let index = self.index;
        let shown = match self.outcome {
            Outcome::Accepted { gap: None } => Shown::Accepted { index },
            Outcome::Accepted { gap: Some(Gap { first, last }) } => {
                Shown::AcceptedAfterGap { index, first_missing: first, last_missing: last }
            }
            Outcome::Duplicate => Shown::Duplicate { index },
            Outcome::Refused(refusal) => Shown::Refused {
                index,
                code: refusal.code(),
                reason: refusal.name(),
                message: refusal.to_string(),
                again: refusal.is_transient(),
                kept: refusal.is_kept(),
            },
        };
        shown.serialize(serializer)
    }
}

impl Serialize for Reply {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Shown<'a> {
            accepted: u64,
            batch: Option<u64>,
            outcomes: &'a [Told],
        }
        Shown { accepted: self.accepted, batch: self.batch, outcomes: &self.outcomes }.serialize(serializer)
    }
}

/// How readings are taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How much clocks and meters may differ.
    pub policy: Policy,
    /// Threads that check signatures.
    pub threads: usize,
}

/// The one way in: HTTP and MQTT hand over bytes and get a reply once it is on the disk.
#[derive(Clone)]
pub struct Intake {
    jobs: mpsc::Sender<Job>,
    verifier: Arc<Verifier>,
    registry: Arc<RwLock<Arc<Registry>>>,
    counters: Arc<Counters>,
    clock: Arc<ClockGuard>,
    database: Database,
}

/// A request that is verified and waits for the disk.
struct Job {
    checked: Vec<Result<Checked, Refusal>>,
    answer: oneshot::Sender<Result<Reply, NodeError>>,
}

impl Intake {
    /// Starts the threads that verify and the task that stores; they end when the last copy of this is dropped.
    ///
    /// # Errors
    /// [`NodeError::Database`], or [`NodeError::Value`] if threads cannot be started.
    pub async fn start(
        database: Database,
        clock: impl Clock + 'static,
        settings: Settings,
    ) -> Result<Self, NodeError> {
        let registry = Registry::load(&database).await?;
        let mut connection = database.pool().acquire().await?;
        let (batch, floor) = kept::head(&mut connection).await?;
        let clock: Arc<ClockGuard> = Arc::new(ClockGuard::new(clock, floor));
        let (jobs, queue) = mpsc::channel(WAITING_MAX);
        let known = BTreeMap::new();
        let writer = Writer {
            database: database.clone(),
            clock: clock.clone(),
            policy: settings.policy,
            known,
            batch,
        };
        tokio::spawn(writer.work(queue));
        let verifier = Arc::new(Verifier::new(settings.threads)?);
        let registry = Arc::new(RwLock::new(registry));
        Ok(Self { jobs, verifier, registry, counters: Arc::new(Counters::new()), clock, database })
    }

    /// Reads the devices again, after one was registered or retired.
    ///
    /// # Errors
    /// [`NodeError::Database`].
    pub async fn refresh(&self) -> Result<usize, NodeError> {
        let registry = Registry::load(&self.database).await?;
        let devices = registry.len();
        *self.registry.write().unwrap_or_else(PoisonError::into_inner) = registry;
        Ok(devices)
    }

    /// What came in so far.
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// Where it is kept.
    pub const fn database(&self) -> &Database {
        &self.database
    }

    /// Takes readings of 176 bytes each, one after another. When this returns they are on the disk.
    ///
    /// # Errors
    /// [`NodeError::Body`], [`NodeError::Clock`], [`NodeError::Unavailable`] or [`NodeError::Stopping`]; then nothing
    /// of the request was kept.
    pub async fn submit(&self, body: Bytes) -> Result<Reply, NodeError> {
        let result = self.take(body).await;
        self.counters.count(&result);
        result
    }

    async fn take(&self, body: Bytes) -> Result<Reply, NodeError> {
        let readings = body.len() / RECORD_BYTES;
        if !body.len().is_multiple_of(RECORD_BYTES) || !(1..=READINGS_MAX).contains(&readings) {
            return Err(NodeError::Body { bytes: body.len(), most: READINGS_MAX });
        }
        self.clock.now()?;
        let registry = self.registry.read().unwrap_or_else(PoisonError::into_inner).clone();
        let checked = self.verifier.check(body, registry).await?;
        let (answer, question) = oneshot::channel();
        self.jobs.send(Job { checked, answer }).await.map_err(|_| NodeError::Stopping)?;
        question.await.map_err(|_| NodeError::Stopping)?
    }
}

/// Judges and stores, one group after another.
struct Writer {
    database: Database,
    clock: Arc<ClockGuard>,
    policy: Policy,
    /// The last reading of devices that were heard; what the tables say, as long as `batch` is their last one.
    known: BTreeMap<DeviceId, Option<Last>>,
    batch: u64,
}

impl Writer {
    async fn work(mut self, mut queue: mpsc::Receiver<Job>) {
        while let Some(first) = queue.recv().await {
            let mut size = first.checked.len();
            let mut jobs = vec![first];
            while size < GROUP_MAX {
                let Ok(job) = queue.try_recv() else { break };
                size += job.checked.len();
                jobs.push(job);
            }
            self.serve(jobs).await;
        }
    }

    async fn serve(&mut self, jobs: Vec<Job>) {
        match self.store(&jobs).await {
            Ok(replies) => {
                for (job, reply) in jobs.into_iter().zip(replies) {
                    // A sender that has gone asks again and finds duplicates.
                    let _ = job.answer.send(Ok(reply));
                }
            }
            Err(error) => {
                self.known.clear();
                for job in jobs {
                    let _ = job.answer.send(Err(again(&error)));
                }
            }
        }
    }

    async fn store(&mut self, jobs: &[Job]) -> Result<Vec<Reply>, NodeError> {
        let now = self.clock.now()?;
        let mut transaction = self.database.begin().await?;
        let (batch, _) = kept::head(&mut transaction).await?;
        if batch != self.batch || self.known.len() > KNOWN_MAX {
            // Somebody else wrote, or an earlier answer was lost.
            self.known.clear();
            self.batch = batch;
        }
        let mut group = Group::new(batch + 1, now);
        let mut replies = Vec::with_capacity(jobs.len());
        for job in jobs {
            let mut reply = Reply { accepted: 0, batch: None, outcomes: Vec::new() };
            for (index, checked) in job.checked.iter().enumerate() {
                let outcome = match checked {
                    Ok(checked) => self.judge((&mut transaction, &mut group), checked, now).await?,
                    Err(refusal) => Outcome::Refused(*refusal),
                };
                reply.note(index, outcome);
            }
            replies.push(reply);
        }
        group.write(&mut transaction).await?;
        transaction.commit().await?;
        self.remember(group, &mut replies);
        Ok(replies)
    }

    fn remember(&mut self, group: Group, replies: &mut [Reply]) {
        let Some(batch) = group.batch() else { return };
        self.batch = batch;
        let told = replies.iter_mut().filter(|reply| reply.accepted > 0);
        told.for_each(|reply| reply.batch = Some(batch));
        self.known.extend(group.lasts().into_iter().map(|(device, last)| (device, Some(last))));
    }

    async fn judge(
        &mut self,
        (transaction, group): (&mut Transaction, &mut Group),
        checked: &Checked,
        now: u64,
    ) -> Result<Outcome, NodeError> {
        let id = checked.reading.device;
        let known = match self.known.entry(id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(kept::last(transaction, id).await?),
        };
        let last = group.last(id).or(known.as_ref());
        let sequence = last.map_or(0, |last| last.reading.sequence);
        match judge(&checked.device, last, &checked.reading, (&self.policy, now)) {
            Verdict::Next { gap } => {
                group.take(checked);
                if let Some(gap) = gap {
                    group.keep(proof(checked, ("gap", gap.first), None));
                }
                Ok(Outcome::Accepted { gap })
            }
            Verdict::Passed => passed((transaction, group), checked).await,
            Verdict::SlotTaken => {
                let taken = match group.in_slot(id, checked.reading.slot) {
                    Some(record) => Some(record),
                    None => kept::in_slot(transaction, id, checked.reading.slot).await?,
                };
                group.keep(proof(checked, ("slot", checked.reading.sequence), taken));
                Ok(Outcome::Refused(Refusal::Equivocation))
            }
            Verdict::ChainBroken => {
                let taken = find((transaction, group), id, sequence).await?;
                group.keep(proof(checked, ("chain", checked.reading.sequence), taken));
                Ok(Outcome::Refused(Refusal::Chain))
            }
            Verdict::Refused(refusal) => Ok(Outcome::Refused(refusal)),
        }
    }
}

impl Reply {
    fn note(&mut self, index: usize, outcome: Outcome) {
        if let Outcome::Accepted { .. } = outcome {
            self.accepted += 1;
        }
        if outcome != (Outcome::Accepted { gap: None }) {
            self.outcomes.push(Told { index, outcome });
        }
    }
}

/// A reading whose number the sequence has passed.
async fn passed(
    (transaction, group): (&mut Transaction, &mut Group),
    checked: &Checked,
) -> Result<Outcome, NodeError> {
    let (device, sequence) = (checked.reading.device, checked.reading.sequence);
    let taken = find((transaction, group), device, sequence).await?;
    match judge_passed(taken.map(|record| record.hash()), checked.hash) {
        Passed::Duplicate => Ok(Outcome::Duplicate),
        Passed::Equivocation => {
            group.keep(proof(checked, ("sequence", sequence), taken));
            Ok(Outcome::Refused(Refusal::Equivocation))
        }
        Passed::Late => {
            group.keep(proof(checked, ("late", sequence), None));
            Ok(Outcome::Refused(Refusal::Late))
        }
    }
}

async fn find(
    (transaction, group): (&mut Transaction, &Group),
    device: DeviceId,
    sequence: u64,
) -> Result<Option<Record>, NodeError> {
    match group.find(device, sequence) {
        Some(record) => Ok(Some(record)),
        None => kept::taken(transaction, device, sequence).await,
    }
}

fn proof(checked: &Checked, (kind, sequence): (&'static str, u64), taken: Option<Record>) -> Proof {
    let (device, hash, record) = (checked.reading.device, checked.hash, checked.record);
    Proof { device, kind, sequence, hash, record, taken }
}

/// The same error for each request of a group.
fn again(error: &NodeError) -> NodeError {
    match error {
        NodeError::Clock { seconds } => NodeError::Clock { seconds: *seconds },
        other => NodeError::Unavailable(other.to_string()),
    }
}
