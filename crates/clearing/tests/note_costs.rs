//! What a note's calls cost: below their own limits, below half of every limit of a network, and the same however many
//! hold the note.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "common/note.rs"]
mod note;

use chain::value::{address, amount, bytes, contract, list};
use chain::xdr::{ContractId, Hash};
use chain::{Costs, Resource};
use note::*;

/// The most instructions, bytes of memory and bytes of events of a call.
type Limits = [u64; 3];

fn check(name: &str, costs: Costs, limits: Limits) {
    println!("{name}: {costs:?}");
    let used = [costs.instructions, costs.memory, costs.event_bytes];
    assert!(
        used.iter().zip(limits).all(|(used, limit)| *used <= limit),
        "{name}: {costs:?} above {limits:?}"
    );
    let of_network = [
        (Resource::Instructions, costs.instructions),
        (Resource::Memory, costs.memory),
        (Resource::FootprintEntries, costs.entries),
        (Resource::EntriesWritten, costs.entries_written),
        (Resource::BytesWritten, costs.bytes_written),
        (Resource::EventBytes, costs.event_bytes),
        (Resource::TransactionBytes, costs.transaction_bytes),
    ];
    for (resource, used) in of_network {
        assert!(
            used * 2 <= resource.max(),
            "{name}: {used} {resource}, more than half of what a network allows"
        );
    }
}

/// Costs of a transfer, a collection and a claim.
fn of_open(world: &mut World) -> [Costs; 3] {
    let transfer = world.transfer(ADA, BEN, 10).costs;
    let collect = world.pay(1_000_000).costs;
    let claim = world.check((&[STRANGER], "claim", vec![who(ADA)], 0)).unwrap().costs;
    [transfer, collect, claim]
}

const OF_OPEN: [(&str, Limits); 3] = [
    ("transfer", [1_300_000, 3_000_000, 300]),
    ("collect", [1_500_000, 4_000_000, 600]),
    ("claim", [900_000, 3_000_000, 600]),
];

#[test]
fn an_open_notes_calls_are_cheap() {
    let mut world = World::new();
    of_open(&mut world);
    for ((name, limits), costs) in OF_OPEN.into_iter().zip(of_open(&mut world)) {
        check(name, costs, limits);
    }
}

/// As many more holders of one unit each, eighty in a transaction.
fn spread(world: &mut World, holders: u32) {
    let puppet = world.puppet.clone();
    let to_puppet = vec![who(ADA), address(contract(puppet.clone())), amount(holders.into())];
    world.check((&[ADA], "transfer", to_puppet, 0));
    let note = address(contract(world.note.clone()));
    for begin in (0..holders).step_by(80) {
        let some = (begin..holders.min(begin + 80)).map(|number| address(contract(place(number))));
        let args = vec![note.clone(), list(some.collect()).unwrap()];
        world.call_at(&puppet, &[STRANGER], ("spread", args)).unwrap();
    }
}

fn place(number: u32) -> ContractId {
    let mut hash = [0xAA; 32];
    hash[..4].copy_from_slice(&number.to_be_bytes());
    ContractId(Hash(hash))
}

#[test]
fn a_call_costs_the_same_at_ten_and_at_ten_thousand_holders() {
    let mut world = World::new();
    spread(&mut world, 10);
    of_open(&mut world);
    let few = of_open(&mut world);
    spread(&mut world, 10_000);
    let many = of_open(&mut world);
    for ((name, _), (few, many)) in OF_OPEN.into_iter().zip(few.into_iter().zip(many)) {
        println!("{name}: {} instructions at 10 holders, {} at 10,000", few.instructions, many.instructions);
        for (few, many) in [(few.instructions, many.instructions), (few.memory, many.memory)] {
            assert!(few.abs_diff(many) * 20 <= few, "{name}: {few} and {many} differ by more than 5 %");
        }
    }
}

#[test]
fn a_note_with_rules_costs_little_more() {
    let mut world = World::gated();
    let moving = |world: &mut World| world.transfer(ADA, BEN, 10).costs;
    check("gated transfer, first", moving(&mut world), [1_600_000, 5_000_000, 300]);
    check("gated transfer, later", moving(&mut world), [1_600_000, 5_000_000, 300]);
    let evidence = bytes(&[1; 32]).unwrap();
    let rows = [
        ("freeze", vec![who(ADA), amount(5)], [900_000, 3_000_000, 300]),
        ("force", vec![who(ADA), who(BEN), amount(10), evidence], [1_600_000, 5_000_000, 600]),
    ];
    for (function, args, limits) in rows {
        let receipt = world.check((&[OFFICER], function, args, 0)).unwrap();
        check(function, receipt.costs, limits);
    }
    check("gated transfer, some frozen", moving(&mut world), [1_600_000, 5_000_000, 300]);
    world.pay(1_000_000);
    let claim = world.check((&[STRANGER], "claim", vec![who(ADA)], 0)).unwrap();
    check("claim of a note with rules", claim.costs, [950_000, 3_000_000, 600]);
    let renewed = world.check_registry((&[OFFICER], "admit", admission(DOT, ADA, (GERMANY, 9)), 0)).unwrap();
    check("admit", renewed.costs, [900_000, 3_000_000, 600]);
    let replaced = world.check_registry((&[OFFICER], "recover", vec![who(ADA), who(DOT)], 0)).unwrap();
    check("recover at the registry", replaced.costs, [900_000, 3_000_000, 600]);
    let recovered = world.check((&[OFFICER], "recover", vec![who(ADA), who(DOT)], 0)).unwrap();
    check("recover at the note", recovered.costs, [1_600_000, 5_000_000, 600]);
    let revoked = world.check_registry((&[OFFICER], "revoke", vec![who(BEN)], 0)).unwrap();
    check("revoke", revoked.costs, [900_000, 3_000_000, 600]);
}
