//! Which register holds what.

use std::collections::BTreeMap;
use units::Id;
use waterfall::instruction::NONE;
use waterfall::plan::{Clock, Layout, Literal, Register};

/// Hands out registers. With a layout that is too small it hands out [`NONE`], and the count tells what is needed.
pub(crate) struct Registers {
    given: Layout,
    used: Layout,
    literals: Vec<Literal>,
    literal_at: BTreeMap<(i64, bool), Register>,
    /// Temporaries below this one outlive their section.
    kept: u16,
    next_temporary: u16,
}

impl Registers {
    pub fn new(given: Layout) -> Self {
        let used = Layout { clock: Clock::COUNT, ..Layout::default() };
        let literal_at = BTreeMap::new();
        Self { given, used, literals: Vec::new(), literal_at, kept: 0, next_temporary: 0 }
    }

    /// Returns what was handed out.
    pub fn layout(&self) -> Layout {
        self.used
    }

    pub fn literals(&self) -> Vec<Literal> {
        self.literals.clone()
    }

    /// A constant; equal constants share a register.
    pub fn literal(&mut self, value: i64) -> Register {
        if let Some(register) = self.literal_at.get(&(value, false)) {
            return *register;
        }
        let register = self.push_literal(Id(0), value);
        self.literal_at.insert((value, false), register);
        register
    }

    /// A constant with a name, which a solver may patch: it has a register of its own.
    pub fn named_literal(&mut self, id: Id, value: i64) -> Register {
        self.push_literal(id, value)
    }

    /// A level as a pair of registers, the value and one whole.
    pub fn level(&mut self, value: i64) -> Register {
        if let Some(register) = self.literal_at.get(&(value, true)) {
            return *register;
        }
        let register = self.push_literal(Id(0), value);
        self.push_literal(Id(0), units::RATE_ONE);
        self.literal_at.insert((value, true), register);
        register
    }

    fn push_literal(&mut self, id: Id, value: i64) -> Register {
        self.literals.push(Literal { id, value });
        let register = self.used.literals;
        self.used.literals = self.used.literals.saturating_add(1);
        register
    }

    pub fn clock(&self, which: Clock) -> Register {
        self.given.clock(which)
    }

    pub fn column(&mut self) -> Register {
        take(&mut self.used.columns, 1, self.given.first_column())
    }

    pub fn paid(&mut self, count: u16) -> Register {
        take(&mut self.used.paid, count, self.given.first_paid())
    }

    /// Where it says what is due, and where it says what was late.
    pub fn due(&mut self, count: u16) -> (Register, Register) {
        let due = take(&mut self.used.due, count, self.given.first_due());
        (due, due.saturating_add(self.given.due))
    }

    pub fn owned(&mut self, count: u16) -> Register {
        take(&mut self.used.owned, count, self.given.first_owned())
    }

    pub fn history(&mut self, count: u16) -> Register {
        take(&mut self.used.history, count, self.given.first_history())
    }

    pub fn temporary(&mut self) -> Register {
        self.temporaries(1)
    }

    /// Neighbouring temporaries, for a ratio.
    pub fn temporaries(&mut self, count: u16) -> Register {
        let register = take(&mut self.next_temporary, count, self.given.first_temporary());
        self.used.temporaries = self.used.temporaries.max(self.next_temporary);
        register
    }

    /// Begins a section: temporaries of the one before are free again, unless they were kept.
    pub fn begin_section(&mut self) {
        self.next_temporary = self.kept;
    }

    /// Lets the temporaries handed out so far outlive their section.
    pub fn keep(&mut self) {
        self.kept = self.next_temporary;
    }
}

fn take(next: &mut u16, count: u16, base: u16) -> Register {
    let register = base.checked_add(*next).unwrap_or(NONE);
    *next = next.saturating_add(count);
    register
}
