//! Section 7: the states of the deal.

use crate::error::{Halt, meaningless, refused, require};
use crate::interpreter::Interpreter;
use crate::syntax::Waterfall;
use chrono::NaiveDate;

impl<'a> Interpreter<'a> {
    /// Takes the first transition whose condition holds, and no second one.
    pub(crate) fn move_state(&mut self) -> Result<(), Halt> {
        if let Some(until) = &self.deal.states[self.state.current].until
            && self.deal.has_come(until.date, self.state.number)?
        {
            return match self.deal.state(&until.then) {
                Some(next) => self.enter(next),
                None => meaningless(format!("`{}` is not a state", until.then)),
            };
        }
        for state in 0..self.deal.states.len() {
            if self.may_enter(state)? {
                return self.enter(state);
            }
        }
        Ok(())
    }

    /// Whether the condition of a state holds and it may start from the current one.
    fn may_enter(&self, state: usize) -> Result<bool, Halt> {
        let (terms, current) = (&self.deal.states[state], self.state.current);
        let Some(condition) = &terms.when else { return Ok(false) };
        let may_start = if terms.from.is_empty() {
            current < state
        } else {
            state != current && terms.from.contains(&self.deal.states[current].name)
        };
        Ok(may_start && self.holds(condition)?)
    }

    /// Between payment dates: a transition whose condition holds on that day.
    pub(crate) fn transition(&mut self, to: &str, on: NaiveDate) -> Result<(), Halt> {
        self.state.date = on;
        match self.deal.state(to) {
            Some(state) => {
                require(self.may_enter(state)?, "the transition's condition does not hold")?;
                self.enter(state)
            }
            None => refused("there is no such state"),
        }
    }

    /// A state that has no waterfall ends the deal: what is left of every note is written off.
    fn enter(&mut self, state: usize) -> Result<(), Halt> {
        self.state.current = state;
        if self.waterfall().is_none() {
            self.state.has_ended = true;
            for note in 0..self.deal.notes.len() {
                let balance = self.state.notes[note].balance.clone();
                self.write_off(note, &balance);
            }
        }
        Ok(())
    }

    /// The waterfall of the current state.
    pub(crate) fn waterfall(&self) -> Option<&'a Waterfall> {
        let name = &self.deal.states[self.state.current].name;
        self.deal.waterfalls.iter().find(|waterfall| waterfall.states.contains(name))
    }

    pub(crate) fn write_off(&mut self, note: usize, amount: &crate::exact::Exact) {
        let state = &mut self.state.notes[note];
        state.balance -= amount;
        state.written_off += amount;
        state.scheduled = state.scheduled.clone().min(state.balance.clone());
        self.post_without_cash(&self.deal.notes[note].name, "written off", amount);
    }
}
