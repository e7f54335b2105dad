//! Holidays against what the institutions published, and against another implementation.

#![allow(clippy::unwrap_used, clippy::expect_used)] // A test that cannot go on must fail.

use forebay_deal::calendar::{CALENDARS, Calendar};
use forebay_deal::syntax::{Convention, Name};
use units::Date;

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

/// The weekdays of a year on which banks are closed, as `MM-DD` with spaces between.
fn check(calendar: &str, year: i32, published: &str) {
    let calendar = Calendar::named(&Name::from(calendar.to_owned())).unwrap();
    let first = Date::from_ymd(year, 1, 1).unwrap();
    let days = (0..366).map(|day| first.add_days(day)).filter(|day| day.ymd().0 == year);
    let closed = days.filter(|day| day.weekday() < 5 && !calendar.is_business_day(*day));
    let closed: Vec<String> = closed.map(|day| day.to_string()[5..].to_owned()).collect();
    assert_eq!(closed.join(" "), published, "{year}");
}

/// Federal Reserve Banks' holiday schedules (St. Louis Fed for 2024, Richmond Fed for 2025 to 2027).
#[test]
fn new_york_is_closed_when_the_federal_reserve_banks_are() {
    check("New_York", 2021, "01-01 01-18 02-15 05-31 07-05 09-06 10-11 11-11 11-25");
    check("New_York", 2022, "01-17 02-21 05-30 06-20 07-04 09-05 10-10 11-11 11-24 12-26");
    check("New_York", 2023, "01-02 01-16 02-20 05-29 06-19 07-04 09-04 10-09 11-23 12-25");
    check("New_York", 2024, "01-01 01-15 02-19 05-27 06-19 07-04 09-02 10-14 11-11 11-28 12-25");
    check("New_York", 2025, "01-01 01-20 02-17 05-26 06-19 07-04 09-01 10-13 11-11 11-27 12-25");
    check("New_York", 2026, "01-01 01-19 02-16 05-25 06-19 09-07 10-12 11-11 11-26 12-25");
    check("New_York", 2027, "01-01 01-18 02-15 05-31 07-05 09-06 10-11 11-11 11-25");
}

/// Bank holidays in England and Wales, gov.uk.
#[test]
fn london_is_closed_on_bank_holidays() {
    check("London", 2011, "01-03 04-22 04-25 04-29 05-02 05-30 08-29 12-26 12-27");
    check("London", 2012, "01-02 04-06 04-09 05-07 06-04 06-05 08-27 12-25 12-26");
    check("London", 2020, "01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-28");
    check("London", 2022, "01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27");
    check("London", 2023, "01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26");
    check("London", 2024, "01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26");
    check("London", 2025, "01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26");
    check("London", 2026, "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28");
    check("London", 2027, "01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28");
}

/// The European Central Bank's calendar of TARGET closing days.
#[test]
fn target_is_closed_six_days_at_most() {
    check("TARGET", 2001, "01-01 04-13 04-16 05-01 12-25 12-26 12-31");
    check("TARGET", 2024, "01-01 03-29 04-01 05-01 12-25 12-26");
    check("TARGET", 2025, "01-01 04-18 04-21 05-01 12-25 12-26");
    check("TARGET", 2026, "01-01 04-03 04-06 05-01 12-25");
    check("TARGET", 2027, "01-01 03-26 03-29");
}

#[test]
fn the_calendar_none_knows_weekends_only() {
    check("none", 2024, "");
    assert!(!Calendar::Weekends.is_business_day(date("2024-06-15")));
}

/// A second opinion, for years that nobody has published yet too.
#[test]
fn another_implementation_agrees_for_two_centuries() {
    use fasti::calendars::{TARGET, uk, us};
    let pairs = [
        (Calendar::NewYork, us::FEDERAL_RESERVE, 1990),
        // It does not know the wedding of 29 April 2011, a bank holiday by proclamation.
        (Calendar::London, uk::SETTLEMENT, 2012),
        (Calendar::Target, TARGET, 2000),
    ];
    for (ours, theirs, first) in pairs {
        let mut day = Date::from_ymd(first, 1, 1).unwrap();
        while day.ymd().0 < 2200 {
            let (year, month, of_month) = day.ymd();
            let month = fasti::Month::try_from_u8(u8::try_from(month).unwrap()).unwrap();
            let of_month = u8::try_from(of_month).unwrap();
            let same = fasti::Date::from_ymd(u16::try_from(year).unwrap(), month, of_month).unwrap();
            assert_eq!(ours.is_business_day(day), theirs.is_business_day(same), "{ours:?} {day}");
            day = day.add_days(1);
        }
    }
}

#[test]
fn conventions_move_dates_to_business_days() {
    let (new_york, london) = (Calendar::NewYork, Calendar::London);
    for (calendar, convention, from, to) in [
        (new_york, Convention::Following, "2024-02-15", "2024-02-15"),
        (new_york, Convention::Following, "2024-06-15", "2024-06-17"),
        (new_york, Convention::Following, "2029-01-13", "2029-01-16"),
        (new_york, Convention::Following, "2024-06-29", "2024-07-01"),
        (new_york, Convention::ModifiedFollowing, "2024-06-29", "2024-06-28"),
        (new_york, Convention::ModifiedFollowing, "2024-06-15", "2024-06-17"),
        (new_york, Convention::Preceding, "2024-09-02", "2024-08-30"),
        (new_york, Convention::Unadjusted, "2024-09-01", "2024-09-01"),
        (london, Convention::ModifiedFollowing, "2024-03-30", "2024-03-28"),
        (london, Convention::Following, "2021-12-25", "2021-12-29"),
    ] {
        assert_eq!(calendar.adjust(date(from), convention), date(to), "{calendar:?} {convention:?} {from}");
    }
}

#[test]
fn every_calendar_has_a_name_and_unknown_names_are_corrected() {
    for (name, calendar) in CALENDARS {
        assert_eq!(Calendar::named(&Name::from(name.to_owned())), Ok(calendar));
    }
    let error = Calendar::named(&Name::from("NewYork".to_owned())).unwrap_err();
    assert_eq!(error.help.as_deref(), Some("did you mean `New_York`?"));
}
