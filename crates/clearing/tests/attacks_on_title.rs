//! Attacks on the registry of receipts, by name; each ends with nothing gained.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "common/title.rs"]
mod title;

use chain::value::{amount, map, symbol};
use chain::xdr::{ScVal, SequenceNumber, Transaction, TransactionEnvelope};
use chain::{Invocation, Ledger, Signing, sign_transaction};
use title::*;

/// Pledges all of these for a deal.
fn close(world: &mut World, deal: u8, which: &[u32]) {
    world.reserve(deal, which, 7);
    let count = ScVal::U32(u32::try_from(which.len()).unwrap());
    world.check((&[deal], "pledge_all", vec![who(deal), count], 0));
}

#[test]
fn attack_double_pledge_across_two_deals() {
    let mut world = World::with(1);
    world.reserve(DEAL, &[1], 7);
    world.check((&[OTHER_DEAL, OWNER], "reserve", keeping(OTHER_DEAL, &[1], 7), 640));
    world.check((&[OTHER_DEAL], "pledge", of(OTHER_DEAL, &[1]), 641));
    world.check((&[OTHER_DEAL], "pledge_all", vec![who(OTHER_DEAL), ScVal::U32(1)], 642));
    world.check((&[DEAL], "pledge_all", vec![who(DEAL), ScVal::U32(1)], 0));
    world.check((&[OTHER_DEAL, OWNER], "reserve", keeping(OTHER_DEAL, &[1], 7), 640));
    for function in ["pledge", "release", "enforce", "cancel"] {
        world.check((&[OTHER_DEAL], function, of(OTHER_DEAL, &[1]), 641));
    }
    world.check((&[DEAL], "pledge", of(DEAL, &[1]), 640));
    assert_eq!(world.state(1), PLEDGED);
}

/// The registry knows no currency: an appraisal in another one makes no other machine.
#[test]
fn attack_double_pledge_across_currencies() {
    let mut world = World::with(1);
    close(&mut world, DEAL, &[1]);
    let in_euro =
        vec![("method", symbol("eur").unwrap()), ("on", ScVal::U64(START)), ("value", amount(23_000))];
    world.check((&[APPRAISER], "appraise", vec![ScVal::U32(1), map(in_euro).unwrap()], 0));
    world.check((&[OTHER_DEAL, OWNER], "reserve", keeping(OTHER_DEAL, &[1], 7), 640));
    world.check((&[OWNER], "draft", vec![who(OWNER), hash(1), parties()], 0));
    world.check((&[BAILEE], "issue", vec![ScVal::U32(2)], 692));
}

#[test]
fn attack_double_pledge_by_minting_again_after_redemption() {
    let mut world = World::with(1);
    world.check((&[STRANGER], "draft", vec![who(STRANGER), hash(1), parties()], 0));
    world.check((&[BAILEE], "issue", vec![ScVal::U32(2)], 692));
    world.check((&[BAILEE], "issue", vec![ScVal::U32(1)], 695));
    close(&mut world, DEAL, &[1]);
    world.check((&[OWNER], "redeem", vec![ScVal::U32(1), who(OWNER)], 640));
    world.check((&[DEAL], "release", of(DEAL, &[1]), 0));
    world.check((&[OWNER], "redeem", vec![ScVal::U32(1), who(OWNER)], 0));
    world.check((&[BAILEE], "issue", vec![ScVal::U32(2)], 0));
    assert_eq!(world.view("by_machine", vec![hash(1)]), ScVal::U32(2));
    for function in ["pledge", "enforce", "release"] {
        world.check((&[DEAL], function, of(DEAL, &[1]), 695));
    }
    world.check((&[DEAL, OWNER], "reserve", keeping(DEAL, &[1], 7), 695));
    assert_eq!(world.state(1), REDEEMED, "the old receipt stands for nothing");
}

#[test]
fn attack_double_pledge_by_bundles_that_overlap() {
    let mut world = World::with(1);
    let two_bundles = [root(&[1, 2]), root(&[2, 3])];
    for root in two_bundles {
        world.check((&[STRANGER], "draft_bundle", vec![who(STRANGER), root, parties()], 0));
    }
    let list = |id, of: &[u32], refusal| (&[BAILEE][..], "enlist", vec![ScVal::U32(id), hashes(of)], refusal);
    world.check(list(2, &[1, 2], 692));
    world.check(list(3, &[2, 3], 0));
    world.check(list(2, &[2], 692));
    world.check((&[OWNER], "draft", vec![who(OWNER), hash(3), parties()], 0));
    world.check((&[BAILEE], "issue", vec![ScVal::U32(4)], 692));
    world.check((&[BAILEE], "issue", vec![ScVal::U32(3)], 0));
    world.check((&[BAILEE], "issue", vec![ScVal::U32(2)], 644));
}

#[test]
fn attack_a_race_for_a_reservation_that_ends() {
    let mut world = World::with(2);
    world.reserve(DEAL, &[1, 2], 7);
    world.ledger.close(START + 7 * DAY - 5).unwrap();
    world.check((&[OTHER_DEAL, OWNER], "reserve", keeping(OTHER_DEAL, &[1], 9), 640));
    world.ledger.close(START + 7 * DAY).unwrap();
    world.reserve(OTHER_DEAL, &[1], 9);
    world.check((&[DEAL], "pledge_all", vec![who(DEAL), ScVal::U32(2)], 642));
    world.reserve(DEAL, &[2], 9);
    world.check((&[DEAL], "cancel", of(DEAL, &[1]), 641));
    world.check((&[DEAL], "pledge_all", vec![who(DEAL), ScVal::U32(2)], 643));
    world.check((&[DEAL], "pledge_all", vec![who(DEAL), ScVal::U32(1)], 0));
    assert_eq!((world.state(1), world.state(2)), (RESERVED, PLEDGED));
    world.check((&[OTHER_DEAL], "pledge_all", vec![who(OTHER_DEAL), ScVal::U32(1)], 0));
    world.check((&[DEAL], "release", of(DEAL, &[1]), 641));
}

#[test]
fn attack_phantom_collateral() {
    let mut world = World::new();
    let one = || ScVal::U32(1);
    let own = map(vec![("appraiser", who(OWNER)), ("bailee", who(OWNER)), ("insurer", who(OWNER))]).unwrap();
    world.check((&[OWNER], "draft", vec![who(OWNER), hash(1), own], 693));
    world.check((&[OWNER], "draft", vec![who(OWNER), hash(1), parties()], 0));
    world.check((&[INSURER], "insure", vec![one(), policy(365)], 0));
    world.check((&[APPRAISER], "appraise", vec![one(), appraisal(START)], 0));
    world.check((&[OWNER], "issue", vec![one()], unsigned()));
    world.check((&[DEAL, OWNER], "reserve", keeping(DEAL, &[1], 7), 695));
    world.check((&[DEAL], "pledge", of(DEAL, &[1]), 695));
    world.check((&[DEAL], "pledge_all", vec![who(DEAL), one()], 642));
    world.check((&[REGISTRAR], "name", vec![ScVal::U32(0), who(BAILEE), ScVal::Bool(false)], 0));
    world.check((&[BAILEE], "issue", vec![one()], 693));
}

#[test]
fn attack_to_pledge_somebody_elses_machine() {
    let mut world = World::with(1);
    let posing = vec![who(STRANGER), who(OWNER), ids(&[1]), ScVal::U64(START + DAY)];
    world.check((&[STRANGER], "reserve", posing, unsigned()));
    let claiming = vec![who(STRANGER), who(STRANGER), ids(&[1]), ScVal::U64(START + DAY)];
    world.check((&[STRANGER], "reserve", claiming, 694));
    world.check((&[STRANGER], "pledge", of(STRANGER, &[1]), 640));
    let sold = vec![who(STRANGER), who(STRANGER), ScVal::U32(1)];
    world.check((&[STRANGER], "transfer", sold, 694));
    assert_eq!(world.state(1), ISSUED);
}

#[test]
fn attack_to_let_the_insurance_lapse_before_the_closing() {
    let mut world = World::with(1);
    let insure = |days, refusal| (&[INSURER][..], "insure", vec![ScVal::U32(1), policy(days)], refusal);
    world.check(insure(7, 0));
    world.check((&[DEAL, OWNER], "reserve", keeping(DEAL, &[1], 7), 696));
    world.check(insure(8, 0));
    world.reserve(DEAL, &[1], 7);
    for days in [0, 1, 7] {
        world.check(insure(days, 696));
    }
    let replace = vec![ScVal::U32(1), ScVal::U32(1), who(INSURER)];
    world.check((&[OWNER, INSURER], "replace", replace, unsigned()));
    world.check((&[DEAL], "cancel", of(DEAL, &[1]), 0));
    world.check(insure(1, 0));
    world.check((&[DEAL, OWNER], "reserve", keeping(DEAL, &[1], 7), 696));
}

#[test]
fn attack_to_use_an_authorisation_again() {
    let mut world = World::with(1);
    let (deal, owner) = (key(DEAL), key(OWNER));
    let signing = Signing { source: &deal, others: &[&owner] };
    let call = Invocation { contract: &world.place, function: "reserve", args: keeping(DEAL, &[1], 7) };
    let envelope = world.ledger.prepare_call(signing, call).unwrap();
    world.ledger.send(&envelope).unwrap();
    world.check((&[DEAL], "cancel", of(DEAL, &[1]), 0));
    let again = world.ledger.send(&envelope).unwrap_err();
    assert_eq!(again.code(), 712, "{again}");
    let TransactionEnvelope::Tx(used) = envelope else { panic!("no transaction") };
    let seq_num = SequenceNumber(world.ledger.sequence_of(&deal.account()).unwrap() + 1);
    let resent = sign_transaction(world.ledger.network(), &deal, Transaction { seq_num, ..used.tx }).unwrap();
    let replayed = world.ledger.send(&resent).unwrap_err();
    assert_eq!(replayed.code(), 716, "{replayed}");
    assert_eq!(world.state(1), ISSUED, "the owner signed for one reservation");
}
