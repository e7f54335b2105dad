//! Names of events, by which clients page: an order number (ledger, transaction from 1, operation) and the event's own.

use chain::EventPlace;

const TRANSACTION_SHIFT: u32 = 12;
const LEDGER_SHIFT: u32 = 32;
const TRANSACTION_MASK: u64 = 0xF_FFFF;
const OPERATION_MASK: u64 = 0xFFF;

/// The name of an event.
pub fn of((ledger, transaction, index): EventPlace) -> String {
    let transaction = u64::from(transaction).saturating_add(1).min(TRANSACTION_MASK);
    written(ledger, transaction << TRANSACTION_SHIFT, index)
}

/// Before every event of a ledger.
pub fn before(ledger: u32) -> String {
    written(ledger, 0, 0)
}

/// After every event that a ledger can hold.
pub fn after(ledger: u32) -> String {
    written(ledger, (TRANSACTION_MASK << TRANSACTION_SHIFT) | OPERATION_MASK, u32::MAX)
}

fn written(ledger: u32, rest: u64, index: u32) -> String {
    format!("{:019}-{index:010}", (u64::from(ledger) << LEDGER_SHIFT) | rest)
}

/// The first place after a cursor; none if the text is no cursor.
pub fn next(cursor: &str) -> Option<EventPlace> {
    let (order, index) = cursor.split_once('-')?;
    let (order, index): (u64, u32) = (order.parse().ok()?, index.parse().ok()?);
    let ledger = u32::try_from(order >> LEDGER_SHIFT).ok()?;
    let transaction = u32::try_from((order >> TRANSACTION_SHIFT) & TRANSACTION_MASK).ok()?;
    Some(match transaction.checked_sub(1) {
        None => (ledger, 0, 0),
        Some(transaction) => match index.checked_add(1) {
            Some(index) => (ledger, transaction, index),
            None => (ledger, transaction.saturating_add(1), 0),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_leads_to_the_next_place() {
        let check = |cursor: String, text: &str, place: EventPlace| {
            assert_eq!((cursor.as_str(), next(&cursor)), (text, Some(place)));
        };
        check(of((1, 0, 0)), "0000000004294971392-0000000000", (1, 0, 1));
        check(of((7, 2, 9)), "0000000030064783360-0000000009", (7, 2, 10));
        check(before(7), "0000000030064771072-0000000000", (7, 0, 0));
        check(after(7), "0000000034359738367-4294967295", (7, 0xF_FFFF, 0));
        for wrong in ["", "1", "x-1", "1-x", "-1", "99999999999999999999-0"] {
            assert_eq!(next(wrong), None, "{wrong}");
        }
    }
}
