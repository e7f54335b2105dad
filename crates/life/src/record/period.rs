//! What a period left behind: classes, accounts, tests, triggers, collateral, inputs.

use super::known::{full_name, in_unit, provenance, split_member};
use super::{Before, Recorder};
use crate::look::{Comparison, Look, brief, sign};
use assets::Projection;
use deal::syntax::{ExpressionKind, Operator};
use report::{
    AccountBalance, ClassPeriod, Collateral, Delinquency, Input, Provenance, TestValue, TriggerValue,
};
use std::collections::BTreeMap;
use units::{Amount, Date, Id, RATE_ONE, Rounding, Scaled, mul_div};
use waterfall::plan::{Note, NoteField, ValueKind};
use waterfall::{Inspection, State};

impl Recorder<'_> {
    /// What every class had and was paid. A deal that ended between two payment dates paid nothing in its last period.
    pub(super) fn class_periods(&mut self, state: &State<1>, (number, paying): (u16, bool)) {
        let when_paying = |amount: i64| if paying { amount } else { 0 };
        for note in &self.plan.notes {
            let known = self.before.get(&note.id).copied().unwrap_or_default();
            let read = |field| cell(state, note, field);
            let now = Before {
                closing: read(NoteField::Balance),
                drawn: read(NoteField::Drawn),
                capitalised: read(NoteField::Capitalised),
                written_off: read(NoteField::WrittenOff),
                coupon: read(NoteField::Coupon),
            };
            let paid =
                when_paying(read(NoteField::InterestPaid).saturating_add(read(NoteField::AdditionalPaid)));
            let carried = read(NoteField::InterestDue).saturating_add(read(NoteField::AdditionalDue));
            let row = ClassPeriod {
                period: u32::from(number),
                opening: if number == 0 { now.closing } else { known.closing },
                drawn: if number == 0 { 0 } else { now.drawn.saturating_sub(known.drawn) },
                interest_due: paid
                    .saturating_add(read(NoteField::InterestShort))
                    .saturating_add(read(NoteField::AdditionalDue)),
                interest_paid: paid,
                principal_paid: when_paying(
                    read(NoteField::PrincipalPaid).saturating_add(read(NoteField::ScheduledPaid)),
                ),
                capitalised: now.capitalised.saturating_sub(known.capitalised),
                written_off: now.written_off.saturating_sub(known.written_off),
                closing: now.closing,
                carried_shortfall: carried,
                coupon: Some(if number == 0 { now.coupon } else { known.coupon }),
            };
            self.before.insert(note.id, now);
            self.push_row(self.plan.name(note.id), row);
        }
        for equity in &self.plan.equities {
            let name = self.plan.name(equity.id);
            let claim = self.plan.claims.iter().find(|claim| claim.id == Id::of("claim", name));
            let [paid] = claim.map_or([0], |claim| state.read(claim.paid)).map(when_paying);
            let [amount] = state.read(equity.amount);
            let row = ClassPeriod {
                period: u32::from(number),
                opening: amount,
                interest_paid: paid,
                interest_due: paid,
                closing: amount,
                ..ClassPeriod::default()
            };
            self.push_row(name, row);
        }
    }

    fn push_row(&mut self, name: &str, row: ClassPeriod) {
        if let Some(class) = self.results.classes.iter_mut().find(|class| class.name == name) {
            class.periods.push(row);
        }
    }

    pub(super) fn accounts(
        &self,
        state: &State<1>,
        targets: &BTreeMap<String, Inspection<1>>,
    ) -> Vec<AccountBalance> {
        let balance = |account: &waterfall::plan::Account| {
            let name = self.plan.name(account.id).to_owned();
            let ([cash], [next]) = (state.read(account.first), state.read(account.first.saturating_add(1)));
            let target = targets.get(&format!("{name} target")).map(|inspection| inspection.value[0]);
            AccountBalance { name, balance: cash.saturating_add(next), target }
        };
        self.plan.accounts.iter().map(balance).collect()
    }

    pub(super) fn tests(&self, look: &Look) -> Vec<TestValue> {
        let tests = self.levels.iter().filter_map(|(name, (kind, levels))| {
            let value = look.determined.get(name).filter(|value| value.kind == ValueKind::Ratio)?;
            let ([numerator], [denominator]) = (value.value, value.denominator);
            Some(TestValue {
                name: name.clone(),
                kind: *kind,
                numerator,
                denominator,
                levels: levels.clone(),
            })
        });
        tests.collect()
    }

    pub(super) fn triggers(&self, state: &State<1>, look: &Look) -> Vec<TriggerValue> {
        let decimals = self.plan.decimals;
        let trigger = |trigger: &waterfall::plan::Trigger| {
            let name = self.plan.name(trigger.id).to_owned();
            let read = |side: &str| {
                look.determined
                    .get(&format!("{name} {side}"))
                    .map_or("–".to_owned(), |value| brief(value, decimals))
            };
            let comparison =
                self.compared.iter().find(|(known, _)| *known == name).map(|(_, comparison)| comparison);
            let ([on], [breaches]) = (state.read(trigger.first), state.read(trigger.first.saturating_add(1)));
            let (value, level) = match comparison {
                Some(comparison) => {
                    let left = deal::formula(&comparison.left);
                    (
                        format!("{left} = {}", read("value")),
                        format!("{} {}", sign(comparison.operator), level_text(comparison, read("level"))),
                    )
                }
                None => ("–".to_owned(), "–".to_owned()),
            };
            let nearness = comparison.and_then(|comparison| nearness(comparison, &look.determined, &name));
            TriggerValue { name, value, level, on: on != 0, hits: breaches.count_ones(), nearness }
        };
        self.plan.triggers.iter().map(trigger).collect()
    }

    pub(super) fn collateral(&self, date: Date, projection: &Projection) -> Collateral {
        // Before the first report, at the closing, the first value counts.
        let known = |name: &str| {
            let named = || projection.observations.iter().filter(|o| o.name == name && o.member.is_none());
            let latest = named().rev().find(|o| o.date <= date);
            latest.or_else(|| named().next()).map(|o| o.value.units())
        };
        let unsold = |value: i64| mul_div(value, self.unsold.units(), RATE_ONE, Rounding::Down).unwrap_or(0);
        let market_value = known("collateral_value").map(unsold);
        let exit = market_value.map(|value| self.setup.collateral.exit_value(Amount::new(value)));
        let exit_value = exit.and_then(Result::ok).flatten().map_or(0, Amount::units);
        let units = known("units").map(|units| {
            let text = Scaled::new(units, units::QUANTITY_DECIMALS).to_string();
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        });
        Collateral { exit_value, market_value, units }
    }

    /// What is late, as last reported: one amount, or one for each age where ages are the members.
    pub(super) fn delinquencies(&self, date: Date, projection: &Projection) -> Vec<Delinquency> {
        let late = || projection.observations.iter().filter(|seen| seen.name == LATE && seen.date <= date);
        let last = late().map(|seen| seen.date).max();
        let row = |seen: &assets::Observation| Delinquency {
            bucket: seen.member.clone().unwrap_or_else(|| "late".to_owned()),
            count: None,
            amount: seen.value.units(),
        };
        late().filter(|seen| Some(seen.date) == last).map(row).collect()
    }

    pub(super) fn inputs(&self, state: &State<1>, date: Date, projection: &Projection) -> Vec<Input> {
        let mut inputs = Vec::new();
        for input in &self.plan.inputs {
            let name = self.plan.name(input.id);
            let reported =
                projection.observations.iter().rev().find(|o| o.date <= date && full_name(o) == name);
            let ([used], [stale]) = (state.read(input.register(2)), state.read(input.register(3)));
            let (value, unit) = match reported.map(|reported| reported.value) {
                Some(value) => in_unit(value, used, (&self.setup.compiled.currency, self.plan.decimals)),
                None => (used.to_string(), String::new()),
            };
            let (name, member) = split_member(name);
            inputs.push(Input {
                name,
                member,
                value,
                unit,
                provenance: reported.map_or(Provenance::Assumed, |reported| provenance(reported.provenance)),
                source: reported.map_or(String::new(), |reported| reported.source.clone()),
                stale: stale != 0,
            });
        }
        inputs
    }
}

/// What the collateral calls receivables that are late.
const LATE: &str = "delinquent";

/// How near a value is to the level it is compared with: 1 at the level, more beyond.
fn nearness(comparison: &Comparison, values: &BTreeMap<String, Inspection<1>>, name: &str) -> Option<f64> {
    let number = |side: &str| {
        let value = values.get(&format!("{name} {side}"))?;
        let ([numerator], [denominator]) = (value.value, value.denominator);
        (denominator > 0).then(|| numerator as f64 / denominator as f64)
    };
    let (mut value, mut level) = (number("value")?, number("level")?);
    if let ExpressionKind::Number(_) = comparison.right.kind.as_ref() {
        // A level that is written out is read as what it is, whatever kind of number its place makes of it.
        level = deal::formula(&comparison.right).trim_end_matches('%').replace('_', "").parse().ok()?;
        let percent = deal::formula(&comparison.right).ends_with('%');
        level = if percent { level / 100.0 } else { level };
        value =
            if values.get(&format!("{name} value"))?.kind == ValueKind::Rate { value / 1e9 } else { value };
    }
    let below = matches!(comparison.operator, Operator::Less | Operator::LessOrEqual);
    let near = if below { level / value } else { value / level };
    (near.is_finite() && near > 0.0).then_some(near)
}

/// A level as the term sheet writes it, or its value where it is a formula.
fn level_text(comparison: &Comparison, value: String) -> String {
    match comparison.right.kind.as_ref() {
        ExpressionKind::Number(_) => deal::formula(&comparison.right),
        _ => value,
    }
}

pub(super) fn cell(state: &State<1>, note: &Note, field: NoteField) -> i64 {
    let [value] = state.read(note.register(field));
    value
}
