//! A raise on a ledger: the escrow is whole after every call, holders get exactly the cap, and a failed raise refunds all.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;
#[path = "common/dice.rs"]
mod dice;
#[path = "common/raise.rs"]
mod raise;

use chain::value::{Invocation, address, amount_of, bytes};
use chain::xdr::ScVal;
use chain::{ChainError, Key, Ledger, Receipt, Signing};
use dice::Dice;
use raise::{CAP, PROCEEDS, TICKET, World, plan, refused, vendor};
use settle::Bps;
use settle::raise::RaiseState;

/// What a deposit into a raise may take.
const INSTRUCTIONS_MAX: u64 = 1_500_000;

/// Three holders commit more than there is to buy.
fn oversubscribe(world: &mut World) {
    for (holder, units) in world.holders.clone().iter().zip([CAP / 2 + 1, CAP / 3, CAP / 2 + 7]) {
        let costs = world.commit(holder, units).unwrap().costs;
        world.check();
        println!("commit {costs:?}");
        assert!(costs.instructions <= INSTRUCTIONS_MAX, "{costs:?}");
    }
}

#[test]
fn an_oversubscribed_raise_closes_and_settles_to_the_cap() {
    let mut world = World::open(&plan());
    let (arranger, stranger) = (world.arranger.clone(), world.stranger.clone());
    let holders = world.holders.clone();
    oversubscribe(&mut world);
    assert_eq!(refused(world.call(&stranger, "fund", vec![])), 612, "before the deadline");
    world.ledger.close(world.terms.deadline.0).unwrap();
    assert_eq!(refused(world.commit(&holders[0], TICKET)), 611, "a late commitment");
    assert_eq!(refused(world.for_holder(&holders[0], "withdraw", &holders[0])), 611, "a late withdrawal");
    assert_eq!(refused(world.call(&arranger, "close", vec![])), 610, "not funded");
    world.call(&stranger, "fund", vec![]).unwrap();
    let by_stranger = world.call(&stranger, "close", vec![]);
    assert!(matches!(by_stranger, Err(ChainError::MissingSigner(_))), "{by_stranger:?}");
    println!("close {:?}", world.call(&arranger, "close", vec![]).unwrap().costs);
    let (closed, _) = world.check();
    assert_eq!((closed.state, closed.raised.units()), (RaiseState::Closed, CAP));
    assert_eq!(world.cash_of(&world.fee_to), i128::from(CAP - PROCEEDS), "the fee");
    let deal = chain::value::contract(world.deal.clone());
    assert_eq!(world.currency.balance(&world.ledger, &deal).unwrap(), i128::from(PROCEEDS), "the proceeds");
    for holder in &holders {
        println!("settle {:?}", world.for_holder(&stranger, "settle", holder).unwrap().costs);
        world.check();
        assert_eq!(refused(world.for_holder(&stranger, "settle", holder)), 617, "settled once");
    }
    let sold: i128 = holders.iter().map(|holder| world.notes_of(holder)).sum();
    assert_eq!(sold, i128::from(CAP), "exactly the cap");
    assert_eq!(world.check().0.held.units(), 0, "nothing stays");
}

#[test]
fn a_failed_raise_refunds_everybody_by_a_strangers_call() {
    let mut world = World::open(&plan());
    let (stranger, holders) = (world.stranger.clone(), world.holders.clone());
    let before: Vec<_> = holders.iter().map(|holder| world.cash_of(holder)).collect();
    assert_eq!(refused(world.commit(&holders[0], TICKET - 1)), 613, "less than a ticket");
    for holder in &holders {
        world.commit(holder, TICKET).unwrap();
    }
    let by_stranger = world.for_holder(&stranger, "withdraw", &holders[0]);
    assert!(matches!(by_stranger, Err(ChainError::MissingSigner(_))), "{by_stranger:?}");
    assert_eq!(refused(world.call(&stranger, "expire", vec![])), 612, "before the deadline");
    world.ledger.close(world.terms.deadline.0).unwrap();
    assert_eq!(refused(world.call(&stranger, "fund", vec![])), 614, "the minimum is missed");
    world.call(&stranger, "expire", vec![]).unwrap();
    for holder in &holders {
        println!("refund {:?}", world.for_holder(&stranger, "refund", holder).unwrap().costs);
        world.check();
        assert_eq!(refused(world.for_holder(&stranger, "refund", holder)), 617, "refunded once");
    }
    let after: Vec<_> = holders.iter().map(|holder| world.cash_of(holder)).collect();
    assert_eq!(before, after, "every unit came back");
    assert_eq!(world.cash_of(&world.fee_to), 0, "no fee");
}

#[test]
fn a_raise_below_the_deals_need_does_not_close_and_refunds() {
    let mut world = World::open(&plan());
    let (arranger, stranger) = (world.arranger.clone(), world.stranger.clone());
    let holder = world.holders[0].clone();
    world.commit(&holder, CAP - TICKET).unwrap();
    world.ledger.close(world.terms.deadline.0).unwrap();
    world.call(&stranger, "fund", vec![]).unwrap();
    assert_eq!(refused(world.call(&arranger, "close", vec![])), 663, "units would be left over");
    assert_eq!(world.check().0.state, RaiseState::Funded);
    world.ledger.close(world.terms.closing_end.0).unwrap();
    world.call(&stranger, "expire", vec![]).unwrap();
    world.for_holder(&stranger, "refund", &holder).unwrap();
    assert_eq!(world.check().0.held.units(), 0);
}

/// A raise at its cap after the deadline, with this fee; it waits for the closing.
fn funded(fee: Bps) -> World {
    let mut world = World::open_at(&plan(), (fee, CAP));
    let (holder, stranger) = (world.holders[0].clone(), world.stranger.clone());
    world.commit(&holder, CAP).unwrap();
    world.ledger.close(world.terms.deadline.0).unwrap();
    world.call(&stranger, "fund", vec![]).unwrap();
    world
}

#[test]
fn a_deal_that_asks_for_other_proceeds_does_not_close() {
    for fee in [0, 101, 200] {
        let mut world = funded(Bps(fee));
        let arranger = world.arranger.clone();
        assert_eq!(refused(world.call(&arranger, "close", vec![])), 662, "a fee of {fee}");
        assert_eq!(world.check().0.state, RaiseState::Funded);
    }
}

#[test]
fn a_deal_whose_plan_pays_the_arranger_closes_without_a_fee() {
    let mut world = World::open_at(&plan(), (Bps(0), PROCEEDS));
    let (arranger, holder, stranger) =
        (world.arranger.clone(), world.holders[0].clone(), world.stranger.clone());
    world.commit(&holder, PROCEEDS).unwrap();
    world.ledger.close(world.terms.deadline.0).unwrap();
    world.call(&stranger, "fund", vec![]).unwrap();
    world.call(&arranger, "close", vec![]).unwrap();
    let (closed, _) = world.check();
    assert_eq!((closed.state, closed.fee.units()), (RaiseState::Closed, 0));
    let deal = chain::value::contract(world.deal.clone());
    assert_eq!(world.currency.balance(&world.ledger, &deal).unwrap(), i128::from(PROCEEDS), "the proceeds");
    assert_eq!(world.cash_of(&world.fee_to), 0, "no fee");
}

/// Asks the deal for an amount, or has it pay one.
fn of_deal(world: &mut World, by: &Key, (function, args): (&str, Vec<ScVal>)) -> Result<i128, ChainError> {
    let deal = world.deal.clone();
    let call = Invocation { contract: &deal, function, args };
    let result = world.ledger.invoke(Signing::by(by), call)?.result;
    Ok(match result {
        ScVal::I64(units) => units.into(),
        other => amount_of(&other).unwrap(),
    })
}

#[test]
fn proceeds_wait_for_delivery_and_come_back_if_it_does_not_come() {
    let (mut world, plan) = (funded(Bps(100)), plan());
    let (arranger, trustee) = (world.arranger.clone(), world.stranger.clone());
    world.call(&arranger, "close", vec![]).unwrap();
    let (payee, whole) = (ScVal::U32(vendor(&plan)), i128::from(PROCEEDS));
    let (proof, nothing) = (bytes(&[1; 32]).unwrap(), bytes(&[0; 32]).unwrap());
    let account = ScVal::U32(plan.accounts[0].id.0);
    let check =
        |world: &mut World, by: &Key, function: &str, args: Vec<ScVal>, expected: Result<i128, u32>| {
            let outcome = of_deal(world, by, (function, args)).map_err(|error| match error {
                ChainError::Contract { code, .. } => code,
                other => panic!("{function}: {other}"),
            });
            assert_eq!(outcome, expected, "{function}");
        };
    check(&mut world, &arranger, "waiting", vec![payee.clone()], Ok(whole));
    check(&mut world, &arranger, "withdraw", vec![payee.clone()], Ok(0));
    check(&mut world, &trustee, "release_part", vec![payee.clone(), nothing], Err(604));
    check(&mut world, &trustee, "release_part", vec![payee.clone(), proof.clone()], Ok(whole * 6 / 10));
    check(&mut world, &arranger, "lapse_parts", vec![payee.clone(), account.clone()], Err(612));
    check(&mut world, &arranger, "owed", vec![payee.clone()], Ok(whole));
    check(&mut world, &arranger, "waiting", vec![payee.clone()], Ok(whole * 4 / 10));
    let end = world.terms.deadline.0 + 60 * 86_400;
    world.ledger.close(end).unwrap();
    check(&mut world, &trustee, "release_part", vec![payee.clone(), proof], Err(611));
    check(&mut world, &arranger, "lapse_parts", vec![payee.clone(), account.clone()], Ok(whole * 4 / 10));
    check(&mut world, &arranger, "lapse_parts", vec![payee.clone(), account], Err(618));
    check(&mut world, &arranger, "owed", vec![payee], Ok(whole * 6 / 10));
}

#[test]
fn a_deal_that_refuses_to_close_says_why() {
    let mut world = funded(Bps(100));
    let (arranger, other, deal) = (world.arranger.clone(), world.holders[1].clone(), world.deal.clone());
    let args = vec![address(other.address())];
    let call = Invocation { contract: &deal, function: "close", args };
    world.ledger.invoke(Signing::by(&other), call).unwrap();
    let code = refused(world.call(&arranger, "close", vec![]));
    assert!((100..500).contains(&code), "the engine's number: {code}");
    assert_eq!(world.check().0.state, RaiseState::Funded);
}

/// One call at random: who, what, how much.
fn random_call(world: &mut World, dice: &mut Dice) -> Option<Result<Receipt, ChainError>> {
    let holder = world.holders[usize::try_from(dice.below(3)).unwrap()].clone();
    let (arranger, stranger) = (world.arranger.clone(), world.stranger.clone());
    let outcome = match dice.below(20) {
        0..6 => {
            let whole = i64::try_from(dice.below(100)).unwrap();
            world.commit(&holder, TICKET / 50 + CAP / 120 * whole)
        }
        6 | 7 => world.for_holder(&holder, "withdraw", &holder),
        8..11 => world.for_holder(&stranger, "settle", &holder),
        11..14 => world.for_holder(&stranger, "refund", &holder),
        14 => world.call(&stranger, "fund", vec![]),
        15 | 16 => world.call(&arranger, "close", vec![]),
        17 => world.call(&stranger, "expire", vec![]),
        18 if dice.below(4) == 0 => world.call(&arranger, "fail", vec![]),
        _ => {
            let now = world.ledger.head().unwrap().time;
            world.ledger.close(now + dice.below(3) * 86_400 * 2).unwrap();
            return None;
        }
    };
    Some(outcome)
}

#[test]
fn the_escrow_is_whole_after_every_random_call() {
    let (seed, plan) = (0x0FFE_2146_u64, plan());
    println!("seed {seed:#x}");
    let mut dice = Dice(seed);
    let (mut calls, mut done, mut ends) = (0, 0, [0_u32; 5]);
    while calls < 1_200 {
        let mut world = World::open(&plan);
        let until = calls + 60;
        while calls < until {
            let Some(outcome) = random_call(&mut world, &mut dice) else { continue };
            calls += 1;
            world.check();
            match outcome {
                Ok(_) => done += 1,
                Err(ChainError::Contract { .. }) => {}
                Err(other) => panic!("call {calls}: {other}"),
            }
        }
        ends[world.check().0.state as usize] += 1;
    }
    println!("{calls} calls, {done} done; raises that ended draft, open, funded, closed, failed: {ends:?}");
    assert!(done > 200 && ends[3] > 0 && ends[4] > 0, "the calls do something: {done} {ends:?}");
}
