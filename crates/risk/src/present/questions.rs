//! Answers to single questions, as sections.

use super::{percent, section, table, with_error};
use crate::carry::{Carrying, Party, Role};
use crate::grid::{HeatMap, Tornado};
use crate::measure::Estimate;
use crate::replay::Replay;
use crate::scenario::Driver;
use crate::solve::{Breaking, Question, Solution};
use report::{Axis, Chart, Grid, HeatMapChart, LinesChart, Position, Section, Series, TornadoChart};

fn signed(share: f64) -> String {
    format!("{:+.0} %", 100.0 * share)
}

pub(super) fn heat(map: &HeatMap) -> Section {
    let (across, falls) = match map.across {
        Driver::Defaults => ("borrowers who fail", "so many more or fewer borrowers fail"),
        _ => ("hours sold", "the hours sold fall with them (what the sun gives, space let, performance)"),
    };
    let chart = |(name, values): (String, Vec<Vec<f64>>)| {
        Chart::HeatMap(HeatMapChart {
            title: name,
            across: across.to_owned(),
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
        let mut head_row = vec![across.to_owned()];
        head_row.extend(map.utilisations.iter().map(|used| signed(*used)));
        let rows = map.prices.iter().zip(&class.certain).map(|(price, row)| {
            std::iter::once(head(price)).chain(row.iter().map(|loss| percent(*loss))).collect()
        });
        Grid {
            heading: format!("Loss of {} by price and {across}", class.name),
            caption: String::new(),
            header: head_row,
            rows: rows.collect(),
        }
    });
    section(
        &format!("Price and {across}"),
        &format!(
            "Prices (rents, new contracts, resale; where no hours are sold, of power and resale) fall together from the closing on, and {falls}."
        ),
        (rows.collect(), certain.chain(expected).map(chart).collect()),
    )
}

pub(super) fn torn(tornado: &Tornado) -> Section {
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
        let bars = class.bars.iter().map(|bar| {
            let cells = [bar.lower, bar.higher, bar.without, bar.alone].map(with_error);
            std::iter::once(bar.driver.clone()).chain(cells).collect()
        });
        // With nothing changed all columns are one.
        let mut all = vec![with_error(class.all); 5];
        "as they move".clone_into(&mut all[0]);
        table(
            &format!("Expected loss of {} by driver", class.name),
            &["driver", "a tenth lower", "a tenth higher", "standing still", "moving alone"],
            std::iter::once(all).chain(bars).collect(),
        )
    });
    section(
        "What it turns on",
        "The same paths again with one driver a tenth higher or lower throughout (a floating rate by one point), standing still, \
         or moving alone. What is whole already cannot be higher.",
        (tables.collect(), charts.collect()),
    )
}

pub(super) fn reverse(hurt: &[Breaking]) -> Section {
    let fall =
        |fall: Option<f64>| fall.map_or("at no fall".to_owned(), |fall| format!("{:.2} %", 100.0 * fall));
    let rows = hurt.iter().map(|class| {
        let monotone = if class.monotone { "yes" } else { "no" };
        vec![class.class.clone(), fall(class.missed), fall(class.lost), monotone.to_owned()]
    });
    section(
        "What it takes",
        "The fall of prices together (rents, new contracts, resale; where no hours are sold, of power and resale), from the closing \
         on, that first hurts each class, if nothing else moves. What may be deferred is not missed.",
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

pub(super) fn replayed(replays: &[Replay]) -> Section {
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

pub(super) fn carried(carrying: &Carrying) -> Section {
    let shares = carrying.shares.iter().map(|(class, share)| vec![class.clone(), percent(*share)]);
    let role = |party: &Party| match party.role {
        Role::Holder => "lends",
        Role::Owner => "owns",
        Role::Arranger => "arranges",
        Role::Vendor => "sells",
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
            whole(kept.left),
            format!("{:.2}", kept.loss_over_fee_when_hurt),
        ]
    });
    let deferral = carrying.deferral.iter().map(|waits| {
        let amounts = [waits.waits, waits.expected, waits.makes_good].map(whole);
        let share = percent(waits.makes_good_share);
        std::iter::once(percent(waits.share)).chain(amounts).chain([share]).collect()
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
                    &[
                        "slice",
                        "put in",
                        "expected loss",
                        "fee",
                        "left of the fee",
                        "loss over fee when hurt",
                    ],
                    retention.collect(),
                ),
                table(
                    "If a part of the fee waited until the notes are repaid",
                    &[
                        "part",
                        "waits",
                        "the arranger may expect",
                        "makes good",
                        "of the notes' expected loss",
                    ],
                    deferral.collect(),
                ),
            ],
            Vec::new(),
        ),
    )
}

pub(super) fn solved(solutions: &[Solution]) -> Section {
    let rows = solutions.iter().map(|solution| {
        vec![
            solution.question.vary.to_string(),
            solution.question.until.to_string(),
            format!("{} at {:.4}", with_error(solution.now.measured), solution.now.value),
            solution.in_words(),
        ]
    });
    let charts = solutions.iter().map(|solution| {
        let Question { vary, until, .. } = &solution.question;
        let points = solution.trials.iter();
        let series = Series {
            name: until.class.clone(),
            points: points.map(|trial| (Position::Number(trial.value), trial.measured.mean)).collect(),
            errors: solution.trials.iter().map(|trial| trial.measured.error).collect(),
            ..Series::default()
        };
        Chart::Lines(LinesChart {
            title: format!("{} of {}", until.measure, until.class),
            across: Axis::new(&vary.to_string()),
            up: Axis::percent(&until.measure.to_string()),
            series: vec![series],
            ..LinesChart::default()
        })
    });
    section(
        "Solved for",
        "Every value was tried on the same futures.",
        (vec![table("Answers", &["varied", "until", "now", "answer"], rows.collect())], charts.collect()),
    )
}
