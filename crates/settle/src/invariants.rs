//! The invariants of this room, one function each. Called by property tests, by the contracts' tests and by the node.

use crate::raise::{Book, Commitment, Raise, RaiseState};
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

fn wide(amount: Amount) -> i128 {
    i128::from(amount.units())
}

fn total(amounts: impl IntoIterator<Item = Amount>) -> i128 {
    amounts.into_iter().map(wide).sum()
}
