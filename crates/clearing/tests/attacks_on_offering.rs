//! Attacks on a raise, by name; each ends with nothing gained and everybody refunded or settled.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;
#[path = "common/raise.rs"]
mod raise;

use chain::value::{address, amount, contract};
use chain::xdr::{ContractId, ScAddress};
use chain::{Key, Ledger};
use raise::{CAP, PROCEEDS, TICKET, World, plan, refused};
use settle::Bps;
use settle::raise::RaiseState;

/// A raise with these commitments after its deadline, ended by a call that anyone may make.
fn ended(fee: Bps, commitments: &[i64], by: &str) -> World {
    let mut world = World::open_at(&plan(), (fee, CAP));
    let (stranger, holders) = (world.stranger.clone(), world.holders.clone());
    for (holder, units) in holders.iter().zip(commitments) {
        world.commit(holder, *units).unwrap();
    }
    world.ledger.close(world.terms.deadline.0).unwrap();
    world.call(&stranger, by, vec![]).unwrap();
    world
}

fn place(world: &World, of: fn(&World) -> &ContractId) -> ScAddress {
    contract(of(world).clone())
}

#[test]
fn attack_a_fee_without_a_closing() {
    let mut world = ended(Bps(200), &[CAP], "fund");
    let (arranger, stranger, holder) =
        (world.arranger.clone(), world.stranger.clone(), world.holders[0].clone());
    assert_eq!(refused(world.call(&arranger, "close", vec![])), 662, "the deal asks for more");
    assert_eq!((world.cash_of(&world.fee_to), world.check().0.fee.units()), (0, 0));
    world.call(&arranger, "fail", vec![]).unwrap();
    assert_eq!(refused(world.call(&arranger, "close", vec![])), 610);
    world.for_holder(&stranger, "refund", &holder).unwrap();
    assert_eq!((world.cash_of(&world.fee_to), world.check().0.held.units()), (0, 0));
}

#[test]
fn attack_to_close_with_less_than_the_deal_asks() {
    let mut world = ended(Bps(100), &[CAP - TICKET], "fund");
    let arranger = world.arranger.clone();
    assert_eq!(refused(world.call(&arranger, "close", vec![])), 663, "units would be left over");
    let mut world = ended(Bps(101), &[CAP], "fund");
    assert_eq!(refused(world.call(&arranger, "close", vec![])), 662, "the fee takes more than is left");
    let deal = place(&world, |world| &world.deal);
    assert_eq!(world.currency.balance(&world.ledger, &deal).unwrap(), 0);
    assert_eq!(world.check().0.state, RaiseState::Funded);
}

#[test]
fn attack_to_be_refunded_twice() {
    let mut world = World::open(&plan());
    let (stranger, holders) = (world.stranger.clone(), world.holders.clone());
    let before = world.cash_of(&holders[0]);
    world.commit(&holders[0], TICKET).unwrap();
    world.commit(&holders[1], TICKET).unwrap();
    world.for_holder(&holders[0], "withdraw", &holders[0]).unwrap();
    assert_eq!(refused(world.for_holder(&holders[0], "withdraw", &holders[0])), 601);
    world.commit(&holders[0], TICKET).unwrap();
    world.ledger.close(world.terms.deadline.0).unwrap();
    world.call(&stranger, "expire", vec![]).unwrap();
    world.for_holder(&stranger, "refund", &holders[0]).unwrap();
    for by in [&stranger, &holders[0]] {
        assert_eq!(refused(world.for_holder(by, "refund", &holders[0])), 617);
    }
    assert_eq!(refused(world.for_holder(&holders[0], "withdraw", &holders[0])), 610);
    assert_eq!(world.cash_of(&holders[0]), before);
    assert_eq!(world.check().0.held.units(), TICKET, "the other's money is there");
}

#[test]
fn attack_to_settle_somebody_into_another_note() {
    let mut world = ended(Bps(100), &[CAP], "fund");
    let (arranger, stranger, holders) =
        (world.arranger.clone(), world.stranger.clone(), world.holders.clone());
    world.call(&arranger, "close", vec![]).unwrap();
    let (deal, cash) = (place(&world, |world| &world.deal), contract(world.currency.contract().clone()));
    for other in [deal, cash] {
        let args = || vec![address(holders[0].address()), address(other.clone())];
        assert_eq!(refused(world.call(&stranger, "settle", args())), 665);
        assert_eq!(refused(world.call(&stranger, "refund", args())), 665);
    }
    assert_eq!(refused(world.for_holder(&stranger, "settle", &holders[1])), 617, "who has committed nothing");
    world.for_holder(&stranger, "settle", &holders[0]).unwrap();
    assert_eq!(world.notes_of(&holders[0]), i128::from(CAP));
}

#[test]
fn attack_to_commit_to_another_note() {
    let mut world = World::open(&plan());
    let holder = world.holders[0].clone();
    for other in [world.deal.clone(), world.currency.contract().clone()] {
        let args = vec![address(holder.address()), address(contract(other)), amount(TICKET.into())];
        assert_eq!(refused(world.call(&holder, "commit", args)), 665);
    }
    assert_eq!(world.check().0.held.units(), 0);
}

#[test]
fn attack_a_gift_to_the_escrow_changes_nothing() {
    let (gift, half) = (12_345, CAP / 2 + 1);
    let mut world = World::open(&plan());
    let (arranger, stranger, holders) =
        (world.arranger.clone(), world.stranger.clone(), world.holders.clone());
    let offering = place(&world, |world| &world.offering);
    world.give(&holders[2], offering, gift);
    let before: Vec<_> = holders.iter().map(|holder| world.cash_of(holder)).collect();
    assert_eq!(
        refused(world.for_holder(&holders[2], "withdraw", &holders[2])),
        601,
        "a gift is no commitment"
    );
    world.commit(&holders[0], half).unwrap();
    world.commit(&holders[1], half).unwrap();
    world.check_with(gift);
    world.ledger.close(world.terms.deadline.0).unwrap();
    world.call(&stranger, "fund", vec![]).unwrap();
    world.call(&arranger, "close", vec![]).unwrap();
    assert_eq!(world.cash_of(&world.fee_to), i128::from(CAP - PROCEEDS));
    for holder in &holders[..2] {
        world.for_holder(&stranger, "settle", holder).unwrap();
        world.check_with(gift);
    }
    let paid: i128 = holders.iter().zip(before).map(|(holder, before)| before - world.cash_of(holder)).sum();
    assert_eq!(
        (paid, world.check_with(gift).0.held.units()),
        (i128::from(CAP), 0),
        "each paid for what it bought"
    );
}

#[test]
fn attack_at_the_very_deadline() {
    let mut late = World::deployed(&plan(), (Bps(100), CAP));
    let arranger = late.arranger.clone();
    late.ledger.close(late.terms.deadline.0).unwrap();
    assert_eq!(refused(late.call(&arranger, "open", vec![])), 611);
    let mut world = World::open(&plan());
    let (stranger, holder) = (world.stranger.clone(), world.holders[0].clone());
    world.ledger.close(world.terms.deadline.0 - 1).unwrap();
    assert_eq!(refused(world.call(&stranger, "fund", vec![])), 612);
    assert_eq!(refused(world.call(&stranger, "expire", vec![])), 612);
    world.commit(&holder, CAP).unwrap();
    world.ledger.close(world.terms.deadline.0).unwrap();
    assert_eq!(refused(world.commit(&holder, TICKET)), 611);
    assert_eq!(refused(world.for_holder(&holder, "withdraw", &holder)), 611);
    assert_eq!(refused(world.call(&stranger, "expire", vec![])), 615, "it has enough");
    world.call(&stranger, "fund", vec![]).unwrap();
    world.ledger.close(world.terms.closing_end.0).unwrap();
    assert_eq!(refused(world.call(&arranger, "close", vec![])), 611);
    world.call(&stranger, "expire", vec![]).unwrap();
    world.for_holder(&stranger, "refund", &holder).unwrap();
    assert_eq!(world.check().0.held.units(), 0);
}

/// Its trust line is full, which refuses as a missing one does; whoever has committed had one.
#[test]
fn attack_a_holder_who_cannot_receive_holds_nobody_up() {
    let mut world = World::open(&plan());
    let (stranger, holders) = (world.stranger.clone(), world.holders.clone());
    for holder in &holders {
        world.commit(holder, TICKET).unwrap();
    }
    let room = i128::from(i64::MAX) - world.cash_of(&holders[0]);
    world.mint(&holders[0], room);
    world.ledger.close(world.terms.deadline.0).unwrap();
    world.call(&stranger, "expire", vec![]).unwrap();
    assert!(refused(world.for_holder(&stranger, "refund", &holders[0])) < 100, "the currency refuses");
    for holder in &holders[1..] {
        world.for_holder(&stranger, "refund", holder).unwrap();
    }
    assert_eq!(world.check().0.held.units(), TICKET, "its money waits");
    let elsewhere = place(&world, |world| &world.deal);
    world.give(&holders[0], elsewhere, TICKET.into());
    world.for_holder(&stranger, "refund", &holders[0]).unwrap();
    assert_eq!(world.check().0.held.units(), 0);
}

/// A raise that so many people commit to in equal parts, and what the last commitment cost.
fn crowd(world: &mut World, holders: u16) -> (Vec<Key>, u64) {
    let units = CAP / i64::from(holders) + 1;
    let crowd: Vec<Key> = (0..holders).map(|number| world.newcomer(number)).collect();
    let costs: Vec<u64> =
        crowd.iter().map(|holder| world.commit(holder, units).unwrap().costs.instructions).collect();
    world.ledger.close(world.terms.deadline.0).unwrap();
    (crowd, *costs.last().unwrap())
}

/// What commit, and settle or refund, cost in a crowd.
fn costs_in(holders: u16, closes: bool) -> [u64; 2] {
    let mut world = World::open(&plan());
    let (arranger, stranger) = (world.arranger.clone(), world.stranger.clone());
    let (crowd, commit) = crowd(&mut world, holders);
    let call = if closes {
        world.call(&stranger, "fund", vec![]).unwrap();
        world.call(&arranger, "close", vec![]).unwrap();
        "settle"
    } else {
        world.call(&arranger, "fail", vec![]).unwrap();
        "refund"
    };
    let after = world.for_holder(&stranger, call, crowd.last().unwrap()).unwrap().costs.instructions;
    println!("{holders} holders: commit {commit}, {call} {after}");
    [commit, after]
}

fn check_crowd(closes: bool) {
    for (few, many) in costs_in(10, closes).into_iter().zip(costs_in(1_000, closes)) {
        assert!(few.abs_diff(many) * 20 <= few, "{few} with ten, {many} with a thousand");
    }
}

#[test]
fn attack_to_make_settlement_dear_by_a_crowd() {
    check_crowd(true);
}

#[test]
fn attack_to_make_refunds_dear_by_a_crowd() {
    check_crowd(false);
}
