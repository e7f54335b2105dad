//! Section 5, "Trigger": what turns on after breaches and off after passes.

use crate::error::{Halt, require};
use crate::interpreter::Interpreter;
use crate::state::TriggerState;
use crate::syntax::{Cure, Moment, Trigger};
use chrono::NaiveDate;

impl Interpreter<'_> {
    /// Updates the triggers of a moment, in order of declaration.
    pub(crate) fn update_triggers(&mut self, moment: Moment) -> Result<(), Halt> {
        for (index, trigger) in self.deal.triggers.iter().enumerate() {
            if trigger.evaluated == moment {
                let is_waived = self.state.triggers[index].waived_until >= Some(self.state.date);
                let is_breach = self.holds(&trigger.when)? && !is_waived;
                self.state.triggers[index].record(trigger, is_breach);
            }
        }
        Ok(())
    }

    /// Section 8: evaluations until a date pass, and the trigger turns off at once unless it is never cured.
    pub(crate) fn waive(&mut self, name: &str, until: NaiveDate) -> Result<(), Halt> {
        let index = self.deal.trigger(name);
        require(index.is_some(), "there is no such trigger")?;
        let Some(index) = index else { return Ok(()) };
        let state = &mut self.state.triggers[index];
        state.waived_until = Some(until);
        if state.is_on && self.deal.triggers[index].cure != Cure::Never {
            state.turn_off();
        }
        Ok(())
    }
}

impl TriggerState {
    fn record(&mut self, trigger: &Trigger, is_breach: bool) {
        self.breaches.push(is_breach);
        if !self.is_on {
            let looked_at = self.breaches.iter().rev().take(count(trigger.of));
            self.is_on = looked_at.filter(|breach| **breach).count() >= count(trigger.hits);
            return;
        }
        let passes = self.breaches.iter().rev().take_while(|breach| !**breach).count();
        if let Cure::After(needed) = trigger.cure
            && passes >= count(needed)
        {
            self.turn_off();
        }
    }

    fn turn_off(&mut self) {
        self.is_on = false;
        self.breaches.clear();
    }
}

fn count(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
