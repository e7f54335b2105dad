//! The interpreter: a deal, what it remembers, and what it has paid.

use crate::deal::Deal;
use crate::error::{Halt, meaningless, require};
use crate::exact::{Exact, Rounding, fits, round};
use crate::kinds::{Kind, Units};
use crate::outcome::Posting;
use crate::state::State;
use num_traits::Zero;
use std::cell::Cell;

#[derive(Debug)]
pub(crate) struct Interpreter<'a> {
    pub deal: &'a Deal,
    pub state: State,
    pub postings: Vec<Posting>,
    /// The event that is being applied; none for a closing that no event names.
    pub event: Option<usize>,
    /// Whether only the kind of a formula is asked for.
    pub any_size: Cell<bool>,
}

impl<'a> Interpreter<'a> {
    pub(crate) fn new(deal: &'a Deal) -> Self {
        Self { deal, state: State::new(deal), postings: vec![], event: None, any_size: Cell::new(false) }
    }

    pub(crate) fn units(&self) -> Units {
        Units { decimals: self.deal.decimals, any_size: self.any_size.get() }
    }

    /// Rounds to the smallest unit of the currency; what does not fit refuses the event.
    pub(crate) fn round_amount(&self, value: &Exact, rounding: Rounding) -> Result<Exact, Halt> {
        let rounded = round(value, self.units().places(Kind::Amount), rounding);
        require(self.units().fits(&rounded, self.deal.decimals), "a sum of money does not fit 64 bits")?;
        Ok(rounded)
    }

    /// Every sum of money must fit 64 bits, at every moment.
    pub(crate) fn require_fits(&self) -> Result<(), Halt> {
        self.state.require_fits(self.deal.decimals)
    }

    /// Writes down a movement of cash; nothing is written for zero.
    pub(crate) fn post(&mut self, from: &str, to: &str, amount: &Exact) {
        self.write((from, to), amount, true);
    }

    /// Writes down what moves no cash: interest that joins a balance, a balance that is written off.
    pub(crate) fn post_without_cash(&mut self, from: &str, to: &str, amount: &Exact) {
        self.write((from, to), amount, false);
    }

    fn write(&mut self, (from, to): (&str, &str), amount: &Exact, cash: bool) {
        if !amount.is_zero() {
            let amount = crate::exact::show(amount, self.deal.decimals);
            self.postings.push(Posting {
                event: self.event,
                from: from.to_owned(),
                to: to.to_owned(),
                amount,
                cash,
            });
        }
    }

    pub(crate) fn cash(&self, account: &str) -> Result<Exact, Halt> {
        match self.state.accounts.get(account) {
            Some(balance) => Ok(balance.clone()),
            None => meaningless(format!("`{account}` is not an account")),
        }
    }

    pub(crate) fn put_into(&mut self, account: &str, amount: &Exact) -> Result<(), Halt> {
        match self.state.accounts.get_mut(account) {
            Some(balance) => *balance += amount,
            None => return meaningless(format!("`{account}` is not an account")),
        }
        require(fits(&self.state.accounts[account], self.deal.decimals), "a balance does not fit 64 bits")
    }

    pub(crate) fn take_from(&mut self, account: &str, amount: &Exact) -> Result<(), Halt> {
        self.put_into(account, &-amount)
    }

    /// Moves cash from one account to another.
    pub(crate) fn transfer(&mut self, from: &str, to: &str, amount: &Exact) -> Result<(), Halt> {
        self.take_from(from, amount)?;
        self.put_into(to, amount)?;
        self.post(from, to, amount);
        Ok(())
    }
}
