//! Section 8: what happens, one event after the other. A refused event changes nothing.

use crate::deal::Deal;
use crate::error::{Halt, refused, require};
use crate::exact::{Exact, whole, zero};
use crate::input::{Drawn, Event, Received, Reported, Restated, Sold};
use crate::interpreter::Interpreter;
use crate::state::{DrawState, Member};
use crate::syntax::Unit;
use num_traits::Signed;

/// Runs all events and returns the interpreter and the refused ones.
pub(crate) fn run_events<'a>(
    deal: &'a Deal,
    events: &[Event],
) -> Result<(Interpreter<'a>, Vec<usize>), Halt> {
    let mut interpreter = Interpreter::new(deal);
    let closing_is_an_event = events.iter().any(|event| matches!(event, Event::PayDate { number: 0, .. }));
    if !closing_is_an_event {
        interpreter.close()?;
    }
    let mut refused = vec![];
    for (index, event) in events.iter().enumerate() {
        interpreter.event = Some(index);
        if !interpreter.try_event(event)? {
            refused.push(index);
        }
    }
    Ok((interpreter, refused))
}

impl Interpreter<'_> {
    /// Applies an event as a whole or not at all; false if it is refused.
    fn try_event(&mut self, event: &Event) -> Result<bool, Halt> {
        let (state, postings) = (self.state.clone(), self.postings.len());
        let applied = self.apply(event).and_then(|()| self.state.require_fits(self.deal.decimals));
        match applied {
            Ok(()) => Ok(true),
            Err(Halt::Refused(_)) => {
                self.state = state;
                self.postings.truncate(postings);
                Ok(false)
            }
            Err(meaningless) => Err(meaningless),
        }
    }

    fn apply(&mut self, event: &Event) -> Result<(), Halt> {
        if let Event::PayDate { number: 0, today } = event {
            require(!self.state.is_closed, "the closing was made")?;
            require(*today >= self.deal.closing, "the closing date has not come")?;
            return self.close();
        }
        if let Event::Report(report) = event {
            // The only event that may come before the closing: the first coupons may need it.
            require(!self.state.has_ended, "the deal has ended")?;
            return self.report(report);
        }
        require(self.state.is_closed, "the closing was not made")?;
        require(!self.state.has_ended, "the deal has ended")?;
        match event {
            Event::Receive(received) => self.receive(received),
            Event::Report(report) => self.report(report),
            Event::Restate(restated) => self.restate(restated),
            Event::Draw(drawn) => self.draw(drawn),
            Event::Proceeds(sold) => self.proceeds(sold),
            Event::Waive { trigger, until } => self.waive(trigger, *until),
            Event::Transition { to, on } => self.transition(to, *on),
            Event::PayDate { number, today } => self.pay_date(*number, *today),
        }
    }

    /// Cash into the receipt's account; without a tag it is a gift.
    fn receive(&mut self, received: &Received) -> Result<(), Halt> {
        let amount = self.read_positive(&received.amount)?;
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
        self.put_into(&received.account, &amount)?;
        self.post(received.source.as_deref().unwrap_or("gift"), &received.account, &amount);
        Ok(())
    }

    fn report(&mut self, report: &Reported) -> Result<(), Halt> {
        let Some(input) = self.deal.input(&report.input) else { return refused("there is no such input") };
        let member = (report.input.clone(), report.member.clone());
        require(self.state.inputs.contains_key(&member), "the input has no such member")?;
        require(report.reporter < input.reporters, "there is no such reporter")?;
        let value = self.read_number(input.unit, &report.value)?;
        let is_flag = value == zero() || value == whole(1);
        require(input.unit != Unit::Flag || is_flag, "a flag is 0 or 1")?;
        let reports = self.state.reports.entry(member).or_default();
        reports.insert(report.reporter, (value, report.as_of));
        Ok(())
    }

    /// A signed delta to an input or a receipt, read at the next payment.
    fn restate(&mut self, restated: &Restated) -> Result<(), Halt> {
        let member: Member = (restated.name.clone(), restated.member.clone());
        let unit = match self.deal.input(&restated.name) {
            Some(input) => {
                require(self.state.inputs.contains_key(&member), "the input has no such member")?;
                require(input.unit != Unit::Flag, "a flag is reported again, not restated")?;
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
        *self.state.restatements.entry(member).or_insert_with(zero) += delta;
        Ok(())
    }

    /// Accrues interest to that day; money passes to the payee.
    fn draw(&mut self, drawn: &Drawn) -> Result<(), Halt> {
        let Some(note) = self.deal.note(&drawn.note) else { return refused("there is no such note") };
        let terms = &self.deal.notes[note];
        let Some(draws) = terms.draws() else { return refused("the note is not drawn over time") };
        let amount = self.read_positive(&drawn.amount)?;
        let state = &self.state.notes[note];
        require(drawn.on <= draws.until, "the time for draws is over")?;
        require(state.draws.len() < draws.at_most, "all draws were made")?;
        require(amount <= &state.original - &state.drawn, "the commitment is exceeded")?;
        require(self.state.number < self.deal.last_number(), "the final payment was made")?;
        self.state.date = drawn.on;
        self.state.occasion.insert("draw.amount", amount.clone());
        require(self.is_permitted("draw")?, "the draw is not permitted")?;
        self.state.occasion.clear();

        self.accrue_until(note, self.state.number + 1, drawn.on)?;
        let state = &mut self.state.notes[note];
        state.balance += &amount;
        state.drawn += &amount;
        state.draws.push(DrawState { planned: amount.clone(), payments: 0 });
        self.post(&terms.name, &draws.to, &amount);
        Ok(())
    }

    /// Cash of a sale into an account.
    fn proceeds(&mut self, sold: &Sold) -> Result<(), Halt> {
        let amount = self.read_not_negative(&sold.amount)?;
        let allocated = self.read_not_negative(&sold.allocated)?;
        require(self.deal.account(&sold.account).is_some(), "there is no such account")?;
        self.state.date = sold.on;
        self.state.occasion.insert("sale.amount", amount.clone());
        self.state.occasion.insert("sale.allocated", allocated);
        require(self.is_permitted("sale")?, "the sale is not permitted")?;
        self.state.occasion.clear();
        self.state.is_sold |= sold.last;
        self.put_into(&sold.account, &amount)?;
        self.post("sale", &sold.account, &amount);
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
