//! Claims that nothing pays, and claims that are paid out of rank.

use super::{bare, running};
use crate::compile::{Scope, Symbol};
use crate::diagnostics::Diagnostic;
use crate::error::DealError;
use crate::syntax::{Note, NoteOption, Path, Span, Statement, Step, Waterfall};
use std::collections::BTreeMap;

pub(crate) fn check(scope: &Scope<'_>, reach: &[bool]) -> Vec<Diagnostic> {
    let waterfalls = running(scope, reach);
    let mut findings = never_paid(scope, &waterfalls);
    for (waterfall, _) in &waterfalls {
        findings.extend(out_of_rank(scope, waterfall));
    }
    findings
}

/// The claims that a step pays, with their places.
fn paid(step: &Step) -> &[Path] {
    match step {
        Step::Pay { claims, .. } | Step::ProRata { claims, .. } => claims,
        _ => &[],
    }
}

fn never_paid(scope: &Scope<'_>, waterfalls: &[(&Waterfall, Span)]) -> Vec<Diagnostic> {
    let steps = waterfalls.iter().flat_map(|(waterfall, _)| &waterfall.steps);
    let named: Vec<String> =
        steps.flat_map(|item| paid(bare(item).0)).map(|path| path.words.join(".")).collect();
    let is_paid = |name: &str| named.iter().any(|paid| paid == name);
    let mut findings = Vec::new();
    for (name, span) in claims(scope) {
        let principal = name.strip_suffix(".principal").map(|note| format!("{note}.scheduled"));
        if is_paid(&name) || principal.is_some_and(|scheduled| is_paid(&scheduled)) {
            continue;
        }
        let message = format!("no waterfall that runs ever pays `{name}`");
        findings.push(
            Diagnostic::error(DealError::NeverPaid, span, message)
                .help(format!("add `pay {name}` where it ranks")),
        );
    }
    findings
}

/// Everything that can fall due.
fn claims(scope: &Scope<'_>) -> Vec<(String, Span)> {
    let mut claims = Vec::new();
    for note in &scope.notes {
        let name = &note.name.text;
        let has = |wanted: fn(&NoteOption) -> bool| note.options.iter().any(wanted);
        claims.push((format!("{name}.interest"), note.name.span));
        if !has(|option| matches!(option, NoteOption::Notional(_))) {
            claims.push((format!("{name}.principal"), note.name.span));
        }
        if has(|option| matches!(option, NoteOption::Additional { .. })) {
            claims.push((format!("{name}.additional"), note.name.span));
        }
    }
    for item in &scope.document.statements {
        let (name, capped) = match &item.body {
            Statement::Fee(fee) if !fee.once_at_closing => (&fee.name, fee.at_most.is_some()),
            Statement::Expense(expense) => (&expense.name, expense.at_most.is_some()),
            _ => continue,
        };
        claims.push((name.text.clone(), name.span));
        if capped {
            claims.push((format!("{}.excess", name.text), name.span));
        }
    }
    let owners = scope.equities.iter().map(|equity| (equity.name.text.clone(), equity.name.span));
    claims.extend(owners);
    claims
}

/// What a claim asks of the order of payment: interest before the interest of juniors, principal before their principal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Sort {
    Interest,
    Principal,
}

fn sort(word: &str) -> Option<Sort> {
    match word {
        "interest" => Some(Sort::Interest),
        "principal" | "scheduled" => Some(Sort::Principal),
        _ => None,
    }
}

fn rank(scope: &Scope<'_>, index: usize) -> usize {
    let written = |note: &&Note| {
        note.options.iter().find_map(|option| match option {
            NoteOption::Rank(rank) => Some(usize::from(*rank)),
            _ => None,
        })
    };
    scope.notes.get(index).and_then(written).unwrap_or(index.saturating_add(1))
}

/// A senior paid behind its junior for the same thing, in one waterfall and without a condition.
fn out_of_rank(scope: &Scope<'_>, waterfall: &Waterfall) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    // The most junior note paid so far, for each sort of claim.
    let mut juniors: BTreeMap<Sort, (usize, &Path)> = BTreeMap::new();
    for item in &waterfall.steps {
        let (step, guarded) = bare(item);
        if guarded {
            continue;
        }
        // Members of one pro-rata group rank alike; the claims of a plain step are paid one after the other.
        let groups: Vec<&[Path]> = match step {
            Step::ProRata { claims, .. } => vec![claims],
            step => paid(step).chunks(1).collect(),
        };
        for group in groups {
            let ranked: Vec<(Sort, usize, &Path)> =
                group.iter().filter_map(|path| ranked(scope, path)).collect();
            for (sort, rank, path) in &ranked {
                if let Some((junior, place)) = juniors.get(sort).filter(|(junior, _)| junior > rank) {
                    findings.push(contradiction(path, place, *junior));
                }
            }
            for (sort, rank, path) in ranked {
                if juniors.get(&sort).is_none_or(|(junior, _)| rank > *junior) {
                    juniors.insert(sort, (rank, path));
                }
            }
        }
    }
    findings
}

/// What a claim of a note asks for and how the note ranks.
fn ranked<'p>(scope: &Scope<'_>, path: &'p Path) -> Option<(Sort, usize, &'p Path)> {
    let [name, word] = path.words.as_slice() else { return None };
    match scope.symbol(name) {
        Some(Symbol::Note(index)) => Some((sort(word)?, rank(scope, index), path)),
        _ => None,
    }
}

fn contradiction(senior: &Path, junior: &Path, rank: usize) -> Diagnostic {
    let (first, second) = (senior.words.join("."), junior.words.join("."));
    let message = format!("`{first}` is paid behind `{second}`, whose note ranks {rank}");
    Diagnostic::warning(DealError::RankContradicted, senior.span, message)
        .label(junior.span, "paid before it")
        .help("change the order of the steps, or say `rank N` at the notes")
}
