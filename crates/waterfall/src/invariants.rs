//! The invariants of the core, one function each. Called in debug builds, by property tests, by the simulator and by the node.

use crate::event::Event;
use crate::plan::{Note, NoteField, Plan};
use crate::state::State;
use crate::{Journal, WaterfallError, apply};

/// Cash in all accounts, of this period and the next, in every lane.
pub fn cash_held<const L: usize>(plan: &Plan, state: &State<L>) -> [i128; L] {
    let mut held = [0_i128; L];
    for account in &plan.accounts {
        for register in [account.first, account.first.saturating_add(1)] {
            for (sum, cash) in held.iter_mut().zip(state.read(register)) {
                *sum = sum.saturating_add(i128::from(cash));
            }
        }
    }
    held
}

/// WF-1: cash in = cash out + cash held, to the unit, in every lane.
pub fn wf1_cash_conserved<const L: usize>(plan: &Plan, state: &State<L>) -> bool {
    let held = cash_held(plan, state);
    let flows = state.cash_in.iter().zip(&state.cash_out);
    flows.zip(held).all(|((cash_in, cash_out), held)| cash_out.checked_add(held) == Some(*cash_in))
}

/// WF-2: a step takes what it is owed, or all the cash there is; only then does a later step see a unit.
pub fn wf2_priority_kept<const L: usize>(cash: &[i64; L], owed: &[i64; L], paid: &[i64; L]) -> bool {
    cash.iter().zip(owed).zip(paid).all(|((cash, owed), paid)| paid == cash.min(owed))
}

/// WF-3: no account, balance or claim is negative.
pub fn wf3_nothing_negative<const L: usize>(plan: &Plan, state: &State<L>) -> bool {
    let accounts = plan.accounts.iter().flat_map(|account| [account.first, account.first.saturating_add(1)]);
    let claims = plan.claims.iter().flat_map(|claim| [claim.due, claim.paid]);
    let balances = plan.notes.iter().map(|note| note.register(NoteField::Balance));
    accounts
        .chain(claims)
        .chain(balances)
        .all(|register| state.read(register).iter().all(|value| *value >= 0))
}

/// WF-4: a state of many lanes and a state of one are the same in that lane, byte for byte.
pub fn wf4_lanes_agree<const L: usize>(plan: &Plan, many: &State<L>, lane: usize, one: &State<1>) -> bool {
    many.lane(lane).is_ok_and(|lane| lane.to_bytes(plan) == one.to_bytes(plan))
}

/// WF-5: what a pro-rata payment could not divide is with the residue's owner: shares add up to the cash shared,
/// and nobody is paid more than it is owed.
pub fn wf5_residue_owned(shared: i64, owed: &[i64], paid: &[i64]) -> bool {
    let sum = |column: &[i64]| column.iter().map(|value| i128::from(*value)).sum::<i128>();
    let fits = owed.iter().zip(paid).all(|(owed, paid)| paid <= owed);
    fits && sum(paid) == sum(owed).min(i128::from(shared))
}

/// WF-6: the payment date that was just executed cannot be executed again, and trying changes nothing.
pub fn wf6_executed_once<const L: usize>(plan: &Plan, state: &State<L>, event: &Event<L>) -> bool {
    let (mut again, mut journal) = (state.clone(), Journal::new());
    let result = apply(plan, &mut again, event, &mut journal);
    matches!(result, Err(WaterfallError::PaymentOutOfOrder | WaterfallError::NotRunning))
        && journal.is_empty()
        && (0..L).all(|lane| {
            again.lane(lane).is_ok_and(|lane_state| wf4_lanes_agree(plan, state, lane, &lane_state))
        })
}

/// WF-7: drawn + capitalised interest = balance + principal paid + written off, for a note in every lane.
pub fn wf7_principal_explained<const L: usize>(state: &State<L>, note: &Note) -> bool {
    let sum = |fields: &[NoteField]| {
        let mut total = [0_i128; L];
        for field in fields {
            for (total, value) in total.iter_mut().zip(state.read(note.register(*field))) {
                *total = total.saturating_add(i128::from(value));
            }
        }
        total
    };
    sum(&[NoteField::Drawn, NoteField::Capitalised])
        == sum(&[NoteField::Balance, NoteField::PrincipalPaidEver, NoteField::WrittenOff])
}
