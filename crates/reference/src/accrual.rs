//! Section 5, steps 4 and 8: interest, what is due of it, and the coupon of the next period.

use crate::error::{Halt, require};
use crate::exact::{Exact, Rounding, not_below_zero, whole, zero};
use crate::interpreter::Interpreter;
use crate::kinds::{Kind, Value};
use crate::syntax::{Amortisation, Note, NoteOption, Number};
use chrono::NaiveDate;

/// A note's options, worked out together before it accrues.
#[derive(Debug, Default)]
pub(crate) struct Terms {
    pub number: usize,
    pub accretes: bool,
    pub is_locked: bool,
    pub notional: Option<Exact>,
    pub additional: Option<(Exact, NaiveDate)>,
    pub planned: Option<Exact>,
}

impl Interpreter<'_> {
    /// Step 4, for each note in order of declaration.
    pub(crate) fn accrue_notes(&mut self, number: usize) -> Result<(), Halt> {
        for note in 0..self.deal.notes.len() {
            self.accrue_period(note, number)?;
            self.require_fits()?;
        }
        Ok(())
    }

    fn accrue_period(&mut self, note: usize, number: usize) -> Result<(), Halt> {
        let terms = self.terms(note, number)?;
        self.accrue_until(note, &terms, self.deal.unadjusted(number)?)?;
        let state = &mut self.state.notes[note];
        let new = std::mem::take(&mut state.accrued_interest);
        state.accrued_to = None;
        if terms.accretes {
            self.join_balance(note, &new);
        } else {
            state.interest += new;
        }
        self.schedule(note, &terms)
    }

    /// What a note's options say at this moment, for accrual in a period.
    pub(crate) fn terms(&self, note: usize, number: usize) -> Result<Terms, Halt> {
        let mut terms = Terms { number, ..Terms::default() };
        for option in &self.deal.notes[note].options {
            match option {
                NoteOption::AccretesUntil(date) => terms.accretes |= !self.deal.has_come(*date, number)?,
                NoteOption::AccretesWhile(condition) => terms.accretes |= self.holds(condition)?,
                NoteOption::Notional(formula) => terms.notional = Some(self.amount(formula)?),
                NoteOption::Additional { rate, from } => terms.additional = Some((self.rate(rate)?, *from)),
                NoteOption::Scheduled(Amortisation::Planned(formula)) => {
                    terms.planned = Some(self.amount(formula)?);
                }
                _ => {}
            }
        }
        terms.is_locked = self.is_locked(note, number)?;
        Ok(terms)
    }

    /// Accrues from where this period's accrual stands to a day within the period, each part rounded up: interest waits
    /// for the payment, additional interest is due at once.
    pub(crate) fn accrue_until(&mut self, note: usize, terms: &Terms, day: NaiveDate) -> Result<(), Halt> {
        let period = self.deal.payment(terms.number)?;
        let from = self.state.notes[note].accrued_to.unwrap_or(period.start);
        let to = day.min(period.end).max(from);
        let fraction = self.deal.notes[note].day_count.fraction(from, to);
        let additional = self.additional(note, terms, &fraction)?;
        let interest = self.interest(note, terms, &fraction)?;
        let state = &mut self.state.notes[note];
        state.additional += additional;
        state.accrued_interest += interest;
        state.accrued_to = Some(to);
        Ok(())
    }

    /// From the first accrual start that is on or after its date.
    fn additional(&self, note: usize, terms: &Terms, fraction: &Exact) -> Result<Exact, Halt> {
        match &terms.additional {
            Some((rate, from)) if self.deal.payment(terms.number)?.start >= *from => {
                let balance = &self.state.notes[note].balance;
                self.interest_on(balance, &not_below_zero(rate.clone()), (note, fraction))
            }
            _ => Ok(zero()),
        }
    }

    /// On the balance or what a notional note counts instead, and on what is carried if that bears interest.
    fn interest(&self, note: usize, terms: &Terms, fraction: &Exact) -> Result<Exact, Halt> {
        let state = &self.state.notes[note];
        let base = terms.notional.as_ref().map_or(&state.balance, |notional| notional).clone();
        let mut interest = self.interest_on(&not_below_zero(base), &state.coupon, (note, fraction))?;
        if let Some(plus) = self.deal.notes[note].deferred_interest_bears() {
            let rate = not_below_zero(&state.coupon + self.literal_rate(plus)?);
            interest += self.interest_on(&state.interest, &rate, (note, fraction))?;
        }
        Ok(interest)
    }

    /// Interest on an amount, rounded up. The rate times the days, counted as the day count does, must fit 64 bits too.
    pub(crate) fn interest_on(
        &self,
        base: &Exact,
        rate: &Exact,
        (note, fraction): (usize, &Exact),
    ) -> Result<Exact, Halt> {
        let days = fraction * whole(self.deal.notes[note].day_count.denominator());
        require(self.units().fits(&(rate * days), 9), "a rate of interest does not fit 64 bits")?;
        self.round_amount(&(base * rate * fraction), Rounding::Up)
    }

    /// Interest becomes principal, and part of the plan for it.
    fn join_balance(&mut self, note: usize, interest: &Exact) {
        let name = &self.deal.notes[note].name;
        let state = &mut self.state.notes[note];
        state.balance += interest;
        state.planned += interest;
        state.capitalised += interest;
        self.post_without_cash(&format!("{name}.interest"), name, interest);
    }

    /// Step 8: unpaid interest is carried, or joins the balance.
    pub(crate) fn carry_interest(&mut self) {
        for note in 0..self.deal.notes.len() {
            if self.deal.notes[note].capitalises() {
                let unpaid = std::mem::take(&mut self.state.notes[note].interest);
                self.join_balance(note, &unpaid);
            }
        }
    }

    /// Step 8 and the closing: the coupon of the next period.
    pub(crate) fn set_coupons(&mut self) -> Result<(), Halt> {
        for note in 0..self.deal.notes.len() {
            self.state.notes[note].coupon = self.next_coupon(&self.deal.notes[note])?;
        }
        Ok(())
    }

    /// The formula, plus effects of triggers that are on, then floor and cap, not below zero.
    fn next_coupon(&self, note: &Note) -> Result<Exact, Halt> {
        let mut coupon = self.rate(&note.coupon)?;
        for (trigger, state) in self.deal.triggers.iter().zip(&self.state.triggers) {
            for effect in trigger.effects.iter().filter(|effect| state.is_on && effect.note == note.name) {
                coupon += self.literal_rate(&effect.plus)?;
            }
        }
        if let Some(floor) = note.floor() {
            coupon = coupon.max(self.literal_rate(floor)?);
        }
        if let Some(cap) = note.cap() {
            coupon = coupon.min(self.literal_rate(cap)?);
        }
        let coupon = Value::Number(Kind::Rate, not_below_zero(coupon));
        self.units().take_as(Kind::Rate, &coupon)
    }

    pub(crate) fn literal_rate(&self, number: &Number) -> Result<Exact, Halt> {
        self.units().take_as(Kind::Rate, &Value::from(number))
    }
}
