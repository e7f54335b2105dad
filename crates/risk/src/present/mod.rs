//! Everything that was asked, as one answer: words, tables and charts.

mod calibration;
mod futures;
mod questions;

pub use calibration::{calibration_answer, calibration_csv};

use crate::carry::Carrying;
use crate::grid::{HeatMap, Tornado};
use crate::measure::Estimate;
use crate::replay::Replay;
use crate::solve::{Breaking, Solution};
use crate::stress::StressResults;
use report::{Answer, Chart, Grid, Section};

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

/// Returns the answers as one.
pub fn futures_answer(name: &str, answers: &Answers<'_>) -> Answer {
    let mut answer =
        Answer { question: format!("stress {name}"), title: name.to_owned(), ..Answer::default() };
    if let Some(results) = answers.stress {
        answer.title.clone_from(&results.title);
        answer.facts = facts(results);
        answer.verdict = verdict(results);
        answer.sections.push(futures::classes(results));
        answer.sections.push(futures::over_time(results));
    }
    answer.sections.extend(answers.heat_map.map(questions::heat));
    answer.sections.extend(answers.tornado.map(questions::torn));
    answer.sections.extend((!answers.first_hurt.is_empty()).then(|| questions::reverse(answers.first_hurt)));
    answer.sections.extend((!answers.replays.is_empty()).then(|| questions::replayed(answers.replays)));
    answer.sections.extend(answers.carrying.map(questions::carried));
    answer.sections.extend((!answers.solutions.is_empty()).then(|| questions::solved(answers.solutions)));
    if let Some(results) = answers.stress {
        answer.sections.push(futures::convergence(results));
        answer.remarks = futures::sources(results);
    }
    answer
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

fn table(title: &str, head: &[&str], rows: Vec<Vec<String>>) -> Grid {
    Grid { rows, ..Grid::new(title, "", head) }
}

fn section(heading: &str, lead: &str, (grids, charts): (Vec<Grid>, Vec<Chart>)) -> Section {
    Section { heading: heading.to_owned(), lead: lead.to_owned(), grids, charts }
}
