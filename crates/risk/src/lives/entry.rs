//! The engine's entry for some of the lanes.

use waterfall::plan::Plan;
use waterfall::{Event, Journal, State, WaterfallError, apply};

pub(super) fn apply_in<const L: usize>(
    plan: &Plan,
    state: &mut State<L>,
    (event, _mask): (&Event<L>, &[i64; L]),
    journal: &mut Journal<L>,
) -> Result<(), WaterfallError> {
    apply(plan, state, event, journal)
}
