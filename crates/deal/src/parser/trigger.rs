//! Triggers and states.

use super::cursor::{Cursor, Parse};
use super::expression::expression;
use crate::lexer::Kind;
use crate::syntax::{Cure, Effect, Moment, State, Statement, Trigger, Until};

/// Reads `trap when dscr < 1.35 for 2 of 3 payments, cured after 3 payments`.
pub(crate) fn trigger(cursor: &mut Cursor<'_, '_>) -> Parse<Statement> {
    let name = cursor.name("the name of the trigger")?;
    cursor.require("when")?;
    let when = expression(cursor)?;
    let (hits, of) = if cursor.word("for") { window(cursor)? } else { (1, 1) };
    let (cure, evaluated) = (Cure::default(), Moment::default());
    let mut trigger = Trigger { name, when, hits, of, cure, evaluated, effects: Vec::new() };
    while cursor.comma() {
        clause(cursor, &mut trigger)?;
    }
    if cursor.take(Kind::Colon).is_some() {
        trigger.effects = effects(cursor)?;
    }
    Ok(Statement::Trigger(trigger))
}

/// `2 payments` is 2 of 2.
fn window(cursor: &mut Cursor<'_, '_>) -> Parse<(u8, u8)> {
    let hits: u8 = cursor.count(1..=60, "a number of payments")?;
    if cursor.word("of") {
        return Ok((hits, cursor.payments(u32::from(hits)..=60)?));
    }
    if cursor.word("payments") || cursor.quietly("payment") {
        Ok((hits, hits))
    } else {
        Err(cursor.unexpected())
    }
}

fn clause(cursor: &mut Cursor<'_, '_>, trigger: &mut Trigger) -> Parse<()> {
    if cursor.word("cured after") {
        trigger.cure = Cure::After(cursor.payments(1..=60)?);
    } else if cursor.word("never cured") {
        trigger.cure = Cure::Never;
    } else if cursor.word("before collection") {
        trigger.evaluated = Moment::BeforeCollection;
    } else if cursor.word("after payment") {
        trigger.evaluated = Moment::AfterPayment;
    } else {
        return Err(cursor.unexpected());
    }
    Ok(())
}

fn effects(cursor: &mut Cursor<'_, '_>) -> Parse<Vec<Effect>> {
    let mut effects = Vec::new();
    loop {
        let note = cursor.name("a note")?;
        if cursor.take(Kind::Dot).is_none() {
            return Err(cursor.expected("`.coupon`"));
        }
        cursor.require("coupon")?;
        if cursor.take(Kind::Plus).is_none() {
            return Err(cursor.expected("`+` and a margin"));
        }
        effects.push(Effect { note, plus: cursor.number("a margin such as `2%`")? });
        if !cursor.comma() {
            return Ok(effects);
        }
    }
}

/// Reads `ramp until 2024-06-15, then amortising` or `rapid when rapid_trigger from ramp, amortising`.
pub(crate) fn state(cursor: &mut Cursor<'_, '_>) -> Parse<Statement> {
    let name = cursor.name("the name of the state")?;
    let mut state = State { name, when: None, from: Vec::new(), until: None };
    if cursor.word("when") {
        state.when = Some(expression(cursor)?);
        if cursor.word("from") {
            state.from = cursor.names("a state")?;
        }
    }
    if cursor.word("until") {
        state.until = Some(until(cursor)?);
    }
    Ok(Statement::State(state))
}

fn until(cursor: &mut Cursor<'_, '_>) -> Parse<Until> {
    let date = cursor.day("the first payment date that is no longer in the state")?;
    cursor.comma();
    cursor.require("then")?;
    Ok(Until { date, then: cursor.name("the state that follows")? })
}
