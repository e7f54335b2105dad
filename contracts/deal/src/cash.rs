//! Cash that follows the postings: in from whoever pays, out to whoever withdraws.

use crate::book::{self, Book};
use crate::error::DealError;
use crate::parts;
use crate::terms::Terms;
use alloc::vec::Vec;
use soroban_sdk::{Address, Env, token::TokenClient};
use units::Id;
use waterfall::{Journal, PostingKind};

/// An amount of the engine; no amount below zero.
pub fn units(amount: i128) -> Result<i64, DealError> {
    i64::try_from(amount).ok().filter(|amount| *amount >= 0).ok_or(DealError::TooLarge)
}

/// Takes cash from somebody who has signed for it.
pub fn take(env: &Env, terms: &Terms, from: &Address, amount: i128) {
    if amount > 0 {
        let me = env.current_contract_address();
        TokenClient::new(env, &terms.currency).transfer(from, &me, &amount);
    }
}

/// Takes what the closing raises: each equity's part from its holder, who has signed too, and the rest from the funder.
pub fn take_raised(
    env: &Env,
    Book { terms, plan, .. }: &Book,
    funder: &Address,
    postings: &Journal<1>,
) -> Result<(), DealError> {
    let mut funded: i128 = 0;
    for posting in postings.iter().filter(|posting| posting.kind.crosses().0) {
        let amount = i128::from(posting.amount[0]);
        if plan.equities.iter().any(|equity| equity.id == posting.from) {
            let holder = terms.payees.get(posting.from.0).ok_or(DealError::PayeeMissing)?;
            take(env, terms, &holder, amount);
        } else {
            funded = funded.checked_add(amount).ok_or(DealError::TooLarge)?;
        }
    }
    take(env, terms, funder, funded);
    Ok(())
}

/// Credits everybody whom the postings pay: nobody who cannot receive holds the others up.
pub fn owe(book: &mut Book, postings: &Journal<1>) -> Result<(), DealError> {
    for (payee, amount) in paid(book, postings)? {
        let before = book.standing.owed.get(payee).unwrap_or(0);
        let owed = before.checked_add(amount).ok_or(DealError::TooLarge)?;
        book.standing.owed.set(payee, owed);
    }
    Ok(())
}

/// What each payee gets: all claims on a note are paid to the note.
fn paid(book: &Book, postings: &Journal<1>) -> Result<Vec<(u32, i128)>, DealError> {
    let mut paid: Vec<(u32, i128)> = Vec::new();
    for posting in postings.iter().filter(|posting| posting.kind.crosses().1) {
        let (payee, amount) = (payee(book, posting.to, posting.kind)?.0, i128::from(posting.amount[0]));
        match paid.iter_mut().find(|(known, _)| *known == payee) {
            Some((_, total)) => *total = total.checked_add(amount).ok_or(DealError::TooLarge)?,
            None => paid.push((payee, amount)),
        }
    }
    Ok(paid)
}

fn payee(book: &Book, to: Id, kind: PostingKind) -> Result<Id, DealError> {
    if kind == PostingKind::Through {
        return Ok(to);
    }
    let claim = book.plan.claims.iter().find(|claim| claim.id == to);
    let note = claim.and_then(|claim| claim.kind.note());
    match note {
        Some(note) => {
            book.plan.notes.get(usize::from(note)).map(|note| note.id).ok_or(DealError::PayeeMissing)
        }
        None => Ok(to),
    }
}

/// Sends a payee all that it is owed and that does not wait for delivery. The claim is gone before the cash moves.
pub fn withdraw(env: &Env, payee: u32) -> Result<i128, DealError> {
    let terms = book::terms(env)?;
    let address = terms.payees.get(payee).ok_or(DealError::PayeeMissing)?;
    let mut standing = book::standing(env)?;
    let waiting = parts::waiting(env, payee);
    let amount = standing.owed.get(payee).unwrap_or(0).saturating_sub(waiting);
    if amount > 0 {
        match waiting {
            0 => drop(standing.owed.remove(payee)),
            waiting => standing.owed.set(payee, waiting),
        }
        book::store(env, &standing);
        let me = env.current_contract_address();
        TokenClient::new(env, &terms.currency).transfer(&me, &address, &amount);
    }
    Ok(amount)
}
