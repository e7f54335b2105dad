//! Sections 1, 2 and 5: `sum over`, `average over` and `counted`, which look back over payments.

use crate::error::{Halt, meaningless};
use crate::exact::{Rounding, whole, zero};
use crate::interpreter::Interpreter;
use crate::kinds::{Kind, Value};
use crate::state::Window;
use crate::syntax::{Account, Amortisation, Basis, Item};
use crate::syntax::{Bound, Expression, Extent, NoteOption, Step};
use std::collections::BTreeSet;

impl Interpreter<'_> {
    /// Section 5, step 6: every window and every target takes this period's value.
    pub(crate) fn take_windows(&mut self) -> Result<(), Halt> {
        self.state.is_determining = true;
        let (mut windows, mut targets) = (vec![], vec![]);
        for window in self.all_windows() {
            let value = self.this_period(&window)?;
            windows.push((window, value));
        }
        for account in &self.deal.accounts {
            if let Some(target) = account.target.as_ref().filter(|_| self.is_target_read(&account.name)) {
                targets.push((account.name.clone(), self.amount(target)?));
            }
        }
        self.state.is_determining = false;
        self.state.targets.extend(targets);
        for (window, value) in windows {
            self.state.windows.entry(window.clone()).or_default().push(value);
            // A sum that does not fit refuses the payment here, wherever it is used.
            self.evaluate(&window.1, window.0)?;
        }
        Ok(())
    }

    /// `sum over N of x` and `average over N of x`.
    pub(crate) fn over_payments(
        &self,
        (average, payments, of): (bool, usize, &Expression),
        formula: &Expression,
        rounding: Rounding,
    ) -> Result<Value, Halt> {
        let values = self.held(&(rounding, formula.clone()))?;
        let last = &values[values.len().saturating_sub(payments)..];
        let mut sum = match last.first() {
            Some(Value::Number(kind, _)) => Value::Number(*kind, zero()),
            _ => self.nothing_like(of, rounding)?,
        };
        for value in last {
            sum = self.units().add(&sum, value)?;
        }
        let Value::Number(kind, total) = sum else { return meaningless("only numbers are summed") };
        if !average {
            return Ok(Value::Number(kind, total));
        }
        let mean = if last.is_empty() { zero() } else { total / whole(last.len()) };
        self.units().settle(kind, mean, rounding)
    }

    /// `counted(x, n, k)`.
    pub(crate) fn counted(&self, formula: &Expression, rounding: Rounding) -> Result<Value, Halt> {
        let nothing = Value::Number(Kind::Amount, zero());
        Ok(self.held(&(rounding, formula.clone()))?.pop().unwrap_or(nothing))
    }

    /// The values of past payments, and this one's while the windows are being taken.
    fn held(&self, window: &Window) -> Result<Vec<Value>, Halt> {
        let mut values = self.state.windows.get(window).cloned().unwrap_or_default();
        if self.state.is_determining {
            values.push(self.this_period(window)?);
        }
        Ok(values)
    }

    /// What a window takes for this payment.
    fn this_period(&self, (rounding, formula): &Window) -> Result<Value, Halt> {
        match formula {
            Expression::Over { of, .. } => match self.units().grounded(&self.evaluate(of, *rounding)?)? {
                value @ Value::Number(..) => Ok(value),
                _ => meaningless("only numbers are summed; write a / b as sum over N of a / sum over N of b"),
            },
            Expression::Call { arguments, .. } => self.count_now(arguments, &(*rounding, formula.clone())),
            _ => meaningless("not a window"),
        }
    }

    /// x, but zero once n non-zero x were counted in the last k payments, this one included.
    fn count_now(&self, arguments: &[Expression], window: &Window) -> Result<Value, Halt> {
        let [x, most, span] = arguments else { return meaningless("counted(x, n, k) needs three arguments") };
        let (most, span) = (self.count(most)?, self.count(span)?);
        let x = self.value_as(Kind::Amount, x, window.0)?;
        let earlier = self.state.windows.get(window).map_or(&[][..], Vec::as_slice);
        let recent = &earlier[earlier.len().saturating_sub(span.saturating_sub(1))..];
        let counted = recent.iter().filter(|value| !is_nothing(value)).count();
        Ok(Value::Number(Kind::Amount, if counted < most { x } else { zero() }))
    }

    /// Zero, of the kind that a formula has.
    fn nothing_like(&self, formula: &Expression, rounding: Rounding) -> Result<Value, Halt> {
        let outer = self.any_size.replace(true);
        let like = self.evaluate(formula, rounding).and_then(|value| self.units().grounded(&value));
        self.any_size.set(outer);
        match like? {
            Value::Number(kind, _) => Ok(Value::Number(kind, zero())),
            _ => meaningless("only numbers are summed or counted"),
        }
    }

    /// A literal count.
    pub(crate) fn count(&self, formula: &Expression) -> Result<usize, Halt> {
        match self.value(formula)? {
            Value::Number(Kind::Literal | Kind::DaysLiteral, exact) if exact.is_integer() => {
                exact.to_integer().try_into().or_else(|_| meaningless("a count is not negative"))
            }
            _ => meaningless("a literal count is needed"),
        }
    }

    /// Every window written anywhere in the deal.
    fn all_windows(&self) -> BTreeSet<Window> {
        let mut found = BTreeSet::new();
        for formula in self.all_formulas() {
            collect(formula, Rounding::Down, &mut found);
        }
        found
    }

    /// A target that nothing reads is not worked out.
    fn is_target_read(&self, account: &str) -> bool {
        let target = format!("{account}.target");
        let steps = self.deal.waterfalls.iter().flat_map(|waterfall| &waterfall.steps);
        let by_another = |other: &Account| {
            let reads = other.target.as_ref().is_some_and(|formula| names(formula, &target));
            reads && self.is_target_read(&other.name)
        };
        self.written_formulas().into_iter().any(|formula| names(formula, &target))
            || steps.into_iter().any(|step| reads_target(step, account))
            || self.deal.accounts.iter().any(by_another)
    }

    fn all_formulas(&self) -> Vec<&Expression> {
        let read = self.deal.accounts.iter().filter(|account| self.is_target_read(&account.name));
        let targets = read.filter_map(|account| account.target.as_ref());
        self.written_formulas().into_iter().chain(targets).collect()
    }

    /// Every formula but the targets of accounts.
    fn written_formulas(&self) -> Vec<&Expression> {
        let deal = self.deal;
        let mut all: Vec<&Expression> = vec![];
        all.extend(deal.lets.iter().chain(&deal.tests).map(|formula| &formula.value));
        all.extend(deal.notes.iter().map(|note| &note.coupon));
        all.extend(deal.notes.iter().flat_map(|note| &note.options).filter_map(option_formula));
        all.extend(deal.costs.iter().map(|cost| &cost.amount));
        all.extend(deal.costs.iter().filter_map(|cost| cost.at_most.as_ref()).map(|limit| &limit.amount));
        all.extend(deal.triggers.iter().map(|trigger| &trigger.when));
        all.extend(deal.states.iter().filter_map(|state| state.when.as_ref()));
        all.extend(deal.permits.iter().map(|permit| &permit.when));
        for item in deal.waterfalls.iter().flat_map(|waterfall| &waterfall.steps) {
            all.extend(step_formulas(item));
        }
        all
    }
}

fn is_nothing(value: &Value) -> bool {
    matches!(value, Value::Number(_, exact) if *exact == zero())
}

fn collect(formula: &Expression, rounding: Rounding, found: &mut BTreeSet<Window>) {
    let inner = if let Expression::RoundUp(_) = formula { Rounding::Up } else { rounding };
    let is_counted = matches!(formula, Expression::Call { function, .. } if function == "counted");
    if is_counted || matches!(formula, Expression::Over { .. }) {
        found.insert((rounding, formula.clone()));
    }
    for part in formula.parts() {
        collect(part, inner, found);
    }
}

fn option_formula(option: &NoteOption) -> Option<&Expression> {
    match option {
        NoteOption::LockedWhile(formula)
        | NoteOption::AccretesWhile(formula)
        | NoteOption::Notional(formula)
        | NoteOption::Additional { rate: formula, .. }
        | NoteOption::Scheduled(Amortisation::Planned(formula)) => Some(formula),
        _ => None,
    }
}

fn names(formula: &Expression, name: &str) -> bool {
    matches!(formula, Expression::Name(known) if known == name)
        || formula.parts().into_iter().any(|part| names(part, name))
}

fn reads_target(item: &Item<Step>, name: &str) -> bool {
    match &item.body {
        Step::Fill { account, by: None } | Step::Release { account, extent: Extent::AboveTarget } => {
            account == name
        }
        Step::Guarded { then, .. } => reads_target(then, name),
        _ => false,
    }
}

/// Every formula in a step.
pub(crate) fn step_formulas(item: &Item<Step>) -> Vec<&Expression> {
    match &item.body {
        Step::Pay { bound: Some(Bound::AtMost(formula) | Bound::ToBalance(formula)), .. } => vec![formula],
        Step::ProRata { by: Basis::Weights(weights), .. } => weights.iter().collect(),
        Step::Fill { by: Some(formula), .. } => vec![formula],
        Step::Keep { share: Some(formula), .. } => vec![formula],
        Step::Release { extent: Extent::AtMost(formula), .. } => vec![formula],
        Step::WriteOff { at_most: Some(formula), .. } => vec![formula],
        Step::Guarded { condition, then } => {
            let mut formulas = step_formulas(then);
            formulas.push(condition);
            formulas
        }
        _ => vec![],
    }
}
