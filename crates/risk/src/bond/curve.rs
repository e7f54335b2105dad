//! Zero rates by tenor.

use super::BondError;
use units::Date;

/// Zero rates with semi-annual compounding over years of 30/360: linear between tenors, flat beyond the first and last.
///
/// The same measure as the street yield, so that on a flat curve a Z-spread is the yield less the rate, exactly.
#[derive(Clone, Debug, PartialEq)]
pub struct ZeroCurve {
    /// Years and rates (0.05 is 5 %), the shortest first; never empty.
    points: Vec<(f64, f64)>,
}

impl ZeroCurve {
    /// One rate for every tenor.
    pub fn flat(rate: f64) -> Self {
        Self { points: vec![(0.0, rate)] }
    }

    /// Reads lines of `years,per cent`; a first line of words and further columns (a source) are skipped.
    ///
    /// # Errors
    /// [`BondError::Curve`] for a line that is no pair, [`BondError::EmptyCurve`] if there is none.
    pub fn from_csv(text: &str) -> Result<Self, BondError> {
        let mut points = Vec::new();
        for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            match pair(line) {
                Some(point) => points.push(point),
                None if index == 0 => {}
                None => return Err(BondError::Curve { line: index + 1, text: line.to_owned() }),
            }
        }
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        if points.is_empty() {
            return Err(BondError::EmptyCurve(String::new()));
        }
        Ok(Self { points })
    }

    /// A flat curve at the last fixing on or before `date`, from lines of `date,kind,per cent,source`.
    ///
    /// An overnight fixing is taken as it is quoted; it is a level to measure from, not a term structure.
    ///
    /// # Errors
    /// [`BondError::EmptyCurve`] if there is no fixing so early.
    pub fn from_fixings(text: &str, date: Date) -> Result<Self, BondError> {
        let fixings = text.lines().filter_map(fixing).filter(|(day, _)| *day <= date);
        let last = fixings.max_by_key(|(day, _)| *day);
        last.map(|(_, rate)| Self::flat(rate))
            .ok_or_else(|| BondError::EmptyCurve(format!(" on or before {date}")))
    }

    /// Returns the zero rate for a tenor in years.
    pub fn rate(&self, years: f64) -> f64 {
        let after = self.points.partition_point(|(tenor, _)| *tenor <= years);
        let before = after.checked_sub(1).and_then(|index| self.points.get(index));
        match (before, self.points.get(after)) {
            (Some((_, rate)), None) | (None, Some((_, rate))) => *rate,
            (Some((from, low)), Some((to, high))) => low + (high - low) * (years - from) / (to - from),
            (None, None) => 0.0,
        }
    }

    /// Returns the lowest rate of the curve.
    pub(super) fn lowest(&self) -> f64 {
        self.points.iter().map(|(_, rate)| *rate).fold(f64::INFINITY, f64::min)
    }
}

fn pair(line: &str) -> Option<(f64, f64)> {
    let mut cells = line.split(',').map(|cell| cell.trim().parse::<f64>());
    let (years, rate) = (cells.next()?.ok()?, cells.next()?.ok()? / 100.0);
    // A rate of -200 % or less has no semi-annual discount factor.
    (years >= 0.0 && years.is_finite() && rate.is_finite() && rate > -2.0).then_some((years, rate))
}

fn fixing(line: &str) -> Option<(Date, f64)> {
    let mut cells = line.split(',');
    let date = cells.next()?.parse().ok()?;
    let rate: f64 = cells.nth(1)?.trim().parse().ok()?;
    rate.is_finite().then_some((date, rate / 100.0))
}
