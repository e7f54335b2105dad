//! Why a step paid what it paid: the same life is lived once more, and the state is read just before each of its steps.

mod answer;

use crate::error::LifeError;
use crate::look::{Look, read_all};
use crate::play::{Limits, play};
use crate::setup::Setup;
use answer::{find_step, heading, one_step, overview, push_values};
use deal::Severity;
use deal::syntax::{Expression, ExpressionKind, Item, Name, Span, Statement};
use std::collections::BTreeMap;
use units::Date;
use waterfall::plan::{ClaimKind, Plan};
use waterfall::{Event, Inspection, Journal, Posting, Stage, State, apply};

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
/// [`LifeError::NotFound`] if there is no such payment date or step, or a formula that does not compile.
pub fn explain(setup: &Setup, question: &Question<'_>) -> Result<String, LifeError> {
    let life = play(setup, Limits::default(), &mut |_, _| {})?;
    explain_events(setup, &life.events, question)
}

/// As [`explain`], of a life that was lived elsewhere: the engine's events from the first on.
///
/// # Errors
/// As [`explain`].
pub fn explain_events(
    setup: &Setup,
    events: &[Event<1>],
    question: &Question<'_>,
) -> Result<String, LifeError> {
    let number = payment_number(&setup.compiled.plan, question.date)?;
    let asked = asked(setup, question)?;
    let mut watched: Vec<(String, Expression)> =
        asked.iter().map(|one| (one.key.clone(), one.value.clone())).collect();
    watched.extend(note_formulas(setup));
    watched.extend(target_formulas(setup));
    let witness = witness(Look::new(setup, &watched), events, number)?;
    let mut out = String::new();
    heading(&mut out, &witness);
    match question.step {
        None => overview(&mut out, &witness),
        Some(step) => {
            for before in find_step(setup, &witness, step)? {
                one_step(&mut out, setup, (&witness, before, &asked));
            }
        }
    }
    if question.step.is_none() && !asked.is_empty() {
        push_values(&mut out, &witness, &asked);
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

/// A formula that was asked for.
struct Asked {
    /// As it was written.
    text: String,
    /// Name under which it is watched: no name of the deal, so that a name alone can be asked for too.
    key: String,
    value: Expression,
}

fn asked(setup: &Setup, question: &Question<'_>) -> Result<Vec<Asked>, LifeError> {
    question.formulas.iter().map(|text| one_asked(setup, text)).collect()
}

/// Reads a formula and makes sure that it compiles within the deal; what is wrong is shown in the formula itself.
fn one_asked(setup: &Setup, text: &str) -> Result<Asked, LifeError> {
    const LET: &str = "let x = ";
    let refuse = |mut found: Vec<deal::Diagnostic>| {
        found.retain(|finding| finding.severity == Severity::Error);
        for finding in &mut found {
            finding.span.start = finding.span.start.saturating_sub(LET.len());
            finding.span.end = finding.span.end.saturating_sub(LET.len());
            finding.labels.clear();
        }
        LifeError::NotFound(format!(
            "`{text}` cannot be worked out\n{}",
            deal::render(("formula", text), &found, false)
        ))
    };
    let parsed = deal::parse(&format!("{LET}{text}")).map_err(refuse)?;
    let value = match parsed.statements.into_iter().next().map(|item| item.body) {
        Some(Statement::Let { value, .. }) => value,
        _ => return Err(LifeError::NotFound(format!("`{text}` is no formula"))),
    };
    let key = format!("= {text}");
    let mut document = setup.document.clone();
    let body = Statement::Let { name: Name::from(key.clone()), value: value.clone() };
    document.statements.push(Item { comments: Vec::new(), trailing: None, body, span: Span::default() });
    deal::compile(&document, &setup.tape).map_err(refuse)?;
    Ok(Asked { text: text.to_owned(), key, value })
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

/// Ends the name under which an account's target is watched.
const TARGET: &str = " target";

fn target_formulas(setup: &Setup) -> Vec<(String, Expression)> {
    let targets = setup.document.statements.iter().filter_map(|item| match &item.body {
        Statement::Account(account) => {
            Some((format!("{}{TARGET}", account.name.text), account.target.clone()?))
        }
        _ => None,
    });
    targets.collect()
}
