//! What a waterfall does with cash. Language, section 6.

use crate::WaterfallError;
use crate::cashier::Cashier;
use crate::instruction::{Instruction, NONE};
use crate::invariants;
use crate::lanes::{self, each, least, masked, nothing, unmasked, zip};
use crate::plan::{Account, Claim, ClaimKind, Note, NoteField};
use crate::posting::{Posting, PostingKind, Recorder};
use units::Id;

/// Counterparty of a write-off.
pub const WRITTEN_OFF: Id = Id::of("book", "written off");

impl<'a, const L: usize, J: Recorder<L>> Cashier<'a, L, J> {
    #[inline(always)]
    pub(crate) fn begin_guard(&mut self, i: &Instruction) -> Result<(), WaterfallError> {
        let condition = each(self.read(i.a), |condition| i64::from(condition != 0));
        self.guard = masked(&condition, &self.active);
        Ok(())
    }

    #[inline(always)]
    pub(crate) fn end_guard(&mut self) -> Result<(), WaterfallError> {
        self.guard = self.active;
        Ok(())
    }

    #[inline(always)]
    pub(crate) fn account(&self, index: u16) -> Result<&'a Account, WaterfallError> {
        self.formulas.plan.accounts.get(usize::from(index)).ok_or(WaterfallError::BadReference)
    }

    #[inline(always)]
    pub(crate) fn claim(&self, index: u16) -> Result<&'a Claim, WaterfallError> {
        self.formulas.plan.claims.get(usize::from(index)).ok_or(WaterfallError::BadReference)
    }

    /// What a claim is owed now. A residual claimant is owed all the cash there is.
    #[inline(always)]
    pub(crate) fn due(
        &mut self,
        claim: &Claim,
        (due, cash): (&mut [i64; L], &[i64; L]),
    ) -> Result<(), WaterfallError> {
        *due = if claim.kind == ClaimKind::Residual { *cash } else { *self.read(claim.due) };
        match claim.kind {
            ClaimKind::Principal(note) => self.withhold_locked(self.note(note)?, due),
            _ => Ok(()),
        }
    }

    /// Principal is not due while the note is locked at this moment and has not matured.
    #[inline(always)]
    fn withhold_locked(&mut self, note: &Note, due: &mut [i64; L]) -> Result<(), WaterfallError> {
        if note.locked == NONE || self.formulas.number >= note.maturity {
            return Ok(());
        }
        let terms = self.formulas.plan.instructions(&note.terms);
        self.formulas.lend().run(terms)?;
        *due = unmasked(due, self.read(note.locked));
        Ok(())
    }

    #[inline(always)]
    pub(crate) fn owe(&mut self, i: &Instruction) -> Result<(), WaterfallError> {
        let mut due = [0; L];
        self.due(self.claim(i.b)?, (&mut due, &[i64::MAX; L]))?;
        self.write(i.d, zip(&due, self.read(i.c), |due, limit| due.min(limit).max(0)));
        Ok(())
    }

    /// **Pays a claim**: what it is owed, or the cash there is if that is less.
    #[inline(always)]
    pub(crate) fn pay(&mut self, i: &Instruction) -> Result<(), WaterfallError> {
        let (account, claim) = (self.account(i.a)?, self.claim(i.b)?);
        let cash = *self.read(account.first);
        let mut owed = *self.read(i.c);
        if i.c == NONE {
            self.due(claim, (&mut owed, &cash))?;
        }
        let owed = masked(&owed, &self.guard);
        if nothing(&owed) {
            return Ok(());
        }
        // What is paid lies between nothing and what is owed, and between nothing and the cash.
        let paid = least(&owed, &cash);
        let mut short = zip(&owed, &paid, i64::wrapping_sub);
        let cash = zip(&cash, &paid, i64::wrapping_sub);
        debug_assert!(invariants::wf2_priority_kept(self.read(account.first), &owed, &paid), "WF-2");
        if i.c != NONE {
            self.write(i.c, short);
        }
        if !nothing(&paid) {
            self.write(account.first, cash);
            self.settle(claim, &paid)?;
        }
        if i.mode == 0 {
            short = [0; L];
        }
        self.post_paid(i.step, (account, claim.id), (paid, short));
        Ok(())
    }

    /// Cash has left an account.
    #[inline(always)]
    pub(crate) fn post_paid(
        &mut self,
        step: u16,
        (account, to): (&Account, Id),
        (amount, short): ([i64; L], [i64; L]),
    ) {
        let (payment, kind, from) = (self.formulas.number, PostingKind::CashOut, account.id);
        self.post(Posting { payment, step, kind, from, to, amount, short });
    }

    /// A claim was paid: less is due, and principal lowers the balance.
    #[inline(always)]
    pub(crate) fn settle(&mut self, claim: &Claim, paid: &[i64; L]) -> Result<(), WaterfallError> {
        self.formulas.registers.add(claim.paid, paid)?;
        match claim.kind {
            ClaimKind::Residual => Ok(()),
            ClaimKind::Cost | ClaimKind::Interest(_) | ClaimKind::Additional(_) => {
                self.formulas.registers.subtract(claim.due, paid)
            }
            ClaimKind::Scheduled(note) => {
                self.formulas.registers.subtract(claim.due, paid)?;
                self.repay(note, paid)
            }
            ClaimKind::Principal(note) => self.repay(note, paid),
        }
    }

    #[inline(always)]
    fn note(&self, index: u8) -> Result<&'a Note, WaterfallError> {
        self.formulas.plan.notes.get(usize::from(index)).ok_or(WaterfallError::BadReference)
    }

    /// The balance falls, and with it what is still scheduled if it was more.
    #[inline(always)]
    pub(crate) fn repay(&mut self, note: u8, paid: &[i64; L]) -> Result<(), WaterfallError> {
        let note = self.note(note)?;
        self.formulas.registers.add(note.register(NoteField::PrincipalPaidEver), paid)?;
        self.lower_balance(note, paid)
    }

    #[inline(always)]
    fn lower_balance(&mut self, note: &Note, by: &[i64; L]) -> Result<(), WaterfallError> {
        let [balance, scheduled] =
            [NoteField::Balance, NoteField::ScheduledDue].map(|field| note.register(field));
        let mut left = *self.read(balance);
        lanes::subtract(&mut left, by)?;
        self.write(balance, left);
        self.write(scheduled, least(self.read(scheduled), &left));
        Ok(())
    }

    #[inline(always)]
    pub(crate) fn transfer(&mut self, i: &Instruction) -> Result<(), WaterfallError> {
        let (from, to) = (self.account(i.a)?, self.account(i.b)?);
        let wanted = zip(self.read(i.c), &self.guard, |wanted, on| if on == 0 { 0 } else { wanted.max(0) });
        let amount = least(&wanted, self.read(from.first));
        // Neither is negative.
        let short = if i.mode == 0 { [0; L] } else { zip(&wanted, &amount, i64::wrapping_sub) };
        self.formulas.registers.subtract(from.first, &amount)?;
        self.formulas.registers.add(to.first, &amount)?;
        let (payment, step, kind) = (self.formulas.number, i.step, PostingKind::Transfer);
        self.post(Posting { payment, step, kind, from: from.id, to: to.id, amount, short });
        Ok(())
    }

    pub(crate) fn write_off_step(&mut self, i: &Instruction) -> Result<(), WaterfallError> {
        let amount = masked(self.read(i.c), &self.guard);
        let note = u8::try_from(i.b).map_err(|_| WaterfallError::BadReference)?;
        self.write_off(note, &amount, i.step)
    }

    /// Lowers what is owed without paying it.
    pub(crate) fn write_off(
        &mut self,
        note: u8,
        at_most: &[i64; L],
        step: u16,
    ) -> Result<(), WaterfallError> {
        let note = self.note(note)?;
        let balance = self.read(note.register(NoteField::Balance));
        let amount = zip(at_most, balance, |most, balance| most.max(0).min(balance));
        self.formulas.registers.add(note.register(NoteField::WrittenOff), &amount)?;
        self.lower_balance(note, &amount)?;
        let (payment, kind, short) = (self.formulas.number, PostingKind::Book, [0; L]);
        self.post(Posting { payment, step, kind, from: note.id, to: WRITTEN_OFF, amount, short });
        Ok(())
    }
}
