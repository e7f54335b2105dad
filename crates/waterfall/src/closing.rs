//! The closing: money is raised and used. Language, section 4.

use crate::WaterfallError;
use crate::apply::require_not_negative;
use crate::instruction::NONE;
use crate::lanes::{self, each, nothing};
use crate::machine::{Machine, lanes_in};
use crate::plan::{Clock, Note, NoteField, Use};
use crate::posting::{PostingKind, Recorder};
use units::Id;

/// Where the money raised lies until it is used.
pub const CLOSING: Id = Id::of("account", "closing");

impl<const L: usize, J: Recorder<L>> Machine<'_, L, J> {
    /// Raises the money and pays every use.
    pub fn close(&mut self) -> Result<(), WaterfallError> {
        let mut raised = self.issue()?;
        self.accrue_fees(0)?;
        let plan = self.plan;
        for usage in &plan.uses {
            self.pay_use(usage, &mut raised)?;
        }
        if !nothing(&raised) {
            return Err(WaterfallError::InvariantBroken);
        }
        Ok(())
    }

    /// Every note that is not drawn over time, and every equity, is paid in.
    fn issue(&mut self) -> Result<[i64; L], WaterfallError> {
        let plan = self.plan;
        let mut raised = [0; L];
        let start = plan.period(0).map_or(0, |period| i64::from(period.end.days()));
        for note in &plan.notes {
            self.write(note.register(NoteField::AccruedTo), [start; L]);
            if note.draws.is_some() {
                continue;
            }
            let amount = self.read(note.amount);
            if note.notional == NONE {
                for field in [NoteField::Balance, NoteField::Planned, NoteField::Drawn] {
                    self.write(note.register(field), amount);
                }
            }
            raised = self.pay_in(raised, note.id, amount)?;
        }
        for equity in &plan.equities {
            raised = self.pay_in(raised, equity.id, self.read(equity.amount))?;
        }
        Ok(raised)
    }

    fn pay_in(&mut self, raised: [i64; L], from: Id, amount: [i64; L]) -> Result<[i64; L], WaterfallError> {
        require_not_negative(&amount)?;
        self.post(self.posting(PostingKind::CashIn, from, CLOSING, amount));
        let mut more = raised;
        lanes::add(&mut more, &amount)?;
        Ok(more)
    }

    fn pay_use(&mut self, usage: &Use, raised: &mut [i64; L]) -> Result<(), WaterfallError> {
        let plan = self.plan;
        match *usage {
            Use::Payee(id, amount) => self.use_up(raised, id, self.read(amount), None),
            Use::RestToPayee(id) => self.use_up(raised, id, *raised, None),
            Use::Account(account, amount) => self.fund(raised, account, self.read(amount)),
            Use::RestToAccount(account) => self.fund(raised, account, *raised),
            Use::Fee(fee) => {
                let claim =
                    plan.fees.get(usize::from(fee)).and_then(|fee| plan.claims.get(usize::from(fee.claim)));
                let claim = claim.ok_or(WaterfallError::UnknownElement)?;
                let due = self.read(claim.due);
                self.write(claim.due, [0; L]);
                self.state.add(claim.paid, &due)?;
                self.use_up(raised, claim.id, due, None)
            }
        }
    }

    fn fund(&mut self, raised: &mut [i64; L], account: u8, amount: [i64; L]) -> Result<(), WaterfallError> {
        let account = self.plan.accounts.get(usize::from(account)).ok_or(WaterfallError::UnknownElement)?;
        self.use_up(raised, account.id, amount, Some(account.first))
    }

    /// Takes `amount` out of what was raised, for a payee or into an account's register.
    fn use_up(
        &mut self,
        raised: &mut [i64; L],
        to: Id,
        amount: [i64; L],
        cash: Option<u16>,
    ) -> Result<(), WaterfallError> {
        require_not_negative(&amount)?;
        if raised.iter().zip(&amount).any(|(raised, amount)| amount > raised) {
            return Err(WaterfallError::NegativeAmount);
        }
        lanes::subtract(raised, &amount)?;
        let kind = if cash.is_some() { PostingKind::Transfer } else { PostingKind::CashOut };
        if let Some(cash) = cash {
            self.state.add(cash, &amount)?;
        }
        self.post(self.posting(kind, CLOSING, to, amount));
        Ok(())
    }

    /// The coupon of every note for the next period.
    pub fn set_coupons(&mut self) -> Result<(), WaterfallError> {
        self.wide(
            #[inline(always)]
            |machine| machine.set_coupons_here(),
        )
    }

    #[inline(always)]
    fn set_coupons_here(&mut self) -> Result<(), WaterfallError> {
        for note in &self.plan.notes {
            self.set_coupon(note)?;
        }
        Ok(())
    }

    /// The coupon of a note: its formula, not below zero.
    #[inline(always)]
    pub fn set_coupon(&mut self, note: &Note) -> Result<(), WaterfallError> {
        self.compute(&note.coupon)?;
        let coupon = each(&self.read(note.coupon_result), |coupon| coupon.max(0));
        self.write(note.register(NoteField::Coupon), coupon);
        Ok(())
    }

    /// Returns whether the deal has closed and has not ended.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub fn require_running(&self) -> Result<(), WaterfallError> {
        let closed = self.state.payment_number(self.plan).is_some();
        let running = closed
            && !nothing(&lanes_in(self.plan, &self.clock(Clock::State), |state| state.waterfall.is_some()));
        if running { Ok(()) } else { Err(WaterfallError::NotRunning) }
    }
}
