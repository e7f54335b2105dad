//! Formulas, weakest binding first.

use super::cursor::{Cursor, Failure, MAX_DEPTH, Parse};
use crate::diagnostics::Diagnostic;
use crate::error::DealError;
use crate::lexer::Kind;
use crate::syntax::{Expression, ExpressionKind, Operator, Path, Span};

/// A formula and how many levels it has.
struct Tall {
    expression: Expression,
    height: usize,
}

type Level = fn(&mut Cursor<'_, '_>) -> Parse<Tall>;

const COMPARISONS: [(Kind, Operator); 5] = [
    (Kind::Less, Operator::Less),
    (Kind::LessOrEqual, Operator::LessOrEqual),
    (Kind::Greater, Operator::Greater),
    (Kind::GreaterOrEqual, Operator::GreaterOrEqual),
    (Kind::Equal, Operator::Equal),
];
const SUMS: [(Kind, Operator); 2] = [(Kind::Plus, Operator::Add), (Kind::Minus, Operator::Subtract)];
const PRODUCTS: [(Kind, Operator); 2] = [(Kind::Star, Operator::Multiply), (Kind::Slash, Operator::Divide)];

/// Reads a formula.
pub(crate) fn expression(cursor: &mut Cursor<'_, '_>) -> Parse<Expression> {
    any(cursor).map(|tall| tall.expression)
}

fn any(cursor: &mut Cursor<'_, '_>) -> Parse<Tall> {
    cursor.nested(|cursor| joined(cursor, ("or", Operator::Or), both))
}

fn both(cursor: &mut Cursor<'_, '_>) -> Parse<Tall> {
    joined(cursor, ("and", Operator::And), negation)
}

fn joined(
    cursor: &mut Cursor<'_, '_>,
    (word, operator): (&'static str, Operator),
    next: Level,
) -> Parse<Tall> {
    let mut left = next(cursor)?;
    while cursor.word(word) {
        left = binary(cursor, (left, operator), next)?;
    }
    Ok(left)
}

fn negation(cursor: &mut Cursor<'_, '_>) -> Parse<Tall> {
    let start = cursor.here().start;
    if !cursor.phrase_at(0, "not") {
        return comparison(cursor);
    }
    cursor.advance();
    let inner = cursor.nested(negation)?;
    wrap(cursor, (start, inner.height), ExpressionKind::Not(inner.expression))
}

fn comparison(cursor: &mut Cursor<'_, '_>) -> Parse<Tall> {
    let left = sum(cursor)?;
    let Some(operator) = take_operator(cursor, &COMPARISONS) else { return Ok(left) };
    let result = binary(cursor, (left, operator), sum)?;
    let chained = cursor.peek().is_some_and(|token| COMPARISONS.iter().any(|(kind, _)| *kind == token.kind));
    if chained { Err(chained_comparison(cursor)) } else { Ok(result) }
}

fn chained_comparison(cursor: &Cursor<'_, '_>) -> Failure {
    let message = "a comparison compares two things: join two comparisons with `and`";
    let error = Diagnostic::error(DealError::ChainedComparison, cursor.here(), message);
    Box::new(error.help("write `a < b and b < c`"))
}

fn sum(cursor: &mut Cursor<'_, '_>) -> Parse<Tall> {
    chain(cursor, &SUMS, product)
}

fn product(cursor: &mut Cursor<'_, '_>) -> Parse<Tall> {
    chain(cursor, &PRODUCTS, negative)
}

fn chain(cursor: &mut Cursor<'_, '_>, operators: &[(Kind, Operator)], next: Level) -> Parse<Tall> {
    let mut left = next(cursor)?;
    while let Some(operator) = take_operator(cursor, operators) {
        left = binary(cursor, (left, operator), next)?;
    }
    Ok(left)
}

fn take_operator(cursor: &mut Cursor<'_, '_>, operators: &[(Kind, Operator)]) -> Option<Operator> {
    let kind = cursor.peek()?.kind;
    let operator = operators.iter().find(|(symbol, _)| *symbol == kind).map(|(_, operator)| *operator)?;
    cursor.advance();
    Some(operator)
}

fn binary(cursor: &mut Cursor<'_, '_>, (left, operator): (Tall, Operator), next: Level) -> Parse<Tall> {
    let right = next(cursor)?;
    let (start, height) = (left.expression.span.start, left.height.max(right.height));
    let (left, right) = (left.expression, right.expression);
    wrap(cursor, (start, height), ExpressionKind::Binary { operator, left, right })
}

fn negative(cursor: &mut Cursor<'_, '_>) -> Parse<Tall> {
    let start = cursor.here().start;
    if cursor.take(Kind::Minus).is_none() {
        return operand(cursor);
    }
    let inner = cursor.nested(negative)?;
    wrap(cursor, (start, inner.height), ExpressionKind::Negate(inner.expression))
}

fn operand(cursor: &mut Cursor<'_, '_>) -> Parse<Tall> {
    match cursor.peek().map(|token| token.kind) {
        Some(Kind::Open) => parenthesised(cursor),
        Some(Kind::Number) => leaf(cursor, |cursor| cursor.number(OPERAND).map(ExpressionKind::Number)),
        Some(Kind::Date) => leaf(cursor, |cursor| cursor.day(OPERAND).map(ExpressionKind::Date)),
        Some(Kind::Word) => worded(cursor),
        _ => Err(cursor.expected(OPERAND)),
    }
}

const OPERAND: &str = "a number, a date, a name or `( )`";

fn worded(cursor: &mut Cursor<'_, '_>) -> Parse<Tall> {
    if cursor.phrase_at(0, "if") {
        choice(cursor)
    } else if cursor.phrase_at(0, "sum over") || cursor.phrase_at(0, "average over") {
        cursor.nested(over)
    } else if cursor.phrase_at(0, "round up") {
        round_up(cursor)
    } else if cursor.kind_at(1, Kind::Open) {
        call(cursor)
    } else {
        leaf(cursor, named)
    }
}

fn parenthesised(cursor: &mut Cursor<'_, '_>) -> Parse<Tall> {
    cursor.advance();
    let inner = any(cursor)?;
    close(cursor)?;
    Ok(inner)
}

pub(crate) fn open(cursor: &mut Cursor<'_, '_>) -> Parse<()> {
    if cursor.take(Kind::Open).is_some() { Ok(()) } else { Err(cursor.expected("`(`")) }
}

pub(crate) fn close(cursor: &mut Cursor<'_, '_>) -> Parse<()> {
    if cursor.take(Kind::Close).is_some() { Ok(()) } else { Err(cursor.expected("an operator or `)`")) }
}

fn choice(cursor: &mut Cursor<'_, '_>) -> Parse<Tall> {
    let start = cursor.here().start;
    cursor.advance();
    let condition = any(cursor)?;
    cursor.require("then")?;
    let then = any(cursor)?;
    cursor.require("else")?;
    let otherwise = any(cursor)?;
    let height = condition.height.max(then.height).max(otherwise.height);
    let (condition, then, otherwise) = (condition.expression, then.expression, otherwise.expression);
    wrap(cursor, (start, height), ExpressionKind::If { condition, then, otherwise })
}

fn over(cursor: &mut Cursor<'_, '_>) -> Parse<Tall> {
    let start = cursor.here().start;
    let average = cursor.phrase_at(0, "average");
    cursor.advance();
    cursor.require("over")?;
    let payments = cursor.count(1..=60, "a number of payments")?;
    cursor.require("of")?;
    let of = operand(cursor)?;
    let kind = ExpressionKind::Over { average, payments, of: of.expression };
    wrap(cursor, (start, of.height), kind)
}

fn round_up(cursor: &mut Cursor<'_, '_>) -> Parse<Tall> {
    let start = cursor.here().start;
    cursor.require("round up")?;
    open(cursor)?;
    let inner = any(cursor)?;
    close(cursor)?;
    wrap(cursor, (start, inner.height), ExpressionKind::RoundUp(inner.expression))
}

fn call(cursor: &mut Cursor<'_, '_>) -> Parse<Tall> {
    let start = cursor.here().start;
    let function = cursor.name("a function")?;
    open(cursor)?;
    let (mut arguments, mut height) = (Vec::new(), 0);
    while !cursor.kind_at(0, Kind::Close) {
        let argument = any(cursor)?;
        height = height.max(argument.height);
        arguments.push(argument.expression);
        if cursor.take(Kind::Comma).is_none() {
            break;
        }
    }
    close(cursor)?;
    wrap(cursor, (start, height), ExpressionKind::Call { function, arguments })
}

fn named(cursor: &mut Cursor<'_, '_>) -> Parse<ExpressionKind> {
    let path = cursor.path("a name")?;
    if !cursor.phrase_at(0, "is") {
        return Ok(ExpressionKind::Name(path));
    }
    cursor.advance();
    if cursor.word("zero") { Ok(ExpressionKind::IsZero(path)) } else { unpaid(cursor, path) }
}

fn unpaid(cursor: &mut Cursor<'_, '_>, claim: Path) -> Parse<ExpressionKind> {
    cursor.require("unpaid for")?;
    Ok(ExpressionKind::Unpaid { claim, days: cursor.days()? })
}

fn leaf<'t, 'a>(
    cursor: &mut Cursor<'t, 'a>,
    read: impl FnOnce(&mut Cursor<'t, 'a>) -> Parse<ExpressionKind>,
) -> Parse<Tall> {
    let start = cursor.here().start;
    let kind = read(cursor)?;
    wrap(cursor, (start, 0), kind)
}

/// The tree must stay shallow too: `a + b + c` is as deep as it is long.
fn wrap(cursor: &Cursor<'_, '_>, (start, height): (usize, usize), kind: ExpressionKind) -> Parse<Tall> {
    let height = height.saturating_add(1);
    if height > MAX_DEPTH {
        return Err(cursor.too_deep());
    }
    let span = Span { start, end: cursor.last_end() };
    Ok(Tall { expression: Expression { kind: Box::new(kind), span }, height })
}
