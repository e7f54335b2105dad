//! The registry of receipts: what each party may do, what is refused, and what it costs.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "common/title.rs"]
mod title;

use chain::value::symbol;
use chain::xdr::ScVal;
use chain::{Costs, Ledger, Resource};
use title::*;

#[test]
fn a_receipt_lives_and_every_call_is_cheap() {
    let mut world = World::new();
    let one = || ScVal::U32(1);
    let free = vec![who(OWNER), who(STRANGER), one()];
    let document = vec![one(), who(BAILEE), symbol("warehouse").unwrap(), hash(9)];
    let replace = vec![one(), ScVal::U32(2), who(APPRAISER)];
    let rows: Vec<(Row<'_>, Option<u32>, u64)> = vec![
        ((&[OWNER], "draft", vec![who(OWNER), hash(1), parties()], 0), None, 950_000),
        ((&[BAILEE], "issue", vec![one()], 0), Some(ISSUED), 850_000),
        ((&[INSURER], "insure", vec![one(), policy(365)], 0), Some(ISSUED), 900_000),
        ((&[APPRAISER], "appraise", vec![one(), appraisal(START)], 0), Some(ISSUED), 900_000),
        ((&[BAILEE], "file", document, 0), Some(ISSUED), 800_000),
        ((&[APPRAISER, OWNER], "replace", replace, 0), Some(ISSUED), 1_450_000),
        ((&[DEAL, OWNER], "reserve", keeping(DEAL, &[1], 7), 0), Some(RESERVED), 1_350_000),
        ((&[DEAL], "cancel", of(DEAL, &[1]), 0), Some(ISSUED), 850_000),
        ((&[DEAL, OWNER], "reserve", keeping(DEAL, &[1], 7), 0), Some(RESERVED), 1_350_000),
        ((&[DEAL], "pledge", of(DEAL, &[1]), 0), Some(PLEDGED), 850_000),
        ((&[DEAL], "release", of(DEAL, &[1]), 0), Some(RELEASED), 800_000),
        ((&[DEAL, OWNER], "reserve", keeping(DEAL, &[1], 7), 0), Some(RESERVED), 1_350_000),
        ((&[DEAL], "pledge_all", vec![who(DEAL), one()], 0), Some(PLEDGED), 750_000),
        ((&[DEAL], "enforce", of(DEAL, &[1]), 0), Some(ENFORCED), 850_000),
        ((&[DEAL], "conclude", vec![who(DEAL), ids(&[1]), who(OWNER)], 0), Some(RELEASED), 850_000),
        ((&[OWNER], "transfer", free, 0), Some(RELEASED), 750_000),
        ((&[STRANGER], "redeem", vec![one(), who(STRANGER)], 0), Some(REDEEMED), 800_000),
    ];
    for (row, state, most) in rows {
        let function = row.1;
        let used = world.check(row).instructions;
        println!("{function}: {used} instructions");
        assert!(used <= most, "{function}: {used}");
        assert!(state.is_none_or(|state| world.state(1) == state), "after {function}");
    }
    assert_eq!(world.view("handover", vec![one()]), who(STRANGER), "the bailee knows whom to hand it to");
    assert_eq!(world.view("by_machine", vec![hash(1)]), one());
    world.check((&[STRANGER], "redeem", vec![one(), who(STRANGER)], 695));
}

#[test]
fn nobody_moves_what_is_pledged_or_not_theirs() {
    let mut world = World::with(1);
    let one = || ScVal::U32(1);
    let sale = || vec![who(OWNER), who(STRANGER), one()];
    world.check((&[STRANGER], "transfer", vec![who(STRANGER), who(STRANGER), one()], 694));
    world.check((&[STRANGER], "transfer", sale(), unsigned()));
    world.check((&[OWNER], "draft", vec![who(OWNER), hash(2), parties()], 0));
    world.check((&[STRANGER], "issue", vec![ScVal::U32(2)], unsigned()));
    world.check((&[OWNER], "discard", vec![ScVal::U32(2)], unsigned()));
    world.check((&[STRANGER], "insure", vec![one(), policy(9)], unsigned()));
    world.check((&[OWNER], "appraise", vec![one(), appraisal(START)], unsigned()));
    world.check((&[REGISTRAR], "redeem", vec![one(), who(REGISTRAR)], unsigned()));
    world.check((&[STRANGER], "name", vec![ScVal::U32(0), who(STRANGER), ScVal::Bool(true)], unsigned()));
    world.check((&[REGISTRAR], "resign", vec![ScVal::U32(0), who(BAILEE)], unsigned()));
    world.check((&[STRANGER], "file", vec![one(), who(STRANGER), symbol("x").unwrap(), hash(9)], 694));
    world.check((&[DEAL], "reserve", keeping(DEAL, &[1], 7), unsigned()));
    world.check((&[STRANGER, OWNER], "reserve", keeping(DEAL, &[1], 7), unsigned()));
    world.reserve(DEAL, &[1], 7);
    world.check((&[OWNER], "transfer", sale(), 640));
    world.check((&[STRANGER], "pledge", of(DEAL, &[1]), unsigned()));
    world.check((&[STRANGER], "pledge_all", vec![who(DEAL), one()], unsigned()));
    world.check((&[DEAL], "pledge_all", vec![who(DEAL), one()], 0));
    world.check((&[OWNER], "transfer", sale(), 640));
    world.check((&[OWNER], "redeem", vec![one(), who(OWNER)], 640));
    assert_eq!(world.state(1), PLEDGED);
}

#[test]
fn a_reservation_needs_every_part_and_a_closing_all_of_it() {
    let mut world = World::new();
    let one = || ScVal::U32(1);
    let reserve = |refusal| (&[DEAL, OWNER][..], "reserve", keeping(DEAL, &[1], 7), refusal);
    let close = |count, refusal| (&[DEAL][..], "pledge_all", vec![who(DEAL), ScVal::U32(count)], refusal);
    let insure = |days, refusal| (&[INSURER][..], "insure", vec![ScVal::U32(1), policy(days)], refusal);
    world.check((&[OWNER], "draft", vec![who(OWNER), hash(1), parties()], 0));
    world.check(reserve(695));
    world.check((&[BAILEE], "issue", vec![one()], 0));
    world.check(reserve(696));
    world.check(insure(7, 0));
    world.check(reserve(696));
    world.check(insure(30, 0));
    world.check(reserve(697));
    world.check((&[APPRAISER], "appraise", vec![one(), appraisal(START + DAY)], 603));
    world.check((&[APPRAISER], "appraise", vec![one(), appraisal(START)], 0));
    world.check(close(1, 642));
    world.check(reserve(0));
    world.check(close(0, 643));
    world.check(close(2, 643));
    world.check(insure(7, 696));
    world.check(insure(8, 0));
    world.check(close(1, 0));
    world.check(close(1, 640));
    assert_eq!((world.state(1), world.closing(DEAL)), (PLEDGED, (1, true)));
    world.check(insure(1, 0));
}

#[test]
fn a_reservation_runs_out_by_itself() {
    let mut world = World::with(3);
    world.check((&[DEAL, OWNER], "reserve", keeping(DEAL, &[1], 0), 642));
    world.reserve(DEAL, &[1, 2], 7);
    world.check((&[DEAL, OWNER], "reserve", keeping(DEAL, &[3], 8), 643));
    world.ledger.close(START + 7 * DAY).unwrap();
    assert_eq!((world.state(1), world.state(2)), (ISSUED, ISSUED));
    for function in ["pledge", "cancel"] {
        world.check((&[DEAL], function, of(DEAL, &[1]), 642));
    }
    world.check((&[DEAL], "pledge_all", vec![who(DEAL), ScVal::U32(2)], 642));
    world.reserve(OTHER_DEAL, &[1], 9);
    world.check((&[OTHER_DEAL], "pledge_all", vec![who(OTHER_DEAL), ScVal::U32(1)], 0));
    world.reserve(DEAL, &[2, 3], 9);
    assert_eq!(world.closing(DEAL), (2, false), "what ended is not in the new one");
    world.check((&[DEAL], "cancel", of(DEAL, &[3]), 0));
    world.check((&[DEAL], "pledge_all", vec![who(DEAL), ScVal::U32(2)], 643));
    world.check((&[DEAL], "pledge_all", vec![who(DEAL), ScVal::U32(1)], 0));
    assert_eq!((world.state(1), world.state(2), world.state(3)), (PLEDGED, PLEDGED, ISSUED));
    world.check((&[DEAL], "release", of(DEAL, &[1]), 641));
}

#[test]
fn a_failed_machine_is_substituted() {
    let mut world = World::with(3);
    let swap = |old, new| vec![who(DEAL), ScVal::U32(old), ScVal::U32(new)];
    world.reserve(DEAL, &[1, 3], 7);
    world.check((&[DEAL], "pledge", of(DEAL, &[3]), 0));
    world.check((&[DEAL], "pledge_all", vec![who(DEAL), ScVal::U32(1)], 0));
    world.check((&[DEAL], "substitute", swap(1, 2), 640));
    world.reserve(DEAL, &[2], 9);
    assert_eq!(world.closing(DEAL), (1, true), "nothing joins a closing that is over");
    assert_eq!(world.state(2), RESERVED);
    let used = world.check((&[DEAL], "substitute", swap(1, 2), 0)).instructions;
    println!("substitute: {used} instructions");
    assert!(used <= 1_000_000, "{used}");
    assert_eq!((world.state(1), world.state(2), world.state(3)), (SUBSTITUTED, PLEDGED, PLEDGED));
    world.check((&[OWNER], "redeem", vec![ScVal::U32(1), who(OWNER)], 0));
}

#[test]
fn a_bundle_is_one_receipt_and_every_machine_is_taken() {
    let mut world = World::with(1);
    let two = || ScVal::U32(2);
    let list = |of: &[u32], refusal| (&[BAILEE][..], "enlist", vec![ScVal::U32(2), hashes(of)], refusal);
    world.check((&[OWNER], "draft_bundle", vec![who(OWNER), root(&[10, 11, 12]), parties()], 0));
    world.check((&[BAILEE], "enlist", vec![ScVal::U32(1), hashes(&[10])], 695));
    world.check((&[OWNER], "enlist", vec![two(), hashes(&[10])], unsigned()));
    world.check((&[BAILEE], "issue", vec![two()], 644));
    world.check(list(&[], 698));
    world.check(list(&[1], 692));
    world.check(list(&[10, 10], 692));
    world.check(list(&[10, 11], 0));
    world.check(list(&[11], 692));
    world.check((&[BAILEE], "issue", vec![two()], 644));
    world.check(list(&[12], 0));
    world.check(list(&[13], 644));
    world.check((&[BAILEE], "issue", vec![two()], 0));
    for number in [10, 11, 12] {
        assert_eq!(world.view("by_machine", vec![hash(number)]), two());
    }
    world.check((&[OWNER], "redeem", vec![two(), who(OWNER)], 0));
    world.check((&[OWNER], "draft", vec![who(OWNER), hash(11), parties()], 0));
    world.check((&[BAILEE], "issue", vec![ScVal::U32(3)], 0));
}

#[test]
fn a_bundle_that_was_listed_wrongly_is_discarded() {
    let mut world = World::new();
    let list = |id, of: &[u32]| (&[BAILEE][..], "enlist", vec![ScVal::U32(id), hashes(of)], 0);
    for _ in 0..2 {
        world.check((&[OWNER], "draft_bundle", vec![who(OWNER), root(&[1, 2]), parties()], 0));
    }
    world.check(list(1, &[2, 1]));
    world.check((&[BAILEE], "issue", vec![ScVal::U32(1)], 644));
    world.check((&[BAILEE], "discard", vec![ScVal::U32(1)], 0));
    assert_eq!(world.view("handover", vec![ScVal::U32(1)]), who(OWNER));
    world.check(list(2, &[1, 2]));
    world.check((&[BAILEE], "issue", vec![ScVal::U32(2)], 0));
    world.check((&[BAILEE], "discard", vec![ScVal::U32(2)], 695));
}

#[test]
fn a_party_that_is_gone_is_replaced() {
    let mut world = World::with(1);
    let named = |party: u8, stands| vec![ScVal::U32(0), who(party), ScVal::Bool(stands)];
    let replace = || vec![ScVal::U32(1), ScVal::U32(0), who(NEW_PARTY)];
    world.check((&[OWNER, NEW_PARTY], "replace", replace(), 693));
    world.check((&[REGISTRAR], "name", named(NEW_PARTY, true), 0));
    world.check((&[OWNER, NEW_PARTY], "replace", replace(), unsigned()));
    world.check((&[BAILEE], "resign", vec![ScVal::U32(0), who(BAILEE)], 0));
    world.check((&[BAILEE], "resign", vec![ScVal::U32(0), who(BAILEE)], 693));
    world.check((&[NEW_PARTY], "replace", replace(), unsigned()));
    world.check((&[OWNER], "replace", replace(), unsigned()));
    world.reserve(DEAL, &[1], 7);
    world.check((&[OWNER, NEW_PARTY], "replace", replace(), unsigned()));
    world.check((&[DEAL], "pledge_all", vec![who(DEAL), ScVal::U32(1)], 0));
    world.check((&[OWNER, NEW_PARTY], "replace", replace(), unsigned()));
    world.check((&[OWNER, NEW_PARTY, DEAL], "replace", replace(), 0));
    let receipt = world.view("receipt", vec![ScVal::U32(1)]);
    assert_eq!(field(&field(&receipt, "parties"), "bailee"), who(NEW_PARTY));
    assert_eq!(world.state(1), PLEDGED);
}

/// Under half of what a network allows, of everything.
fn check_half(function: &str, used: Costs) {
    println!("{function}: {used:?}");
    let shares = [
        (used.instructions, Resource::Instructions),
        (used.memory, Resource::Memory),
        (used.entries, Resource::FootprintEntries),
        (used.entries_written, Resource::EntriesWritten),
        (used.bytes_written, Resource::BytesWritten),
        (used.event_bytes, Resource::EventBytes),
        (used.transaction_bytes, Resource::TransactionBytes),
    ];
    for (used, resource) in shares {
        assert!(2 * used <= resource.max(), "{function}: {used} {resource}");
    }
}

#[test]
fn a_batch_is_bounded_whole_and_cheap() {
    let mut world = World::with(64);
    let all: Vec<u32> = (1..=64).collect();
    let too_many: Vec<u32> = (1..=65).collect();
    world.check((&[DEAL, OWNER], "reserve", keeping(DEAL, &too_many, 7), 698));
    world.check((&[DEAL, OWNER], "reserve", keeping(DEAL, &[], 7), 698));
    world.check((&[DEAL, OWNER], "reserve", keeping(DEAL, &[1, 2, 1], 7), 640));
    assert_eq!((world.state(1), world.closing(DEAL)), (ISSUED, (0, false)), "all or none");
    check_half("reserve 64", world.reserve(DEAL, &all, 7));
    for function in ["pledge", "release"] {
        check_half(function, world.check((&[DEAL], function, of(DEAL, &all), 0)));
    }
    let machines: Vec<u32> = (100..164).collect();
    world.check((&[OWNER], "draft_bundle", vec![who(OWNER), root(&machines), parties()], 0));
    let list = vec![ScVal::U32(65), hashes(&machines)];
    check_half("enlist 64", world.check((&[BAILEE], "enlist", list, 0)));
}

#[test]
fn a_closing_costs_the_same_for_one_and_for_640() {
    let mut world = World::with(705);
    let all: Vec<u32> = (1..=705).collect();
    let (one, rest) = all.split_at(1);
    let (some, many) = rest.split_at(64);
    let mut used = Vec::new();
    for (deal, receipts) in [(DEAL, one), (OTHER_DEAL, some), (THIRD_DEAL, many)] {
        for batch in receipts.chunks(64) {
            world.reserve(deal, batch, 7);
        }
        let count = u32::try_from(receipts.len()).unwrap();
        let costs = world.check((&[deal], "pledge_all", vec![who(deal), ScVal::U32(count)], 0));
        println!("pledge_all of {count}: {costs:?}");
        used.push(costs.instructions);
    }
    let (least, most) = (used.iter().min().unwrap(), used.iter().max().unwrap());
    assert!(most * 100 <= least * 105 && *most <= 750_000, "{used:?}");
    world.ledger.close(START + 30 * DAY).unwrap();
    assert_eq!((world.state(1), world.state(65), world.state(705)), (PLEDGED, PLEDGED, PLEDGED));
    world.check((&[THIRD_DEAL], "release", of(THIRD_DEAL, &many[..64]), 0));
    assert_eq!((world.state(66), world.state(705)), (RELEASED, PLEDGED));
}
