//! What random futures came to, as sections.

use super::{percent, section, table, with_error};
use crate::fans::{Fan, FanUnit};
use crate::measure::Percentiles;
use crate::stress::StressResults;
use report::{Axis, BarsChart, Chart, FanChart, Grid, LinesChart, Position, Section, Series};
use units::Scaled;

pub(super) fn classes(results: &StressResults) -> Section {
    let tables = vec![losses(results), returns(results), firsts(results)];
    let distributions = results.classes.iter().flat_map(|class| {
        let chart = |what: &str, bars: &[crate::measure::Bar]| {
            Chart::Bars(BarsChart {
                title: format!("{}: {what}", class.name),
                edges: bars.iter().map(|bar| (bar.from, bar.to)).collect(),
                shares: bars.iter().map(|bar| bar.share).collect(),
            })
        };
        [chart("loss of the paths that lose", &class.losses), chart("yield", &class.yield_bars)]
    });
    section(
        "Losses and yields",
        "A note loses what was lent and is never repaid; the equity loses what it put in and does not get back in cash. ± is one \
         standard error. Where losses begin is told by the mean of one driver over the life, against the projection.",
        (tables, distributions.collect()),
    )
}

/// How often and how much.
fn losses(results: &StressResults) -> Grid {
    let rows = results.classes.iter().map(|class| {
        let original = Scaled::new(class.original, results.decimals).to_string();
        vec![
            class.name.clone(),
            original.split('.').next().unwrap_or_default().to_owned(),
            with_error(class.probability),
            with_error(class.expected_loss),
            percent(class.severity),
            percent(class.loss.p95),
            percent(class.loss.p99),
            percent(class.shortfall_95),
            percent(class.shortfall_99),
            with_error(class.short),
        ]
    });
    table(
        "Losses, as shares of the original amount",
        &[
            "class",
            "original",
            "loses",
            "expected loss",
            "severity",
            "95 %",
            "99 %",
            "mean of worst 5 %",
            "mean of worst 1 %",
            "misses a payment",
        ],
        rows.collect(),
    )
}

/// What comes back, and when.
fn returns(results: &StressResults) -> Grid {
    let rows = results.classes.iter().map(|class| {
        let Percentiles { p5, p50, p95, .. } = class.yields;
        vec![
            class.name.clone(),
            with_error(class.mean_yield),
            percent(p5),
            percent(p50),
            percent(p95),
            format!("{:.3}", class.received.mean),
            format!("{:.2}", class.life.p50),
            format!("{:.2}", class.life.p95),
        ]
    });
    table(
        "Yields and lives",
        &["class", "mean yield", "5 %", "median", "95 %", "received / put in", "median life, years", "95 %"],
        rows.collect(),
    )
}

/// Where losses begin.
fn firsts(results: &StressResults) -> Grid {
    let by = results
        .classes
        .iter()
        .find_map(|class| class.first_loss)
        .map_or("rental price", |first| first.by.name());
    let rows = results.classes.iter().map(|class| {
        let price = |pick: fn(&crate::measure::FirstLoss) -> f64| {
            class.first_loss.as_ref().map_or("–".to_owned(), |first| percent(pick(first) - 1.0))
        };
        let missed = class.first_missed.map_or("–".to_owned(), |years| format!("{:.1}", years.p50));
        vec![
            class.name.clone(),
            price(|first| first.mildest),
            price(|first| first.early),
            price(|first| first.median),
            missed,
        ]
    });
    table(
        "The first dollar of loss",
        &[
            "class",
            &format!("{by} of the mildest loss"),
            "1 in 20",
            "median",
            "first missed payment, median years",
        ],
        rows.collect(),
    )
}

pub(super) fn over_time(results: &StressResults) -> Section {
    let fan = |fan: &Fan| {
        let row = |pick: fn(&Percentiles) -> f64| fan.percentiles.iter().map(pick).collect();
        Chart::Fan(FanChart {
            title: match fan.unit {
                FanUnit::Factor => format!("{}, against the projection", fan.name),
                FanUnit::Share => format!("{}, of its original amount", fan.name),
            },
            dates: fan.dates.clone(),
            names: ["5 %", "25 %", "median", "75 %", "95 %"].map(str::to_owned).to_vec(),
            values: vec![row(|p| p.p5), row(|p| p.p25), row(|p| p.p50), row(|p| p.p75), row(|p| p.p95)],
            percent: fan.unit == FanUnit::Share,
        })
    };
    let drivers = results.drivers.iter().map(|driver| {
        let Percentiles { p5, p50, p95, .. } = driver.percentiles;
        let cells = [driver.mean.mean, p5, p50, p95].map(|value| format!("{value:.3}"));
        std::iter::once(driver.name.clone()).chain(cells).collect()
    });
    section(
        "Over time",
        "The first two thousand paths: what prices did, and how much money each class had back.",
        (
            vec![table(
                "Drivers, mean over the life",
                &["driver", "mean", "5 %", "median", "95 %"],
                drivers.collect(),
            )],
            results.fans.iter().map(fan).collect(),
        ),
    )
}

pub(super) fn convergence(results: &StressResults) -> Section {
    let line = |one: &crate::Convergence| Series {
        name: one.class.clone(),
        points: one.points.iter().map(|(paths, one)| (Position::Number(*paths as f64), one.mean)).collect(),
        errors: one.points.iter().map(|(_, one)| one.error).collect(),
        ..Series::default()
    };
    let chart = LinesChart {
        title: "Expected loss as paths were added".to_owned(),
        across: Axis::logarithmic("paths"),
        up: Axis::percent("expected loss"),
        series: results.convergence.iter().map(line).collect(),
        ..LinesChart::default()
    };
    section(
        "How sure it is",
        "The expected losses as paths were added, with one standard error. It says how well the parameters were computed, not how \
         well they describe the world.",
        (Vec::new(), vec![Chart::Lines(chart)]),
    )
}

pub(super) fn sources(results: &StressResults) -> Vec<String> {
    let terms = &results.parameters;
    let line = |text: &str| text.split_whitespace().collect::<Vec<&str>>().join(" ");
    let named = terms.sources().into_iter().map(|(_, name, source)| format!("{name}: {}", line(source)));
    std::iter::once(line(&terms.note)).chain(named).collect()
}
