//! Section 5, step 4, "Scheduled"; and the present value of what is scheduled (section 8).

use crate::error::{Halt, meaningless, require};
use crate::exact::{Exact, Rounding, not_below_zero, round, whole, zero};
use crate::interpreter::Interpreter;
use crate::kinds::Kind;
use crate::state::DrawState;
use crate::syntax::{Amortisation, Draws, Expression, Note, NoteOption};
use chrono::NaiveDate;

/// Discount factors are kept at 18 places.
const FACTOR_PLACES: u32 = 18;

impl Interpreter<'_> {
    /// The planned balance moves, and what the balance is above it is due as scheduled.
    pub(crate) fn schedule(&mut self, note: usize, number: usize) -> Result<(), Halt> {
        let terms = &self.deal.notes[note];
        let is_mature = self.deal.is_mature(terms, number)?;
        let balance = self.state.notes[note].balance.clone();
        let due = if is_mature {
            self.plan_nothing(note);
            balance
        } else {
            match self.move_plan(note, number)? {
                Some(planned) => not_below_zero(balance - planned),
                None => zero(),
            }
        };
        let is_locked = !is_mature && self.is_locked(note, number)?;
        self.state.notes[note].scheduled = if is_locked { zero() } else { due };
        Ok(())
    }

    fn plan_nothing(&mut self, note: usize) {
        let state = &mut self.state.notes[note];
        state.planned = zero();
        for draw in &mut state.draws {
            draw.planned = zero();
        }
    }

    /// The planned balance after this payment; none for a note without a plan.
    fn move_plan(&mut self, note: usize, number: usize) -> Result<Option<Exact>, Halt> {
        let terms = &self.deal.notes[note];
        if let Some(draws) = terms.draws() {
            return Ok(Some(self.move_draws(note, draws)));
        }
        let planned = match terms.amortisation() {
            None => return Ok(None),
            Some(Amortisation::Planned(formula)) => not_below_zero(self.amount(formula)?),
            Some(_) => {
                let state = &self.state.notes[note];
                let base = state.planned.clone().min(state.balance.clone());
                let part = self.principal_part(note, &base, number)?;
                base - part
            }
        };
        self.state.notes[note].planned = planned.clone();
        Ok(Some(planned))
    }

    /// Each draw has its own planned balance.
    fn move_draws(&mut self, note: usize, terms: &Draws) -> Exact {
        let decimals = self.deal.decimals;
        let mut sum = zero();
        for draw in &mut self.state.notes[note].draws {
            draw.payments += 1;
            draw.planned -= draw_part(draw, terms, decimals);
            sum += &draw.planned;
        }
        sum
    }

    /// What of a planned balance falls due at a payment, before maturity.
    fn principal_part(&self, note: usize, base: &Exact, number: usize) -> Result<Exact, Halt> {
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
            Some(left) => Ok(self.round_amount(&(base / whole(left)), Rounding::Down)),
        }
    }

    /// How many payments the window still has at this one, this one included; none before it begins.
    fn payments_left(&self, payments: usize, from: NaiveDate, number: usize) -> Option<usize> {
        let first = self.deal.calendar.iter().skip(1).find(|payment| payment.end >= from)?.number;
        (number >= first).then(|| (first + payments).saturating_sub(number))
    }

    /// A level payment less the interest in it.
    fn level_part(&self, note: usize, base: &Exact, (number, left): (usize, usize)) -> Result<Exact, Halt> {
        if number + left - 1 > self.deal.last_number() {
            return meaningless("a level schedule runs beyond the final date");
        }
        let (terms, coupon) = (&self.deal.notes[note], &self.state.notes[note].coupon);
        let (mut factor, mut sum) = (whole(1), zero());
        for coming in number..number + left {
            factor = self.discount(&factor, coupon, (terms, coming))?;
            sum += &factor;
        }
        let level = self.round_amount(&(base / sum), Rounding::Down);
        let fraction = self.deal.fraction(terms.day_count, number)?;
        let interest = self.round_amount(&(base * coupon * fraction), Rounding::Up);
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
        let terms = &self.deal.notes[note];
        if self.deal.is_mature(terms, number)? {
            return Ok(false);
        }
        for option in &terms.options {
            let locked = match option {
                NoteOption::LockedUntil(date) => !self.deal.has_come(*date, number)?,
                NoteOption::LockedWhile(condition) => self.holds(condition)?,
                _ => false,
            };
            if locked {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The scheduled path from the planned balance, at the coupon, discounted at a rate.
    pub(crate) fn present_value(&self, note: usize, rate: &Exact) -> Result<Exact, Halt> {
        let (terms, state) = (&self.deal.notes[note], &self.state.notes[note]);
        let mut path = Path { planned: self.start_of_path(note), draws: state.draws.clone() };
        let (mut factor, mut sum) = (whole(1), zero());
        for number in self.state.number + 1..=self.deal.last_number() {
            let fraction = self.deal.fraction(terms.day_count, number)?;
            let interest = self.round_amount(&(&path.planned * &state.coupon * fraction), Rounding::Up);
            let is_mature = self.deal.is_mature(terms, number)?;
            let part =
                if is_mature { path.planned.clone() } else { self.path_part(note, &mut path, number)? };
            factor = self.discount(&factor, rate, (terms, number))?;
            sum += self.round_amount(&((interest + &part) * &factor), Rounding::Down);
            path.planned -= part;
            if is_mature {
                break;
            }
        }
        Ok(sum)
    }

    /// The planned balance; the balance itself for a note that has no plan.
    fn start_of_path(&self, note: usize) -> Exact {
        let (terms, state) = (&self.deal.notes[note], &self.state.notes[note]);
        if terms.draws().is_some() {
            state.draws.iter().map(|draw| &draw.planned).sum()
        } else if terms.amortisation().is_some() {
            state.planned.clone()
        } else {
            state.balance.clone()
        }
    }

    fn path_part(&self, note: usize, path: &mut Path, number: usize) -> Result<Exact, Halt> {
        let terms = &self.deal.notes[note];
        if let Some(draws) = terms.draws() {
            let mut sum = zero();
            for draw in &mut path.draws {
                draw.payments += 1;
                let part = draw_part(draw, draws, self.deal.decimals);
                draw.planned -= &part;
                sum += part;
            }
            return Ok(sum);
        }
        match terms.amortisation() {
            Some(Amortisation::Planned(formula)) => {
                let floor = not_below_zero(self.planned_at(formula, number)?);
                Ok(not_below_zero(&path.planned - floor))
            }
            _ => self.principal_part(note, &path.planned, number),
        }
    }

    /// A schedule is known in advance; any other formula is taken as it is now.
    fn planned_at(&self, formula: &Expression, number: usize) -> Result<Exact, Halt> {
        match formula {
            Expression::Name(name) => match self.deal.schedule(name) {
                Some(schedule) => {
                    self.units().take_as(Kind::Amount, &self.scheduled_value(schedule, number)?)
                }
                None => self.amount(formula),
            },
            _ => self.amount(formula),
        }
    }
}

struct Path {
    planned: Exact,
    draws: Vec<DrawState>,
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
