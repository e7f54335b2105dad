//! Functions of the formula language. Language, section 1.

use super::Compiler;
use super::columns::ColumnValue;
use super::literal::decimal;
use super::scope::Symbol;
use super::value::{Kind, Value};
use crate::Diagnostic;
use crate::error::DealError;
use crate::format::formula as formula_text;
use crate::syntax::{Expression, ExpressionKind, Name, Span};
use units::RATE_ONE;
use waterfall::instruction::{NONE, Operation};
use waterfall::plan::{Clock, Register};

const FUNCTIONS: [&str; 15] = [
    "min",
    "max",
    "excess",
    "amount",
    "quantity",
    "rate",
    "liquidation",
    "total",
    "largest",
    "concentration",
    "counted",
    "next",
    "present_value",
    "tiered",
    "state",
];

impl Compiler<'_> {
    pub fn call(&mut self, function: &Name, arguments: &[Expression], span: Span) -> Value {
        match (function.text.as_str(), arguments) {
            ("min", [first, rest @ ..]) if !rest.is_empty() => self.fold(Operation::Minimum, first, rest),
            ("max", [first, rest @ ..]) if !rest.is_empty() => self.fold(Operation::Maximum, first, rest),
            ("excess", [a, b]) => {
                let (kind, a, b) = self.alike(a, b, span);
                if !kind.is_number() {
                    return self.wrong(span, "an excess is of two numbers", "compare dates with `<`");
                }
                Value::Scalar(kind, self.compute(Operation::Excess, a, b, NONE))
            }
            ("amount", [of]) => Value::Scalar(Kind::Amount, self.formula(of, Kind::Amount)),
            ("quantity", [of]) => Value::Scalar(Kind::Quantity, self.formula(of, Kind::Quantity)),
            ("rate", [of]) => Value::Scalar(Kind::Rate, self.formula(of, Kind::Rate)),
            ("liquidation", [days]) => self.liquidation(days),
            ("total", [family]) => {
                self.family(family, |c, total, member| c.compute(Operation::Add, total, member, NONE))
            }
            ("largest", [family]) => {
                self.family(family, |c, most, member| c.compute(Operation::Maximum, most, member, NONE))
            }
            ("concentration", [family, limit]) => self.concentration(family, limit),
            ("counted", [of, times, payments]) => self.counted(of, times, payments),
            ("next", [schedule, payments]) => self.next(schedule, payments),
            ("present_value", [note, rate]) => self.present_value(note, rate),
            ("tiered", [of, first, rest @ ..]) if rest.len() % 2 == 0 => self.tiered(of, first, rest),
            ("state", [state]) => self.in_state(state),
            (name, _) => {
                let count =
                    crate::format::counted(u32::try_from(arguments.len()).unwrap_or(u32::MAX), "argument");
                let message = format!("there is no function `{name}` of {count}");
                self.findings.push(
                    Diagnostic::error(DealError::UnknownName, span, message).did_you_mean(name, FUNCTIONS),
                );
                Value::Wrong
            }
        }
    }

    fn fold(&mut self, operation: Operation, first: &Expression, rest: &[Expression]) -> Value {
        let mut all = vec![self.value(first)];
        for other in rest {
            all.push(self.value(other));
        }
        let kind = all.iter().find_map(|value| match value {
            Value::Scalar(kind, _) => Some(*kind),
            Value::Literal(literal) => literal.only,
            _ => None,
        });
        let kind = kind.unwrap_or(Kind::Amount);
        let spans = std::iter::once(first).chain(rest).map(|expression| expression.span);
        let registers: Vec<Register> =
            all.into_iter().zip(spans).map(|(v, span)| self.coerce(v, kind, span)).collect();
        let folded = registers.into_iter().reduce(|a, b| self.compute(operation, a, b, NONE));
        Value::Scalar(kind, folded.unwrap_or(0))
    }

    fn liquidation(&mut self, days: &Expression) -> Value {
        let wanted = self.whole_number(days);
        let horizon = self.scope.horizons.iter().find(|horizon| Some(i64::from(horizon.days)) == wanted);
        match horizon.copied() {
            Some(horizon) => Value::Scalar(Kind::Rate, self.number_register(&horizon.factor, Kind::Rate)),
            None => {
                self.wrong(days.span, "this horizon is not declared", "declare it: `liquidation 90 days 90%`")
            }
        }
    }

    /// A number written out, as a count.
    pub fn whole_number(&mut self, expression: &Expression) -> Option<i64> {
        match expression.kind.as_ref() {
            ExpressionKind::Number(number) => decimal(number).at(0),
            _ => {
                self.wrong(expression.span, "a plain number is needed here", "write the number itself");
                None
            }
        }
    }

    fn word<'e>(&mut self, expression: &'e Expression) -> Option<&'e str> {
        match expression.kind.as_ref() {
            ExpressionKind::Name(path) if path.words.len() == 1 => path.words.first().map(String::as_str),
            _ => {
                self.wrong(expression.span, "a name is needed here", "write the name alone");
                None
            }
        }
    }

    /// The registers of an input's members.
    fn members(&mut self, family: &Expression) -> Option<(Kind, Vec<Register>)> {
        let name = self.word(family)?;
        let Some(Symbol::Input(input)) = self.scope.symbol(name) else {
            self.wrong(
                family.span,
                "an input with one value `by` a column of the tape is needed here",
                "declare it: `observe eligible amount by customer`",
            );
            return None;
        };
        if !input.unit.kind().is_number() {
            self.wrong(
                family.span,
                "conditions cannot be added up",
                "observe an amount, a rate or a quantity",
            );
            return None;
        }
        let members = self.scope.members(input)?;
        let registers = members.iter().filter_map(|member| self.input_register(name, Some(member))).collect();
        Some((input.unit.kind(), registers))
    }

    fn family(
        &mut self,
        family: &Expression,
        fold: impl Fn(&mut Self, Register, Register) -> Register,
    ) -> Value {
        let Some((kind, members)) = self.members(family) else { return Value::Wrong };
        let folded = members.into_iter().reduce(|a, b| fold(self, a, b));
        let register = folded.unwrap_or_else(|| self.registers.literal(0));
        Value::Scalar(kind, register)
    }

    /// Σ of what each member has above its limit. Language: each product rounds down.
    fn concentration(&mut self, family: &Expression, limit: &Expression) -> Value {
        let Value::Scalar(kind, total) =
            self.family(family, |c, total, member| c.compute(Operation::Add, total, member, NONE))
        else {
            return Value::Wrong;
        };
        let limit = self.formula(limit, Kind::Rate);
        let one = self.registers.literal(RATE_ONE);
        let limit = self.scale_down((total, limit, one));
        let members = self.members(family).map(|(_, members)| members).unwrap_or_default();
        let above: Vec<Register> =
            members.into_iter().map(|member| self.compute(Operation::Excess, member, limit, NONE)).collect();
        let sum = above.into_iter().reduce(|a, b| self.compute(Operation::Add, a, b, NONE));
        let register = sum.unwrap_or_else(|| self.registers.literal(0));
        Value::Scalar(kind, register)
    }

    fn counted(&mut self, of: &Expression, times: &Expression, payments: &Expression) -> Value {
        let (Some(times), Some(window)) = (self.whole_number(times), self.whole_number(payments)) else {
            return Value::Wrong;
        };
        let (Ok(times), Ok(window)) = (u8::try_from(times), u8::try_from(window)) else {
            return self.wrong(
                of.span,
                "at most 60 payments can be looked back on",
                "write a number from 1 to 60",
            );
        };
        if !(1..=60).contains(&window) {
            return self.wrong(
                of.span,
                "1 to 60 payments can be looked back on",
                "write a number from 1 to 60",
            );
        }
        // Windows inside are found first, and so take their value first.
        if self.kind_of(of).is_none() {
            return Value::Wrong;
        }
        let label = self.window_label(format!("counted({}, {times}, {window})", formula_text(of)));
        let result = self.window(&label, 1).saturating_add(1);
        self.counted_windows.insert(label.clone(), (times, u16::from(window)));
        self.remember_window(&label, (Operation::Counted, times), of, Kind::Amount);
        Value::Scalar(Kind::Amount, result)
    }

    fn next(&mut self, schedule: &Expression, payments: &Expression) -> Value {
        let (Some(name), Some(ahead)) = (self.word(schedule), self.whole_number(payments)) else {
            return Value::Wrong;
        };
        let Some(Symbol::Schedule(unit, points)) = self.scope.symbol(name) else {
            return self.wrong(
                schedule.span,
                "a schedule is needed here",
                "declare it: `schedule NAME amount 2024-01-15 1_000`",
            );
        };
        let Some(ahead) = u16::try_from(ahead).ok().filter(|ahead| (1..=600).contains(ahead)) else {
            return self.wrong(
                payments.span,
                "1 to 600 payments can be looked ahead",
                "write a smaller number",
            );
        };
        let column = self.column(&ColumnValue::Schedule { name: name.to_owned(), points, unit, ahead });
        Value::Scalar(unit.kind(), column)
    }

    fn present_value(&mut self, note: &Expression, rate: &Expression) -> Value {
        let Some(name) = self.word(note) else { return Value::Wrong };
        let Some(Symbol::Note(index)) = self.scope.symbol(name) else {
            return self.wrong(note.span, "a note is needed here", "write a note's name");
        };
        if self.scope.notes.get(index).is_some_and(|note| super::parties::is_drawn(note)) {
            return self.wrong(
                note.span,
                "a note drawn over time has no path known in advance",
                "use its balance and coupon",
            );
        }
        let (rate, zero) = (self.formula(rate, Kind::Rate), self.registers.literal(0));
        let rate = self.compute(Operation::Maximum, rate, zero, NONE);
        let index = u16::try_from(index).unwrap_or(u16::MAX);
        Value::Scalar(Kind::Amount, self.compute(Operation::PresentValue, index, rate, NONE))
    }

    /// r0 up to t1, r1 above it, and so on.
    fn tiered(&mut self, of: &Expression, first: &Expression, rest: &[Expression]) -> Value {
        let base = self.formula(of, Kind::Amount);
        let mut rate = self.formula(first, Kind::Rate);
        let one = self.registers.literal(RATE_ONE);
        let mut below = self.registers.literal(0);
        let mut sum = self.registers.literal(0);
        for tier in rest.chunks(2) {
            let [threshold, next_rate] = tier else { continue };
            let threshold = self.formula(threshold, Kind::Amount);
            let upper = self.compute(Operation::Minimum, base, threshold, NONE);
            let part = self.compute(Operation::Excess, upper, below, NONE);
            let cost = self.scale((part, rate, one));
            sum = self.compute(Operation::Add, sum, cost, NONE);
            (below, rate) = (threshold, self.formula(next_rate, Kind::Rate));
        }
        let part = self.compute(Operation::Excess, base, below, NONE);
        let cost = self.scale((part, rate, one));
        Value::Scalar(Kind::Amount, self.compute(Operation::Add, sum, cost, NONE))
    }

    fn in_state(&mut self, state: &Expression) -> Value {
        let Some(name) = self.word(state) else { return Value::Wrong };
        let Some(index) = self.scope.state(name) else {
            return self.wrong(
                state.span,
                format!("there is no state `{name}`"),
                "write one of the states that are declared",
            );
        };
        let index = self.registers.literal(i64::try_from(index).unwrap_or(i64::MAX));
        let state = self.registers.clock(Clock::State);
        Value::Scalar(Kind::Flag, self.compute(Operation::Equal, state, index, NONE))
    }
}
