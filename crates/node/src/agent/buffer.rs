use std::path::Path;

use ed25519_dalek::SigningKey;
use redb::{Database, ReadableDatabase, ReadableTable, ReadableTableMetadata, TableDefinition};

use crate::NodeError;
use crate::telemetry::{Body, DeviceId, Gpu, Last, RECORD_BYTES, Reading, ReadingHash, Record, Slot};

/// Device and sequence, in the order in which they are sent, to the reading.
const WAITING: TableDefinition<'_, (&[u8; 16], u64), &[u8; RECORD_BYTES]> = TableDefinition::new("waiting");

/// Device to the last reading that was signed.
const LAST: TableDefinition<'_, &[u8; 16], &[u8; RECORD_BYTES]> = TableDefinition::new("last");

/// Where a device's chain stands: after its last reading, if it has one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Chain(Option<Last>);

impl Chain {
    /// Signs the next reading; nothing if the slot was signed for.
    pub(super) fn next(self, gpu: Gpu, slot: Slot, key: &SigningKey) -> Option<Record> {
        let device = DeviceId::of(&key.verifying_key());
        let Some(Last { reading: last, hash }) = self.0 else {
            let (previous, body) = (ReadingHash::default(), Body::Gpu(gpu));
            return Some(Reading { device, sequence: 1, slot, previous, body }.sign(key));
        };
        let body = Body::Gpu(Gpu { uptime_seconds: uptime(last, gpu, slot), ..gpu });
        let reading = Reading { device, sequence: last.sequence + 1, slot, previous: hash, body };
        (slot.start >= last.slot.end()).then(|| reading.sign(key))
    }

    fn sequence(self) -> u64 {
        self.0.map_or(0, |last| last.reading.sequence)
    }
}

/// Since when the counters count, as far as that can be told: the host's uptime until a counter falls, which shows that
/// the driver was loaded again; then the time since the last reading, and on from there.
fn uptime(last: Reading, now: Gpu, slot: Slot) -> u64 {
    let Body::Gpu(before) = last.body else { return now.uptime_seconds };
    let passed = slot.end().saturating_sub(last.slot.end());
    let fell = now.energy_millijoule < before.energy_millijoule
        || now.ecc_corrected < before.ecc_corrected
        || now.ecc_uncorrected < before.ecc_uncorrected;
    let most = if fell {
        passed.min(before.uptime_seconds.saturating_sub(1))
    } else {
        before.uptime_seconds + passed
    };
    now.uptime_seconds.min(most)
}

/// A reading that waits to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Whose.
    pub device: DeviceId,
    /// Its number.
    pub sequence: u64,
    /// The reading.
    pub record: Record,
}

/// A file of readings that were signed and not yet taken. Every change is on the disk when it is answered.
pub struct Buffer {
    file: Database,
}

impl Buffer {
    /// Opens the file, or creates it.
    ///
    /// # Errors
    /// [`NodeError::Source`] if it cannot be read or is open elsewhere.
    pub fn open(path: &Path) -> Result<Self, NodeError> {
        let file = Database::create(path).map_err(broken)?;
        let transaction = file.begin_write().map_err(broken)?;
        transaction.open_table(WAITING).map_err(broken)?;
        transaction.open_table(LAST).map_err(broken)?;
        transaction.commit().map_err(broken)?;
        Ok(Self { file })
    }

    /// Adds what `sign` makes of the device's chain.
    pub(super) fn append(
        &self,
        device: DeviceId,
        sign: impl FnOnce(Chain) -> Option<Record>,
    ) -> Result<Option<Record>, NodeError> {
        let transaction = self.file.begin_write().map_err(broken)?;
        let record = {
            let mut last = transaction.open_table(LAST).map_err(broken)?;
            let before = last.get(&device.0).map_err(broken)?.map(|record| Record(*record.value()));
            let chain = before.map(chain).transpose()?.unwrap_or_default();
            let Some(record) = sign(chain) else { return Ok(None) };
            last.insert(&device.0, &record.0).map_err(broken)?;
            let mut waiting = transaction.open_table(WAITING).map_err(broken)?;
            waiting.insert((&device.0, chain.sequence() + 1), &record.0).map_err(broken)?;
            record
        };
        transaction.commit().map_err(broken)?;
        Ok(Some(record))
    }

    /// Readings that wait, each device's oldest first; as many of each device, so that one which the node does not know
    /// holds no other up.
    ///
    /// # Errors
    /// [`NodeError::Source`] if the file cannot be read.
    pub fn waiting(&self, most: usize) -> Result<Vec<Waiting>, NodeError> {
        let transaction = self.file.begin_read().map_err(broken)?;
        let devices = transaction.open_table(LAST).map_err(broken)?;
        let table = transaction.open_table(WAITING).map_err(broken)?;
        let share = most / usize::try_from(devices.len().map_err(broken)?).unwrap_or(most).max(1);
        let mut waiting = Vec::new();
        for device in devices.iter().map_err(broken)? {
            let device = *device.map_err(broken)?.0.value();
            for row in table.range((&device, 0)..=(&device, u64::MAX)).map_err(broken)?.take(share) {
                let (place, record) = row.map_err(broken)?;
                let (sequence, record) = (place.value().1, Record(*record.value()));
                waiting.push(Waiting { device: DeviceId(device), sequence, record });
            }
        }
        Ok(waiting)
    }

    /// Forgets readings that were taken.
    ///
    /// # Errors
    /// [`NodeError::Source`] if the file cannot be written.
    pub fn remove(&self, taken: &[Waiting]) -> Result<(), NodeError> {
        let transaction = self.file.begin_write().map_err(broken)?;
        {
            let mut table = transaction.open_table(WAITING).map_err(broken)?;
            for waiting in taken {
                table.remove((&waiting.device.0, waiting.sequence)).map_err(broken)?;
            }
        }
        transaction.commit().map_err(broken)
    }
}

fn chain(record: Record) -> Result<Chain, NodeError> {
    let reading = record.reading().map_err(broken)?;
    Ok(Chain(Some(Last { reading, hash: record.hash() })))
}

fn broken(error: impl ToString) -> NodeError {
    NodeError::Source { source_name: "the buffer".to_owned(), problem: error.to_string() }
}
