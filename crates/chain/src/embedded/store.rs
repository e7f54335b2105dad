use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use redb::{Database, ReadableDatabase, TableDefinition, WriteTransaction};
use soroban_env_host::storage::{EntryWithLiveUntil, SnapshotSource};
use soroban_env_host::xdr::{
    AccountEntry, LedgerEntry, LedgerEntryData, LedgerEntryExt, LedgerKey, LedgerKeyAccount, ScErrorCode,
    ScErrorType,
};
use soroban_env_host::{HostError, ledger_info::get_key_durability};

use super::header::{COST_BYTES, HEADER_BYTES, Header, Record, StateSum, encode_costs};
use crate::value::{decode, encode};
use crate::xdr::ContractDataDurability;
use crate::{ChainError, digest};

/// Key of an entry → last ledger in which it lives (0: for ever), size for rent, entry.
pub const ENTRIES: TableDefinition<'_, &[u8], (u32, u32, &[u8])> = TableDefinition::new("entries");
/// Temporary entries by the last ledger in which they live.
pub const TEMPORARY: Lifetimes = TableDefinition::new("temporary");
/// Persistent entries by the last ledger in which they live.
pub const PERSISTENT: Lifetimes = TableDefinition::new("persistent");
/// Number of a ledger → its header.
pub const HEADERS: TableDefinition<'_, u32, &[u8; HEADER_BYTES]> = TableDefinition::new("headers");
/// Ledger and position → envelope, result, costs, hash chain up to here.
pub const RECORDS: TableDefinition<'_, (u32, u32), RecordRow<'static>> = TableDefinition::new("records");
/// Hash of a transaction → ledger and position.
pub const HASHES: TableDefinition<'_, &[u8; 32], (u32, u32)> = TableDefinition::new("hashes");
/// Ledger, transaction, position → event.
pub const EVENTS: TableDefinition<'_, (u32, u32, u32), &[u8]> = TableDefinition::new("events");
/// What the file is.
pub const META: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("meta");

/// Last ledger and key of an entry.
type Lifetimes = TableDefinition<'static, (u32, &'static [u8]), ()>;

type RecordRow<'a> = (&'a [u8; 32], &'a [u8], &'a [u8], &'a [u8; COST_BYTES], &'a [u8; 32]);

/// An entry as the file keeps it.
#[derive(Clone, Debug)]
pub struct Slot {
    /// Last ledger in which it lives; 0 for what never expires.
    pub live_until: u32,
    pub rent_size: u32,
    pub bytes: Rc<[u8]>,
}

impl Slot {
    fn of((live_until, rent_size, bytes): (u32, u32, &[u8])) -> Self {
        Self { live_until, rent_size, bytes: bytes.into() }
    }

    pub fn is_expired(&self, sequence: u32) -> bool {
        self.live_until > 0 && self.live_until < sequence
    }
}

/// The hash of an entry that the state sum adds up.
pub fn entry_hash(key: &[u8], (live_until, rent_size, bytes): (u32, u32, &[u8])) -> [u8; 32] {
    digest(&[key, &live_until.to_le_bytes(), &rent_size.to_le_bytes(), bytes])
}

/// The file, and what has been applied but not committed.
pub struct Store {
    pub db: Database,
    pending: RefCell<BTreeMap<Vec<u8>, Option<Slot>>>,
}

impl Store {
    pub const fn new(db: Database) -> Self {
        Self { db, pending: RefCell::new(BTreeMap::new()) }
    }

    pub fn slot(&self, key: &[u8]) -> Result<Option<Slot>, ChainError> {
        if let Some(pending) = self.pending.borrow().get(key) {
            return Ok(pending.clone());
        }
        let entries = self.db.begin_read()?.open_table(ENTRIES)?;
        Ok(entries.get(key)?.map(|row| Slot::of(row.value())))
    }

    pub fn put(&self, key: Vec<u8>, slot: Option<Slot>) {
        self.pending.borrow_mut().insert(key, slot);
    }

    pub fn put_account(&self, account: AccountEntry, sequence: u32) -> Result<(), ChainError> {
        let key = encode(&LedgerKey::Account(LedgerKeyAccount { account_id: account.account_id.clone() }))?;
        let data = LedgerEntryData::Account(account);
        let entry = LedgerEntry { last_modified_ledger_seq: sequence, data, ext: LedgerEntryExt::V0 };
        let bytes = encode(&entry)?.into();
        self.put(key, Some(Slot { live_until: 0, rent_size: 0, bytes }));
        Ok(())
    }

    /// Takes back everything that is not committed.
    pub fn forget(&self) {
        self.pending.borrow_mut().clear();
    }

    /// Writes what is pending, the transactions and the header they lead to; durable on return.
    pub fn commit(&self, header: Header, records: &[Record]) -> Result<Header, ChainError> {
        self.commit_with(header, records, |_| Ok(()))
    }

    /// Commits, and whatever else belongs into the same commit.
    pub fn commit_with(
        &self,
        mut header: Header,
        records: &[Record],
        more: impl FnOnce(&WriteTransaction) -> Result<(), ChainError>,
    ) -> Result<Header, ChainError> {
        let write = self.db.begin_write()?;
        more(&write)?;
        header.state = self.write_entries(&write, header.state)?;
        for record in records {
            header.records = record.chain(header.records);
            write_record(&write, &header, record)?;
            header.count += 1;
        }
        write.open_table(HEADERS)?.insert(header.sequence, &header.encode())?;
        write.commit()?;
        self.forget();
        Ok(header)
    }

    fn write_entries(&self, write: &WriteTransaction, mut sum: StateSum) -> Result<StateSum, ChainError> {
        let mut entries = write.open_table(ENTRIES)?;
        for (key, slot) in self.pending.borrow().iter() {
            let row = slot.as_ref().map(|slot| (slot.live_until, slot.rent_size, &slot.bytes[..]));
            let before = match row {
                Some(row) => entries.insert(&key[..], row)?,
                None => entries.remove(&key[..])?,
            };
            let before = before.map(|row| Slot::of(row.value()));
            if let Some(Slot { live_until, rent_size, bytes }) = &before {
                sum = sum.remove(entry_hash(key, (*live_until, *rent_size, bytes)));
            }
            sum = row.map_or(sum, |row| sum.add(entry_hash(key, row)));
            let (before, after) = (before.map_or(0, |b| b.live_until), row.map_or(0, |row| row.0));
            write_lifetime(write, key, (before, after))?;
        }
        Ok(sum)
    }
}

/// Moves an entry in the index of lifetimes from one last ledger to another; 0 is not indexed.
fn write_lifetime(write: &WriteTransaction, key: &[u8], moved: (u32, u32)) -> Result<(), ChainError> {
    let (before, after) = moved;
    let Some(table) = lifetimes_of(key)?.filter(|_| before != after) else { return Ok(()) };
    let mut index = write.open_table(table)?;
    if before > 0 {
        index.remove((before, key))?;
    }
    if after > 0 {
        index.insert((after, key), ())?;
    }
    Ok(())
}

/// The index that holds an entry with this key, if it can expire.
fn lifetimes_of(key: &[u8]) -> Result<Option<Lifetimes>, ChainError> {
    Ok(match get_key_durability(&decode::<LedgerKey>("a key", key)?) {
        None => None,
        Some(ContractDataDurability::Temporary) => Some(TEMPORARY),
        Some(ContractDataDurability::Persistent) => Some(PERSISTENT),
    })
}

fn write_record(write: &WriteTransaction, header: &Header, record: &Record) -> Result<(), ChainError> {
    let place = (header.sequence, header.count);
    let costs = encode_costs(&record.costs);
    let row: RecordRow<'_> = (&record.hash, &record.envelope, &record.result, &costs, &header.records);
    write.open_table(RECORDS)?.insert(place, row)?;
    write.open_table(HASHES)?.insert(&record.hash, place)?;
    let mut events = write.open_table(EVENTS)?;
    for (index, event) in (0_u32..).zip(&record.events) {
        events.insert((place.0, place.1, index), &event[..])?;
    }
    Ok(())
}

impl SnapshotSource for Store {
    fn get(&self, key: &Rc<LedgerKey>) -> Result<Option<EntryWithLiveUntil>, HostError> {
        let broken = |_| HostError::from((ScErrorType::Storage, ScErrorCode::InternalError));
        let slot = encode(&**key).and_then(|key| self.slot(&key)).map_err(broken)?;
        let Some(slot) = slot else { return Ok(None) };
        let entry: LedgerEntry = decode("an entry", &slot.bytes).map_err(broken)?;
        Ok(Some((Rc::new(entry), (slot.live_until > 0).then_some(slot.live_until))))
    }
}
