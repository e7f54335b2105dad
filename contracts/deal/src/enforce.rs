//! A default, for the agent who leads it: a claim that pays for machines, and what would end it.

use crate::book::{self, Book, SECONDS_A_DAY, day};
use crate::cash::units;
use crate::error::DealError;
use soroban_sdk::{Env, Map};
use units::Id;
use waterfall::{Event, arrears, credit, debt};

/// Lowers what the deal owes on its most senior note: its holders pay with their claim.
pub fn surrender(env: &Env, note: u32, amount: i128) -> Result<(), DealError> {
    book::office(env)?.agent.require_auth();
    let mut book = Book::open(env)?;
    let postings =
        book.apply(&Event::Surrender { note: Id(note), amount: [units(amount)?], on: day(env) })?;
    book.keep(env, &postings);
    Ok(())
}

/// What is due and unpaid.
pub fn in_arrears(env: &Env) -> Result<i128, DealError> {
    let book = Book::open(env)?;
    let [due] = arrears(&book.plan, &book.state)?;
    Ok(due.into())
}

/// What each note is owed by the next payment date.
pub fn of_notes(env: &Env) -> Result<Map<u32, i128>, DealError> {
    let book = Book::open(env)?;
    let mut owed = Map::new(env);
    for (note, [amount]) in debt(&book.plan, &book.state)?.notes {
        owed.set(note.0, amount.into());
    }
    Ok(owed)
}

/// What would repay everything at the next payment date, costs included.
pub fn redemption(env: &Env) -> Result<i128, DealError> {
    let book = Book::open(env)?;
    let [total] = debt(&book.plan, &book.state)?.total()?;
    Ok(total.into())
}

/// What the holders of a note may pay with.
pub fn free_credit(env: &Env, note: u32) -> Result<i128, DealError> {
    let book = Book::open(env)?;
    let [most] = credit(&book.plan, &book.state, Id(note))?;
    Ok(most.into())
}

/// The moment of the last payment date that was executed, or of the closing.
pub fn last_payment(env: &Env) -> Result<u64, DealError> {
    let book = Book::open(env)?;
    let number = book.state.payment_number(&book.plan).ok_or(DealError::CloseFirst)?;
    let days = book.plan.period(number).map_or(0, |period| period.payment.days());
    u64::try_from(days).ok().and_then(|days| days.checked_mul(SECONDS_A_DAY)).ok_or(DealError::TooLarge)
}
