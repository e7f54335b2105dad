//! Values behind tests and triggers. They are read from a second plan, the same term sheet with a `let` for each value, which
//! lives the same life beside the first: so the plan that moves money stays as it is written.

use crate::setup::Setup;
use deal::syntax::{Expression, ExpressionKind, Item, Name, Operator, Span, Statement};
use std::collections::BTreeMap;
use units::{Id, Scaled};
use waterfall::plan::{Plan, ValueKind};
use waterfall::{Event, Inspection, Journal, Stage, State, WaterfallError, apply_observed, inspect};

/// A comparison in a trigger: what is compared, how, and with what.
#[derive(Clone, Debug)]
pub(crate) struct Comparison {
    pub operator: Operator,
    pub left: Expression,
    pub right: Expression,
}

/// A plan that can be looked into, living beside the deal's own.
pub(crate) struct Look {
    pub plan: Plan,
    state: State<1>,
    journal: Journal<1>,
    /// Values at the determination date of the last payment, by the name of their `let`.
    pub determined: BTreeMap<String, Inspection<1>>,
    watched: Vec<String>,
}

impl Look {
    /// Adds a `let` for each formula. A formula that does not compile on its own is left out.
    pub fn new(setup: &Setup, formulas: &[(String, Expression)]) -> Self {
        let declared =
            |wanted: &str| setup.document.statements.iter().any(|item| is_formula(&item.body, wanted));
        let new: Vec<Statement> = formulas
            .iter()
            .filter(|(name, _)| !declared(name))
            .map(|(name, value)| Statement::Let { name: Name::from(name.clone()), value: value.clone() })
            .collect();
        let plan = compiled_with(setup, &new).unwrap_or_else(|| {
            let alone = |formula: &&Statement| compiled_with(setup, std::slice::from_ref(*formula)).is_some();
            let good: Vec<Statement> = new.iter().filter(alone).cloned().collect();
            compiled_with(setup, &good).unwrap_or_else(|| setup.compiled.plan.clone())
        });
        let watched = plan.inspected.iter().map(|inspected| plan.name(inspected.id).to_owned()).collect();
        let (state, journal) = (State::new(&plan), Journal::new());
        Self { plan, state, journal, determined: BTreeMap::new(), watched }
    }

    /// Lives an event that the deal has lived; `at_step` sees the state just before each step.
    pub fn live(
        &mut self,
        event: &Event<1>,
        at_step: &mut dyn FnMut(&Plan, u16, &State<1>),
    ) -> Result<(), WaterfallError> {
        let (plan, watched, determined) = (&self.plan, &self.watched, &mut self.determined);
        let mut look = |stage: Stage, state: &State<1>| match stage {
            Stage::Determined => *determined = read_all(plan, watched, state),
            Stage::Step(step) => at_step(plan, step, state),
        };
        self.journal.clear();
        apply_observed(plan, &mut self.state, (event, &mut look), &mut self.journal)
    }
}

/// The deal's plan with more formulas, if they compile.
fn compiled_with(setup: &Setup, formulas: &[Statement]) -> Option<Plan> {
    let mut document = setup.document.clone();
    document.statements.extend(formulas.iter().cloned().map(item));
    deal::compile(&document, &setup.tape).ok().map(|compiled| compiled.plan)
}

pub(crate) fn read_all(plan: &Plan, names: &[String], state: &State<1>) -> BTreeMap<String, Inspection<1>> {
    let read = |name: &String| {
        let ids = [Id::of("let", name), Id::of("test", name)];
        let value = ids.into_iter().find_map(|id| inspect(plan, state, id).ok())?;
        Some((name.clone(), value))
    };
    names.iter().filter_map(read).collect()
}

/// Whether a statement declares a formula of this name.
fn is_formula(statement: &Statement, wanted: &str) -> bool {
    match statement {
        Statement::Let { name, .. } | Statement::Test { name, .. } => name.text == wanted,
        _ => false,
    }
}

fn item(body: Statement) -> Item<Statement> {
    Item { comments: Vec::new(), trailing: None, body, span: Span::default() }
}

/// The comparisons of a condition, from left to right.
pub(crate) fn comparisons(condition: &Expression) -> Vec<Comparison> {
    match condition.kind.as_ref() {
        ExpressionKind::Binary { operator: Operator::And | Operator::Or, left, right } => {
            let mut found = comparisons(left);
            found.extend(comparisons(right));
            found
        }
        ExpressionKind::Not(of) => comparisons(of),
        ExpressionKind::Binary { operator, left, right } if is_comparison(*operator) => {
            vec![Comparison { operator: *operator, left: left.clone(), right: right.clone() }]
        }
        _ => Vec::new(),
    }
}

fn is_comparison(operator: Operator) -> bool {
    matches!(
        operator,
        Operator::Less
            | Operator::LessOrEqual
            | Operator::Greater
            | Operator::GreaterOrEqual
            | Operator::Equal
    )
}

pub(crate) fn sign(operator: Operator) -> &'static str {
    match operator {
        Operator::Less => "<",
        Operator::LessOrEqual => "≤",
        Operator::Greater => ">",
        Operator::GreaterOrEqual => "≥",
        _ => "=",
    }
}

/// A value as text; ratios to four places.
pub(crate) fn shown(value: &Inspection<1>, decimals: u8) -> String {
    let [number] = value.value;
    match value.kind {
        ValueKind::Amount => grouped(&Scaled::new(number, decimals).to_string()),
        ValueKind::Rate => format!("{}%", trimmed(&Scaled::new(number, 7).to_string())),
        ValueKind::Quantity => trimmed(&Scaled::new(number, 6).to_string()).to_owned(),
        ValueKind::Flag => if number == 0 { "no" } else { "yes" }.to_owned(),
        ValueKind::Date => number.to_string(),
        ValueKind::Ratio => ratio(number, value.denominator),
    }
}

/// The same for people: amounts to two places, in thousands.
pub(crate) fn brief(value: &Inspection<1>, decimals: u8) -> String {
    let [number] = value.value;
    if value.kind != ValueKind::Amount || decimals < 2 {
        return shown(value, decimals);
    }
    let text = grouped(&Scaled::new(number, decimals).to_string());
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, "00"));
    format!("{whole}.{}", fraction.get(..2).unwrap_or(fraction))
}

/// A decimal number with a comma between thousands.
pub(crate) fn grouped(text: &str) -> String {
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(w, f)| (w, Some(f)));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().filter_map(|group| std::str::from_utf8(group).ok()).collect();
    let fraction = fraction.map_or(String::new(), |fraction| format!(".{fraction}"));
    format!("{sign}{}{fraction}", groups.join(","))
}

fn ratio(numerator: i64, [denominator]: [i64; 1]) -> String {
    if denominator <= 0 {
        return "∞ (nothing to divide by)".to_owned();
    }
    match units::mul_div(numerator, 10_000, denominator, units::Rounding::Down) {
        Ok(scaled) => Scaled::new(scaled, 4).to_string(),
        Err(_) => "very large".to_owned(),
    }
}

fn trimmed(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}
