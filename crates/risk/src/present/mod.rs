//! Answers as a study: words, tables and charts for a terminal, files and a page.

mod futures;
mod questions;

use crate::carry::Carrying;
use crate::grid::{HeatMap, Tornado};
use crate::measure::Estimate;
use crate::replay::Replay;
use crate::solve::{Breaking, Solution};
use crate::stress::StressResults;
use report::{Chart, Section, Study, StudyTable};

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
        study.sections.push(futures::classes(results));
        study.sections.push(futures::over_time(results));
    }
    study.sections.extend(answers.heat_map.map(questions::heat));
    study.sections.extend(answers.tornado.map(questions::torn));
    study.sections.extend((!answers.first_hurt.is_empty()).then(|| questions::reverse(answers.first_hurt)));
    study.sections.extend((!answers.replays.is_empty()).then(|| questions::replayed(answers.replays)));
    study.sections.extend(answers.carrying.map(questions::carried));
    study.sections.extend((!answers.solutions.is_empty()).then(|| questions::solved(answers.solutions)));
    if let Some(results) = answers.stress {
        study.sections.push(futures::convergence(results));
        study.notes = futures::sources(results);
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
