//! `getLedgerEntries`

use crate::answer::{Answer, Format, Known, decoded, encoded, failed, invalid};
use chain::xdr::LedgerKey;
use chain::{Embedded, Entry, Ledger};
use serde::{Deserialize, Serialize};

/// Keys of one question, as on the network.
const KEYS_MAX: usize = 200;

#[derive(Deserialize)]
pub struct Wanted {
    keys: Vec<String>,
    #[serde(default, rename = "xdrFormat")]
    _format: Format,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Entries {
    entries: Vec<Found>,
    latest_ledger: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    key: String,
    xdr: String,
    last_modified_ledger_seq: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    live_until_ledger_seq: Option<u32>,
    ext_xdr: String,
}

pub fn entries(ledger: &mut Embedded, wanted: Wanted) -> Answer<Entries> {
    let count = wanted.keys.len();
    if count > KEYS_MAX {
        return Err(invalid(format!("key count ({count}) exceeds maximum supported ({KEYS_MAX})")));
    }
    let keys = wanted.keys.iter().zip(0..).map(key).collect::<Answer<Vec<_>>>()?;
    let found = keys.iter().filter_map(|key| {
        let entry = ledger.entry(key).map_err(|error| failed(&error)).transpose()?;
        Some(entry.and_then(|entry| found(key, &entry)))
    });
    let entries = found.collect::<Answer<_>>()?;
    Ok(Entries { entries, latest_ledger: Known::of(ledger)?.latest.sequence })
}

fn key((text, index): (&String, usize)) -> Answer<LedgerKey> {
    match decoded(text, format!("cannot unmarshal key value {text} at index {index}"))? {
        LedgerKey::Ttl(_) => Err(invalid("ledger ttl entries cannot be queried directly")),
        key => Ok(key),
    }
}

fn found(key: &LedgerKey, entry: &Entry) -> Answer<Found> {
    Ok(Found {
        key: encoded(key)?,
        xdr: encoded(&entry.entry.data)?,
        last_modified_ledger_seq: entry.entry.last_modified_ledger_seq,
        live_until_ledger_seq: entry.live_until,
        ext_xdr: encoded(&entry.entry.ext)?,
    })
}
