//! What a plan must satisfy before the engine runs it: a hostile plan is refused, never run.

use crate::WaterfallError;
use crate::inputs::{REPORTERS_MAX, input_field, receipt_field};
use crate::instruction::{Instruction, NONE, Operation};
use crate::plan::{
    Amortisation, Claim, ClaimKind, Clock, Fallback, Note, NoteField, Plan, Register, Section, Use,
};
use crate::plan::{UnpaidInterest, VERSION};
use alloc::vec::Vec;
use core::ops::Range;

/// Most registers of a plan.
pub const REGISTERS_MAX: usize = 8_192;
/// Most instructions of a plan.
pub const CODE_MAX: usize = 16_384;
/// Most periods of a plan: fifty years of months.
pub const PERIODS_MAX: usize = 720;
/// Most entries of any other table.
pub const TABLE_MAX: usize = 255;
/// Most states; a transition has a bit for each.
pub const STATES_MAX: usize = 32;
/// Most draws of a note.
pub const DRAWS_MAX: u8 = 16;
/// Longest window.
pub const WINDOW_MAX: u8 = 60;

type Checked = Result<(), WaterfallError>;

fn ensure(holds: bool, error: WaterfallError) -> Checked {
    if holds { Ok(()) } else { Err(error) }
}

impl Claim {
    /// Returns true if its registers are its own and not a note's.
    pub fn owns_registers(&self) -> bool {
        self.kind.note().is_none()
    }
}

impl Plan {
    /// Checks every reference, every register and every instruction.
    ///
    /// # Errors
    /// What is wrong with the plan, codes 420 to 426.
    pub fn validate(&self) -> Checked {
        self.check_sizes()?;
        self.check_owners()?;
        self.check_columns()?;
        self.check_inputs()?;
        self.check_claims()?;
        for note in &self.notes {
            self.check_note(note)?;
        }
        self.check_fees_and_uses()?;
        self.check_groups()?;
        self.check_states()?;
        self.check_sections()
    }

    fn check_sizes(&self) -> Checked {
        let tables = [
            self.inputs.len(),
            self.receipts.len(),
            self.accounts.len(),
            self.claims.len(),
            self.notes.len(),
            self.equities.len(),
            self.uses.len(),
            self.fees.len(),
            self.triggers.len(),
            self.transitions.len(),
            self.waterfalls.len(),
            self.groups.len(),
            self.permits.len(),
            self.inspected.len(),
            self.columns.len(),
            self.windows.len(),
        ];
        ensure(tables.iter().all(|length| *length <= TABLE_MAX), WaterfallError::TooLarge)?;
        ensure(self.layout.total() <= REGISTERS_MAX, WaterfallError::TooLarge)?;
        ensure(self.code.len() <= CODE_MAX && self.steps.len() <= CODE_MAX, WaterfallError::TooLarge)?;
        ensure((1..=PERIODS_MAX).contains(&self.periods.len()), WaterfallError::TooLarge)?;
        ensure((1..=STATES_MAX).contains(&self.states.len()), WaterfallError::TooLarge)?;
        ensure(self.layout.clock == Clock::COUNT, WaterfallError::BadReference)?;
        ensure(usize::from(self.layout.literals) == self.literals.len(), WaterfallError::BadReference)?;
        ensure(usize::from(self.final_payment) < self.periods.len(), WaterfallError::BadReference)?;
        let ordered = self.periods.windows(2).all(|pair| {
            pair.first()
                .zip(pair.last())
                .is_some_and(|(a, b)| a.end == b.start && b.start < b.end && a.payment <= b.payment)
        });
        ensure(ordered && self.decimals <= 18, WaterfallError::BadReference)?;
        let computed = |column: &crate::plan::Fractions| {
            let fraction =
                |period: &crate::plan::Period| column.day_count.fraction(period.start, period.end).numerator;
            self.periods.iter().map(fraction).eq(column.numerators.iter().copied().map(i64::from))
        };
        ensure(self.fractions.iter().all(computed), WaterfallError::BadReference)
    }

    /// Every owned register has one owner, and lies where owned registers lie.
    fn check_owners(&self) -> Checked {
        let owned = self.layout.first_owned()..self.layout.first_history();
        let history = self.layout.first_history()..self.layout.first_temporary();
        let paid = self.layout.first_paid()..self.layout.first_due();
        let due = self.layout.first_due()..self.layout.first_short();
        let mut taken = alloc::vec![false; self.layout.total()];
        for (first, count) in self.owned_registers() {
            take(&mut taken, first, count, &owned)?;
        }
        for (first, count) in self.history_registers() {
            take(&mut taken, first, count, &history)?;
        }
        for (first, count) in self.paid_registers() {
            take(&mut taken, first, count, &paid)?;
        }
        for (first, short, count) in self.due_registers() {
            take(&mut taken, first, count, &due)?;
            // What was late lies in the second band where what is due lies in the first.
            ensure(short.checked_sub(self.layout.due) == Some(first), WaterfallError::Aliased)?;
        }
        Ok(())
    }

    fn owned_registers(&self) -> Vec<(Register, u16)> {
        let mut cells: Vec<(Register, u16)> =
            self.accounts.iter().map(|account| (account.first, 2)).collect();
        cells.extend(self.receipts.iter().map(|receipt| (receipt.first, receipt_field::COUNT)));
        for input in &self.inputs {
            let reports = u16::from(input.reporters).saturating_mul(2);
            cells.push((input.first, input_field::COUNT.saturating_add(reports)));
        }
        for note in &self.notes {
            let draws = note.draws.map_or(0, |draws| u16::from(draws.at_most).saturating_mul(2));
            cells.push((note.first, NoteField::OWNED.saturating_add(draws)));
        }
        cells.extend(self.fees.iter().filter_map(|fee| fee.this_year).map(|register| (register, 1)));
        cells
    }

    fn paid_registers(&self) -> Vec<(Register, u16)> {
        let notes = self.notes.iter().map(|note| (note.paid, NoteField::PAID));
        let own = self.claims.iter().filter(|claim| claim.owns_registers());
        notes.chain(own.map(|claim| (claim.paid, 1))).collect()
    }

    /// What is due, beside what was late.
    fn due_registers(&self) -> Vec<(Register, Register, u16)> {
        let notes = self.notes.iter().map(|note| (note.due, note.short, NoteField::DUE));
        let costs = self.claims.iter().filter(|claim| claim.kind == ClaimKind::Cost);
        notes.chain(costs.map(|claim| (claim.due, claim.short, 1))).collect()
    }

    fn history_registers(&self) -> Vec<(Register, u16)> {
        let windows = self.windows.iter().map(|window| (window.first, window.length));
        self.triggers.iter().map(|trigger| (trigger.first, 4)).chain(windows).collect()
    }

    fn check_columns(&self) -> Checked {
        let range = self.layout.first_column()..self.layout.first_owned();
        let fits = |column: &crate::plan::Column| {
            range.contains(&column.register) && column.values.len() == self.periods.len()
        };
        ensure(self.columns.iter().all(fits), WaterfallError::BadReference)
    }

    fn check_inputs(&self) -> Checked {
        for input in &self.inputs {
            let reporters = (1..=REPORTERS_MAX).contains(&input.reporters) && input.quorum <= input.reporters;
            ensure(reporters, WaterfallError::BadReference)?;
            match input.fallback {
                Fallback::Last => {}
                Fallback::LastLess(literal) | Fallback::LastPlus(literal) | Fallback::Value(literal) => {
                    self.check_literal(literal)?;
                }
            }
        }
        let accounts = self.accounts.len();
        ensure(self.receipts.iter().all(|r| usize::from(r.account) < accounts), WaterfallError::BadReference)
    }

    /// A note's claims are on that note's own registers.
    fn check_claims(&self) -> Checked {
        use NoteField as F;
        for claim in &self.claims {
            let (note, fields) = match claim.kind {
                ClaimKind::Interest(note) => (note, [F::InterestDue, F::InterestPaid, F::InterestShort]),
                ClaimKind::Scheduled(note) => (note, [F::ScheduledDue, F::ScheduledPaid, F::ScheduledShort]),
                ClaimKind::Principal(note) => (note, [F::Balance, F::PrincipalPaid, F::PrincipalPaid]),
                ClaimKind::Additional(note) => {
                    (note, [F::AdditionalDue, F::AdditionalPaid, F::AdditionalShort])
                }
                ClaimKind::Cost => continue,
                ClaimKind::Residual => {
                    ensure(claim.due == claim.paid && claim.short == claim.paid, WaterfallError::Aliased)?;
                    continue;
                }
            };
            let note = self.notes.get(usize::from(note)).ok_or(WaterfallError::BadReference)?;
            let own = fields.map(|field| note.register(field)) == [claim.due, claim.paid, claim.short];
            ensure(own, WaterfallError::Aliased)?;
        }
        Ok(())
    }

    fn check_note(&self, note: &Note) -> Checked {
        self.check_amount(note.amount)?;
        let day_count = usize::from(note.day_count) < self.fractions.len();
        ensure(day_count && usize::from(note.maturity) < self.periods.len(), WaterfallError::BadReference)?;
        self.check_readable(note.coupon_result)?;
        for register in [note.locked, note.accretes, note.notional] {
            self.check_optional(register)?;
        }
        if let UnpaidInterest::Bears(plus) = note.unpaid {
            self.check_literal(plus)?;
        }
        match note.amortisation {
            Amortisation::Level { first, last } | Amortisation::Linear { first, last } => {
                ensure(first <= last && last <= note.maturity, WaterfallError::BadReference)?;
            }
            Amortisation::Planned(target) => self.check_readable(target)?,
            Amortisation::Bullet => {}
        }
        if let Some((rate, _)) = note.additional {
            self.check_readable(rate)?;
        }
        let draws = note.draws.is_none_or(|draws| (1..=DRAWS_MAX).contains(&draws.at_most));
        ensure(draws, WaterfallError::TooLarge)
    }

    fn check_fees_and_uses(&self) -> Checked {
        for equity in &self.equities {
            self.check_amount(equity.amount)?;
        }
        let cost = |index: u8| {
            self.claims.get(usize::from(index)).is_some_and(|claim| claim.kind == ClaimKind::Cost)
        };
        for fee in &self.fees {
            self.check_readable(fee.result)?;
            let claims = cost(fee.claim) && fee.excess.is_none_or(cost);
            let fractions = fee.a_year.is_none_or(|index| usize::from(index) < self.fractions.len());
            ensure(claims && fractions, WaterfallError::BadReference)?;
            if fee.excess.is_some() {
                self.check_readable(fee.cap)?;
            }
        }
        for usage in &self.uses {
            match *usage {
                Use::Payee(_, amount) => self.check_amount(amount)?,
                Use::Account(account, amount) => {
                    self.check_account(account.into())?;
                    self.check_amount(amount)?;
                }
                Use::RestToAccount(account) => self.check_account(account.into())?,
                Use::Fee(fee) => ensure(usize::from(fee) < self.fees.len(), WaterfallError::BadReference)?,
                Use::RestToPayee(_) => {}
            }
        }
        Ok(())
    }

    fn check_groups(&self) -> Checked {
        for group in &self.groups {
            ensure(usize::from(group.residue) < group.members.len(), WaterfallError::BadReference)?;
            ensure(group.members.len() <= TABLE_MAX, WaterfallError::TooLarge)?;
            for (claim, weight) in &group.members {
                let known = self.claims.get(usize::from(*claim)).ok_or(WaterfallError::BadReference)?;
                ensure(known.kind != ClaimKind::Residual, WaterfallError::BadReference)?;
                self.check_optional(*weight)?;
            }
            // Two members that lower one register would together be paid more than is due.
            let lowered = group.members.iter().filter_map(|(claim, _)| self.lowers(*claim));
            let lowered: Vec<Register> = lowered.collect();
            let times = |register| lowered.iter().filter(|other| *other == register).count();
            let unique = lowered.iter().all(|register| times(register) == 1);
            ensure(unique && lowered.len() == group.members.len(), WaterfallError::Aliased)?;
        }
        Ok(())
    }

    /// The register that a payment of a claim lowers: a note's balance for both sorts of principal.
    fn lowers(&self, claim: u8) -> Option<Register> {
        let claim = self.claims.get(usize::from(claim))?;
        match claim.kind {
            ClaimKind::Scheduled(note) | ClaimKind::Principal(note) => {
                self.notes.get(usize::from(note)).map(|note| note.register(NoteField::Balance))
            }
            _ => Some(claim.due),
        }
    }

    fn check_states(&self) -> Checked {
        let waterfalls = self.waterfalls.len();
        let known = |index: u8| usize::from(index) < waterfalls;
        ensure(
            self.states.iter().all(|state| state.waterfall.is_none_or(known)),
            WaterfallError::BadReference,
        )?;
        ensure(self.steps.iter().all(|step| known(step.waterfall)), WaterfallError::BadReference)?;
        for transition in &self.transitions {
            ensure(usize::from(transition.to) < self.states.len(), WaterfallError::BadReference)?;
            self.check_readable(transition.condition)?;
        }
        for trigger in &self.triggers {
            self.check_readable(trigger.condition)?;
            let window = (1..=WINDOW_MAX).contains(&trigger.of) && (1..=trigger.of).contains(&trigger.hits);
            ensure(window, WaterfallError::BadReference)?;
        }
        Ok(())
    }

    fn check_sections(&self) -> Checked {
        for section in self.formula_sections() {
            self.check_section(&section, false)?;
        }
        for waterfall in &self.waterfalls {
            self.check_section(&waterfall.section, true)?;
            self.check_payments(&waterfall.section)?;
        }
        for permit in &self.permits {
            self.check_readable(permit.condition)?;
        }
        for inspected in &self.inspected {
            self.check_readable(inspected.result)?;
        }
        Ok(())
    }

    /// What a payment is told to pay was worked out for its claim right before, or is what the payment before left of it.
    fn check_payments(&self, section: &Section) -> Checked {
        let mut told: Option<(Register, u16)> = None;
        for i in self.instructions(section) {
            match i.operation {
                Operation::Owe => told = Some((i.d, i.b)),
                Operation::Pay if told == Some((i.c, i.b)) => {}
                Operation::Pay if i.c != NONE => return Err(WaterfallError::BadInstruction),
                _ => told = None,
            }
        }
        Ok(())
    }

    /// Sections that only compute.
    fn formula_sections(&self) -> Vec<Section> {
        let mut sections = alloc::vec![self.determination.clone()];
        for note in &self.notes {
            sections.extend([note.coupon.clone(), note.terms.clone()]);
        }
        sections.extend(self.fees.iter().map(|fee| fee.section.clone()));
        sections.extend(self.triggers.iter().map(|trigger| trigger.section.clone()));
        sections.extend(self.transitions.iter().map(|transition| transition.section.clone()));
        sections.extend(self.permits.iter().map(|permit| permit.section.clone()));
        sections.extend(self.inspected.iter().map(|inspected| inspected.section.clone()));
        sections
    }

    fn check_section(&self, section: &Section, may_move: bool) -> Checked {
        let range = usize::from(section.start)..usize::from(section.end);
        let code = self.code.get(range).ok_or(WaterfallError::BadReference)?;
        for instruction in code {
            ensure(may_move || !instruction.operation.moves(), WaterfallError::BadInstruction)?;
            self.check_instruction(instruction)?;
        }
        Ok(())
    }

    fn check_instruction(&self, i: &Instruction) -> Checked {
        ensure(i.step == NONE || usize::from(i.step) < self.steps.len(), WaterfallError::BadReference)?;
        match i.operation {
            Operation::Window => self.check_ring(i.d, u16::from(i.mode), i.c),
            Operation::Counted => {
                ensure(i.mode <= WINDOW_MAX && i.a <= u16::from(WINDOW_MAX), WaterfallError::BadInstruction)?;
                self.check_ring(i.d, 1, i.c)
            }
            Operation::PresentValue => {
                ensure(usize::from(i.a) < self.notes.len(), WaterfallError::BadReference)?;
                self.check_readable(i.b)?;
                self.check_temporary(i.d)
            }
            Operation::Guard => self.check_readable(i.a),
            Operation::EndGuard => Ok(()),
            Operation::Owe => {
                self.check_claim(i.b)?;
                self.check_readable(i.c)?;
                self.check_temporary(i.d)
            }
            Operation::Pay => {
                self.check_account(i.a)?;
                self.check_claim(i.b)?;
                if i.c == NONE { Ok(()) } else { self.check_temporary(i.c) }
            }
            Operation::ProRata => {
                self.check_account(i.a)?;
                ensure(usize::from(i.b) < self.groups.len(), WaterfallError::BadReference)
            }
            Operation::Transfer => {
                self.check_account(i.a)?;
                self.check_account(i.b)?;
                self.check_readable(i.c)
            }
            Operation::WriteOff => {
                ensure(usize::from(i.b) < self.notes.len(), WaterfallError::BadReference)?;
                self.check_readable(i.c)
            }
            _ => self.check_arithmetic(i),
        }
    }

    fn check_arithmetic(&self, i: &Instruction) -> Checked {
        self.check_readable(i.a)?;
        self.check_readable(i.b)?;
        self.check_readable(i.c)?;
        if i.operation.compares_ratios() {
            self.check_readable(i.c.saturating_add(1))?;
        }
        self.check_temporary(i.d)
    }

    /// A window's registers, its ring and then its result, belong to one entry of the windows.
    fn check_ring(&self, result: Register, length: u16, value: Register) -> Checked {
        ensure((1..=u16::from(WINDOW_MAX)).contains(&length), WaterfallError::BadInstruction)?;
        self.check_readable(value)?;
        let first = result.checked_sub(length).ok_or(WaterfallError::BadReference)?;
        let owned = self.windows.iter().any(|w| (w.first, w.length) == (first, length.saturating_add(1)));
        ensure(owned, WaterfallError::Aliased)
    }

    fn check_readable(&self, register: Register) -> Checked {
        ensure(usize::from(register) < self.layout.total(), WaterfallError::BadReference)
    }

    fn check_optional(&self, register: Register) -> Checked {
        if register == NONE { Ok(()) } else { self.check_readable(register) }
    }

    fn check_temporary(&self, register: Register) -> Checked {
        ensure(register >= self.layout.first_temporary(), WaterfallError::Aliased)?;
        self.check_readable(register)
    }

    fn check_literal(&self, register: Register) -> Checked {
        ensure(register < self.layout.literals, WaterfallError::BadReference)
    }

    /// A constant that is money: not negative.
    fn check_amount(&self, register: Register) -> Checked {
        let literal = self.literals.get(usize::from(register)).ok_or(WaterfallError::BadReference)?;
        ensure(literal.value >= 0, WaterfallError::NegativeAmount)
    }

    fn check_account(&self, index: u16) -> Checked {
        ensure(usize::from(index) < self.accounts.len(), WaterfallError::BadReference)
    }

    fn check_claim(&self, index: u16) -> Checked {
        ensure(usize::from(index) < self.claims.len(), WaterfallError::BadReference)
    }
}

fn take(taken: &mut [bool], first: Register, count: u16, range: &Range<Register>) -> Checked {
    let end = first.checked_add(count).ok_or(WaterfallError::BadReference)?;
    ensure(range.start <= first && end <= range.end, WaterfallError::BadReference)?;
    for cell in taken.get_mut(usize::from(first)..usize::from(end)).unwrap_or(&mut []) {
        ensure(!*cell, WaterfallError::Aliased)?;
        *cell = true;
    }
    Ok(())
}

/// Returns an error if the engine does not know this version.
pub fn require_version(version: u16) -> Checked {
    ensure(version == VERSION, WaterfallError::UnknownVersion)
}
