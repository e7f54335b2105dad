//! Days as integers. The calendar is proleptic Gregorian.

use crate::UnitsError;
use core::fmt;
use core::str::FromStr;

/// A day, counted from 1970-01-01.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(i32);

/// The years a deal may speak of; every day in between fits all arithmetic of this room.
const YEARS: core::ops::RangeInclusive<i32> = 1900..=2399;

impl Date {
    /// Takes days since 1970-01-01.
    pub const fn from_days(days: i32) -> Self {
        Self(days)
    }

    /// Returns days since 1970-01-01.
    pub const fn days(self) -> i32 {
        self.0
    }

    /// Builds a date from year, month and day.
    ///
    /// # Errors
    /// [`UnitsError::NotADate`] if there is no such day between 1900 and 2399.
    pub fn from_ymd(year: i32, month: u32, day: u32) -> Result<Self, UnitsError> {
        if !YEARS.contains(&year)
            || !(1..=12).contains(&month)
            || !(1..=days_in_month(year, month)).contains(&day)
        {
            return Err(UnitsError::NotADate);
        }
        Ok(Self(days_from_civil(year, month, day)))
    }

    /// Returns year, month and day.
    pub fn ymd(self) -> (i32, u32, u32) {
        civil_from_days(self.0)
    }

    /// Adds (or with a negative count subtracts) calendar days; saturates at the ends of the type.
    #[must_use]
    pub const fn add_days(self, days: i32) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// Adds calendar months and keeps the day of the month, or the month's last day where it has no such day.
    ///
    /// # Errors
    /// [`UnitsError::NotADate`] if the result lies outside 1900 to 2399.
    pub fn add_months(self, months: i32) -> Result<Self, UnitsError> {
        let (year, month, day) = self.ymd();
        let count =
            year.saturating_mul(12).saturating_add(months).saturating_add(i32::try_from(month).unwrap_or(1));
        let zero_based = count.saturating_sub(1);
        let (year, month) = (zero_based.div_euclid(12), zero_based.rem_euclid(12).saturating_add(1));
        let month = u32::try_from(month).unwrap_or(1);
        Self::from_ymd(year, month, day.min(days_in_month(year, month)))
    }

    /// Returns the days from `self` to `other`, negative if `other` is earlier.
    pub const fn days_until(self, other: Self) -> i32 {
        other.0.saturating_sub(self.0)
    }

    /// Returns the day of the week, Monday is 0.
    pub const fn weekday(self) -> u32 {
        // 1970-01-01 was a Thursday.
        self.0.saturating_add(3).rem_euclid(7).unsigned_abs()
    }
}

/// Returns true if February has 29 days.
pub(crate) const fn is_leap(year: i32) -> bool {
    (year.rem_euclid(4) == 0 && year.rem_euclid(100) != 0) || year.rem_euclid(400) == 0
}

const fn days_in_month(year: i32, month: u32) -> u32 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Howard Hinnant, "chrono-compatible low-level date algorithms"; bounded by the years above, so nothing overflows.
#[allow(clippy::arithmetic_side_effects, clippy::as_conversions)]
const fn days_from_civil(year: i32, month: u32, day: u32) -> i32 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let shifted = (month as i32 + 9).rem_euclid(12);
    let day_of_year = (153 * shifted + 2) / 5 + day as i32 - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[allow(clippy::arithmetic_side_effects, clippy::as_conversions)]
const fn civil_from_days(days: i32) -> (i32, u32, u32) {
    let shifted = days as i64 + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + if month <= 2 { 1 } else { 0 };
    (year as i32, month as u32, day as u32)
}

impl FromStr for Date {
    type Err = UnitsError;

    fn from_str(text: &str) -> Result<Self, UnitsError> {
        let mut parts = text.split('-');
        let (Some(year), Some(month), Some(day), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(UnitsError::NotADate);
        };
        if (year.len(), month.len(), day.len()) != (4, 2, 2)
            || !text.bytes().all(|b| b.is_ascii_digit() || b == b'-')
        {
            return Err(UnitsError::NotADate);
        }
        let year = year.parse().map_err(|_| UnitsError::NotADate)?;
        let month = month.parse().map_err(|_| UnitsError::NotADate)?;
        let day = day.parse().map_err(|_| UnitsError::NotADate)?;
        Self::from_ymd(year, month, day)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.ymd();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}
