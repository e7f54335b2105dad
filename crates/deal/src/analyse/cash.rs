//! Where cash can be left lying, and which steps no cash can reach.

use super::conditions::never_holds;
use super::states::leads;
use super::{bare, running};
use crate::compile::{Scope, Symbol};
use crate::diagnostics::Diagnostic;
use crate::error::DealError;
use crate::syntax::{Account, Extent, Item, Span, Step, Waterfall};

pub(crate) fn check(scope: &Scope<'_>, reach: &[bool]) -> Vec<Diagnostic> {
    let waterfalls = running(scope, reach);
    let mut findings = Vec::new();
    for (waterfall, span) in &waterfalls {
        findings.extend(unreachable_steps(scope, waterfall));
        findings.extend(waterfall.steps.iter().filter_map(|item| never_runs(scope, item)));
        findings.extend(residue(scope, waterfall, *span));
    }
    for account in &scope.accounts {
        match stranded(scope, account, &waterfalls) {
            Some(finding) => findings.push(finding),
            None => findings.extend(left_at_the_end(scope, account, reach)),
        }
    }
    findings
}

/// A deal ends in a state without a waterfall: before, every account must have been emptied.
fn left_at_the_end(scope: &Scope<'_>, account: &Account, reach: &[bool]) -> Option<Diagnostic> {
    let name = account.name.text.as_str();
    let count = scope.states.len();
    let ends = |index: usize| {
        scope.states.get(index).is_some_and(|state| scope.waterfall_of(&state.name.text).is_none())
    };
    let last = (0..count).filter(|from| reach.get(*from) == Some(&true) && !ends(*from)).find(|from| {
        let state = scope.states.get(*from).map_or("", |state| state.name.text.as_str());
        let waterfall = scope.waterfall_of(state).and_then(|index| scope.waterfalls.get(index));
        let leaves_cash = waterfall.is_some_and(|(waterfall, _)| !empties(waterfall, name));
        leaves_cash && fed(scope, account, reach) && (0..count).any(|to| ends(to) && leads(scope, *from, to))
    })?;
    let state = scope.states.get(last)?;
    let message =
        format!("cash in account `{name}` is left over if the deal ends from state `{}`", state.name.text);
    Some(
        Diagnostic::warning(DealError::StrandedCash, account.name.span, message)
            .label(state.name.span, "the deal can end from here")
            .help(format!("write `release {name}` in its waterfall, with a condition if need be")),
    )
}

/// Whether cash ever comes into an account.
fn fed(scope: &Scope<'_>, account: &Account, reach: &[bool]) -> bool {
    let name = account.name.text.as_str();
    account.funded.is_some()
        || scope.receipts.iter().any(|(_, into)| into.text == name)
        || running(scope, reach).iter().any(|(waterfall, _)| fills(waterfall, name))
}

/// A step that takes all the cash there is, whatever happens.
fn takes_all(scope: &Scope<'_>, step: &Step) -> bool {
    match step {
        Step::Keep { share: None, .. } => true,
        Step::Pay { claims, bound: None, from: None } => claims.iter().any(|path| {
            let name = path.words.first().map_or("", String::as_str);
            path.words.len() == 1 && matches!(scope.symbol(name), Some(Symbol::Equity | Symbol::Payee))
        }),
        _ => false,
    }
}

/// What stands behind a step that always takes everything.
fn unreachable_steps(scope: &Scope<'_>, waterfall: &Waterfall) -> Option<Diagnostic> {
    let always = |item: &&Item<Step>| {
        let (step, guarded) = bare(item);
        !guarded && takes_all(scope, step)
    };
    let position = waterfall.steps.iter().position(|item| always(&item))?;
    let taker = waterfall.steps.get(position)?;
    let draws_elsewhere = |item: &&Item<Step>| !brings_cash(bare(item).0);
    let after = waterfall.steps.get(position.saturating_add(1)..)?.iter().find(draws_elsewhere)?;
    let message = "no cash can reach this step";
    Some(
        Diagnostic::error(DealError::UnreachableStep, after.span, message)
            .label(taker.span, "this takes all there is")
            .help("move it up, or put a condition before the step that takes all"),
    )
}

/// A step behind a condition that can never hold.
fn never_runs(scope: &Scope<'_>, item: &Item<Step>) -> Option<Diagnostic> {
    let Step::Guarded { condition, then, .. } = &item.body else { return None };
    if !never_holds(scope, condition) {
        return never_runs(scope, then);
    }
    Some(
        Diagnostic::warning(DealError::UnreachableStep, item.span, "this step never runs")
            .label(condition.span, "this can never hold")
            .help("correct the condition, or delete the step"),
    )
}

/// Steps that do not need cash of the main account.
fn brings_cash(step: &Step) -> bool {
    matches!(step, Step::Release { .. } | Step::WriteOff { .. } | Step::Pay { from: Some(_), .. })
}

/// The last unit must have an owner in every state.
fn residue(scope: &Scope<'_>, waterfall: &Waterfall, span: Span) -> Option<Diagnostic> {
    let owned = waterfall.steps.iter().any(|item| {
        let (step, guarded) = bare(item);
        !guarded && takes_all(scope, step)
    });
    if owned {
        return None;
    }
    let last = waterfall.steps.last().map_or(span, |item| item.span);
    let account = waterfall.from.first().map_or("", |name| name.text.as_str());
    let message = format!("what is left after this step belongs to nobody and stays in `{account}`");
    Some(
        Diagnostic::error(DealError::ResidueWithoutOwner, last, message)
            .help("end the waterfall with `pay` of an equity or payee, or `keep all in ACCOUNT`"),
    )
}

/// An account that takes cash in must be emptied by some waterfall that can run.
fn stranded(scope: &Scope<'_>, account: &Account, waterfalls: &[(&Waterfall, Span)]) -> Option<Diagnostic> {
    let name = account.name.text.as_str();
    let fed = account.funded.is_some()
        || scope.receipts.iter().any(|(_, into)| into.text == name)
        || waterfalls.iter().any(|(waterfall, _)| fills(waterfall, name));
    let emptied = waterfalls.iter().any(|(waterfall, _)| empties(waterfall, name));
    if !fed || emptied {
        return None;
    }
    let message =
        format!("cash in account `{name}` can be stranded: no waterfall that runs ever takes all of it out");
    Some(
        Diagnostic::error(DealError::StrandedCash, account.name.span, message)
            .note("an account is emptied where a waterfall is `from` it, or says `release` of it")
            .help(format!("add `{name}` to the accounts of the last waterfall, or write `release {name}`")),
    )
}

fn fills(waterfall: &Waterfall, name: &str) -> bool {
    waterfall.steps.iter().any(|item| match bare(item).0 {
        Step::Fill { account, .. } | Step::Keep { account, .. } => account.text == name,
        _ => false,
    })
}

fn empties(waterfall: &Waterfall, name: &str) -> bool {
    let pooled = waterfall.from.iter().any(|account| account.text == name);
    pooled
        || waterfall.steps.iter().any(|item| match bare(item).0 {
            Step::Release { account, extent: Extent::All } => account.text == name,
            _ => false,
        })
}
