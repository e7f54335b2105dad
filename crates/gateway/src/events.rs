//! `getEvents`

use crate::answer::{Answer, Format, Known, encoded, encoded_all, failed, invalid, refused};
use crate::cursor;
use crate::filter::{Filter, Written, filters, matches};
use chain::xdr::{ContractEventBody, ContractEventType, Hash};
use chain::{Announced, Embedded, EventPlace, EventRow};
use chrono::{DateTime, SecondsFormat};
use serde::{Deserialize, Serialize};

/// Events of one page at most, as on the network.
const LIMIT_MAX: usize = 10_000;

/// Events of one page if nothing else is said, as on the network.
const LIMIT: usize = 100;

/// Events looked through for one page. The network counts ledgers here; ours skip numbers.
const LOOKED_THROUGH_MAX: usize = 10_000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Wanted {
    #[serde(default)]
    start_ledger: u32,
    #[serde(default)]
    end_ledger: u32,
    #[serde(default)]
    filters: Vec<Written>,
    #[serde(default)]
    pagination: Pagination,
    #[serde(default, rename = "xdrFormat")]
    _format: Format,
}

#[derive(Default, Deserialize)]
struct Pagination {
    cursor: Option<String>,
    #[serde(default)]
    limit: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Page {
    events: Vec<Event>,
    cursor: String,
    latest_ledger: u32,
    oldest_ledger: u32,
    latest_ledger_close_time: String,
    oldest_ledger_close_time: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    #[serde(rename = "type")]
    kind: &'static str,
    ledger: u32,
    ledger_closed_at: String,
    contract_id: String,
    id: String,
    operation_index: u32,
    transaction_index: u32,
    tx_hash: String,
    in_successful_contract_call: bool,
    topic: Vec<String>,
    value: String,
}

/// What is looked through: from a place up to a ledger that does not belong to it any more.
struct Window {
    from: EventPlace,
    end: u32,
    limit: usize,
}

pub fn events(ledger: &mut Embedded, wanted: Wanted) -> Answer<Page> {
    let known = Known::of(ledger)?;
    let window = window(&wanted, &known)?;
    let filters = filters(&wanted.filters)?;
    let places = window.from..(window.end, 0, 0).max(window.from);
    let seen = ledger.announced(places, LOOKED_THROUGH_MAX).map_err(|error| failed(&error))?;
    let fitting = chosen(&seen, &filters, window.limit);
    Ok(Page {
        cursor: cursor_after(&window, &known, (&seen, &fitting)),
        events: fitting.into_iter().map(event).collect::<Answer<_>>()?,
        latest_ledger: known.latest.sequence,
        oldest_ledger: known.oldest.sequence,
        latest_ledger_close_time: known.latest.time.to_string(),
        oldest_ledger_close_time: known.oldest.time.to_string(),
    })
}

fn window(wanted: &Wanted, known: &Known) -> Answer<Window> {
    let Pagination { cursor, limit } = &wanted.pagination;
    if *limit > LIMIT_MAX {
        return Err(invalid(format!("limit must not exceed {LIMIT_MAX}")));
    }
    let from = match (cursor, wanted.start_ledger, wanted.end_ledger) {
        (Some(cursor), 0, 0) => {
            cursor::next(cursor).ok_or_else(|| invalid(format!("invalid event id {cursor}")))?
        }
        (Some(_), ..) => return Err(invalid("ledger ranges and cursor cannot both be set")),
        (None, 0, _) => return Err(invalid("startLedger must be positive")),
        (None, start, _) => (start, 0, 0),
    };
    let (oldest, latest) = (known.oldest.sequence, known.latest.sequence);
    if !(oldest..=latest).contains(&from.0) {
        return Err(refused(format!("startLedger must be within the ledger range: {oldest} - {latest}")));
    }
    let after_all = latest.saturating_add(1);
    let end = if wanted.end_ledger == 0 { after_all } else { wanted.end_ledger.min(after_all) };
    Ok(Window { from, end, limit: if *limit == 0 { LIMIT } else { *limit } })
}

fn chosen<'a>(seen: &'a [Announced], filters: &[Filter], limit: usize) -> Vec<&'a Announced> {
    seen.iter().filter(|announced| matches(filters, &announced.row.event)).take(limit).collect()
}

/// Where the next page begins. The open ledger may still grow, so no cursor leads past what was seen of it.
fn cursor_after(window: &Window, known: &Known, (seen, fitting): (&[Announced], &[&Announced])) -> String {
    let latest = known.latest.sequence;
    let is_full = fitting.len() == window.limit;
    if let Some(last) = fitting.last().filter(|_| is_full) {
        return cursor::of(place(&last.row));
    }
    match seen.last().map(|last| place(&last.row)) {
        Some(last) if seen.len() == LOOKED_THROUGH_MAX || last.0 == latest => cursor::of(last),
        _ if window.end <= latest => cursor::after(window.end.saturating_sub(1)),
        _ if window.from.0 == latest && window.from.2 > 0 => {
            cursor::of((latest, window.from.1, window.from.2 - 1))
        }
        _ => cursor::before(latest),
    }
}

const fn place(row: &EventRow) -> EventPlace {
    (row.ledger, row.transaction, row.index)
}

fn event(announced: &Announced) -> Answer<Event> {
    let Announced { row, time, hash } = announced;
    let ContractEventBody::V0(body) = &row.event.body;
    Ok(Event {
        kind: match row.event.type_ {
            ContractEventType::System => "system",
            ContractEventType::Contract => "contract",
            ContractEventType::Diagnostic => "diagnostic",
        },
        ledger: row.ledger,
        ledger_closed_at: day_and_time(*time),
        contract_id: row.event.contract_id.as_ref().map(ToString::to_string).unwrap_or_default(),
        id: cursor::of(place(row)),
        operation_index: 0,
        transaction_index: row.transaction + 1,
        tx_hash: Hash(*hash).to_string(),
        in_successful_contract_call: true,
        topic: encoded_all(body.topics.iter())?,
        value: encoded(&body.data)?,
    })
}

/// Seconds since 1970 as RFC 3339 writes them.
fn day_and_time(seconds: u64) -> String {
    let moment = i64::try_from(seconds).ok().and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    moment.map(|moment| moment.to_rfc3339_opts(SecondsFormat::Secs, true)).unwrap_or_default()
}
