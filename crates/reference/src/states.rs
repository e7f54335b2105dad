//! Section 7: the states of the deal.

use crate::error::{Halt, meaningless, refused, require};
use crate::interpreter::Interpreter;
use crate::syntax::Waterfall;
use chrono::NaiveDate;

impl<'a> Interpreter<'a> {
    /// Takes the first transition whose condition holds, and no second one.
    pub(crate) fn move_state(&mut self) -> Result<(), Halt> {
        if self.has_ended() {
            return Ok(());
        }
        if let Some(next) = self.timed_out()? {
            self.state.current = next;
            return Ok(());
        }
        for state in 0..self.deal.states.len() {
            if self.may_enter(state)? {
                self.state.current = state;
                return Ok(());
            }
        }
        Ok(())
    }

    /// What follows the current state, once its `until` has come.
    fn timed_out(&self) -> Result<Option<usize>, Halt> {
        let Some(until) = &self.deal.states[self.state.current].until else { return Ok(None) };
        let Some(next) = self.deal.state(&until.then) else {
            return meaningless(format!("`{}` is not a state", until.then));
        };
        let has_come = self.deal.has_come(until.date, self.state.number)?;
        Ok((has_come && next != self.state.current).then_some(next))
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
        self.turn_to(on)?;
        let Some(state) = self.deal.state(to) else { return refused("there is no such state") };
        let holds = self.timed_out()? == Some(state) || self.may_enter(state)?;
        require(holds, "no transition to this state is due")?;
        self.state.current = state;
        self.write_off_if_ended();
        Ok(())
    }

    /// A state that has no waterfall ends the deal.
    pub(crate) fn has_ended(&self) -> bool {
        self.state.is_closed && self.waterfall().is_none()
    }

    /// What is left of every note is written off, the junior first.
    pub(crate) fn write_off_if_ended(&mut self) {
        if self.has_ended() {
            for note in (0..self.deal.notes.len()).rev() {
                let balance = self.state.notes[note].balance.clone();
                self.write_off(note, &balance);
            }
        }
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
