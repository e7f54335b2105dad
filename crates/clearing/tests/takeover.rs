//! What a ledger proves of a deal is the life that it lived, to the byte; another's keys find nothing there.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use chain::Key;
use common::Lived;
use forebay_clearing::{Place, Story, clear, seen, take_over};
use waterfall::Event;

#[test]
fn a_life_is_read_back_from_its_ledger() {
    let lived = Lived::of("hundred");
    let nowhere = Place::File(lived.file.with_extension("none"));
    assert_eq!((seen(&nowhere, lived.story()).unwrap(), nowhere.find().unwrap().is_none()), (0, true));
    let cleared = clear(&lived.place(), lived.story(), &mut |number, _| number <= 10).unwrap();
    assert_eq!(seen(&lived.place(), lived.story()).unwrap(), 10);
    let proven = take_over(&lived.place(), lived.story()).unwrap();
    let bytes = |events: &[Event<1>]| events.iter().map(Event::to_bytes).collect::<Vec<_>>();
    assert_eq!(bytes(&proven.events), bytes(&lived.life.events[..10]));
    assert_eq!((proven.hash, proven.holdings.len()), (cleared.hash, 1));
    let theirs = Key::from_secret([9; 32]);
    let story = Story { keys: Some(&theirs), ..lived.story() };
    assert_eq!(seen(&lived.place(), story).unwrap(), 0);
    assert_eq!(take_over(&lived.place(), story).unwrap_err().code(), 803);
}
