//! Breaches, cures and changes of state.

use crate::WaterfallError;
use crate::lanes::{alike, each, nothing, unmasked, zip};
use crate::machine::{Machine, TRUE};
use crate::plan::{Clock, Moment, Trigger};
use crate::posting::Recorder;
use crate::registers::Registers;

impl<const L: usize, J: Recorder<L>> Machine<'_, L, J> {
    /// Looks at all triggers of a moment, in the order of their declaration.
    pub fn update_triggers(&mut self, moment: Moment) -> Result<(), WaterfallError> {
        self.wide(
            #[inline(always)]
            |machine| machine.update_triggers_here(moment),
        )
    }

    #[inline(always)]
    fn update_triggers_here(&mut self, moment: Moment) -> Result<(), WaterfallError> {
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
        self.wide(
            #[inline(always)]
            |machine| machine.move_state_here(only),
        )
    }

    #[inline(always)]
    fn move_state_here(&mut self, only: Option<u8>) -> Result<[i64; L], WaterfallError> {
        let plan = self.plan;
        let start = self.clock(Clock::State);
        let running = self.state_bits(&start);
        let mut moved = [0; L];
        for transition in &plan.transitions {
            let elsewhere = only.is_some_and(|to| to != transition.to);
            // A lane that has ended stays, though a transition names its state and other lanes run.
            let from = running & transition.from;
            if elsewhere || from == 0 {
                continue;
            }
            self.compute(&transition.section)?;
            let condition = self.read(transition.condition);
            if !nothing(&condition) {
                self.take((from, transition.to), (&start, &condition), &mut moved);
            }
        }
        Ok(moved)
    }

    /// A bit for each state in which a lane runs.
    #[inline(always)]
    fn state_bits(&self, states: &[i64; L]) -> u32 {
        // Most of the time all lanes are in one state.
        let to_look_at = if alike(states) { 1 } else { L };
        let bit = |state: i64| if self.waterfall_of(state).is_some() { state_bit(state) } else { 0 };
        states.iter().take(to_look_at).fold(0, |bits, state| bits | bit(*state))
    }

    fn take(
        &mut self,
        (from, to): (u32, u8),
        (start, condition): (&[i64; L], &[i64; L]),
        moved: &mut [i64; L],
    ) {
        let mut state = self.clock(Clock::State);
        for (((state, moved), start), holds) in state.iter_mut().zip(moved).zip(start).zip(condition) {
            if *moved == 0 && *holds != 0 && from & state_bit(*start) != 0 {
                (*state, *moved) = (i64::from(to), TRUE);
            }
        }
        self.set_clock(Clock::State, state);
    }
}

/// Enters what this moment says of a trigger: it turns on after enough breaches and off after enough passes in a row.
#[inline(always)]
fn update_trigger<const L: usize>(
    registers: &mut Registers<'_, L>,
    trigger: &Trigger,
    today: &[i64; L],
) -> Result<(), WaterfallError> {
    let condition = *registers.read(trigger.condition);
    let [on, breaches, passes, until] = registers.block(trigger.first)?;
    if nothing(&condition) && nothing(on) && nothing(breaches) {
        *passes = each(passes, one_more);
        return Ok(());
    }
    // A date of zero means that there is no waiver.
    let waived = zip(until, today, |until, today| i64::from(until != 0) & i64::from(today <= until));
    let breach = zip(&condition, &waived, |holds, waived| i64::from(holds != 0) & !waived);
    let window = (1_i64 << u32::from(trigger.of.min(60))).wrapping_sub(1);
    *breaches = zip(breaches, &breach, |breaches, breach| ((breaches << 1_u32) | breach) & window);
    *passes = zip(passes, &breach, |passes, breach| if breach == 0 { one_more(passes) } else { 0 });
    let ever_cured = i64::from(trigger.cure > 0);
    let cured = zip(on, passes, |on, passes| on & ever_cured & i64::from(passes >= i64::from(trigger.cure)));
    *on = zip(on, &enough(trigger, window, breaches), |on, enough| on | enough);
    *on = unmasked(on, &cured);
    *breaches = unmasked(breaches, &cured);
    Ok(())
}

/// Whether there are enough breaches (a bit each) in the window.
#[inline(always)]
fn enough<const L: usize>(trigger: &Trigger, window: i64, breaches: &[i64; L]) -> [i64; L] {
    match trigger.hits {
        1 => each(breaches, |breaches| i64::from(breaches != 0)),
        hits if hits == trigger.of => each(breaches, |breaches| i64::from(breaches == window)),
        hits => each(breaches, |breaches| i64::from(breaches.count_ones() >= u32::from(hits))),
    }
}

/// A count of payments does not overflow: a plan has few.
#[inline(always)]
fn one_more(payments: i64) -> i64 {
    payments.wrapping_add(1)
}

fn state_bit(state: i64) -> u32 {
    u32::try_from(state).ok().and_then(|state| 1_u32.checked_shl(state)).unwrap_or(0)
}
