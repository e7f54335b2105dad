use std::sync::Arc;

use bytes::Bytes;
use rayon::iter::ParallelIterator;
use rayon::slice::ParallelSlice;
use rayon::{ThreadPool, ThreadPoolBuilder};
use tokio::sync::oneshot;

use super::accept::Device;
use super::devices::Registry;
use super::reading::{RECORD_BYTES, Reading, ReadingHash, Record};
use crate::{NodeError, Refusal};

/// Readings that one thread takes at a time.
const SHARE: usize = 32;

/// A reading that its device signed.
#[derive(Clone, Copy, Debug)]
pub struct Checked {
    /// As it came.
    pub record: Record,
    /// What it says.
    pub reading: Reading,
    /// Its hash.
    pub hash: ReadingHash,
    /// The device, as it was registered then.
    pub device: Device,
}

/// Reads a record and checks its device and its signature.
///
/// # Errors
/// [`Refusal::Version`], [`Refusal::Malformed`], [`Refusal::Impossible`], [`Refusal::UnknownDevice`] or
/// [`Refusal::Signature`].
pub fn check(record: &Record, registry: &Registry) -> Result<Checked, Refusal> {
    let reading = record.reading()?;
    let device = *registry.get(reading.device).ok_or(Refusal::UnknownDevice)?;
    record.verify(&device.key)?;
    Ok(Checked { record: *record, reading, hash: record.hash(), device })
}

/// Threads that do nothing but check signatures, each alone: a batch equation would accept some signatures that the
/// strict rules refuse.
pub struct Verifier {
    threads: ThreadPool,
}

impl Verifier {
    /// Starts this many threads, named `verify`.
    ///
    /// # Errors
    /// [`NodeError::Value`] if they cannot be started.
    pub fn new(threads: usize) -> Result<Self, NodeError> {
        let builder =
            ThreadPoolBuilder::new().num_threads(threads).thread_name(|place| format!("verify-{place}"));
        let threads = builder.build().map_err(|error| NodeError::value("a pool of threads", error))?;
        Ok(Self { threads })
    }

    /// Checks every reading of a body, in order.
    ///
    /// # Errors
    /// [`NodeError::Stopping`] if the threads have ended.
    pub async fn check(
        &self,
        body: Bytes,
        registry: Arc<Registry>,
    ) -> Result<Vec<Result<Checked, Refusal>>, NodeError> {
        let (answer, question) = oneshot::channel();
        self.threads.spawn(move || {
            let shares =
                body.par_chunks(SHARE * RECORD_BYTES).flat_map_iter(|share| checks(share, &registry));
            // Nobody waits any more if the client has gone.
            let _ = answer.send(shares.collect());
        });
        question.await.map_err(|_| NodeError::Stopping)
    }
}

fn checks(share: &[u8], registry: &Registry) -> impl Iterator<Item = Result<Checked, Refusal>> {
    share
        .chunks(RECORD_BYTES)
        .map(|bytes| check(&Record::from_slice(bytes).ok_or(Refusal::Malformed)?, registry))
}
