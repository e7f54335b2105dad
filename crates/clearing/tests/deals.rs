//! CH-1 over the deals that ship: every posting on the ledger is the native one, a stopped run goes on, and the ledger
//! alone proves it all.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::Lived;
use forebay_clearing::{Cleared, clear, verify};

/// What a payment date may take.
const INSTRUCTIONS_MAX: u64 = 6_000_000;

/// Clears a life in two runs, the first stopped in the middle, and verifies the file.
fn check(name: &str) {
    let lived = Lived::of(name);
    let (all, half) = (lived.life.events.len(), lived.life.events.len() / 2);
    let run = |until: usize| -> Cleared {
        let cleared = clear(&lived.place(), lived.story(), &mut |number, _| number <= until);
        cleared.unwrap_or_else(|error| panic!("{name}: {error}"))
    };
    let (stopped, cleared) = (run(half), run(all));
    assert_eq!(usize::try_from(stopped.events).unwrap(), half, "{name}: stopped half way");
    assert_eq!(usize::try_from(cleared.events).unwrap(), all, "{name}: every event");
    let verified = verify(&lived.place()).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!((verified.events, verified.hash), (cleared.events, cleared.hash), "{name}");
    assert_eq!(verified.postings, lived.life.journal.len(), "{name}: every posting");
    let dearest = stopped.dearest.instructions.max(cleared.dearest.instructions);
    println!("{name}: {all} events, dearest payment date {dearest} instructions");
    assert!(dearest <= INSTRUCTIONS_MAX, "{name}: {dearest} instructions");
}

#[test]
fn the_flagship() {
    check("sierra-h100");
}

#[test]
fn a_data_centre() {
    check("datacenter-abs");
}

#[test]
fn solar_roofs() {
    check("rooftop-solar");
}

#[test]
fn delayed_draws() {
    check("gpu-ddtl");
}

#[test]
fn the_textbook_case() {
    check("hundred");
}
