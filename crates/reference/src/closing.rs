//! Section 4: the closing, payment 0.

use crate::error::{Halt, meaningless, require};
use crate::exact::{Exact, zero};
use crate::interpreter::Interpreter;
use crate::kinds::{Kind, Value};
use crate::syntax::{Number, Use};
use num_traits::{Signed, Zero};

impl Interpreter<'_> {
    pub(crate) fn close(&mut self) -> Result<(), Halt> {
        self.state.date = self.deal.payment(0)?.payment;
        self.state.short_on = self.state.date;
        self.state.is_closed = true;
        self.take_inputs(0)?;
        let raised = self.pay_in()?;
        self.fall_due(0)?;
        self.use_money(raised)?;
        self.open_next_period()?;
        self.set_coupons()
    }

    /// Every note that is not drawn over time is paid in, then every equity.
    fn pay_in(&mut self) -> Result<Exact, Halt> {
        let mut raised = zero();
        for note in 0..self.deal.notes.len() {
            raised += self.pay_in_note(note)?;
        }
        for equity in &self.deal.equities {
            let amount = self.literal_amount(&equity.amount)?;
            self.post(&equity.name, "closing", &amount);
            raised += amount;
        }
        Ok(raised)
    }

    fn pay_in_note(&mut self, note: usize) -> Result<Exact, Halt> {
        let terms = &self.deal.notes[note];
        let amount = self.literal_amount(&terms.amount)?;
        if terms.draws().is_some() {
            return Ok(zero());
        }
        // A notional note is paid for, and has no principal.
        if terms.notional().is_none() {
            let state = &mut self.state.notes[note];
            state.balance = amount.clone();
            state.drawn = amount.clone();
            state.planned = amount.clone();
        }
        self.post(&terms.name, "closing", &amount);
        Ok(amount)
    }

    fn use_money(&mut self, raised: Exact) -> Result<(), Halt> {
        let mut amounts = vec![];
        for one in &self.deal.uses {
            amounts.push(self.use_amount(one)?);
        }
        let used: Exact = amounts.iter().flatten().sum();
        let rest = raised - used;
        require(!rest.is_negative(), "the uses are more than the sources")?;
        let has_rest = matches!(amounts.last(), Some(None));
        if amounts.iter().rev().skip(1).any(Option::is_none) || (!has_rest && !rest.is_zero()) {
            return meaningless("exactly one use, the last, takes the rest");
        }
        for (one, amount) in self.deal.uses.iter().zip(&amounts) {
            self.use_one(one, amount.as_ref().unwrap_or(&rest))?;
        }
        Ok(())
    }

    /// What a use takes; none for the one that takes the rest.
    fn use_amount(&self, one: &Use) -> Result<Option<Exact>, Halt> {
        if one.rest {
            return Ok(None);
        }
        if let Some(cost) = self.deal.cost(&one.name) {
            return Ok(Some(self.state.costs[cost].due.clone()));
        }
        if let Some(amount) = &one.amount {
            return Ok(Some(self.literal_amount(amount)?));
        }
        match self.deal.account(&one.name).and_then(|account| account.funded.as_ref()) {
            Some(funded) => Ok(Some(self.literal_amount(funded)?)),
            None => meaningless(format!("`{}` does not say how much it takes at closing", one.name)),
        }
    }

    fn use_one(&mut self, one: &Use, amount: &Exact) -> Result<(), Halt> {
        if self.deal.account(&one.name).is_some() {
            self.put_into(&one.name, amount)?;
        } else if let Some(cost) = self.deal.cost(&one.name) {
            let state = &mut self.state.costs[cost];
            state.due -= amount;
            state.paid += amount;
        } else if !self.deal.is_residual(&one.name) {
            return meaningless(format!("`{}` cannot be paid at closing", one.name));
        }
        self.post("closing", &one.name, amount);
        Ok(())
    }

    fn literal_amount(&self, number: &Number) -> Result<Exact, Halt> {
        self.units().take_as(Kind::Amount, &Value::from(number))
    }
}
