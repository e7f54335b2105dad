//! Section 4: the closing, payment 0.

use crate::deal::Source;
use crate::error::{Halt, meaningless};
use crate::exact::{Exact, not_below_zero, zero};
use crate::interpreter::Interpreter;
use crate::kinds::{Kind, Value};
use crate::syntax::{Number, Use};
use num_traits::{Signed, Zero};

impl Interpreter<'_> {
    pub(crate) fn close(&mut self) -> Result<(), Halt> {
        self.take_inputs(0)?;
        let raised = self.pay_in()?;
        self.fall_due(0)?;
        self.use_money(raised)?;
        self.set_coupons()?;
        self.state.is_closed = true;
        Ok(())
    }

    /// Every note that is not drawn over time and every equity is paid in.
    fn pay_in(&mut self) -> Result<Exact, Halt> {
        let mut raised = zero();
        for source in &self.deal.sources {
            raised += match source {
                Source::Note(note) => self.pay_in_note(*note)?,
                Source::Equity(equity) => {
                    let equity = &self.deal.equities[*equity];
                    let amount = self.literal_amount(&equity.amount)?;
                    self.post(&equity.name, "closing", &amount);
                    amount
                }
            };
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
        let rests = amounts.iter().filter(|amount| amount.is_none()).count();
        if rest.is_negative() {
            return meaningless("the uses are more than the sources");
        }
        if rests > 1 || (rests == 0 && !rest.is_zero()) {
            return meaningless("exactly one use takes the rest");
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
        if let Some(amount) = &one.amount {
            return Ok(Some(self.literal_amount(amount)?));
        }
        if let Some(cost) = self.deal.cost(&one.name) {
            return Ok(Some(self.state.costs[cost].due.clone()));
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
            state.due = not_below_zero(&state.due - amount);
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
