//! Futures against formulas: what is known without drawing is within three standard errors of what is drawn.
#![allow(missing_docs, clippy::unwrap_used)]

mod shipped;

use assets::Case;
use forebay_risk::measure::estimate;
use forebay_risk::scenario::{Drawing, Driver, Numbers, Parameters, Sampling, World, normal};
use forebay_risk::{Control, Futured, Options, live};
use life::Setup;
use std::collections::BTreeMap;

fn parameters(change: impl Fn(&mut Parameters)) -> Parameters {
    let mut parameters = Parameters::parse("risk.toml", &shipped::text("data/risk-h100.toml")).unwrap();
    change(&mut parameters);
    parameters
}

/// Everything still but what a test moves.
fn still(parameters: &mut Parameters) {
    parameters.price.drift = [0.0; 3];
    parameters.price.deviation = [0.0; 3];
    parameters.price.utilisation = [1.0; 3];
    parameters.price.centred = false;
    (parameters.generation.least, parameters.generation.most) = (0.0, 0.0);
    (parameters.contract.deviation, parameters.resale.deviation) = (0.0, 0.0);
    (parameters.utilisation.deviation, parameters.power.deviation, parameters.power.spike) = (0.0, 0.0, 0.0);
    (parameters.outage.probability, parameters.opex.deviation, parameters.interest.deviation) =
        (0.0, 0.0, 0.0);
    (parameters.default.operator, parameters.default.offtaker, parameters.default.price) = (0.0, 0.0, 0.0);
    parameters.liquidation.deviation = 0.0;
}

fn near(what: &str, (found, error): (f64, f64), expected: f64) {
    let away = (found - expected) / error.max(1e-12);
    assert!(away.abs() < 3.0, "{what}: {found} ± {error}, expected {expected}: {away:.2} errors away");
}

/// One period: a note A that is repaid out of one month's rent times a lognormal X, and E takes the rest.
/// Expected loss = E[(A − rent X)⁺] / A, by the formula of Black (1976) at no interest.
fn one_period(sampling: Sampling) {
    let case = r#"
        deal = "one.deal"
        tape.file = "tape.csv"
        [history.rent]
        unit = "amount"
        points = [{ date = 2026-01-01, value = "1.00", source = "an example" }]
        [gpu]
        market = "rent"
        utilisation = "100 %"
        uptime = "100 %"
        ops_per_unit_hour = "0"
    "#;
    let deal = r#"
deal "One period"
currency USDC, 6 decimals
closing 2026-01-16
payments monthly on 16, following business day in New_York, from 2026-02-16, determined 0 days before
final 2026-02-16
collateral "tape.csv"
receive rent into box
account box
note A 74_400 coupon 0%, 30/360
equity E 1_000
payee hardware
uses rest hardware
let repaid = A is zero
state running
state closed when settled and matured from running
waterfall running from box
  pay A.interest
  pay A.principal
  pay E
"#;
    // 100 machines × 31 days × 24 hours at 1.00.
    let tape = "serial,site,units,cost,in_service\nA,hall,100,310000,2026-01-01\n";
    let files: BTreeMap<String, Vec<u8>> = [("one.deal", deal), ("tape.csv", tape)]
        .map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()))
        .into();
    let case = Case::parse("case.toml", case, &[]).unwrap();
    let setup = Setup::open("one", case, &files, None).unwrap_or_else(|error| panic!("{error}"));
    let deviation = 0.4;
    let parameters = parameters(|parameters| {
        still(parameters);
        parameters.price.deviation = [deviation; 3];
    });
    let options = Options { paths: 20_000, seed: 4, sampling, from: None };
    let futured = Futured::new(&setup, &parameters, options).unwrap();
    let rent = futured.deal.exposure.periods[1][0].base as f64 / 1e6;
    let columns = futured.live(Control::default()).unwrap();
    let found = estimate(columns.classes[0].lost.iter().map(|loss| f64::from(*loss)), futured.group());
    // A put on the rent, struck at the note: log X is normal with mean zero.
    let strike = 74_400.0 / rent;
    let d = strike.ln() / deviation;
    let put = strike * normal::probability(d)
        - (deviation * deviation / 2.0).exp() * normal::probability(d - deviation);
    near(&format!("{sampling:?}"), (found.mean, found.error), put / strike);
    assert!(found.error < 0.01 * found.mean, "{sampling:?}: {found:?}");
}

#[test]
fn one_period_is_a_put() {
    for sampling in [Sampling::Random, Sampling::Antithetic, Sampling::QuasiRandom] {
        one_period(sampling);
    }
}

fn worlds(parameters: Parameters, (paths, months): (u64, usize)) -> Vec<World<1>> {
    let numbers = Numbers { seed: 2, sampling: Sampling::Random, paths, first_month: 24_000 };
    let drawing = Drawing::new(parameters, numbers, &[0.5, 0.5]);
    let world = |path| {
        let mut world = World::neutral(months);
        drawing.draw(path, &mut world);
        world
    };
    (0..paths).map(world).collect()
}

/// Eight customers that fail independently of each other: how many are left is binomial.
#[test]
fn independent_defaults_are_binomial() {
    let parameters = parameters(|parameters| {
        still(parameters);
        (parameters.default.correlation, parameters.default.offtaker) = (0.0, 0.10);
        parameters.default.offtakers = 8;
    });
    let worlds = worlds(parameters, (20_000, 12));
    let failed =
        |world: &World<1>| ((1.0 - world.month(11)[Driver::Offtakers as usize][0]) * 8.0).round() as i32;
    for count in 0..=3_i32 {
        let found = estimate(worlds.iter().map(|world| f64::from(u8::from(failed(world) == count))), 1);
        let ways = (0..count).fold(1.0, |ways, k| ways * f64::from(8 - k) / f64::from(k + 1));
        let expected = ways * 0.1_f64.powi(count) * 0.9_f64.powi(8 - count);
        near(&format!("{count} of 8"), (found.mean, found.error), expected);
    }
}

/// Tranches on eight equal names with one Gaussian factor: the expected loss of each is the recursion of Hull and White (Journal
/// of Derivatives 12, 2004) over the factor.
#[test]
fn tranches_are_those_of_the_one_factor_copula() {
    let (chance, correlation) = (0.15, 0.3_f64);
    let parameters = parameters(|parameters| {
        still(parameters);
        (parameters.default.correlation, parameters.default.offtaker) = (correlation, chance);
        parameters.default.offtakers = 8;
    });
    let worlds = worlds(parameters, (40_000, 12));
    for (attach, detach) in [(0.0, 0.25), (0.25, 0.5), (0.5, 1.0)] {
        let tranche = |loss: f64| ((loss - attach).max(0.0) - (loss - detach).max(0.0)) / (detach - attach);
        let lost = worlds.iter().map(|world| tranche(1.0 - world.month(11)[Driver::Offtakers as usize][0]));
        let found = estimate(lost, 1);
        near(
            &format!("{attach} to {detach}"),
            (found.mean, found.error),
            hull_white(chance, correlation, &tranche),
        );
    }
}

/// Over the factor by the trapezoidal rule; given the factor, names fail independently.
fn hull_white(chance: f64, correlation: f64, tranche: &dyn Fn(f64) -> f64) -> f64 {
    let threshold = normal::quantile(chance);
    let step = 0.01;
    let at = |place: i32| {
        let factor = f64::from(place) * step;
        let given =
            normal::probability((threshold - correlation.sqrt() * factor) / (1.0 - correlation).sqrt());
        let mut counts = vec![1.0];
        for _ in 0..8 {
            let mut next = vec![0.0; counts.len() + 1];
            for (failed, probability) in counts.iter().enumerate() {
                next[failed] += probability * (1.0 - given);
                next[failed + 1] += probability * given;
            }
            counts = next;
        }
        let loss: f64 =
            counts.iter().enumerate().map(|(failed, share)| share * tranche(failed as f64 / 8.0)).sum();
        loss * (-factor * factor / 2.0).exp()
    };
    (-800..=800).map(at).sum::<f64>() * step / (2.0 * std::f64::consts::PI).sqrt()
}

/// Sites stand still with the probability that the file says, and together as often as a normal pair says.
#[test]
fn outages_come_as_often_as_they_should() {
    let parameters = parameters(|parameters| {
        still(parameters);
        (parameters.outage.probability, parameters.outage.correlation, parameters.outage.days) =
            (0.05, 0.5, 30.0);
    });
    let worlds = worlds(parameters, (4_000, 12));
    let up: Vec<f64> = worlds
        .iter()
        .flat_map(|world| (0..12).map(|month| world.month(month)[Driver::Uptime as usize][0]))
        .collect();
    let down = estimate(up.iter().map(|up| f64::from(u8::from(*up < 1.0))), 1);
    // P(either) = 2p − P(both); both by integration over the common factor.
    let threshold = normal::quantile(0.05);
    let both: f64 = (-800..=800)
        .map(|place| {
            let factor = f64::from(place) * 0.01;
            let given = normal::probability((threshold - 0.5_f64.sqrt() * factor) / 0.5_f64.sqrt());
            given * given * (-factor * factor / 2.0).exp()
        })
        .sum::<f64>()
        * 0.01
        / (2.0 * std::f64::consts::PI).sqrt();
    near("either site", (down.mean, down.error), 0.1 - both);
}

/// Two structures with one seed live in one world: the better protected note never loses where the other does not.
#[test]
fn structures_share_their_futures() {
    let parameters = parameters(|_| {});
    let options = Options { paths: 2_000, seed: 8, sampling: Sampling::Random, from: None };
    let run = |name: &str| {
        let futured = Futured::new(&shipped::setup(name, None), &parameters, options.clone()).unwrap();
        live(&futured.deal, &futured.drawing, (2_000, Control::default())).unwrap().drivers
    };
    assert_eq!(run("sierra-h100"), run("sierra-h100-merchant"));
}
