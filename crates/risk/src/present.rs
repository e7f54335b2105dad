//! Answers as a study: words, tables and charts for a terminal, files and a page.

use crate::carry::{Carrying, Party, Role};
use crate::fans::{Fan, FanUnit};
use crate::grid::{HeatMap, Tornado};
use crate::measure::{Estimate, Percentiles};
use crate::replay::Replay;
use crate::solve::{Breaking, Solution};
use crate::stress::StressResults;
use report::{
    BarsChart, Chart, FanChart, HeatMapChart, LinesChart, Section, Study, StudyTable, TornadoChart,
};
use units::Scaled;

/// Everything that was asked about random futures of a deal. What was not asked is not shown.
#[derive(Clone, Debug, Default)]
pub struct Answers<'a> {
    /// Random futures.
    pub stress: Option<&'a StressResults>,
    /// Price against utilisation.
    pub heat_map: Option<&'a HeatMap>,
    /// Driver after driver.
    pub tornado: Option<&'a Tornado>,
    /// Published paths.
    pub replays: &'a [Replay],
    /// Falls that first hurt.
    pub first_hurt: &'a [Breaking],
    /// Who carries what.
    pub carrying: Option<&'a Carrying>,
    /// Values that were searched for.
    pub solutions: &'a [Solution],
}

/// Returns the answers as one document.
pub fn study(name: &str, answers: &Answers<'_>) -> Study {
    let mut study = Study { name: name.to_owned(), title: name.to_owned(), ..Study::default() };
    if let Some(results) = answers.stress {
        study.title.clone_from(&results.title);
        study.facts = facts(results);
        study.verdict = verdict(results);
        study.sections.push(classes(results));
        study.sections.push(over_time(results));
    }
    study.sections.extend(answers.heat_map.map(heat));
    study.sections.extend(answers.tornado.map(torn));
    study.sections.extend((!answers.first_hurt.is_empty()).then(|| reverse(answers.first_hurt)));
    study.sections.extend((!answers.replays.is_empty()).then(|| replayed(answers.replays)));
    study.sections.extend(answers.carrying.map(carried));
    study.sections.extend((!answers.solutions.is_empty()).then(|| solved(answers.solutions)));
    if let Some(results) = answers.stress {
        study.sections.push(convergence(results));
        study.notes = sources(results);
    }
    study
}

fn facts(results: &StressResults) -> Vec<String> {
    let options = &results.options;
    let sampling = match options.sampling {
        crate::Sampling::Random => "independent paths",
        crate::Sampling::Antithetic => "antithetic pairs",
        crate::Sampling::QuasiRandom => "scrambled Sobol points",
    };
    vec![
        format!("{} {sampling}", grouped(options.paths)),
        format!("seed {}", options.seed),
        format!("parameters: {}", results.parameters.name),
        format!("plan {}", results.plan_hash.get(..12).unwrap_or_default()),
    ]
}

fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().filter_map(|group| std::str::from_utf8(group).ok()).collect();
    groups.join(",")
}

fn verdict(results: &StressResults) -> String {
    let words = results.classes.iter().map(|class| {
        format!(
            "{} loses on {} of the paths and expects to lose {}",
            class.name,
            percent(class.probability.mean),
            percent(class.expected_loss.mean)
        )
    });
    format!("{}.", words.collect::<Vec<String>>().join("; "))
}

/// A share, as finely as it is small.
fn percent(share: f64) -> String {
    match (100.0 * share).abs() {
        size if !share.is_finite() || size.is_nan() => "–".to_owned(),
        size if size != 0.0 && size < 0.1 => format!("{:.4} %", 100.0 * share),
        size if size < 10.0 => format!("{:.2} %", 100.0 * share),
        _ => format!("{:.1} %", 100.0 * share),
    }
}

fn with_error(estimate: Estimate) -> String {
    format!("{} ± {}", percent(estimate.mean), percent(estimate.error))
}

fn table(title: &str, head: &[&str], rows: Vec<Vec<String>>) -> StudyTable {
    StudyTable {
        title: title.to_owned(),
        head: head.iter().map(|cell| (*cell).to_owned()).collect(),
        rows,
        marked: Vec::new(),
    }
}

fn section(heading: &str, lead: &str, (tables, charts): (Vec<StudyTable>, Vec<Chart>)) -> Section {
    Section { heading: heading.to_owned(), lead: lead.to_owned(), tables, charts }
}

fn classes(results: &StressResults) -> Section {
    let losses = results.classes.iter().map(|class| {
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
    let returns = results.classes.iter().map(|class| {
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
    let firsts = results.classes.iter().map(|class| {
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
    let tables = vec![
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
            losses.collect(),
        ),
        table(
            "Yields and lives",
            &[
                "class",
                "mean yield",
                "5 %",
                "median",
                "95 %",
                "received / put in",
                "median life, years",
                "95 %",
            ],
            returns.collect(),
        ),
        table(
            "The first dollar of loss",
            &[
                "class",
                "mildest mean price of a loss",
                "1 in 20",
                "median",
                "first missed payment, median years",
            ],
            firsts.collect(),
        ),
    ];
    let distributions = results.classes.iter().flat_map(|class| {
        let chart = |what: &str, bars: &[crate::measure::Bar]| {
            Chart::Bars(BarsChart {
                title: format!("{}: {what}", class.name),
                edges: bars.iter().map(|bar| (bar.from, bar.to)).collect(),
                shares: bars.iter().map(|bar| bar.share).collect(),
            })
        };
        [chart("loss", &class.losses), chart("yield", &class.yield_bars)]
    });
    section(
        "Losses and yields",
        "A note loses what was lent and is never repaid; the equity loses what it put in and does not get back in cash. ± is one \
         standard error. Mean prices are those over the life, against the projection.",
        (tables, distributions.collect()),
    )
}

fn over_time(results: &StressResults) -> Section {
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

fn signed(share: f64) -> String {
    format!("{:+.0} %", 100.0 * share)
}

fn heat(map: &HeatMap) -> Section {
    let chart = |(name, values): (String, Vec<Vec<f64>>)| {
        Chart::HeatMap(HeatMapChart {
            title: name,
            across: "hours sold".to_owned(),
            columns: map.utilisations.iter().map(|used| signed(*used)).collect(),
            down: "price".to_owned(),
            rows: map.prices.iter().map(|price| signed(*price)).collect(),
            values,
        })
    };
    let certain = map
        .classes
        .iter()
        .map(|class| (format!("{}: loss if nothing else moves", class.name), class.certain.clone()));
    let expected = map.classes.iter().filter(|class| !class.expected.is_empty()).map(|class| {
        let means = |row: &Vec<Estimate>| row.iter().map(|cell| cell.mean).collect();
        (format!("{}: expected loss around it", class.name), class.expected.iter().map(means).collect())
    });
    let rows = map.classes.iter().map(|class| {
        let head = |price: &f64| format!("price {}", signed(*price));
        let mut head_row = vec!["hours sold".to_owned()];
        head_row.extend(map.utilisations.iter().map(|used| signed(*used)));
        let rows = map.prices.iter().zip(&class.certain).map(|(price, row)| {
            std::iter::once(head(price)).chain(row.iter().map(|loss| percent(*loss))).collect()
        });
        StudyTable {
            title: format!("Loss of {} by price and hours sold", class.name),
            head: head_row,
            rows: rows.collect(),
            marked: Vec::new(),
        }
    });
    section(
        "Price and utilisation",
        "Rents, new contracts and resale prices fall together from the closing on, and so do the hours sold.",
        (rows.collect(), certain.chain(expected).map(chart).collect()),
    )
}

fn torn(tornado: &Tornado) -> Section {
    let charts = tornado.classes.iter().map(|class| {
        let values = |pick: fn(&crate::TornadoBar) -> f64| class.bars.iter().map(pick).collect();
        Chart::Tornado(TornadoChart {
            title: format!("{}: expected loss", class.name),
            base: class.all.mean,
            drivers: class.bars.iter().map(|bar| bar.driver.clone()).collect(),
            higher: values(|bar| bar.higher.mean),
            lower: values(|bar| bar.lower.mean),
        })
    });
    let tables = tornado.classes.iter().map(|class| {
        let rows = class.bars.iter().map(|bar| {
            let cells = [bar.lower, bar.higher, bar.without, bar.alone].map(with_error);
            std::iter::once(bar.driver.clone()).chain(cells).collect()
        });
        table(
            &format!("Expected loss of {}: {} with everything moving", class.name, with_error(class.all)),
            &["driver", "a tenth lower", "a tenth higher", "standing still", "moving alone"],
            rows.collect(),
        )
    });
    section(
        "What it turns on",
        "The same paths again with one driver a tenth higher or lower throughout (a floating rate by one point), standing still, \
         or moving alone. What is whole already cannot be higher.",
        (tables.collect(), charts.collect()),
    )
}

fn reverse(hurt: &[Breaking]) -> Section {
    let fall =
        |fall: Option<f64>| fall.map_or("at no fall".to_owned(), |fall| format!("{:.2} %", 100.0 * fall));
    let rows = hurt.iter().map(|class| {
        let monotone = if class.monotone { "yes" } else { "no" };
        vec![class.class.clone(), fall(class.missed), fall(class.lost), monotone.to_owned()]
    });
    section(
        "What it takes",
        "The fall of rents, new contracts and resale prices together, from the closing on, that first hurts each class, if nothing \
         else moves. What may be deferred is not missed.",
        (
            vec![table(
                "Smallest fall",
                &["class", "a payment is missed", "money is lost", "every larger fall loses"],
                rows.collect(),
            )],
            Vec::new(),
        ),
    )
}

fn replayed(replays: &[Replay]) -> Section {
    let rows = replays.iter().flat_map(|replay| {
        replay.classes.iter().map(|class| {
            vec![
                replay.path.name.clone(),
                class.name.clone(),
                percent(class.lost),
                format!("{:.3}", class.received),
                class.rate.map_or("–".to_owned(), percent),
                class.first_missed.clone().unwrap_or_else(|| "–".to_owned()),
            ]
        })
    });
    section(
        "What has happened",
        "Published paths in place of the case's prices, from the closing on.",
        (
            vec![table(
                "Replays",
                &["path", "class", "loss", "received / put in", "yield", "first missed payment"],
                rows.collect(),
            )],
            Vec::new(),
        ),
    )
}

fn whole(amount: f64) -> String {
    let text = format!("{:.0}", amount.abs());
    let groups: Vec<&str> =
        text.as_bytes().rchunks(3).rev().filter_map(|group| std::str::from_utf8(group).ok()).collect();
    format!("{}{}", if amount < 0.0 { "-" } else { "" }, groups.join(","))
}

fn carried(carrying: &Carrying) -> Section {
    let shares = carrying.shares.iter().map(|(class, share)| vec![class.clone(), percent(*share)]);
    let role = |party: &Party| match party.role {
        Role::Holder => "lends",
        Role::Owner => "owns",
        Role::Paid => "is paid",
    };
    let parties = carrying.parties.iter().map(|party| {
        let amounts =
            [party.put_in, party.at_closing, party.mean, party.mean_when_hurt, party.by_then].map(whole);
        [party.name.clone(), role(party).to_owned()].into_iter().chain(amounts).collect()
    });
    let retention = carrying.retention.iter().map(|kept| {
        vec![
            percent(kept.share),
            whole(kept.put_in),
            whole(kept.expected_loss),
            whole(kept.fee),
            format!("{:.2}", kept.loss_over_fee_when_hurt),
        ]
    });
    let deferral = carrying.deferral.iter().map(|waits| {
        vec![percent(waits.share), whole(waits.waits), whole(waits.expected), whole(waits.makes_good)]
    });
    section(
        "Who carries what",
        &format!(
            "Of each unit lost, whose it is; and what everybody takes out: on all paths, on those that leave a note short ({} of \
             them), and by the time it was first left short there.",
            percent(carrying.hurt.mean)
        ),
        (
            vec![
                table("Of each unit lost", &["class", "share"], shares.collect()),
                table(
                    "Money put in and taken out",
                    &["party", "role", "put in", "at closing", "mean", "mean when hurt", "by then"],
                    parties.collect(),
                ),
                table(
                    "If the arranger kept a slice of every note",
                    &["slice", "put in", "expected loss", "fee", "loss over fee when hurt"],
                    retention.collect(),
                ),
                table(
                    "If a part of the fee waited until the notes are repaid",
                    &["part", "waits", "expected", "makes good of the notes' loss"],
                    deferral.collect(),
                ),
            ],
            Vec::new(),
        ),
    )
}

fn solved(solutions: &[Solution]) -> Section {
    let rows = solutions.iter().map(|solution| {
        vec![
            format!("{:?}", solution.question.vary),
            format!("{:?}", solution.question.until),
            format!("{:.4} at {:.4}", solution.now.measured.mean, solution.now.value),
            solution.in_words(),
        ]
    });
    let charts = solutions.iter().map(|solution| {
        let points =
            solution.trials.iter().map(|trial| (trial.value, trial.measured.mean, trial.measured.error));
        Chart::Lines(LinesChart {
            title: format!("{:?}", solution.question.until.measure),
            along: format!("{:?}", solution.question.vary),
            logarithmic: false,
            lines: vec![(solution.question.until.class.clone(), points.collect())],
        })
    });
    section(
        "Solved for",
        "Every value was tried on the same futures.",
        (vec![table("Answers", &["varied", "until", "now", "answer"], rows.collect())], charts.collect()),
    )
}

fn convergence(results: &StressResults) -> Section {
    let line = |one: &crate::Convergence| {
        let points =
            one.points.iter().map(|(paths, estimate)| (*paths as f64, estimate.mean, estimate.error));
        (one.class.clone(), points.collect())
    };
    let chart = LinesChart {
        title: "Expected loss".to_owned(),
        along: "paths".to_owned(),
        logarithmic: true,
        lines: results.convergence.iter().map(line).collect(),
    };
    section(
        "How sure it is",
        "The expected losses as paths were added, with one standard error. It says how well the parameters were computed, not how \
         well they describe the world.",
        (Vec::new(), vec![Chart::Lines(chart)]),
    )
}

fn sources(results: &StressResults) -> Vec<(String, String)> {
    let terms = &results.parameters;
    let sources = [
        ("Rental price", &terms.price.source),
        ("Generations", &terms.generation.source),
        ("Contracts", &terms.contract.source),
        ("Resale", &terms.resale.source),
        ("Utilisation", &terms.utilisation.source),
        ("Outages", &terms.outage.source),
        ("Power", &terms.power.source),
        ("Running costs", &terms.opex.source),
        ("Floating rate", &terms.interest.source),
        ("Defaults", &terms.default.source),
        ("Sales", &terms.liquidation.source),
    ];
    let line = |text: &str| text.split_whitespace().collect::<Vec<&str>>().join(" ");
    let named = sources.into_iter().map(|(name, source)| format!("{name}: {}", line(source)));
    vec![
        ("What these futures are".to_owned(), line(&terms.note)),
        ("Where the parameters come from".to_owned(), named.collect::<Vec<String>>().join("\n")),
    ]
}
