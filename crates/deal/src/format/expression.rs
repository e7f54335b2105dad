//! Formulas with as few parentheses as they need.

use crate::syntax::{Expression, ExpressionKind, Number, Operator, Path, Suffix};

/// How strongly a formula binds; parentheses are needed where a weaker one stands in a stronger one's place.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Binding {
    Choice,
    Or,
    And,
    Not,
    Comparison,
    Sum,
    Product,
    Sign,
    Operand,
}

/// Writes a formula.
pub(super) fn expression(expression: &Expression) -> String {
    inside(expression, Binding::Choice)
}

fn inside(expression: &Expression, weakest: Binding) -> String {
    let text = text(&expression.kind);
    if binding(&expression.kind) < weakest { format!("({text})") } else { text }
}

fn binding(kind: &ExpressionKind) -> Binding {
    match kind {
        ExpressionKind::If { .. } => Binding::Choice,
        ExpressionKind::Not(_) => Binding::Not,
        ExpressionKind::Negate(_) => Binding::Sign,
        ExpressionKind::Binary { operator, .. } => joint(*operator).1,
        _ => Binding::Operand,
    }
}

/// The sign of an operator, its own strength, and the least strength of its left and right side.
fn joint(operator: Operator) -> (&'static str, Binding, (Binding, Binding)) {
    use Binding::{And, Comparison, Not, Or, Product, Sign, Sum};
    match operator {
        Operator::Or => ("or", Or, (Or, And)),
        Operator::And => ("and", And, (And, Not)),
        Operator::Less => ("<", Comparison, (Sum, Sum)),
        Operator::LessOrEqual => ("<=", Comparison, (Sum, Sum)),
        Operator::Greater => (">", Comparison, (Sum, Sum)),
        Operator::GreaterOrEqual => (">=", Comparison, (Sum, Sum)),
        Operator::Equal => ("=", Comparison, (Sum, Sum)),
        Operator::Add => ("+", Sum, (Sum, Product)),
        Operator::Subtract => ("-", Sum, (Sum, Product)),
        Operator::Multiply => ("*", Product, (Product, Sign)),
        Operator::Divide => ("/", Product, (Product, Sign)),
    }
}

fn text(kind: &ExpressionKind) -> String {
    match kind {
        ExpressionKind::Number(value) => number(value),
        ExpressionKind::Date(day) => day.0.to_string(),
        ExpressionKind::Name(name) => path(name),
        ExpressionKind::Negate(inner) => format!("-{}", inside(inner, Binding::Sign)),
        ExpressionKind::Not(inner) => format!("not {}", inside(inner, Binding::Not)),
        ExpressionKind::Binary { operator, left, right } => {
            let (sign, _, (left_side, right_side)) = joint(*operator);
            format!("{} {sign} {}", inside(left, left_side), inside(right, right_side))
        }
        ExpressionKind::Call { function, arguments } => {
            format!("{}({})", function.text, list(arguments.iter().map(expression)))
        }
        ExpressionKind::Over { average, payments, of } => {
            let word = if *average { "average" } else { "sum" };
            format!("{word} over {payments} of {}", inside(of, Binding::Operand))
        }
        ExpressionKind::If { condition, then, otherwise } => {
            let (condition, then) = (expression(condition), expression(then));
            format!("if {condition} then {then} else {}", expression(otherwise))
        }
        ExpressionKind::RoundUp(inner) => format!("round up ({})", expression(inner)),
        ExpressionKind::IsZero(name) => format!("{} is zero", path(name)),
        ExpressionKind::Unpaid { claim, days } => {
            format!("{} is unpaid for {}", path(claim), counted(u32::from(*days), "day"))
        }
    }
}

/// Writes a dotted name.
pub(super) fn path(path: &Path) -> String {
    path.words.join(".")
}

/// Writes things with commas between.
pub(super) fn list(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(", ")
}

/// Writes `1 day` or `3 days`.
pub(crate) fn counted(count: u32, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// Writes a number, its thousands apart from five digits on.
pub(super) fn number(number: &Number) -> String {
    let (sign, digits) = match number.digits.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", number.digits.as_str()),
    };
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(w, f)| (w, Some(f)));
    let fraction = fraction.map_or(String::new(), |fraction| format!(".{fraction}"));
    let suffix = match number.suffix {
        Suffix::None => "",
        Suffix::Percent => "%",
        Suffix::Days if number.digits == "1" => " day",
        Suffix::Days => " days",
    };
    format!("{sign}{}{fraction}{suffix}", thousands(whole))
}

fn thousands(whole: &str) -> String {
    if whole.len() < 5 {
        return whole.to_owned();
    }
    let mut grouped = String::with_capacity(whole.len().saturating_mul(2));
    for (index, digit) in whole.chars().enumerate() {
        let left = whole.len().saturating_sub(index);
        if index > 0 && left % 3 == 0 {
            grouped.push('_');
        }
        grouped.push(digit);
    }
    grouped
}
