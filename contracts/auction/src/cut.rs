//! Lowering a reserve: announced, then done, both by the trustee; in between everybody has seen it.

use crate::book;
use crate::error::AuctionError;
use settle::powers::{Power, Timelock};
use settle::{Subject, Time};
use soroban_sdk::xdr::ToXdr;
use soroban_sdk::{BytesN, Env, Symbol, contractevent, contracttype, symbol_short};

const CUT: Symbol = symbol_short!("cut");

/// A cut that waits, as it is stored.
#[contracttype]
#[derive(Clone)]
pub struct Waiting {
    /// From here on it can be made.
    pub ready: u64,
    /// Hash of the lot's number and the new reserve.
    pub subject: BytesN<32>,
}

/// A lower reserve is announced.
#[contractevent(data_format = "vec")]
pub struct CutAnnounced {
    /// Of which lot.
    #[topic]
    pub lot: u32,
    /// The reserve that it will have.
    pub reserve: i128,
    /// From here on, in seconds.
    pub ready: u64,
}

/// A reserve was lowered.
#[contractevent(data_format = "single-value")]
pub struct Cut {
    /// Of which lot.
    #[topic]
    pub lot: u32,
    /// The reserve now.
    pub reserve: i128,
}

/// Announces a lower reserve; a new announcement takes the place of the old one.
pub fn announce(env: &Env, lot: u32, reserve: i128) -> Result<(), AuctionError> {
    book::terms(env)?.trustee.require_auth();
    book::lot(env, lot)?;
    let lock = Timelock::announce(Power::CutReserve, subject(env, lot, reserve), book::now(env))?;
    let waiting = Waiting { ready: lock.ready.0, subject: BytesN::from_array(env, &lock.subject.0) };
    let key = (CUT, lot);
    env.storage().persistent().set(&key, &waiting);
    lifetime::extend(env, &key);
    CutAnnounced { lot, reserve, ready: waiting.ready }.publish(env);
    Ok(())
}

/// Lowers the reserve of a lot that nobody wanted, as announced.
pub fn make(env: &Env, lot: u32, reserve: i128) -> Result<(), AuctionError> {
    let (terms, case) = book::open(env)?;
    terms.trustee.require_auth();
    let waiting: Option<Waiting> = env.storage().persistent().get(&(CUT, lot));
    let Waiting { ready, subject: announced } = waiting.ok_or(AuctionError::NotAnnounced)?;
    let subject_announced = Subject(announced.to_array());
    let lock = Timelock { power: Power::CutReserve, subject: subject_announced, ready: Time(ready) };
    lock.require_ready(Power::CutReserve, subject(env, lot, reserve), book::now(env))?;
    let mut listed = book::lot(env, lot)?;
    listed.lot.cut(book::units(reserve)?, case.sale_time(book::now(env))?)?;
    env.storage().persistent().remove(&(CUT, lot));
    book::keep_lot(env, lot, &listed);
    Cut { lot, reserve }.publish(env);
    Ok(())
}

fn subject(env: &Env, lot: u32, reserve: i128) -> Subject {
    Subject(env.crypto().sha256(&(lot, reserve).to_xdr(env)).to_array())
}
