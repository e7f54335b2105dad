//! Windows, triggers, states, permits and values to inspect.

use super::Compiler;
use super::columns::ColumnValue;
use super::value::{Kind, Value};
use crate::Diagnostic;
use crate::error::DealError;
use crate::syntax::{Cure, Expression, Moment as Written, Name, Statement};
use waterfall::instruction::{Instruction, NONE, Operation};
use waterfall::plan::{Inspected, Moment, Permit, State, Transition, Trigger, ValueKind};

/// A window whose value is to be entered at the determination date.
pub(crate) struct PendingWindow {
    label: String,
    operation: Operation,
    mode: u8,
    of: Expression,
    kind: Kind,
    rounding_up: bool,
}

impl<'a> Compiler<'a> {
    /// Windows are found where they are used, inner ones first, and written once.
    pub fn remember_window(
        &mut self,
        label: &str,
        (operation, mode): (Operation, u8),
        of: &Expression,
        kind: Kind,
    ) {
        if self.windows.iter().all(|window| window.label != label) {
            self.windows.push(PendingWindow {
                label: label.to_owned(),
                operation,
                mode,
                of: of.clone(),
                kind,
                rounding_up: self.rounding_up,
            });
        }
    }

    pub fn write_windows(&mut self) {
        let windows = std::mem::take(&mut self.windows);
        let section = self.section(|compiler| {
            for window in &windows {
                compiler.write_window(window);
            }
        });
        self.plan.determination = section;
    }

    fn write_window(&mut self, window: &PendingWindow) {
        self.rounding_up = window.rounding_up;
        let value = self.formula(&window.of, window.kind);
        self.rounding_up = false;
        let id = units::Id::of("window", &window.label);
        let Some(found) = self.plan.windows.iter().find(|known| known.id == id) else { return };
        let d = found.first.saturating_add(found.length).saturating_sub(1);
        let a = self.counted_windows.get(&window.label).map_or(0, |(_, length)| *length);
        let (operation, mode, step) = (window.operation, window.mode, NONE);
        self.plan.code.push(Instruction { operation, mode, step, d, a, b: 0, c: value });
    }

    pub fn declare_triggers(&mut self) {
        for trigger in self.scope.triggers.clone() {
            let id = self.id("trigger", &trigger.name.text);
            let first = self.registers.history(4);
            if !(1..=60).contains(&trigger.of) || !(1..=trigger.of).contains(&trigger.hits) {
                let message = "a trigger counts at least 1 breach in at most 60 payments, and not more breaches than payments";
                self.error(
                    DealError::CountOutOfRange,
                    trigger.name.span,
                    message,
                    "write for instance `for 2 of 3 payments`",
                );
            }
            self.plan.triggers.push(Trigger {
                id,
                first,
                section: 0..0,
                condition: 0,
                hits: trigger.hits,
                of: trigger.of,
                cure: match trigger.cure {
                    Cure::After(payments) => payments.max(1),
                    Cure::Never => 0,
                },
                moment: match trigger.evaluated {
                    Written::BeforeCollection => Moment::BeforeCollection,
                    Written::Determination => Moment::Determination,
                    Written::AfterPayment => Moment::AfterPayment,
                },
            });
            for effect in &trigger.effects {
                if !self.scope.notes.iter().any(|note| note.name.text == effect.note.text) {
                    self.unknown("note", &effect.note);
                }
            }
        }
    }

    pub fn write_triggers(&mut self) {
        for (index, trigger) in self.scope.triggers.clone().into_iter().enumerate() {
            let mut condition = 0;
            let section = self.section(|compiler| condition = compiler.condition(&trigger.when));
            if let Some(written) = self.plan.triggers.get_mut(index) {
                (written.section, written.condition) = (section, condition);
            }
        }
    }

    pub fn write_states(&mut self) {
        for state in self.scope.states.clone() {
            let id = self.id("state", &state.name.text);
            let waterfall =
                self.scope.waterfall_of(&state.name.text).and_then(|index| u8::try_from(index).ok());
            self.plan.states.push(State { id, waterfall });
        }
        for (index, state) in self.scope.states.clone().into_iter().enumerate() {
            if let Some(until) = &state.until {
                let Some(to) = self.state_index(&until.then) else { continue };
                let mut condition = 0;
                let date = until.date.0;
                let section = self.section(|compiler| condition = compiler.column(&ColumnValue::From(date)));
                let own = 1_u32.checked_shl(u32::try_from(index).unwrap_or(u32::MAX)).unwrap_or(0);
                let from = if usize::from(to) == index { 0 } else { own };
                self.plan.transitions.insert(self.timed, Transition { from, to, section, condition });
                self.timed += 1;
            }
            self.write_entry(state, index);
        }
    }

    fn write_entry(&mut self, state: &'a crate::syntax::State, index: usize) {
        let Some(when) = &state.when else { return };
        let mut from = 0_u32;
        for name in &state.from {
            from |= self.state_index(name).map_or(0, |index| 1 << (u32::from(index) & 31));
        }
        if state.from.is_empty() {
            // Any state declared earlier.
            from = 1_u32.checked_shl(u32::try_from(index).unwrap_or(u32::MAX)).unwrap_or(0).wrapping_sub(1);
        }
        // No state is entered from itself.
        from &= !1_u32.checked_shl(u32::try_from(index).unwrap_or(u32::MAX)).unwrap_or(0);
        let mut condition = 0;
        let section = self.section(|compiler| condition = compiler.condition(when));
        let to = u8::try_from(index).unwrap_or(u8::MAX);
        self.plan.transitions.push(Transition { from, to, section, condition });
    }

    pub fn state_index(&mut self, name: &Name) -> Option<u8> {
        let index = self.scope.state(&name.text);
        if index.is_none() {
            self.unknown("state", name);
        }
        index.and_then(|index| u8::try_from(index).ok())
    }

    pub fn unknown(&mut self, what: &str, name: &Name) {
        let message = format!("there is no {what} `{}`", name.text);
        let known: Vec<&str> = match what {
            "state" => self.scope.states.iter().map(|state| state.name.text.as_str()).collect(),
            "note" => self.scope.notes.iter().map(|note| note.name.text.as_str()).collect(),
            _ => self.scope.symbols.keys().copied().collect(),
        };
        let finding = Diagnostic::error(DealError::UnknownName, name.span, message);
        self.findings.push(finding.did_you_mean(&name.text, known));
    }

    pub fn write_permits(&mut self) {
        for (action, when) in self.scope.permits.clone() {
            let id = self.id("permit", &action.text);
            let mut condition = 0;
            let section = self.section(|compiler| condition = compiler.condition(when));
            self.plan.permits.push(Permit { id, section, condition });
        }
    }

    /// Lets and tests can be asked for by name.
    pub fn write_inspected(&mut self) {
        let pick = |statement: &'a Statement| match statement {
            Statement::Let { name, value } => Some(("let", name, value)),
            Statement::Test { name, value } => Some(("test", name, value)),
            _ => None,
        };
        let formulas: Vec<_> = super::statements(self.scope.document, pick).collect();
        for (what, name, value) in formulas {
            let id = self.id(what, &name.text);
            let mut inspected = None;
            self.expanding.push(name.text.clone());
            let section = self.section(|compiler| inspected = compiler.inspect(value));
            self.expanding.pop();
            if let Some((kind, result)) = inspected {
                self.plan.inspected.push(Inspected { id, kind, section, result });
            }
        }
    }

    fn inspect(&mut self, expression: &Expression) -> Option<(ValueKind, u16)> {
        match self.value(expression) {
            Value::Scalar(kind, register) => Some((kind.plan_kind(), register)),
            Value::Ratio { numerator, denominator, .. } => {
                let first = self.registers.temporaries(2);
                self.emit(Operation::Copy, (first, numerator, NONE, NONE));
                self.emit(Operation::Copy, (first.saturating_add(1), denominator, NONE, NONE));
                Some((ValueKind::Ratio, first))
            }
            Value::Literal(literal) => {
                let kind = literal.only.unwrap_or(Kind::Amount);
                let value = self.place(literal, kind, expression.span);
                Some((kind.plan_kind(), self.registers.literal(value)))
            }
            Value::Wrong => None,
        }
    }
}
