//! CH-1 over the deals that ship: every posting on the ledger is the native one, a stopped run goes on, and the ledger
//! alone proves it all. Every call stays under half of what a network allows, as `docs/costs.md` says.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use chain::xdr::{ContractEventBody, ScVal};
use chain::{Applied, Costs, Embedded, Resource};
use common::Lived;
use forebay_clearing::{Cleared, clear, verify};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// What a payment date may take.
const INSTRUCTIONS_MAX: u64 = 6_000_000;

/// The table of the largest uses; with `FOREBAY_WRITE_COSTS=1` the tests write its rows instead of comparing them.
const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/costs.md");

/// Tests of one process write the table one after the other.
static WRITING: Mutex<()> = Mutex::new(());

/// Limits of a transaction that receipts tell the use of, in the order of [`uses`].
const LIMITS: [Resource; 7] = [
    Resource::Instructions,
    Resource::Memory,
    Resource::FootprintEntries,
    Resource::EntriesWritten,
    Resource::BytesWritten,
    Resource::EventBytes,
    Resource::TransactionBytes,
];

fn uses(costs: &Costs) -> [u64; 7] {
    [
        costs.instructions,
        costs.memory,
        costs.entries,
        costs.entries_written,
        costs.bytes_written,
        costs.event_bytes,
        costs.transaction_bytes,
    ]
}

/// The most that any of these used of each limit.
fn largest(applied: &[Applied]) -> [u64; 7] {
    let used = applied.iter().map(|one| uses(&one.receipt.costs));
    used.fold([0; 7], |most, used| std::array::from_fn(|at| most[at].max(used[at])))
}

/// Whether the deal told what it posted: this was an event of its life.
fn is_event(applied: &Applied) -> bool {
    applied.receipt.events.iter().any(|event| {
        let ContractEventBody::V0(body) = &event.body;
        matches!(body.topics.first(), Some(ScVal::Symbol(name)) if name.to_string() == "posted")
    })
}

/// The row of the table is what was measured, in whole per cent of each limit, rounded up.
fn require_row(name: &str, largest: [u64; 7]) {
    let share = |(used, limit): (u64, Resource)| format!(" {} % |", (used * 100).div_ceil(limit.max()));
    let shares: String = largest.into_iter().zip(LIMITS).map(share).collect();
    let row = format!("| {name} |{shares}");
    let _turn = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
    let page = std::fs::read_to_string(TABLE).unwrap();
    let begins = format!("| {name} |");
    let known = page.lines().rfind(|line| line.starts_with(&begins)).expect("a row in docs/costs.md");
    if std::env::var_os("FOREBAY_WRITE_COSTS").is_some() {
        std::fs::write(TABLE, page.replace(known, &row)).unwrap();
    } else {
        assert_eq!(known, row, "docs/costs.md: write it again with FOREBAY_WRITE_COSTS=1");
    }
}

/// Every event of a life uses less than half of each limit; what came before the events is shown.
fn check_limits(name: &str, file: &Path) {
    let applied = Embedded::open(file).unwrap().transactions(0..=u32::MAX).unwrap();
    let (life, other): (Vec<_>, Vec<_>) = applied.into_iter().partition(is_event);
    let (during, beside) = (largest(&life), largest(&other));
    println!("{name}: an event uses at most {during:?}, everything else {beside:?}");
    for (used, limit) in during.into_iter().zip(LIMITS) {
        assert!(used * 2 < limit.max(), "{name}: {used} {limit}");
    }
    require_row(&format!("`{name}`"), during);
    require_row(&format!("`{name}`, everything else"), beside);
}

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
    let verified = verify(&lived.place(), None).unwrap_or_else(|error| panic!("{name}: {error}")).remove(0);
    assert_eq!((verified.events, verified.hash), (cleared.events, cleared.hash), "{name}");
    assert_eq!(verified.postings, lived.life.journal.len(), "{name}: every posting");
    check_limits(name, &lived.file);
    let dearest = stopped.dearest.instructions.max(cleared.dearest.instructions);
    println!("{name}: {all} events, dearest payment date {dearest} instructions");
    assert!(dearest <= INSTRUCTIONS_MAX, "{name}: {dearest} instructions");
}

#[test]
fn the_flagship() {
    check("sierra-h100");
}

#[test]
fn the_flagship_without_a_contract_for_its_machines() {
    check("sierra-h100-merchant");
}

#[test]
fn the_flagship_as_it_was_pitched() {
    check("sierra-h100-pitched");
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
fn loans_on_machines() {
    check("equipment-loans");
}

#[test]
fn delayed_draws() {
    check("gpu-ddtl");
}

#[test]
fn the_textbook_case() {
    check("hundred");
}
