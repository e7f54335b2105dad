//! What a name or function in a formula stands for. Language, section 1.

use super::columns::ColumnValue;
use super::literal::decimal;
use super::scope::Symbol;
use super::value::{Kind, Value};
use super::{Aggregate, Compiler};
use crate::Diagnostic;
use crate::error::DealError;
use crate::format::formula as formula_text;
use crate::syntax::{Expression, ExpressionKind, Name, Observe, Path, Span, Unit};
use units::{Id, RATE_ONE};
use waterfall::instruction::{NONE, Operation};
use waterfall::plan::{Clock, NoteField, Register, Window};

impl Unit {
    pub(super) fn kind(self) -> Kind {
        match self {
            Self::Amount => Kind::Amount,
            Self::Rate => Kind::Rate,
            Self::Quantity => Kind::Quantity,
            Self::Flag => Kind::Flag,
        }
    }
}

const CALENDAR_NAMES: [&str; 7] = ["matured", "settled", "sold", "date", "closing", "final", "payment"];

impl Compiler<'_> {
    pub fn name(&mut self, path: &Path) -> Value {
        let words: Vec<&str> = path.words.iter().map(String::as_str).collect();
        let found = match words.as_slice() {
            [word] => self.plain_name(word, path.span),
            ["pool", aggregate] => self.aggregate(aggregate),
            ["draw", "amount"] => Some(self.clock(Clock::DrawAmount, Kind::Amount)),
            ["sale", "amount"] => Some(self.clock(Clock::SaleAmount, Kind::Amount)),
            ["sale", "allocated"] => Some(self.clock(Clock::SaleAllocated, Kind::Amount)),
            [name, field @ ..] => self.field(name, field),
            [] => None,
        };
        found.unwrap_or_else(|| {
            self.unknown_name(path);
            Value::Wrong
        })
    }

    fn unknown_name(&mut self, path: &Path) {
        let text = path.words.join(".");
        let message = format!("nothing is called `{text}`");
        let known = self.scope.symbols.keys().copied().chain(CALENDAR_NAMES);
        let finding = Diagnostic::error(DealError::UnknownName, path.span, message);
        self.findings.push(match path.words.first() {
            Some(first) if path.words.len() == 1 => finding.did_you_mean(first, known),
            Some(first) if first == "pool" => {
                finding.help(format!("the tape has {}", self.aggregate_names()))
            }
            _ => finding.help(
                "notes have .balance .original .coupon .interest .scheduled, accounts .balance and .target",
            ),
        });
    }

    fn aggregate_names(&self) -> String {
        let names: Vec<String> =
            self.scope.tape.aggregates.keys().map(|name| format!("pool.{name}")).collect();
        if names.is_empty() { "no sums; add `collateral \"tape.csv\"`".to_owned() } else { names.join(", ") }
    }

    fn plain_name(&mut self, word: &str, span: Span) -> Option<Value> {
        match word {
            "matured" => return Some(self.clock(Clock::Matured, Kind::Flag)),
            "settled" => return Some(self.clock(Clock::Settled, Kind::Flag)),
            "sold" => return Some(self.clock(Clock::Sold, Kind::Flag)),
            "date" => return Some(self.clock(Clock::Today, Kind::Date)),
            "payment" => return Some(self.clock(Clock::PaymentNumber, Kind::Count)),
            "closing" | "final" => {
                let date = if word == "final" { self.scope.last } else { self.scope.closing };
                return Some(Value::Scalar(Kind::Date, self.registers.literal(i64::from(date.days()))));
            }
            _ => {}
        }
        match self.scope.symbol(word)? {
            Symbol::Let(value) | Symbol::Test(value) => Some(self.expand(word, value, span)),
            Symbol::Input(input) => {
                let kind = input.unit.kind();
                self.input_register(word, None).map(|used| Value::Scalar(kind, used))
            }
            Symbol::Receipt => {
                let id = Id::of("receipt", word);
                let receipt = self.plan.receipts.iter().find(|receipt| receipt.id == id)?;
                Some(Value::Scalar(Kind::Amount, receipt.first.saturating_add(1)))
            }
            Symbol::Schedule(unit, points) => {
                let column =
                    self.column(&ColumnValue::Schedule { name: word.to_owned(), points, unit, ahead: 0 });
                Some(Value::Scalar(unit.kind(), column))
            }
            Symbol::Trigger => {
                let id = Id::of("trigger", word);
                let trigger = self.plan.triggers.iter().find(|trigger| trigger.id == id)?;
                Some(Value::Scalar(Kind::Flag, trigger.first))
            }
            Symbol::Fee | Symbol::Expense => self.claim_register(word, |due, _| due),
            Symbol::Note(_) | Symbol::Equity | Symbol::Payee => None,
        }
    }

    /// Writes the formula behind a `let` or `test` where it is used.
    fn expand(&mut self, name: &str, value: &Expression, span: Span) -> Value {
        if self.expanding.iter().any(|other| other == name) {
            let cycle = self.expanding.join(" needs ");
            let message = format!("`{name}` is defined by itself: {cycle} needs {name}");
            self.findings.push(
                Diagnostic::error(DealError::FormulaCycle, span, message)
                    .help("use last period's value through `sum over`, or a reported input"),
            );
            return Value::Wrong;
        }
        self.expanding.push(name.to_owned());
        // What is written elsewhere rounds as it does there.
        let outer = std::mem::replace(&mut self.rounding_up, false);
        let value = self.value(value);
        self.rounding_up = outer;
        self.expanding.pop();
        value
    }

    /// Registers `used` and `stale` of an input, by member if it has them.
    fn input_cell(&self, name: &str, member: Option<&str>, offset: u16) -> Option<Register> {
        let id = Id::of("input", &member_name(name, member));
        self.plan.inputs.iter().find(|input| input.id == id).map(|input| input.register(offset))
    }

    fn input_register(&self, name: &str, member: Option<&str>) -> Option<Register> {
        self.input_cell(name, member, 2)
    }

    fn aggregate(&mut self, name: &str) -> Option<Value> {
        let (kind, value) = match *self.scope.tape.aggregates.get(name)? {
            Aggregate::Amount(value) => (Kind::Amount, value),
            Aggregate::Rate(value) => (Kind::Rate, value),
            Aggregate::Quantity(value) => (Kind::Quantity, value),
        };
        Some(Value::Scalar(kind, self.registers.literal(value)))
    }

    fn claim_register(&self, name: &str, pick: impl Fn(Register, Register) -> Register) -> Option<Value> {
        let id = Id::of("claim", name);
        let claim = self.plan.claims.iter().find(|claim| claim.id == id)?;
        Some(Value::Scalar(Kind::Amount, pick(claim.due, claim.paid)))
    }

    fn field(&mut self, name: &str, field: &[&str]) -> Option<Value> {
        match (self.scope.symbol(name), field) {
            (Some(Symbol::Note(index)), field) => self.note_field(index, field),
            (Some(Symbol::Equity), ["original"]) => {
                let id = Id::of("equity", name);
                let equity = self.plan.equities.iter().find(|equity| equity.id == id)?;
                Some(Value::Scalar(Kind::Amount, equity.amount))
            }
            (Some(Symbol::Equity | Symbol::Payee), ["paid"]) => self.claim_register(name, |_, paid| paid),
            (Some(Symbol::Fee | Symbol::Expense), ["paid"]) => self.claim_register(name, |_, paid| paid),
            (Some(Symbol::Fee | Symbol::Expense), ["excess"]) => {
                self.claim_register(&format!("{name}.excess"), |due, _| due)
            }
            (Some(Symbol::Fee | Symbol::Expense), ["excess", "paid"]) => {
                self.claim_register(&format!("{name}.excess"), |_, paid| paid)
            }
            (Some(Symbol::Input(_)), ["stale"]) => {
                self.input_cell(name, None, 3).map(|stale| Value::Scalar(Kind::Flag, stale))
            }
            (_, ["balance"]) => {
                let index = self.scope.account(name)?;
                self.plan.accounts.get(index).map(|account| Value::Scalar(Kind::Amount, account.first))
            }
            (_, ["target"]) => {
                let target = self.scope.accounts.get(self.scope.account(name)?)?.target.as_ref()?;
                Some(Value::Scalar(Kind::Amount, self.target(target)))
            }
            _ => None,
        }
    }

    fn note_field(&mut self, index: usize, field: &[&str]) -> Option<Value> {
        let note = self.plan.notes.get(index)?.clone();
        let amount = |field: NoteField| Some(Value::Scalar(Kind::Amount, note.register(field)));
        match field {
            ["balance"] => amount(NoteField::Balance),
            ["original"] => Some(Value::Scalar(Kind::Amount, note.amount)),
            ["drawn"] => amount(NoteField::Drawn),
            ["available"] => {
                let drawn = note.register(NoteField::Drawn);
                Some(Value::Scalar(Kind::Amount, self.compute(Operation::Excess, note.amount, drawn, NONE)))
            }
            ["coupon"] => Some(Value::Scalar(Kind::Rate, note.register(NoteField::Coupon))),
            ["interest"] => amount(NoteField::InterestDue),
            ["scheduled"] => amount(NoteField::ScheduledDue),
            ["additional"] => amount(NoteField::AdditionalDue),
            ["capitalised"] => amount(NoteField::Capitalised),
            ["written_off"] => amount(NoteField::WrittenOff),
            ["interest", "paid"] => amount(NoteField::InterestPaid),
            ["interest", "unpaid"] => amount(NoteField::InterestShort),
            ["principal", "paid"] => amount(NoteField::PrincipalPaid),
            ["scheduled", "paid"] => amount(NoteField::ScheduledPaid),
            ["additional", "paid"] => amount(NoteField::AdditionalPaid),
            _ => None,
        }
    }

    pub fn is_zero(&mut self, path: &Path) -> Value {
        let balance = Path { words: vec![path.words.join("."), "balance".to_owned()], span: path.span };
        let whole = if path.words.len() == 1 { self.name(&balance) } else { self.name(path) };
        let register = self.coerce(whole, Kind::Amount, path.span);
        let zero = self.registers.literal(0);
        Value::Scalar(Kind::Flag, self.compute(Operation::Equal, register, zero, NONE))
    }

    /// Short at the last payment, and so many days have passed since.
    pub fn unpaid(&mut self, claim: &Path, days: u16) -> Value {
        let id = Id::of("claim", &claim.words.join("."));
        let Some(found) = self.plan.claims.iter().find(|known| known.id == id).copied() else {
            self.unknown_name(claim);
            return Value::Wrong;
        };
        if !found.kind.can_be_late() {
            return self.wrong(
                claim.span,
                "this falls due on no day",
                "ask for `.interest`, `.scheduled`, `.additional` or a fee",
            );
        }
        let (zero, days) = (self.registers.literal(0), self.registers.literal(i64::from(days)));
        let is_short = self.compute(Operation::Less, zero, found.short, NONE);
        let [today, last] = [Clock::Today, Clock::LastPayment].map(|which| self.registers.clock(which));
        let age = self.compute(Operation::Subtract, today, last, NONE);
        let late = self.compute(Operation::LessOrEqual, days, age, NONE);
        Value::Scalar(Kind::Flag, self.compute(Operation::And, is_short, late, NONE))
    }

    /// A window: its ring and result are one entry of the plan, whatever the number of its uses.
    pub fn over(&mut self, average: bool, payments: u8, of: &Expression) -> Value {
        let kind = match self.kind_of(of) {
            Some(kind) if !matches!(kind, Kind::Flag | Kind::Date) => kind,
            Some(kind) => {
                return self.wrong(
                    of.span,
                    format!("{} cannot be added up", kind.name()),
                    "add up amounts, rates or quantities",
                );
            }
            None => return Value::Wrong,
        };
        let label = format!("sum over {payments} of {}", formula_text(of));
        let result = self.window(&label, u16::from(payments)).saturating_add(u16::from(payments));
        self.remember_window(&label, (Operation::Window, payments), of, kind);
        if !average {
            return Value::Scalar(kind, result);
        }
        let (one, most) = (self.registers.literal(1), self.registers.literal(i64::from(payments)));
        let so_far = self.registers.clock(Clock::PaymentsSoFar);
        let count = self.compute(Operation::Minimum, so_far, most, NONE);
        Value::Scalar(kind, self.scale((result, one, count)))
    }

    /// The first register of a window's ring; its result stands behind the ring.
    fn window(&mut self, label: &str, ring: u16) -> Register {
        let id = Id::of("window", label);
        if let Some(window) = self.plan.windows.iter().find(|window| window.id == id) {
            return window.first;
        }
        let length = ring.saturating_add(1);
        let first = self.registers.history(length);
        self.plan.windows.push(Window { id, first, length });
        first
    }

    pub fn call(&mut self, function: &Name, arguments: &[Expression], span: Span) -> Value {
        match (function.text.as_str(), arguments) {
            ("min", [first, rest @ ..]) if !rest.is_empty() => self.fold(Operation::Minimum, first, rest),
            ("max", [first, rest @ ..]) if !rest.is_empty() => self.fold(Operation::Maximum, first, rest),
            ("excess", [a, b]) => {
                let (kind, a, b) = self.alike(a, b, span);
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
                let message = format!("there is no function `{name}` of {} arguments", arguments.len());
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
        let label = format!("counted({}, {times}, {window})", formula_text(of));
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
        let ahead = u16::try_from(ahead.clamp(1, 600)).unwrap_or(1);
        let column = self.column(&ColumnValue::Schedule { name: name.to_owned(), points, unit, ahead });
        Value::Scalar(unit.kind(), column)
    }

    fn present_value(&mut self, note: &Expression, rate: &Expression) -> Value {
        let Some(name) = self.word(note) else { return Value::Wrong };
        let Some(Symbol::Note(index)) = self.scope.symbol(name) else {
            return self.wrong(note.span, "a note is needed here", "write a note's name");
        };
        let rate = self.formula(rate, Kind::Rate);
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

    /// The kind of a formula, without leaving a trace of it.
    fn kind_of(&mut self, expression: &Expression) -> Option<Kind> {
        let code = self.plan.code.len();
        let value = self.value(expression);
        self.plan.code.truncate(code);
        match value {
            Value::Scalar(kind, _) => Some(kind),
            Value::Literal(literal) => Some(literal.only.unwrap_or(Kind::Amount)),
            Value::Ratio { .. } => {
                self.wrong(
                    expression.span,
                    "a sum of ratios says little",
                    "write `sum over 3 of a / sum over 3 of b`",
                );
                None
            }
            Value::Wrong => None,
        }
    }
}

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

/// How a member of an input is called: `eligible[Acme]`.
pub(crate) fn member_name(name: &str, member: Option<&str>) -> String {
    member.map_or_else(|| name.to_owned(), |member| format!("{name}[{member}]"))
}

impl Compiler<'_> {
    pub fn input_members<'s>(&self, input: &'s Observe) -> Vec<String>
    where
        Self: 's,
    {
        match self.scope.members(input) {
            Some(members) => {
                members.iter().map(|member| member_name(&input.name.text, Some(member))).collect()
            }
            None => vec![input.name.text.clone()],
        }
    }
}
