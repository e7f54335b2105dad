//! What the file remembers of every ledger, for whoever serves it.

use std::ops::{Range, RangeInclusive};

use redb::{ReadableDatabase, ReadableTable};

use super::header::Header;
use super::store::{EVENTS, HASHES, HEADERS, RECORDS};
use super::{Embedded, receipt, verify};
use crate::value::decode;
use crate::xdr::TransactionEnvelope;
use crate::{ChainError, EventRow, Head, Receipt};

/// Where an event stands: ledger, transaction in it, event in that.
pub type EventPlace = (u32, u32, u32);

/// A transaction that was applied, with its place.
#[derive(Clone, Debug)]
pub struct Applied {
    /// Position in its ledger, from 0.
    pub position: u32,
    /// Seconds since 1970 at which its ledger opened.
    pub time: u64,
    /// What was signed.
    pub envelope: TransactionEnvelope,
    /// What it did, and in which ledger.
    pub receipt: Receipt,
}

/// An event that was announced, with when and by which transaction.
#[derive(Clone, Debug)]
pub struct Announced {
    /// The event with its place.
    pub row: EventRow,
    /// Seconds since 1970 at which its ledger opened.
    pub time: u64,
    /// Name of its transaction.
    pub hash: [u8; 32],
}

impl Embedded {
    /// The first ledger.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn first(&self) -> Result<Head, ChainError> {
        let headers = self.store.db.begin_read()?.open_table(HEADERS)?;
        let row = headers.first()?.ok_or_else(|| ChainError::damaged("it has no header"))?;
        Ok(Header::decode(row.0.value(), row.1.value())?.head())
    }

    /// A transaction by its hash.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn applied(&self, hash: [u8; 32]) -> Result<Option<Applied>, ChainError> {
        let read = self.store.db.begin_read()?;
        let Some(place) = read.open_table(HASHES)?.get(&hash)?.map(|row| row.value()) else {
            return Ok(None);
        };
        let Some((record, _)) = verify::record(&read, place)? else { return Ok(None) };
        let (ledger, position) = place;
        let envelope = decode("a transaction", &record.envelope)?;
        let time = self.opened_at(ledger)?;
        Ok(Some(Applied { position, time, envelope, receipt: receipt(ledger, record)? }))
    }

    /// Every transaction of these ledgers, in order.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn transactions(&self, ledgers: RangeInclusive<u32>) -> Result<Vec<Applied>, ChainError> {
        let hashes: Vec<[u8; 32]> = {
            let records = self.store.db.begin_read()?.open_table(RECORDS)?;
            let rows = records.range((*ledgers.start(), 0)..=(*ledgers.end(), u32::MAX))?;
            rows.map(|row| Ok(*row?.1.value().0)).collect::<Result<_, ChainError>>()?
        };
        hashes.into_iter().filter_map(|hash| self.applied(hash).transpose()).collect()
    }

    /// The events of these places in order, `most` of them at most.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn announced(&self, places: Range<EventPlace>, most: usize) -> Result<Vec<Announced>, ChainError> {
        let read = self.store.db.begin_read()?;
        let (events, records) = (read.open_table(EVENTS)?, read.open_table(RECORDS)?);
        let mut found = Vec::new();
        for row in events.range(places)?.take(most) {
            let (place, event) = row?;
            let (ledger, transaction, index) = place.value();
            let record = records.get((ledger, transaction))?;
            let record = record.ok_or_else(|| ChainError::damaged("an event without its transaction"))?;
            let row = EventRow { ledger, transaction, index, event: decode("an event", event.value())? };
            found.push(Announced { row, time: self.opened_at(ledger)?, hash: *record.value().0 });
        }
        Ok(found)
    }

    /// Seconds since 1970 at which a ledger opened.
    fn opened_at(&self, ledger: u32) -> Result<u64, ChainError> {
        let headers = self.store.db.begin_read()?.open_table(HEADERS)?;
        let row =
            headers.get(ledger)?.ok_or_else(|| ChainError::damaged(format!("ledger {ledger} is missing")))?;
        Ok(Header::decode(ledger, row.value())?.time)
    }
}
