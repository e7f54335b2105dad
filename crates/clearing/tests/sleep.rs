//! A deal that nobody touches for longer than its entries live goes on with the next payment: the network archives entries,
//! and the call that needs them brings them back.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use chain::xdr::{ContractDataDurability, ContractId, LedgerKey, LedgerKeyContractData, ScAddress, ScVal};
use chain::{Embedded, LIFETIME_LEDGERS_MAX, Ledger, value};
use common::Lived;
use forebay_clearing::{Deployment, Story, clear, verify};
use units::Date;
use waterfall::Event;

/// How long the deal sleeps: more than twice as long as any entry lives.
const DAYS: i32 = 400;

const SECONDS_A_DAY: u64 = 86_400;

/// The same event so many days later; what is reported stays as of its day.
fn later(event: &Event<1>) -> Event<1> {
    let moved = |day: &Date| Date::from_days(day.days() + DAYS);
    let mut event = event.clone();
    match &mut event {
        Event::PayDate { today: day, .. }
        | Event::Draw { on: day, .. }
        | Event::Surrender { on: day, .. }
        | Event::Proceeds { on: day, .. }
        | Event::Transition { on: day, .. } => *day = moved(day),
        Event::Receive { .. } | Event::Report { .. } | Event::Restate { .. } | Event::Waive { .. } => {}
    }
    event
}

/// What every call of the deal needs: the contract itself, the plan and how the deal stands.
fn needed(deal: &ContractId) -> [LedgerKey; 3] {
    let symbol = |name| value::symbol(name).unwrap();
    [ScVal::LedgerKeyContractInstance, symbol("plan"), symbol("standing")].map(|key| {
        LedgerKey::ContractData(LedgerKeyContractData {
            contract: ScAddress::Contract(deal.clone()),
            key,
            durability: ContractDataDurability::Persistent,
        })
    })
}

/// How many of the deal's entries are live.
fn live(ledger: &Embedded, deal: &ContractId) -> usize {
    let now = ledger.head().unwrap().sequence;
    let is_live = |key: &&LedgerKey| ledger.entry(key).unwrap().unwrap().live_until.unwrap() >= now;
    needed(deal).iter().filter(is_live).count()
}

/// Clears a life that sleeps before the first payment date after so many events.
fn check(name: &str, after: usize) {
    let lived = Lived::of(name);
    let is_payment = |event: &Event<1>| matches!(event, Event::PayDate { .. });
    let woken = after + lived.life.events[after..].iter().position(is_payment).unwrap();
    let (before, rest) = lived.life.events.split_at(woken);
    let events: Vec<_> = before.iter().cloned().chain(rest.iter().map(later)).collect();
    let story = Story { events: &events, ..lived.story() };
    let run = |until: usize| {
        let cleared = clear(&lived.place(), story, &mut |number, _| number <= until);
        cleared.unwrap_or_else(|error| panic!("{name}: {error}"))
    };
    run(woken);
    let mut ledger = Embedded::open(&lived.file).unwrap();
    let deal = Deployment::of(ledger.network(), lived.installing()).unwrap().deal;
    assert_eq!(live(&ledger, &deal), 3, "{name}: awake");
    let head = ledger.head().unwrap();
    let slept = SECONDS_A_DAY * u64::try_from(DAYS - 1).unwrap();
    let woke = ledger.close(head.time + slept).unwrap();
    assert!(woke.sequence - head.sequence > LIFETIME_LEDGERS_MAX, "{name}: longer than anything lives");
    assert_eq!(live(&ledger, &deal), 0, "{name}: archived");
    drop(ledger);
    assert_eq!(usize::try_from(run(woken + 1).events).unwrap(), woken + 1, "{name}: paid");
    assert_eq!(live(&Embedded::open(&lived.file).unwrap(), &deal), 3, "{name}: brought back");
    run(events.len());
    let verified = verify(&lived.place(), None).unwrap_or_else(|error| panic!("{name}: {error}")).remove(0);
    assert_eq!(usize::try_from(verified.events).unwrap(), events.len(), "{name}: every event");
}

#[test]
fn a_deal_that_slept_for_four_hundred_days_pays() {
    check("hundred", 10);
}

#[test]
fn the_flagship_sleeps_and_pays() {
    check("sierra-h100", 40);
}

#[test]
fn the_flagships_whole_life_archives_nothing() {
    let lived = Lived::of("sierra-h100");
    clear(&lived.place(), lived.story(), &mut |_, _| true).unwrap();
    let ledger = Embedded::open(&lived.file).unwrap();
    let deal = Deployment::of(ledger.network(), lived.installing()).unwrap().deal;
    assert_eq!(live(&ledger, &deal), 3);
}
