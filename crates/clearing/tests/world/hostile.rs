//! A currency that calls back while it is asked to pay.

use crate::base::*;
use crate::place::*;
use chain::value::{address, amount_of, contract, list, symbol};
use chain::xdr::{ContractId, ScVal};
use units::Id;

/// From here on the currency makes this call whenever it is asked to move cash.
fn aim(world: &mut World, at: &ContractId, (function, args): (&str, Vec<ScVal>)) {
    let target = address(contract(at.clone()));
    let puppet = world.cash.clone();
    let args = vec![target, symbol(function).unwrap(), list(args).unwrap()];
    world.send(puppet, (&[STRANGER], "aim", args)).unwrap();
}

/// How often it has called, and how often that was not refused.
fn counts(world: &World) -> (u32, u32) {
    let ScVal::Vec(Some(counts)) = world.view(&world.cash, "counts", vec![]) else { panic!("no counts") };
    match counts.as_slice() {
        [ScVal::U32(tried), ScVal::U32(done)] => (*tried, *done),
        other => panic!("no counts: {other:?}"),
    }
}

fn owed(world: &World, payee: Id) -> i128 {
    amount_of(&world.view(&world.deal, "owed", vec![ScVal::U32(payee.0)])).unwrap()
}

#[test]
fn attack_reentrancy_by_a_hostile_currency_into_the_deal() {
    let payee = Id::of("claim", "operator");
    let number = |number| vec![ScVal::U32(number)];
    let calls = [
        ("withdraw", number(payee.0)),
        ("pay", number(1)),
        ("transition", number(Id::of("state", "enforcement").0)),
        ("lapse_parts", [number(payee.0), number(Id::of("account", "lockbox").0)].concat()),
    ];
    for call in calls {
        let (mut world, function) = (World::closed_in(Cash::Hostile, 4), call.0);
        let (before, deal) = (owed(&world, payee), world.deal.clone());
        assert!(before > 0);
        aim(&mut world, &deal, call);
        assert_eq!(i128::from(world.withdraw(payee)), before, "what is owed, once: {function}");
        assert_eq!(counts(&world), (1, 0), "{function} from within is refused");
        assert_eq!((owed(&world, payee), world.withdraw(payee)), (0, 0), "and nothing is left: {function}");
    }
}

#[test]
fn attack_reentrancy_by_a_hostile_currency_into_the_raise() {
    for way_out in ["refund", "withdraw"] {
        let mut world = Whole::drafted_in(Cash::Hostile);
        let offering = world.offering.clone();
        let position = vec![who(SENIOR), world.at(Place::Note(0))];
        let call = |world: &mut Whole, signer, function, args| {
            world.base.send(offering.clone(), (&[signer], function, args))
        };
        call(&mut world, ARRANGER, "open", vec![]).unwrap();
        call(&mut world, SENIOR, "commit", [position.clone(), vec![money(NOTES[0].1)]].concat()).unwrap();
        if way_out == "refund" {
            call(&mut world, ARRANGER, "fail", vec![]).unwrap();
        }
        aim(&mut world.base, &offering, (way_out, position.clone()));
        let back = call(&mut world, SENIOR, way_out, position.clone()).unwrap();
        assert_eq!(amount_of(&back).unwrap(), i128::from(NOTES[0].1), "all of it, once: {way_out}");
        assert_eq!(counts(&world.base), (1, 0), "{way_out} from within is refused");
        assert_eq!(world.number(Place::Offering, "commitment", position.clone()), 0);
        assert!(call(&mut world, SENIOR, way_out, position).is_err(), "and not again: {way_out}");
    }
}
