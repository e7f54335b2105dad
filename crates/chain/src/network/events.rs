//! All events of some ledgers, a page at a time.

use std::ops::RangeInclusive;

use stellar_rpc_client::{Event, EventStart};

use super::Network;
use super::reply::unreadable;
use crate::value::from_base64;
use crate::xdr::{
    ContractEvent, ContractEventBody, ContractEventType, ContractEventV0, ContractId, ExtensionPoint,
};
use crate::{ChainError, EventRow};

/// Events of one page.
const PAGE: usize = 1000;

/// Pages at most: servers look through some ledgers for each page, whether or not they hold an event.
const PAGES_MAX: u32 = 100_000;

/// Every event of these ledgers that the server still has.
pub fn all(network: &Network, ledgers: RangeInclusive<u32>) -> Result<Vec<EventRow>, ChainError> {
    let health = network.ask("getHealth", network.client.get_health())?;
    let start = health.oldest_ledger.max(*ledgers.start());
    let end = health.latest_ledger.min(*ledgers.end());
    let mut rows = Vec::new();
    if start > end {
        return Ok(rows);
    }
    let mut from = EventStart::Ledger(start);
    for _ in 0..PAGES_MAX {
        let asked = network.client.get_events(from.clone(), None, &[], &[], Some(PAGE));
        let page = network.ask("getEvents", asked)?;
        for event in &page.events {
            rows.push(row(event)?);
        }
        let next = EventStart::Cursor(page.cursor.clone());
        let is_last = page.events.len() < PAGE && (next == from || place(&page.cursor)?.0 >= end);
        if is_last || rows.last().is_some_and(|row| row.ledger > end) {
            rows.retain(|row| row.ledger <= end);
            return Ok(rows);
        }
        from = next;
    }
    Err(unreadable("the end of the events"))
}

/// Reads a cursor: ledger, transaction from 1, event.
fn place(cursor: &str) -> Result<(u32, u32, u32), ChainError> {
    let parts = || {
        let (order, event) = cursor.split_once('-')?;
        let order = order.parse::<u64>().ok()?;
        let (ledger, transaction) = (order >> 32, (order >> 12) & 0xF_FFFF);
        Some((u32::try_from(ledger).ok()?, u32::try_from(transaction).ok()?, event.parse().ok()?))
    };
    parts().ok_or_else(|| unreadable("a cursor"))
}

fn row(told: &Event) -> Result<EventRow, ChainError> {
    let (ledger, transaction, index) = place(&told.id)?;
    let transaction = transaction.checked_sub(1).ok_or_else(|| unreadable("an event's place"))?;
    Ok(EventRow { ledger, transaction, index, event: event(told)? })
}

fn event(told: &Event) -> Result<ContractEvent, ChainError> {
    let contract_id = match told.contract_id.as_str() {
        "" => None,
        id => Some(id.parse::<ContractId>().map_err(|_| unreadable("a contract's address"))?),
    };
    let type_ = match told.event_type.as_str() {
        "system" => ContractEventType::System,
        _ => ContractEventType::Contract,
    };
    let topics = told.topic.iter().map(|topic| from_base64("a topic", topic));
    let topics = topics.collect::<Result<Vec<_>, _>>()?.try_into();
    let topics = topics.map_err(|error| ChainError::value("topics", error))?;
    let body = ContractEventV0 { topics, data: from_base64("an event", &told.value)? };
    Ok(ContractEvent { ext: ExtensionPoint::V0, contract_id, type_, body: ContractEventBody::V0(body) })
}
