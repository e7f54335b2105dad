//! What each statement says.

use super::cursor::{Cursor, Parse, shown};
use super::expression::expression;
use super::words::STATEMENTS;
use super::{note, trigger};
use crate::diagnostics::Diagnostic;
use crate::error::DealError;
use crate::lexer::{Kind, STEPS};
use crate::syntax::{
    Account, Convention, DayCountName, Expense, Fallback, Fee, Frequency, Horizon, Limit, Name, Observe,
    Payments, Point, Statement, Unit, Use, Waterfall,
};

/// Reads a statement (a waterfall without its steps).
pub(crate) fn statement(cursor: &mut Cursor<'_, '_>) -> Parse<Statement> {
    let Some(keyword) = cursor.peek() else { return cursor.finish().and(Err(cursor.unexpected())) };
    let Some(read) = reader(keyword.text).filter(|_| keyword.kind == Kind::Word) else {
        return Err(unknown(cursor, keyword.text));
    };
    cursor.advance();
    let statement = read(cursor)?;
    cursor.finish()?;
    Ok(statement)
}

type Reader = fn(&mut Cursor<'_, '_>) -> Parse<Statement>;

fn reader(keyword: &str) -> Option<Reader> {
    Some(match keyword {
        "deal" => deal,
        "currency" => currency,
        "closing" => |cursor| Ok(Statement::Closing { date: cursor.day("the closing date")? }),
        "payments" => payments,
        "final" => |cursor| Ok(Statement::Final { date: cursor.day("the final date")? }),
        "collateral" => |cursor| Ok(Statement::Collateral { tape: cursor.text("the tape in quotes")? }),
        "liquidation" => liquidation,
        "receive" => receive,
        "observe" => observe,
        "account" => account,
        "note" => note::note,
        "equity" => equity,
        "payee" => |cursor| Ok(Statement::Payee { name: cursor.name("the name of the payee")? }),
        "uses" => uses,
        "fee" => fee,
        "expense" => expense,
        "let" => let_statement,
        "schedule" => schedule,
        "test" => test,
        "trigger" => trigger::trigger,
        "state" => trigger::state,
        "permit" => permit,
        "waterfall" => waterfall,
        _ => return None,
    })
}

fn unknown(cursor: &Cursor<'_, '_>, word: &str) -> Box<Diagnostic> {
    let error = |message: String| Diagnostic::error(DealError::UnknownStatement, cursor.here(), message);
    if STEPS.contains(&word) {
        let message = format!("`{word}` begins a step: indent it under its waterfall");
        return Box::new(error(message));
    }
    let error =
        error(format!("`{}` begins no statement: begin the line with a word such as `note`", shown(word)));
    Box::new(error.did_you_mean(word, STATEMENTS))
}

fn deal(cursor: &mut Cursor<'_, '_>) -> Parse<Statement> {
    Ok(Statement::Deal { title: cursor.text("the title in quotes")? })
}

fn currency(cursor: &mut Cursor<'_, '_>) -> Parse<Statement> {
    let name = cursor.name("the name of the currency")?;
    cursor.comma();
    let decimals = cursor.count(0..=9, "a number of decimals")?;
    if cursor.word("decimals") || cursor.quietly("decimal") {
        Ok(Statement::Currency { name, decimals })
    } else {
        Err(cursor.unexpected())
    }
}

const FREQUENCIES: [(&str, Frequency); 4] = [
    ("monthly", Frequency::Monthly),
    ("quarterly", Frequency::Quarterly),
    ("semiannually", Frequency::Semiannually),
    ("annually", Frequency::Annually),
];

const CONVENTIONS: [(&str, Convention); 4] = [
    ("following", Convention::Following),
    ("modified following", Convention::ModifiedFollowing),
    ("preceding", Convention::Preceding),
    ("unadjusted", Convention::Unadjusted),
];

fn payments(cursor: &mut Cursor<'_, '_>) -> Parse<Statement> {
    let every = cursor.one_of(&FREQUENCIES)?;
    cursor.require("on")?;
    let day = cursor.count(1..=31, "a day of the month")?;
    required_comma(cursor)?;
    let convention = cursor.one_of(&CONVENTIONS)?;
    let calendar = calendar(cursor, convention)?;
    required_comma(cursor)?;
    cursor.require("from")?;
    let from = cursor.day("the date of the first payment")?;
    let (determined_days_before, grace_days) = (0, 0);
    let mut payments =
        Payments { every, day, convention, calendar, from, determined_days_before, grace_days };
    while cursor.comma() {
        if cursor.word("determined") {
            payments.determined_days_before = cursor.days()?;
            cursor.require("before")?;
        } else if cursor.word("grace") {
            payments.grace_days = cursor.days()?;
        } else {
            return Err(cursor.unexpected());
        }
    }
    Ok(Statement::Payments(payments))
}

/// Unadjusted dates need no calendar, and may name one.
fn calendar(cursor: &mut Cursor<'_, '_>, convention: Convention) -> Parse<Name> {
    const CALENDAR: &str = "a holiday calendar such as `New_York`";
    if convention == Convention::Unadjusted {
        let none = Name { text: "none".to_owned(), span: cursor.here() };
        return if cursor.word("in") { cursor.name(CALENDAR) } else { Ok(none) };
    }
    cursor.require("business day in")?;
    cursor.name(CALENDAR)
}

fn required_comma(cursor: &mut Cursor<'_, '_>) -> Parse<()> {
    if cursor.comma() { Ok(()) } else { Err(cursor.unexpected()) }
}

fn liquidation(cursor: &mut Cursor<'_, '_>) -> Parse<Statement> {
    let mut horizons = Vec::new();
    loop {
        let days = cursor.days()?;
        horizons.push(Horizon { days, factor: cursor.number("a share such as `90%`")? });
        if !cursor.comma() {
            return Ok(Statement::Liquidation { horizons });
        }
    }
}

fn receive(cursor: &mut Cursor<'_, '_>) -> Parse<Statement> {
    let name = cursor.name("the name of the receipt")?;
    cursor.require("into")?;
    Ok(Statement::Receive { name, into: cursor.name("an account")? })
}

const UNITS: [(&str, Unit); 4] =
    [("amount", Unit::Amount), ("rate", Unit::Rate), ("quantity", Unit::Quantity), ("flag", Unit::Flag)];

fn observe(cursor: &mut Cursor<'_, '_>) -> Parse<Statement> {
    let name = cursor.name("the name of the input")?;
    let unit = cursor.one_of(&UNITS)?;
    let by = if cursor.word("by") { Some(cursor.name("a column of the tape")?) } else { None };
    let (fallback, stale_after_days) = (Fallback::Last, None);
    let mut observe = Observe { name, unit, by, stale_after_days, fallback, reporters: 1, quorum: 0 };
    while cursor.comma() {
        observe_clause(cursor, &mut observe)?;
    }
    Ok(Statement::Observe(observe))
}

fn observe_clause(cursor: &mut Cursor<'_, '_>, observe: &mut Observe) -> Parse<()> {
    if cursor.word("stale after") {
        observe.stale_after_days = Some(cursor.days()?);
    } else if cursor.word("then") {
        observe.fallback = fallback(cursor)?;
    } else if cursor.word("quorum") {
        observe.quorum = cursor.count(1..=7, "a number of reporters")?;
    } else if cursor.kind_at(0, Kind::Number) {
        observe.reporters = cursor.count(1..=7, "a number of reporters")?;
        if !cursor.word("reporters") && !cursor.quietly("reporter") {
            return Err(cursor.unexpected());
        }
    } else {
        return Err(cursor.unexpected());
    }
    Ok(())
}

fn fallback(cursor: &mut Cursor<'_, '_>) -> Parse<Fallback> {
    const SHARE: &str = "a share such as `10%`";
    if cursor.word("last less") {
        cursor.number(SHARE).map(Fallback::LastLess)
    } else if cursor.word("last plus") {
        cursor.number(SHARE).map(Fallback::LastPlus)
    } else if cursor.word("last") {
        Ok(Fallback::Last)
    } else if cursor.word("value") {
        cursor.number("a number").map(Fallback::Value)
    } else {
        Err(cursor.unexpected())
    }
}

fn account(cursor: &mut Cursor<'_, '_>) -> Parse<Statement> {
    let name = cursor.name("the name of the account")?;
    let mut account = Account { name, funded: None, target: None, covers: Vec::new() };
    let mut more = cursor.peek().is_some();
    while more {
        if cursor.word("funded") {
            account.funded = Some(cursor.number("an amount")?);
        } else if cursor.word("target") {
            account.target = Some(expression(cursor)?);
        } else if cursor.word("covers") {
            covers(cursor, &mut account)?;
        } else {
            return Err(cursor.unexpected());
        }
        more = cursor.comma();
    }
    Ok(Statement::Account(account))
}

/// The list of claims ends where another clause begins.
fn covers(cursor: &mut Cursor<'_, '_>, account: &mut Account) -> Parse<()> {
    const CLAIM: &str = "a claim such as `A.interest`";
    account.covers.push(cursor.path(CLAIM)?);
    while cursor.kind_at(0, Kind::Comma) {
        if cursor.phrase_at(1, "funded") || cursor.phrase_at(1, "target") {
            break;
        }
        cursor.advance();
        account.covers.push(cursor.path(CLAIM)?);
    }
    Ok(())
}

fn equity(cursor: &mut Cursor<'_, '_>) -> Parse<Statement> {
    let name = cursor.name("the name of the equity")?;
    Ok(Statement::Equity { name, amount: cursor.number("the amount paid in")? })
}

fn uses(cursor: &mut Cursor<'_, '_>) -> Parse<Statement> {
    let mut uses = Vec::new();
    loop {
        let rest = cursor.word("rest");
        let name = cursor.name("a payee, an account or a fee")?;
        let amount = if cursor.kind_at(0, Kind::Number) { Some(cursor.number("an amount")?) } else { None };
        uses.push(Use { name, amount, rest });
        if !cursor.comma() {
            return Ok(Statement::Uses { uses });
        }
    }
}

fn fee(cursor: &mut Cursor<'_, '_>) -> Parse<Statement> {
    let name = cursor.name("the name of the fee")?;
    let amount = expression(cursor)?;
    let a_year = if cursor.word("a year") {
        Some(note::day_count(cursor)?.unwrap_or(DayCountName::Thirty360))
    } else {
        None
    };
    let mut fee = Fee { name, amount, a_year, once_at_closing: false, at_most: None };
    while cursor.comma() {
        if cursor.word("once at closing") {
            fee.once_at_closing = true;
        } else if cursor.word("at most") {
            fee.at_most = Some(limit(cursor)?);
        } else {
            return Err(cursor.unexpected());
        }
    }
    Ok(Statement::Fee(fee))
}

fn expense(cursor: &mut Cursor<'_, '_>) -> Parse<Statement> {
    let name = cursor.name("the name of the expense")?;
    let amount = expression(cursor)?;
    let mut expense = Expense { name, amount, at_most: None };
    if cursor.comma() {
        cursor.require("at most")?;
        expense.at_most = Some(limit(cursor)?);
    }
    Ok(Statement::Expense(expense))
}

fn limit(cursor: &mut Cursor<'_, '_>) -> Parse<Limit> {
    Ok(Limit { amount: expression(cursor)?, a_year: cursor.word("a year") })
}

fn let_statement(cursor: &mut Cursor<'_, '_>) -> Parse<Statement> {
    let name = cursor.name("the name of the value")?;
    equals(cursor)?;
    Ok(Statement::Let { name, value: expression(cursor)? })
}

fn test(cursor: &mut Cursor<'_, '_>) -> Parse<Statement> {
    let name = cursor.name("the name of the test")?;
    equals(cursor)?;
    Ok(Statement::Test { name, value: expression(cursor)? })
}

fn equals(cursor: &mut Cursor<'_, '_>) -> Parse<()> {
    if cursor.take(Kind::Equal).is_some() { Ok(()) } else { Err(cursor.expected("`=`")) }
}

fn schedule(cursor: &mut Cursor<'_, '_>) -> Parse<Statement> {
    let name = cursor.name("the name of the schedule")?;
    let unit = cursor.one_of(&UNITS)?;
    let mut points = Vec::new();
    loop {
        let from = cursor.day("the date from which the value holds")?;
        points.push(Point { from, value: cursor.number("the value")? });
        if !cursor.comma() {
            return Ok(Statement::Schedule { name, unit, points });
        }
    }
}

fn permit(cursor: &mut Cursor<'_, '_>) -> Parse<Statement> {
    let action = cursor.name("what is permitted, `draw` or `sale`")?;
    cursor.require("when")?;
    Ok(Statement::Permit { action, when: expression(cursor)? })
}

fn waterfall(cursor: &mut Cursor<'_, '_>) -> Parse<Statement> {
    let states = cursor.names("a state")?;
    cursor.require("from")?;
    let (mut from, mut then) = (vec![cursor.name("an account")?], Vec::new());
    while cursor.comma() {
        let supports = cursor.word("then") || !then.is_empty();
        let list = if supports { &mut then } else { &mut from };
        list.push(cursor.name("an account")?);
    }
    Ok(Statement::Waterfall(Waterfall { states, from, then, steps: Vec::new() }))
}
