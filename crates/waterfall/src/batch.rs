//! Many futures at once: the same events in every lane, and no record of what was posted.

use crate::WaterfallError;
use crate::apply::ended_lanes;
use crate::event::Event;
use crate::invariants;
use crate::lanes::{each, nothing, zip};
use crate::machine::Machine;
use crate::plan::Plan;
use crate::posting::{Posting, Recorder, Total, Unrecorded};
use crate::state::State;
use crate::vectors::Vectors;

/// Applies an event as [`crate::apply`] does, to the bit, but keeps no postings, and no copy of a state that no lane needs
/// back; and runs as it is compiled for the processor that `vectors` stands for. What holders are paid can be read from the state after every payment date.
///
/// # Errors
/// The reason why the event is refused. **The state is then of no further use**, but for a transition that is due in no lane:
/// that leaves it as it was.
#[inline(always)]
pub fn apply_batch<const L: usize, V: Vectors>(
    plan: &Plan,
    state: &mut State<L>,
    (event, vectors): (&Event<L>, V),
) -> Result<(), WaterfallError> {
    vectors.run(
        #[inline(always)]
        || apply_here(plan, state, (event, vectors)),
    )
}

#[inline(always)]
fn apply_here<const L: usize, V: Vectors>(
    plan: &Plan,
    state: &mut State<L>,
    (event, vectors): (&Event<L>, V),
) -> Result<(), WaterfallError> {
    if event.only_books() {
        Machine::new(plan, state, &mut Unrecorded(vectors)).book(event)?;
        debug_assert!(invariants::wf1_cash_conserved(plan, state), "WF-1");
        return Ok(());
    }
    let ended = ended_lanes(plan, state);
    let all_run = nothing(&ended);
    if !all_run {
        state.save(plan);
    }
    let mut counted = Counted { vectors, sums: [const { Words { low: [0; L], high: [0; L] } }; 2] };
    Machine::new(plan, state, &mut counted).execute(event)?;
    counted.add_to(state);
    if !all_run {
        state.restore_lanes(plan, &ended);
    }
    debug_assert!(invariants::wf1_cash_conserved(plan, state), "WF-1");
    Ok(())
}

/// Cash that came in and went out in one event: lanes add words, and seldom need the second one of a lifetime total.
struct Counted<const L: usize, V> {
    vectors: V,
    sums: [Words<L>; 2],
}

impl<const L: usize, V> Counted<L, V> {
    #[inline(always)]
    fn add_to(&self, state: &mut State<L>) {
        let [cash_in, cash_out] = &self.sums;
        cash_in.add_to(&mut state.cash_in);
        cash_out.add_to(&mut state.cash_out);
    }
}

impl<const L: usize, V: Vectors> Recorder<L> for Counted<L, V> {
    type Vectors = V;

    const COUNTS_LATER: bool = true;
    const SHOWN: bool = false;

    #[inline(always)]
    fn vectors(&self) -> V {
        self.vectors
    }

    #[inline(always)]
    fn record(&mut self, _: Posting<L>) {}

    #[inline(always)]
    fn count(&mut self, total: Total<'_, L>, amount: &[i64; L]) {
        let [cash_in, cash_out] = &mut self.sums;
        match total {
            Total::In(_) => cash_in.add(amount),
            Total::Out(_) => cash_out.add(amount),
        }
    }
}

/// Sums of numbers that are not negative: 63 bits and what they carry.
struct Words<const L: usize> {
    low: [i64; L],
    high: [i64; L],
}

impl<const L: usize> Words<L> {
    #[inline(always)]
    fn add(&mut self, amount: &[i64; L]) {
        let sum = zip(&self.low, amount, i64::wrapping_add);
        self.high = zip(&self.high, &sum, |high, sum| high.wrapping_add(i64::from(sum < 0)));
        self.low = each(&sum, |sum| sum & i64::MAX);
    }

    #[inline(always)]
    fn add_to(&self, total: &mut [i128; L]) {
        if !nothing(&self.low) {
            total
                .iter_mut()
                .zip(&self.low)
                .for_each(|(total, low)| *total = total.wrapping_add(i128::from(*low)));
        }
        if !nothing(&self.high) {
            let carried = total.iter_mut().zip(&self.high);
            carried.for_each(|(total, high)| *total = total.wrapping_add(i128::from(*high) << 63_u32));
        }
    }
}
