//! The invariants of this room, one function each. Called by property tests, by the contracts' tests and by the node.

use crate::enforcement::{Case, Stage, Step};
use crate::identity::{Lien, Move};
use crate::raise::{Book, Commitment, Raise, RaiseState};
use crate::{DealId, Evidence, MachineId, Time};
use units::Amount;

/// RA-1: a raise that fails refunds every unit, and the fee is zero unless it closes: what is held is always exactly
/// what the holders may still take back.
pub fn ra1_refunds_whole(raise: &Raise, books: &[Book], commitments: &[Commitment]) -> bool {
    let waiting = total(commitments.iter().map(|commitment| commitment.0));
    let unsettled = |book: &Book| wide(book.committed).saturating_sub(wide(book.settled));
    let to_accept = |book: &Book| wide(book.taken()).saturating_sub(wide(book.accepted));
    let complete = waiting == books.iter().map(unsettled).sum::<i128>();
    let held = wide(raise.held);
    match raise.state {
        RaiseState::Closed => {
            let accepted = books.iter().map(to_accept).sum::<i128>();
            complete && held == waiting.saturating_sub(accepted)
        }
        _ => complete && held == waiting && raise.raised == Amount::ZERO && raise.fee == Amount::ZERO,
    }
}

/// CL-1: the sum of all claims never exceeds what is held for them.
pub fn cl1_claims_covered(held: Amount, claims: impl IntoIterator<Item = Amount>) -> bool {
    total(claims) <= wide(held)
}

/// DF-1: no step towards a sale is taken before its clock and without its evidence, or in a stay that stops it.
pub fn df1_clock_and_evidence(before: &Case, step: &Step, now: Time) -> bool {
    let in_order = step.from == before.stage && before.stage.next() == Some(step.to);
    let waited = before.clock.elapsed(now).and_then(|elapsed| elapsed.since(before.entered));
    let ripe = match step.from {
        Stage::Current => true,
        from => waited.is_ok_and(|waited| waited >= before.waits.of(from) && waited == step.waited),
    };
    let stopped = before.stayed && (step.from.freezes() || step.to.freezes());
    in_order && ripe && !stopped && step.evidence != Evidence::default()
}

/// TI-1: one machine identity backs at most one live pledge, across all deals.
pub fn ti1_one_live_pledge(pledges: &[(MachineId, DealId)]) -> bool {
    let mut rest = pledges;
    while let Some(((machine, _), others)) = rest.split_first() {
        if others.iter().any(|(other, _)| other == machine) {
            return false;
        }
        rest = others;
    }
    true
}

/// TI-2: a pledged machine changes its state only by release, substitution or enforcement.
pub fn ti2_pledge_kept(before: &Lien, after: &Lien, by: Move) -> bool {
    let pledged = matches!(before, Lien::Pledged { .. });
    let lawful = matches!(by, Move::Release | Move::Substitute | Move::Enforce);
    !pledged || before == after || lawful
}

fn wide(amount: Amount) -> i128 {
    i128::from(amount.units())
}

fn total(amounts: impl IntoIterator<Item = Amount>) -> i128 {
    amounts.into_iter().map(wide).sum()
}
