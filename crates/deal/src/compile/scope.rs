//! What a deal names, and whether all that must be said was said once.

use super::{Tape, statements};
use crate::diagnostics::Diagnostic;
use crate::error::DealError;
use crate::syntax::{
    Account, Document, Expression, Horizon, Item, Name, Note, Number, Observe, Payments, Point, Span, State,
    Statement, Trigger, Unit, Use, Waterfall,
};
use std::collections::BTreeMap;
use units::Date;

/// A name in formulas and steps.
#[derive(Clone, Copy)]
pub(crate) enum Symbol<'a> {
    Input(&'a Observe),
    Receipt,
    Note(usize),
    Equity,
    Payee,
    Fee,
    Expense,
    Let(&'a Expression),
    Test(&'a Expression),
    Schedule(Unit, &'a [Point]),
    Trigger,
}

/// Equity as declared.
#[derive(Clone, Copy)]
pub(crate) struct Equity<'a> {
    pub name: &'a Name,
    pub amount: &'a Number,
}

/// The deal's statements, sorted by what they are.
pub(crate) struct Scope<'a> {
    pub document: &'a Document,
    pub tape: &'a Tape,
    pub title: &'a str,
    pub title_span: Span,
    pub currency: String,
    pub decimals: u8,
    pub closing: Date,
    pub last: Date,
    pub payments: &'a Payments,
    pub payments_span: Span,
    pub symbols: BTreeMap<&'a str, (Symbol<'a>, Span)>,
    pub accounts: Vec<&'a Account>,
    pub notes: Vec<&'a Note>,
    pub equities: Vec<Equity<'a>>,
    pub payees: Vec<&'a Name>,
    pub inputs: Vec<&'a Observe>,
    pub receipts: Vec<(&'a Name, &'a Name)>,
    pub triggers: Vec<&'a Trigger>,
    pub states: Vec<&'a State>,
    pub waterfalls: Vec<(&'a Waterfall, Span)>,
    pub uses: Vec<&'a Use>,
    pub horizons: Vec<&'a Horizon>,
    pub permits: Vec<(&'a Name, &'a Expression)>,
}

impl<'a> Scope<'a> {
    /// Sorts the statements.
    ///
    /// # Errors
    /// What is missing, and what was said twice.
    pub fn read(document: &'a Document, tape: &'a Tape) -> Result<Self, Vec<Diagnostic>> {
        let mut findings = Vec::new();
        let title = once(document, &mut findings, "deal \"Title\"", |s| match s {
            Statement::Deal { title } => Some(title.as_str()),
            _ => None,
        });
        let currency = once(document, &mut findings, "currency USDC, 7 decimals", |s| match s {
            Statement::Currency { name, decimals } => Some((name, *decimals)),
            _ => None,
        });
        let closing = once(document, &mut findings, "closing 2024-01-16", |s| match s {
            Statement::Closing { date } => Some(date.0),
            _ => None,
        });
        let payments = once(document, &mut findings, "payments monthly on 15, ...", |s| match s {
            Statement::Payments(payments) => Some(payments),
            _ => None,
        });
        let last = once(document, &mut findings, "final 2029-01-16", |s| match s {
            Statement::Final { date } => Some(date.0),
            _ => None,
        });
        let (Some(title), Some((currency, decimals)), Some(closing), Some(payments), Some(last)) =
            (title, currency, closing, payments, last)
        else {
            return Err(findings);
        };
        let mut scope = Scope {
            document,
            tape,
            title,
            title_span: document.statements.first().map_or(Span::default(), |item| item.span),
            currency: currency.text.clone(),
            decimals,
            closing,
            last,
            payments,
            payments_span: statement_span(document, |s| matches!(s, Statement::Payments(_))),
            symbols: BTreeMap::new(),
            accounts: Vec::new(),
            notes: Vec::new(),
            equities: Vec::new(),
            payees: Vec::new(),
            inputs: Vec::new(),
            receipts: Vec::new(),
            triggers: Vec::new(),
            states: Vec::new(),
            waterfalls: Vec::new(),
            uses: Vec::new(),
            horizons: Vec::new(),
            permits: Vec::new(),
        };
        for item in &document.statements {
            scope.sort(item, &mut findings);
        }
        scope.check_names(&mut findings);
        if findings.is_empty() { Ok(scope) } else { Err(findings) }
    }

    fn sort(&mut self, item: &'a Item<Statement>, findings: &mut Vec<Diagnostic>) {
        let named = match &item.body {
            Statement::Receive { name, into } => {
                self.receipts.push((name, into));
                Some((name, Symbol::Receipt))
            }
            Statement::Observe(input) => {
                self.inputs.push(input);
                Some((&input.name, Symbol::Input(input)))
            }
            Statement::Note(note) => {
                self.notes.push(note);
                Some((&note.name, Symbol::Note(self.notes.len() - 1)))
            }
            Statement::Equity { name, amount } => {
                self.equities.push(Equity { name, amount });
                Some((name, Symbol::Equity))
            }
            Statement::Payee { name } => {
                self.payees.push(name);
                Some((name, Symbol::Payee))
            }
            Statement::Fee(fee) => Some((&fee.name, Symbol::Fee)),
            Statement::Expense(expense) => Some((&expense.name, Symbol::Expense)),
            Statement::Let { name, value } => Some((name, Symbol::Let(value))),
            Statement::Test { name, value } => Some((name, Symbol::Test(value))),
            Statement::Schedule { name, unit, points } => Some((name, Symbol::Schedule(*unit, points))),
            Statement::Trigger(trigger) => {
                self.triggers.push(trigger);
                Some((&trigger.name, Symbol::Trigger))
            }
            other => {
                self.sort_unnamed(other, item.span);
                None
            }
        };
        let Some((name, symbol)) = named else { return };
        if let Some((_, first)) = self.symbols.insert(&name.text, (symbol, name.span)) {
            findings.push(said_twice(name, first));
        }
    }

    fn sort_unnamed(&mut self, statement: &'a Statement, span: Span) {
        match statement {
            Statement::Account(account) => self.accounts.push(account),
            Statement::State(state) => self.states.push(state),
            Statement::Waterfall(waterfall) => self.waterfalls.push((waterfall, span)),
            Statement::Uses { uses } => self.uses.extend(uses),
            Statement::Liquidation { horizons } => self.horizons.extend(horizons),
            Statement::Permit { action, when } => self.permits.push((action, when)),
            _ => {}
        }
    }

    fn check_names(&self, findings: &mut Vec<Diagnostic>) {
        check_unique(self.accounts.iter().map(|account| &account.name), findings);
        check_unique(self.states.iter().map(|state| &state.name), findings);
        if self.states.is_empty() {
            let message = "a deal needs at least one state";
            findings.push(
                Diagnostic::error(DealError::MissingStatement, self.title_span, message)
                    .help("add `state amortising`"),
            );
        }
        if self.accounts.is_empty() {
            let message = "a deal needs at least one account";
            findings.push(
                Diagnostic::error(DealError::MissingStatement, self.title_span, message)
                    .help("add `account lockbox`"),
            );
        }
    }

    /// Position of an account.
    pub fn account(&self, name: &str) -> Option<usize> {
        self.accounts.iter().position(|account| account.name.text == name)
    }

    /// Position of a state.
    pub fn state(&self, name: &str) -> Option<usize> {
        self.states.iter().position(|state| state.name.text == name)
    }

    pub fn symbol(&self, name: &str) -> Option<Symbol<'a>> {
        self.symbols.get(name).map(|(symbol, _)| *symbol)
    }

    /// Position of the waterfall of a state.
    pub fn waterfall_of(&self, state: &str) -> Option<usize> {
        self.waterfalls
            .iter()
            .position(|(waterfall, _)| waterfall.states.iter().any(|name| name.text == state))
    }

    /// Members of an input that has one value for each member of a column of the tape.
    pub fn members(&self, input: &Observe) -> Option<&'a [String]> {
        let column = input.by.as_ref()?;
        Some(self.tape.groups.get(&column.text).map_or(&[], Vec::as_slice))
    }
}

fn once<'a, T>(
    document: &'a Document,
    findings: &mut Vec<Diagnostic>,
    example: &str,
    pick: impl Fn(&'a Statement) -> Option<T> + Copy + 'a,
) -> Option<T> {
    let mut found = document.statements.iter().filter(move |item| pick(&item.body).is_some());
    let first = found.next();
    if let (Some(first), Some(second)) = (first, found.next()) {
        let message = "this is said twice";
        findings.push(
            Diagnostic::error(DealError::DuplicateName, second.span, message)
                .label(first.span, "first said here")
                .help("keep one of the two"),
        );
    }
    if first.is_none() {
        let span = document.statements.first().map_or(Span::default(), |item| item.span);
        let message = format!("the deal does not say `{example}`");
        findings.push(
            Diagnostic::error(DealError::MissingStatement, span, message).help(format!("add `{example}`")),
        );
    }
    statements(document, pick).next()
}

fn statement_span(document: &Document, is: impl Fn(&Statement) -> bool) -> Span {
    document.statements.iter().find(|item| is(&item.body)).map_or(Span::default(), |item| item.span)
}

fn check_unique<'a>(names: impl Iterator<Item = &'a Name>, findings: &mut Vec<Diagnostic>) {
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    for name in names {
        if let Some(first) = seen.insert(&name.text, name.span) {
            findings.push(said_twice(name, first));
        }
    }
}

fn said_twice(name: &Name, first: Span) -> Diagnostic {
    let message = format!("`{}` is declared twice", name.text);
    Diagnostic::error(DealError::DuplicateName, name.span, message)
        .label(first, "first declared here")
        .help("rename one of the two")
}
