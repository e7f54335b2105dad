//! `solve`: the value of one number of a deal at which a condition on its outcome begins to hold or ceases to.

use crate::error::RiskError;
use crate::lives::{ClassKind, Deal};
use crate::measure::Estimate;
use crate::run::{Control, live};
use crate::scenario::Parameters;
use crate::shock::{Certain, Shock, Shocked};
use crate::stress::{Futured, Options};
use crate::vary::{Until, Vary};
use life::Setup;
use serde::{Deserialize, Serialize};

/// What is asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// What is varied.
    pub vary: Vary,
    /// The condition.
    pub until: Until,
    /// Where to search; the whole sensible range if not given.
    pub range: Option<(f64, f64)>,
}

/// One value that was tried.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// The value.
    pub value: f64,
    /// What the outcome measured.
    pub measured: Estimate,
    /// Whether the condition holds.
    pub holds: bool,
}

/// A value at which the condition turns.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Crossing {
    /// The value.
    pub value: f64,
    /// One standard error of it: that of the measure over the slope.
    pub error: f64,
    /// It lies between these.
    pub bracket: (f64, f64),
    /// Whether the condition holds below it (and not above), or the other way round.
    pub holds_below: bool,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Solution {
    /// The question.
    pub question: Question,
    /// The value in the term sheet, and what it measures.
    pub now: Trial,
    /// Where the condition turns, from the lowest value up; none: the answer does not exist in the range.
    pub crossings: Vec<Crossing>,
    /// Whether the measure moves one way only over the values that were tried, errors allowed for.
    pub monotone: bool,
    /// Every value that was tried, in order.
    pub trials: Vec<Trial>,
}

impl Solution {
    /// Returns the answer in words.
    pub fn in_words(&self) -> String {
        let (first, last) = (self.trials.first(), self.trials.last());
        let ends = first.zip(last).map_or(String::new(), |(first, last)| {
            format!(
                "{:.6} at {:.6} and {:.6} at {:.6}",
                first.measured.mean, first.value, last.measured.mean, last.value
            )
        });
        match (self.crossings.as_slice(), self.monotone) {
            ([], _) => match first.is_some_and(|first| first.holds) {
                true => format!("does not exist: the condition holds everywhere ({ends})"),
                false => format!("does not exist: the condition holds nowhere ({ends})"),
            },
            ([one], true) => format!("{:.6} ± {:.6}", one.value, one.error),
            (many, _) => {
                let all: Vec<String> =
                    many.iter().map(|one| format!("{:.6} ± {:.6}", one.value, one.error)).collect();
                format!("not monotone: the condition turns at {} ({ends})", all.join(", "))
            }
        }
    }
}

/// Values that are tried before any bracket is narrowed.
const SAMPLES: u32 = 9;
/// Halvings of a bracket: a five-hundredth of a sample's distance.
const HALVINGS: u32 = 9;

/// Finds where a condition turns. Every value is measured on the same futures.
///
/// # Errors
/// [`RiskError`] if the question does not fit the deal, or as [`crate::stress`].
pub fn solve(
    (setup, parameters): (&Setup, &Parameters),
    question: &Question,
    (options, control): (Options, Control<'_>),
) -> Result<Solution, RiskError> {
    let search = Search { setup, parameters, question, options, control, group: 1 };
    let search = Search { group: search.options.sampling.group(search.options.paths), ..search };
    let (low, high) = match question.range {
        Some(range) => range,
        None => question.vary.range(setup)?,
    };
    if low.is_nan() || high.is_nan() || low >= high {
        return Err(RiskError::Question(format!("the range from {low} to {high} is empty")));
    }
    let at = |step: u32| low + (high - low) * f64::from(step) / f64::from(SAMPLES - 1);
    let mut trials = Vec::new();
    for step in 0..SAMPLES {
        (control.progress)(u64::from(step), u64::from(SAMPLES + HALVINGS));
        trials.push(search.measure(at(step))?);
    }
    let monotone = monotone(&trials);
    let mut crossings = Vec::new();
    let brackets: Vec<(Trial, Trial)> = trials
        .windows(2)
        .filter_map(|pair| if let [a, b] = pair { (a.holds != b.holds).then_some((*a, *b)) } else { None })
        .collect();
    for (a, b) in brackets {
        crossings.push(search.narrow((a, b), &mut trials)?);
    }
    trials.sort_by(|a, b| a.value.total_cmp(&b.value));
    let now = search.measure(question.vary.now(setup)?)?;
    Ok(Solution { question: question.clone(), now, crossings, monotone, trials })
}

/// Everything that stays the same while values are tried.
struct Search<'a> {
    setup: &'a Setup,
    parameters: &'a Parameters,
    question: &'a Question,
    options: Options,
    control: Control<'a>,
    group: u64,
}

impl Search<'_> {
    fn measure(&self, value: f64) -> Result<Trial, RiskError> {
        let setup = self.question.vary.put(self.setup, value)?;
        let futured = Futured::new(&setup, self.parameters, self.options.clone())?;
        let shock = self.question.vary.shock(&futured.deal.exposure, value)?;
        let futures = Shocked { drawing: &futured.drawing, shock: &shock };
        let quiet = Control { progress: &|_, _| {}, ..self.control };
        let columns = live(&futured.deal, &futures, (self.options.paths, quiet))?;
        let measured = self.question.until.measure(&futured.deal.classes, (&columns, self.group))?;
        let until = &self.question.until;
        let holds = if until.below { measured.mean < until.level } else { measured.mean > until.level };
        Ok(Trial { value, measured, holds })
    }

    fn narrow(&self, (mut a, mut b): (Trial, Trial), trials: &mut Vec<Trial>) -> Result<Crossing, RiskError> {
        // The slope is read from the samples: near the crossing the difference would be of rounding.
        let slope = (b.measured.mean - a.measured.mean) / (b.value - a.value);
        for step in 0..HALVINGS {
            (self.control.progress)(u64::from(SAMPLES + step), u64::from(SAMPLES + HALVINGS));
            let middle = self.measure(f64::midpoint(a.value, b.value))?;
            trials.push(middle);
            if middle.holds == a.holds { a = middle } else { b = middle }
        }
        let error = f64::midpoint(a.measured.error, b.measured.error) / slope.abs().max(1e-300);
        Ok(Crossing {
            value: f64::midpoint(a.value, b.value),
            error: error.max((b.value - a.value) / 2.0),
            bracket: (a.value, b.value),
            holds_below: a.holds,
        })
    }
}

/// Whether all moves that are larger than three standard errors go one way.
fn monotone(trials: &[Trial]) -> bool {
    let moves = trials.windows(2).filter_map(|pair| {
        let [a, b] = pair else { return None };
        let change = b.measured.mean - a.measured.mean;
        // With common numbers the error of a difference is at most that of the larger.
        (change.abs() > 3.0 * a.measured.error.max(b.measured.error)).then_some(change > 0.0)
    });
    let moves: Vec<bool> = moves.collect();
    moves.iter().all(|up| Some(up) == moves.first())
}

/// The fall of prices that first hurts a class, if nothing else moves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Breaking {
    /// The class.
    pub class: String,
    /// The smallest fall at which a payment is missed; none: at no fall.
    pub missed: Option<f64>,
    /// The smallest fall at which money is lost; none: at no fall.
    pub lost: Option<f64>,
    /// Whether every larger fall loses as well.
    pub monotone: bool,
}

/// Falls that are tried, and how many once more within the first that hurts.
const FALLS: usize = 1_000;

/// Finds the fall of rents, new contracts and resale prices together, from the closing on, that first hurts each class: to a
/// millionth.
///
/// # Errors
/// As [`crate::stress`].
pub fn first_hurt(setup: &Setup, control: Control<'_>) -> Result<Vec<Breaking>, RiskError> {
    let deal = Deal::new(setup, None)?;
    let falls: Vec<f64> = (0..=FALLS).map(|step| step as f64 / FALLS as f64).collect();
    let coarse = fall(&deal, &falls, control)?;
    let mut found = Vec::new();
    for (index, class) in deal.classes.iter().enumerate() {
        let rows = coarse.get(index).map_or(&[][..], Vec::as_slice);
        let refine = |hurts: fn(&Fall) -> bool| refined(&deal, (index, rows), (hurts, control));
        let first = rows.iter().position(|row| row.lost);
        let monotone = first.is_none_or(|first| rows.iter().skip(first).all(|row| row.lost));
        let missed = if class.kind == ClassKind::Note { refine(|row| row.missed)? } else { None };
        found.push(Breaking { class: class.name.clone(), missed, lost: refine(|row| row.lost)?, monotone });
    }
    Ok(found)
}

/// A fall and what it did to a class.
#[derive(Clone, Copy)]
struct Fall {
    fall: f64,
    missed: bool,
    lost: bool,
}

/// Looks once more between the first fall that hurts and the one before.
fn refined(
    deal: &Deal,
    (index, rows): (usize, &[Fall]),
    (hurts, control): (fn(&Fall) -> bool, Control<'_>),
) -> Result<Option<f64>, RiskError> {
    let Some(first) = rows.iter().position(hurts) else { return Ok(None) };
    let Some(before) = first.checked_sub(1).and_then(|before| rows.get(before)) else { return Ok(Some(0.0)) };
    let step = |step: usize| before.fall + step as f64 / (FALLS * FALLS) as f64;
    let within: Vec<f64> = (0..=FALLS).map(step).collect();
    let fine = fall(deal, &within, control)?;
    Ok(fine.get(index).and_then(|rows| rows.iter().find(|row| hurts(row))).map(|row| row.fall))
}

/// For each class, what every fall does to it.
fn fall(deal: &Deal, falls: &[f64], control: Control<'_>) -> Result<Vec<Vec<Fall>>, RiskError> {
    let shocks: Vec<Shock> = falls.iter().map(|fall| Shock::price(&deal.exposure, 1.0 - fall)).collect();
    let quiet = Control { progress: &|_, _| {}, ..control };
    let columns = live(deal, &Certain(&shocks), (shocks.len() as u64, quiet))?;
    let class = |column: &crate::columns::ClassColumns| {
        let rows = falls.iter().zip(&column.short).zip(&column.lost);
        rows.map(|((fall, short), lost)| Fall { fall: *fall, missed: short.is_finite(), lost: *lost > 0.0 })
            .collect()
    };
    Ok(columns.classes.iter().map(class).collect())
}
