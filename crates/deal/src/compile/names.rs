//! What a name or function in a formula stands for. Language, section 1.

use super::columns::ColumnValue;
use super::scope::Symbol;
use super::value::{Kind, Value};
use super::{Aggregate, Compiler};
use crate::Diagnostic;
use crate::error::DealError;
use crate::format::formula as formula_text;
use crate::syntax::{Expression, Observe, Path, Span, Unit};
use units::Id;
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
        let error = |message| Diagnostic::error(DealError::UnknownName, path.span, message);
        let unknown = error(format!("nothing is called `{text}`"));
        let finding = match path.words.as_slice() {
            [only] => match self.numbers_of(only) {
                Some(help) => error(format!("`{only}` alone is no number")).help(help),
                None => {
                    let values = self.scope.symbols.keys().filter(|name| self.numbers_of(name).is_none());
                    unknown.did_you_mean(only, values.copied().chain(CALENDAR_NAMES))
                }
            },
            [first, ..] if first == "pool" => {
                unknown.help(format!("the tape has {}", self.aggregate_names()))
            }
            _ => unknown.help(
                "notes have .balance .original .coupon .interest .scheduled, accounts .balance and .target",
            ),
        };
        self.findings.push(finding);
    }

    /// What to write for something that has numbers but is none.
    fn numbers_of(&self, name: &str) -> Option<String> {
        match self.scope.symbol(name) {
            Some(Symbol::Note(_)) => {
                Some(format!("write `{name}.balance`, `.original`, `.coupon`, `.interest` or `.scheduled`"))
            }
            Some(Symbol::Equity) => Some(format!("write `{name}.original` or `{name}.paid`")),
            Some(Symbol::Payee) => Some(format!("write `{name}.paid`")),
            _ if self.scope.account(name).is_some() => {
                Some(format!("write `{name}.balance` or `{name}.target`"))
            }
            _ => None,
        }
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
                let used = self.input_register(word, None)?;
                let is_flag = kind == Kind::Flag;
                Some(Value::Scalar(kind, if is_flag { self.as_flag(used) } else { used }))
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

    /// Whatever is reported of a flag, it is yes unless it is zero.
    fn as_flag(&mut self, register: Register) -> Register {
        let [yes, no] = [1, 0].map(|value| self.registers.literal(value));
        self.compute(Operation::Select, register, yes, no)
    }

    /// Writes the formula behind a `let` or `test` where it is used.
    fn expand(&mut self, name: &str, value: &Expression, span: Span) -> Value {
        if let Some(position) = self.expanding.iter().position(|other| other == name) {
            self.cycle(position, span);
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

    /// A cycle is reported once, wherever it is entered: from the first of its names by the alphabet.
    fn cycle(&mut self, position: usize, span: Span) {
        let mut names = self.expanding.get(position..).unwrap_or_default().to_vec();
        let first = (0..names.len()).min_by_key(|index| names.get(*index).cloned()).unwrap_or(0);
        names.rotate_left(first);
        let start = names.first().cloned().unwrap_or_default();
        let message = format!("`{start}` is defined by itself: {} needs {start}", names.join(" needs "));
        if self.findings.iter().any(|finding| *finding.message == *message) {
            return;
        }
        self.findings.push(
            Diagnostic::error(DealError::FormulaCycle, span, message)
                .help("take one of them out of the circle, or let the world report it with `observe`"),
        );
    }

    /// Registers `used` and `stale` of an input, by member if it has them.
    fn input_cell(&self, name: &str, member: Option<&str>, offset: u16) -> Option<Register> {
        let id = Id::of("input", &member_name(name, member));
        self.plan.inputs.iter().find(|input| input.id == id).map(|input| input.register(offset))
    }

    pub fn input_register(&self, name: &str, member: Option<&str>) -> Option<Register> {
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
            Some(kind) if kind.is_number() => kind,
            Some(kind) => {
                return self.wrong(
                    of.span,
                    format!("{} cannot be added up", kind.name()),
                    "add up amounts, rates or quantities",
                );
            }
            None => return Value::Wrong,
        };
        let label = self.window_label(format!("sum over {payments} of {}", formula_text(of)));
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

    /// A window that rounds up is another than one that rounds down.
    pub fn window_label(&self, label: String) -> String {
        if self.rounding_up { format!("round up ({label})") } else { label }
    }

    /// The first register of a window's ring; its result stands behind the ring.
    pub fn window(&mut self, label: &str, ring: u16) -> Register {
        let id = Id::of("window", label);
        if let Some(window) = self.plan.windows.iter().find(|window| window.id == id) {
            return window.first;
        }
        let length = ring.saturating_add(1);
        let first = self.registers.history(length);
        self.plan.windows.push(Window { id, first, length });
        first
    }

    /// The kind of a formula, without leaving a trace of it.
    pub fn kind_of(&mut self, expression: &Expression) -> Option<Kind> {
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
