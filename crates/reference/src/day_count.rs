//! What part of a year lies between two dates (2006 ISDA Definitions, section 4.16).

use crate::exact::{Exact, whole, zero};
use crate::syntax::DayCount;
use chrono::{Datelike, NaiveDate};

impl DayCount {
    /// What a year is divided into.
    pub(crate) fn denominator(self) -> i64 {
        match self {
            Self::Thirty360 | Self::Actual360 => 360,
            Self::Actual365 => 365,
            Self::ActualActual => 365 * 366,
        }
    }

    /// The part of a year from one date to another; zero if the other is not later.
    pub(crate) fn fraction(self, from: NaiveDate, to: NaiveDate) -> Exact {
        if to <= from {
            return zero();
        }
        match self {
            Self::Thirty360 => whole(thirty_360_days(from, to)) / whole(360),
            Self::Actual360 => whole(days(from, to)) / whole(360),
            Self::Actual365 => whole(days(from, to)) / whole(365),
            Self::ActualActual => actual_actual(from, to),
        }
    }
}

pub(crate) fn days(from: NaiveDate, to: NaiveDate) -> i64 {
    to.signed_duration_since(from).num_days()
}

/// A 31st at the start counts as a 30th; at the end too, if the start is then a 30th.
fn thirty_360_days(from: NaiveDate, to: NaiveDate) -> i64 {
    let from_day = if from.day() == 31 { 30 } else { from.day() };
    let to_day = if to.day() == 31 && from_day == 30 { 30 } else { to.day() };
    let years = i64::from(to.year()) - i64::from(from.year());
    let months = i64::from(to.month()) - i64::from(from.month());
    360 * years + 30 * months + i64::from(to_day) - i64::from(from_day)
}

/// Each day counts 1/366 in a leap year and 1/365 in another.
fn actual_actual(from: NaiveDate, to: NaiveDate) -> Exact {
    let leap = from.iter_days().take_while(|day| *day < to).filter(NaiveDate::leap_year).count();
    let all = days(from, to);
    let leap = i64::try_from(leap).unwrap_or(all);
    whole(leap) / whole(366) + whole(all - leap) / whole(365)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::parse;

    fn check(count: DayCount, (from, to): (&str, &str), numerator: &str, denominator: i64) {
        let fraction = count.fraction(from.parse().unwrap(), to.parse().unwrap());
        assert_eq!(fraction, parse(numerator).unwrap() / whole(denominator), "{count:?} {from} {to}");
    }

    #[test]
    fn days_are_counted_as_the_market_does() {
        check(DayCount::Thirty360, ("2024-01-31", "2024-03-31"), "60", 360);
        check(DayCount::Thirty360, ("2024-01-15", "2024-01-31"), "16", 360);
        check(DayCount::Thirty360, ("2024-02-29", "2024-03-31"), "32", 360);
        check(DayCount::Actual360, ("2024-02-01", "2024-03-01"), "29", 360);
        check(DayCount::Actual365, ("2024-02-01", "2024-03-01"), "29", 365);
        check(DayCount::Actual365, ("2024-03-01", "2024-02-01"), "0", 365);
        // One day in 2023 and two in 2024: (366 + 2 × 365) ÷ (365 × 366).
        check(DayCount::ActualActual, ("2023-12-31", "2024-01-03"), "1096", 365 * 366);
    }
}
