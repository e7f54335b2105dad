//! Accounts, inputs, receipts, equity, payees and the uses of the money raised.

use super::Compiler;
use super::scope::Symbol;
use super::value::Kind;
use crate::Diagnostic;
use crate::error::DealError;
use crate::syntax::{self, Observe, Span};
use units::Id;
use waterfall::plan::{Account, ClaimKind, Equity, Fallback, Input, Receipt, Use};

impl Compiler<'_> {
    pub fn declare_accounts(&mut self) {
        self.id("account", "closing");
        for account in &self.scope.accounts {
            let id = self.id("account", &account.name.text);
            let first = self.registers.owned(2);
            self.plan.accounts.push(Account { id, first });
        }
    }

    pub fn declare_inputs(&mut self) {
        for (kind, name) in [("source", "gift"), ("source", "sale"), ("book", "written off")] {
            self.id(kind, name);
        }
        for input in &self.scope.inputs {
            self.check_input(input);
            for name in self.input_members(input) {
                self.declare_input(input, &name);
            }
        }
        for (name, into) in &self.scope.receipts {
            let id = self.id("receipt", &name.text);
            let first = self.registers.owned(4);
            let account = self.account_index(&into.text, into.span);
            self.plan.receipts.push(Receipt { id, account, first });
        }
    }

    fn check_input(&mut self, input: &Observe) {
        if !(1..=7).contains(&input.reporters) || input.quorum > input.reporters {
            let message = "an input has 1 to 7 reporters, and a quorum of not more than them";
            self.error(
                DealError::CountOutOfRange,
                input.name.span,
                message,
                "write for instance `3 reporters, quorum 2`",
            );
        }
        let Some(column) = &input.by else { return };
        if self.scope.tape.groups.get(&column.text).is_none_or(Vec::is_empty) {
            let message = format!("the tape has no column `{}` to group by", column.text);
            self.findings.push(
                Diagnostic::error(DealError::UnknownName, column.span, message)
                    .did_you_mean(&column.text, self.scope.tape.groups.keys().map(String::as_str)),
            );
        }
    }

    fn declare_input(&mut self, input: &Observe, name: &str) {
        let id = self.id("input", name);
        let reporters = input.reporters.clamp(1, 7);
        let first = self.registers.owned(6_u16.saturating_add(u16::from(reporters).saturating_mul(2)));
        let share = matches!(input.fallback, syntax::Fallback::LastLess(_) | syntax::Fallback::LastPlus(_));
        if share && input.unit == syntax::Unit::Flag {
            let message = "a condition has no part that could be taken off or added";
            self.error(DealError::WrongKind, input.name.span, message, "write `then last` or `then value 0`");
        }
        let fallback = match &input.fallback {
            syntax::Fallback::Last => Fallback::Last,
            syntax::Fallback::LastLess(share) => Fallback::LastLess(self.number_register(share, Kind::Rate)),
            syntax::Fallback::LastPlus(share) => Fallback::LastPlus(self.number_register(share, Kind::Rate)),
            syntax::Fallback::Value(value) => Fallback::Value(self.number_register(value, input.unit.kind())),
        };
        let stale_after_days = input.stale_after_days.map_or(-1, i32::from);
        self.plan.inputs.push(Input {
            id,
            first,
            stale_after_days,
            fallback,
            reporters,
            quorum: input.quorum,
        });
    }

    pub fn declare_parties(&mut self) {
        for equity in &self.scope.equities {
            let name = &equity.name.text;
            let id = self.id("equity", name);
            let value = self.positive_amount(equity.amount);
            let amount = self.registers.named_literal(id, value);
            self.plan.equities.push(Equity { id, amount });
            self.own_claim(name, ClaimKind::Residual);
        }
        for payee in &self.scope.payees {
            self.own_claim(&payee.text, ClaimKind::Residual);
        }
    }

    /// An amount that is paid in or out: not below zero.
    pub fn positive_amount(&mut self, amount: &syntax::Number) -> i64 {
        let value = self.number(amount, Kind::Amount);
        if value < 0 {
            let message = "what is paid in or out is not below zero";
            self.error(DealError::BadNumber, amount.span, message, "write the amount without a sign");
        }
        value
    }

    /// Whoever is paid outside a waterfall: a payee, declared or not. A name that is something else, or nearly an account's,
    /// is taken for a mistake: the money would be gone.
    pub fn payee(&mut self, name: &syntax::Name) -> Id {
        let text = name.text.as_str();
        let accounts = self.scope.accounts.iter().map(|account| account.name.text.as_str());
        let known = accounts.chain(self.scope.symbols.keys().copied());
        let finding = Diagnostic::error(DealError::UnknownName, name.span, format!("`{text}` is no payee"));
        match self.scope.symbol(text) {
            Some(Symbol::Payee) => {}
            Some(_) => self.findings.push(finding.help("name an account, a fee or a payee")),
            None if crate::suggest(text, known.clone()).is_some() => {
                let finding = finding.note(format!("if it is one, declare it: `payee {text}`"));
                self.findings.push(finding.did_you_mean(text, known));
            }
            None => {}
        }
        self.id("claim", text)
    }

    /// Index of an account; an unknown one is reported.
    pub fn account_index(&mut self, name: &str, span: Span) -> u8 {
        match self.scope.account(name) {
            Some(index) => u8::try_from(index).unwrap_or(u8::MAX),
            None => {
                let known = self.scope.accounts.iter().map(|account| account.name.text.as_str());
                let message = format!("there is no account `{name}`");
                let finding = Diagnostic::error(DealError::UnknownName, span, message);
                self.findings.push(finding.did_you_mean(name, known));
                0
            }
        }
    }

    pub fn write_uses(&mut self) {
        let uses: Vec<&syntax::Use> = self.scope.uses.clone();
        let rests = uses.iter().filter(|usage| usage.rest).count();
        let raises = !self.scope.equities.is_empty() || self.scope.notes.iter().any(|note| !is_drawn(note));
        if raises && rests != 1 {
            let span = uses.first().map_or(self.scope.title_span, |usage| usage.name.span);
            let message = "exactly one use takes the rest of what is raised";
            self.findings.push(
                Diagnostic::error(DealError::ResidueWithoutOwner, span, message)
                    .help("end the uses with `rest lockbox`"),
            );
        }
        if let Some(early) = uses.iter().rev().skip(1).find(|usage| usage.rest) {
            self.error(
                DealError::ResidueWithoutOwner,
                early.name.span,
                "the rest is what is left after all other uses",
                "write it last",
            );
        }
        let mut fixed = 0_i128;
        for usage in uses {
            let usage = self.lower_use(usage, &mut fixed);
            self.plan.uses.extend(usage);
        }
        self.check_sources(fixed);
    }

    fn lower_use(&mut self, usage: &syntax::Use, fixed: &mut i128) -> Option<Use> {
        let name = usage.name.text.as_str();
        let account = self.scope.account(name);
        let fee =
            self.claim_index(name).and_then(|claim| self.plan.fees.iter().position(|fee| fee.claim == claim));
        if usage.rest {
            return Some(match account {
                Some(index) => Use::RestToAccount(u8::try_from(index).unwrap_or(u8::MAX)),
                None => Use::RestToPayee(self.payee(&usage.name)),
            });
        }
        let funded = account.and_then(|index| self.scope.accounts.get(index)).and_then(|a| a.funded.as_ref());
        match (usage.amount.as_ref().or(funded), fee) {
            (Some(amount), Some(_)) => {
                let message = format!("`{name}` takes what its own formula says");
                self.error(DealError::BadNumber, amount.span, message, "leave the amount out");
                None
            }
            (None, Some(fee)) => Some(Use::Fee(u8::try_from(fee).unwrap_or(u8::MAX))),
            (None, None) => {
                let message = format!("how much goes to `{name}`?");
                let finding = Diagnostic::error(DealError::EndsTooEarly, usage.name.span, message);
                self.findings
                    .push(finding.help("write the amount behind the name, or `funded` at the account"));
                None
            }
            (Some(amount), None) => {
                let value = self.positive_amount(amount);
                *fixed = fixed.saturating_add(i128::from(value));
                let register = self.registers.literal(value);
                Some(match account {
                    Some(index) => Use::Account(u8::try_from(index).unwrap_or(u8::MAX), register),
                    None => Use::Payee(self.payee(&usage.name), register),
                })
            }
        }
    }

    fn check_sources(&mut self, fixed: i128) {
        let mut raised = 0_i128;
        for note in self.scope.notes.clone().into_iter().filter(|note| !is_drawn(note)) {
            raised = raised.saturating_add(i128::from(self.number(&note.amount, Kind::Amount)));
        }
        for equity in self.scope.equities.clone() {
            raised = raised.saturating_add(i128::from(self.number(equity.amount, Kind::Amount)));
        }
        if fixed > raised {
            let scaled = |value| units::Scaled::new(value, self.scope.decimals);
            let message = format!("the uses ({}) exceed what is raised ({})", scaled(fixed), scaled(raised));
            let span = self.scope.uses.first().map_or(self.scope.title_span, |usage| usage.name.span);
            self.error(DealError::UsesExceedSources, span, message, "raise more, or spend less");
        }
    }
}

pub(crate) fn is_drawn(note: &syntax::Note) -> bool {
    note.options.iter().any(|option| matches!(option, syntax::NoteOption::Draws(_)))
}
