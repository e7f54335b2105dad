//! Cures that cannot happen, or that change nothing.

use super::states::leads;
use crate::compile::Scope;
use crate::diagnostics::Diagnostic;
use crate::error::DealError;
use crate::syntax::{Cure, Expression, ExpressionKind, Item, Statement, Step, Trigger};

pub(crate) fn check(scope: &Scope<'_>) -> Vec<Diagnostic> {
    scope.triggers.iter().filter_map(|trigger| check_trigger(scope, trigger)).collect()
}

fn check_trigger(scope: &Scope<'_>, trigger: &Trigger) -> Option<Diagnostic> {
    let Cure::After(_) = trigger.cure else { return None };
    let name = trigger.name.text.as_str();
    if let Some(word) = never_falls(scope, &trigger.when) {
        let message = format!("trigger `{name}` cannot be cured: `{word}` never falls");
        return Some(
            Diagnostic::warning(DealError::ImpossibleCure, trigger.name.span, message)
                .help("write `never cured`"),
        );
    }
    let mentioned =
        |state: &&&crate::syntax::State| state.when.as_ref().is_some_and(|when| mentions(when, name));
    if scope.states.iter().filter(mentioned).count() > 1 {
        // One of them is the way back.
        return None;
    }
    let used = uses(scope, name);
    let entered =
        scope.states.iter().position(|state| state.when.as_ref().is_some_and(|when| mentions(when, name)))?;
    if used.elsewhere || (0..scope.states.len()).any(|to| to != entered && returns(scope, entered, to)) {
        return None;
    }
    let state = scope.states.get(entered)?;
    let message =
        format!("a cure of `{name}` changes nothing: there is no way back from state `{}`", state.name.text);
    Some(
        Diagnostic::warning(DealError::ImpossibleCure, trigger.name.span, message)
            .label(state.name.span, "entered here")
            .help(format!(
                "write `never cured`, or a state with `from {}` that the cure leads to",
                state.name.text
            )),
    )
}

/// A way from a state to one declared before it.
fn returns(scope: &Scope<'_>, from: usize, to: usize) -> bool {
    to < from && leads(scope, from, to)
}

struct Uses {
    elsewhere: bool,
}

/// Whether a trigger is read by anything but the states' conditions.
fn uses(scope: &Scope<'_>, name: &str) -> Uses {
    let effects =
        scope.triggers.iter().any(|trigger| trigger.name.text == name && !trigger.effects.is_empty());
    let read = scope.document.statements.iter().any(|item| match &item.body {
        Statement::Let { value, .. } | Statement::Test { value, .. } => mentions(value, name),
        Statement::Trigger(trigger) => trigger.name.text != name && mentions(&trigger.when, name),
        Statement::Note(note) => mentions(&note.coupon, name),
        Statement::Permit { when, .. } => mentions(when, name),
        Statement::Fee(fee) => mentions(&fee.amount, name),
        Statement::Expense(expense) => mentions(&expense.amount, name),
        Statement::Waterfall(waterfall) => waterfall.steps.iter().any(|step| step_mentions(step, name)),
        _ => false,
    });
    Uses { elsewhere: effects || read }
}

fn step_mentions(item: &Item<Step>, name: &str) -> bool {
    match &item.body {
        Step::Guarded { condition, then, .. } => mentions(condition, name) || step_mentions(then, name),
        Step::Keep { share: Some(share), .. } => mentions(share, name),
        Step::Pay { bound: Some(crate::syntax::Bound::AtMost(most)), .. } => mentions(most, name),
        _ => false,
    }
}

/// Whether a formula names something.
fn mentions(expression: &Expression, name: &str) -> bool {
    match expression.kind.as_ref() {
        ExpressionKind::Name(path) => {
            path.words.len() == 1 && path.words.first().is_some_and(|word| word == name)
        }
        _ => children(expression).into_iter().any(|child| mentions(child, name)),
    }
}

fn children(expression: &Expression) -> Vec<&Expression> {
    match expression.kind.as_ref() {
        ExpressionKind::Negate(of) | ExpressionKind::Not(of) | ExpressionKind::RoundUp(of) => vec![of],
        ExpressionKind::Over { of, .. } => vec![of],
        ExpressionKind::Binary { left, right, .. } => vec![left, right],
        ExpressionKind::Call { arguments, .. } => arguments.iter().collect(),
        ExpressionKind::If { condition, then, otherwise } => vec![condition, then, otherwise],
        _ => Vec::new(),
    }
}

/// A breach that compares something cumulative from below with a constant stays a breach for ever.
fn never_falls(scope: &Scope<'_>, when: &Expression) -> Option<String> {
    use crate::syntax::Operator;
    let ExpressionKind::Binary { operator: Operator::Greater | Operator::GreaterOrEqual, left, right } =
        when.kind.as_ref()
    else {
        return None;
    };
    let (ExpressionKind::Name(path), ExpressionKind::Number(_)) = (left.kind.as_ref(), right.kind.as_ref())
    else {
        return None;
    };
    let text = path.words.join(".");
    let note = path.words.first().is_some_and(|name| scope.notes.iter().any(|note| note.name.text == *name));
    let cumulative = match path.words.as_slice() {
        [_, word] => note && matches!(word.as_str(), "written_off" | "capitalised" | "drawn"),
        [word] => word == "payment",
        _ => false,
    };
    cumulative.then_some(text)
}
