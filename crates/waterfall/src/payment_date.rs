//! The order of a payment date. Language, section 5.

use crate::WaterfallError;
use crate::instruction::NONE;
use crate::lanes::{self, any_zero, each, nothing};
use crate::machine::{Machine, Stage, lanes_in};
use crate::plan::{Clock, Moment, NoteField, Period, UnpaidInterest};
use crate::posting::Recorder;
use units::Date;

impl<const L: usize, J: Recorder<L>> Machine<'_, L, J> {
    /// Executes payment date `number`, which must be the next; number 0 is the closing.
    pub fn payment_date(&mut self, number: u16, today: Date) -> Result<(), WaterfallError> {
        self.wide(
            #[inline(always)]
            |machine| machine.payment_date_here(number, today),
        )
    }

    #[inline(always)]
    fn payment_date_here(&mut self, number: u16, today: Date) -> Result<(), WaterfallError> {
        let period = *self.require_next(number, today)?;
        self.turn_calendar(number, &period);
        if number == 0 {
            self.read_inputs(&period)?;
            self.close()?;
            self.open_next_period()?;
            self.set_coupons()?;
            self.set_clock(Clock::LastPayment, [i64::from(period.payment.days()); L]);
            return Ok(());
        }
        self.update_triggers(Moment::BeforeCollection)?;
        self.read_inputs(&period)?;
        self.accrue_notes(number)?;
        self.accrue_fees(number)?;
        let plan = self.plan;
        self.set_clock(Clock::PaymentsSoFar, [i64::from(number); L]);
        self.compute(&plan.determination)?;
        self.update_triggers(Moment::Determination)?;
        self.show(Stage::Determined);
        self.move_state(None)?;
        self.run_waterfalls()?;
        self.set_clock(Clock::Settled, [1; L]);
        self.after_payment(&period)
    }

    /// Validates everything that can be known before anything moves.
    #[inline(always)]
    fn require_next(&self, number: u16, today: Date) -> Result<&Period, WaterfallError> {
        let next = self.state.payment_number(self.plan).map_or(0, |last| last.saturating_add(1));
        if number != next {
            return Err(WaterfallError::PaymentOutOfOrder);
        }
        let period = self.plan.period(number).ok_or(WaterfallError::NotRunning)?;
        if number > 0 {
            self.require_running()?;
        }
        if today < period.payment {
            return Err(WaterfallError::PaymentTooEarly);
        }
        if today <= period.payment.add_days(i32::from(self.plan.grace_days)) {
            self.require_quorum()?;
        }
        Ok(period)
    }

    /// Dates and dated values of this payment; what counts by the period starts again.
    #[inline(always)]
    pub fn turn_calendar(&mut self, number: u16, period: &Period) {
        let plan = self.plan;
        self.number = number;
        self.set_clock(Clock::PaymentNumber, [i64::from(number); L]);
        self.set_clock(Clock::Settled, [0; L]);
        self.set_clock(Clock::Today, [i64::from(period.payment.days()); L]);
        self.set_clock(Clock::Matured, [i64::from(number >= plan.final_payment); L]);
        self.state.load_columns(plan);
        // Nothing has been paid in this period yet.
        self.state.registers().clear(plan.layout.first_paid()..plan.layout.first_due());
        let previous = number.checked_sub(1).and_then(|previous| plan.period(previous));
        for this_year in plan.fees.iter().filter_map(|fee| fee.this_year) {
            if previous.is_some_and(|previous| previous.end.ymd().0 != period.end.ymd().0) {
                self.write(this_year, [0; L]);
            }
        }
    }

    /// Runs each waterfall in the lanes whose state it serves.
    #[inline(always)]
    fn run_waterfalls(&mut self) -> Result<(), WaterfallError> {
        let plan = self.plan;
        let states = self.clock(Clock::State);
        for (index, waterfall) in (0_u8..).zip(&plan.waterfalls) {
            let active = lanes_in(plan, &states, |state| state.waterfall == Some(index));
            if !nothing(&active) {
                (self.active, self.guard) = (active, active);
                self.run(&waterfall.section)?;
            }
        }
        Ok(())
    }

    /// Index of the waterfall of a state; none: the deal has ended.
    pub fn waterfall_of(&self, state: i64) -> Option<u8> {
        let index = usize::try_from(state).ok()?;
        self.plan.states.get(index).and_then(|state| state.waterfall)
    }

    #[inline(always)]
    fn after_payment(&mut self, period: &Period) -> Result<(), WaterfallError> {
        self.set_clock(Clock::LastPayment, [i64::from(period.payment.days()); L]);
        let layout = &self.plan.layout;
        // What is still due is what is late.
        self.state.registers().copy(layout.first_due()..layout.first_short(), layout.first_short());
        self.update_triggers(Moment::AfterPayment)?;
        self.capitalise_unpaid()?;
        self.open_next_period()?;
        self.set_coupons()?;
        self.move_state(None)?;
        self.write_off_if_ended()
    }

    #[inline(always)]
    fn capitalise_unpaid(&mut self) -> Result<(), WaterfallError> {
        let plan = self.plan;
        for note in &plan.notes {
            if note.unpaid == UnpaidInterest::Capitalised {
                let unpaid = self.read(note.register(NoteField::InterestDue));
                self.write(note.register(NoteField::InterestDue), [0; L]);
                self.capitalise(note, &unpaid)?;
            }
            debug_assert!(crate::invariants::wf7_principal_explained(self.state, note), "WF-7");
        }
        Ok(())
    }

    /// Cash received for the next period becomes cash.
    fn open_next_period(&mut self) -> Result<(), WaterfallError> {
        self.wide(
            #[inline(always)]
            |machine| machine.open_next_period_here(),
        )
    }

    #[inline(always)]
    fn open_next_period_here(&mut self) -> Result<(), WaterfallError> {
        let plan = self.plan;
        for account in &plan.accounts {
            let [cash, next] = self.state.block(account.first)?;
            if !nothing(next) {
                lanes::add(cash, next)?;
                *next = [0; L];
            }
        }
        Ok(())
    }

    /// A deal that has ended owes nothing: what is left of every note is written off, junior first.
    pub fn write_off_if_ended(&mut self) -> Result<(), WaterfallError> {
        self.wide(
            #[inline(always)]
            |machine| machine.write_off_if_ended_here(),
        )
    }

    #[inline(always)]
    fn write_off_if_ended_here(&mut self) -> Result<(), WaterfallError> {
        let plan = self.plan;
        let running = lanes_in(plan, &self.clock(Clock::State), |state| state.waterfall.is_some());
        if !any_zero(&running) {
            return Ok(());
        }
        let all = each(&running, |running| if running == 0 { i64::MAX } else { 0 });
        for index in (0..u8::try_from(plan.notes.len()).unwrap_or(u8::MAX)).rev() {
            self.cashier().write_off(index, &all, NONE)?;
        }
        Ok(())
    }
}
