//! Periods and folders for the tests.

use forebay_assets::{Collateral, Files, Period};
use std::path::PathBuf;
use units::Date;

/// Reads the files of a shipped case.
pub struct Folder(pub PathBuf);

impl Files for Folder {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        std::fs::read(self.0.join(path)).map_err(|error| error.to_string())
    }
}

pub fn date(text: &str) -> Date {
    text.parse().unwrap()
}

/// Monthly periods from `first`; the cut-off is the last day but two, the payment the day after the end.
pub fn monthly(first: &str, count: u32) -> Vec<Period> {
    let first = date(first);
    let day = |month: u32| first.add_months(i32::try_from(month).unwrap()).unwrap();
    let period = |number: u32| {
        let end = day(number);
        Period { number, start: day(number - 1), end, determination: end.add_days(-2), payment: end }
    };
    (1..=count).map(period).collect()
}

/// The values of one name, in order.
pub fn values(collateral: &Collateral, periods: &[Period], name: &str) -> Vec<i64> {
    let projection = collateral.project(periods).unwrap();
    let named = projection.observations.iter().filter(|observation| observation.name == name);
    named.map(|observation| observation.value.units()).collect()
}
