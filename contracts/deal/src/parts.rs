//! Proceeds that wait for delivery: released in parts on evidence, or given back to the deal.

use crate::book::{self, Book};
use crate::error::DealError;
use alloc::vec::Vec as List;
use settle::milestones::{Milestones, PARTS_MAX};
use settle::{Bps, Evidence, Time};
use soroban_sdk::{BytesN, Env, Symbol, Vec, contractevent, contracttype, symbol_short};
use units::{Amount, Id};
use waterfall::Event;

const PARTS: Symbol = symbol_short!("parts");

/// Milestones as they are stored; [`Milestones`] explains each field.
#[contracttype]
#[derive(Clone)]
pub struct StoredParts {
    pub end: u64,
    pub parts: u32,
    pub reached: Vec<u32>,
    pub released: i64,
    pub whole: i64,
}

/// A part of what a payee waits for was released.
#[contractevent(data_format = "vec")]
pub struct Released {
    /// Who can withdraw it.
    #[topic]
    pub payee: u32,
    /// How much.
    pub amount: i64,
    /// Hash of what proves the delivery.
    pub evidence: BytesN<32>,
}

/// What was not released in time went back to the deal.
#[contractevent(data_format = "single-value")]
pub struct Lapsed {
    /// Whose it would have been.
    #[topic]
    pub payee: u32,
    /// How much.
    pub amount: i64,
}

/// At the closing: what the scheduled payees were just paid waits.
pub fn begin(env: &Env, book: &Book) -> Result<(), DealError> {
    for (payee, schedule) in book::office(env)?.milestones {
        let paid = book.standing.owed.get(payee).unwrap_or(0);
        let whole = Amount::new(i64::try_from(paid).map_err(|_| DealError::TooLarge)?);
        let mut shares = List::new();
        for share in schedule.shares {
            shares.push(Bps(u16::try_from(share).map_err(|_| DealError::BadOffice)?));
        }
        store(env, payee, &Milestones::new(&shares, whole, Time(schedule.end))?);
    }
    Ok(())
}

/// What a payee has been paid and cannot withdraw yet.
pub fn waiting(env: &Env, payee: u32) -> i128 {
    let stored: Option<StoredParts> = env.storage().persistent().get(&(PARTS, payee));
    stored.map_or(0, |stored| i128::from(stored.whole).saturating_sub(stored.released.into()))
}

/// Lets a payee have the next part. The trustee signs for what it has seen.
pub fn release(env: &Env, payee: u32, evidence: BytesN<32>) -> Result<i64, DealError> {
    book::terms(env)?.trustee.require_auth();
    let mut milestones = load(env, payee)?;
    let amount = milestones.release(Evidence(evidence.to_array()), book::now(env))?.units();
    store(env, payee, &milestones);
    Released { payee, amount, evidence }.publish(env);
    Ok(amount)
}

/// Gives the deal what was not released in time: a gift into an account. Anyone may.
pub fn lapse(env: &Env, payee: u32, account: u32) -> Result<i64, DealError> {
    let mut milestones = load(env, payee)?;
    let amount = milestones.lapse(book::now(env))?.units();
    store(env, payee, &milestones);
    let mut book = Book::open(env)?;
    let event = Event::Receive { account: Id(account), source: None, amount: [amount], next_period: false };
    let postings = book.apply(&event)?;
    let owed = book.standing.owed.get(payee).unwrap_or(0);
    let left = owed.checked_sub(amount.into()).filter(|left| *left >= 0).ok_or(DealError::TooLarge)?;
    book.standing.owed.set(payee, left);
    book.keep(env, &postings);
    Lapsed { payee, amount }.publish(env);
    Ok(amount)
}

fn load(env: &Env, payee: u32) -> Result<Milestones, DealError> {
    let stored: Option<StoredParts> = env.storage().persistent().get(&(PARTS, payee));
    let stored = stored.ok_or(DealError::NotInParts)?;
    let mut reached = [Bps::ONE; PARTS_MAX];
    for (cell, share) in reached.iter_mut().zip(stored.reached.iter()) {
        *cell = Bps(u16::try_from(share).map_err(|_| DealError::BadOffice)?);
    }
    Ok(Milestones {
        reached,
        whole: Amount::new(stored.whole),
        parts: u8::try_from(stored.parts).map_err(|_| DealError::BadOffice)?,
        released: Amount::new(stored.released),
        end: Time(stored.end),
    })
}

fn store(env: &Env, payee: u32, milestones: &Milestones) {
    let mut reached = Vec::new(env);
    milestones.reached.iter().for_each(|share| reached.push_back(u32::from(share.0)));
    let stored = StoredParts {
        end: milestones.end.0,
        parts: milestones.parts.into(),
        reached,
        released: milestones.released.units(),
        whole: milestones.whole.units(),
    };
    let key = (PARTS, payee);
    env.storage().persistent().set(&key, &stored);
    lifetime::extend(env, &key);
}
