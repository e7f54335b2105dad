//! A future in which nothing moves is the life that `life::play` lives, to the unit.
#![allow(missing_docs, clippy::unwrap_used)]

mod shipped;

use forebay_risk::LANES;
use forebay_risk::lives::{Batch, Deal};
use forebay_risk::scenario::World;
use life::{Limits, play};

fn check(name: &str, scenario: Option<&str>) {
    let setup = shipped::setup(name, scenario);
    let life = play(&setup, Limits::default(), &mut |_, _| {}).unwrap();
    let deal = Deal::new(&setup, None).unwrap_or_else(|error| panic!("{name}: {error}"));
    let mut one = Batch::<1>::new(&deal).unwrap();
    one.live(0, &World::neutral(deal.exposure.months)).unwrap_or_else(|error| panic!("{name}: {error}"));
    let label = format!("{name} {scenario:?}");
    assert_eq!(one.state.to_bytes(&deal.plan), life.state.to_bytes(&deal.plan), "{label}");
    for (tally, class) in one.tally.classes.iter().zip(&life.results.classes) {
        let received: i64 = class.periods.iter().map(|row| row.interest_paid + row.principal_paid).sum();
        assert_eq!(tally.received[0], received, "{label}: {}", class.name);
    }
    let paid = |name: &str| {
        let named =
            life.results.payments.iter().filter(|payment| payment.payee.split('.').next() == Some(name));
        named.map(|payment| payment.amount).sum::<i64>()
    };
    for (payee, sum) in deal.payees.iter().zip(&one.tally.paid) {
        assert_eq!(sum[0], paid(&payee.name), "{label}: {}", payee.name);
    }
    let mut many = Batch::<LANES>::new(&deal).unwrap();
    many.live(0, &World::neutral(deal.exposure.months)).unwrap();
    for lane in 0..LANES {
        let state = many.state.lane(lane).unwrap();
        assert_eq!(state.to_bytes(&deal.plan), life.state.to_bytes(&deal.plan), "{label}: lane {lane}");
    }
}

#[test]
fn the_flagship_lives_as_it_is_played() {
    for scenario in ["ageing", "crash", "operator-default", "outage"] {
        check("sierra-h100", Some(&format!("scenario-{scenario}.toml")));
    }
}

#[test]
fn every_deal_that_ships_lives_as_it_is_played() {
    check("sierra-h100-merchant", None);
    check("sierra-h100-pitched", None);
    check("hundred", None);
    for scenario in ["ageing", "crash", "operator-default"] {
        check("gpu-ddtl", Some(&format!("scenario-{scenario}.toml")));
    }
    for scenario in ["p50", "p90", "bad-decade"] {
        check("rooftop-solar", Some(&format!("scenario-{scenario}.toml")));
    }
    for scenario in ["expected", "glut", "servicer-default"] {
        check("equipment-loans", Some(&format!("scenario-{scenario}.toml")));
    }
    check("batteries", None);
    for scenario in ["extension", "empty-halls", "tenants-leave"] {
        check("datacenter-abs", Some(&format!("scenario-{scenario}.toml")));
    }
}
