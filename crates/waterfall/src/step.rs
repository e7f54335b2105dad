//! What a waterfall does with cash. Language, section 6.

use crate::WaterfallError;
use crate::instruction::{Instruction, NONE, Operation};
use crate::invariants;
use crate::lanes::{map2, masked};
use crate::machine::Machine;
use crate::plan::{Account, Claim, ClaimKind, NoteField};
use crate::posting::{Posting, PostingKind};
use units::{Id, checked_sub};

/// Counterparty of a write-off.
pub const WRITTEN_OFF: Id = Id::of("book", "written off");

impl<const L: usize> Machine<'_, L> {
    pub(crate) fn move_cash(&mut self, i: &Instruction) -> Result<(), WaterfallError> {
        match i.operation {
            Operation::Guard => {
                let condition = self.read(i.a).map(|condition| i64::from(condition != 0));
                self.guard = masked(&condition, &self.active);
                Ok(())
            }
            Operation::EndGuard => {
                self.guard = self.active;
                Ok(())
            }
            Operation::Owe => self.owe(i),
            Operation::Pay => self.pay(i),
            Operation::ProRata => self.pay_pro_rata(i),
            Operation::Transfer => self.transfer(i),
            Operation::WriteOff => self.write_off_step(i),
            _ => Err(WaterfallError::BadInstruction),
        }
    }

    pub(crate) fn account(&self, index: u16) -> Result<Account, WaterfallError> {
        self.plan.accounts.get(usize::from(index)).copied().ok_or(WaterfallError::BadReference)
    }

    pub(crate) fn claim(&self, index: u16) -> Result<Claim, WaterfallError> {
        self.plan.claims.get(usize::from(index)).copied().ok_or(WaterfallError::BadReference)
    }

    /// What a claim is owed now. A residual claimant is owed all the cash there is.
    #[inline]
    pub(crate) fn due(&mut self, claim: &Claim, cash: &[i64; L]) -> Result<[i64; L], WaterfallError> {
        match claim.kind {
            ClaimKind::Residual => Ok(*cash),
            ClaimKind::Principal(note) => self.principal_due(note),
            _ => Ok(self.read(claim.due)),
        }
    }

    /// The balance, unless the note is locked at this moment and has not matured.
    fn principal_due(&mut self, note: u8) -> Result<[i64; L], WaterfallError> {
        let plan = self.plan;
        let Some(note) = plan.notes.get(usize::from(note)) else { return Ok([0; L]) };
        let balance = self.read(note.register(NoteField::Balance));
        let matured = self.state.payment_number(plan).is_some_and(|number| number >= note.maturity);
        if note.locked == NONE || matured {
            return Ok(balance);
        }
        self.run(&note.terms)?;
        Ok(masked(&balance, &self.read(note.locked).map(|locked| i64::from(locked == 0))))
    }

    fn owe(&mut self, i: &Instruction) -> Result<(), WaterfallError> {
        let claim = self.claim(i.b)?;
        let cash = [i64::MAX; L];
        let owed = map2(&self.due(&claim, &cash)?, &self.read(i.c), |due, limit| Ok(due.min(limit).max(0)))?;
        self.write(i.d, owed);
        Ok(())
    }

    /// **Pays a claim**: what it is owed, or the cash there is if that is less.
    fn pay(&mut self, i: &Instruction) -> Result<(), WaterfallError> {
        let (account, claim) = (self.account(i.a)?, self.claim(i.b)?);
        let cash = self.read(account.first);
        let owed = if i.c == NONE { self.due(&claim, &cash)? } else { self.read(i.c) };
        let owed = masked(&owed, &self.guard);
        let paid = map2(&owed, &cash, |owed, cash| Ok(owed.min(cash)))?;
        debug_assert!(invariants::wf2_priority_kept(&cash, &owed, &paid), "WF-2");
        let short = map2(&owed, &paid, |owed, paid| Ok(checked_sub(owed, paid)?))?;
        if i.c != NONE {
            self.write(i.c, short);
        }
        self.settle(&claim, &paid)?;
        let reported = if i.mode == 0 { [0; L] } else { short };
        self.pay_out(i.step, (&account, claim.id), (paid, reported))
    }

    /// Cash leaves an account.
    pub(crate) fn pay_out(
        &mut self,
        step: u16,
        (account, to): (&Account, Id),
        (amount, short): ([i64; L], [i64; L]),
    ) -> Result<(), WaterfallError> {
        self.state.subtract(account.first, &amount)?;
        let posting = self.posting(PostingKind::CashOut, account.id, to, amount);
        self.post(Posting { step, short, ..posting })?;
        self.debug_check();
        Ok(())
    }

    /// A claim was paid: less is due, and principal lowers the balance.
    pub(crate) fn settle(&mut self, claim: &Claim, paid: &[i64; L]) -> Result<(), WaterfallError> {
        self.state.add(claim.paid, paid)?;
        match claim.kind {
            ClaimKind::Residual => Ok(()),
            ClaimKind::Cost | ClaimKind::Interest(_) | ClaimKind::Additional(_) => {
                self.state.subtract(claim.due, paid)
            }
            ClaimKind::Scheduled(note) => {
                self.state.subtract(claim.due, paid)?;
                self.repay(note, paid)
            }
            ClaimKind::Principal(note) => self.repay(note, paid),
        }
    }

    fn note_register(&self, note: u8, field: NoteField) -> u16 {
        self.plan.notes.get(usize::from(note)).map_or(NONE, |note| note.register(field))
    }

    /// The balance falls, and with it what is still scheduled if it was more.
    fn repay(&mut self, note: u8, paid: &[i64; L]) -> Result<(), WaterfallError> {
        let [balance, scheduled, ever] =
            [NoteField::Balance, NoteField::ScheduledDue, NoteField::PrincipalPaidEver]
                .map(|field| self.note_register(note, field));
        self.state.subtract(balance, paid)?;
        self.state.add(ever, paid)?;
        let due = map2(&self.read(scheduled), &self.read(balance), |due, balance| Ok(due.min(balance)))?;
        self.write(scheduled, due);
        Ok(())
    }

    fn transfer(&mut self, i: &Instruction) -> Result<(), WaterfallError> {
        let (from, to) = (self.account(i.a)?, self.account(i.b)?);
        let wanted = masked(&self.read(i.c), &self.guard);
        let amount = map2(&wanted, &self.read(from.first), |wanted, cash| Ok(wanted.min(cash).max(0)))?;
        self.state.subtract(from.first, &amount)?;
        self.state.add(to.first, &amount)?;
        let short =
            if i.mode == 0 { [0; L] } else { map2(&wanted, &amount, |a, b| Ok(checked_sub(a.max(0), b)?))? };
        let posting = self.posting(PostingKind::Transfer, from.id, to.id, amount);
        self.post(Posting { step: i.step, short, ..posting })?;
        self.debug_check();
        Ok(())
    }

    fn write_off_step(&mut self, i: &Instruction) -> Result<(), WaterfallError> {
        let amount = masked(&self.read(i.c), &self.guard);
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
        let id = self.plan.notes.get(usize::from(note)).ok_or(WaterfallError::BadReference)?.id;
        let [balance, scheduled, written_off] =
            [NoteField::Balance, NoteField::ScheduledDue, NoteField::WrittenOff]
                .map(|f| self.note_register(note, f));
        let amount = map2(at_most, &self.read(balance), |most, balance| Ok(most.max(0).min(balance)))?;
        self.state.subtract(balance, &amount)?;
        self.state.add(written_off, &amount)?;
        let due = map2(&self.read(scheduled), &self.read(balance), |due, balance| Ok(due.min(balance)))?;
        self.write(scheduled, due);
        let posting = self.posting(PostingKind::Book, id, WRITTEN_OFF, amount);
        self.post(Posting { step, ..posting })
    }
}
