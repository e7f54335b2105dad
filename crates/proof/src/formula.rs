//! Formulas of every kind over what a deal names.

use crate::choices::Choices;
use crate::words::{Kind, Words};
use deal::syntax::{Day, Expression, ExpressionKind, Name, Number, Operator, Path, Span, Suffix};
use units::Date;

pub(crate) fn expression(kind: ExpressionKind) -> Expression {
    Expression { kind: Box::new(kind), span: Span::default() }
}

pub(crate) fn number(digits: impl Into<String>, suffix: Suffix) -> Number {
    Number { digits: digits.into(), suffix, span: Span::default() }
}

pub(crate) fn named(name: impl Into<String>) -> Expression {
    expression(ExpressionKind::Name(Path::from(name.into())))
}

pub(crate) fn binary(operator: Operator, left: Expression, right: Expression) -> Expression {
    expression(ExpressionKind::Binary { operator, left, right })
}

pub(crate) fn call(function: &str, arguments: Vec<Expression>) -> Expression {
    expression(ExpressionKind::Call { function: Name::from(function.to_owned()), arguments })
}

fn literal(number: Number) -> Expression {
    expression(ExpressionKind::Number(number))
}

/// Writes formulas from choices.
pub(crate) struct Writer<'a, 'b> {
    pub choices: &'b mut Choices<'a>,
    pub words: &'b Words,
}

impl Writer<'_, '_> {
    /// A formula of a kind, at most so deep.
    pub fn formula(&mut self, kind: Kind, depth: u32) -> Expression {
        match kind {
            Kind::Amount => self.amount(depth),
            Kind::Rate => self.rate(depth),
            Kind::Quantity => self.quantity(depth),
            Kind::Count => self.count(depth),
            Kind::Flag => self.flag(depth),
            Kind::Date => self.date(depth),
            Kind::Ratio => self.ratio(depth),
        }
    }

    /// A name of a kind if there is one.
    fn name(&mut self, kind: Kind) -> Option<Expression> {
        self.choices.pick(&self.words.of(kind)).map(named)
    }

    /// Digits of a number below `most`, with so many places at most.
    pub fn digits(&mut self, most: u32, places: u8) -> String {
        let whole = self.choices.below(most);
        if places == 0 || !self.choices.chance(40) {
            return whole.to_string();
        }
        let kept = self.choices.between(1, u32::from(places));
        let fraction = self.choices.below(10_u32.pow(kept.min(9)));
        format!("{whole}.{fraction:0kept$}", kept = usize::try_from(kept).unwrap_or(1))
    }

    pub fn money(&mut self, most: u32) -> Number {
        let places = self.words.decimals;
        number(self.digits(most, places), Suffix::None)
    }

    pub fn percent(&mut self, most: u32) -> Number {
        number(self.digits(most, 6), Suffix::Percent)
    }

    fn leaf(&mut self, kind: Kind) -> Expression {
        if self.choices.chance(75)
            && let Some(name) = self.name(kind)
        {
            return name;
        }
        let written = match kind {
            Kind::Amount => {
                let most = self.choices.one([300, 3_000, 300, 50_000]);
                literal(self.money(most))
            }
            Kind::Rate if self.choices.chance(30) => literal(number(self.digits(2, 9), Suffix::None)),
            Kind::Rate => literal(self.percent(120)),
            Kind::Quantity => call("quantity", vec![literal(number(self.digits(20, 6), Suffix::None))]),
            Kind::Count => literal(number(self.choices.below(100).to_string(), Suffix::Days)),
            Kind::Date => expression(ExpressionKind::Date(self.day())),
            Kind::Flag | Kind::Ratio => named("matured"),
        };
        let is_signed = matches!(kind, Kind::Amount | Kind::Rate);
        if is_signed && self.choices.chance(8) {
            expression(ExpressionKind::Negate(written))
        } else {
            written
        }
    }

    fn day(&mut self) -> Day {
        let days = self.choices.below(1_500);
        Day(Date::from_days(19_700_i32.saturating_add(i32::try_from(days).unwrap_or(0))))
    }

    /// A plain number that scales what stands beside it.
    fn plain(&mut self) -> Expression {
        match self.choices.below(6) {
            0 | 1 => literal(number(self.choices.between(1, 9).to_string(), Suffix::None)),
            2 => literal(self.percent(150)),
            3 => literal(number(self.digits(3, 9), Suffix::None)),
            4 => binary(
                self.choices.one([Operator::Add, Operator::Multiply, Operator::Subtract]),
                literal(number(self.digits(4, 3), Suffix::None)),
                literal(number(self.digits(4, 3), Suffix::None)),
            ),
            _ => literal(number("0", Suffix::None)),
        }
    }

    pub fn amount(&mut self, depth: u32) -> Expression {
        let Some(inner) = depth.checked_sub(1) else { return self.leaf(Kind::Amount) };
        match self.choices.below(15) {
            0 | 1 => self.leaf(Kind::Amount),
            5 | 6 => self.amount_function(inner),
            2 | 3 => {
                let (by, operator) = match self.choices.below(6) {
                    0 => (self.rate(inner), Operator::Multiply),
                    1 => (self.quantity(inner), Operator::Multiply),
                    2 => (self.ratio(inner), Operator::Multiply),
                    3 => (self.count(0), Operator::Multiply),
                    4 => (self.rate(inner), Operator::Divide),
                    _ => (self.quantity(inner), Operator::Divide),
                };
                let amount = self.typed_amount(inner);
                let turned = operator == Operator::Multiply && self.choices.chance(30);
                if turned { binary(operator, by, amount) } else { binary(operator, amount, by) }
            }
            4 => self.looked_back(Kind::Amount, inner),
            _ => self.of_any_kind(Kind::Amount, inner),
        }
    }

    /// An amount whose kind does not hang on its place.
    fn typed_amount(&mut self, depth: u32) -> Expression {
        call("amount", vec![self.amount(depth)])
    }

    fn rate(&mut self, depth: u32) -> Expression {
        let Some(inner) = depth.checked_sub(1) else { return self.leaf(Kind::Rate) };
        match self.choices.below(9) {
            0..=2 => self.leaf(Kind::Rate),
            3 => {
                let by = if self.choices.chance(50) { self.rate(inner) } else { self.ratio(inner) };
                let rate = call("rate", vec![self.rate(inner)]);
                binary(Operator::Multiply, rate, by)
            }
            4 => match self.choices.pick(&self.words.horizons) {
                Some(days) => call("liquidation", vec![literal(number(days.to_string(), Suffix::Days))]),
                None => self.leaf(Kind::Rate),
            },
            5 => self.looked_back(Kind::Rate, inner),
            _ => self.of_any_kind(Kind::Rate, inner),
        }
    }

    fn quantity(&mut self, depth: u32) -> Expression {
        let Some(inner) = depth.checked_sub(1) else { return self.leaf(Kind::Quantity) };
        match self.choices.below(8) {
            0..=2 => self.leaf(Kind::Quantity),
            3 => {
                let by = match self.choices.below(3) {
                    0 => self.rate(inner),
                    1 => self.ratio(inner),
                    _ => call("quantity", vec![self.quantity(inner)]),
                };
                let quantity = call("quantity", vec![self.quantity(inner)]);
                binary(Operator::Multiply, quantity, by)
            }
            4 => self.looked_back(Kind::Quantity, inner),
            _ => self.of_any_kind(Kind::Quantity, inner),
        }
    }

    fn count(&mut self, depth: u32) -> Expression {
        match (depth, self.choices.below(5)) {
            (0, _) | (_, 0 | 1) => self.leaf(Kind::Count),
            (_, 2) => binary(Operator::Subtract, self.date(0), self.date(0)),
            (inner, _) => {
                let operator = self.choices.one([Operator::Add, Operator::Subtract]);
                binary(operator, named("payment"), self.count(inner.saturating_sub(1)))
            }
        }
    }

    fn date(&mut self, depth: u32) -> Expression {
        if depth == 0 || self.choices.chance(60) {
            return self.leaf(Kind::Date);
        }
        let operator = self.choices.one([Operator::Add, Operator::Subtract]);
        binary(operator, self.leaf(Kind::Date), self.leaf(Kind::Count))
    }

    /// A pair of two numbers of one kind.
    fn ratio(&mut self, depth: u32) -> Expression {
        if self.choices.chance(30)
            && let Some(name) = self.name(Kind::Ratio)
        {
            return name;
        }
        let kind = self.choices.one([Kind::Amount, Kind::Amount, Kind::Rate, Kind::Quantity]);
        self.ratio_of(kind, depth)
    }

    pub fn ratio_of(&mut self, kind: Kind, depth: u32) -> Expression {
        let inner = depth.saturating_sub(1);
        let function = match kind {
            Kind::Rate => "rate",
            Kind::Quantity => "quantity",
            _ => "amount",
        };
        let parts = [self.formula(kind, inner), self.formula(kind, inner)];
        let [above, below] = parts.map(|part| call(function, vec![part]));
        binary(Operator::Divide, above, below)
    }

    /// What numbers of every kind can do.
    fn of_any_kind(&mut self, kind: Kind, depth: u32) -> Expression {
        let choice = self.choices.below(10);
        match choice {
            0 | 1 => {
                let operator = if choice == 0 { Operator::Add } else { Operator::Subtract };
                binary(operator, self.formula(kind, depth), self.formula(kind, depth))
            }
            2 | 3 => {
                let operator = if choice == 2 { Operator::Multiply } else { Operator::Divide };
                let formula = self.grounded_formula(kind, depth);
                binary(operator, formula, self.plain())
            }
            4 => expression(ExpressionKind::Negate(self.formula(kind, depth))),
            5 | 6 => expression(ExpressionKind::RoundUp(self.formula(kind, depth))),
            7 => {
                let function = self.choices.one(["min", "max"]);
                let mut parts = vec![self.grounded_formula(kind, depth), self.formula(kind, depth)];
                if self.choices.chance(30) {
                    parts.push(self.leaf(kind));
                }
                call(function, parts)
            }
            8 => call("excess", vec![self.grounded_formula(kind, depth), self.formula(kind, depth)]),
            _ => {
                let condition = self.flag(depth);
                let (then, otherwise) = (self.grounded_formula(kind, depth), self.formula(kind, depth));
                expression(ExpressionKind::If { condition, then, otherwise })
            }
        }
    }

    /// A formula that says its own kind, also where it is made of numbers as written.
    pub fn grounded_formula(&mut self, kind: Kind, depth: u32) -> Expression {
        let formula = self.formula(kind, depth);
        let function = match kind {
            Kind::Amount => "amount",
            Kind::Rate => "rate",
            Kind::Quantity => "quantity",
            _ => return formula,
        };
        if is_literal(&formula) { call(function, vec![formula]) } else { formula }
    }

    /// Windows over past payments, and schedules.
    fn looked_back(&mut self, kind: Kind, depth: u32) -> Expression {
        let schedules: Vec<String> = self
            .words
            .schedules
            .iter()
            .filter(|(known, _)| *known == kind)
            .map(|(_, name)| name.clone())
            .collect();
        match (self.choices.below(6), self.choices.pick(&schedules)) {
            (0, Some(schedule)) => {
                let ahead = self.choices.between(1, 4).to_string();
                call("next", vec![named(schedule), literal(number(ahead, Suffix::None))])
            }
            (1, _) if kind == Kind::Amount => {
                let [times, payments] = [self.choices.between(1, 3), self.choices.between(1, 4)];
                let counts = [times, payments].map(|count| literal(number(count.to_string(), Suffix::None)));
                let [times, payments] = counts;
                call("counted", vec![self.amount(depth), times, payments])
            }
            _ => {
                let payments = u8::try_from(self.choices.between(1, 4)).unwrap_or(1);
                let average = self.choices.chance(40);
                let of = self.grounded_formula(kind, depth);
                expression(ExpressionKind::Over { average, payments, of })
            }
        }
    }

    fn amount_function(&mut self, depth: u32) -> Expression {
        match self.choices.below(5) {
            0 | 1 => self.family(),
            2 => match self.choices.pick(&self.words.term_notes) {
                Some(note) => call("present_value", vec![named(note), self.rate(0)]),
                None => self.leaf(Kind::Amount),
            },
            _ => self.tiered(depth),
        }
    }

    fn family(&mut self) -> Expression {
        let families: Vec<String> = self
            .words
            .families
            .iter()
            .filter(|(kind, _)| *kind == Kind::Amount)
            .map(|(_, name)| name.clone())
            .collect();
        let Some(family) = self.choices.pick(&families).map(named) else { return self.leaf(Kind::Amount) };
        match self.choices.below(3) {
            0 => call("total", vec![family]),
            1 => call("largest", vec![family]),
            _ => call("concentration", vec![family, self.rate(0)]),
        }
    }

    fn tiered(&mut self, depth: u32) -> Expression {
        let mut arguments = vec![self.amount(depth), self.rate(0)];
        for _ in 0..self.choices.below(3) {
            arguments.push(self.amount(0));
            arguments.push(self.rate(0));
        }
        call("tiered", arguments)
    }

    pub fn flag(&mut self, depth: u32) -> Expression {
        let Some(inner) = depth.checked_sub(1) else { return self.leaf(Kind::Flag) };
        match self.choices.below(10) {
            0 | 1 => self.leaf(Kind::Flag),
            2..=4 => self.comparison(inner),
            5 => {
                let operator = self.choices.one([Operator::And, Operator::Or]);
                binary(operator, self.flag(inner), self.flag(inner))
            }
            6 => expression(ExpressionKind::Not(self.flag(inner))),
            7 => self.ratio_comparison(inner),
            8 => match self.choices.pick(&self.words.late) {
                Some(claim) => {
                    let days = u16::try_from(self.choices.below(20)).unwrap_or(0);
                    expression(ExpressionKind::Unpaid { claim: Path::from(claim), days })
                }
                None => self.leaf(Kind::Flag),
            },
            _ => self.small_flag(),
        }
    }

    fn small_flag(&mut self) -> Expression {
        let zeros: Vec<String> = self.words.notes.iter().chain(&self.words.accounts).cloned().collect();
        let zero = self.choices.pick(&zeros);
        let state = self.choices.pick(&self.words.states);
        match (self.choices.below(3), zero, state) {
            (0, Some(zero), _) => expression(ExpressionKind::IsZero(Path::from(zero))),
            (1, _, Some(state)) => call("state", vec![named(state)]),
            _ => {
                let flags = [self.leaf(Kind::Flag), self.leaf(Kind::Flag)];
                let [left, right] = flags;
                binary(Operator::Equal, left, right)
            }
        }
    }

    fn compared(&mut self) -> Operator {
        self.choices.one([
            Operator::Less,
            Operator::LessOrEqual,
            Operator::Greater,
            Operator::GreaterOrEqual,
            Operator::Equal,
        ])
    }

    fn comparison(&mut self, depth: u32) -> Expression {
        let kind = self.choices.one([
            Kind::Amount,
            Kind::Amount,
            Kind::Rate,
            Kind::Quantity,
            Kind::Count,
            Kind::Date,
        ]);
        let operator = self.compared();
        let left = self.grounded_formula(kind, depth);
        binary(operator, left, self.formula(kind, depth))
    }

    fn ratio_comparison(&mut self, depth: u32) -> Expression {
        let operator = self.compared();
        let level = match self.choices.below(4) {
            0 => literal(self.percent(300)),
            1 => literal(number(self.digits(3, 9), Suffix::None)),
            2 => call("rate", vec![self.rate(depth)]),
            _ => self.ratio(depth),
        };
        let ratio = self.ratio(depth);
        if self.choices.chance(30) { binary(operator, level, ratio) } else { binary(operator, ratio, level) }
    }
}

/// Whether a formula is nothing but numbers as written. (No `let` is.)
fn is_literal(formula: &Expression) -> bool {
    match formula.kind.as_ref() {
        ExpressionKind::Number(_) => true,
        ExpressionKind::Negate(of) | ExpressionKind::RoundUp(of) => is_literal(of),
        ExpressionKind::Binary { left, right, .. } => is_literal(left) && is_literal(right),
        _ => false,
    }
}
