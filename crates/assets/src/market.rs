//! Everything the models read: series as the scenario leaves them.

use crate::error::AssetsError;
use crate::history::{Reading, Series};
use crate::observation::{Ledger, Period, Provenance};
use crate::scenario::Scenario;
use std::collections::BTreeMap;
use units::Date;

/// Series and scenario of one case.
#[derive(Clone, Debug)]
pub(crate) struct Market {
    pub(crate) series: BTreeMap<String, Series>,
    pub(crate) scenario: Scenario,
    pub(crate) decimals: u8,
}

/// The time whose points count as observed: after `since`, up to and including `until`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) since: Date,
    pub(crate) until: Date,
}

impl Market {
    /// Returns what a series says for a window, with the shocks of the day `on`.
    pub(crate) fn reading(&self, name: &str, window: Window, on: Date) -> Result<Reading, AssetsError> {
        let series = self.series.get(name).ok_or_else(|| {
            AssetsError::setting(
                name,
                format!("there is no [history.{name}]; declare it or name another series"),
            )
        })?;
        let mut reading = series.reading(window.since, window.until)?;
        let (value, shocked) = self.scenario.shock(name, reading.value, on)?;
        reading.value = value;
        if shocked {
            reading.provenance = Provenance::Shocked;
        }
        Ok(reading)
    }

    /// Returns what a series says on one date.
    pub(crate) fn at(&self, name: &str, date: Date) -> Result<Reading, AssetsError> {
        self.reading(name, Window { since: date, until: date }, date)
    }
}

/// One period with the window of its points and an empty ledger.
pub(crate) fn begin(period: &Period, since: Date) -> (Window, Ledger) {
    (Window { since, until: period.determination }, Ledger::new(period.determination, "model"))
}

/// Cuts the days from `start` to before `end` wherever one of `cuts` falls.
pub(crate) fn slices(start: Date, end: Date, cuts: impl IntoIterator<Item = Date>) -> Vec<(Date, Date)> {
    let mut edges: Vec<Date> = cuts.into_iter().filter(|cut| *cut > start && *cut < end).collect();
    edges.extend((start < end).then_some([start, end]).into_iter().flatten());
    edges.sort_unstable();
    edges.dedup();
    edges.windows(2).filter_map(|pair| if let [a, b] = pair { Some((*a, *b)) } else { None }).collect()
}
