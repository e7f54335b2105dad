//! Breaches, cures and changes of state.

use crate::WaterfallError;
use crate::lanes::nothing;
use crate::machine::{Machine, TRUE};
use crate::plan::{Clock, Moment, Transition, Trigger};
use crate::registers::Registers;

/// What a trigger remembers in one lane.
#[derive(Clone, Copy)]
struct Record {
    on: i64,
    breaches: i64,
    passes: i64,
}

impl Record {
    /// Enters one evaluation.
    #[inline(always)]
    fn enter(self, breach: bool, trigger: &Trigger) -> Self {
        let window = (1_i64 << u32::from(trigger.of.min(60))).wrapping_sub(1);
        let breaches = ((self.breaches << 1_u32) | i64::from(breach)) & window;
        let passes = if breach { 0 } else { self.passes.saturating_add(1) };
        let was_on = self.on != 0;
        let enough = match trigger.hits {
            1 => breaches != 0,
            hits if hits == trigger.of => breaches == window,
            hits => breaches.count_ones() >= u32::from(hits),
        };
        let cured = was_on & (trigger.cure > 0) & (passes >= i64::from(trigger.cure));
        let on = (was_on | enough) & !cured;
        Self { on: i64::from(on), breaches: if cured { 0 } else { breaches }, passes }
    }
}

impl<const L: usize> Machine<'_, L> {
    /// Looks at all triggers of a moment, in the order of their declaration.
    pub fn update_triggers(&mut self, moment: Moment) -> Result<(), WaterfallError> {
        let (plan, today) = (self.plan, self.clock(Clock::Today));
        let mut formulas = self.formulas();
        for trigger in plan.triggers.iter().filter(|trigger| trigger.moment == moment) {
            formulas.run_here(plan.instructions(&trigger.section))?;
            update_trigger(&mut formulas.registers, trigger, &today)?;
        }
        Ok(())
    }

    /// Takes in each lane the first transition whose condition holds; returns in which lanes one did. A deal that has
    /// ended stays where it is.
    ///
    /// With `only`, transitions to other states are not looked at.
    pub fn move_state(&mut self, only: Option<u8>) -> Result<[i64; L], WaterfallError> {
        let plan = self.plan;
        let start = self.clock(Clock::State);
        let running = self.state_bits(&start);
        let mut moved = [0; L];
        for transition in &plan.transitions {
            let elsewhere = only.is_some_and(|to| to != transition.to);
            if elsewhere || running & transition.from == 0 {
                continue;
            }
            self.compute(&transition.section)?;
            let condition = self.read(transition.condition);
            if !nothing(&condition) {
                self.take(transition, (&start, &condition), &mut moved);
            }
        }
        Ok(moved)
    }

    /// A bit for each state in which a lane runs.
    fn state_bits(&self, states: &[i64; L]) -> u32 {
        let bit = |state: i64| if self.waterfall_of(state).is_some() { state_bit(state) } else { 0 };
        states.iter().fold(0, |bits, state| bits | bit(*state))
    }

    fn take(
        &mut self,
        transition: &Transition,
        (start, condition): (&[i64; L], &[i64; L]),
        moved: &mut [i64; L],
    ) {
        let mut state = self.clock(Clock::State);
        for (((state, moved), start), holds) in state.iter_mut().zip(moved).zip(start).zip(condition) {
            if *moved == 0 && *holds != 0 && transition.from & state_bit(*start) != 0 {
                (*state, *moved) = (i64::from(transition.to), TRUE);
            }
        }
        self.set_clock(Clock::State, state);
    }
}

/// Enters what this moment says of a trigger.
#[inline(always)]
fn update_trigger<const L: usize>(
    registers: &mut Registers<'_, L>,
    trigger: &Trigger,
    today: &[i64; L],
) -> Result<(), WaterfallError> {
    let condition = registers.read(trigger.condition);
    let [on, breaches, passes, until] = registers.block(trigger.first)?;
    if nothing(&condition) && nothing(on) && nothing(breaches) {
        *passes = passes.map(|passes| passes.saturating_add(1));
        return Ok(());
    }
    let lanes = on.iter_mut().zip(breaches).zip(passes).zip(until);
    for ((((on, breaches), passes), until), (condition, today)) in lanes.zip(condition.iter().zip(today)) {
        // A date of zero means that there is no waiver.
        let waived = (*until != 0) & (*today <= *until);
        let record = Record { on: *on, breaches: *breaches, passes: *passes };
        let next = record.enter((*condition != 0) & !waived, trigger);
        (*on, *breaches, *passes) = (next.on, next.breaches, next.passes);
    }
    Ok(())
}

fn state_bit(state: i64) -> u32 {
    u32::try_from(state).ok().and_then(|state| 1_u32.checked_shl(state)).unwrap_or(0)
}
