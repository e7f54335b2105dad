//! Section 5, step 5: fees and expenses.

use crate::error::Halt;
use crate::exact::{Exact, Rounding, not_below_zero};
use crate::interpreter::Interpreter;
use crate::syntax::Limit;

impl Interpreter<'_> {
    /// What falls due at a payment, in order of declaration; at the closing only what is due once.
    pub(crate) fn fall_due(&mut self, number: usize) -> Result<(), Halt> {
        for cost in 0..self.deal.costs.len() {
            if self.deal.costs[cost].once_at_closing == (number == 0) {
                self.fall_due_one(cost, number)?;
                self.require_fits()?;
            }
        }
        Ok(())
    }

    fn fall_due_one(&mut self, cost: usize, number: usize) -> Result<(), Halt> {
        let new = self.new_cost(cost, number)?;
        let ranked = match &self.deal.costs[cost].at_most {
            Some(limit) => new.clone().min(self.room(cost, limit)?),
            None => new.clone(),
        };
        let has_yearly_cap = self.deal.costs[cost].at_most.as_ref().is_some_and(|limit| limit.a_year);
        let state = &mut self.state.costs[cost];
        state.excess += new - &ranked;
        if has_yearly_cap {
            state.ranked_this_year += &ranked;
        }
        state.due += ranked;
        Ok(())
    }

    /// The formula, not below zero; `a year`: times the day fraction.
    fn new_cost(&self, cost: usize, number: usize) -> Result<Exact, Halt> {
        let terms = &self.deal.costs[cost];
        let formula = not_below_zero(self.amount(&terms.amount)?);
        match terms.a_year {
            None => Ok(formula),
            Some(count) => {
                let fraction = self.deal.fraction(count, number)?;
                Ok(self.round_amount(&(formula * fraction), Rounding::Down)?)
            }
        }
    }

    /// How much may still rank: the cap, less what ranked in this calendar year if it is a cap a year.
    fn room(&self, cost: usize, limit: &Limit) -> Result<Exact, Halt> {
        let cap = self.amount(&limit.amount)?;
        let used = &self.state.costs[cost].ranked_this_year;
        Ok(not_below_zero(if limit.a_year { cap - used } else { cap }))
    }
}
