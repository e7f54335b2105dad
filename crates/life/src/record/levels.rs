//! Levels at which a test does something.

use crate::look::{Comparison, comparisons};
use crate::setup::Setup;
use deal::syntax::{Bound, Expression, ExpressionKind, Item, Operator, Statement, Step, Suffix};
use report::{Level, TestKind};
use std::collections::BTreeMap;

/// Levels at which a test does something: in triggers, guards, and payments to a level.
pub(super) fn levels(setup: &Setup) -> BTreeMap<String, (TestKind, Vec<Level>)> {
    let mut levels: BTreeMap<String, (TestKind, Vec<Level>)> = BTreeMap::new();
    for item in &setup.document.statements {
        match &item.body {
            Statement::Test { name, value } => {
                levels.entry(name.text.clone()).or_insert((kind_of(value), Vec::new()));
            }
            Statement::Trigger(trigger) => {
                for comparison in comparisons(&trigger.when) {
                    add_level(&mut levels, &comparison, &trigger.name.text);
                }
            }
            Statement::Waterfall(waterfall) => {
                for step in &waterfall.steps {
                    step_levels(&mut levels, step);
                }
            }
            _ => {}
        }
    }
    levels
}

fn step_levels(levels: &mut BTreeMap<String, (TestKind, Vec<Level>)>, step: &Item<Step>) {
    match &step.body {
        Step::Guarded { condition, then, .. } => {
            for comparison in comparisons(condition) {
                add_level(levels, &comparison, &spoken(then));
            }
            step_levels(levels, then);
        }
        Step::Pay { bound: Some(Bound::ToTest { test, .. }), .. } => {
            if let Some((kind, _)) = levels.get_mut(&test.text) {
                *kind = TestKind::Leverage;
            }
        }
        _ => {}
    }
}

/// A test with a note's balance above the line measures leverage.
fn kind_of(test: &Expression) -> TestKind {
    let ExpressionKind::Binary { operator: Operator::Divide, left, .. } = test.kind.as_ref() else {
        return TestKind::Coverage;
    };
    if deal::formula(left).contains(".balance") { TestKind::Leverage } else { TestKind::Coverage }
}

/// A step in a few words, as the name of what happens at a level.
fn spoken(item: &Item<Step>) -> String {
    match &item.body {
        Step::Pay { claims, .. } | Step::ProRata { claims, .. } => {
            let names: Vec<String> = claims.iter().map(|path| path.words.join(".")).collect();
            format!("pay {}", names.join(", "))
        }
        Step::Fill { account, .. } => format!("fill {}", account.text),
        Step::Keep { account, .. } => format!("keep in {}", account.text),
        Step::Release { account, .. } => format!("release {}", account.text),
        Step::WriteOff { note, .. } => format!("write off {}", note.text),
        Step::Guarded { then, .. } => spoken(then),
    }
}

fn add_level(levels: &mut BTreeMap<String, (TestKind, Vec<Level>)>, comparison: &Comparison, reader: &str) {
    let (ExpressionKind::Name(path), ExpressionKind::Number(number)) =
        (comparison.left.kind.as_ref(), comparison.right.kind.as_ref())
    else {
        return;
    };
    let places = if number.suffix == Suffix::Percent { 7 } else { 9 };
    let (Some((kind, known)), Ok(value)) =
        (levels.get_mut(&path.words.join(".")), units::parse_scaled(&number.digits, places))
    else {
        return;
    };
    *kind = match comparison.operator {
        Operator::Greater | Operator::GreaterOrEqual => TestKind::Leverage,
        _ => TestKind::Coverage,
    };
    if known.iter().all(|level| level.value != value) {
        known.push(Level { name: reader.to_owned(), value });
    }
}
