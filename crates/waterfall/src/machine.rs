//! Plumbing for formulas and steps: every operation happens in all lanes.

use crate::cashier::Cashier;
use crate::formula::Formulas;
use crate::instruction::{Instruction, NONE};
use crate::lanes::{alike, nothing, zip};
use crate::plan::{self, Clock, Plan, Register, Section};
use crate::posting::{Journal, Posting, PostingKind, Recorder};
use crate::state::State;
use crate::vectors::Vectors;
use crate::{WaterfallError, invariants};
use units::Id;

/// True and false in a register.
pub const TRUE: i64 = 1;

/// The lanes (1, else 0) that stand in a state of some kind.
#[inline(always)]
pub fn lanes_in<const L: usize>(
    plan: &Plan,
    states: &[i64; L],
    is: impl Fn(&plan::State) -> bool,
) -> [i64; L] {
    if let Some(all) = states.first().filter(|_| alike(states)) {
        let state = usize::try_from(*all).ok().and_then(|index| plan.states.get(index));
        return [i64::from(state.is_some_and(is)); L];
    }
    let mut lanes = [0; L];
    for (index, _) in (0..).zip(&plan.states).filter(|(_, state)| is(state)) {
        lanes = zip(&lanes, states, |lane, state| lane | i64::from(state == index));
    }
    lanes
}

/// Points at which a payment date can be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Reports are read, dues are accrued, triggers are updated; nothing is paid yet.
    Determined,
    /// The instructions of the step with this index are about to run.
    Step(u16),
}

/// Looks at the state of a payment date while it is under way.
pub type Observer<'a, const L: usize> = &'a mut dyn FnMut(Stage, &State<L>);

/// A plan at work on a state.
pub struct Machine<'a, const L: usize, J = Journal<L>> {
    pub plan: &'a Plan,
    pub state: &'a mut State<L>,
    pub journal: &'a mut J,
    /// Who wants to look at the state while it changes.
    pub observer: Option<Observer<'a, L>>,
    /// Lanes (1 or 0) in which the current waterfall runs.
    pub active: [i64; L],
    /// Lanes (1 or 0) in which the current step happens.
    pub guard: [i64; L],
    /// The payment date that is under way, or else the last one; the closing is zero.
    pub number: u16,
}

impl<'a, const L: usize, J: Recorder<L>> Machine<'a, L, J> {
    /// A machine that works in all lanes and that nobody looks at.
    #[inline(always)]
    pub fn new(plan: &'a Plan, state: &'a mut State<L>, journal: &'a mut J) -> Self {
        let number = state.payment_number(plan).unwrap_or(0);
        Self { plan, state, journal, observer: None, active: [TRUE; L], guard: [TRUE; L], number }
    }

    /// Lanes (1 or 0) whose deals run: they decide what is refused. Where none runs, all do.
    pub fn running(&self) -> [i64; L] {
        let running = lanes_in(self.plan, &self.clock(Clock::State), |state| state.waterfall.is_some());
        if nothing(&running) { [TRUE; L] } else { running }
    }

    /// Runs a part of the engine on the processor's vectors: all that is written out in it.
    #[inline(always)]
    pub fn wide<R>(&mut self, part: impl FnOnce(&mut Self) -> R) -> R {
        let vectors = self.journal.vectors();
        vectors.run(
            #[inline(always)]
            || part(self),
        )
    }

    #[inline]
    pub fn show(&mut self, stage: Stage) {
        if let Some(observer) = self.observer.as_mut() {
            observer(stage, self.state);
        }
    }

    #[inline(always)]
    pub fn read(&self, register: Register) -> [i64; L] {
        self.state.read(register)
    }

    #[inline]
    pub fn write(&mut self, register: Register, value: [i64; L]) {
        self.state.write(register, value);
    }

    #[inline(always)]
    pub fn clock(&self, which: Clock) -> [i64; L] {
        self.read(self.plan.layout.clock(which))
    }

    #[inline]
    pub fn set_clock(&mut self, which: Clock, value: [i64; L]) {
        self.state.write(self.plan.layout.clock(which), value);
    }

    /// What works on the registers.
    #[inline(always)]
    pub fn formulas(&mut self) -> Formulas<'_, L> {
        Formulas { plan: self.plan, registers: self.state.registers(), number: self.number }
    }

    /// What works on the registers and the journal.
    #[inline(always)]
    pub fn cashier(&mut self) -> Cashier<'_, L, J> {
        let (registers, totals) = self.state.parts();
        let formulas = Formulas { plan: self.plan, registers, number: self.number };
        Cashier { formulas, totals, journal: self.journal, active: self.active, guard: self.guard }
    }

    /// Runs a section that only computes; many are empty.
    #[inline(always)]
    pub fn compute(&mut self, section: &Section) -> Result<(), WaterfallError> {
        if section.is_empty() {
            return Ok(());
        }
        let plan = self.plan;
        self.wide(
            #[inline(always)]
            |machine| machine.formulas().run_here(plan.instructions(section)),
        )
    }

    /// Runs the section of a waterfall.
    pub fn run(&mut self, section: &Section) -> Result<(), WaterfallError> {
        let plan = self.plan;
        let code = plan.instructions(section);
        if J::SHOWN && self.observer.is_some() || cfg!(debug_assertions) {
            return self.run_step_by_step(code);
        }
        self.wide(
            #[inline(always)]
            |machine| machine.cashier().run(code).map(|_| ()),
        )
    }

    /// Shows the state before each step, and looks at the invariants after it.
    fn run_step_by_step(&mut self, code: &[Instruction]) -> Result<(), WaterfallError> {
        for step in code.chunk_by(|a, b| a.step == b.step) {
            if let Some(Instruction { step, .. }) = step.first().filter(|first| first.step != NONE) {
                self.show(Stage::Step(*step));
            }
            self.guard = self.cashier().run(step)?;
            self.debug_check();
        }
        Ok(())
    }

    /// Records a movement, unless nothing moved and nothing is short.
    #[inline]
    pub fn post(&mut self, posting: Posting<L>) {
        self.cashier().post(posting);
    }

    /// A posting of this period that belongs to no step.
    #[inline]
    pub fn posting(&self, kind: PostingKind, from: Id, to: Id, amount: [i64; L]) -> Posting<L> {
        Posting { payment: self.number, step: NONE, kind, from, to, amount, short: [0; L] }
    }

    /// WF-1 and WF-3, after every step in debug builds.
    pub fn debug_check(&self) {
        debug_assert!(J::COUNTS_LATER || invariants::wf1_cash_conserved(self.plan, self.state), "WF-1");
        debug_assert!(invariants::wf3_nothing_negative(self.plan, self.state), "WF-3");
    }
}
