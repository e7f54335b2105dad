//! Votes at a record date: whoever held the note then has them, to the unit, whatever happens to it afterwards.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "common/note.rs"]
mod note;

use Step::{Burn, Move, Record};
use chain::value::{amount, bytes};
use chain::xdr::ScVal;
use note::*;

/// What happens to the note.
#[derive(Clone, Copy, Debug)]
enum Step {
    Record,
    Move(u8, u8, i128),
    Burn(u8, i128),
}

fn take(world: &mut World, step: Step) {
    match step {
        Record => drop(world.check((&[DEAL], "record", vec![], 0))),
        Move(from, to, units) => drop(world.transfer(from, to, units)),
        Burn(holder, units) => drop(world.check((&[holder], "burn", vec![who(holder), amount(units)], 0))),
    }
}

/// After these steps Ada, Ben and Cam have these votes: at the latest record, of which there have been so many.
fn check(steps: &[Step], votes: [i128; 3]) {
    let mut world = World::of_account();
    let (mut records, mut supply) = (0, SUPPLY);
    for step in steps {
        take(&mut world, *step);
        if matches!(step, Record) {
            (records, supply) = (records + 1, world.view("total_supply", vec![]));
        }
    }
    let found = [ADA, BEN, CAM].map(|holder| world.view("recorded", vec![who(holder), ScVal::U32(records)]));
    assert_eq!(found, votes, "{steps:?}");
    assert_eq!(votes.iter().sum::<i128>(), supply, "every unit votes once: {steps:?}");
}

#[test]
fn whoever_held_the_note_at_the_record_votes() {
    check(&[Record], [SUPPLY, 0, 0]);
    check(&[Move(ADA, BEN, 10), Record], [SUPPLY - 10, 10, 0]);
    check(&[Record, Move(ADA, BEN, 10)], [SUPPLY, 0, 0]);
    check(&[Record, Move(ADA, BEN, SUPPLY), Move(BEN, CAM, SUPPLY)], [SUPPLY, 0, 0]);
    check(&[Record, Move(ADA, BEN, 10), Move(BEN, ADA, 10), Move(ADA, BEN, 4)], [SUPPLY, 0, 0]);
    check(&[Move(ADA, BEN, 7), Record, Move(ADA, BEN, 10)], [SUPPLY - 7, 7, 0]);
    check(&[Record, Move(ADA, ADA, 10)], [SUPPLY, 0, 0]);
    check(&[Record, Burn(ADA, 10)], [SUPPLY, 0, 0]);
    check(&[Burn(ADA, 10), Record, Burn(ADA, 5)], [SUPPLY - 10, 0, 0]);
}

#[test]
fn a_second_record_forgets_the_first() {
    check(&[Record, Move(ADA, BEN, 10), Record], [SUPPLY - 10, 10, 0]);
    check(&[Record, Move(ADA, BEN, 10), Record, Move(BEN, CAM, 3)], [SUPPLY - 10, 10, 0]);
    check(&[Record, Move(ADA, BEN, 10), Record, Record, Burn(BEN, 10)], [SUPPLY - 10, 10, 0]);
}

#[test]
fn a_forced_move_and_a_recovery_leave_the_votes_where_they_were() {
    let mut world = World::gated_of_account();
    take(&mut world, Move(ADA, BEN, 10));
    take(&mut world, Record);
    let order = vec![who(ADA), who(CAM), amount(4), bytes(&[1; 32]).unwrap()];
    world.check((&[OFFICER], "force", order, 0));
    world.check_registry((&[OFFICER], "admit", admission(DOT, BEN, (AUSTRIA, 30)), 0));
    world.check_registry((&[OFFICER], "recover", vec![who(BEN), who(DOT)], 0));
    world.check((&[OFFICER], "recover", vec![who(BEN), who(DOT)], 0));
    let votes = [ADA, BEN, CAM, DOT].map(|holder| world.view("recorded", vec![who(holder), ScVal::U32(1)]));
    assert_eq!(votes, [SUPPLY - 10, 10, 0, 0]);
    assert_eq!([ADA, BEN, CAM, DOT].map(|holder| world.balance(holder)), [SUPPLY - 14, 0, 4, 10]);
}

#[test]
fn only_the_deal_takes_a_record_and_only_the_latest_is_known() {
    let mut world = World::of_account();
    let asked = |number| vec![who(ADA), ScVal::U32(number)];
    world.check((&[STRANGER], "record", vec![], unsigned()));
    for number in [0, 1] {
        world.check((&[STRANGER], "recorded", asked(number), 683));
    }
    take(&mut world, Record);
    take(&mut world, Record);
    for (number, refusal) in [(0, 683), (1, 683), (2, 0), (3, 683)] {
        world.check((&[STRANGER], "recorded", asked(number), refusal));
    }
}

#[test]
fn a_change_of_balance_under_a_record_stays_cheap() {
    let mut world = World::of_account();
    world.transfer(ADA, BEN, 10);
    take(&mut world, Record);
    for at in ["first", "later"] {
        let costs = world.transfer(ADA, BEN, 10).costs;
        println!("{at} transfer after a record: {costs:?}");
        assert!(costs.instructions <= 1_300_000, "{costs:?}");
    }
}
