//! Static analysis: what a term sheet says that can never happen, or leaves to chance. Run before anything is compiled for
//! good; a finding that would lose money or time is an error, one that may be meant is a warning.

mod cash;
mod claims;
mod conditions;
mod cures;
mod states;

use crate::compile::Scope;
use crate::diagnostics::Diagnostic;
use crate::syntax::{Item, Span, Step, Waterfall};

/// Finds what is wrong with a deal that reads well.
pub(crate) fn analyse(scope: &Scope<'_>) -> Vec<Diagnostic> {
    let reach = states::reachable(scope);
    let mut findings = states::check(scope, &reach);
    findings.extend(cash::check(scope, &reach));
    findings.extend(claims::check(scope, &reach));
    findings.extend(cures::check(scope));
    findings
}

/// The waterfalls that can run, with the place of each.
fn running<'a>(scope: &Scope<'a>, reach: &[bool]) -> Vec<(&'a Waterfall, Span)> {
    let runs = |waterfall: &Waterfall| {
        let states = waterfall.states.iter().filter_map(|name| scope.state(&name.text));
        states.into_iter().any(|index| reach.get(index).copied().unwrap_or(false))
    };
    scope.waterfalls.iter().copied().filter(|(waterfall, _)| runs(waterfall)).collect()
}

/// A step without the conditions around it, and whether there are any.
fn bare(item: &Item<Step>) -> (&Step, bool) {
    match &item.body {
        Step::Guarded { then, .. } => (bare(then).0, true),
        step => (step, false),
    }
}
