//! When each period begins, ends and is paid.

use crate::calendar::Calendar;
use crate::diagnostics::Diagnostic;
use crate::error::DealError;
use crate::syntax::{Frequency, Payments, Span};
use units::Date;

/// Most periods of a deal: fifty years of months.
pub const MAX_PERIODS: usize = 600;

/// The dates of one period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeriodDates {
    /// From 1.
    pub number: u16,
    /// First day that accrues, unadjusted; the closing for the first period.
    pub start: Date,
    /// First day that no longer accrues, unadjusted.
    pub end: Date,
    /// Inputs are read as of this day.
    pub determination: Date,
    /// Money moves on this day.
    pub payment: Date,
}

/// The dates of a deal, and what is odd about them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timetable {
    /// Period 1 first.
    pub periods: Vec<PeriodDates>,
    /// Dates that are allowed and may not be meant.
    pub warnings: Vec<Diagnostic>,
}

/// Works out all dates of a deal. `span` is the place of the `payments` statement.
///
/// # Errors
/// What makes the dates impossible: an unknown calendar, a first payment before the closing or after the final date,
/// too many periods, years that a deal cannot speak of.
pub fn timetable(
    payments: &Payments,
    (closing, last): (Date, Date),
    span: Span,
) -> Result<Timetable, Vec<Diagnostic>> {
    let calendar = Calendar::named(&payments.calendar);
    let mut errors = order_errors(payments, (closing, last), span);
    errors.extend(calendar.as_ref().err().cloned());
    let (Ok(calendar), true) = (calendar, errors.is_empty()) else { return Err(errors) };
    let ends = ends(payments, last, span).map_err(|error| vec![error])?;
    let starts = std::iter::once(closing).chain(ends.iter().copied());
    let periods = starts.zip(&ends).zip(1..).map(|((start, end), number)| {
        let payment = calendar.adjust(*end, payments.convention);
        let determination = payment.add_days(i32::from(payments.determined_days_before).saturating_neg());
        PeriodDates { number, start, end: *end, determination, payment }
    });
    let periods: Vec<PeriodDates> = periods.collect();
    let warnings = warnings(payments, &periods, span);
    Ok(Timetable { periods, warnings })
}

fn order_errors(payments: &Payments, (closing, last): (Date, Date), span: Span) -> Vec<Diagnostic> {
    let first = payments.from.0;
    let mut errors = Vec::new();
    if first <= closing {
        let message = format!("the first payment, {first}, must come after the closing, {closing}");
        let error = Diagnostic::error(DealError::PaymentsBeforeClosing, span, message);
        errors.push(error.help("write a later date after `from`"));
    }
    if last < first {
        let message = format!("the final date, {last}, must not come before the first payment, {first}");
        let error = Diagnostic::error(DealError::FinalBeforePayments, span, message);
        errors.push(error.help("write a later `final` date"));
    }
    errors
}

fn months(every: Frequency) -> i32 {
    match every {
        Frequency::Monthly => 1,
        Frequency::Quarterly => 3,
        Frequency::Semiannually => 6,
        Frequency::Annually => 12,
    }
}

/// `from`, then every so many months on `day` up to but excluding the final date, then the final date.
fn ends(payments: &Payments, last: Date, span: Span) -> Result<Vec<Date>, Diagnostic> {
    let mut ends = vec![];
    let mut end = payments.from.0;
    while end < last {
        ends.push(end);
        if ends.len() >= MAX_PERIODS {
            return Err(too_many(payments.from.0, last, span));
        }
        let ahead = i32::try_from(ends.len()).unwrap_or(i32::MAX).saturating_mul(months(payments.every));
        end = on_day((payments.from.0, ahead), payments.day).ok_or_else(|| out_of_range(last, span))?;
    }
    ends.push(last);
    Ok(ends)
}

/// The day of the month so many months later, or the last day of that month.
fn on_day((from, months): (Date, i32), day: u8) -> Option<Date> {
    let (year, month, _) = from.ymd();
    let first = Date::from_ymd(year, month, 1).ok()?.add_months(months).ok()?;
    let next = first.add_days(i32::from(day).saturating_sub(1));
    let month_end = first.add_months(1).map_or(next, |following| following.add_days(-1));
    Some(next.min(month_end))
}

fn too_many(first: Date, last: Date, span: Span) -> Diagnostic {
    let message = format!("there are more than {MAX_PERIODS} payments from {first} to {last}");
    Diagnostic::error(DealError::TooManyPeriods, span, message)
        .help("write an earlier `final` date or pay less often")
}

fn out_of_range(last: Date, span: Span) -> Diagnostic {
    let message = format!("payments up to {last} leave the years 1900 to 2399");
    Diagnostic::error(DealError::DateOutOfRange, span, message).help("write an earlier `final` date")
}

fn warnings(payments: &Payments, periods: &[PeriodDates], span: Span) -> Vec<Diagnostic> {
    let mut warnings = Vec::new();
    let first = payments.from.0;
    if on_day((first, 0), payments.day).is_some_and(|regular| regular != first) {
        let message = format!("the first payment, {first}, is not on day {} as the others are", payments.day);
        let warning = Diagnostic::warning(DealError::OddFirstPayment, span, message);
        warnings.push(warning.help("change the day after `on` or the date after `from`"));
    }
    let pairs = periods.iter().zip(periods.iter().skip(1));
    let same = pairs.filter(|(earlier, later)| earlier.payment >= later.payment);
    warnings.extend(same.map(|(earlier, later)| {
        let (numbers, day) = (format!("{} and {}", earlier.number, later.number), later.payment);
        let message = format!("payments {numbers} both fall on {day}");
        let warning = Diagnostic::warning(DealError::PaymentsCoincide, span, message);
        warning.help(format!("a `final` date of {} would make them one", earlier.end))
    }));
    warnings
}
