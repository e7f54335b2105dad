//! Attacks on a note's holders, each by its name: the attacker gains nothing and nobody else loses.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "common/dice.rs"]
mod dice;
#[path = "common/note.rs"]
mod note;

use chain::value::{Invocation, amount, amount_of, contract};
use chain::xdr::ScVal;
use chain::{Ledger, Signing};
use dice::Dice;
use note::*;

#[test]
fn attack_share_inflation_by_a_donation() {
    for (donation, payment) in [(1, 1_000_000), (999_999, 1), (1_000_000_000_000, 7), (1 << 50, 1 << 50)] {
        let mut world = World::new();
        world.transfer(ADA, BEN, 1);
        world.give(contract(world.note.clone()), donation);
        world.pay(payment);
        let (ada, ben) = (world.claim(ADA), world.claim(BEN));
        assert!(ada >= payment * (SUPPLY - 1) / SUPPLY, "the holder has her part of {payment}: {ada}");
        assert!(ben <= (payment + donation) / SUPPLY, "the donor has his, of his own gift too: {ben}");
        assert!(payment + donation - ada - ben < 2, "nothing is left but dust");
        world.transfer(ADA, BEN, 10);
        assert_eq!((world.claim(ADA), world.claim(BEN)), (0, 0), "a unit bought later has no part of it");
    }
}

#[test]
fn attack_rounding_drain_by_dust() {
    const HOLDERS: [u8; 3] = [ADA, BEN, CAM];
    let seed = 0xD057_u64;
    println!("seed {seed:#x}");
    let (mut dice, mut world) = (Dice(seed), World::new());
    let (mut distributed, mut claimed) = (0, [0; 3]);
    world.transfer(ADA, BEN, 333_333);
    for _ in 0..100 {
        let (giver, taker) = (HOLDERS[dice.below(3) as usize], HOLDERS[dice.below(3) as usize]);
        let dust = i128::from(dice.below(3)).min(world.balance(giver));
        world.transfer(giver, taker, dust);
        let claimant = dice.below(3) as usize;
        claimed[claimant] += world.claim(HOLDERS[claimant]);
        if dice.below(4) == 0 {
            let payment = i128::from(dice.below(1_000_000)) + 1;
            distributed += payment;
            world.pay(payment);
        }
    }
    for (at, holder) in HOLDERS.into_iter().enumerate() {
        claimed[at] += world.claim(holder);
    }
    let paid: i128 = claimed.iter().sum();
    println!("{paid} of {distributed} claimed: {claimed:?}");
    assert!(distributed - paid < 3 && distributed >= paid, "dust is less than a unit a holder");
    assert_eq!(world.escrow(), distributed - paid, "and lies in the escrow");
}

#[test]
fn attack_claim_replay() {
    let mut world = World::new();
    world.pay(5_000);
    let call = Invocation { contract: &world.note, function: "claim", args: vec![who(ADA)] };
    let signed = world.ledger.prepare_call(Signing::by(&key(ADA)), call).unwrap();
    world.ledger.send(&signed).unwrap();
    assert!(world.ledger.send(&signed).is_err(), "the same transaction again");
    assert_eq!(world.claim(ADA), 0, "the same claim again");
    assert_eq!(world.escrow(), 0);
}

#[test]
fn attack_restriction_bypass_by_allowance() {
    let mut world = World::gated();
    let approve = vec![who(ADA), who(STRANGER), amount(100), ScVal::U32(1_000)];
    world.check((&[ADA], "approve", approve, 0));
    let spend = |to, units, refusal| {
        let args = vec![who(STRANGER), who(ADA), who(to), amount(units)];
        (&[STRANGER][..], "transfer_from", args, refusal)
    };
    let burn = |refusal| (&[STRANGER][..], "burn_from", vec![who(STRANGER), who(ADA), amount(1)], refusal);
    world.check(spend(DOT, 1, 655));
    world.check(spend(STRANGER, 1, 655));
    world.check(spend(BEN, 1, 0));
    world.check((&[OFFICER], "freeze", vec![who(ADA), ScVal::Void], 0));
    world.check(spend(BEN, 1, 657));
    world.check(burn(657));
    world.check((&[OFFICER], "unfreeze", vec![who(ADA)], 0));
    world.check_registry((&[OFFICER], "revoke", vec![who(ADA)], 0));
    world.check(spend(BEN, 1, 655));
    world.check(burn(655));
    assert_eq!((world.balance(ADA), world.balance(BEN)), (SUPPLY - 1, 1));
}

#[test]
fn attack_reset_by_dust() {
    let mut world = World::new();
    world.transfer(ADA, BEN, 333_333);
    world.pay(1_000_003);
    let owed = world.view("claimable", vec![who(BEN)]);
    for units in [0, 1, 0, 2, 1, 0] {
        world.transfer(ADA, BEN, units);
        assert_eq!(world.view("claimable", vec![who(BEN)]), owed, "after dust of {units}");
    }
    assert_eq!(world.claim(BEN), owed);
}

#[test]
fn attack_voting_twice_by_passing_the_note_on() {
    let mut world = World::of_account();
    world.check((&[DEAL], "record", vec![], 0));
    let votes = |world: &World| {
        [ADA, BEN, CAM].map(|holder| world.view("recorded", vec![who(holder), ScVal::U32(1)]))
    };
    for (from, to) in [(ADA, BEN), (BEN, CAM), (CAM, CAM), (CAM, ADA), (ADA, BEN)] {
        assert_eq!(votes(&world), [SUPPLY, 0, 0]);
        world.transfer(from, to, SUPPLY);
    }
    assert_eq!(votes(&world), [SUPPLY, 0, 0]);
}

#[test]
fn attack_by_a_holder_that_cannot_receive() {
    let mut world = World::new();
    world.transfer(ADA, DOT, 500_000);
    world.pay(1_000);
    assert!(world.call(&[DOT], "claim", vec![who(DOT)]).is_err(), "it does not trust the currency");
    assert_eq!(world.claim(ADA), 500, "others are paid");
    world.pay(1_000);
    world.transfer(DOT, ADA, 500_000);
    assert_eq!(world.view("claimable", vec![who(DOT)]), 1_000, "its claim waits");
    world.currency.trust(&mut world.ledger, Signing::by(&key(DOT))).unwrap();
    assert_eq!((world.claim(DOT), world.claim(ADA), world.escrow()), (1_000, 500, 0));
}

#[test]
fn attack_reentrancy_by_a_hostile_currency() {
    let calls = [
        ("claim", vec![who(ADA)]),
        ("collect", vec![]),
        ("burn", vec![who(ADA), amount(1)]),
        ("transfer", vec![who(ADA), who(BEN), amount(1)]),
    ];
    for (function, args) in calls {
        let mut world = World::of_puppet();
        let puppet = world.puppet.clone();
        world.call_at(&puppet, &[STRANGER], ("tell", vec![amount(1_000)])).unwrap();
        world.aim(function, args);
        let collected = world.check((&[STRANGER], "collect", vec![], 0)).unwrap();
        assert_eq!(amount_of(&collected.result).unwrap(), 1_000, "shared once");
        assert_eq!(
            (world.claim(ADA), world.claim(ADA)),
            (1_000, 0),
            "claimed once, {function} in the middle"
        );
        let counted = world.ledger.view(Invocation { contract: &puppet, function: "counts", args: vec![] });
        let (tried, done) = (ScVal::U32(2), ScVal::U32(0));
        assert_eq!(counted.unwrap(), chain::value::list(vec![tried, done]).unwrap(), "{function}");
        assert_eq!(world.balance(ADA), SUPPLY);
    }
}
