//! Waterfalls: each line to a few instructions. Language, section 6.

use super::Compiler;
use super::value::{Kind, Value};
use crate::Diagnostic;
use crate::error::DealError;
use crate::syntax::{Account, Basis, Bound, Expression, Extent, Item, Name, Path, Span, Step, Waterfall};
use units::RATE_ONE;
use waterfall::instruction::{Instruction, NONE, Operation};
use waterfall::plan::{self, Claim, ClaimKind, Group, Register};

/// Where the cash of a waterfall comes from.
struct Sources<'a> {
    main: u8,
    supporting: Vec<(u8, &'a Account)>,
    waterfall: u8,
    name: String,
}

impl<'a> Compiler<'a> {
    pub fn write_waterfalls(&mut self) {
        for (index, (waterfall, _)) in (0_u8..).zip(self.scope.waterfalls.clone()) {
            for state in &waterfall.states {
                self.state_index(state);
            }
            let names: Vec<&str> = waterfall.states.iter().map(|name| name.text.as_str()).collect();
            let name = names.join(", ");
            let id = self.id("waterfall", &name);
            let section = self.section(|compiler| compiler.write_waterfall(waterfall, index, name));
            self.plan.waterfalls.push(plan::Waterfall { id, section });
        }
    }

    fn write_waterfall(&mut self, waterfall: &'a Waterfall, index: u8, name: String) {
        let pooled: Vec<u8> =
            waterfall.from.iter().map(|name| self.account_index(&name.text, name.span)).collect();
        let Some((&main, swept)) = pooled.split_first() else { return };
        let supporting = self.supporting(waterfall);
        let sources = Sources { main, supporting, waterfall: index, name };
        for account in swept {
            self.begin_step(&sources, "sweep");
            let cash = self.cash(*account);
            self.transfer(*account, main, cash, 0);
        }
        for item in &waterfall.steps {
            self.write_step(item, &sources);
        }
        self.step = NONE;
    }

    fn supporting(&mut self, waterfall: &'a Waterfall) -> Vec<(u8, &'a Account)> {
        let mut supporting = Vec::new();
        for name in &waterfall.then {
            let index = self.account_index(&name.text, name.span);
            let Some(account) = self.scope.accounts.get(usize::from(index)).copied() else { continue };
            if account.covers.is_empty() {
                let message = format!(
                    "account `{}` supports this waterfall but does not say what it covers",
                    name.text
                );
                let help = format!("write `account {} ..., covers A.interest`", name.text);
                let finding = Diagnostic::error(DealError::NothingCovered, name.span, message);
                self.findings.push(finding.help(help).label(account.name.span, "declared here"));
            }
            for path in &account.covers {
                self.find_claim(path);
            }
            supporting.push((index, account));
        }
        supporting
    }

    /// Begins a step of the plan: postings and people refer to it by this label.
    fn begin_step(&mut self, sources: &Sources<'_>, label: &str) {
        let path = format!("{}: {label}", sources.name);
        let mut id = units::Id::of("step", &path);
        let mut again = 1_u32;
        while self.plan.steps.iter().any(|step| step.id == id) {
            again = again.saturating_add(1);
            id = units::Id::of("step", &format!("{path} {again}"));
        }
        self.plan.names.push((id, label.to_owned()));
        self.plan.steps.push(plan::Step { id, waterfall: sources.waterfall });
        self.step = u16::try_from(self.plan.steps.len().saturating_sub(1)).unwrap_or(NONE);
    }

    fn write_step(&mut self, item: &'a Item<Step>, sources: &Sources<'a>) {
        match &item.body {
            Step::Pay { claims, bound, from } => {
                for path in claims {
                    self.begin_step(sources, &format!("pay {}", path.words.join(".")));
                    self.pay(path, bound.as_ref(), from.as_ref(), sources);
                }
            }
            Step::ProRata { by, claims, residue_to } => {
                self.begin_step(sources, "pay pro rata");
                self.pay_pro_rata(by, claims, residue_to, sources);
            }
            Step::Fill { account, by } => {
                self.begin_step(sources, &format!("fill {}", account.text));
                self.fill(account, by.as_ref(), sources);
            }
            Step::Keep { share, account } => {
                self.begin_step(sources, &format!("keep in {}", account.text));
                let cash = self.cash(sources.main);
                let amount = match share {
                    None => cash,
                    Some(share) => {
                        let share = self.formula(share, Kind::Rate);
                        let one = self.registers.literal(RATE_ONE);
                        self.scale_down((cash, share, one))
                    }
                };
                let to = self.account_index(&account.text, account.span);
                self.transfer(sources.main, to, amount, 0);
            }
            Step::Release { account, extent } => {
                self.begin_step(sources, &format!("release {}", account.text));
                self.release(account, extent, sources);
            }
            Step::WriteOff { note, at_most } => {
                self.begin_step(sources, &format!("write off {}", note.text));
                self.write_off(note, at_most.as_ref());
            }
            Step::Guarded { condition, then, .. } => self.guarded(condition, then, sources),
        }
    }

    fn guarded(&mut self, condition: &Expression, then: &'a Item<Step>, sources: &Sources<'a>) {
        let outer = self.guard;
        let step = self.step;
        self.step = NONE;
        let mut holds = self.condition(condition);
        if let Some(outer) = outer {
            holds = self.compute(Operation::And, outer, holds, NONE);
        }
        self.emit(Operation::Guard, (NONE, holds, NONE, NONE));
        self.guard = Some(holds);
        self.write_step(then, sources);
        self.guard = outer;
        self.step = NONE;
        self.emit(Operation::EndGuard, (NONE, NONE, NONE, NONE));
        if let Some(outer) = outer {
            self.emit(Operation::Guard, (NONE, outer, NONE, NONE));
        }
        self.step = step;
    }

    fn cash(&self, account: u8) -> Register {
        self.plan.accounts.get(usize::from(account)).map_or(0, |account| account.first)
    }

    pub fn find_claim(&mut self, path: &Path) -> Option<(u8, Claim)> {
        let name = path.words.join(".");
        let index = self.claim_index(&name);
        let claim = index.and_then(|index| self.plan.claims.get(usize::from(index)).copied());
        if claim.is_none() {
            let message = format!("nothing is owed as `{name}`");
            let finding = Diagnostic::error(DealError::UnknownName, path.span, message);
            let known: Vec<String> =
                self.plan.claims.iter().map(|claim| self.plan.name(claim.id).to_owned()).collect();
            self.findings.push(finding.did_you_mean(&name, known.iter().map(String::as_str)));
        }
        index.zip(claim)
    }

    fn pay(&mut self, path: &Path, bound: Option<&Bound>, from: Option<&Name>, sources: &Sources<'_>) {
        let Some((index, claim)) = self.find_claim(path) else { return };
        let name = path.words.join(".");
        let mut accounts = match from {
            Some(account) => vec![self.account_index(&account.text, account.span)],
            None => vec![sources.main],
        };
        if from.is_none() {
            let covers =
                |account: &Account| account.covers.iter().any(|covered| covered.words.join(".") == name);
            accounts.extend(
                sources.supporting.iter().filter(|(_, account)| covers(account)).map(|(index, _)| *index),
            );
        }
        let residual = claim.kind == ClaimKind::Residual;
        let Some((&last, _)) = accounts.split_last() else { return };
        if bound.is_none() && accounts.len() == 1 {
            return self.pay_from(last, index, NONE, !residual);
        }
        let limit = self.bound(bound, &claim);
        let owed = self.compute(Operation::Owe, NONE, u16::from(index), limit);
        for account in &accounts {
            self.pay_from(*account, index, owed, *account == last && !residual);
        }
    }

    fn pay_from(&mut self, account: u8, claim: u8, owed: Register, reports_short: bool) {
        self.plan.code.push(Instruction {
            operation: Operation::Pay,
            mode: u8::from(reports_short),
            step: self.step,
            d: NONE,
            a: u16::from(account),
            b: u16::from(claim),
            c: owed,
        });
    }

    fn bound(&mut self, bound: Option<&Bound>, claim: &Claim) -> Register {
        match bound {
            None => self.registers.literal(i64::MAX),
            Some(Bound::AtMost(most)) => self.formula(most, Kind::Amount),
            Some(Bound::ToBalance(target)) => {
                let target_register = self.formula(target, Kind::Amount);
                if !matches!(claim.kind, ClaimKind::Principal(_) | ClaimKind::Scheduled(_)) {
                    self.wrong(
                        target.span,
                        "only principal is paid to a balance",
                        "write `at most AMOUNT`, or pay `.principal`",
                    );
                }
                let balance = self.balance_of(claim);
                self.compute(Operation::Excess, balance, target_register, NONE)
            }
            Some(Bound::ToTest { test, level }) => {
                let level = self.plain_number(super::literal::decimal(level), level.span);
                self.excess_over_level(test, level)
            }
        }
    }

    fn balance_of(&self, claim: &Claim) -> Register {
        match claim.kind {
            ClaimKind::Principal(note) | ClaimKind::Scheduled(note) => {
                let note = self.plan.notes.get(usize::from(note));
                note.map_or(0, |note| note.register(plan::NoteField::Balance))
            }
            _ => claim.due,
        }
    }

    /// What must be repaid to bring a test of leverage to a level: numerator − ⌊level × denominator⌋.
    fn excess_over_level(&mut self, test: &Name, level: i64) -> Register {
        let path = Path { words: vec![test.text.clone()], span: test.span };
        match self.name(&path) {
            Value::Ratio { of: Kind::Amount, numerator, denominator } => {
                let zero = self.registers.literal(0);
                let value = self.compute(Operation::Maximum, denominator, zero, NONE);
                let (level, one) = (self.registers.literal(level), self.registers.literal(RATE_ONE));
                let allowed = self.scale_down((value, level, one));
                self.compute(Operation::Excess, numerator, allowed, NONE)
            }
            Value::Wrong => 0,
            _ => {
                self.wrong(
                    test.span,
                    "a test that is a ratio of amounts is needed here",
                    "declare it: `test ltv = A.balance / value`",
                );
                0
            }
        }
    }

    fn pay_pro_rata(&mut self, by: &Basis, claims: &[Path], residue_to: &Path, sources: &Sources<'_>) {
        let weights = self.weights(by, (claims.len(), residue_to.span));
        self.check_members(claims);
        let mut members = Vec::new();
        for (position, path) in claims.iter().enumerate() {
            let Some((index, claim)) = self.find_claim(path) else { continue };
            if claim.kind == ClaimKind::Residual {
                self.wrong(
                    path.span,
                    "whoever takes the rest cannot share pro rata",
                    "pay it with a step of its own, last",
                );
            }
            let weight = match by {
                Basis::Due => NONE,
                Basis::Balance | Basis::Original => self.weight_of_note(by, &claim, path),
                Basis::Weights(_) => weights.get(position).copied().unwrap_or(NONE),
            };
            members.push((index, weight));
        }
        let residue = claims.iter().position(|path| residue_name(path, residue_to));
        let Some(residue) = residue else {
            let message = "the residue goes to one of those who are paid";
            self.error(
                DealError::MissingResidue,
                residue_to.span,
                message,
                "name one of the claims of this step",
            );
            return;
        };
        let group = u16::try_from(self.plan.groups.len()).unwrap_or(NONE);
        self.plan.groups.push(Group { members, residue: u8::try_from(residue).unwrap_or(0) });
        self.emit(Operation::ProRata, (NONE, u16::from(sources.main), group, NONE));
    }

    /// Two members may not be paid out of one debt: scheduled principal is part of the principal.
    fn check_members(&mut self, claims: &[Path]) {
        let debt = |path: &Path| {
            let name = path.words.join(".");
            name.strip_suffix(".scheduled").map_or(name.clone(), |note| format!("{note}.principal"))
        };
        let twice = claims
            .iter()
            .enumerate()
            .find(|(at, path)| claims.iter().take(*at).any(|before| debt(before) == debt(path)));
        if let Some((_, path)) = twice {
            let message = format!("`{}` is part of what another member is paid", path.words.join("."));
            self.error(DealError::DuplicateName, path.span, message, "name each debt once in a group");
        }
    }

    /// Weights as written: numbers of one kind, or plain numbers.
    fn weights(&mut self, by: &Basis, (count, span): (usize, Span)) -> Vec<Register> {
        let Basis::Weights(written) = by else { return Vec::new() };
        if written.len() != count {
            self.error(
                DealError::CountOutOfRange,
                span,
                "one weight is needed for each claim",
                "write `by weights (2, 1): X, Y, residue to X`",
            );
        }
        let values: Vec<Value> = written.iter().map(|weight| self.value(weight)).collect();
        let kind = values.iter().find_map(|value| match value {
            Value::Scalar(kind, _) => Some(*kind),
            _ => None,
        });
        let spans = written.iter().map(|weight| weight.span);
        let weights = values.into_iter().zip(spans).map(|(value, span)| match (value, kind) {
            (Value::Literal(literal), None) => {
                let weight = self.plain_number(literal, span);
                self.registers.literal(weight)
            }
            (value, kind) => self.coerce(value, kind.unwrap_or(Kind::Rate), span),
        });
        let weights = weights.collect();
        if matches!(kind, Some(Kind::Flag | Kind::Date)) {
            self.wrong(span, "a weight is a number", "write an amount, a rate or a plain number");
        }
        weights
    }

    /// What a note's share is measured by.
    fn weight_of_note(&mut self, by: &Basis, claim: &Claim, path: &Path) -> Register {
        match (by, self.note_of(claim)) {
            (Basis::Original, Some(note)) => note.amount,
            (_, Some(note)) => note.register(plan::NoteField::Balance),
            (_, None) => {
                self.wrong(path.span, "only notes have a balance to share by", "share by due or by weights");
                NONE
            }
        }
    }

    fn note_of(&self, claim: &Claim) -> Option<plan::Note> {
        claim.kind.note().and_then(|note| self.plan.notes.get(usize::from(note)).cloned())
    }

    fn fill(&mut self, account: &Name, by: Option<&Expression>, sources: &Sources<'_>) {
        let to = self.account_index(&account.text, account.span);
        let target = self.scope.accounts.get(usize::from(to)).and_then(|account| account.target.as_ref());
        let amount =
            match (by, target) {
                (Some(by), _) => self.formula(by, Kind::Amount),
                (None, Some(target)) => {
                    let target = self.target(target);
                    let cash = self.cash(to);
                    self.compute(Operation::Excess, target, cash, NONE)
                }
                (None, None) => {
                    let message = format!("account `{}` has no target to be filled to", account.text);
                    let finding = Diagnostic::error(DealError::EndsTooEarly, account.span, message);
                    self.findings.push(finding.help(format!(
                        "write `fill {} by AMOUNT`, or give the account a target",
                        account.text
                    )));
                    return;
                }
            };
        self.transfer(sources.main, to, amount, 1);
    }

    /// A target holds from the determination date: a window of one payment. It rounds as it is written at the account.
    pub fn target(&mut self, target: &Expression) -> Register {
        let outer = std::mem::replace(&mut self.rounding_up, false);
        let value = self.over(false, 1, target);
        self.rounding_up = outer;
        self.coerce(value, Kind::Amount, target.span)
    }

    fn release(&mut self, account: &Name, extent: &Extent, sources: &Sources<'_>) {
        let from = self.account_index(&account.text, account.span);
        let cash = self.cash(from);
        let amount = match extent {
            Extent::All => cash,
            Extent::AtMost(most) => self.formula(most, Kind::Amount),
            Extent::AboveTarget => {
                let target =
                    self.scope.accounts.get(usize::from(from)).and_then(|account| account.target.as_ref());
                match target {
                    Some(target) => {
                        let target = self.target(target);
                        self.compute(Operation::Excess, cash, target, NONE)
                    }
                    None => {
                        let message = format!("account `{}` has no target", account.text);
                        self.error(
                            DealError::EndsTooEarly,
                            account.span,
                            message,
                            "give the account a target, or release all of it",
                        );
                        return;
                    }
                }
            }
        };
        self.transfer(from, sources.main, amount, 0);
    }

    fn transfer(&mut self, from: u8, to: u8, amount: Register, mode: u8) {
        self.plan.code.push(Instruction {
            operation: Operation::Transfer,
            mode,
            step: self.step,
            d: NONE,
            a: u16::from(from),
            b: u16::from(to),
            c: amount,
        });
    }

    fn write_off(&mut self, note: &Name, at_most: Option<&Expression>) {
        let index = self.scope.notes.iter().position(|known| known.name.text == note.text);
        let Some(index) = index.and_then(|index| u16::try_from(index).ok()) else {
            return self.unknown("note", note);
        };
        let amount = match at_most {
            Some(most) => self.formula(most, Kind::Amount),
            None => self.registers.literal(i64::MAX),
        };
        self.emit(Operation::WriteOff, (NONE, NONE, index, amount));
    }
}

/// The residue's owner is a claim, or its note.
fn residue_name(claim: &Path, residue: &Path) -> bool {
    claim.words == residue.words || claim.words.first() == residue.words.first() && residue.words.len() == 1
}
