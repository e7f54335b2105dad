use redb::{Database, ReadTransaction, ReadableDatabase, ReadableTable};

use super::Embedded;
use super::header::{Header, Record, StateSum, decode_costs, require_follows};
use super::open::guarded;
use super::store::{ENTRIES, EVENTS, HEADERS, RECORDS, entry_hash};
use crate::ChainError;

impl Embedded {
    /// Checks every header, every transaction and every entry against the hashes.
    ///
    /// # Errors
    ///
    /// [`ChainError::Damaged`] with the first thing that does not hold.
    pub fn verify_headers(&self) -> Result<(), ChainError> {
        guarded(|| self.require_whole())
    }

    fn require_whole(&self) -> Result<(), ChainError> {
        let read = self.store.db.begin_read()?;
        let headers = read.open_table(HEADERS)?;
        let mut before: Option<Header> = None;
        for row in headers.range(0..)? {
            let (sequence, bytes) = row?;
            let header = Header::decode(sequence.value(), bytes.value());
            require_begins(before.as_ref(), &header, self.network)?;
            require_records(&read, &header, u32::MAX)?;
            before = Some(header);
        }
        match before.is_some_and(|last| last == self.header) {
            true => require_state(&read, self.header.state),
            false => Err(ChainError::damaged("the last header is not the one that was opened")),
        }
    }
}

fn require_begins(before: Option<&Header>, header: &Header, network: [u8; 32]) -> Result<(), ChainError> {
    match before {
        Some(before) => require_follows(before, header),
        None if header.previous == network => Ok(()),
        None => Err(ChainError::damaged("the first ledger belongs to another network")),
    }
}

/// Reads the last headers, checks that each follows from the one before and that the last
/// transactions are what the open ledger says, and returns the header of the open one.
pub fn last_ledgers(db: &Database, most: u32) -> Result<Header, ChainError> {
    let read = db.begin_read()?;
    let headers = read.open_table(HEADERS)?;
    let mut after: Option<Header> = None;
    for row in headers.range(0..)?.rev().take(most as usize) {
        let (sequence, bytes) = row?;
        let header = Header::decode(sequence.value(), bytes.value());
        after.as_ref().map_or(Ok(()), |after| require_follows(&header, after))?;
        after = Some(header);
    }
    let last = headers.last()?.map(|(sequence, bytes)| Header::decode(sequence.value(), bytes.value()));
    let last = last.ok_or_else(|| ChainError::damaged("it has no header"))?;
    require_records(&read, &last, most)?;
    Ok(last)
}

/// Checks the hash chain over the last transactions of a ledger, at most so many.
fn require_records(read: &ReadTransaction, header: &Header, most: u32) -> Result<(), ChainError> {
    let first = header.count.saturating_sub(most);
    let mut chain = match first.checked_sub(1) {
        Some(before) => require_record(read, (header.sequence, before))?.1,
        None => [0; 32],
    };
    for index in first..header.count {
        let (record, noted) = require_record(read, (header.sequence, index))?;
        chain = record.chain(chain);
        if chain != noted {
            return Err(ChainError::damaged(format!("transaction {index} of ledger {}", header.sequence)));
        }
    }
    match chain == header.records {
        true => Ok(()),
        false => Err(ChainError::damaged(format!("the transactions of ledger {}", header.sequence))),
    }
}

fn require_record(read: &ReadTransaction, place: (u32, u32)) -> Result<(Record, [u8; 32]), ChainError> {
    let (ledger, index) = place;
    let missing = || ChainError::damaged(format!("transaction {index} of ledger {ledger} is missing"));
    record(read, place)?.ok_or_else(missing)
}

/// A transaction with its events, and the hash chain up to it.
pub fn record(read: &ReadTransaction, place: (u32, u32)) -> Result<Option<(Record, [u8; 32])>, ChainError> {
    let records = read.open_table(RECORDS)?;
    let Some(row) = records.get(place)? else { return Ok(None) };
    let (hash, envelope, result, costs, chain) = row.value();
    let record = Record {
        hash: *hash,
        envelope: envelope.to_vec(),
        result: result.to_vec(),
        events: events_at(read, place)?,
        costs: decode_costs(costs),
    };
    Ok(Some((record, *chain)))
}

fn events_at(read: &ReadTransaction, (ledger, index): (u32, u32)) -> Result<Vec<Vec<u8>>, ChainError> {
    let events = read.open_table(EVENTS)?;
    let rows = events.range((ledger, index, 0)..=(ledger, index, u32::MAX))?;
    rows.map(|row| Ok(row?.1.value().to_vec())).collect()
}

fn require_state(read: &ReadTransaction, sum: StateSum) -> Result<(), ChainError> {
    let entries = read.open_table(ENTRIES)?;
    let mut found = StateSum::default();
    for row in entries.range::<&[u8]>(..)? {
        let (key, slot) = row?;
        found = found.add(entry_hash(key.value(), slot.value()));
    }
    match found == sum {
        true => Ok(()),
        false => Err(ChainError::damaged("the entries are not those that the transactions left")),
    }
}
