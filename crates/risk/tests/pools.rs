//! Loans and batteries in futures: what moves is what the case itself would say with other settings, and how many borrowers fail is
//! the one-factor copula of very many.
#![allow(missing_docs, clippy::unwrap_used)]

mod shipped;

use assets::Case;
use forebay_risk::exposure::{Exposure, Target};
use forebay_risk::measure::estimate;
use forebay_risk::scenario::{Drawing, Driver, Numbers, Parameters, Sampling, World, normal};
use forebay_risk::{Axes, Control, Futured, Options, Question, Until, Vary, heat_map, solve};
use life::Setup;
use std::collections::BTreeMap;
use units::Date;

/// A deal with settings of its case changed.
fn changed(name: &str, settings: &[&str]) -> Setup {
    let folder = shipped::folder(name);
    let text = String::from_utf8(assets::Files::read(&folder, "case.toml").unwrap()).unwrap();
    Setup::open(name, Case::parse("case.toml", &text, settings).unwrap(), &folder, None).unwrap()
}

/// Everything that the deal hears, by date and name, in a world of this kind.
fn heard(exposure: &Exposure, world: &World<1>) -> BTreeMap<(Date, String), i64> {
    let all = exposure.periods.iter().flatten();
    // How many are late is a setting of its own in the case, and grows with defaults in a future.
    let late = units::Id::of("input", "delinquent");
    let others = all.filter(|happening| !matches!(happening.target, Target::Report(input) if input == late));
    let named = others.map(|happening| {
        let target = match happening.target {
            Target::Receive { source, .. } => source,
            Target::Report(input) => input,
            Target::Restate(id) | Target::Draw(id) => id,
        };
        ((happening.date, format!("{target:?}")), exposure.value(happening, world)[0])
    });
    named.collect()
}

/// A driver that stands at this level throughout does what the setting does, but for rounding.
fn check(name: &str, drivers: &[(Driver, f64)], settings: &[&str]) {
    let [before, after] =
        [&[][..], settings].map(|settings| Exposure::new(&changed(name, settings), None).unwrap());
    let mut world = World::neutral(before.months);
    for (driver, level) in drivers {
        world.set((*driver, 0), 0, |_, _| *level);
    }
    let (found, expected) = (heard(&before, &world), heard(&after, &World::neutral(after.months)));
    let largest = expected.values().copied().max().unwrap() as f64;
    let mut differ = 0;
    for (key, expected) in &expected {
        let Some(found) = found.get(key) else { continue };
        assert!(
            (*found as f64 - *expected as f64).abs() <= 1e-8 * largest + 2.0,
            "{name}, {settings:?}, {key:?}: {found} instead of {expected}"
        );
        differ += usize::from(heard(&before, &World::neutral(before.months)).get(key) != Some(expected));
    }
    assert!(differ > 12, "{name}, {settings:?}: only {differ} numbers move");
}

/// Three times the hazard of 2 % a year is 1 - 0.98^3.
#[test]
fn loans_do_in_a_future_what_their_case_would_say() {
    check("equipment-loans", &[(Driver::Defaults, 3.0)], &["loans.default.cdr=5.8808 %"]);
    check("equipment-loans", &[(Driver::Prepayment, 2.0)], &["loans.prepayment.cpr=15.36 %"]);
    check(
        "equipment-loans",
        &[(Driver::Resale, 0.5)],
        &["loans.default.recovery=20 %", "liquidation.value.balance=45 %"],
    );
    let both = ["loans.default.cdr=5.8808 %", "loans.prepayment.cpr=15.36 %"];
    check("equipment-loans", &[(Driver::Defaults, 3.0), (Driver::Prepayment, 2.0)], &both);
}

/// 0.96 · 0.9375 is a performance of 0.90, which is paid 0.81; spikes are the market's, outages everybody's.
#[test]
fn batteries_do_in_a_future_what_their_case_would_say() {
    check("batteries", &[(Driver::Utilisation, 0.9375)], &["battery.performance=90 %"]);
    check("batteries", &[(Driver::Utilisation, 0.5)], &["battery.performance=48 %"]);
    check("batteries", &[(Driver::Uptime, 0.5)], &["battery.availability=48.5 %"]);
    check("batteries", &[(Driver::Opex, 1.5)], &["battery.opex_per_kw_month=1.20"]);
}

fn parameters(change: impl Fn(&mut Parameters)) -> Parameters {
    let mut parameters = Parameters::parse("risk.toml", &shipped::text("data/risk-loans.toml")).unwrap();
    change(&mut parameters);
    parameters
}

/// The share that fails in a year is on average the one in the file, and exceeds a level as often as Vasicek's distribution says:
/// P(share > x) = Φ((Φ⁻¹(p) - √(1 - ρ) Φ⁻¹(x)) / √ρ).
#[test]
fn borrowers_fail_as_in_a_very_large_pool() {
    let parameters = parameters(|parameters| parameters.loans.as_mut().unwrap().use_power = 0.0);
    let (chance, correlation) = (parameters.default.offtaker, parameters.default.correlation);
    let paths = 40_000;
    let numbers = Numbers { seed: 5, sampling: Sampling::Random, paths, first_month: 24_000 };
    let drawing = Drawing::new(parameters, numbers, &[]);
    let mut world = World::<1>::neutral(1);
    let mut share = |path| {
        drawing.draw(path, &mut world);
        1.0 - (1.0 - chance).powf(world.month(0)[Driver::Defaults as usize][0])
    };
    let shares: Vec<f64> = (0..paths).map(&mut share).collect();
    let near = |what: &str, found: forebay_risk::measure::Estimate, expected: f64| {
        assert!((found.mean - expected).abs() < 3.0 * found.error, "{what}: {found:?} instead of {expected}");
    };
    near("mean", estimate(shares.iter().copied(), 1), chance);
    for level in [0.01, 0.03, 0.06] {
        let above = estimate(shares.iter().map(|share| f64::from(u8::from(*share > level))), 1);
        let distance = normal::quantile(chance) - (1.0_f64 - correlation).sqrt() * normal::quantile(level);
        near(&format!("above {level}"), above, normal::probability(distance / correlation.sqrt()));
    }
}

/// What a deal does not feel cannot be varied, and its grid has borrowers across.
#[test]
fn questions_fit_what_is_felt() {
    let setup = shipped::setup("equipment-loans", None);
    let options = |paths| Options { paths, seed: 3, sampling: Sampling::Antithetic, from: None };
    let ask = |vary: &str, until: &str| {
        let question =
            Question { vary: Vary::parse(vary).unwrap(), until: Until::parse(until).unwrap(), range: None };
        solve((&setup, &parameters(|_| {})), &question, (options(64), Control::default()))
    };
    let refused = ask("utilisation fall", "expected loss of A < 1 %").unwrap_err().to_string();
    assert!(
        refused.contains("nothing in this deal feels") && refused.contains("borrowers' defaults"),
        "{refused}"
    );
    let found = ask("defaults", "expected loss of B > 1 %").unwrap();
    let [crossing] = found.crossings.as_slice() else { panic!("{}", found.in_words()) };
    assert!((2.0..15.0).contains(&crossing.value) && !crossing.holds_below, "{}", found.in_words());
    let futured = Futured::new(&setup, &parameters(|_| {}), options(0)).unwrap();
    let axes = Axes::of(&futured.deal.exposure);
    assert_eq!(axes.across, Driver::Defaults);
    let map = heat_map(&setup, &parameters(|_| {}), (&axes, options(0), Control::default())).unwrap();
    for class in &map.classes {
        let row = &class.certain[8];
        assert!(row.windows(2).all(|pair| pair[0] <= pair[1]), "{}: {row:?}", class.name);
    }
    assert!(map.classes[1].certain[0][8] > 0.0, "{:?}", map.classes[1]);
}
