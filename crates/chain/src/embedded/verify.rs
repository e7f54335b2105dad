use redb::{Database, ReadTransaction, ReadableDatabase, ReadableTable};

use super::header::{Header, Record, StateSum, decode_costs, require_follows};
use super::open::guarded;
use super::store::{ENTRIES, EVENTS, HEADERS, RECORDS, entry_hash};
use super::{Embedded, Genesis};
use crate::value::decode;
use crate::{ChainError, Ledger};

impl Embedded {
    /// Checks every header, every transaction and every entry against the hashes.
    ///
    /// # Errors
    ///
    /// [`ChainError::Damaged`] with the first thing that does not hold.
    pub fn verify_headers(&self) -> Result<(), ChainError> {
        guarded(|| self.require_whole())
    }

    /// Applies every signed transaction again, on an empty ledger in memory, and checks that each ledger
    /// comes out with the same hash: then nothing is in the file that the keys did not sign for.
    ///
    /// # Errors
    ///
    /// [`ChainError::Damaged`] with the first ledger that differs.
    pub fn replay(&self) -> Result<(), ChainError> {
        guarded(|| self.require_replayed())
    }

    fn require_replayed(&self) -> Result<(), ChainError> {
        let read = self.store.db.begin_read()?;
        let mut again: Option<Self> = None;
        for row in read.open_table(HEADERS)?.range(0..)? {
            let (sequence, bytes) = row?;
            let header = Header::decode(sequence.value(), bytes.value())?;
            let ledger = match again.take() {
                None => Self::in_memory(&Genesis { passphrase: self.passphrase.clone(), time: header.time })?,
                Some(mut ledger) => ledger.close(header.time).map(|_| ledger)?,
            };
            again = Some(replayed(&read, &header, ledger)?);
        }
        Ok(())
    }

    fn require_whole(&self) -> Result<(), ChainError> {
        let read = self.store.db.begin_read()?;
        let headers = read.open_table(HEADERS)?;
        let mut before: Option<Header> = None;
        for row in headers.range(0..)? {
            let (sequence, bytes) = row?;
            let header = Header::decode(sequence.value(), bytes.value())?;
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

/// Applies the transactions of one ledger where the one before has been closed.
fn replayed(read: &ReadTransaction, header: &Header, mut ledger: Embedded) -> Result<Embedded, ChainError> {
    for index in 0..header.count {
        let (record, _) = require_record(read, (header.sequence, index))?;
        ledger.send(&decode("a transaction", &record.envelope)?)?;
    }
    match ledger.header == *header {
        true => Ok(ledger),
        false => Err(ChainError::damaged(format!("ledger {} comes out differently", header.sequence))),
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
        let header = Header::decode(sequence.value(), bytes.value())?;
        after.as_ref().map_or(Ok(()), |after| require_follows(&header, after))?;
        after = Some(header);
    }
    let (sequence, bytes) = headers.last()?.ok_or_else(|| ChainError::damaged("it has no header"))?;
    let last = Header::decode(sequence.value(), bytes.value())?;
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

#[cfg(test)]
mod tests {
    use super::super::apply::new_account;
    use super::*;
    use crate::Key;

    #[test]
    fn money_that_nobody_signed_for_is_found_by_replay() {
        let genesis = Genesis { passphrase: "test".to_owned(), time: 1_767_225_600 };
        let mut ledger = Embedded::in_memory(&genesis).unwrap();
        ledger.fund(&Key::from_secret([1; 32]).account(), 10_000_000).unwrap();
        ledger.replay().unwrap();
        // Somebody who owns the file adds an account and makes all hashes right.
        let account = new_account(&Key::from_secret([2; 32]).account(), 10_000_000, 1);
        ledger.store.put_account(account, 1).unwrap();
        ledger.header = ledger.store.commit(ledger.header, &[]).unwrap();
        ledger.verify_headers().unwrap();
        assert_eq!(ledger.replay().unwrap_err().code(), 701);
    }
}
