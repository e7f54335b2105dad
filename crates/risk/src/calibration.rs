//! What published data say of a file of parameters: every fit with its errors, and what stays an assumption.

use crate::calibrate::{Change, DailyFit, Regime, RegimeFit, daily, deviation, points_of, regimes};
use crate::error::RiskError;
use crate::scenario::Parameters;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use units::Date;

/// A table that ships or that somebody brings: its name, and its bytes.
pub type Table<'a> = (&'a str, &'a [u8]);

/// What parameters are fitted to.
#[derive(Clone, Copy, Debug)]
pub struct CalibrationData<'a> {
    /// Points of rental prices, and which kinds of them are taken: only changes within a kind count.
    pub rents: (Table<'a>, &'a [&'a str]),
    /// Fixings of a floating rate, one a month, in per cent.
    pub fixings: Table<'a>,
    /// Daily listed prices, with the machine and the first day that are looked at.
    pub listed: Option<(Table<'a>, &'a str, Date)>,
}

/// The deviation of changes from month to month.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WalkFit {
    /// The first and the last month's day.
    pub days: (String, String),
    /// Changes that were measured.
    pub changes: usize,
    /// Their standard deviation, as a share (0.01: one point).
    pub deviation: f64,
    /// One standard error of it, if changes are normal.
    pub error: f64,
}

/// One table of the file, and where its numbers come from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Origin {
    /// The table.
    pub table: String,
    /// Whether its numbers are fitted, assumed, or published.
    pub basis: Basis,
    /// The source, as the file has it.
    pub source: String,
}

/// Where numbers come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The fit says them.
    Fitted,
    /// Nobody's numbers but ours, at least in part.
    Assumed,
    /// As the source has them.
    Published,
}

/// A file of parameters beside the data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// The parameters' name.
    pub parameters: String,
    /// Changes of the rent: logarithm, and months that it took.
    pub changes: Vec<Change>,
    /// One, two and three regimes of the rent.
    pub regimes: Vec<RegimeFit>,
    /// How many regimes the criterion prefers.
    pub preferred: usize,
    /// Whether there are points enough to believe that.
    pub believed: bool,
    /// The floating rate.
    pub interest: WalkFit,
    /// The deviation of the floating rate in the file.
    pub interest_in_file: f64,
    /// Whether the two agree in every digit of the file.
    pub interest_agrees: bool,
    /// Listed prices from day to day; none if no table of them was named.
    pub daily: Vec<DailyFit>,
    /// Every table of the file.
    pub origins: Vec<Origin>,
}

/// Most regimes that are tried: as many as the file has.
const REGIMES_MAX: usize = 3;

/// Digits that a deviation of a floating rate has in a file: a thousandth of a point.
const RATE_STEP: f64 = 1e-5;

/// Fits what the data can say and puts it beside the parameters.
///
/// # Errors
/// [`RiskError::File`] if a table cannot be read, [`RiskError::Question`] if it has too few points for any fit.
pub fn calibrate(parameters: &Parameters, data: CalibrationData<'_>) -> Result<Calibration, RiskError> {
    let (rents, kinds) = data.rents;
    let changes = points_of(rents, kinds)?;
    if changes.len() < 2 {
        let what =
            format!("{}: two changes of one kind are needed, of the kinds {}", rents.0, kinds.join(", "));
        return Err(RiskError::Question(what));
    }
    let regimes: Vec<RegimeFit> = (1..=REGIMES_MAX).map(|count| regimes(&changes, count)).collect();
    let best = regimes.iter().min_by(|a, b| a.criterion.total_cmp(&b.criterion));
    let interest = walk(data.fixings)?;
    let daily = match data.listed {
        Some((table, machine, since)) => daily(table, machine, since)?,
        None => Vec::new(),
    };
    Ok(Calibration {
        parameters: parameters.name.clone(),
        preferred: best.map_or(1, |fit| fit.regimes.len()),
        believed: best.is_some_and(RegimeFit::is_believed),
        changes,
        regimes,
        interest_in_file: parameters.interest.deviation,
        interest_agrees: (rounded(interest.deviation) - parameters.interest.deviation).abs()
            < RATE_STEP / 10.0,
        interest,
        daily,
        origins: origins(parameters),
    })
}

impl Calibration {
    /// Returns the parameters with what was fitted in them: always the floating rate, and so many regimes of the rent if a number
    /// is given, else those that the criterion prefers if there are points enough to believe them.
    ///
    /// # Errors
    /// [`RiskError::Question`] for a number of regimes that was not fitted.
    pub fn write_into(&self, parameters: &mut Parameters, count: Option<usize>) -> Result<(), RiskError> {
        let WalkFit { changes, days: (first, last), deviation, error } = &self.interest;
        parameters.interest.deviation = rounded(*deviation);
        parameters.interest.source = format!(
            "Fitted: standard deviation of {changes} changes from month to month, {first} to {last}: {:.3} ± {:.3} points",
            100.0 * deviation,
            100.0 * error
        );
        let Some(count) = count.or(self.believed.then_some(self.preferred)) else { return Ok(()) };
        let fit = self.regimes.iter().find(|fit| fit.regimes.len() == count);
        let fit = fit
            .ok_or_else(|| RiskError::Question(format!("{count} regimes were not fitted; ask for 1 to 3")))?;
        self.write_regimes(parameters, fit);
        Ok(())
    }

    /// One regime takes the middle place, two take the outer ones; a place that is left never comes. Switching is counted from change
    /// to change, so that a month has its part of it.
    fn write_regimes(&self, parameters: &mut Parameters, fit: &RegimeFit) {
        let places = match fit.regimes.len() {
            1 => [None, Some(0), None],
            2 => [Some(0), None, Some(1)],
            _ => [Some(0), Some(1), Some(2)],
        };
        let months: f64 = self.changes.iter().map(|(_, months)| months).sum();
        let part = (self.changes.len() as f64 / months).min(1.0);
        let of = |number: fn(&Regime) -> f64| {
            places.map(|place| place.map_or(0.0, |place| number(&fit.regimes[place])))
        };
        let switch = |from: usize, to: usize| {
            let stays = if from == to { 1.0 } else { 0.0 };
            let seen = places[from].zip(places[to]).map_or(stays, |(from, to)| fit.switching[from][to]);
            stays + part * (seen - stays)
        };
        let price = &mut parameters.price;
        (price.drift, price.deviation) = (of(|regime| regime.drift), of(|regime| regime.deviation));
        price.start = of(|regime| regime.share);
        price.switching = std::array::from_fn(|from| std::array::from_fn(|to| switch(from, to)));
        price.source = format!(
            "Fitted: regimes: {}; {}. Factors on hours sold: ASSUMPTION",
            fit.regimes.len(),
            fit.verdict
        );
    }
}

fn rounded(deviation: f64) -> f64 {
    (deviation / RATE_STEP).round() * RATE_STEP
}

/// The deviation of monthly changes in a table of fixings.
fn walk((file, bytes): Table<'_>) -> Result<WalkFit, RiskError> {
    #[derive(Deserialize)]
    struct Fixing {
        date: String,
        value: f64,
    }
    let refuse = |problem: String| RiskError::File { file: file.to_owned(), problem };
    let mut reader = csv::Reader::from_reader(bytes);
    let mut fixings: BTreeMap<Date, f64> = BTreeMap::new();
    for row in reader.deserialize() {
        let row: Fixing = row.map_err(|error| refuse(error.to_string()))?;
        let date = row.date.parse().map_err(|_| refuse(format!("`{}` is no date", row.date)))?;
        fixings.insert(date, row.value / 100.0);
    }
    let moves: Vec<f64> =
        fixings.values().zip(fixings.values().skip(1)).map(|(before, after)| after - before).collect();
    let (Some((first, _)), Some((last, _)), true) =
        (fixings.first_key_value(), fixings.last_key_value(), moves.len() > 1)
    else {
        return Err(refuse("three fixings are needed, one a month".to_owned()));
    };
    let deviation = deviation(&moves).unwrap_or_default();
    let freedom = moves.len() as f64 - 1.0;
    Ok(WalkFit {
        days: (first.to_string(), last.to_string()),
        changes: moves.len(),
        deviation,
        error: deviation / (2.0 * freedom).sqrt(),
    })
}

fn origins(parameters: &Parameters) -> Vec<Origin> {
    let origin = |(table, _, source): (&str, &str, &str)| Origin {
        table: table.to_owned(),
        basis: match table {
            "interest" => Basis::Fitted,
            _ if source.starts_with("Fitted") => Basis::Fitted,
            _ if source.contains("ASSUMPTION") => Basis::Assumed,
            _ => Basis::Published,
        },
        source: source.split_whitespace().collect::<Vec<&str>>().join(" "),
    };
    parameters.sources().into_iter().map(origin).collect()
}
