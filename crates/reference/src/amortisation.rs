//! Section 5, step 4, "Scheduled"; and the present value of what is scheduled (section 8).

use crate::accrual::Terms;
use crate::error::{Halt, meaningless, require};
use crate::exact::{Exact, Rounding, not_below_zero, round, whole, zero};
use crate::interpreter::Interpreter;
use crate::state::DrawState;
use crate::syntax::{Amortisation, Draws, Note, NoteOption};
use chrono::NaiveDate;

/// Discount factors are kept at 18 places.
const FACTOR_PLACES: u32 = 18;

impl Interpreter<'_> {
    /// The planned balance moves, and what the balance is above it is due as scheduled.
    pub(crate) fn schedule(&mut self, note: usize, terms: &Terms) -> Result<(), Halt> {
        let planned = match self.deal.notes[note].draws() {
            Some(draws) => self.move_draws(note, draws, terms.number),
            None => self.move_plan(note, terms)?,
        };
        let due = not_below_zero(&self.state.notes[note].balance - planned);
        self.state.notes[note].scheduled = if terms.is_locked { zero() } else { due };
        Ok(())
    }

    fn is_mature(&self, note: usize, number: usize) -> bool {
        number >= self.deal.maturity(&self.deal.notes[note])
    }

    /// The planned balance after this payment.
    fn move_plan(&mut self, note: usize, terms: &Terms) -> Result<Exact, Halt> {
        let number = terms.number;
        let planned = match &terms.planned {
            Some(planned) if !self.is_mature(note, number) => not_below_zero(planned.clone()),
            _ => {
                let state = &self.state.notes[note];
                let base = state.planned.clone().min(state.balance.clone());
                let part = self.principal_part(note, &base, number)?;
                base - part
            }
        };
        self.state.notes[note].planned = planned.clone();
        Ok(planned)
    }

    /// Each draw has its own planned balance.
    fn move_draws(&mut self, note: usize, terms: &Draws, number: usize) -> Exact {
        let (decimals, is_mature) = (self.deal.decimals, self.is_mature(note, number));
        let mut sum = zero();
        for draw in &mut self.state.notes[note].draws {
            draw.payments += 1;
            draw.planned -= if is_mature { draw.planned.clone() } else { draw_part(draw, terms, decimals) };
            sum += &draw.planned;
        }
        sum
    }

    /// What of a planned balance falls due at a payment.
    fn principal_part(&self, note: usize, base: &Exact, number: usize) -> Result<Exact, Halt> {
        if self.is_mature(note, number) {
            return Ok(base.clone());
        }
        let (payments, from) = match self.deal.notes[note].amortisation() {
            Some(Amortisation::Level { payments, from } | Amortisation::Linear { payments, from }) => {
                (*payments, *from)
            }
            _ => return Ok(zero()),
        };
        let is_level = matches!(self.deal.notes[note].amortisation(), Some(Amortisation::Level { .. }));
        match self.payments_left(payments, from, number) {
            None => Ok(zero()),
            Some(0 | 1) => Ok(base.clone()),
            Some(left) if is_level => self.level_part(note, base, (number, left)),
            Some(left) => Ok(self.round_amount(&(base / whole(left)), Rounding::Down)?),
        }
    }

    /// How many payments the window still has at this one, this one included; none before it begins.
    fn payments_left(&self, payments: usize, from: NaiveDate, number: usize) -> Option<usize> {
        let first = self.deal.calendar.iter().skip(1).find(|payment| payment.end >= from)?.number;
        (number >= first).then(|| (first + payments).saturating_sub(number))
    }

    /// A level payment less the interest in it.
    fn level_part(&self, note: usize, base: &Exact, (number, left): (usize, usize)) -> Result<Exact, Halt> {
        if number + left - 1 > self.deal.maturity(&self.deal.notes[note]) {
            return meaningless("a level schedule runs beyond the note's maturity");
        }
        let (terms, coupon) = (&self.deal.notes[note], &self.state.notes[note].coupon);
        let (mut factor, mut sum) = (whole(1), zero());
        for coming in number..number + left {
            factor = self.discount(&factor, coupon, (terms, coming))?;
            sum += &factor;
        }
        let level = self.round_amount(&(base / sum), Rounding::Down)?;
        let fraction = self.deal.fraction(terms.day_count, number)?;
        let interest = self.interest_on(base, coupon, (note, &fraction))?;
        Ok(not_below_zero(level - interest).min(base.clone()))
    }

    /// A discount factor, one period further.
    fn discount(&self, factor: &Exact, rate: &Exact, (note, number): (&Note, usize)) -> Result<Exact, Halt> {
        let fraction = self.deal.fraction(note.day_count, number)?;
        let growth = whole(1) + rate * fraction;
        require(growth > zero(), "a rate takes more than everything")?;
        Ok(round(&(factor / growth), FACTOR_PLACES, Rounding::Down))
    }

    /// A locked note has no principal due, except at maturity.
    pub(crate) fn is_locked(&self, note: usize, number: usize) -> Result<bool, Halt> {
        let mut is_locked = false;
        for option in &self.deal.notes[note].options {
            is_locked |= match option {
                NoteOption::LockedUntil(date) => !self.deal.has_come(*date, number)?,
                NoteOption::LockedWhile(condition) => self.holds(condition)?,
                _ => false,
            };
        }
        Ok(is_locked && !self.is_mature(note, number))
    }

    /// The scheduled path from min(planned, balance), at the coupon, discounted at a rate. A note that is scheduled to a
    /// formula counts as repaid at maturity.
    pub(crate) fn present_value(&self, note: usize, rate: &Exact) -> Result<Exact, Halt> {
        let (terms, state) = (&self.deal.notes[note], &self.state.notes[note]);
        if terms.draws().is_some() {
            return meaningless("a note drawn over time has no present value");
        }
        let mut planned = state.planned.clone().min(state.balance.clone());
        let (mut factor, mut sum) = (whole(1), zero());
        for number in self.state.number + 1..=self.deal.maturity(terms) {
            let fraction = self.deal.fraction(terms.day_count, number)?;
            let interest = self.interest_on(&planned, &state.coupon, (note, &fraction))?;
            let part = self.principal_part(note, &planned, number)?;
            factor = self.discount(&factor, rate, (terms, number))?;
            sum += self.round_amount(&((interest + &part) * &factor), Rounding::Down)?;
            planned -= part;
        }
        Ok(sum)
    }
}

/// At the j-th payment after a draw, j > K: planned ÷ (N − (j − K − 1)).
fn draw_part(draw: &DrawState, terms: &Draws, decimals: u32) -> Exact {
    let paid = draw.payments - terms.interest_only - 1;
    if paid < 0 {
        return zero();
    }
    match terms.payments - paid {
        left if left > 0 => round(&(&draw.planned / whole(left)), decimals, Rounding::Down),
        _ => draw.planned.clone(),
    }
}
