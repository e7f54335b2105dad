//! What somebody would try, by name.

use crate::dice::Dice;
use crate::path::unsigned;
use crate::random::number;
use crate::world::*;
use chain::value::{address, amount, bytes, contract, map};
use chain::xdr::ScVal;
use settle::enforcement::Stage;
use units::Id;

/// Bids that are never paid: each round costs a tenth of its price, which is the deal's, and honest money is free.
#[test]
fn attack_self_made_unfillable_auction() {
    let mut world = World::on_offer();
    let mut forfeited = 0;
    for (round, price) in (1..).zip([660_000, 900_000, 5_000_000]) {
        assert_eq!(world.offer(ADA, 1, cash(world.asked(1))), 0);
        assert_eq!(world.offer(BEN, 1, cash(price * ONE + 100_000 * ONE)), 0);
        world.wait(24 * HOUR);
        assert_eq!(world.about(STRANGER, "hammer", 1), 0);
        assert_eq!(world.refund(1, round * 2 - 1), 0, "the honest bidder is free at once");
        world.wait(72 * HOUR + 1);
        assert_eq!(world.about(STRANGER, "lapse", 1), 0);
        forfeited += (price + 100_000) * ONE / 10;
        assert_eq!(world.refund(1, round * 2), 636, "nothing of the deposit is left");
    }
    assert_eq!(world.cash_in(&world.deal), i128::from(forfeited));
    assert_eq!(world.offer(ADA, 1, cash(world.asked(1))), 0);
    world.wait(24 * HOUR);
    assert_eq!(world.about(STRANGER, "hammer", 1), 0);
    assert_eq!(world.about(ADA, "settle", 1), 0, "and the lot is sold in the end");
}

/// A senior that bids one claim on every lot could leave all but one unpaid, at no cost to itself.
#[test]
fn attack_one_claim_bid_on_two_lots() {
    let mut world = World::on_offer();
    assert_eq!(world.offer(SENIOR, 1, offer(800_000 * ONE, 800_000 * ONE, 0)), 0);
    assert_eq!(world.offer(SENIOR, 2, offer(660_000 * ONE, 660_000 * ONE, 0)), 633);
    assert_eq!(world.offer(BEN, 1, cash(900_000 * ONE)), 0);
    assert_eq!(
        world.offer(SENIOR, 2, offer(660_000 * ONE, 660_000 * ONE, 0)),
        0,
        "outbid, the claim is free"
    );
}

#[test]
fn attack_auction_left_open_after_redemption() {
    let mut world = World::on_offer();
    assert_eq!(world.offer(ADA, 1, cash(660_000 * ONE)), 0);
    let debt = world.deal_says("redemption");
    world.check((&[DEBTOR], "redeem", vec![who(DEBTOR), money(debt)]), 0);
    world.wait(24 * HOUR);
    assert_eq!(world.offer(BEN, 1, cash(900_000 * ONE)), 620);
    assert_eq!(world.offer(BEN, 2, cash(900_000 * ONE)), 620);
    assert_eq!(world.about(ADA, "hammer", 1), 620);
    assert_eq!(world.about(ADA, "settle", 1), 634);
    world.check((&[TRUSTEE], "list", vec![ids(&[1]), money(0)]), 620);
    world.check((&[TRUSTEE], "advance", vec![proof()]), 620);
    world.check((&[TRUSTEE], "miss", vec![ScVal::U64(world.due()), proof()]), 620);
    assert_eq!(world.about(STRANGER, "withdraw", 1), 0);
    assert_eq!(world.about(STRANGER, "withdraw", 1), 634, "once");
    assert_eq!(world.refund(1, 1), 0);
    assert_eq!(world.receipt(1), (who(DEBTOR), RELEASED));
}

/// The collateral cannot be sold to a friend for dust: its price begins at what the registry's appraisers have signed.
#[test]
fn attack_dust_self_liquidation() {
    let mut world = World::unpaid().come_to(Stage::Auction);
    let list = |which: &[u32]| (&[TRUSTEE][..], "list", vec![ids(which), money(0)]);
    world.check(list(&[1, 1]), 640);
    world.check(list(&[9]), 691);
    world.check(list(&[1, 2]), 0);
    world.check(list(&[2, 3]), 640);
    assert_eq!(world.offer(BEN, 1, cash(1)), 631);
    assert_eq!(world.offer(BEN, 1, offer(660_000 * ONE, 0, 0)), 632, "no bid without a deposit");
    let cut = |function| (&[TRUSTEE][..], function, vec![ScVal::U32(1), money(1)]);
    world.check(cut("announce_cut"), 0);
    world.wait(3 * DAY);
    world.check(cut("cut"), 0);
    assert_eq!(world.offer(BEN, 1, cash(1)), 631, "the price falls again from where it stood");
    world.wait(3 * DAY);
    assert_eq!(world.offer(BEN, 1, cash(1)), 0);
    assert_eq!(world.offer(ADA, 1, cash(300_000 * ONE)), 0, "and anybody may bid more for a day");
}

#[test]
fn attack_late_bid_after_the_end() {
    let mut world = World::on_offer();
    assert_eq!(world.offer(ADA, 1, cash(660_000 * ONE)), 0);
    world.wait(24 * HOUR);
    // Sent before the hammer in the same second: the end is the end.
    assert_eq!(world.offer(BEN, 1, cash(6_000_000 * ONE)), 630);
    assert_eq!(world.about(BEN, "hammer", 1), 0);
    assert_eq!(world.offer(BEN, 1, cash(6_000_000 * ONE)), 630);
    assert_eq!(world.about(ADA, "settle", 1), 0);
    assert_eq!(world.receipt(1).0, who(ADA));
}

#[test]
fn attack_bid_with_somebody_elses_credit() {
    let mut world = World::on_offer();
    let credit = || offer(660_000 * ONE, 660_000 * ONE, 0);
    assert_eq!(world.offer(BEN, 1, credit()), 633);
    world.check((&[BEN], "bid", vec![who(SENIOR), ScVal::U32(1), credit()]), unsigned());
    assert_eq!(
        world.offer(SENIOR, 1, offer(900_000 * ONE, 800_001 * ONE, 10_000 * ONE)),
        633,
        "not more than it"
    );
    let surrender = vec![ScVal::U32(Id::of("note", "A").0), money(ONE)];
    assert_eq!(world.on_deal((&[BEN], "surrender", surrender)), Err(unsigned()));
}

#[test]
fn attack_step_without_evidence() {
    let mut world = World::unpaid().come_to(Stage::Notice);
    let nothing = bytes(&[0; 32]).unwrap();
    for function in ["advance", "stay", "lift"] {
        world.ripen();
        world.check((&[TRUSTEE], function, vec![nothing.clone()]), 604);
    }
}

/// What the trustee can call, with what it would like.
fn trustees_call(world: &mut World, dice: &mut Dice) -> bool {
    let lot = || ScVal::U32(1);
    let note = ScVal::U32(Id::of("note", "A").0);
    let sale = map(vec![
        ("account", ScVal::U32(Id::of("account", "lockbox").0)),
        ("allocated", amount(0)),
        ("amount", amount(0)),
        ("last", ScVal::Bool(true)),
    ]);
    let which = 1 + number(dice, 4);
    let one = || ids(&[which]);
    let by = &[TRUSTEE][..];
    let auction = address(contract(world.auction.clone()));
    let on_deal = match dice.below(24) {
        0 => Some((by, "enforce", vec![one()])),
        1 => Some((by, "conclude", vec![one(), who(TRUSTEE)])),
        2 => Some((by, "surrender", vec![note, money(ONE)])),
        3 => Some((by, "proceeds", vec![who(TRUSTEE), sale.unwrap()])),
        4 => Some((by, "proceeds", vec![auction, sale.unwrap()])),
        _ => None,
    };
    world.enter_enforcement();
    if let Some(call) = on_deal {
        assert!(world.on_deal(call).is_err(), "the agent is the auction");
        return false;
    }
    let due = ScVal::U64(world.due());
    let call: Call<'_> = match dice.below(20) {
        0 => (by, "miss", vec![due, proof()]),
        1..6 => (by, "advance", vec![proof()]),
        6 => (by, "stay", vec![proof()]),
        7 => (by, "lift", vec![proof()]),
        8 | 9 => (by, "list", vec![one(), money(0)]),
        10 => (by, "hammer", vec![lot()]),
        11 => (by, "settle", vec![lot()]),
        12 => (by, "lapse", vec![lot()]),
        13 => (by, "withdraw", vec![lot()]),
        14 => (by, "refund", vec![lot(), ScVal::U32(1)]),
        15 => (by, "announce_cut", vec![lot(), money(1)]),
        16 => (by, "cut", vec![lot(), money(1)]),
        17 => (by, "bid", vec![who(TRUSTEE), lot(), offer(660_000 * ONE, 0, 66_000 * ONE)]),
        18 => (by, "bid", vec![who(SENIOR), lot(), offer(660_000 * ONE, 660_000 * ONE, 0)]),
        _ => (by, "redeem", vec![who(DEBTOR), money(ONE)]),
    };
    world.call(call).is_ok()
}

/// The trustee alone, in any order of calls, gets no cash and no machine, and nobody else loses any.
#[test]
fn attack_admin_key_alone() {
    let seed = 0x0000_AD31_u64;
    println!("seed {seed:#x}");
    let mut dice = Dice(seed);
    let mut furthest = Stage::Current;
    for _ in 0..4 {
        let mut world = World::unpaid();
        let cash =
            |world: &World| (ARRANGER..=HOLDER_B).map(|number| world.cash_of(number)).collect::<Vec<_>>();
        let (before, in_deal) = (cash(&world), world.cash_in(&world.deal));
        for _ in 0..100 {
            trustees_call(&mut world, &mut dice);
            if dice.below(3) == 0 {
                world.wait(dice.below(5) * DAY);
            }
        }
        assert_eq!(cash(&world), before, "nobody's cash has moved");
        assert_eq!(world.cash_in(&world.deal), in_deal);
        for id in 1..=4 {
            let (owner, state) = world.receipt(id);
            assert_eq!(owner, who(DEBTOR), "no machine has another owner");
            assert!([PLEDGED, ENFORCED].contains(&state), "and each still backs the deal");
        }
        furthest = furthest.max(world.case().stage);
    }
    assert!(furthest >= Stage::Auction, "the walks come far enough to mean something: {furthest:?}");
}
