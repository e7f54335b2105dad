//! Conditions that are decided before the deal begins.

use crate::compile::{Decimal, Scope, Symbol, decimal};
use crate::syntax::{Expression, ExpressionKind, Operator};
use std::cmp::Ordering;

/// Formulas within formulas that are followed; a cycle is found elsewhere.
const DEPTH_MAX: u8 = 16;

/// Returns whether a condition can never hold, whatever the world reports: `1 > 2`, a date after the last payment, a
/// trigger whose own condition never holds.
pub(crate) fn never_holds(scope: &Scope<'_>, condition: &Expression) -> bool {
    decided(scope, condition, DEPTH_MAX) == Some(false)
}

/// What a condition always is, if it is always the same.
fn decided(scope: &Scope<'_>, condition: &Expression, depth: u8) -> Option<bool> {
    let depth = depth.checked_sub(1)?;
    match condition.kind.as_ref() {
        ExpressionKind::Not(inner) => decided(scope, inner, depth).map(|always| !always),
        ExpressionKind::Binary { operator: Operator::And, left, right } => {
            match (decided(scope, left, depth), decided(scope, right, depth)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            }
        }
        ExpressionKind::Binary { operator: Operator::Or, left, right } => {
            match (decided(scope, left, depth), decided(scope, right, depth)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            }
        }
        ExpressionKind::Binary { operator, left, right } => {
            compared(*operator, range(scope, left, depth)?, range(scope, right, depth)?)
        }
        ExpressionKind::Name(path) => match (path.words.as_slice(), scope.symbol(path.words.first()?)) {
            ([_], Some(Symbol::Let(value))) => decided(scope, value, depth),
            ([name], Some(Symbol::Trigger)) => {
                let trigger = scope.triggers.iter().find(|trigger| trigger.name.text == *name)?;
                // A trigger is off until its condition holds; one that always holds may still count payments.
                decided(scope, &trigger.when, depth).filter(|always| !always)
            }
            _ => None,
        },
        _ => None,
    }
}

/// A number between two bounds; dates are days, an open end is `None`.
#[derive(Clone, Copy)]
struct Range {
    low: Decimal,
    high: Option<Decimal>,
}

fn range(scope: &Scope<'_>, expression: &Expression, depth: u8) -> Option<Range> {
    let depth = depth.checked_sub(1)?;
    let exactly = |value: Decimal| Some(Range { low: value, high: Some(value) });
    let day = |date: units::Date| whole(i128::from(date.days()));
    match expression.kind.as_ref() {
        ExpressionKind::Number(number) => exactly(decimal(number)),
        ExpressionKind::Date(date) => exactly(day(date.0)),
        ExpressionKind::Name(path) => match path.words.as_slice() {
            [word] if word == "date" => {
                Some(Range { low: day(scope.closing), high: Some(day(scope.last.add_days(AFTER_FINAL))) })
            }
            [word] if word == "payment" => Some(Range { low: whole(0), high: None }),
            [word] => match scope.symbol(word) {
                Some(Symbol::Let(value)) => range(scope, value, depth),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

/// Payments go on for two years after the final date; a month more allows for business days.
const AFTER_FINAL: i32 = 2 * 366 + 31;

const fn whole(digits: i128) -> Decimal {
    Decimal { digits, places: 0, only: None }
}

fn compared(operator: Operator, left: Range, right: Range) -> Option<bool> {
    // Whether everything on one side is below (or at most) everything on the other.
    let below = |a: Range, b: Range, or_equal: bool| {
        let order = a.high.and_then(|high| compare(high, b.low))?;
        Some(order == Ordering::Less || (or_equal && order == Ordering::Equal))
    };
    let (yes, no) = match operator {
        Operator::Less => (below(left, right, false), below(right, left, true)),
        Operator::LessOrEqual => (below(left, right, true), below(right, left, false)),
        Operator::Greater => (below(right, left, false), below(left, right, true)),
        Operator::GreaterOrEqual => (below(right, left, true), below(left, right, false)),
        Operator::Equal => {
            let apart = below(left, right, false) == Some(true) || below(right, left, false) == Some(true);
            (None, Some(apart))
        }
        _ => (None, None),
    };
    match (yes, no) {
        (Some(true), _) => Some(true),
        (_, Some(true)) => Some(false),
        _ => None,
    }
}

/// Compares two decimals exactly; nothing if they are too long for that.
fn compare(a: Decimal, b: Decimal) -> Option<Ordering> {
    let places = a.places.max(b.places);
    let at = |value: Decimal| {
        let more = u32::from(places.checked_sub(value.places)?);
        value.digits.checked_mul(10_i128.checked_pow(more)?)
    };
    Some(at(a)?.cmp(&at(b)?))
}
