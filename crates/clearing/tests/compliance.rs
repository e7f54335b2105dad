//! A note with rules: who may hold it, what its officer may do, and what nobody may stop.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "common/note.rs"]
mod note;

use chain::Ledger;
use chain::value::{address, amount, bytes, contract, list};
use chain::xdr::ScVal;
use note::*;

fn moving(from: u8, to: u8, units: i128) -> Vec<ScVal> {
    vec![who(from), who(to), amount(units)]
}

fn forced(from: u8, to: u8, evidence: u8) -> Vec<ScVal> {
    vec![who(from), who(to), amount(10), bytes(&[evidence; 32]).unwrap()]
}

fn admit(world: &mut World, (wallet, party): (u8, u8), where_until: (u32, u64), refusal: u32) {
    world.check_registry((&[OFFICER], "admit", admission(wallet, party, where_until), refusal));
}

fn revoke(world: &mut World, wallet: u8) {
    world.check_registry((&[OFFICER], "revoke", vec![who(wallet)], 0));
}

#[test]
fn the_registry_admits_renews_and_replaces_wallets() {
    let mut world = World::gated();
    world.check_registry((&[STRANGER], "admit", admission(DOT, DOT, (GERMANY, 9)), unsigned()));
    world.check_registry((&[STRANGER], "revoke", vec![who(ADA)], unsigned()));
    admit(&mut world, (ADA, BEN), (GERMANY, 9), 659);
    admit(&mut world, (DOT, DOT), (0, 9), 605);
    admit(&mut world, (DOT, DOT), (GERMANY, 0), 605);
    admit(&mut world, (DOT, 0), (GERMANY, 9), 604);
    admit(&mut world, (ADA, ADA), (AUSTRIA, 60), 0);
    let recover = |old, new, refusal| (&[OFFICER][..], "recover", vec![who(old), who(new)], refusal);
    world.check_registry(recover(ADA, DOT, 561));
    admit(&mut world, (DOT, ADA), (GERMANY, 9), 0);
    world.check_registry(recover(ADA, ADA, 562));
    world.check_registry(recover(ADA, BEN, 659));
    world.check_registry((&[STRANGER], "recover", vec![who(ADA), who(DOT)], unsigned()));
    revoke(&mut world, ADA);
    world.check_registry((&[STRANGER], "verify", vec![who(ADA)], 658));
    world.check_registry(recover(ADA, DOT, 0));
    world.check_registry(recover(ADA, DOT, 658));
    world.check_registry((&[OFFICER], "revoke", vec![who(ADA)], 658));
    admit(&mut world, (ADA, ADA), (GERMANY, 9), 658);
    world.check_registry((&[STRANGER], "verify", vec![who(DOT)], 0));
    world.ledger.close(START + 9 * DAY).unwrap();
    world.check_registry((&[STRANGER], "verify", vec![who(DOT)], 658));
    world.check_registry((&[STRANGER], "verify", vec![who(STRANGER)], 561));
}

#[test]
fn both_ends_of_a_move_may_hold_the_note() {
    let mut world = World::gated();
    let (ada, ben) = (&[ADA][..], &[BEN][..]);
    world.check((ada, "transfer", moving(ADA, DOT, 10), 655));
    admit(&mut world, (DOT, DOT), (FRANCE, 9), 0);
    world.check((ada, "transfer", moving(ADA, DOT, 10), 656));
    admit(&mut world, (DOT, DOT), (GERMANY, 9), 0);
    world.check((ada, "transfer", moving(ADA, DOT, 10), 0));
    world.ledger.close(START + 9 * DAY).unwrap();
    world.check((&[DOT], "transfer", moving(DOT, ADA, 1), 655));
    world.check((&[DOT], "burn", vec![who(DOT), amount(1)], 655));
    world.check((ada, "transfer", moving(ADA, BEN, 10), 0));
    revoke(&mut world, BEN);
    world.check((ben, "transfer", moving(BEN, ADA, 1), 655));
    world.check((ada, "transfer", moving(ADA, BEN, 1), 655));
    admit(&mut world, (BEN, BEN), (AUSTRIA, 30), 0);
    world.check((ben, "transfer", moving(BEN, ADA, 1), 0));
    assert_eq!([ADA, BEN, DOT].map(|holder| world.balance(holder)), [SUPPLY - 19, 9, 10]);
}

#[test]
fn a_note_is_issued_by_rules_that_can_be_kept() {
    let many: Vec<u32> = (GERMANY - 64..=GERMANY).collect();
    let most: Vec<u32> = (GERMANY - 63..=GERMANY).collect();
    for (countries, may) in [(&[][..], false), (&many, false), (&[FRANCE], false), (&most, true)] {
        assert_eq!(World::with_registry().may_issue(countries), may, "{} countries", countries.len());
    }
    let mut world = World::with_registry();
    revoke(&mut world, ADA);
    assert!(!world.may_issue(&[GERMANY]), "its first holder is not admitted any more");
}

#[test]
fn a_contract_that_gives_units_away_is_admitted_too() {
    let mut world = World::gated();
    let (puppet, note) = (world.puppet.clone(), address(contract(world.note.clone())));
    let place = address(contract(puppet.clone()));
    let give = |to: u8| ("spread", vec![note.clone(), list(vec![who(to)]).unwrap()]);
    let to_puppet = || vec![who(ADA), place.clone(), amount(10)];
    world.check((&[ADA], "transfer", to_puppet(), 655));
    let mut verified = admission(DOT, DOT, (AUSTRIA, 30));
    verified[0] = place.clone();
    world.check_registry((&[OFFICER], "admit", verified, 0));
    world.check((&[ADA], "transfer", to_puppet(), 0));
    world.call_at(&puppet, &[STRANGER], give(BEN)).unwrap();
    assert!(world.call_at(&puppet, &[STRANGER], give(DOT)).is_err(), "to one who is not admitted");
    world.check_registry((&[OFFICER], "revoke", vec![place], 0));
    assert!(world.call_at(&puppet, &[STRANGER], give(BEN)).is_err(), "by one who is not any more");
    assert_eq!(world.balance(BEN), 1);
}

#[test]
fn a_freeze_stops_units_and_not_claims() {
    let mut world = World::gated();
    let freeze = |units, refusal| (&[OFFICER][..], "freeze", vec![who(ADA), units], refusal);
    world.pay(7_000);
    world.check((&[STRANGER], "freeze", vec![who(ADA), ScVal::Void], unsigned()));
    world.check(freeze(amount(-1), 681));
    world.check(freeze(amount(SUPPLY - 10), 0));
    world.check((&[ADA], "transfer", moving(ADA, BEN, 11), 657));
    world.check((&[ADA], "burn", vec![who(ADA), amount(11)], 657));
    world.check((&[ADA], "transfer", moving(ADA, BEN, 10), 0));
    world.check(freeze(ScVal::Void, 0));
    world.check((&[BEN], "transfer", moving(BEN, ADA, 1), 0));
    world.check((&[ADA], "transfer", moving(ADA, BEN, 1), 657));
    assert_eq!(world.claim(ADA), 7_000, "a frozen holder is paid");
    revoke(&mut world, ADA);
    world.pay(1_000_000);
    assert_eq!(world.claim(ADA), 999_991, "and one whose admission was taken back");
    admit(&mut world, (ADA, ADA), (GERMANY, 30), 0);
    world.check((&[STRANGER], "unfreeze", vec![who(ADA)], unsigned()));
    world.check((&[OFFICER], "unfreeze", vec![who(ADA)], 0));
    world.check((&[ADA], "transfer", moving(ADA, BEN, 1), 0));
}

#[test]
fn a_legal_order_moves_units_to_whoever_may_hold_them() {
    let mut world = World::gated();
    world.pay(7_000);
    world.check((&[OFFICER], "freeze", vec![who(ADA), ScVal::Void], 0));
    revoke(&mut world, ADA);
    world.check((&[STRANGER], "force", forced(ADA, BEN, 1), unsigned()));
    world.check((&[OFFICER], "force", forced(ADA, BEN, 0), 604));
    world.check((&[OFFICER], "force", forced(ADA, DOT, 1), 655));
    world.check((&[OFFICER], "force", forced(CAM, BEN, 1), 602));
    world.check((&[OFFICER], "force", forced(ADA, BEN, 1), 0));
    assert_eq!((world.balance(ADA), world.balance(BEN)), (SUPPLY - 10, 10));
    assert_eq!((world.claim(ADA), world.claim(BEN)), (7_000, 0), "what was earned stays");
}

#[test]
fn a_lost_wallet_is_followed_with_all_that_it_had() {
    let mut world = World::gated();
    let recover = |refusal| (&[OFFICER][..], "recover", vec![who(ADA), who(DOT)], refusal);
    world.transfer(ADA, BEN, 400_000);
    world.pay(1_000_001);
    world.check((&[OFFICER], "freeze", vec![who(ADA), amount(500_000)], 0));
    admit(&mut world, (DOT, ADA), (GERMANY, 30), 0);
    world.check(recover(685));
    world.check_registry((&[OFFICER], "recover", vec![who(ADA), who(DOT)], 0));
    world.check((&[STRANGER], "recover", vec![who(ADA), who(DOT)], unsigned()));
    world.check((&[OFFICER], "recover", vec![who(BEN), who(DOT)], 685));
    world.check(recover(0));
    world.check(recover(0));
    assert_eq!([ADA, BEN, DOT].map(|holder| world.balance(holder)), [0, 400_000, 600_000]);
    world.currency.trust(&mut world.ledger, chain::Signing::by(&key(DOT))).unwrap();
    assert_eq!([ADA, BEN, DOT].map(|holder| world.claim(holder)), [0, 400_000, 600_000]);
    world.check((&[DOT], "transfer", moving(DOT, BEN, 100_001), 657));
    world.check((&[DOT], "transfer", moving(DOT, BEN, 100_000), 0));
    world.check((&[BEN], "transfer", moving(BEN, ADA, 1), 655));
}

#[test]
fn an_open_note_has_no_officer() {
    let mut world = World::new();
    for (function, args) in [
        ("freeze", vec![who(ADA), ScVal::Void]),
        ("unfreeze", vec![who(ADA)]),
        ("force", forced(ADA, BEN, 1)),
        ("recover", vec![who(ADA), who(BEN)]),
    ] {
        world.check((&[OFFICER], function, args, 684));
    }
    world.transfer(ADA, DOT, 1);
}
