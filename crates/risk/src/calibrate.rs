//! Parameters from data, with a report of how well they fit. A dozen points tell regimes apart badly, and the report says so.

use crate::error::RiskError;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use units::Date;

/// The deviation of a daily price.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DailyFit {
    /// Kind of offer.
    pub kind: String,
    /// First and last day.
    pub days: (String, String),
    /// Changes that were measured.
    pub changes: usize,
    /// Providers a day, on average.
    pub providers: f64,
    /// Standard deviation of the logarithm's change in a day.
    pub daily: f64,
    /// The same in a month of 30 days, if days are independent.
    pub monthly: f64,
    /// Correlation of a change with the one before. Near -1/2 the deviation is noise of the quotes and not of the price.
    pub correlation: f64,
}

/// One row of a table of listed prices; other columns are left alone.
#[derive(Deserialize)]
struct Listed {
    date: String,
    provider: String,
    gpu: String,
    usd_hr: f64,
    kind: String,
}

/// Measures, for each kind of offer of one machine, how the median over providers moves from day to day, from the day
/// `since` on. Providers that do not list on both days of a pair are left out of it, so that a newcomer is no move.
///
/// # Errors
/// [`RiskError::File`] if a row cannot be read.
pub fn daily((file, bytes): (&str, &[u8]), gpu: &str, since: Date) -> Result<Vec<DailyFit>, RiskError> {
    let refuse = |problem: String| RiskError::File { file: file.to_owned(), problem };
    let mut listed: BTreeMap<String, BTreeMap<Date, BTreeMap<String, Vec<f64>>>> = BTreeMap::new();
    let mut reader = csv::Reader::from_reader(bytes);
    for row in reader.deserialize() {
        let row: Listed = row.map_err(|error| refuse(error.to_string()))?;
        let date: Date = row.date.parse().map_err(|_| refuse(format!("`{}` is no date", row.date)))?;
        if row.gpu == gpu && date >= since && row.usd_hr > 0.0 {
            let day = listed.entry(row.kind).or_default().entry(date).or_default();
            day.entry(row.provider).or_default().push(row.usd_hr);
        }
    }
    Ok(listed.into_iter().filter_map(|(kind, days)| moves(kind, &days)).collect())
}

fn moves(kind: String, days: &BTreeMap<Date, BTreeMap<String, Vec<f64>>>) -> Option<DailyFit> {
    let dates: Vec<&Date> = days.keys().collect();
    let mut changes = Vec::new();
    for pair in dates.windows(2) {
        let [before, after] = pair else { continue };
        let both =
            |provider: &String| days[before].contains_key(provider) && days[after].contains_key(provider);
        let level = |date: &Date| {
            let prices = days[date].iter().filter(|(provider, _)| both(provider));
            median(prices.map(|(_, prices)| median(prices.clone()).unwrap_or(0.0)).collect())
        };
        if let (Some(low), Some(high)) = (level(before), level(after)) {
            changes.push((high / low).ln() / f64::from(before.days_until(**after)).sqrt());
        }
    }
    let providers = days.values().map(|day| day.len() as f64).sum::<f64>() / days.len() as f64;
    let daily = deviation(&changes)?;
    Some(DailyFit {
        kind,
        days: (dates.first()?.to_string(), dates.last()?.to_string()),
        changes: changes.len(),
        providers,
        daily,
        monthly: daily * 30_f64.sqrt(),
        correlation: correlation(&changes),
    })
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    let high = *values.get(middle)?;
    let low = values
        .get(middle.saturating_sub(1))
        .copied()
        .filter(|_| values.len().is_multiple_of(2))
        .unwrap_or(high);
    Some(f64::midpoint(low, high))
}

/// The standard deviation of a sample of two or more.
pub(crate) fn deviation(values: &[f64]) -> Option<f64> {
    let count = values.len() as f64;
    if values.len() < 2 {
        return None;
    }
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    Some((squares / (count - 1.0)).sqrt())
}

fn correlation(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
    let all: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    let pairs: f64 = values.windows(2).map(|pair| (pair[0] - mean) * (pair[1] - mean)).sum();
    if all > 0.0 { pairs / all } else { 0.0 }
}

/// One regime of a fit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Regime {
    /// Mean change of the logarithm in a month.
    pub drift: f64,
    /// Its standard deviation.
    pub deviation: f64,
    /// Share of the changes that belong to it.
    pub share: f64,
}

/// Regimes as a table of points has them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RegimeFit {
    /// Changes from one point to the next, of one kind.
    pub changes: usize,
    /// The regimes, the lowest drift first.
    pub regimes: Vec<Regime>,
    /// Probability of the next change's regime (column), given this one's (row).
    pub switching: Vec<Vec<f64>>,
    /// Logarithm of the likelihood.
    pub log_likelihood: f64,
    /// Numbers that were fitted.
    pub fitted: usize,
    /// Bayesian information criterion (Schwarz 1978): the lower the better.
    pub criterion: f64,
    /// What to think of it.
    pub verdict: String,
}

impl RegimeFit {
    /// Whether there are points enough: ten for each number.
    pub fn is_believed(&self) -> bool {
        self.changes >= 10 * self.fitted
    }
}

/// A change of the logarithm of a price, over so many months.
pub type Change = (f64, f64);

/// Reads the changes between points that follow each other and are of one kind, from a table of points.
///
/// # Errors
/// [`RiskError::File`] if a row cannot be read.
pub fn points_of((file, bytes): (&str, &[u8]), kinds: &[&str]) -> Result<Vec<Change>, RiskError> {
    #[derive(Deserialize)]
    struct Point {
        date: String,
        kind: String,
        value: f64,
    }
    let refuse = |problem: String| RiskError::File { file: file.to_owned(), problem };
    let mut points: BTreeMap<String, Vec<(Date, f64)>> = BTreeMap::new();
    let mut reader = csv::Reader::from_reader(bytes);
    for row in reader.deserialize() {
        let row: Point = row.map_err(|error| refuse(error.to_string()))?;
        let date: Date = row.date.parse().map_err(|_| refuse(format!("`{}` is no date", row.date)))?;
        if kinds.contains(&row.kind.as_str()) {
            points.entry(row.kind).or_default().push((date, row.value));
        }
    }
    let mut changes: Vec<(Date, Change)> = Vec::new();
    for series in points.values_mut() {
        series.sort_by_key(|(date, _)| *date);
        for pair in series.windows(2) {
            let [(from, low), (to, high)] = pair else { continue };
            changes.push((*to, ((high / low).ln(), f64::from(from.days_until(*to)) / 30.4)));
        }
    }
    changes.sort_by_key(|(date, _)| *date);
    Ok(changes.into_iter().map(|(_, change)| change).collect())
}

/// Smallest deviation of a regime: else one regime closes in on one point and the likelihood has no end.
const LEAST: f64 = 0.01;
const ROUNDS: usize = 500;

/// Fits regimes by expectation-maximisation (Baum, Petrie, Soules, Weiss 1970; Hamilton 1989). A change over several months
/// has so many times a month's drift and variance; switching is counted from change to change.
pub fn regimes(changes: &[Change], count: usize) -> RegimeFit {
    let mut chain = Chain::begin(changes, count);
    let mut likelihood = f64::NEG_INFINITY;
    for _ in 0..ROUNDS {
        let beliefs = chain.beliefs(changes);
        let gained = beliefs.likelihood - likelihood;
        likelihood = beliefs.likelihood;
        if gained.abs() < 1e-10 {
            break;
        }
        chain.learn(changes, &beliefs);
    }
    chain.report(changes, likelihood)
}

/// A hidden Markov chain of regimes.
struct Chain {
    regimes: Vec<Regime>,
    switching: Vec<Vec<f64>>,
    start: Vec<f64>,
}

/// What the changes say of the regimes.
struct Beliefs {
    /// Probability of each regime at each change.
    each: Vec<Vec<f64>>,
    /// Expected number of switches.
    switches: Vec<Vec<f64>>,
    likelihood: f64,
}

impl Chain {
    /// Regimes at the quantiles of what was seen.
    fn begin(changes: &[Change], count: usize) -> Self {
        let mut speeds: Vec<f64> = changes.iter().map(|(change, months)| change / months).collect();
        speeds.sort_by(f64::total_cmp);
        let spread = deviation(&speeds).unwrap_or(0.1).max(LEAST);
        let at = |regime: usize| {
            let place = (2 * regime + 1) * speeds.len() / (2 * count).max(1);
            speeds.get(place.min(speeds.len().saturating_sub(1))).copied().unwrap_or(0.0)
        };
        let even = 1.0 / count as f64;
        let stay = if count > 1 { 0.8 } else { 1.0 };
        let row = |from: usize| {
            (0..count).map(|to| if from == to { stay } else { (1.0 - stay) / (count - 1) as f64 }).collect()
        };
        Self {
            regimes: (0..count)
                .map(|regime| Regime { drift: at(regime), deviation: spread, share: even })
                .collect(),
            switching: (0..count).map(row).collect(),
            start: vec![even; count],
        }
    }

    fn density(&self, regime: usize, (change, months): Change) -> f64 {
        let Regime { drift, deviation, .. } = self.regimes[regime];
        let variance = deviation * deviation * months;
        let away = change - drift * months;
        ((-away * away / (2.0 * variance)).exp() / (2.0 * std::f64::consts::PI * variance).sqrt()).max(1e-300)
    }

    /// Forward and backward, scaled.
    fn beliefs(&self, changes: &[Change]) -> Beliefs {
        let count = self.regimes.len();
        let mut forward: Vec<Vec<f64>> = Vec::new();
        let mut scales = Vec::new();
        for (time, change) in changes.iter().enumerate() {
            let before = |regime: usize| match time.checked_sub(1).and_then(|time| forward.get(time)) {
                None => self.start[regime],
                Some(last) => (0..count).map(|from| last[from] * self.switching[from][regime]).sum(),
            };
            let mut row: Vec<f64> =
                (0..count).map(|regime| before(regime) * self.density(regime, *change)).collect();
            let scale: f64 = row.iter().sum();
            row.iter_mut().for_each(|cell| *cell /= scale);
            forward.push(row);
            scales.push(scale);
        }
        let mut backward = vec![vec![1.0; count]; changes.len()];
        for time in (1..changes.len()).rev() {
            for from in 0..count {
                let ahead = |to: usize| {
                    self.switching[from][to] * self.density(to, changes[time]) * backward[time][to]
                };
                backward[time - 1][from] = (0..count).map(ahead).sum::<f64>() / scales[time];
            }
        }
        let mut switches = vec![vec![0.0; count]; count];
        for time in 1..changes.len() {
            for (from, row) in switches.iter_mut().enumerate() {
                for (to, cell) in row.iter_mut().enumerate() {
                    let seen = self.density(to, changes[time]) * backward[time][to] / scales[time];
                    *cell += forward[time - 1][from] * self.switching[from][to] * seen;
                }
            }
        }
        let each = forward
            .iter()
            .zip(&backward)
            .map(|(a, b)| a.iter().zip(b).map(|(a, b)| a * b).collect())
            .collect();
        Beliefs { each, switches, likelihood: scales.iter().map(|scale| scale.ln()).sum() }
    }

    fn learn(&mut self, changes: &[Change], beliefs: &Beliefs) {
        let all: f64 = changes.len() as f64;
        for (index, regime) in self.regimes.iter_mut().enumerate() {
            let weight = |time: usize| beliefs.each[time][index];
            let rows = || changes.iter().enumerate();
            let months: f64 = rows().map(|(time, (_, months))| weight(time) * months).sum();
            let moved: f64 = rows().map(|(time, (change, _))| weight(time) * change).sum();
            let count: f64 = rows().map(|(time, _)| weight(time)).sum();
            if count < 1e-9 {
                continue;
            }
            regime.drift = moved / months;
            let away = |change: f64, months: f64| (change - regime.drift * months).powi(2) / months;
            let square: f64 =
                rows().map(|(time, (change, months))| weight(time) * away(*change, *months)).sum();
            regime.deviation = (square / count).sqrt().max(LEAST);
            regime.share = count / all;
        }
        for (row, seen) in self.switching.iter_mut().zip(&beliefs.switches) {
            let all: f64 = seen.iter().sum();
            if all > 1e-9 {
                row.iter_mut().zip(seen).for_each(|(cell, seen)| *cell = seen / all);
            }
        }
        if let Some(first) = beliefs.each.first() {
            self.start.clone_from(first);
        }
    }

    fn report(self, changes: &[Change], likelihood: f64) -> RegimeFit {
        let count = self.regimes.len();
        let mut order: Vec<usize> = (0..count).collect();
        order.sort_by(|a, b| self.regimes[*a].drift.total_cmp(&self.regimes[*b].drift));
        let fitted = 2 * count + count * (count - 1);
        let row = |from: &usize| order.iter().map(|to| self.switching[*from][*to]).collect();
        let mut fit = RegimeFit {
            changes: changes.len(),
            regimes: order.iter().map(|regime| self.regimes[*regime]).collect(),
            switching: order.iter().map(row).collect(),
            log_likelihood: likelihood,
            fitted,
            criterion: fitted as f64 * (changes.len().max(1) as f64).ln() - 2.0 * likelihood,
            verdict: format!("{} changes for {fitted} numbers", changes.len()),
        };
        if !fit.is_believed() {
            fit.verdict += ": too few to be believed; the parameters are assumptions";
        }
        fit
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Block, Numbers, Sampling, between, normal};

    /// Months of a chain that is known.
    fn simulated(months: usize) -> Vec<Change> {
        let numbers = Numbers { seed: 9, sampling: Sampling::Random, paths: 1, first_month: 1 };
        let mut blocks: Vec<Block<1>> = vec![Block::default(); months];
        numbers.fill(0, &mut blocks);
        let mut up = false;
        let month = |block: &Block<1>| {
            let [switch, change] = [block[0], block[1]].map(|[word]| between(word));
            up = if switch < 0.1 { !up } else { up };
            let (drift, deviation) = if up { (0.10, 0.03) } else { (-0.10, 0.05) };
            (drift + deviation * normal::quantile(change), 1.0)
        };
        blocks.iter().map(month).collect()
    }

    #[test]
    fn a_known_chain_is_found_again() {
        let changes = simulated(3_000);
        let fit = regimes(&changes, 2);
        let [down, up] = fit.regimes.as_slice() else { panic!("{fit:?}") };
        assert!((down.drift + 0.10).abs() < 0.01 && (up.drift - 0.10).abs() < 0.01, "{fit:?}");
        assert!((down.deviation - 0.05).abs() < 0.005 && (up.deviation - 0.03).abs() < 0.005, "{fit:?}");
        assert!(
            (fit.switching[0][1] - 0.1).abs() < 0.03 && (fit.switching[1][0] - 0.1).abs() < 0.03,
            "{fit:?}"
        );
        assert!(fit.criterion < regimes(&changes, 1).criterion, "two regimes are better than one");
    }

    /// A newcomer that is cheap is no fall; a day that is missing is two days.
    #[test]
    fn days_are_compared_where_both_list() {
        let table = "date,provider,gpu,usd_hr,kind\n\
                     2026-07-01,a,h100,2.00,spot\n2026-07-02,a,h100,2.20,spot\n2026-07-02,b,h100,1.00,spot\n\
                     2026-07-04,a,h100,2.20,spot\n2026-07-04,b,h100,1.00,spot\n2026-07-04,a,b200,9.00,spot\n";
        let fits = daily(("t.csv", table.as_bytes()), "h100", "2026-07-01".parse().unwrap()).unwrap();
        let [fit] = fits.as_slice() else { panic!("{fits:?}") };
        let rise = 1.1_f64.ln();
        assert_eq!((fit.changes, fit.kind.as_str()), (2, "spot"));
        assert!((fit.daily - rise / 2.0_f64.sqrt()).abs() < 1e-12, "{fit:?}");
    }

    /// One regime is the textbook: the mean and its deviation.
    #[test]
    fn one_regime_is_the_mean() {
        let changes = [(0.1, 1.0), (0.3, 1.0), (-0.1, 1.0)];
        let fit = regimes(&changes, 1);
        assert!((fit.regimes[0].drift - 0.1).abs() < 1e-12);
        assert!((fit.regimes[0].deviation - (0.08_f64 / 3.0).sqrt()).abs() < 1e-9);
        assert!(fit.verdict.contains("too few"));
    }
}
