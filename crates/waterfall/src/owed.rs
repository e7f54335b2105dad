//! What a debtor must pay to end a default: what is in arrears, or the whole debt.

use crate::WaterfallError;
use crate::apply::ended_lanes;
use crate::lanes::{self, unmasked};
use crate::machine::Machine;
use crate::plan::{Claim, ClaimKind, NoteField, Plan};
use crate::posting::Journal;
use crate::state::State;
use alloc::vec::Vec;
use units::Id;

/// What would repay everything at the next payment date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Debt<const L: usize> {
    /// By note: its balance, and the interest due by then.
    pub notes: Vec<(Id, [i64; L])>,
    /// Fees and expenses due by then, of inputs as they were last known: some of them rank before the notes.
    pub costs: [i64; L],
}

impl<const L: usize> Debt<L> {
    /// Returns what all of it comes to.
    ///
    /// # Errors
    /// An overflow, wrapped.
    pub fn total(&self) -> Result<[i64; L], WaterfallError> {
        let mut total = self.costs;
        self.notes.iter().try_for_each(|(_, owed)| lanes::add(&mut total, owed))?;
        Ok(total)
    }
}

/// Returns what is due and unpaid: interest, deferred or not, scheduled principal, fees and expenses. A deal that has
/// ended owes nothing.
///
/// # Errors
/// An overflow, wrapped.
pub fn arrears<const L: usize>(plan: &Plan, state: &State<L>) -> Result<[i64; L], WaterfallError> {
    let due = sum_due(plan, state, |claim| claim.kind.can_be_late())?;
    Ok(unmasked(&due, &ended_lanes(plan, state)))
}

/// Returns what would repay everything at the next payment date, whose interest and fees are counted in full. Equity is
/// no debt, and a deal that has ended has none.
///
/// # Errors
/// A formula that cannot be computed, or an overflow.
pub fn debt<const L: usize>(plan: &Plan, state: &State<L>) -> Result<Debt<L>, WaterfallError> {
    let ended = ended_lanes(plan, state);
    let state = at_next_payment(plan, state)?;
    let mut notes = Vec::new();
    for note in &plan.notes {
        let mut owed = [0; L];
        for field in
            [NoteField::Balance, NoteField::Accrued, NoteField::InterestDue, NoteField::AdditionalDue]
        {
            lanes::add(&mut owed, &state.read(note.register(field)))?;
        }
        notes.push((note.id, unmasked(&owed, &ended)));
    }
    let costs = sum_due(plan, &state, |claim| claim.kind == ClaimKind::Cost)?;
    Ok(Debt { notes, costs: unmasked(&costs, &ended) })
}

/// A copy of the state in which the next period has accrued; as it is if the deal has not closed or no period is left.
fn at_next_payment<const L: usize>(plan: &Plan, state: &State<L>) -> Result<State<L>, WaterfallError> {
    let (mut next, mut journal) = (state.clone(), Journal::new());
    let number = state.payment_number(plan).and_then(|last| last.checked_add(1));
    if let Some((number, period)) = number.and_then(|number| Some((number, plan.period(number)?))) {
        let mut machine = Machine::new(plan, &mut next, &mut journal);
        machine.turn_calendar(number, period);
        machine.accrue_notes(number)?;
        machine.accrue_fees(number)?;
    }
    Ok(next)
}

fn sum_due<const L: usize>(
    plan: &Plan,
    state: &State<L>,
    counts: impl Fn(&Claim) -> bool,
) -> Result<[i64; L], WaterfallError> {
    let mut sum = [0; L];
    let due = plan.claims.iter().filter(|claim| counts(claim)).map(|claim| state.read(claim.due));
    due.into_iter().try_for_each(|due| lanes::add(&mut sum, &due))?;
    Ok(sum)
}
