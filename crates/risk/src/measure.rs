//! What many paths say about one class: means with their errors, tails, first losses.

use crate::columns::ClassColumns;
use crate::scenario::Driver;
use serde::{Deserialize, Serialize};

/// A mean and its standard error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The mean.
    pub mean: f64,
    /// One standard error of it.
    pub error: f64,
}

/// Percentiles of a distribution.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Percentiles {
    /// 1 %.
    pub p1: f64,
    /// 5 %.
    pub p5: f64,
    /// 25 %.
    pub p25: f64,
    /// The median.
    pub p50: f64,
    /// 75 %.
    pub p75: f64,
    /// 95 %.
    pub p95: f64,
    /// 99 %.
    pub p99: f64,
}

/// A bar of a histogram.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bar {
    /// Where it begins.
    pub from: f64,
    /// Where it ends.
    pub to: f64,
    /// Share of the paths in it.
    pub share: f64,
}

/// What one class may expect. Losses and amounts are shares of its original amount, yields are yearly.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClassRisk {
    /// Its name.
    pub name: String,
    /// Note or equity.
    pub kind: crate::lives::ClassKind,
    /// Original amount, in the smallest unit of the currency.
    pub original: i64,
    /// Probability that anything is lost.
    pub probability: Estimate,
    /// Probability that something due is paid late or never.
    pub short: Estimate,
    /// Expected loss.
    pub expected_loss: Estimate,
    /// Percentiles of the loss.
    pub loss: Percentiles,
    /// Mean of the worst 5 %.
    pub shortfall_95: f64,
    /// Mean of the worst 1 %.
    pub shortfall_99: f64,
    /// Loss of the paths that lose, as a share of what they put in.
    pub severity: f64,
    /// Mean yield of the paths that have one.
    pub mean_yield: Estimate,
    /// Percentiles of the yield.
    pub yields: Percentiles,
    /// Percentiles of the years until principal came back.
    pub life: Percentiles,
    /// Money received over money put in.
    pub received: Estimate,
    /// Percentiles of the years until the first payment was missed, of the paths that miss one.
    pub first_missed: Option<Percentiles>,
    /// The first dollar of loss, by the mean of each driver over the life: half of the paths at this level lose. See [`FirstLoss`].
    pub first_loss: Option<FirstLoss>,
    /// The distribution of the loss, over the paths that lose.
    pub losses: Vec<Bar>,
    /// The distribution of the yield.
    pub yield_bars: Vec<Bar>,
}

/// Where losses begin, measured by the mean of one driver over the life, against the projection.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct FirstLoss {
    /// The driver: the rental price where hours are sold, defaults where borrowers pay, else the use.
    pub by: Driver,
    /// The mildest mean of a path that loses.
    pub mildest: f64,
    /// One in twenty of the paths that lose has a milder one.
    pub early: f64,
    /// The median of the paths that lose.
    pub median: f64,
}

/// Mean and standard error, with `group` paths in a row as one observation.
pub fn estimate(values: impl Iterator<Item = f64>, group: u64) -> Estimate {
    let (mut sum, mut square, mut groups) = (0.0, 0.0, 0.0);
    let (mut part, mut size) = (0.0, 0_u64);
    let (mut total, mut count) = (0.0, 0.0);
    for value in values {
        (part, size, total, count) = (part + value, size + 1, total + value, count + 1.0);
        if size == group {
            let mean = part / size as f64;
            (sum, square, groups) = (sum + mean, square + mean * mean, groups + 1.0);
            (part, size) = (0.0, 0);
        }
    }
    if count == 0.0 {
        return Estimate::default();
    }
    let variance = if groups > 1.0 { ((square - sum * sum / groups) / (groups - 1.0)).max(0.0) } else { 0.0 };
    Estimate { mean: total / count, error: if groups > 0.0 { (variance / groups).sqrt() } else { 0.0 } }
}

/// Percentiles of values that are sorted.
pub fn percentiles(sorted: &[f32]) -> Percentiles {
    let at = |share: f64| quantile(sorted, share);
    Percentiles {
        p1: at(0.01),
        p5: at(0.05),
        p25: at(0.25),
        p50: at(0.5),
        p75: at(0.75),
        p95: at(0.95),
        p99: at(0.99),
    }
}

/// The value that a share of the sorted values does not exceed.
pub fn quantile(sorted: &[f32], share: f64) -> f64 {
    let last = sorted.len().saturating_sub(1);
    let index = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(index.saturating_sub(1).min(last)).map_or(0.0, |value| f64::from(*value))
}

/// Mean of the worst share of sorted values: the largest ones.
fn tail(sorted: &[f32], share: f64) -> f64 {
    let count = ((share * sorted.len() as f64).round() as usize).clamp(1, sorted.len().max(1));
    let worst = sorted.iter().rev().take(count);
    worst.map(|value| f64::from(*value)).sum::<f64>() / count as f64
}

/// A histogram of so many bars between the values; what lies outside is in the outer bars.
pub fn bars(values: &[f32], (least, most): (f64, f64), count: usize) -> Vec<Bar> {
    let width = (most - least) / count as f64;
    let mut counts = vec![0_u64; count];
    let mut all = 0_u64;
    for value in values.iter().filter(|value| value.is_finite()) {
        let bar = ((f64::from(*value) - least) / width).floor().clamp(0.0, count as f64 - 1.0);
        counts[bar as usize] += 1;
        all += 1;
    }
    let edge = |bar: usize| least + width * bar as f64;
    let bar = |(bar, found): (usize, &u64)| Bar {
        from: edge(bar),
        to: edge(bar + 1),
        share: *found as f64 / all.max(1) as f64,
    };
    counts.iter().enumerate().map(bar).collect()
}

/// Finite values, sorted.
pub fn sorted(values: &[f32]) -> Vec<f32> {
    let mut values: Vec<f32> = values.iter().copied().filter(|value| value.is_finite()).collect();
    values.sort_unstable_by(f32::total_cmp);
    values
}

/// Measures a class. `means` are those of a driver over the life of each path, `group` as in [`estimate`].
pub fn measure(
    class: &crate::lives::Class,
    columns: &ClassColumns,
    (means, group): ((Driver, &[f32]), u64),
) -> ClassRisk {
    let of = |values: &[f32]| values.iter().map(|value| f64::from(*value)).collect::<Vec<f64>>().into_iter();
    let flag = |yes: bool| if yes { 1.0 } else { 0.0 };
    let losses = sorted(&columns.lost);
    let yields = sorted(&columns.yields);
    let missed = sorted(&columns.short);
    let lost: f64 = losses.iter().map(|loss| f64::from(*loss)).sum();
    let invested = columns.invested.iter().zip(&columns.lost).filter(|(_, lost)| **lost > 0.0);
    let invested: f64 = invested.map(|(invested, _)| f64::from(*invested)).sum();
    let (least, most) = (quantile(&yields, 0.005), quantile(&yields, 0.995));
    let finite = columns.yields.iter().map(|value| f64::from(*value)).filter(|value| value.is_finite());
    let shares = columns.received.iter().zip(&columns.invested);
    ClassRisk {
        name: class.name.clone(),
        kind: class.kind,
        original: class.original,
        probability: estimate(columns.lost.iter().map(|loss| flag(*loss > 0.0)), group),
        short: estimate(columns.short.iter().map(|years| flag(years.is_finite())), group),
        expected_loss: estimate(of(&columns.lost), group),
        loss: percentiles(&losses),
        shortfall_95: tail(&losses, 0.05),
        shortfall_99: tail(&losses, 0.01),
        severity: if invested > 0.0 { lost / invested } else { 0.0 },
        mean_yield: estimate(finite, group),
        yields: percentiles(&yields),
        life: percentiles(&sorted(&columns.life)),
        received: estimate(shares.map(|(back, put)| f64::from(*back) / f64::from(*put).max(1e-12)), group),
        first_missed: (!missed.is_empty()).then(|| percentiles(&missed)),
        first_loss: first_loss(columns, means),
        losses: bars(
            losses.get(losses.partition_point(|loss| *loss <= 0.0)..).unwrap_or(&[]),
            (0.0, 1.0),
            40,
        ),
        yield_bars: bars(&columns.yields, (least, if most > least { most } else { least + 0.01 }), 40),
    }
}

fn first_loss(columns: &ClassColumns, (by, means): (Driver, &[f32])) -> Option<FirstLoss> {
    // More defaults are worse, more of anything else is better.
    let worse = if by == Driver::Defaults { -1.0 } else { 1.0 };
    let losing = columns.lost.iter().zip(means).filter(|(lost, _)| **lost > 0.0);
    let means = sorted(&losing.map(|(_, mean)| worse * *mean).collect::<Vec<f32>>());
    means.last()?;
    let at = |share: f64| f64::from(worse) * quantile(&means, share);
    Some(FirstLoss { by, mildest: at(1.0), early: at(0.95), median: at(0.5) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_those_of_the_groups() {
        let values = [1.0, 3.0, 5.0, 7.0];
        let alone = estimate(values.into_iter(), 1);
        assert!(
            (alone.mean - 4.0).abs() < 1e-12 && (alone.error - (20.0_f64 / 3.0 / 4.0).sqrt()).abs() < 1e-12
        );
        let pairs = estimate(values.into_iter(), 2);
        assert!((pairs.error - (8.0_f64 / 2.0).sqrt()).abs() < 1e-12, "{pairs:?}");
    }

    #[test]
    fn tails_and_percentiles_of_a_hundred() {
        let values: Vec<f32> = (1..=100_u8).map(f32::from).collect();
        assert_eq!(percentiles(&values).p5, 5.0);
        assert_eq!(percentiles(&values).p99, 99.0);
        assert_eq!(tail(&values, 0.05), 98.0);
        assert_eq!(tail(&values, 0.01), 100.0);
        let bars = bars(&values, (0.5, 100.5), 10);
        assert!(bars.iter().all(|bar| (bar.share - 0.1).abs() < 1e-12));
    }
}
