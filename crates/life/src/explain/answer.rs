//! The answer in plain text.

use super::{Asked, Before, TARGET, Witness};
use crate::error::LifeError;
use crate::look::{grouped, shown};
use crate::setup::Setup;
use deal::syntax::{Expression, ExpressionKind, Statement, Step};
use std::collections::BTreeMap;
use std::fmt::Write;
use units::Scaled;
use waterfall::plan::Plan;
use waterfall::{Inspection, Posting, PostingKind};

pub(super) fn heading(out: &mut String, witness: &Witness) {
    let number = witness.number;
    if let Some(period) = witness.plan.period(number) {
        let _ = writeln!(
            out,
            "Payment {number} on {}: accrual {} to {}, inputs as of {}",
            witness.date, period.start, period.end, period.determination
        );
    }
}

fn label(plan: &Plan, step: u16) -> &str {
    plan.steps.get(usize::from(step)).map_or("", |step| plan.name(step.id))
}

fn amount(plan: &Plan, value: i64) -> String {
    grouped(&Scaled::new(value, plan.decimals).to_string())
}

fn push(out: &mut String, words: &str, value: &str) {
    let _ = writeln!(out, "  {words:<36} {value:>24}");
}

pub(super) fn overview(out: &mut String, witness: &Witness) {
    let plan = &witness.plan;
    for posting in &witness.postings {
        let short = posting.short[0];
        let missing = if short > 0 { format!("   short {}", amount(plan, short)) } else { String::new() };
        let _ = writeln!(
            out,
            "  {:<24} {:>24}  {} → {}{missing}",
            label(plan, posting.step),
            amount(plan, posting.amount[0]),
            plan.name(posting.from),
            plan.name(posting.to)
        );
    }
    let _ = writeln!(out, "Ask for one of these steps to see why.");
}

/// Finds a step by its name, with or without `pay`, or by its line in the term sheet.
pub(super) fn find_step<'w>(
    setup: &Setup,
    witness: &'w Witness,
    wanted: &str,
) -> Result<Vec<&'w Before>, LifeError> {
    let wanted = wanted.split_whitespace().collect::<Vec<_>>().join(" ");
    let lines = step_lines(setup);
    let matches = |before: &&Before| {
        let label = label(&witness.plan, before.step);
        let line = lines.get(usize::from(before.step)).map_or("", String::as_str);
        let guarded = line.strip_suffix(&wanted).is_some_and(|guard| guard.ends_with(": "));
        label == wanted || label.strip_prefix("pay ") == Some(&wanted) || line == wanted || guarded
    };
    let mut found: Vec<&Before> = witness.before.iter().filter(matches).collect();
    found.dedup_by_key(|before| before.step);
    if found.is_empty() { Err(no_step(witness, &wanted)) } else { Ok(found) }
}

fn no_step(witness: &Witness, wanted: &str) -> LifeError {
    let mut known: Vec<&str> =
        witness.before.iter().map(|before| label(&witness.plan, before.step)).collect();
    known.retain(|label| !label.is_empty());
    known.dedup();
    let hint = deal::suggest(wanted, known.iter().copied())
        .map_or(String::new(), |near| format!("; did you mean `{near}`?"));
    LifeError::NotFound(format!(
        "no step `{wanted}` ran on {}{hint}\nthese ran: {}",
        witness.date,
        known.join(", ")
    ))
}

pub(super) fn one_step(
    out: &mut String,
    setup: &Setup,
    (witness, before, asked): (&Witness, &Before, &[Asked]),
) {
    let plan = &witness.plan;
    let name = label(plan, before.step);
    let lines = step_lines(setup);
    let line = lines.get(usize::from(before.step)).map_or("", String::as_str);
    let _ = writeln!(out, "\n{name}\n  the term sheet says: {line}");
    for (claim, due) in before.due.iter().filter(|(claim, _)| name.ends_with(claim.as_str())) {
        push(out, &format!("{claim} is owed"), &amount(plan, *due));
        explain_due(out, (witness, claim));
    }
    push_target(out, witness, name);
    for (account, cash) in before.accounts.iter().filter(|(_, cash)| *cash != 0) {
        push(out, &format!("cash in {account}"), &amount(plan, *cash));
    }
    if before.accounts.iter().all(|(_, cash)| *cash == 0) {
        push(out, "cash in any account", &amount(plan, 0));
    }
    let mut moved = false;
    for posting in witness.postings.iter().filter(|posting| posting.step == before.step) {
        push_posting(out, plan, posting);
        moved = true;
    }
    if !moved {
        push(out, "moved nothing", "");
    }
    push_named(out, setup, (witness, before, line, asked));
}

fn push_posting(out: &mut String, plan: &Plan, posting: &Posting<1>) {
    let (from, to) = (plan.name(posting.from), plan.name(posting.to));
    let words = match posting.kind {
        PostingKind::Transfer => format!("moved from {from} to {to}"),
        PostingKind::Book => format!("booked of {from}"),
        _ => format!("{to} paid from {from}"),
    };
    push(out, &words, &amount(plan, posting.amount[0]));
    if posting.short[0] > 0 {
        push(out, "still short", &amount(plan, posting.short[0]));
    }
}

/// What the step's line names, and what was asked for.
fn push_named(
    out: &mut String,
    setup: &Setup,
    (witness, before, line, asked): (&Witness, &Before, &str, &[Asked]),
) {
    let named = names_in(setup, line);
    for (name, value) in before.values.iter().filter(|(name, _)| named.contains(name)) {
        push(out, name, &shown(value, witness.plan.decimals));
    }
    for one in asked {
        if let Some(value) = before.values.get(&one.key) {
            push(out, &one.text, &shown(value, witness.plan.decimals));
        }
    }
}

/// A reserve is filled to its target, or released above it.
fn push_target(out: &mut String, witness: &Witness, name: &str) {
    let account = name.strip_prefix("fill ").or_else(|| name.strip_prefix("release "));
    let target = account.and_then(|account| witness.determined.get(&format!("{account}{TARGET}")));
    if let (Some(account), Some(target)) = (account, target) {
        push(out, &format!("target of {account}"), &shown(target, witness.plan.decimals));
    }
}

/// Interest: the balance, the coupon and the days that it comes from.
fn explain_due(out: &mut String, (witness, claim): (&Witness, &str)) {
    let Some(name) = claim.strip_suffix(".interest") else { return };
    for field in ["balance", "coupon"] {
        if let Some(value) = witness.determined.get(&format!("{name}.{field}")) {
            push(out, &format!("  {name}.{field}"), &shown(value, witness.plan.decimals));
        }
    }
    if let Some(note) = witness.plan.notes.iter().find(|note| witness.plan.name(note.id) == name) {
        let fraction = witness.plan.fraction(note.day_count, witness.number);
        push(out, "  part of a year", &format!("{}/{}", fraction.numerator, fraction.denominator));
    }
}

/// The line of the term sheet behind each step of the plan: the compiler writes a step for each claim of a line.
fn step_lines(setup: &Setup) -> Vec<String> {
    let mut lines = Vec::new();
    for item in &setup.document.statements {
        let Statement::Waterfall(waterfall) = &item.body else { continue };
        let swept = waterfall.from.len().saturating_sub(1);
        lines.extend(std::iter::repeat_n("(the accounts named first are swept into one)".to_owned(), swept));
        for item in &waterfall.steps {
            let text = setup.text.get(item.span.start..item.span.end).unwrap_or("");
            let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
            lines.extend(std::iter::repeat_n(line, steps_of(&item.body)));
        }
    }
    lines
}

fn steps_of(step: &Step) -> usize {
    match step {
        Step::Pay { claims, .. } => claims.len(),
        Step::Guarded { then, .. } => steps_of(&then.body),
        _ => 1,
    }
}

/// Lets and tests that the step's own line names.
fn names_in(setup: &Setup, line: &str) -> Vec<String> {
    // A word of a dotted name, such as `A.interest`, is none.
    let words = line.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.'));
    let mut names: Vec<String> = words.map(str::to_owned).collect();
    // One level further: what a named formula is made of.
    for item in &setup.document.statements {
        if let Statement::Let { name, value } | Statement::Test { name, value } = &item.body
            && names.contains(&name.text)
        {
            collect(value, &mut names);
        }
    }
    names
}

fn collect(expression: &Expression, names: &mut Vec<String>) {
    match expression.kind.as_ref() {
        ExpressionKind::Name(path) => names.extend(path.words.first().cloned()),
        ExpressionKind::Binary { left, right, .. } => {
            collect(left, names);
            collect(right, names);
        }
        ExpressionKind::Over { of, .. } | ExpressionKind::RoundUp(of) | ExpressionKind::Negate(of) => {
            collect(of, names)
        }
        ExpressionKind::Call { arguments, .. } => {
            arguments.iter().for_each(|argument| collect(argument, names))
        }
        _ => {}
    }
}

pub(super) fn push_values(out: &mut String, witness: &Witness, asked: &[Asked]) {
    let _ = writeln!(out, "\nAt the determination date");
    let values: &BTreeMap<String, Inspection<1>> = &witness.determined;
    for one in asked {
        let value =
            values.get(&one.key).map_or("–".to_owned(), |value| shown(value, witness.plan.decimals));
        push(out, &one.text, &value);
    }
}
