//! Why a step paid what it paid: the same life is lived once more, and the state is read just before each of its steps.

use crate::error::LifeError;
use crate::look::{Look, read_all, shown};
use crate::play::{Limits, play};
use crate::setup::Setup;
use deal::syntax::{Expression, ExpressionKind, Statement, Step};
use std::collections::BTreeMap;
use std::fmt::Write;
use units::{Date, Scaled};
use waterfall::plan::{ClaimKind, Plan};
use waterfall::{Event, Inspection, Journal, Posting, PostingKind, Stage, State, apply};

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// Payment date, or any date of the period that it pays.
    pub date: Date,
    /// The step, in the term sheet's words, with or without `pay`; all steps of the date if not given.
    pub step: Option<&'a str>,
    /// Formulas of the language.
    pub formulas: &'a [String],
}

/// What the state was just before a step.
struct Before {
    step: u16,
    accounts: Vec<(String, i64)>,
    values: BTreeMap<String, Inspection<1>>,
    due: BTreeMap<String, i64>,
}

/// Answers in plain text.
///
/// # Errors
/// [`LifeError::NotFound`] if there is no such payment date or step, or a formula does not compile.
pub fn explain(setup: &Setup, question: &Question<'_>) -> Result<String, LifeError> {
    let life = play(setup, Limits::default(), &mut |_, _| {})?;
    let number = payment_number(&setup.compiled.plan, question.date)?;
    let formulas = asked(question)?;
    let mut watched = formulas.clone();
    watched.extend(note_formulas(setup));
    let look = Look::new(setup, &watched);
    require_compiled(&look.plan, &formulas)?;
    let witness = witness(look, &life.events, number)?;
    let mut out = String::new();
    heading(&mut out, &setup.compiled.plan, &witness);
    match question.step {
        None => overview(&mut out, setup, &witness),
        Some(step) => {
            let found = find_step(&witness, step)?;
            for before in found {
                one_step(&mut out, setup, (&witness, before, &formulas));
            }
        }
    }
    if question.step.is_none() && !formulas.is_empty() {
        push_values(&mut out, &witness.plan, (&witness.determined, &formulas));
    }
    Ok(out)
}

/// A payment date as it was seen from inside.
struct Witness {
    plan: Plan,
    before: Vec<Before>,
    determined: BTreeMap<String, Inspection<1>>,
    postings: Vec<Posting<1>>,
    date: Date,
    number: u16,
}

fn payment_number(plan: &Plan, date: Date) -> Result<u16, LifeError> {
    let position = plan.periods.iter().position(|period| period.payment >= date);
    position.and_then(|number| u16::try_from(number).ok()).ok_or_else(|| {
        let last = plan.periods.last().map_or(date, |period| period.payment);
        LifeError::NotFound(format!("there is no payment on or after {date}; the last one is on {last}"))
    })
}

fn asked(question: &Question<'_>) -> Result<Vec<(String, Expression)>, LifeError> {
    let parse = |text: &String| {
        let statement = format!("let x = {text}");
        let document = deal::parse(&statement)
            .map_err(|found| LifeError::Deal(deal::render(("formula", &statement), &found, false)))?;
        let value = document.statements.into_iter().find_map(|item| match item.body {
            Statement::Let { value, .. } => Some(value),
            _ => None,
        });
        value
            .map(|value| (text.clone(), value))
            .ok_or_else(|| LifeError::NotFound(format!("`{text}` is no formula")))
    };
    question.formulas.iter().map(parse).collect()
}

/// A formula that names something unknown must not be passed over in silence.
fn require_compiled(plan: &Plan, formulas: &[(String, Expression)]) -> Result<(), LifeError> {
    let known = |name: &str| plan.inspected.iter().any(|inspected| plan.name(inspected.id) == name);
    match formulas.iter().find(|(name, _)| !known(name)) {
        None => Ok(()),
        Some((name, _)) => Err(LifeError::NotFound(format!(
            "`{name}` cannot be worked out in this deal; is every name in it declared?"
        ))),
    }
}

/// Lives all events up to the payment in question, and watches that one.
fn witness(look: Look, events: &[Event<1>], number: u16) -> Result<Witness, LifeError> {
    let plan = look.plan;
    let mut state = State::new(&plan);
    let mut journal = Journal::new();
    for event in events {
        if !matches!(event, Event::PayDate { number: this, .. } if *this == number) {
            let _ = apply(&plan, &mut state, event, &mut journal);
            continue;
        }
        let names: Vec<String> =
            plan.inspected.iter().map(|inspected| plan.name(inspected.id).to_owned()).collect();
        let (mut before, mut determined) = (Vec::new(), BTreeMap::new());
        let mut observer = |stage: Stage, state: &State<1>| match stage {
            Stage::Determined => determined = read_all(&plan, &names, state),
            Stage::Step(step) => before.push(seen(&plan, step, (state, &names))),
        };
        let start = journal.len();
        let date = plan.period(number).map_or(Date::default(), |period| period.payment);
        let result = waterfall::apply_observed(&plan, &mut state, (event, &mut observer), &mut journal);
        result.map_err(|error| LifeError::Refused { date, event: format!("payment {number}"), error })?;
        let postings = journal.split_off(start);
        return Ok(Witness { plan, before, determined, postings, date, number });
    }
    Err(LifeError::NotFound(format!("the deal had ended before payment {number}")))
}

fn seen(plan: &Plan, step: u16, (state, names): (&State<1>, &[String])) -> Before {
    let cash =
        |account: &waterfall::plan::Account| (plan.name(account.id).to_owned(), state.read(account.first)[0]);
    let due = plan.claims.iter().filter(|claim| claim.kind != ClaimKind::Residual);
    Before {
        step,
        accounts: plan.accounts.iter().map(cash).collect(),
        values: read_all(plan, names, state),
        due: due.map(|claim| (plan.name(claim.id).to_owned(), state.read(claim.due)[0])).collect(),
    }
}

fn heading(out: &mut String, plan: &Plan, witness: &Witness) {
    let number = witness.number;
    let period = plan.period(number).copied();
    if let Some(period) = period {
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
    Scaled::new(value, plan.decimals).to_string()
}

fn overview(out: &mut String, setup: &Setup, witness: &Witness) {
    let plan = &setup.compiled.plan;
    for posting in &witness.postings {
        let short = posting.short[0];
        let missing = if short > 0 { format!("   short {}", amount(plan, short)) } else { String::new() };
        let _ = writeln!(
            out,
            "  {:<24} {:>22}  {} → {}{missing}",
            label(&witness.plan, posting.step),
            amount(plan, posting.amount[0]),
            witness.plan.name(posting.from),
            witness.plan.name(posting.to)
        );
    }
    let _ = writeln!(out, "Ask for one of these steps to see why.");
}

fn find_step<'w>(witness: &'w Witness, wanted: &str) -> Result<Vec<&'w Before>, LifeError> {
    let wanted = wanted.trim();
    let matches = |before: &&Before| {
        let label = label(&witness.plan, before.step);
        label == wanted || label.strip_prefix("pay ") == Some(wanted)
    };
    let mut found: Vec<&Before> = witness.before.iter().filter(matches).collect();
    found.dedup_by_key(|before| before.step);
    if !found.is_empty() {
        return Ok(found);
    }
    let mut known: Vec<&str> =
        witness.before.iter().map(|before| label(&witness.plan, before.step)).collect();
    known.retain(|label| !label.is_empty());
    known.dedup();
    let hint = deal::suggest(wanted, known.iter().copied())
        .map_or(String::new(), |near| format!(" did you mean `{near}`?"));
    Err(LifeError::NotFound(format!(
        "no step `{wanted}` ran on {};{hint} these ran: {}",
        witness.date,
        known.join(", ")
    )))
}

fn one_step(
    out: &mut String,
    setup: &Setup,
    (witness, before, formulas): (&Witness, &Before, &[(String, Expression)]),
) {
    let plan = &witness.plan;
    let name = label(plan, before.step);
    let _ = writeln!(out, "\n{name}");
    let lines = step_lines(setup);
    let line = lines.get(usize::from(before.step)).map_or("", String::as_str);
    let _ = writeln!(out, "  the term sheet says      {line}");
    for (claim, due) in before.due.iter().filter(|(claim, _)| name.ends_with(claim.as_str())) {
        let _ = writeln!(out, "  {:<24} {:>22}", format!("{claim} is owed"), amount(plan, *due));
        explain_due(out, setup, (witness, claim));
    }
    for (account, cash) in before.accounts.iter().filter(|(_, cash)| *cash != 0) {
        let _ = writeln!(out, "  {:<24} {:>22}", format!("cash in {account}"), amount(plan, *cash));
    }
    for posting in witness.postings.iter().filter(|posting| posting.step == before.step) {
        let [paid] = posting.amount;
        let words = format!("paid from {}", plan.name(posting.from));
        let words = if posting.kind == PostingKind::Transfer {
            format!("moved to {}", plan.name(posting.to))
        } else {
            words
        };
        let _ = writeln!(out, "  {words:<24} {:>22}", amount(plan, paid));
        if posting.short[0] > 0 {
            let _ = writeln!(out, "  {:<24} {:>22}", "still short", amount(plan, posting.short[0]));
        }
    }
    let named = names_in(setup, line);
    let values = before
        .values
        .iter()
        .filter(|(known, _)| named.contains(known) || formulas.iter().any(|(f, _)| f == *known));
    for (known, value) in values {
        let _ = writeln!(out, "  {known:<24} {:>22}", shown(value, plan.decimals));
    }
}

/// Interest: the balance, the coupon and the days that it comes from.
fn explain_due(out: &mut String, setup: &Setup, (witness, claim): (&Witness, &str)) {
    let Some(name) = claim.strip_suffix(".interest") else { return };
    let decimals = setup.compiled.plan.decimals;
    for field in ["balance", "coupon"] {
        if let Some(value) = witness.determined.get(&format!("{name}.{field}")) {
            let _ = writeln!(out, "    {:<22} {:>22}", format!("{name}.{field}"), shown(value, decimals));
        }
    }
    if let Some(note) = witness.plan.notes.iter().find(|note| witness.plan.name(note.id) == name) {
        let fraction = witness.plan.fraction(note.day_count, witness.number);
        let part = format!("{}/{}", fraction.numerator, fraction.denominator);
        let _ = writeln!(out, "    {:<22} {part:>22}", "part of a year");
    }
}

/// Balance and coupon of every note, which explain its interest.
fn note_formulas(setup: &Setup) -> Vec<(String, Expression)> {
    let notes = setup.document.statements.iter().filter_map(|item| match &item.body {
        Statement::Note(note) => Some(note.name.text.as_str()),
        _ => None,
    });
    let formula = |note: &str, field: &str| {
        let text = format!("{note}.{field}");
        let kind = ExpressionKind::Name(text.clone().into());
        (text, Expression { kind: Box::new(kind), span: deal::syntax::Span::default() })
    };
    notes.flat_map(|note| [formula(note, "balance"), formula(note, "coupon")]).collect()
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
    let mut names: Vec<String> =
        line.split(|c: char| !(c.is_alphanumeric() || c == '_')).map(str::to_owned).collect();
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

fn push_values(
    out: &mut String,
    plan: &Plan,
    (values, formulas): (&BTreeMap<String, Inspection<1>>, &[(String, Expression)]),
) {
    let _ = writeln!(out, "\nAt the determination date");
    for (name, _) in formulas {
        let value = values.get(name).map_or("–".to_owned(), |value| shown(value, plan.decimals));
        let _ = writeln!(out, "  {name:<40} {value:>22}");
    }
}
