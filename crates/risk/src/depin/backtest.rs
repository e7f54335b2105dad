//! Would it have helped to wait? How much of a fall in price came before the event that explains it.

use super::figure::{Basis, read_date};
use super::{DepinError, Figure, Source};
use serde::{Deserialize, Serialize};

/// A fall from the highest price so far that an alarm on the price alone would answer to.
const ALARM_FALL: f64 = 0.3;

/// A path of prices and the event after which paid use was gone.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BacktestFile {
    event: String,
    event_date: String,
    point: Vec<PathPoint>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PathPoint {
    date: String,
    price: f64,
    basis: Basis,
    source: String,
}

/// What waiting for the event would have cost.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Backtest {
    /// The event.
    pub event: String,
    /// Its date.
    pub event_date: String,
    /// Date and price of each point.
    pub path: Vec<(String, f64)>,
    /// Share of the highest price that was lost by the last point.
    pub lost: f64,
    /// Share of the highest price that was lost by the last point before the event.
    pub lost_before: f64,
    /// True if more than half of the loss came before the event: an indicator that waits for it is late.
    pub late: bool,
    /// The first point 30 % below the highest so far, and what was lost by then.
    pub price_alarm: Option<(String, f64)>,
}

pub(super) fn calc_backtest(file: &BacktestFile, sources: &mut Vec<Source>) -> Result<Backtest, DepinError> {
    let event = read_date(&file.event_date)?;
    let (mut peak, mut lost, mut lost_before) = (0.0_f64, 0.0, 0.0);
    let mut price_alarm = None;
    let mut last = None;
    for point in &file.point {
        let date = read_date(&point.date)?;
        if last.is_some_and(|last| date <= last) {
            return Err(DepinError::NotInOrder(point.date.clone()));
        }
        last = Some(date);
        sources.push(source(point)?);
        peak = peak.max(point.price);
        lost = 1.0 - point.price / peak;
        if date < event {
            lost_before = lost;
        }
        if price_alarm.is_none() && lost >= ALARM_FALL {
            price_alarm = Some((point.date.clone(), lost));
        }
    }
    Ok(Backtest {
        event: file.event.clone(),
        event_date: file.event_date.clone(),
        path: file.point.iter().map(|point| (point.date.clone(), point.price)).collect(),
        lost,
        lost_before,
        late: lost_before > lost / 2.0,
        price_alarm,
    })
}

fn source(point: &PathPoint) -> Result<Source, DepinError> {
    let name = format!("backtest price {}", point.date);
    if !(point.price.is_finite() && point.price > 0.0) {
        return Err(DepinError::Figure { name, value: point.price, need: "more than zero" });
    }
    if point.source.trim().is_empty() {
        return Err(DepinError::NoSource(name));
    }
    let figure = Figure { value: point.price, basis: point.basis, source: point.source.clone() };
    Ok(Source { name, figure })
}
