//! A whole term sheet from choices: first everything gets its name, then formulas are written over the names.

mod calendar;
mod costs;
mod flows;
mod notes;
mod parties;
mod states;
mod steps;

use crate::choices::Choices;
use crate::formula::Writer;
use crate::words::{Kind, Words};
use calendar::Calendar;
use deal::syntax::{Document, Expression, Item, Name, Path, Span, Statement, Unit};

pub(crate) use calendar::signed;

/// A term sheet under way.
pub(crate) struct Sheet<'a> {
    pub choices: Choices<'a>,
    pub words: Words,
    pub calendar: Calendar,
    pub statements: Vec<Statement>,
    pub notes: Vec<NoteName>,
    pub costs: Vec<CostName>,
    pub equities: Vec<String>,
    pub payees: Vec<String>,
    pub triggers: Vec<String>,
    /// Accounts with a target.
    pub targets: Vec<String>,
    /// Accounts that cover something.
    pub covering: Vec<String>,
}

#[derive(Clone)]
pub(crate) struct NoteName {
    pub name: String,
    pub is_drawn: bool,
}

#[derive(Clone)]
pub(crate) struct CostName {
    pub name: String,
    pub is_capped: bool,
    pub is_fee: bool,
    pub once_at_closing: bool,
}

/// The account that rent goes to and that every waterfall pays from.
pub(crate) const MAIN: &str = "lockbox";

pub(crate) fn item<T>(body: T) -> Item<T> {
    Item { comments: Vec::new(), trailing: None, body, span: Span::default() }
}

pub(crate) fn name(text: &str) -> Name {
    Name::from(text.to_owned())
}

pub(crate) fn path(text: &str) -> Path {
    Path::from(text.to_owned())
}

/// Makes a term sheet.
pub(crate) fn document(choices: Choices<'_>) -> Document {
    let mut sheet = Sheet::begin(choices);
    sheet.declare();
    sheet.write_lets(3, "early");
    sheet.write_accounts();
    sheet.write_lets(4, "late");
    sheet.write_tests();
    sheet.write_notes();
    sheet.write_uses();
    sheet.write_costs();
    sheet.write_triggers();
    sheet.write_states();
    sheet.write_permits();
    sheet.write_waterfalls();
    sheet.finish()
}

impl<'a> Sheet<'a> {
    fn begin(mut choices: Choices<'a>) -> Self {
        let decimals = choices.one([2, 6, 0, 7, 9]);
        let (calendar, statements) = Calendar::choose(&mut choices, decimals);
        Self {
            choices,
            words: Words::new(decimals),
            calendar,
            statements,
            notes: Vec::new(),
            costs: Vec::new(),
            equities: Vec::new(),
            payees: Vec::new(),
            triggers: Vec::new(),
            targets: Vec::new(),
            covering: Vec::new(),
        }
    }

    /// Every name that formulas can use, before any formula is written.
    fn declare(&mut self) {
        self.declare_inputs();
        self.declare_schedules();
        self.declare_accounts();
        self.declare_notes();
        self.declare_owners();
        self.declare_costs();
        self.declare_triggers();
        self.declare_states();
        for field in ["draw.amount", "sale.amount", "sale.allocated"] {
            self.words.name(Kind::Amount, field);
        }
    }

    pub fn writer(&mut self) -> Writer<'a, '_> {
        Writer { choices: &mut self.choices, words: &self.words }
    }

    pub fn formula(&mut self, kind: Kind) -> Expression {
        let depth = self.choices.between(1, 3);
        self.writer().formula(kind, depth)
    }

    pub fn say(&mut self, statement: Statement) {
        self.statements.push(statement);
    }

    fn write_lets(&mut self, most: u32, prefix: &str) {
        for number in 0..self.choices.below(most.saturating_add(1)) {
            let kinds = [
                Kind::Amount,
                Kind::Amount,
                Kind::Rate,
                Kind::Quantity,
                Kind::Flag,
                Kind::Count,
                Kind::Date,
                Kind::Ratio,
            ];
            let kind = self.choices.one(kinds);
            let depth = self.choices.between(1, 4);
            let value = self.writer().grounded_formula(kind, depth);
            let text = format!("{prefix}_{number}");
            self.say(Statement::Let { name: name(&text), value });
            self.words.name(kind, text);
        }
    }

    fn write_tests(&mut self) {
        for number in 0..self.choices.below(3) {
            let depth = self.choices.between(1, 3);
            // What is paid down `to TEST LEVEL` is a ratio of amounts.
            let value = self.writer().ratio_of(Kind::Amount, depth);
            let text = format!("test_{number}");
            self.say(Statement::Test { name: name(&text), value });
            self.words.name(Kind::Ratio, text.clone());
            self.words.tests.push(text);
        }
    }

    fn finish(mut self) -> Document {
        // The order of most statements carries no meaning.
        if self.choices.chance(30) {
            let is_free = |statement: &Statement| {
                matches!(
                    statement,
                    Statement::Let { .. }
                        | Statement::Test { .. }
                        | Statement::Schedule { .. }
                        | Statement::Observe(_)
                )
            };
            let (mut free, fixed): (Vec<_>, Vec<_>) = self.statements.into_iter().partition(is_free);
            free.reverse();
            self.statements = fixed.into_iter().chain(free).collect();
        }
        Document { statements: self.statements.into_iter().map(item).collect(), closing_comments: Vec::new() }
    }
}

pub(crate) fn kind_of(unit: Unit) -> Kind {
    match unit {
        Unit::Amount => Kind::Amount,
        Unit::Rate => Kind::Rate,
        Unit::Quantity => Kind::Quantity,
        Unit::Flag => Kind::Flag,
    }
}
