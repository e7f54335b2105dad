//! Triggers, states and permits.

use super::{Sheet, name};
use crate::words::Kind;
use deal::syntax::{Cure, Day, Effect, Moment, State, Statement, Trigger, Until};

/// The state that ends a deal: the only one without a waterfall.
pub(crate) const CLOSED: &str = "closed";

impl Sheet<'_> {
    pub fn declare_triggers(&mut self) {
        for number in 0..self.choices.between(0, 3) {
            let text = format!("trigger_{number}");
            self.words.name(Kind::Flag, text.clone());
            self.triggers.push(text);
        }
    }

    pub fn write_triggers(&mut self) {
        for text in self.triggers.clone() {
            let of = self.choices.between(1, 4);
            let hits = self.choices.between(1, of);
            let cure = match self.choices.below(4) {
                3 => Cure::Never,
                more => Cure::After(u8::try_from(more.max(1)).unwrap_or(1)),
            };
            let evaluated =
                self.choices.one([Moment::Determination, Moment::BeforeCollection, Moment::AfterPayment]);
            let mut effects = Vec::new();
            for note in self.choices.some(&self.words.notes.clone(), 15) {
                effects.push(Effect { note: name(&note), plus: self.writer().percent(5) });
            }
            let when = self.formula(Kind::Flag);
            let (hits, of) = (u8::try_from(hits).unwrap_or(1), u8::try_from(of).unwrap_or(1));
            self.say(Statement::Trigger(Trigger {
                name: name(&text),
                when,
                hits,
                of,
                cure,
                evaluated,
                effects,
            }));
        }
    }

    pub fn declare_states(&mut self) {
        let running = self.choices.one([1_usize, 2, 3]);
        for text in ["opening", "amortising", "rapid"].into_iter().take(running) {
            self.words.states.push(text.to_owned());
        }
        if self.choices.chance(50) {
            self.words.states.push(CLOSED.to_owned());
        }
    }

    /// Every state can be entered from an earlier one.
    pub fn write_states(&mut self) {
        let states = self.words.states.clone();
        for (index, text) in states.iter().enumerate() {
            let earlier = states.get(..index).unwrap_or(&[]);
            let when = (index > 0).then(|| self.formula(Kind::Flag));
            let mut from = Vec::new();
            if index > 0 && self.choices.chance(50) {
                from = self.choices.some(&states, 40).into_iter().filter(|from| from != text).collect();
                let reached = from.iter().any(|from| earlier.contains(from));
                from.extend(earlier.first().filter(|_| !reached).cloned());
            }
            let others: Vec<String> =
                states.iter().filter(|other| *other != text && *other != CLOSED).cloned().collect();
            let until = if text != CLOSED && self.choices.chance(25) {
                let date = Day(self.calendar.any_day(&mut self.choices));
                self.choices.pick(&others).map(|then| Until { date, then: name(&then) })
            } else {
                None
            };
            let from = from.iter().map(|from| name(from)).collect();
            self.say(Statement::State(State { name: name(text), when, from, until }));
        }
    }

    pub fn write_permits(&mut self) {
        for action in ["draw", "sale", "draw"] {
            if self.choices.chance(25) {
                let when = self.formula(Kind::Flag);
                self.say(Statement::Permit { action: name(action), when });
            }
        }
    }
}
