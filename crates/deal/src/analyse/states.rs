//! Which states can be entered, and what happens there.

use super::conditions::never_holds;
use crate::compile::Scope;
use crate::diagnostics::Diagnostic;
use crate::error::DealError;
use crate::syntax::State;

/// The state in which a deal may end; any other without a waterfall is likely to lack one by mistake.
const CLOSED: &str = "closed";

/// Returns for each state whether it can be entered, starting from the first.
pub(crate) fn reachable(scope: &Scope<'_>) -> Vec<bool> {
    let count = scope.states.len();
    let mut reach = vec![false; count];
    if let Some(first) = reach.first_mut() {
        *first = true;
    }
    // Each round enters at least one more state or is the last.
    for _ in 0..count {
        for to in 0..count {
            let entered = (0..count).any(|from| reach.get(from) == Some(&true) && leads(scope, from, to));
            if let Some(known) = reach.get_mut(to) {
                *known |= entered;
            }
        }
    }
    reach
}

/// Whether one state can be followed by another.
pub(crate) fn leads(scope: &Scope<'_>, from: usize, to: usize) -> bool {
    let (Some(source), Some(target)) = (scope.states.get(from), scope.states.get(to)) else { return false };
    let timed = source.until.as_ref().is_some_and(|until| until.then.text == target.name.text);
    timed || (target.when.is_some() && may_start(target, source, from < to))
}

fn may_start(target: &State, source: &State, earlier: bool) -> bool {
    if target.from.is_empty() {
        earlier
    } else {
        target.from.iter().any(|name| name.text == source.name.text)
    }
}

pub(crate) fn check(scope: &Scope<'_>, reach: &[bool]) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for (state, reached) in scope.states.iter().zip(reach) {
        findings.extend(if *reached { missing_waterfall(scope, state) } else { Some(unreachable(state)) });
    }
    findings.extend(scope.states.iter().filter_map(|state| never_entered(scope, state)));
    findings.extend(shared(scope));
    findings
}

/// A condition that is decided before the deal begins is sound, but hardly meant.
fn never_entered(scope: &Scope<'_>, state: &State) -> Option<Diagnostic> {
    let when = state.when.as_ref().filter(|when| never_holds(scope, when))?;
    let message = format!("the condition of state `{}` can never hold", state.name.text);
    Some(
        Diagnostic::warning(DealError::UnreachableState, when.span, message)
            .help("correct the condition, or delete the state and its waterfall"),
    )
}

fn unreachable(state: &State) -> Diagnostic {
    let name = &state.name.text;
    let message = format!("state `{name}` can never be entered");
    let finding = Diagnostic::error(DealError::UnreachableState, state.name.span, message);
    finding
        .note("a state is entered by its own `when`, or by `until DATE, then NAME` of another")
        .help(format!("write `state {name} when CONDITION`, or delete it and its waterfall"))
}

fn missing_waterfall(scope: &Scope<'_>, state: &State) -> Option<Diagnostic> {
    let name = &state.name.text;
    if name == CLOSED || scope.waterfall_of(name).is_some() {
        return None;
    }
    let message = format!("state `{name}` can be entered but no waterfall runs in it");
    Some(
        Diagnostic::error(DealError::MissingWaterfall, state.name.span, message)
            .note(format!(
                "a state without a waterfall ends the deal and writes off every note; only `{CLOSED}` may"
            ))
            .help(format!(
                "write `waterfall {name} from lockbox`, or add `{name}` to the states of another waterfall"
            )),
    )
}

/// Two waterfalls for one state: only the first would run.
fn shared(scope: &Scope<'_>) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for (index, (waterfall, _)) in scope.waterfalls.iter().enumerate() {
        for state in &waterfall.states {
            let first = scope.waterfall_of(&state.text).unwrap_or(index);
            let Some((_, place)) = scope.waterfalls.get(first).filter(|_| first != index) else { continue };
            let message = format!("state `{}` has two waterfalls", state.text);
            findings.push(
                Diagnostic::error(DealError::DuplicateName, state.span, message)
                    .label(*place, "the first one")
                    .help("name the state at one of them"),
            );
        }
    }
    findings
}
