//! Section 8: what happens, one event after the other. A refused event changes nothing.

use crate::deal::Deal;
use crate::error::{Halt, ReferenceError, refused, require};
use crate::exact::{Exact, fits, zero};
use crate::input::{Drawn, Event, Received, Reported, Restated, Sold};
use crate::interpreter::Interpreter;
use crate::kinds::Kind;
use crate::state::{DrawState, Member};
use crate::syntax::Unit;
use chrono::NaiveDate;
use num_traits::{Signed, Zero};

/// Looks at the interpreter after an event, and at why the event was refused.
type Look<'a, 'b> = &'b mut dyn FnMut(&Interpreter<'a>, Option<&str>) -> Result<(), ReferenceError>;

/// Runs all events and returns the interpreter and the refused ones.
pub(crate) fn run_events<'a>(
    deal: &'a Deal,
    (events, closes_by_itself): (&[Event], bool),
    look: Look<'a, '_>,
) -> Result<(Interpreter<'a>, Vec<usize>), ReferenceError> {
    let mut interpreter = Interpreter::new(deal);
    if closes_by_itself {
        interpreter.close()?;
    }
    let mut refused = vec![];
    for (index, event) in events.iter().enumerate() {
        interpreter.event = Some(index);
        let why = interpreter.try_event(event)?;
        if why.is_some() {
            refused.push(index);
        }
        look(&interpreter, why.as_deref())?;
    }
    Ok((interpreter, refused))
}

impl Interpreter<'_> {
    /// Applies an event as a whole or not at all; says why if it is refused.
    fn try_event(&mut self, event: &Event) -> Result<Option<String>, Halt> {
        let (state, postings) = (self.state.clone(), self.postings.len());
        let applied = self.apply(event).and_then(|()| self.require_fits());
        match applied {
            Ok(()) => Ok(None),
            Err(Halt::Refused(why)) => {
                self.state = state;
                self.postings.truncate(postings);
                Ok(Some(why))
            }
            Err(meaningless) => Err(meaningless),
        }
    }

    /// Before the closing and after the end nothing moves but what comes in: cash, reports, corrections and waivers.
    fn apply(&mut self, event: &Event) -> Result<(), Halt> {
        match event {
            Event::Receive(received) => return self.receive(received),
            Event::Report(report) => return self.report(report),
            Event::Restate(restated) => return self.restate(restated),
            Event::Waive { trigger, until } => return self.waive(trigger, *until),
            Event::PayDate { number: 0, today } => return self.close_on(*today),
            _ => require(self.state.is_closed && !self.has_ended(), "the deal has not closed or has ended")?,
        }
        match event {
            Event::Draw(drawn) => self.draw(drawn),
            Event::Proceeds(sold) => self.proceeds(sold),
            Event::Transition { to, on } => self.transition(to, *on),
            Event::Surrender { note, amount, on } => self.surrender((note, amount), *on),
            Event::PayDate { number, today } => self.pay_date(*number, *today),
            _ => Ok(()),
        }
    }

    fn close_on(&mut self, today: NaiveDate) -> Result<(), Halt> {
        require(!self.state.is_closed, "the closing was made")?;
        require(today >= self.deal.payment(0)?.payment, "the closing date has not come")?;
        self.require_quorum(0, today)?;
        self.close()
    }

    /// The day of an event, which may not be before one that was applied.
    pub(crate) fn turn_to(&mut self, on: NaiveDate) -> Result<(), Halt> {
        require(on >= self.state.date, "an event may not be dated before one that was applied")?;
        self.state.date = on;
        Ok(())
    }

    /// Cash into the receipt's account, for this period or the next; without a tag it is a gift.
    fn receive(&mut self, received: &Received) -> Result<(), Halt> {
        let amount = self.read_not_negative(&received.amount)?;
        require(self.deal.account(&received.account).is_some(), "there is no such account")?;
        if let Some(source) = &received.source {
            let receipt = self.deal.receipts.iter().find(|receipt| receipt.name == *source);
            let into = receipt.is_some_and(|receipt| receipt.into == received.account);
            require(into, "the receipt does not go into this account")?;
            let sums = if received.next_period {
                &mut self.state.receipts_next_period
            } else {
                &mut self.state.receipts_this_period
            };
            *sums.entry(source.clone()).or_insert_with(zero) += &amount;
        }
        let cash = if received.next_period { &mut self.state.apart } else { &mut self.state.accounts };
        *cash.entry(received.account.clone()).or_insert_with(zero) += &amount;
        self.post(received.source.as_deref().unwrap_or("gift"), &received.account, &amount);
        Ok(())
    }

    /// Once a period by each reporter, and never older than the value that is known.
    fn report(&mut self, report: &Reported) -> Result<(), Halt> {
        let Some(input) = self.deal.input(&report.input) else { return refused("there is no such input") };
        let member = (report.input.clone(), report.member.clone());
        let Some(known) = self.state.inputs.get(&member) else {
            return refused("the input has no such member");
        };
        require(report.reporter < input.reporters, "there is no such reporter")?;
        require(known.as_of <= Some(report.as_of), "the report is older than the value that is known")?;
        require(report.as_of > NaiveDate::default(), "nothing is reported as of a day before 1970-01-02")?;
        let value = self.read_number(input.unit, &report.value)?;
        let reports = self.state.reports.entry(member).or_default();
        require(!reports.contains_key(&report.reporter), "this reporter has reported")?;
        reports.insert(report.reporter, (value, report.as_of));
        Ok(())
    }

    /// A signed delta to an input or a receipt, read at the next payment.
    fn restate(&mut self, restated: &Restated) -> Result<(), Halt> {
        let member: Member = (restated.name.clone(), restated.member.clone());
        let unit = match self.deal.input(&restated.name) {
            Some(input) => {
                require(self.state.inputs.contains_key(&member), "the input has no such member")?;
                input.unit
            }
            None => {
                let is_receipt =
                    self.state.receipts.contains_key(&restated.name) && restated.member.is_none();
                require(is_receipt, "there is no such input or receipt")?;
                Unit::Amount
            }
        };
        let delta = self.read_number(unit, &restated.delta)?;
        let places = self.units().places(Kind::from(unit));
        let booked = self.state.restatements.entry(member).or_insert_with(zero);
        *booked += delta;
        require(fits(booked, places), "the restatements do not fit 64 bits together")
    }

    /// Accrues interest to that day; money passes to the payee.
    fn draw(&mut self, drawn: &Drawn) -> Result<(), Halt> {
        let Some(note) = self.deal.note(&drawn.note) else { return refused("there is no such note") };
        let Some(draws) = self.deal.notes[note].draws() else {
            return refused("the note is not drawn over time");
        };
        let amount = self.read_positive(&drawn.amount)?;
        let state = &self.state.notes[note];
        require(drawn.on <= draws.until, "the time for draws is over")?;
        require(state.draws.len() < draws.at_most, "all draws were made")?;
        require(amount <= &state.original - &state.drawn, "the commitment is exceeded")?;
        require(self.state.number < self.deal.last_number(), "the last payment was made")?;
        self.turn_to(drawn.on)?;
        self.state.occasion.insert("draw.amount", amount.clone());
        require(self.is_permitted("draw")?, "the draw is not permitted")?;

        let terms = self.terms(note, self.state.number + 1)?;
        self.accrue_until(note, &terms, drawn.on)?;
        let state = &mut self.state.notes[note];
        state.balance += &amount;
        state.drawn += &amount;
        state.draws.push(DrawState { planned: amount.clone(), payments: 0 });
        self.post(&self.deal.notes[note].name, &draws.to, &amount);
        Ok(())
    }

    /// Cash of a sale into an account.
    fn proceeds(&mut self, sold: &Sold) -> Result<(), Halt> {
        let amount = self.read_not_negative(&sold.amount)?;
        let allocated = self.read_not_negative(&sold.allocated)?;
        require(self.deal.account(&sold.account).is_some(), "there is no such account")?;
        self.turn_to(sold.on)?;
        self.state.occasion.insert("sale.amount", amount.clone());
        self.state.occasion.insert("sale.allocated", allocated);
        require(self.is_permitted("sale")?, "the sale is not permitted")?;
        self.state.is_sold |= sold.last;
        self.put_into(&sold.account, &amount)?;
        self.post("sale", &sold.account, &amount);
        Ok(())
    }

    /// A part of the most senior claim pays for collateral: principal that is paid without cash.
    fn surrender(&mut self, (name, amount): (&str, &str), on: NaiveDate) -> Result<(), Halt> {
        let amount = self.read_not_negative(amount)?;
        let Some(note) = self.deal.note(name) else { return refused("there is no such note") };
        self.turn_to(on)?;
        self.state.occasion.insert("sale.amount", amount.clone());
        self.state.occasion.insert("sale.allocated", zero());
        require(self.is_permitted("sale")?, "the sale is not permitted")?;
        let senior = self.state.notes.iter().position(|state| state.balance.is_positive());
        require(amount.is_zero() || senior == Some(note), "a more senior note is owed something")?;
        let state = &mut self.state.notes[note];
        require(amount <= state.balance, "the note is owed less")?;
        state.balance -= &amount;
        state.paid_ever.principal += &amount;
        state.scheduled = state.scheduled.clone().min(state.balance.clone());
        self.post_without_cash(name, "sale", &amount);
        Ok(())
    }

    /// Every permit of the action must hold; without one it is free.
    fn is_permitted(&self, action: &str) -> Result<bool, Halt> {
        for permit in self.deal.permits.iter().filter(|permit| permit.action == action) {
            if !self.holds(&permit.when)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn read_positive(&self, text: &str) -> Result<Exact, Halt> {
        let amount = self.read_amount(text)?;
        require(amount.is_positive(), "an amount is more than nothing")?;
        Ok(amount)
    }

    fn read_not_negative(&self, text: &str) -> Result<Exact, Halt> {
        let amount = self.read_amount(text)?;
        require(!amount.is_negative(), "an amount is not negative")?;
        Ok(amount)
    }
}
