//! Section 5, steps 4 and 8: interest, what is due of it, and the coupon of the next period.

use crate::error::Halt;
use crate::exact::{Exact, Rounding, not_below_zero, zero};
use crate::interpreter::Interpreter;
use crate::kinds::{Kind, Value};
use crate::syntax::{Note, NoteOption, Number};
use chrono::NaiveDate;

/// Interest and additional interest.
struct Accrued {
    interest: Exact,
    additional: Exact,
}

impl Interpreter<'_> {
    /// Step 4, for each note in order of declaration.
    pub(crate) fn accrue_notes(&mut self, number: usize) -> Result<(), Halt> {
        for note in 0..self.deal.notes.len() {
            self.accrue_period(note, number)?;
            self.schedule(note, number)?;
        }
        Ok(())
    }

    fn accrue_period(&mut self, note: usize, number: usize) -> Result<(), Halt> {
        let end = self.deal.unadjusted(number)?;
        self.accrue_until(note, number, end)?;
        let accretes = self.accretes(&self.deal.notes[note], number)?;
        let state = &mut self.state.notes[note];
        let new = std::mem::take(&mut state.accrued_interest);
        state.additional += std::mem::take(&mut state.accrued_additional);
        state.accrued_to = None;
        state.accretes = accretes;
        if accretes {
            state.interest = zero();
            self.join_balance(note, &new);
        } else {
            state.interest = &state.carried + new;
        }
        Ok(())
    }

    /// Accrues from where this period's accrual stands to a day within the period, each part rounded up.
    pub(crate) fn accrue_until(&mut self, note: usize, number: usize, day: NaiveDate) -> Result<(), Halt> {
        let period = self.deal.payment(number)?;
        let from = self.state.notes[note].accrued_to.unwrap_or(period.start);
        let to = day.min(period.end).max(from);
        let accrued = self.accrue(note, number, (from, to))?;
        let state = &mut self.state.notes[note];
        state.accrued_interest += accrued.interest;
        state.accrued_additional += accrued.additional;
        state.accrued_to = Some(to);
        Ok(())
    }

    fn accrue(&self, note: usize, number: usize, days: (NaiveDate, NaiveDate)) -> Result<Accrued, Halt> {
        let (terms, state) = (&self.deal.notes[note], &self.state.notes[note]);
        let fraction = terms.day_count.fraction(days.0, days.1);
        let base = self.interest_bearing(note)?;
        let mut interest = self.round_amount(&(&base * &state.coupon * &fraction), Rounding::Up);
        if let Some(plus) = terms.deferred_interest_bears() {
            let rate = &state.coupon + &plus.exact;
            interest += self.round_amount(&(&state.carried * rate * &fraction), Rounding::Up);
        }
        let additional = match terms.additional() {
            Some((rate, from)) if self.deal.payment(number)?.start >= from => {
                self.round_amount(&(&base * self.rate(rate)? * &fraction), Rounding::Up)
            }
            _ => zero(),
        };
        Ok(Accrued { interest, additional })
    }

    /// The balance, or what a notional note counts instead.
    fn interest_bearing(&self, note: usize) -> Result<Exact, Halt> {
        match self.deal.notes[note].notional() {
            Some(formula) => Ok(not_below_zero(self.amount(formula)?)),
            None => Ok(self.state.notes[note].balance.clone()),
        }
    }

    fn accretes(&self, note: &Note, number: usize) -> Result<bool, Halt> {
        for option in &note.options {
            let accretes = match option {
                NoteOption::AccretesUntil(date) => !self.deal.has_come(*date, number)?,
                NoteOption::AccretesWhile(condition) => self.holds(condition)?,
                _ => false,
            };
            if accretes {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Interest becomes principal.
    fn join_balance(&mut self, note: usize, interest: &Exact) {
        let name = &self.deal.notes[note].name;
        let state = &mut self.state.notes[note];
        state.balance += interest;
        state.capitalised += interest;
        self.post_without_cash(&format!("{name}.interest"), name, interest);
    }

    /// Step 8: unpaid interest is carried, or joins the balance.
    pub(crate) fn carry_interest(&mut self) {
        for note in 0..self.deal.notes.len() {
            let state = &mut self.state.notes[note];
            if state.accretes {
                // Nothing was due; what was carried before stays carried.
            } else if self.deal.notes[note].capitalises() {
                let unpaid = std::mem::take(&mut state.interest);
                state.carried = zero();
                self.join_balance(note, &unpaid);
            } else {
                state.carried = state.interest.clone();
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
