//! Holidays by rule, and what happens to a date that is no business day.
//!
//! Sources: Federal Reserve Banks' holiday schedule (a holiday on a Sunday is kept on Monday, one on a Saturday is not
//! kept) for `New_York`; the Banking and Financial Dealings Act 1971, schedule 1, and the bank holidays of England and
//! Wales published on gov.uk for `London`; the Eurosystem's T2 closing days (ECB decision of 14 December 2000) for
//! `TARGET`. Rules are those in force since 1986, 1978 and 2000, and earlier years follow them too; special days are listed.

use crate::error::DealError;
use crate::syntax::{Convention, Name};
use crate::{Diagnostic, suggest};
use units::Date;

/// Which days banks are closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Calendar {
    /// `New_York`: the Federal Reserve Banks.
    NewYork,
    /// `London`: England and Wales.
    London,
    /// `TARGET`: the Eurosystem.
    Target,
    /// `none`: weekends only.
    Weekends,
}

/// All calendars by the name they have in a deal.
pub const CALENDARS: [(&str, Calendar); 4] = [
    ("New_York", Calendar::NewYork),
    ("London", Calendar::London),
    ("TARGET", Calendar::Target),
    ("none", Calendar::Weekends),
];

const SATURDAY: u32 = 5;
/// No calendar closes longer; bounds the search for a business day.
const LONGEST_CLOSURE_DAYS: usize = 15;

impl Calendar {
    /// Finds a calendar by its name in a deal.
    ///
    /// # Errors
    /// [`DealError::UnknownCalendar`] with the nearest name.
    pub fn named(name: &Name) -> Result<Self, Diagnostic> {
        let found = CALENDARS.iter().find(|(known, _)| *known == name.text);
        found.map(|(_, calendar)| *calendar).ok_or_else(|| unknown(name))
    }

    /// Returns true if banks are open.
    ///
    /// ```
    /// use forebay_deal::calendar::Calendar;
    /// let independence_day: units::Date = "2024-07-04".parse()?;
    /// assert!(!Calendar::NewYork.is_business_day(independence_day));
    /// assert!(Calendar::London.is_business_day(independence_day));
    /// # Ok::<(), units::UnitsError>(())
    /// ```
    pub fn is_business_day(self, date: Date) -> bool {
        date.weekday() < SATURDAY && !self.is_holiday(date)
    }

    /// Returns true if the date is a holiday or is kept for one; weekends are none by themselves.
    pub fn is_holiday(self, date: Date) -> bool {
        match self {
            Self::NewYork => new_york(date),
            Self::London => london(date),
            Self::Target => target(date),
            Self::Weekends => false,
        }
    }

    /// Moves a date to a business day.
    pub fn adjust(self, date: Date, convention: Convention) -> Date {
        match convention {
            Convention::Unadjusted => date,
            Convention::Following => self.open_day(date, 1),
            Convention::Preceding => self.open_day(date, -1),
            Convention::ModifiedFollowing => {
                let next = self.open_day(date, 1);
                if next.ymd().1 == date.ymd().1 { next } else { self.open_day(date, -1) }
            }
        }
    }

    fn open_day(self, date: Date, step: i32) -> Date {
        let mut day = date;
        for _ in 0..LONGEST_CLOSURE_DAYS {
            if self.is_business_day(day) {
                break;
            }
            day = day.add_days(step);
        }
        day
    }
}

fn unknown(name: &Name) -> Diagnostic {
    let known = CALENDARS.map(|(name, _)| name);
    let message = format!("`{}` is no calendar: write one of {}", name.text, known.join(", "));
    let error = Diagnostic::error(DealError::UnknownCalendar, name.span, message);
    match suggest(&name.text, known) {
        Some(nearest) => error.help(format!("did you mean `{nearest}`?")),
        None => error,
    }
}

/// Year, month, day and weekday (Monday is 0).
fn parts(date: Date) -> (i32, u32, u32, u32) {
    let (year, month, day) = date.ymd();
    (year, month, day, date.weekday())
}

/// The nth Monday, Tuesday, ... lies in the nth seven days of its month.
fn is_nth((day, weekday): (u32, u32), nth: u32, wanted: u32) -> bool {
    weekday == wanted && day.div_ceil(7) == nth
}

fn is_last_monday_of_31((day, weekday): (u32, u32)) -> bool {
    weekday == 0 && day > 24
}

fn new_york(date: Date) -> bool {
    let (year, month, day, weekday) = parts(date);
    let place = (day, weekday);
    let monday = |nth| is_nth(place, nth, 0);
    // On its day, or on the Monday after a Sunday.
    let kept = |holiday: u32| day == holiday || (weekday == 0 && day == holiday.saturating_add(1));
    match month {
        1 => kept(1) || (year >= 1986 && monday(3)),
        2 => monday(3),
        5 => is_last_monday_of_31(place),
        // A law of 17 June 2021; the first such day, a Saturday, was not kept.
        6 => year >= 2021 && kept(19),
        7 => kept(4),
        9 => monday(1),
        10 => monday(2),
        11 => kept(11) || is_nth(place, 4, 3),
        12 => kept(25),
        _ => false,
    }
}

/// Days proclaimed once, and days moved for an occasion.
const LONDON_ONCE: [(i32, u32, u32); 13] = [
    (1981, 7, 29),
    (1995, 5, 8),
    (1999, 12, 31),
    (2002, 6, 3),
    (2002, 6, 4),
    (2011, 4, 29),
    (2012, 6, 4),
    (2012, 6, 5),
    (2020, 5, 8),
    (2022, 6, 2),
    (2022, 6, 3),
    (2022, 9, 19),
    (2023, 5, 8),
];

fn london(date: Date) -> bool {
    let (year, month, day, weekday) = parts(date);
    let place = (day, weekday);
    let regular = match month {
        1 => day == 1 || (weekday == 0 && day <= 3),
        5 if is_nth(place, 1, 0) => !matches!(year, 1995 | 2020),
        5 if is_last_monday_of_31(place) => !matches!(year, 2002 | 2012 | 2022),
        8 => is_last_monday_of_31(place),
        12 => matches!(day, 25 | 26) || (matches!(day, 27 | 28) && weekday <= 1),
        _ => false,
    };
    regular || is_easter_holiday(date) || LONDON_ONCE.contains(&(year, month, day))
}

fn target(date: Date) -> bool {
    let (year, month, day, _) = parts(date);
    let fixed = matches!((month, day), (1, 1) | (5, 1) | (12, 25 | 26));
    // The changeover to the euro.
    let once = matches!((year, month, day), (1998 | 1999 | 2001, 12, 31));
    fixed || once || is_easter_holiday(date)
}

/// Good Friday or Easter Monday.
fn is_easter_holiday(date: Date) -> bool {
    let Some(sunday) = easter_sunday(date.ymd().0) else { return false };
    matches!(sunday.days_until(date), -2 | 1)
}

/// The Gregorian computus in the form of Meeus, Astronomical Algorithms (1991), chapter 8.
fn easter_sunday(year: i32) -> Option<Date> {
    let golden = year.rem_euclid(19);
    let (century, of_century) = (year.div_euclid(100), year.rem_euclid(100));
    let (leap_centuries, century_rest) = (century / 4, century % 4);
    let lunar = (century - (century + 8) / 25 + 1) / 3;
    let epact = (19 * golden + century - leap_centuries - lunar + 15) % 30;
    let to_sunday = (32 + 2 * century_rest + 2 * (of_century / 4) - epact - of_century % 4) % 7;
    let late = (golden + 11 * epact + 22 * to_sunday) / 451;
    let days = epact + to_sunday - 7 * late + 114;
    let (month, day) = (u32::try_from(days / 31).ok()?, u32::try_from(days % 31).ok()?);
    Date::from_ymd(year, month, day.saturating_add(1)).ok()
}
