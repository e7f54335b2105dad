//! Formulas to instructions. Language, sections 1 and 2.

use super::Compiler;
use super::literal::decimal;
use super::value::{Kind, Value};
use crate::error::DealError;
use crate::syntax::{Expression, ExpressionKind, Operator, Span};
use units::{QUANTITY_ONE, RATE_ONE};
use waterfall::instruction::{Instruction, NONE, Operation};
use waterfall::plan::{Clock, Register, Section};

impl Compiler<'_> {
    /// Writes a section and returns where it stands.
    pub fn section(&mut self, write: impl FnOnce(&mut Self)) -> Section {
        self.registers.begin_section();
        let start = self.position();
        write(self);
        start..self.position()
    }

    fn position(&self) -> u16 {
        u16::try_from(self.plan.code.len()).unwrap_or(u16::MAX)
    }

    pub fn emit(&mut self, operation: Operation, (d, a, b, c): (Register, Register, Register, Register)) {
        let unused = |register| if register == NONE { 0 } else { register };
        let operands = if operation.is_formula() { (unused(a), unused(b), unused(c)) } else { (a, b, c) };
        let (a, b, c) = operands;
        self.plan.code.push(Instruction { operation, mode: 0, step: self.step, d, a, b, c });
    }

    /// Writes an operation whose result is a new temporary.
    pub fn compute(&mut self, operation: Operation, a: Register, b: Register, c: Register) -> Register {
        let d = self.registers.temporary();
        self.emit(operation, (d, a, b, c));
        d
    }

    /// A formula whose place asks for a kind.
    pub fn formula(&mut self, expression: &Expression, kind: Kind) -> Register {
        let value = self.value(expression);
        self.coerce(value, kind, expression.span)
    }

    /// A condition.
    pub fn condition(&mut self, expression: &Expression) -> Register {
        self.formula(expression, Kind::Flag)
    }

    /// Puts a value in the place of a kind.
    pub fn coerce(&mut self, value: Value, kind: Kind, span: Span) -> Register {
        match value {
            Value::Scalar(found, register) if found == kind => register,
            Value::Literal(_) if !kind.is_number() => {
                let message = format!("{} is needed here, and this is a number", kind.name());
                self.error(DealError::WrongKind, span, message, kind.hint());
                0
            }
            Value::Literal(literal) => {
                let value = self.place(literal, kind, span);
                self.registers.literal(value)
            }
            Value::Wrong => 0,
            Value::Scalar(found, _) => {
                let message = format!("{} is needed here, and this is {}", kind.name(), found.name());
                self.error(DealError::WrongKind, span, message, kind.hint());
                0
            }
            Value::Ratio { .. } => {
                let message = format!("{} is needed here, and this is a ratio", kind.name());
                self.findings.push(
                    crate::Diagnostic::error(DealError::WrongKind, span, message)
                        .help("compare the ratio with a level, or multiply it by an amount"),
                );
                0
            }
        }
    }

    /// Any formula.
    pub fn value(&mut self, expression: &Expression) -> Value {
        let span = expression.span;
        match expression.kind.as_ref() {
            ExpressionKind::Number(number) => Value::Literal(decimal(number)),
            ExpressionKind::Date(day) => {
                let days = self.registers.literal(i64::from(day.0.days()));
                Value::Scalar(Kind::Date, days)
            }
            ExpressionKind::Name(path) => self.name(path),
            ExpressionKind::Negate(of) => self.negate(of),
            ExpressionKind::Not(of) => self.not(of),
            ExpressionKind::Binary { operator, left, right } => self.binary(*operator, (left, right), span),
            ExpressionKind::Call { function, arguments } => self.call(function, arguments, span),
            ExpressionKind::Over { average, payments, of } => self.over(*average, *payments, of),
            ExpressionKind::If { condition, then, otherwise } => {
                let condition = self.condition(condition);
                let (kind, then, otherwise) = self.alike(then, otherwise, span);
                Value::Scalar(kind, self.compute(Operation::Select, condition, then, otherwise))
            }
            ExpressionKind::RoundUp(of) => {
                let outer = std::mem::replace(&mut self.rounding_up, true);
                let value = self.value(of);
                self.rounding_up = outer;
                value
            }
            ExpressionKind::IsZero(path) => self.is_zero(path),
            ExpressionKind::Unpaid { claim, days } => self.unpaid(claim, *days),
        }
    }

    fn negate(&mut self, of: &Expression) -> Value {
        match self.value(of) {
            Value::Scalar(kind, register) if kind.is_number() => {
                let zero = self.registers.literal(0);
                Value::Scalar(kind, self.compute(Operation::Subtract, zero, register, NONE))
            }
            Value::Literal(mut literal) => {
                literal.digits = literal.digits.saturating_neg();
                Value::Literal(literal)
            }
            _ => self.wrong(of.span, "only a number can be negative", "write `not` before a condition"),
        }
    }

    pub fn wrong(&mut self, span: Span, message: impl Into<String>, help: &str) -> Value {
        self.error(DealError::WrongKind, span, message, help);
        Value::Wrong
    }

    /// Two formulas of one kind; a literal takes the kind of the other.
    pub fn alike(&mut self, a: &Expression, b: &Expression, span: Span) -> (Kind, Register, Register) {
        let values = (self.value(a), self.value(b));
        self.make_alike(values, span)
    }

    fn make_alike(&mut self, (a, b): (Value, Value), span: Span) -> (Kind, Register, Register) {
        let kind = match (&a, &b) {
            (Value::Scalar(kind, _), _) | (_, Value::Scalar(kind, _)) => *kind,
            (Value::Literal(a), Value::Literal(b)) => a.only.or(b.only).unwrap_or(Kind::Amount),
            (Value::Ratio { .. }, _) | (_, Value::Ratio { .. }) => {
                self.wrong(
                    span,
                    "a ratio can be compared and multiplied, but not added or chosen between",
                    "add the numerators and denominators, or compare the ratio with a level",
                );
                return (Kind::Amount, 0, 0);
            }
            _ => Kind::Amount,
        };
        let a = self.coerce(a, kind, span);
        let b = self.coerce(b, kind, span);
        (kind, a, b)
    }

    fn binary(&mut self, operator: Operator, sides: (&Expression, &Expression), span: Span) -> Value {
        let (left, right) = sides;
        match operator {
            Operator::Or | Operator::And => {
                let (a, b) = (self.condition(left), self.condition(right));
                let operation = if operator == Operator::And { Operation::And } else { Operation::Or };
                Value::Scalar(Kind::Flag, self.compute(operation, a, b, NONE))
            }
            Operator::Add | Operator::Subtract => {
                let values = (self.value(left), self.value(right));
                self.sum(operator, values, span)
            }
            Operator::Multiply => {
                let values = (self.value(left), self.value(right));
                self.product(values, span)
            }
            Operator::Divide => {
                let values = (self.value(left), self.value(right));
                self.quotient(values, span)
            }
            _ => {
                let values = (self.value(left), self.value(right));
                self.comparison(operator, values, span)
            }
        }
    }

    fn sum(&mut self, operator: Operator, values: (Value, Value), span: Span) -> Value {
        let operation = if operator == Operator::Add { Operation::Add } else { Operation::Subtract };
        match values {
            (Value::Wrong, _) | (_, Value::Wrong) => Value::Wrong,
            (Value::Literal(a), Value::Literal(b)) => self.literal_result(a.combine(operator, b), span),
            (Value::Scalar(Kind::Date, a), Value::Scalar(Kind::Date, b))
                if operation == Operation::Subtract =>
            {
                Value::Scalar(Kind::Count, self.compute(operation, a, b, NONE))
            }
            (Value::Scalar(Kind::Date, a), days @ (Value::Literal(_) | Value::Scalar(Kind::Count, _))) => {
                let days = self.coerce(days, Kind::Count, span);
                Value::Scalar(Kind::Date, self.compute(operation, a, days, NONE))
            }
            values => {
                let (kind, a, b) = self.make_alike(values, span);
                if !kind.is_number() {
                    return self.wrong(
                        span,
                        format!("{} cannot be added", kind.name()),
                        "use `and`, `or`, or a number of days",
                    );
                }
                Value::Scalar(kind, self.compute(operation, a, b, NONE))
            }
        }
    }

    fn literal_result(&mut self, result: Option<super::value::Decimal>, span: Span) -> Value {
        match result {
            Some(literal) => Value::Literal(literal),
            None => {
                let message = "this is not exact at nine decimal places";
                self.error(DealError::BadNumber, span, message, "write the result, rounded as it should be");
                Value::Wrong
            }
        }
    }

    fn product(&mut self, values: (Value, Value), span: Span) -> Value {
        let (kind, a, b, one) = match values {
            (Value::Wrong, _) | (_, Value::Wrong) => return Value::Wrong,
            (Value::Literal(a), Value::Literal(b)) => {
                return self.literal_result(a.combine(Operator::Multiply, b), span);
            }
            (Value::Scalar(kind, register), Value::Ratio { numerator, denominator, .. })
            | (Value::Ratio { numerator, denominator, .. }, Value::Scalar(kind, register))
                if kind.is_number() && kind != Kind::Count =>
            {
                return Value::Scalar(kind, self.scale((register, numerator, denominator)));
            }
            (Value::Scalar(a_kind, a), Value::Scalar(b_kind, b)) => match product_kind(a_kind, b_kind) {
                Some((kind, one)) => (kind, a, b, one),
                None => {
                    return self.wrong(
                        span,
                        format!("{} times {}?", a_kind.name(), b_kind.name()),
                        "one of the two must be a rate, a quantity or a plain number",
                    );
                }
            },
            // A bare number beside a number of a kind is a plain multiplier, which a rate is.
            (Value::Scalar(kind, a), Value::Literal(b)) | (Value::Literal(b), Value::Scalar(kind, a)) => {
                let b = self.plain_number(b, span);
                (kind, a, self.registers.literal(b), RATE_ONE)
            }
            _ => {
                return self.wrong(
                    span,
                    "a ratio can be multiplied by an amount, a rate or a quantity only",
                    "compare the ratio with the number instead",
                );
            }
        };
        if !kind.is_number() {
            return self.wrong(
                span,
                format!("{} cannot be multiplied", kind.name()),
                "write `if CONDITION then X else 0`",
            );
        }
        let one = self.registers.literal(one);
        Value::Scalar(kind, self.scale((a, b, one)))
    }

    /// A product or quotient as it is written: rounded up inside `round up`, down elsewhere.
    pub fn scale(&mut self, (a, b, c): (Register, Register, Register)) -> Register {
        let operation = if self.rounding_up { Operation::ScaleUp } else { Operation::ScaleDown };
        self.compute(operation, a, b, c)
    }

    pub fn scale_down(&mut self, (a, b, c): (Register, Register, Register)) -> Register {
        self.compute(Operation::ScaleDown, a, b, c)
    }

    fn quotient(&mut self, values: (Value, Value), span: Span) -> Value {
        match values {
            (Value::Wrong, _) | (_, Value::Wrong) => Value::Wrong,
            (Value::Literal(a), Value::Literal(b)) => {
                self.literal_result(a.combine(Operator::Divide, b), span)
            }
            (Value::Scalar(Kind::Amount, a), Value::Scalar(Kind::Rate, b)) => {
                let one = self.registers.literal(RATE_ONE);
                Value::Scalar(Kind::Amount, self.scale((a, one, b)))
            }
            (Value::Scalar(Kind::Amount, a), Value::Scalar(Kind::Quantity, b)) => {
                let one = self.registers.literal(QUANTITY_ONE);
                Value::Scalar(Kind::Amount, self.scale((a, one, b)))
            }
            (Value::Scalar(kind, a), Value::Scalar(same, b)) if kind == same && kind.is_number() => {
                Value::Ratio { of: kind, numerator: a, denominator: b }
            }
            (Value::Scalar(kind, a), Value::Literal(b)) if kind.is_number() => {
                let b = self.plain_number(b, span);
                let (b, one) = (self.registers.literal(b), self.registers.literal(RATE_ONE));
                Value::Scalar(kind, self.scale((a, one, b)))
            }
            _ => self.wrong(
                span,
                "these two cannot be divided",
                "divide amounts by amounts for a ratio, or an amount by a rate, a quantity or a number",
            ),
        }
    }

    /// The opposite of a condition; of a comparison it is the opposite comparison.
    fn not(&mut self, of: &Expression) -> Value {
        if let ExpressionKind::Binary { operator, left, right } = of.kind.as_ref()
            && let Some(opposite) = opposite(*operator)
        {
            return self.binary(opposite, (left, right), of.span);
        }
        let of = self.condition(of);
        Value::Scalar(Kind::Flag, self.compute(Operation::Not, of, NONE, NONE))
    }

    fn comparison(&mut self, operator: Operator, values: (Value, Value), span: Span) -> Value {
        let (left, right) = values;
        if left == Value::Wrong || right == Value::Wrong {
            return Value::Wrong;
        }
        if matches!((&left, &right), (Value::Ratio { .. }, _) | (_, Value::Ratio { .. })) {
            return self.ratio_comparison(operator, left, right, span);
        }
        let (_, a, b) = self.make_alike((left, right), span);
        let flag = match operator {
            Operator::Less => self.compute(Operation::Less, a, b, NONE),
            Operator::LessOrEqual => self.compute(Operation::LessOrEqual, a, b, NONE),
            Operator::Greater => self.compute(Operation::Less, b, a, NONE),
            Operator::GreaterOrEqual => self.compute(Operation::LessOrEqual, b, a, NONE),
            _ => self.compute(Operation::Equal, a, b, NONE),
        };
        Value::Scalar(Kind::Flag, flag)
    }

    fn ratio_comparison(&mut self, operator: Operator, left: Value, right: Value, span: Span) -> Value {
        let (Some((a, b)), Some(level)) = (self.pair(&left, span), self.neighbours(&right, span)) else {
            return Value::Wrong;
        };
        let compare = |compiler: &mut Self, operation| compiler.compute(operation, a, b, level);
        let flag = match operator {
            Operator::Less => compare(self, Operation::RatioLess),
            Operator::LessOrEqual => compare(self, Operation::RatioLessOrEqual),
            Operator::Greater => compare(self, Operation::RatioGreater),
            Operator::GreaterOrEqual => compare(self, Operation::RatioGreaterOrEqual),
            _ => {
                let least = compare(self, Operation::RatioGreaterOrEqual);
                let most = compare(self, Operation::RatioLessOrEqual);
                self.compute(Operation::And, least, most, NONE)
            }
        };
        Value::Scalar(Kind::Flag, flag)
    }

    /// A ratio, rate or literal as numerator and denominator.
    fn pair(&mut self, value: &Value, span: Span) -> Option<(Register, Register)> {
        match value {
            Value::Ratio { numerator, denominator, .. } => Some((*numerator, *denominator)),
            Value::Scalar(Kind::Rate, register) => Some((*register, self.registers.literal(RATE_ONE))),
            Value::Literal(literal) => {
                let level = self.plain_number(*literal, span);
                let level = self.registers.level(level);
                Some((level, level.saturating_add(1)))
            }
            _ => {
                self.wrong(
                    span,
                    "a ratio is compared with a ratio, a rate or a number",
                    "write a level such as 1.35 or 80%",
                );
                None
            }
        }
    }

    /// The same in two neighbouring registers.
    fn neighbours(&mut self, value: &Value, span: Span) -> Option<Register> {
        let (numerator, denominator) = self.pair(value, span)?;
        if denominator == numerator.saturating_add(1) {
            return Some(numerator);
        }
        let first = self.registers.temporaries(2);
        self.emit(Operation::Copy, (first, numerator, NONE, NONE));
        self.emit(Operation::Copy, (first.saturating_add(1), denominator, NONE, NONE));
        Some(first)
    }

    pub fn clock(&self, which: Clock, kind: Kind) -> Value {
        Value::Scalar(kind, self.registers.clock(which))
    }
}

fn opposite(operator: Operator) -> Option<Operator> {
    match operator {
        Operator::Less => Some(Operator::GreaterOrEqual),
        Operator::LessOrEqual => Some(Operator::Greater),
        Operator::Greater => Some(Operator::LessOrEqual),
        Operator::GreaterOrEqual => Some(Operator::Less),
        _ => None,
    }
}

/// The kind of a product, and what one whole of the multiplier is.
fn product_kind(a: Kind, b: Kind) -> Option<(Kind, i64)> {
    match (a, b) {
        (Kind::Amount, Kind::Rate) | (Kind::Rate, Kind::Amount) => Some((Kind::Amount, RATE_ONE)),
        (Kind::Amount, Kind::Quantity) | (Kind::Quantity, Kind::Amount) => Some((Kind::Amount, QUANTITY_ONE)),
        (Kind::Quantity, Kind::Rate) | (Kind::Rate, Kind::Quantity) => Some((Kind::Quantity, RATE_ONE)),
        (Kind::Rate, Kind::Rate) => Some((Kind::Rate, RATE_ONE)),
        (Kind::Quantity, Kind::Quantity) => Some((Kind::Quantity, QUANTITY_ONE)),
        (Kind::Amount, Kind::Count) | (Kind::Count, Kind::Amount) => Some((Kind::Amount, 1)),
        _ => None,
    }
}
