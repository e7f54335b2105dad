//! What has happened once: a published path of prices, lived by a deal from its closing.

use crate::error::RiskError;
use crate::lives::{Batch, ClassKind, Deal};
use crate::scenario::{Driver, World};
use crate::yields::yields;
use life::Setup;
use serde::{Deserialize, Serialize};
use units::Date;

/// A published path: days since its beginning and the price, as a share of the first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Path {
    /// What it is.
    pub name: String,
    /// Where its numbers come from.
    pub source: String,
    /// Points, in order.
    pub points: Vec<(u32, f64)>,
}

/// What a class came to on a path.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReplayClass {
    /// Its name.
    pub name: String,
    /// Note or equity.
    pub kind: ClassKind,
    /// Loss, as a share of the original amount.
    pub lost: f64,
    /// Received over put in.
    pub received: f64,
    /// Yearly yield, if there is one.
    pub rate: Option<f64>,
    /// Date of the first payment that was missed.
    pub first_missed: Option<String>,
}

/// A path and what became of the deal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Replay {
    /// The path.
    pub path: Path,
    /// Whether the path takes the place of the case's prices (true), or the case's prices are the path (false).
    pub replaces: bool,
    /// The factor on the case's prices at its worst.
    pub worst: f64,
    /// What every class came to.
    pub classes: Vec<ReplayClass>,
}

impl Path {
    /// Reads the rows of one kind from a table of points with the columns `date`, `kind`, `value`, `source`.
    ///
    /// # Errors
    /// [`RiskError::File`] if a row cannot be read or there are fewer than two of this kind.
    pub fn read((file, bytes): (&str, &[u8]), kind: &str) -> Result<Self, RiskError> {
        let refuse = |problem: String| RiskError::File { file: file.to_owned(), problem };
        let mut reader = csv::Reader::from_reader(bytes);
        let mut points: Vec<(Date, f64)> = Vec::new();
        let mut source = String::new();
        for row in reader.deserialize() {
            let row: Row = row.map_err(|error| refuse(error.to_string()))?;
            if row.kind == kind {
                let date = row.date.parse().map_err(|_| refuse(format!("`{}` is no date", row.date)))?;
                points.push((date, row.value));
                source = row.source;
            }
        }
        points.sort_by_key(|(date, _)| *date);
        let (Some((first, price)), true) = (points.first().copied(), points.len() > 1) else {
            return Err(refuse(format!("has fewer than two points of the kind `{kind}`")));
        };
        let since = |date: Date| u32::try_from(first.days_until(date)).unwrap_or(0);
        let points = points.into_iter().map(|(date, value)| (since(date), value / price)).collect();
        Ok(Self { name: kind.to_owned(), source, points })
    }

    /// The price so many days after the beginning, on the line between two points; the last one holds.
    fn at(&self, days: u32) -> f64 {
        let next = self.points.partition_point(|(day, _)| *day <= days);
        let before = self.points.get(next.saturating_sub(1)).copied().unwrap_or((0, 1.0));
        match self.points.get(next) {
            Some((day, price)) if *day > before.0 => {
                let part = f64::from(days - before.0) / f64::from(day - before.0);
                before.1 + (price - before.1) * part
            }
            _ => before.1,
        }
    }
}

#[derive(Deserialize)]
struct Row {
    date: String,
    kind: String,
    value: f64,
    source: String,
}

/// Lives a deal through its own projection, and through each path in place of it: rents, new contracts and what machines sell
/// for fall together, from the closing on.
///
/// # Errors
/// [`RiskError`] if the deal cannot be projected or the engine refuses an event.
pub fn replay(setup: &Setup, paths: &[Path]) -> Result<Vec<Replay>, RiskError> {
    let deal = Deal::new(setup, None)?;
    let mut batch = Batch::<1>::new(&deal)?;
    let own = Path {
        name: "the case's own prices".to_owned(),
        source: setup.collateral.scenario().note.clone(),
        points: vec![(0, 1.0)],
    };
    let base = Prices::new(setup, &deal);
    let mut replays = Vec::new();
    for (path, replaces) in std::iter::once((&own, false)).chain(paths.iter().map(|path| (path, true))) {
        let mut world = World::neutral(deal.exposure.months);
        if replaces {
            base.put(path, &mut world);
        }
        batch.live(0, &world)?;
        let worst = (0..deal.exposure.until_final).map(|month| world.month(month)[Driver::Price as usize][0]);
        let worst = worst.fold(f64::INFINITY, f64::min);
        replays.push(Replay { path: path.clone(), replaces, worst, classes: outcome(&deal, &batch) });
    }
    Ok(replays)
}

/// What the case says of prices, month by month, as shares of what it says at the closing.
struct Prices {
    /// Middle of each month, in days from the closing.
    days: Vec<u32>,
    market: Vec<f64>,
    resale: Vec<f64>,
}

impl Prices {
    fn new(setup: &Setup, deal: &Deal) -> Self {
        let case = setup.collateral.case();
        let market = case.gpu.as_ref().map(|terms| terms.market.clone());
        let resale = case.liquidation.as_ref().and_then(|terms| match &terms.value {
            assets::ValueBasis::Market(series) => Some(series.clone()),
            _ => None,
        });
        let closing = deal.plan.periods.first().map_or(Date::from_days(0), |period| period.payment);
        let days: Vec<u32> =
            (1..=deal.exposure.months as u32).map(|month| month * 30 + month * 7 / 16).collect();
        let read = |series: &Option<String>| -> Vec<f64> {
            let at = |date: Date| series.as_ref().and_then(|series| reading(setup, series, date));
            let first = at(closing).unwrap_or(1.0);
            let dates = days.iter().map(|days| closing.add_days(i32::try_from(*days).unwrap_or(0)));
            dates.map(|date| at(date).map_or(1.0, |price| price / first)).collect()
        };
        Self { market: read(&market), resale: read(&resale), days }
    }

    /// Factors that turn the case's prices into those of the path.
    fn put(&self, path: &Path, world: &mut World<1>) {
        for (drivers, base) in
            [(&[Driver::Price, Driver::Contract][..], &self.market), (&[Driver::Resale][..], &self.resale)]
        {
            for driver in drivers {
                world.set((*driver, 0), 0, |month, _| {
                    let days = self.days.get(month).copied().unwrap_or(0);
                    path.at(days) / base.get(month).copied().unwrap_or(1.0).max(1e-9)
                });
            }
        }
    }
}

fn reading(setup: &Setup, series: &str, date: Date) -> Option<f64> {
    let day = assets::Period { number: 1, start: date, end: date, determination: date, payment: date };
    let readings = setup.collateral.project(&[day]).ok()?.readings;
    readings.iter().find(|reading| reading.series == series).map(|reading| reading.value.units() as f64)
}

fn outcome(deal: &Deal, batch: &Batch<'_, 1>) -> Vec<ReplayClass> {
    let pairs = deal.classes.iter().zip(&batch.tally.classes);
    let class = |(class, tally): (&crate::lives::Class, &crate::lives::ClassTally<1>)| {
        let [invested] = tally.drawn;
        let back = if class.kind == ClassKind::Note { tally.principal[0] } else { tally.received[0] };
        let [rate] = yields(&tally.flows, &deal.calendar);
        let missed = deal.plan.periods.get(usize::from(tally.short[0]));
        ReplayClass {
            name: class.name.clone(),
            kind: class.kind,
            lost: (invested - back).max(0) as f64 / (class.original as f64).max(1.0),
            received: tally.received[0] as f64 / (invested as f64).max(1.0),
            rate: rate.is_finite().then_some(rate),
            first_missed: missed.map(|period| period.payment.to_string()),
        }
    };
    pairs.map(class).collect()
}
