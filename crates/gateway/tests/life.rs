//! A deal's whole life over RPC: cleared, stopped, gone on with, verified from the server and then from the file.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;
#[path = "../../clearing/tests/common/mod.rs"]
mod lived;

use chain::{Embedded, Keeping, Key, Ledger};
use common::Served;
use forebay_clearing::{Cleared, ClearingError, Parties, Place, Story, clear, keep, verify};
use lived::Lived;

/// At five seconds each.
const LEDGERS_A_DAY: u32 = 17_280;

/// Events of the longer of two lives.
const EVENTS: usize = 8;

#[test]
fn a_life_is_cleared_and_verified_over_rpc_and_from_the_file() {
    let (served, lived) = (Served::beginning(0), Lived::of("hundred"));
    let place: Place = served.gateway.url().parse().unwrap();
    let (all, half) = (lived.life.events.len(), lived.life.events.len() / 2);
    let run =
        |until: usize| -> Cleared { clear(&place, lived.story(), &mut |number, _| number <= until).unwrap() };
    let (stopped, cleared) = (run(half), run(all));
    assert_eq!(usize::try_from(stopped.events).unwrap(), half, "stopped half way");
    assert_eq!(usize::try_from(cleared.events).unwrap(), all, "every event");
    assert!(cleared.dearest.instructions > 0, "the server tells what a transaction used");

    let told = verify(&place, None).unwrap().remove(0);
    assert_eq!((told.events, told.hash), (cleared.events, cleared.hash));
    assert_eq!(told.postings, lived.life.journal.len(), "every posting");
    assert!(!told.executed, "a server tells no transactions");

    let file = Place::File(served.file.clone());
    assert_eq!(verify(&file, None).unwrap_err().code(), 702, "it is open in the server");
    let Served { gateway, folder: _folder, .. } = served;
    drop(gateway);
    let proved = verify(&file, None).unwrap().remove(0);
    assert_eq!((proved.events, proved.hash, proved.held), (told.events, told.hash, told.held));
    assert!(proved.executed, "every signed transaction once more");
}

#[test]
fn a_life_on_a_served_ledger_is_that_of_a_file() {
    let (served, lived) = (Served::beginning(0), Lived::of("hundred"));
    let place: Place = served.gateway.url().parse().unwrap();
    let over_rpc = clear(&place, lived.story(), &mut |_, _| true).unwrap();
    let in_a_file = clear(&lived.place(), lived.story(), &mut |_, _| true).unwrap();
    assert_eq!((over_rpc.events, over_rpc.hash), (in_a_file.events, in_a_file.hash));
}

#[test]
fn a_server_without_a_deal_proves_nothing() {
    let served = Served::new();
    let place: Place = served.gateway.url().parse().unwrap();
    assert!(matches!(verify(&place, None), Err(ClearingError::NoDeal)));
    drop(served);
    assert_eq!(verify(&place, None).unwrap_err().code(), 745, "nobody answers any more");
}

/// Keys of the parties of one deal of two.
fn keys(name: &str) -> Key {
    Key::from_secret([7; 32]).child(&[name.as_bytes()])
}

#[test]
fn every_deal_of_a_ledger_is_proved_and_kept_over_rpc() {
    let (served, lived) = (Served::beginning(0), Lived::of("hundred"));
    let place: Place = served.gateway.url().parse().unwrap();
    // Event by event, because one clock moves for both.
    let mut ends = [(0, [0; 32]); 2];
    for until in 0..=EVENTS {
        for (end, (name, last)) in ends.iter_mut().zip([("first", EVENTS), ("second", EVENTS / 2)]) {
            let keys = keys(name);
            let events = &lived.life.events[..until.min(last)];
            let story = Story { keys: Some(&keys), events, ..lived.story() };
            let cleared = clear(&place, story, &mut |_, _| true).unwrap();
            *end = (cleared.events, cleared.hash);
        }
    }
    let mut proved = verify(&place, None).unwrap();
    proved.sort_by_key(|deal| std::cmp::Reverse(deal.events));
    assert_eq!(proved.iter().map(|deal| (deal.events, deal.hash)).collect::<Vec<_>>(), ends);
    let second = verify(&place, Some(&proved[1].deal)).unwrap();
    assert_eq!(second.iter().map(|deal| (deal.events, deal.hash)).collect::<Vec<_>>(), ends[1..]);

    // So long that what nobody touched would end within two months.
    let mut network = served.network();
    let now = network.head().unwrap().time;
    network.close(now + 80 * 86_400).unwrap();
    for name in ["first", "second"] {
        let keys = keys(name);
        let story = Story { keys: Some(&keys), events: &[], ..lived.story() };
        assert_eq!(keep(&place, story).unwrap().len(), 1, "who holds the note");
    }
    let Served { gateway, folder: _folder, file } = served;
    drop(gateway);
    let mut ledger = Embedded::open(&file).unwrap();
    let keeping = Keeping { within: 60 * LEDGERS_A_DAY, extend_to: 170 * LEDGERS_A_DAY };
    let operator = Parties::of(ledger.network(), Some(&keys("first"))).operator;
    assert_eq!(ledger.keep(&operator, keeping).unwrap(), 0, "nothing of either deal was left to end");
    drop(ledger);
    assert_eq!(verify(&Place::File(file), None).unwrap().len(), 2, "signed for, too");
}
