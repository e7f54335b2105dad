//! The lines of a waterfall.

use super::cursor::{Cursor, Parse, shown};
use super::expression::{close, expression, open};
use crate::diagnostics::Diagnostic;
use crate::error::DealError;
use crate::lexer::{Kind, Outline, STEPS};
use crate::syntax::{Basis, Bound, Extent, Item, Path, Span, Step};

const CLAIM: &str = "what is paid, such as `A.interest`";

/// Reads one line of a waterfall, guards included.
pub(crate) fn guarded(cursor: &mut Cursor<'_, '_>) -> Parse<Step> {
    let start = cursor.here().start;
    if cursor.word("while") {
        let condition = expression(cursor)?;
        if cursor.take(Kind::Colon).is_none() {
            return Err(cursor.expected("an operator or `:` and the step"));
        }
        let inner = cursor.here().start;
        let step = cursor.nested(guarded)?;
        return Ok(Step::Guarded { once: false, condition, then: item(step, (inner, cursor.last_end())) });
    }
    let mut step = plain(cursor)?;
    if cursor.word("once") {
        let end = cursor.last_end();
        let condition = expression(cursor)?;
        step = Step::Guarded { once: true, condition, then: item(step, (start, end)) };
    }
    Ok(step)
}

fn item(body: Step, (start, end): (usize, usize)) -> Box<Item<Step>> {
    Box::new(Item { comments: Vec::new(), trailing: None, body, span: Span { start, end } })
}

fn plain(cursor: &mut Cursor<'_, '_>) -> Parse<Step> {
    if cursor.word("pay") {
        if cursor.word("pro rata") { pro_rata(cursor) } else { pay(cursor) }
    } else if cursor.word("fill") {
        fill(cursor)
    } else if cursor.word("keep") {
        keep(cursor)
    } else if cursor.word("release") {
        release(cursor)
    } else if cursor.word("write off") {
        write_off(cursor)
    } else if cursor.phrase_at(0, "write") {
        Err(cursor.expected("`write off`"))
    } else {
        Err(unknown(cursor))
    }
}

fn unknown(cursor: &Cursor<'_, '_>) -> Box<Diagnostic> {
    let Some(token) = cursor.peek() else { return cursor.unexpected() };
    let word = shown(token.text);
    let message = format!("`{word}` begins no step: write pay, fill, keep, release, write off or while");
    let error = Diagnostic::error(DealError::UnknownStep, token.span, message);
    Box::new(error.did_you_mean(token.text, STEPS))
}

fn pay(cursor: &mut Cursor<'_, '_>) -> Parse<Step> {
    let mut claims = vec![cursor.path(CLAIM)?];
    while cursor.comma() {
        claims.push(cursor.path(CLAIM)?);
    }
    let bound = bound(cursor)?;
    let from = if cursor.word("from") { Some(cursor.name("an account")?) } else { None };
    Ok(Step::Pay { claims, bound, from })
}

fn bound(cursor: &mut Cursor<'_, '_>) -> Parse<Option<Bound>> {
    if cursor.word("at most") {
        return expression(cursor).map(|most| Some(Bound::AtMost(most)));
    }
    if cursor.word("to balance") {
        return expression(cursor).map(|balance| Some(Bound::ToBalance(balance)));
    }
    if !cursor.word("to") {
        return Ok(None);
    }
    let test = cursor.name("`balance` or a test")?;
    let level = cursor.number("the level of the test, such as `80%`")?;
    Ok(Some(Bound::ToTest { test, level }))
}

fn pro_rata(cursor: &mut Cursor<'_, '_>) -> Parse<Step> {
    cursor.require("by")?;
    let by = basis(cursor)?;
    if cursor.take(Kind::Colon).is_none() {
        return Err(cursor.expected("`:` and the claims"));
    }
    let mut claims = vec![cursor.path(CLAIM)?];
    while cursor.comma() {
        if cursor.word("residue to") {
            return Ok(Step::ProRata { by, claims, residue_to: cursor.path(CLAIM)? });
        }
        claims.push(cursor.path(CLAIM)?);
    }
    Err(missing_residue(cursor, &claims))
}

fn missing_residue(cursor: &Cursor<'_, '_>, claims: &[Path]) -> Box<Diagnostic> {
    if cursor.peek().is_some() {
        return cursor.unexpected();
    }
    let message = "say who takes the units that cannot be shared evenly";
    let owner = claims.first().and_then(|path| path.words.first()).map_or("A", String::as_str);
    let error = Diagnostic::error(DealError::MissingResidue, cursor.here(), message);
    Box::new(error.help(format!("add `, residue to {owner}`")))
}

fn basis(cursor: &mut Cursor<'_, '_>) -> Parse<Basis> {
    if cursor.word("weights") {
        return weights(cursor);
    }
    if cursor.word("due") {
        Ok(Basis::Due)
    } else if cursor.word("balance") {
        Ok(Basis::Balance)
    } else if cursor.word("original") {
        Ok(Basis::Original)
    } else {
        Err(cursor.unexpected())
    }
}

fn weights(cursor: &mut Cursor<'_, '_>) -> Parse<Basis> {
    open(cursor)?;
    let mut weights = vec![expression(cursor)?];
    while cursor.comma() {
        weights.push(expression(cursor)?);
    }
    close(cursor)?;
    Ok(Basis::Weights(weights))
}

fn fill(cursor: &mut Cursor<'_, '_>) -> Parse<Step> {
    let account = cursor.name("an account")?;
    let by = if cursor.word("by") { Some(expression(cursor)?) } else { None };
    Ok(Step::Fill { account, by })
}

fn keep(cursor: &mut Cursor<'_, '_>) -> Parse<Step> {
    let share = if cursor.word("all") { None } else { Some(expression(cursor)?) };
    cursor.require("in")?;
    Ok(Step::Keep { share, account: cursor.name("an account")? })
}

fn release(cursor: &mut Cursor<'_, '_>) -> Parse<Step> {
    let account = cursor.name("an account")?;
    let extent = if cursor.word("above target") {
        Extent::AboveTarget
    } else if cursor.word("at most") {
        Extent::AtMost(expression(cursor)?)
    } else {
        Extent::All
    };
    Ok(Step::Release { account, extent })
}

fn write_off(cursor: &mut Cursor<'_, '_>) -> Parse<Step> {
    let note = cursor.name("a note")?;
    let at_most = if cursor.word("at most") { Some(expression(cursor)?) } else { None };
    Ok(Step::WriteOff { note, at_most })
}

/// Reads a step with its comments.
pub(crate) fn step(outline: &Outline<'_>) -> Parse<Item<Step>> {
    let mut cursor = Cursor::new(&outline.tokens);
    let body = guarded(&mut cursor)?;
    cursor.finish()?;
    let (comments, trailing) = (outline.comments.clone(), outline.trailing.clone());
    Ok(Item { comments, trailing, body, span: outline.span() })
}
