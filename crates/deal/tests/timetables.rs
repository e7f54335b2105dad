//! From payment terms to dates.

#![allow(clippy::unwrap_used, clippy::expect_used)] // A test that cannot go on must fail.

use forebay_deal::syntax::{Document, Statement};
use forebay_deal::{Diagnostic, Timetable, parse, render, timetable};

/// Reads `closing`, `payments` and `final` of a text and works out its dates.
fn dates(text: &str) -> Result<Timetable, Vec<Diagnostic>> {
    let document: Document = parse(text)?;
    let (mut closing, mut last, mut terms) = (None, None, None);
    for item in &document.statements {
        match &item.body {
            Statement::Closing { date } => closing = Some(date.0),
            Statement::Final { date } => last = Some(date.0),
            Statement::Payments(payments) => terms = Some((payments, item.span)),
            _ => {}
        }
    }
    let (payments, span) = terms.unwrap();
    timetable(payments, (closing.unwrap(), last.unwrap()), span)
}

/// One line a period: number, start, end, determination, payment.
fn shown(text: &str) -> String {
    let found = dates(text).unwrap_or_else(|findings| panic!("{}", render(("x", text), &findings, false)));
    let mut lines = String::new();
    for period in &found.periods {
        let (start, end) = (period.start, period.end);
        lines += &format!("{} {start} {end} {} {}\n", period.number, period.determination, period.payment);
    }
    lines + &render(("x.deal", text), &found.warnings, false)
}

#[test]
fn the_flagship_pays_sixty_times() {
    let text = std::fs::read_to_string("../../deals/sierra-h100/sierra-h100.deal").unwrap();
    let found = dates(&text).unwrap();
    assert_eq!(found.periods.len(), 60);
    assert_eq!(found.warnings, []);
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(shown(&text)) });
}

#[test]
fn dates_follow_the_day_of_the_month() {
    for (text, expected) in [
        (
            "closing 2023-12-31\nfinal 2024-05-31\npayments monthly on 31, unadjusted, from 2024-01-31",
            "1 2023-12-31 2024-01-31 2024-01-31 2024-01-31\n\
             2 2024-01-31 2024-02-29 2024-02-29 2024-02-29\n\
             3 2024-02-29 2024-03-31 2024-03-31 2024-03-31\n\
             4 2024-03-31 2024-04-30 2024-04-30 2024-04-30\n\
             5 2024-04-30 2024-05-31 2024-05-31 2024-05-31\n\n",
        ),
        (
            "closing 2024-01-10\nfinal 2025-01-01\n\
             payments semiannually on 30, preceding business day in London, from 2024-02-29, determined 2 days before",
            "1 2024-01-10 2024-02-29 2024-02-27 2024-02-29\n\
             2 2024-02-29 2024-08-30 2024-08-28 2024-08-30\n\
             3 2024-08-30 2025-01-01 2024-12-29 2024-12-31\n\n",
        ),
        (
            "closing 2024-01-10\nfinal 2025-01-10\npayments annually on 10, following business day in TARGET, from 2025-01-10",
            "1 2024-01-10 2025-01-10 2025-01-10 2025-01-10\n\n",
        ),
    ] {
        assert_eq!(shown(text), expected, "{text}");
    }
}

#[test]
fn odd_dates_are_warned_of_and_impossible_ones_refused() {
    let payments = "payments monthly on 15, following business day in New_York, from";
    let odd = shown(&format!("closing 2028-11-15\nfinal 2029-01-16\n{payments} 2028-11-20"));
    let refused = [
        format!("closing 2024-03-01\nfinal 2029-01-16\n{payments} 2024-02-15"),
        format!("closing 2024-01-01\nfinal 2024-01-16\n{payments} 2024-02-15"),
        format!("closing 2024-01-01\nfinal 2094-01-16\n{payments} 2024-02-15"),
        "closing 2024-01-01\nfinal 2023-01-01\npayments monthly on 15, following business day in Newyork, from 2023-02-15"
            .to_owned(),
    ];
    let refused = refused.map(|text| render(("x.deal", &text), &dates(&text).unwrap_err(), false));
    let all = format!("{odd}\n--------\n\n{}", refused.join("\n--------\n\n"));
    insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!(all) });
}

#[test]
fn six_hundred_periods_are_the_most() {
    let deal = |last| {
        format!("closing 2024-01-01\nfinal {last}\npayments monthly on 1, unadjusted, from 2024-02-01")
    };
    assert_eq!(dates(&deal("2074-01-01")).unwrap().periods.len(), 600);
    assert!(dates(&deal("2074-01-02")).is_err());
}
