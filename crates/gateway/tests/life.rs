//! A deal's whole life over RPC: cleared, stopped, gone on with, verified from the server and then from the file.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;
#[path = "../../clearing/tests/common/mod.rs"]
mod lived;

use common::Served;
use forebay_clearing::{Cleared, ClearingError, Place, clear, verify};
use lived::Lived;

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

    let told = verify(&place).unwrap();
    assert_eq!((told.events, told.hash), (cleared.events, cleared.hash));
    assert_eq!(told.postings, lived.life.journal.len(), "every posting");
    assert!(!told.executed, "a server tells no transactions");

    let file = Place::File(served.file.clone());
    assert_eq!(verify(&file).unwrap_err().code(), 702, "it is open in the server");
    let Served { gateway, folder: _folder, .. } = served;
    drop(gateway);
    let proved = verify(&file).unwrap();
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
    assert!(matches!(verify(&place), Err(ClearingError::NoDeal)));
    drop(served);
    assert_eq!(verify(&place).unwrap_err().code(), 745, "nobody answers any more");
}
