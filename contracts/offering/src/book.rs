//! The raise, its books and the commitments: loaded once, stored once.

use crate::error::OfferingError;
use crate::terms::Terms;
use alloc::vec::Vec;
use settle::raise::{Book, Commitment, Raise, RaiseState};
use settle::{SettleError, Time};
use soroban_sdk::{Address, Env, Symbol, contracttype, symbol_short};
use units::Amount;

const TERMS: Symbol = symbol_short!("terms");
const RAISE: Symbol = symbol_short!("raise");
const BOOK: Symbol = symbol_short!("book");
const HOLDER: Symbol = symbol_short!("holder");

/// A raise as it is stored; [`Raise`] explains each field.
#[contracttype]
#[derive(Clone)]
pub struct StoredRaise {
    /// The fee taken.
    pub fee: i64,
    /// Money in escrow.
    pub held: i64,
    /// What was raised.
    pub raised: i64,
    /// 0 draft, 1 open, 2 funded, 3 closed, 4 failed.
    pub state: u32,
}

/// A note's book as it is stored; [`Book`] explains each field.
#[contracttype]
#[derive(Clone)]
pub struct StoredBook {
    /// What the commitments settled so far have bought.
    pub accepted: i64,
    /// The most that the note takes.
    pub cap: i64,
    /// All commitments.
    pub committed: i64,
    /// Less than this fails the raise.
    pub minimum: i64,
    /// Commitments settled so far.
    pub settled: i64,
}

/// Stores a raise that has not opened; a note is sold once.
pub fn begin(env: &Env, terms: &Terms, raise: &Raise) -> Result<(), OfferingError> {
    env.storage().instance().set(&TERMS, terms);
    keep(env, raise);
    for offered in terms.notes.iter() {
        if env.storage().persistent().has(&(BOOK, &offered.note)) {
            return Err(SettleError::BadTerms.into());
        }
        let (cap, minimum) = (units(offered.cap)?, units(offered.minimum)?);
        keep_book(env, &offered.note, &Book { cap, minimum, ..Book::default() });
    }
    Ok(())
}

pub fn terms(env: &Env) -> Result<Terms, OfferingError> {
    env.storage().instance().get(&TERMS).ok_or(OfferingError::NotInstalled)
}

/// The raise lies in the instance, which every call loads anyway.
pub fn stored_raise(env: &Env) -> Result<StoredRaise, OfferingError> {
    env.storage().instance().get(&RAISE).ok_or(OfferingError::NotInstalled)
}

/// The raise with its terms.
pub fn raise(env: &Env) -> Result<(Terms, Raise), OfferingError> {
    let (terms, stored) = (terms(env)?, stored_raise(env)?);
    let raise = Raise {
        terms: terms.agreed()?,
        state: state(stored.state),
        held: Amount::new(stored.held),
        raised: Amount::new(stored.raised),
        fee: Amount::new(stored.fee),
    };
    Ok((terms, raise))
}

pub fn keep(env: &Env, raise: &Raise) {
    let stored = StoredRaise {
        fee: raise.fee.units(),
        held: raise.held.units(),
        raised: raise.raised.units(),
        state: number(raise.state),
    };
    env.storage().instance().set(&RAISE, &stored);
    lifetime::extend_instance(env);
}

pub fn stored_book(env: &Env, note: &Address) -> Result<StoredBook, OfferingError> {
    env.storage().persistent().get(&(BOOK, note)).ok_or(OfferingError::UnknownNote)
}

pub fn book(env: &Env, note: &Address) -> Result<Book, OfferingError> {
    let stored = stored_book(env, note)?;
    Ok(Book {
        cap: Amount::new(stored.cap),
        minimum: Amount::new(stored.minimum),
        committed: Amount::new(stored.committed),
        settled: Amount::new(stored.settled),
        accepted: Amount::new(stored.accepted),
    })
}

/// Every book of the raise: as many as it sells notes, eight at most.
pub fn books(env: &Env, terms: &Terms) -> Result<Vec<Book>, OfferingError> {
    terms.notes.iter().map(|offered| book(env, &offered.note)).collect()
}

pub fn keep_book(env: &Env, note: &Address, book: &Book) {
    let stored = StoredBook {
        accepted: book.accepted.units(),
        cap: book.cap.units(),
        committed: book.committed.units(),
        minimum: book.minimum.units(),
        settled: book.settled.units(),
    };
    let key = (BOOK, note);
    env.storage().persistent().set(&key, &stored);
    lifetime::extend(env, &key);
}

/// A commitment; where there is none it is nothing.
pub fn commitment(env: &Env, holder: &Address, note: &Address) -> Commitment {
    let stored: Option<i64> = env.storage().persistent().get(&(HOLDER, holder, note));
    Commitment(Amount::new(stored.unwrap_or(0)))
}

pub fn keep_commitment(env: &Env, (holder, note): (&Address, &Address), commitment: Commitment) {
    let key = (HOLDER, holder, note);
    if commitment.0 == Amount::ZERO {
        env.storage().persistent().remove(&key);
        return;
    }
    env.storage().persistent().set(&key, &commitment.0.units());
    lifetime::extend(env, &key);
}

/// An amount that the arithmetic knows; none below zero.
pub fn units(amount: i128) -> Result<Amount, OfferingError> {
    let units = i64::try_from(amount).ok().filter(|units| *units >= 0);
    units.map(Amount::new).ok_or(OfferingError::TooLarge)
}

/// The ledger's time.
pub fn now(env: &Env) -> Time {
    Time(env.ledger().timestamp())
}

const fn number(state: RaiseState) -> u32 {
    match state {
        RaiseState::Draft => 0,
        RaiseState::Open => 1,
        RaiseState::Funded => 2,
        RaiseState::Closed => 3,
        RaiseState::Failed => 4,
    }
}

const fn state(number: u32) -> RaiseState {
    match number {
        0 => RaiseState::Draft,
        1 => RaiseState::Open,
        2 => RaiseState::Funded,
        3 => RaiseState::Closed,
        _ => RaiseState::Failed,
    }
}
