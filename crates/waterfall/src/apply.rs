//! One entry: an event in, postings and the next state out.

use crate::WaterfallError;
use crate::event::Event;
use crate::inputs::{input_field, receipt_field};
use crate::lanes::{self, any_negative, any_zero, chosen, each, masked, nothing, zip};
use crate::machine::{Machine, Observer, TRUE, lanes_in};
use crate::plan::{Clock, NoteField, Plan, Register, ValueKind};
use crate::posting::{Journal, PostingKind, Recorder};
use crate::state::State;
use units::{Date, Id};

/// Action that a sale of collateral needs.
pub const SALE: Id = Id::of("permit", "sale");
/// Action that a draw needs.
pub const DRAW: Id = Id::of("permit", "draw");
/// Counterparty of cash without a tag.
pub const GIFT: Id = Id::of("source", "gift");
/// Counterparty of sale cash.
pub const BUYER: Id = Id::of("source", "sale");

/// Applies an event: appends postings to the journal and moves the state on.
///
/// # Errors
/// The reason why the event is refused; state and journal are then as before.
///
/// ```
/// use forebay_waterfall::{Event, Journal, Plan, State, WaterfallError, apply};
/// fn pay<const L: usize>(plan: &Plan, state: &mut State<L>, number: u16, today: units::Date) -> Result<Journal<L>, WaterfallError> {
///     let mut journal = Journal::new();
///     apply(plan, state, &Event::PayDate { number, today }, &mut journal)?;
///     Ok(journal)
/// }
/// ```
pub fn apply<const L: usize>(
    plan: &Plan,
    state: &mut State<L>,
    event: &Event<L>,
    journal: &mut Journal<L>,
) -> Result<(), WaterfallError> {
    run(plan, state, (event, None), journal)
}

/// Applies an event as [`apply`] does, and lets an observer look at the state while it changes.
///
/// # Errors
/// As [`apply`].
pub fn apply_observed<const L: usize>(
    plan: &Plan,
    state: &mut State<L>,
    (event, observer): (&Event<L>, Observer<'_, L>),
    journal: &mut Journal<L>,
) -> Result<(), WaterfallError> {
    run(plan, state, (event, Some(observer)), journal)
}

/// What only books is checked whole before anything moves; everything else is an attempt.
fn run<const L: usize>(
    plan: &Plan,
    state: &mut State<L>,
    (event, observer): (&Event<L>, Option<Observer<'_, L>>),
    journal: &mut Journal<L>,
) -> Result<(), WaterfallError> {
    match event {
        Event::Receive { account, source, amount, next_period } => {
            Machine::new(plan, state, journal).receive((*account, *source), amount, *next_period)
        }
        Event::Report { input, reporter, value, as_of } => {
            Machine::new(plan, state, journal).report((*input, *reporter), value, *as_of)
        }
        Event::Restate { name, delta } => Machine::new(plan, state, journal).book_restatement(*name, delta),
        Event::Waive { trigger, until } => Machine::new(plan, state, journal).waive(*trigger, *until),
        Event::PayDate { .. }
        | Event::Draw { .. }
        | Event::Proceeds { .. }
        | Event::Transition { .. }
        | Event::Surrender { .. } => attempt(plan, state, (event, observer), journal),
    }
}

/// Works on the state itself, and goes back to a copy if the event turns out to be refused.
fn attempt<const L: usize>(
    plan: &Plan,
    state: &mut State<L>,
    (event, observer): (&Event<L>, Option<Observer<'_, L>>),
    journal: &mut Journal<L>,
) -> Result<(), WaterfallError> {
    let written = journal.len();
    state.save(plan);
    let ended = ended_lanes(plan, state);
    let mut machine = Machine::new(plan, state, journal);
    machine.observer = match observer {
        Some(observer) => Some(&mut *observer),
        None => None,
    };
    let result = machine.execute(event);
    if result.is_err() {
        journal.truncate(written);
        state.restore(plan);
    } else if !nothing(&ended) {
        state.restore_lanes(plan, &ended);
        forget_lanes(journal, written, &ended);
    }
    result
}

/// Takes out what postings say of lanes in which nothing happened.
pub(crate) fn forget_lanes<const L: usize>(journal: &mut Journal<L>, written: usize, ended: &[i64; L]) {
    let happened = ended.map(|ended| i64::from(ended == 0));
    for posting in journal.iter_mut().skip(written) {
        posting.amount = masked(&posting.amount, &happened);
        posting.short = masked(&posting.short, &happened);
    }
}

/// Returns in which lanes the deal's condition for an action holds; an action without a condition is permitted.
///
/// # Errors
/// A condition that cannot be computed.
pub fn permits<const L: usize>(
    plan: &Plan,
    state: &mut State<L>,
    action: Id,
) -> Result<[bool; L], WaterfallError> {
    let mut journal = Journal::new();
    let mut machine = Machine::new(plan, state, &mut journal);
    Ok(machine.permitted(action)?.map(|permitted| permitted != 0))
}

/// What a `let` or `test` is worth now, in each lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inspection<const L: usize> {
    /// What kind of number it is.
    pub kind: ValueKind,
    /// The number, or a ratio's numerator.
    pub value: [i64; L],
    /// A ratio's denominator; one otherwise.
    pub denominator: [i64; L],
}

/// Evaluates a `let` or `test` on a state, which stays as it is.
///
/// # Errors
/// [`WaterfallError::UnknownElement`], or a formula that cannot be computed.
pub fn inspect<const L: usize>(
    plan: &Plan,
    state: &State<L>,
    id: Id,
) -> Result<Inspection<L>, WaterfallError> {
    let inspected =
        plan.inspected.iter().find(|known| known.id == id).ok_or(WaterfallError::UnknownElement)?;
    let (mut state, mut journal) = (state.clone(), Journal::new());
    let mut machine = Machine::new(plan, &mut state, &mut journal);
    machine.compute(&inspected.section)?;
    let value = machine.read(inspected.result);
    let denominator = match inspected.kind {
        ValueKind::Ratio => machine.read(inspected.result.saturating_add(1)),
        _ => [1; L],
    };
    Ok(Inspection { kind: inspected.kind, value, denominator })
}

/// Lanes whose deal has ended: nothing happens in them any more.
pub(crate) fn ended_lanes<const L: usize>(plan: &Plan, state: &State<L>) -> [i64; L] {
    let closed = state.payment_number(plan).is_some();
    let states = state.read(plan.layout.clock(Clock::State));
    lanes_in(plan, &states, |state| closed && state.waterfall.is_none())
}

impl<const L: usize, J: Recorder<L>> Machine<'_, L, J> {
    pub(crate) fn execute(&mut self, event: &Event<L>) -> Result<(), WaterfallError> {
        match event {
            Event::PayDate { number, today } => self.payment_date(*number, *today),
            Event::Draw { note, amount, on } => self.draw(*note, amount, *on),
            Event::Proceeds { account, amount, allocated, last, on } => {
                require_not_negative(amount)?;
                require_not_negative(allocated)?;
                self.set_clock(Clock::SaleAmount, *amount);
                self.set_clock(Clock::SaleAllocated, *allocated);
                self.sell((*account, *last), amount, *on)
            }
            Event::Transition { to, on } => self.transition(*to, *on),
            Event::Surrender { note, amount, on } => self.surrender(*note, amount, *on),
            Event::Receive { .. } | Event::Report { .. } | Event::Restate { .. } | Event::Waive { .. } => {
                Ok(())
            }
        }
    }

    /// What an event does that only books.
    pub(crate) fn book(&mut self, event: &Event<L>) -> Result<(), WaterfallError> {
        match event {
            Event::Receive { account, source, amount, next_period } => {
                self.receive((*account, *source), amount, *next_period)
            }
            Event::Report { input, reporter, value, as_of } => {
                self.report((*input, *reporter), value, *as_of)
            }
            Event::Restate { name, delta } => self.book_restatement(*name, delta),
            Event::Waive { trigger, until } => self.waive(*trigger, *until),
            _ => Ok(()),
        }
    }

    fn receive(
        &mut self,
        (account, source): (Id, Option<Id>),
        amount: &[i64; L],
        next_period: bool,
    ) -> Result<(), WaterfallError> {
        require_not_negative(amount)?;
        let plan = self.plan;
        let position = plan.accounts.iter().position(|known| known.id == account);
        let position = position.ok_or(WaterfallError::UnknownElement)?;
        let account = plan.accounts.get(position).ok_or(WaterfallError::UnknownElement)?;
        let cash = account.first.saturating_add(u16::from(next_period));
        let mut held = self.read(cash);
        lanes::add(&mut held, amount)?;
        let mut received = None;
        if let Some(source) = source {
            let receipt = plan.receipts.iter().find(|known| known.id == source);
            let receipt = receipt.ok_or(WaterfallError::UnknownElement)?;
            if usize::from(receipt.account) != position {
                return Err(WaterfallError::WrongAccount);
            }
            let field = if next_period { receipt_field::NEXT } else { receipt_field::SUM };
            let register = receipt.register(field);
            let mut sum = self.read(register);
            lanes::add(&mut sum, amount)?;
            received = Some((register, sum));
        }
        self.post(self.posting(PostingKind::CashIn, source.unwrap_or(GIFT), account.id, *amount));
        self.write(cash, held);
        if let Some((register, received)) = received {
            self.write(register, received);
        }
        Ok(())
    }

    fn report(
        &mut self,
        (input, reporter): (Id, u8),
        value: &[i64; L],
        as_of: Date,
    ) -> Result<(), WaterfallError> {
        let plan = self.plan;
        let input =
            plan.inputs.iter().find(|known| known.id == input).ok_or(WaterfallError::UnknownElement)?;
        let [reported, as_of_known] =
            [input_field::REPORTED, input_field::AS_OF].map(|field| input.register(field));
        let bit = 1_i64.checked_shl(u32::from(reporter)).unwrap_or(0);
        let before = self.read(reported);
        let first = each(&before, |bits| i64::from(bits & bit == 0));
        if reporter >= input.reporters || self.any_refuses(&first) {
            return Err(WaterfallError::TooManyReports);
        }
        // A report may not be older than the value it replaces; day zero stands for "never reported".
        let day = i64::from(as_of.days());
        let accepts =
            zip(&self.read(as_of_known), &first, |known, first| first & i64::from(day >= known.max(1)));
        if self.any_refuses(&accepts) {
            return Err(WaterfallError::OutOfDateOrder);
        }
        let [value_register, as_of_register] = input.report(reporter);
        for (register, new) in [
            (value_register, *value),
            (as_of_register, [day; L]),
            (reported, each(&before, |bits| bits | bit)),
        ] {
            self.write_where(&accepts, register, new);
        }
        Ok(())
    }

    /// Sets a register in the lanes where the mask is 1.
    #[inline(always)]
    fn write_where(&mut self, mask: &[i64; L], register: Register, value: [i64; L]) {
        // A mask holds nothing but ones and zeros.
        self.write(register, if any_zero(mask) { chosen(mask, &value, &self.read(register)) } else { value });
    }

    /// Whether a lane that counts refuses: one whose deal runs.
    #[inline(always)]
    pub(crate) fn any_refuses(&self, accepts: &[i64; L]) -> bool {
        any_zero(accepts) && self.runs_and_refuses(accepts)
    }

    fn runs_and_refuses(&self, accepts: &[i64; L]) -> bool {
        let refuses = |(accepts, running): (&i64, i64)| *accepts == 0 && running != 0;
        accepts.iter().zip(self.running()).any(refuses)
    }

    fn book_restatement(&mut self, name: Id, delta: &[i64; L]) -> Result<(), WaterfallError> {
        let plan = self.plan;
        let input = plan.inputs.iter().find(|known| known.id == name);
        let input = input.map(|input| input.register(input_field::RESTATED));
        let receipt = plan.receipts.iter().find(|known| known.id == name);
        let receipt = receipt.map(|receipt| receipt.register(receipt_field::RESTATED));
        let register = input.or(receipt).ok_or(WaterfallError::UnknownElement)?;
        let mut booked = self.read(register);
        lanes::add(&mut booked, delta)?;
        self.write(register, booked);
        Ok(())
    }

    /// Accrues to the day, then lends more.
    fn draw(&mut self, note: Id, amount: &[i64; L], on: Date) -> Result<(), WaterfallError> {
        self.require_running()?;
        require_not_negative(amount)?;
        let plan = self.plan;
        let note = plan.notes.iter().find(|known| known.id == note).ok_or(WaterfallError::UnknownElement)?;
        let draws = note.draws.ok_or(WaterfallError::DrawRefused)?;
        self.set_today(on)?;
        if on > draws.until || amount.contains(&0) {
            return Err(WaterfallError::DrawRefused);
        }
        self.set_clock(Clock::DrawAmount, *amount);
        self.require_permitted(DRAW)?;
        self.compute(&note.terms)?;
        self.accrue_to(note, on)?;
        for field in [NoteField::Balance, NoteField::Drawn] {
            self.state.add(note.register(field), amount)?;
        }
        let [drawn, commitment] = [note.register(NoteField::Drawn), note.amount].map(|cell| self.read(cell));
        if self.any_refuses(&lanes::zip(&drawn, &commitment, |drawn, most| i64::from(drawn <= most))) {
            return Err(WaterfallError::DrawRefused);
        }
        self.enter_draw(note.draw_slots(), amount)?;
        self.post(self.posting(PostingKind::Through, note.id, draws.to, *amount));
        Ok(())
    }

    /// Uses the first slot that is free; its first payment is the next one.
    fn enter_draw(
        &mut self,
        slots: impl Iterator<Item = [u16; 2]>,
        amount: &[i64; L],
    ) -> Result<(), WaterfallError> {
        let next = self.clock(Clock::PaymentNumber).map(|number| number.saturating_add(1));
        for [planned, first] in slots {
            if nothing(&self.read(first)) {
                self.write(planned, *amount);
                self.write(first, next);
                return Ok(());
            }
        }
        Err(WaterfallError::DrawRefused)
    }

    fn sell(
        &mut self,
        (account, last): (Id, bool),
        amount: &[i64; L],
        on: Date,
    ) -> Result<(), WaterfallError> {
        self.require_running()?;
        self.set_today(on)?;
        self.require_permitted(SALE)?;
        if last {
            self.set_clock(Clock::Sold, [TRUE; L]);
        }
        let plan = self.plan;
        let account =
            plan.accounts.iter().find(|known| known.id == account).ok_or(WaterfallError::UnknownElement)?;
        self.state.add(account.first, amount)?;
        self.post(self.posting(PostingKind::CashIn, BUYER, account.id, *amount));
        Ok(())
    }

    fn waive(&mut self, trigger: Id, until: Date) -> Result<(), WaterfallError> {
        let plan = self.plan;
        let trigger =
            plan.triggers.iter().find(|known| known.id == trigger).ok_or(WaterfallError::UnknownElement)?;
        self.write(trigger.first.saturating_add(3), [i64::from(until.days()); L]);
        let breaches = trigger.first.saturating_add(1);
        if trigger.cure > 0 {
            let kept = each(&self.read(trigger.first), |on| i64::from(on == 0));
            self.write(breaches, masked(&self.read(breaches), &kept));
            self.write(trigger.first, [0; L]);
        }
        Ok(())
    }

    fn transition(&mut self, to: Id, on: Date) -> Result<(), WaterfallError> {
        self.require_running()?;
        let before = self.clock(Clock::Today);
        self.set_today(on)?;
        let plan = self.plan;
        let to = plan.states.iter().position(|state| state.id == to).ok_or(WaterfallError::UnknownElement)?;
        let to = u8::try_from(to).map_err(|_| WaterfallError::UnknownElement)?;
        let moved = self.move_state(Some(to))?;
        if nothing(&moved) {
            self.set_clock(Clock::Today, before);
            return Err(WaterfallError::TransitionNotDue);
        }
        // Where no transition is due, nothing happened on this day.
        let today = self.clock(Clock::Today);
        self.set_clock(Clock::Today, chosen(&moved, &today, &before));
        self.write_off_if_ended()
    }

    /// Events may not be dated before one that was applied.
    pub(crate) fn set_today(&mut self, on: Date) -> Result<(), WaterfallError> {
        let today = i64::from(on.days());
        let in_order = each(&self.clock(Clock::Today), |last| i64::from(today >= last));
        if self.any_refuses(&in_order) {
            return Err(WaterfallError::OutOfDateOrder);
        }
        self.set_clock(Clock::Today, [today; L]);
        Ok(())
    }

    pub(crate) fn require_permitted(&mut self, action: Id) -> Result<(), WaterfallError> {
        let permitted = self.permitted(action)?;
        if self.any_refuses(&permitted) { Err(WaterfallError::NotPermitted) } else { Ok(()) }
    }

    fn permitted(&mut self, action: Id) -> Result<[i64; L], WaterfallError> {
        let plan = self.plan;
        let mut permitted = [TRUE; L];
        for permit in plan.permits.iter().filter(|permit| permit.id == action) {
            self.compute(&permit.section)?;
            let holds = self.read(permit.condition);
            permitted = zip(&permitted, &holds, |all, holds| i64::from(all != 0 && holds != 0));
        }
        Ok(permitted)
    }
}

pub fn require_not_negative<const L: usize>(amount: &[i64; L]) -> Result<(), WaterfallError> {
    if any_negative(amount) { Err(WaterfallError::NegativeAmount) } else { Ok(()) }
}
