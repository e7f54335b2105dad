//! Tranches of debt.

use super::cursor::{Cursor, Parse};
use super::expression::expression;
use crate::diagnostics::Diagnostic;
use crate::error::DealError;
use crate::lexer::Kind;
use crate::syntax::{
    Amortisation, Day, DayCountName, Draws, Note, NoteOption, Number, Span, Statement, Suffix,
};

/// Reads `A 44_000_000 coupon sofr + 6.00%, act/360` and its options.
pub(crate) fn note(cursor: &mut Cursor<'_, '_>) -> Parse<Statement> {
    let name = cursor.name("the name of the note")?;
    let amount = cursor.number("the original principal")?;
    cursor.require("coupon")?;
    let coupon = expression(cursor)?;
    cursor.comma();
    let Some(day_count) = day_count(cursor)? else {
        return Err(cursor.expected(&format!("an operator, or `,` and a day count ({DAY_COUNTS})")));
    };
    let mut options = Vec::new();
    while cursor.comma() {
        options.push(option(cursor)?);
    }
    Ok(Statement::Note(Note { name, amount, coupon, day_count, options }))
}

/// Reads a day count if one comes next.
pub(crate) fn day_count(cursor: &mut Cursor<'_, '_>) -> Parse<Option<DayCountName>> {
    if !cursor.phrase_at(0, "act") && !cursor.kind_at(0, Kind::Number) {
        return Ok(None);
    }
    let start = cursor.here().start;
    let (first, slash, second) = (cursor.next_text(), cursor.next_text(), cursor.next_text());
    match (first, slash, second) {
        ("30", "/", "360") => Ok(Some(DayCountName::Thirty360)),
        ("act", "/", "360") => Ok(Some(DayCountName::Actual360)),
        ("act", "/", "365") => Ok(Some(DayCountName::Actual365)),
        ("act", "/", "act") => Ok(Some(DayCountName::ActualActual)),
        _ => {
            let span = Span { start, end: cursor.last_end() };
            let message = format!("write a day count here: {DAY_COUNTS}");
            Err(Box::new(Diagnostic::error(DealError::UnexpectedWord, span, message)))
        }
    }
}

const DAY_COUNTS: &str = "30/360, act/360, act/365 or act/act";

fn option(cursor: &mut Cursor<'_, '_>) -> Parse<NoteOption> {
    if cursor.word("floor") {
        cursor.number("a rate").map(NoteOption::Floor)
    } else if cursor.word("cap") {
        cursor.number("a rate").map(NoteOption::Cap)
    } else if cursor.word("may defer") {
        Ok(NoteOption::MayDefer)
    } else if cursor.word("deferred interest bears coupon") {
        deferred(cursor)
    } else if cursor.word("capitalises") {
        Ok(NoteOption::Capitalises)
    } else if cursor.word("notional") {
        expression(cursor).map(NoteOption::Notional)
    } else if cursor.word("matures") {
        cursor.day("the date of maturity").map(NoteOption::Matures)
    } else if cursor.word("rank") {
        cursor.count(1..=255, "a rank").map(NoteOption::Rank)
    } else {
        timed(cursor)
    }
}

fn timed(cursor: &mut Cursor<'_, '_>) -> Parse<NoteOption> {
    const UNTIL: &str = "the first date on which this no longer holds";
    if cursor.word("locked until") {
        cursor.day(UNTIL).map(NoteOption::LockedUntil)
    } else if cursor.word("locked while") {
        expression(cursor).map(NoteOption::LockedWhile)
    } else if cursor.word("accretes until") {
        cursor.day(UNTIL).map(NoteOption::AccretesUntil)
    } else if cursor.word("accretes while") {
        expression(cursor).map(NoteOption::AccretesWhile)
    } else if cursor.word("scheduled") {
        amortisation(cursor).map(NoteOption::Scheduled)
    } else if cursor.word("additional") {
        additional(cursor)
    } else if cursor.word("draws until") {
        draws(cursor).map(NoteOption::Draws)
    } else {
        Err(cursor.unexpected())
    }
}

fn deferred(cursor: &mut Cursor<'_, '_>) -> Parse<NoteOption> {
    let none = Number { digits: "0".to_owned(), suffix: Suffix::None, span: Span::default() };
    let plus = if cursor.take(Kind::Plus).is_some() { cursor.number("a margin")? } else { none };
    Ok(NoteOption::DeferredInterestBears { plus })
}

fn amortisation(cursor: &mut Cursor<'_, '_>) -> Parse<Amortisation> {
    if cursor.word("level over") {
        let (payments, from) = window(cursor)?;
        Ok(Amortisation::Level { payments, from })
    } else if cursor.word("linear over") {
        let (payments, from) = window(cursor)?;
        Ok(Amortisation::Linear { payments, from })
    } else if cursor.word("to") {
        expression(cursor).map(Amortisation::Planned)
    } else {
        Err(cursor.unexpected())
    }
}

fn window(cursor: &mut Cursor<'_, '_>) -> Parse<(u16, Day)> {
    let payments = cursor.payments(1..=600)?;
    cursor.require("from")?;
    Ok((payments, cursor.day("the date of the first of them")?))
}

fn additional(cursor: &mut Cursor<'_, '_>) -> Parse<NoteOption> {
    let rate = expression(cursor)?;
    cursor.require("from")?;
    Ok(NoteOption::Additional { rate, from: cursor.day("the first date that bears it")? })
}

fn draws(cursor: &mut Cursor<'_, '_>) -> Parse<Draws> {
    let until = cursor.day("the last date of a draw")?;
    next_part(cursor, "at most")?;
    let at_most = cursor.count(1..=16, "a number of draws")?;
    next_part(cursor, "each over")?;
    let payments = cursor.payments(1..=600)?;
    let interest_only = if cursor.word("after") { interest_only(cursor)? } else { 0 };
    next_part(cursor, "to")?;
    Ok(Draws { until, at_most, payments, interest_only, to: cursor.name("a payee")? })
}

fn interest_only(cursor: &mut Cursor<'_, '_>) -> Parse<u16> {
    let payments = cursor.count(1..=600, "a number of payments")?;
    cursor.require("interest only")?;
    Ok(payments)
}

fn next_part(cursor: &mut Cursor<'_, '_>, phrase: &'static str) -> Parse<()> {
    if !cursor.comma() {
        return Err(cursor.unexpected());
    }
    cursor.require(phrase)
}
