//! Day counts: what part of a year lies between two dates.

use crate::Date;
use crate::date::is_leap;

/// How a contract counts days. Definitions: 2006 ISDA Definitions, section 4.16.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DayCount {
    /// 30/360 (bond basis).
    Thirty360,
    /// Actual days over 360.
    Actual360,
    /// Actual days over 365, leap year or not.
    Actual365,
    /// Actual/actual ISDA: days in leap years over 366, others over 365.
    ActualActual,
}

/// A part of a year that is not rounded yet, such as 90 days over 360.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayFraction {
    /// What is multiplied by.
    pub numerator: i64,
    /// What is divided by; never zero.
    pub denominator: i64,
}

impl DayCount {
    /// All of them, in the order of their codes.
    pub const ALL: [Self; 4] = [Self::Thirty360, Self::Actual360, Self::Actual365, Self::ActualActual];

    /// Returns the stable code used in a plan.
    pub const fn code(self) -> u8 {
        match self {
            Self::Thirty360 => 0,
            Self::Actual360 => 1,
            Self::Actual365 => 2,
            Self::ActualActual => 3,
        }
    }

    /// Returns the day count with this code.
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::Thirty360),
            1 => Some(Self::Actual360),
            2 => Some(Self::Actual365),
            3 => Some(Self::ActualActual),
            _ => None,
        }
    }

    /// Returns the denominator of every fraction of this day count.
    pub const fn denominator(self) -> i64 {
        match self {
            Self::Thirty360 | Self::Actual360 => 360,
            Self::Actual365 => 365,
            Self::ActualActual => 365 * 366,
        }
    }

    /// Returns the part of a year from `from` to `to`; zero if `to` is not later.
    ///
    /// ```
    /// use forebay_units::{Date, DayCount};
    /// let from: Date = "2024-01-15".parse()?;
    /// let to: Date = "2024-02-15".parse()?;
    /// assert_eq!(DayCount::Thirty360.fraction(from, to).numerator, 30);
    /// assert_eq!(DayCount::Actual360.fraction(from, to).numerator, 31);
    /// # Ok::<(), forebay_units::UnitsError>(())
    /// ```
    pub fn fraction(self, from: Date, to: Date) -> DayFraction {
        let numerator = match self {
            _ if to <= from => 0,
            Self::Thirty360 => thirty_360_days(from, to),
            Self::Actual360 | Self::Actual365 => i64::from(from.days_until(to)),
            Self::ActualActual => actual_actual_numerator(from, to),
        };
        DayFraction { numerator, denominator: self.denominator() }
    }
}

/// Bond basis: a 31st counts as a 30th; at the end only if the start does too.
fn thirty_360_days(from: Date, to: Date) -> i64 {
    let ((from_year, from_month, from_day), (to_year, to_month, to_day)) = (from.ymd(), to.ymd());
    let from_day = from_day.min(30);
    let to_day = if from_day == 30 { to_day.min(30) } else { to_day };
    let years = i64::from(to_year).saturating_sub(i64::from(from_year));
    let months = i64::from(to_month).saturating_sub(i64::from(from_month));
    let days = i64::from(to_day).saturating_sub(i64::from(from_day));
    years.saturating_mul(360).saturating_add(months.saturating_mul(30)).saturating_add(days)
}

/// Days in leap years weigh 365 and the others 366, over 365 × 366.
fn actual_actual_numerator(from: Date, to: Date) -> i64 {
    let mut numerator: i64 = 0;
    let (first, last) = (from.ymd().0, to.ymd().0);
    for year in first..=last {
        let (Ok(start), Ok(end)) = (Date::from_ymd(year, 1, 1), Date::from_ymd(year.saturating_add(1), 1, 1))
        else {
            continue;
        };
        let days = i64::from(from.max(start).days_until(to.min(end)));
        let weight = if is_leap(year) { 365 } else { 366 };
        numerator = numerator.saturating_add(days.saturating_mul(weight));
    }
    numerator
}
