//! `stress`: what many random futures come to.

use crate::columns::Columns;
use crate::error::RiskError;
use crate::fans::{Fan, fans};
use crate::lives::Deal;
use crate::measure::{ClassRisk, Estimate, estimate, measure};
use crate::run::{Control, live};
use crate::scenario::{Drawing, Driver, Numbers, Parameters, Sampling};
use life::Setup;
use serde::{Deserialize, Serialize};
use units::Date;

/// What is asked of random futures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Options {
    /// How many.
    pub paths: u64,
    /// Names the run.
    pub seed: u64,
    /// How they are spread.
    pub sampling: Sampling,
    /// Nothing moves in this date's month and before; the closing's if not given.
    #[serde(skip)]
    pub from: Option<Date>,
}

impl Default for Options {
    fn default() -> Self {
        Self { paths: 100_000, seed: 1, sampling: Sampling::Random, from: None }
    }
}

/// A deal with its futures: everything that the answers below are found from.
#[derive(Clone, Debug)]
pub struct Futured {
    /// The deal.
    pub deal: Deal,
    /// Draws the futures.
    pub drawing: Drawing,
    /// What was asked.
    pub options: Options,
}

impl Futured {
    /// Prepares a deal and its futures.
    ///
    /// # Errors
    /// [`RiskError`] if the collateral cannot be projected or it is not known how a future moves it.
    pub fn new(setup: &Setup, parameters: &Parameters, options: Options) -> Result<Self, RiskError> {
        let deal = Deal::new(setup, options.from)?;
        let Options { paths, seed, sampling, .. } = options;
        // The first month is the one after the origin.
        let numbers = Numbers { seed, sampling, paths, first_month: deal.exposure.origin + 1 };
        let drawing = Drawing::new(parameters.clone(), numbers, &sites(setup));
        Ok(Self { deal, drawing, options })
    }

    /// Lives all paths.
    ///
    /// # Errors
    /// As [`live`].
    pub fn live(&self, control: Control<'_>) -> Result<Columns, RiskError> {
        live(&self.deal, &self.drawing, (self.options.paths, control))
    }

    /// How many paths in a row are one observation.
    pub fn group(&self) -> u64 {
        self.options.sampling.group(self.options.paths)
    }
}

/// Shares of the machines at each site of the tape; one site if it names none.
fn sites(setup: &Setup) -> Vec<f64> {
    let tape = setup.collateral.tape();
    let size =
        ["units", "kw", "rent_per_month"].into_iter().find(|column| tape.aggregates().contains_key(*column));
    let Some(sums) = size.and_then(|size| tape.groups("site", size).ok()) else { return vec![1.0] };
    let sums: Vec<f64> = sums.values().map(|value| value.units() as f64).collect();
    let all: f64 = sums.iter().sum();
    let mut shares: Vec<f64> = sums.into_iter().map(|sum| sum / all.max(1.0)).collect();
    shares.sort_by(|a, b| b.total_cmp(a));
    if shares.is_empty() { vec![1.0] } else { shares }
}

/// How an estimate came nearer while paths were added.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Convergence {
    /// Of which class.
    pub class: String,
    /// Paths so far, and the expected loss.
    pub points: Vec<(u64, Estimate)>,
}

/// What random futures come to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StressResults {
    /// Title of the deal.
    pub title: String,
    /// Hash of the plan that was lived.
    pub plan_hash: String,
    /// Decimal places of the currency.
    pub decimals: u8,
    /// What was asked.
    pub options: Options,
    /// Parameters, with their sources.
    pub parameters: Parameters,
    /// Notes and equity, the most senior first.
    pub classes: Vec<ClassRisk>,
    /// What the drivers that the deal feels did: mean over the life, percentiles over the paths.
    pub drivers: Vec<DriverRange>,
    /// Paths over time.
    pub fans: Vec<Fan>,
    /// How the estimates converged.
    pub convergence: Vec<Convergence>,
}

/// What a driver's mean over the life was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DriverRange {
    /// Its name.
    pub name: String,
    /// Mean over all paths.
    pub mean: Estimate,
    /// Percentiles.
    pub percentiles: crate::measure::Percentiles,
}

/// Lives random futures of a deal and measures them.
///
/// # Errors
/// [`RiskError`] if the deal cannot be projected, the engine refuses an event, or the run is stopped.
pub fn stress(
    setup: &Setup,
    parameters: &Parameters,
    (options, control): (Options, Control<'_>),
) -> Result<StressResults, RiskError> {
    let futured = Futured::new(setup, parameters, options)?;
    let columns = futured.live(control)?;
    measured(setup, parameters, (&futured, &columns))
}

/// Measures paths that were lived.
///
/// # Errors
/// [`RiskError::Refused`] if the engine refuses an event while paths are looked at over time.
pub fn measured(
    setup: &Setup,
    parameters: &Parameters,
    (futured, columns): (&Futured, &Columns),
) -> Result<StressResults, RiskError> {
    let group = futured.group();
    let felt = futured.deal.exposure.felt();
    let leading = [Driver::Price, Driver::Defaults].into_iter().find(|driver| felt.contains(driver));
    let leading = leading.unwrap_or(Driver::Utilisation);
    let means = columns.drivers.get(leading as usize).map_or(&[][..], Vec::as_slice);
    let pairs = futured.deal.classes.iter().zip(&columns.classes);
    let range = |(driver, column): (&Driver, &Vec<f32>)| DriverRange {
        name: driver.name().to_owned(),
        mean: estimate(column.iter().map(|value| f64::from(*value)), group),
        percentiles: crate::measure::percentiles(&crate::measure::sorted(column)),
    };
    let felt = Driver::ALL.iter().zip(&columns.drivers).filter(|(driver, _)| felt.contains(driver));
    Ok(StressResults {
        title: title(setup),
        plan_hash: life::hash_of(&setup.compiled.plan),
        decimals: setup.compiled.plan.decimals,
        options: futured.options.clone(),
        parameters: parameters.clone(),
        classes: pairs
            .clone()
            .map(|(class, columns)| measure(class, columns, ((leading, means), group)))
            .collect(),
        drivers: felt.map(range).collect(),
        fans: fans(futured)?,
        convergence: pairs.map(|(class, columns)| converged(&class.name, &columns.lost, group)).collect(),
    })
}

fn title(setup: &Setup) -> String {
    let title = setup.document.statements.iter().find_map(|item| match &item.body {
        deal::syntax::Statement::Deal { title } => Some(title.clone()),
        _ => None,
    });
    title.unwrap_or_else(|| setup.name.clone())
}

/// Expected loss after a tenth of a decade more paths each time.
fn converged(class: &str, lost: &[f32], group: u64) -> Convergence {
    let mut points = Vec::new();
    let mut count = 100.0_f64;
    while (count as usize) < lost.len() {
        let so_far = lost.iter().take(count as usize).map(|loss| f64::from(*loss));
        points.push((count as u64, estimate(so_far, group.min(count as u64 / 4))));
        count *= 10_f64.powf(0.25);
    }
    points.push((lost.len() as u64, estimate(lost.iter().map(|loss| f64::from(*loss)), group)));
    Convergence { class: class.to_owned(), points }
}
