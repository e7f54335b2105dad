//! The answers on the flagship: each must be consistent with the others.
#![allow(missing_docs, clippy::unwrap_used)]

mod shipped;

use forebay_risk::{
    Axes, Control, Futured, Options, Parameters, Path, Question, Role, Sampling, Until, Vary, carrying,
    first_hurt, heat_map, measured, parameters_for, paths_csv, paths_parquet, replay, solve, stress, tornado,
};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

fn parameters() -> Parameters {
    Parameters::parse("risk.toml", &shipped::text("data/risk-h100.toml")).unwrap()
}

fn options(paths: u64) -> Options {
    Options { paths, seed: 3, sampling: Sampling::Antithetic, from: None }
}

#[test]
fn seniors_lose_less_often_and_less() {
    let setup = shipped::setup("sierra-h100", None);
    let results = stress(&setup, &parameters(), (options(2_048), Control::default())).unwrap();
    let [a, b, c, e] = results.classes.as_slice() else { panic!("{results:?}") };
    assert!(a.expected_loss.mean < b.expected_loss.mean && b.expected_loss.mean < c.expected_loss.mean);
    assert!(a.probability.mean < b.probability.mean && b.probability.mean < c.probability.mean);
    for class in [a, b, c, e] {
        assert!(class.shortfall_99 >= class.shortfall_95 && class.shortfall_95 >= class.expected_loss.mean);
        assert!((class.losses.iter().map(|bar| bar.share).sum::<f64>() - 1.0).abs() < 1e-9);
        assert!(class.expected_loss.error > 0.0 && class.expected_loss.error < 0.05);
        assert!(class.yields.p5 <= class.yields.p50 && class.yields.p50 <= class.yields.p95);
    }
    // A repays evenly from month 5 to month 40.
    assert!((1.5..2.5).contains(&a.life.p50), "{:?}", a.life);
    let last = results.convergence[0].points.last().unwrap();
    assert_eq!((last.0, last.1), (2_048, a.expected_loss));
}

#[test]
fn grids_and_tornados_agree_with_stress() {
    let setup = shipped::setup("sierra-h100", None);
    let axes = Axes { prices: vec![-0.6, -0.3, 0.0], utilisations: vec![-0.3, 0.0], ..Axes::default() };
    let map = heat_map(&setup, &parameters(), (&axes, options(256), Control::default())).unwrap();
    let all = stress(&setup, &parameters(), (options(256), Control::default())).unwrap();
    for (heat, class) in map.classes.iter().zip(&all.classes) {
        assert_eq!(heat.expected[2][1], class.expected_loss, "{}", class.name);
        for column in 0..2 {
            let losses: Vec<f64> = heat.certain.iter().map(|row| row[column]).collect();
            assert!(losses.windows(2).all(|pair| pair[0] >= pair[1]), "{}: {losses:?}", class.name);
        }
    }
    let tornado = tornado(&setup, &parameters(), (options(256), Control::default())).unwrap();
    for (torn, class) in tornado.classes.iter().zip(&all.classes) {
        assert_eq!(torn.all, class.expected_loss);
        let rent = torn.bars.iter().find(|bar| bar.driver == "rental price").unwrap();
        assert!(
            rent.lower.mean >= torn.all.mean && torn.all.mean >= rent.higher.mean,
            "{}: {rent:?}",
            torn.name
        );
    }
    assert_eq!(tornado.classes[1].bars[0].driver, "rental price");
}

#[test]
fn the_size_of_a_note_is_found() {
    let setup = shipped::setup("sierra-h100", None);
    let question = Question {
        vary: Vary::parse("note A").unwrap(),
        until: Until::parse("expected loss of A < 1 %").unwrap(),
        range: None,
    };
    let solution = solve((&setup, &parameters()), &question, (options(256), Control::default())).unwrap();
    assert!(solution.monotone, "{solution:?}");
    let [crossing] = solution.crossings.as_slice() else { panic!("{}", solution.in_words()) };
    assert!(
        crossing.holds_below && crossing.bracket.0 < crossing.value && crossing.value < crossing.bracket.1
    );
    assert!((44e6..60e6).contains(&crossing.value), "{}", solution.in_words());
    assert!((solution.now.value - 44e6).abs() < 1e-6 && solution.now.holds);
    // The condition holds on one side of the bracket and not on the other.
    for trial in &solution.trials {
        assert_eq!(trial.holds, trial.measured.mean < 0.01);
        assert_eq!(trial.holds, trial.value <= crossing.bracket.0, "{trial:?}");
    }
    let nowhere = Question { until: Until::parse("yield of A > 90 %").unwrap(), ..question };
    let solution = solve((&setup, &parameters()), &nowhere, (options(64), Control::default())).unwrap();
    assert!(
        solution.in_words().starts_with("does not exist: the condition holds nowhere"),
        "{}",
        solution.in_words()
    );
}

#[test]
fn the_first_fall_that_hurts_comes_to_the_junior_first() {
    let setup = shipped::setup("sierra-h100", None);
    let hurt = first_hurt(&setup, Control::default()).unwrap();
    let lost: Vec<f64> =
        hurt.iter().filter(|class| class.class != "E").map(|class| class.lost.unwrap()).collect();
    assert!(lost[0] > lost[1] && lost[1] > lost[2], "{hurt:?}");
    insta::assert_debug_snapshot!(hurt);
}

#[test]
fn a_published_crash_is_lived_from_the_closing() {
    let setup = shipped::setup("sierra-h100", None);
    let table = shipped::text("data/history-replays.csv");
    let paths: Vec<Path> = ["rtx_3090", "h100_rent"]
        .map(|kind| Path::read(("replays", table.as_bytes()), kind).unwrap())
        .to_vec();
    let replays = replay(&setup, &paths).unwrap();
    assert_eq!(replays.len(), 3);
    assert!(replays[0].classes.iter().all(|class| class.lost == 0.0));
    assert!(replays[1].classes[2].lost > 0.0, "{:?}", replays[1]);
    insta::assert_debug_snapshot!(
        replays.iter().map(|replay| (&replay.path.name, &replay.classes)).collect::<Vec<_>>()
    );
}

#[test]
fn every_unit_lost_is_somebodys() {
    let setup = shipped::setup("sierra-h100", None);
    let futured = Futured::new(&setup, &parameters(), options(512)).unwrap();
    let columns = futured.live(Control::default()).unwrap();
    let carrying = carrying(&futured, &columns, "issuance");
    assert!((carrying.shares.iter().map(|(_, share)| share).sum::<f64>() - 1.0).abs() < 1e-9);
    let party = |name: &str| carrying.parties.iter().find(|party| party.name == name).unwrap();
    assert!((party("hardware").at_closing - 88_060_000.0).abs() < 1e-6);
    assert!((party("issuance").at_closing - 924_000.0).abs() < 1e-6, "1.5 % of 61.6 million");
    assert!(party("A").by_then < party("A").mean && party("ops").by_then < party("ops").mean);
    let all = measured(&setup, &parameters(), (&futured, &columns)).unwrap();
    let expected: f64 =
        all.classes.iter().take(3).map(|class| class.expected_loss.mean * class.original as f64 / 1e7).sum();
    assert!((carrying.retention[0].expected_loss - 0.05 * expected).abs() < 1.0);
    assert!((carrying.retention[0].left - (924_000.0 - 0.05 * expected)).abs() < 1.0);
    for (name, role) in
        [("issuance", Role::Arranger), ("hardware", Role::Vendor), ("ops", Role::Paid), ("E", Role::Owner)]
    {
        assert_eq!(party(name).role, role, "{name}");
    }
    let whole = carrying.deferral.last().unwrap();
    assert!((whole.makes_good_share - whole.makes_good / expected).abs() < 1e-4, "{whole:?}");
    assert!(
        (whole.waits - 924_000.0).abs() < 1e-6
            && (whole.expected + whole.makes_good - whole.waits).abs() < 1e-3
    );
}

/// Other collateral feels other drivers.
#[test]
fn every_deal_that_ships_is_stressed() {
    let deals = [
        "sierra-h100-merchant",
        "sierra-h100-pitched",
        "hundred",
        "gpu-ddtl",
        "rooftop-solar",
        "datacenter-abs",
        "equipment-loans",
        "batteries",
    ];
    let shown = deals.map(|name| {
        let setup = shipped::setup(name, None);
        let file = parameters_for(setup.collateral.case()).unwrap();
        let parameters = Parameters::parse(file, &shipped::text(&format!("data/{file}"))).unwrap();
        let results = stress(&setup, &parameters, (options(64), Control::default())).unwrap();
        let classes = results.classes.iter().map(|class| {
            assert!(class.yields.p5 < class.yields.p95, "{name}: nothing moves {}", class.name);
            format!("{} {:.4} {:.4}", class.name, class.probability.mean, class.expected_loss.mean)
        });
        format!("{name}: {}", classes.collect::<Vec<String>>().join(", "))
    });
    insta::assert_debug_snapshot!(shown);
}

#[test]
fn a_run_is_heard_and_can_be_stopped() {
    let setup = shipped::setup("sierra-h100", None);
    let futured = Futured::new(&setup, &parameters(), options(8_192)).unwrap();
    let (heard, stop) = (AtomicU64::new(0), AtomicBool::new(false));
    let progress = |done: u64, all: u64| {
        assert!(done <= all);
        heard.fetch_max(done, Ordering::Relaxed);
        stop.store(true, Ordering::Relaxed);
    };
    let stopped = || stop.load(Ordering::Relaxed);
    let result = futured.live(Control { progress: &progress, stopped: &stopped, threads: None });
    assert!(matches!(result, Err(forebay_risk::RiskError::Stopped)));
    assert!(heard.load(Ordering::Relaxed) >= 1_024);
}

/// Both files hold every path, and the same numbers.
#[test]
fn every_path_is_a_row() {
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::RowAccessor;
    let setup = shipped::setup("sierra-h100", None);
    let futured = Futured::new(&setup, &parameters(), options(100)).unwrap();
    let columns = futured.live(Control::default()).unwrap();
    let (mut text, mut bytes) = (Vec::new(), Vec::new());
    paths_csv(&futured.deal, &columns, &mut text).unwrap();
    paths_parquet(&futured.deal, &columns, &mut bytes).unwrap();
    let text = String::from_utf8(text).unwrap();
    let head: Vec<&str> = text.lines().next().unwrap().split(',').collect();
    let place = head.iter().position(|name| *name == "B.lost").unwrap();
    let shown: Vec<f32> =
        text.lines().skip(1).map(|line| line.split(',').nth(place).unwrap().parse().unwrap()).collect();
    let reader = SerializedFileReader::new(bytes::Bytes::from(bytes)).unwrap();
    let stored: Vec<f32> =
        reader.get_row_iter(None).unwrap().map(|row| row.unwrap().get_float(place - 1).unwrap()).collect();
    assert_eq!((shown.len(), &shown), (100, &columns.classes[1].lost));
    assert_eq!(shown, stored);
}
