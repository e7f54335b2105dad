#![doc = include_str!("../README.md")]
#![no_std]

extern crate alloc;

mod book;
mod error;
mod moves;
mod terms;

pub use book::{StoredBook, StoredRaise};
use soroban_sdk::{Address, Env, Error, contract, contractimpl};
pub use terms::{Offered, Terms};

/// A raise for one deal.
#[contract]
pub struct Offering;

#[contractimpl]
impl Offering {
    /// Writes down what is agreed. The notes' contracts must have issued to this address what it sells.
    pub fn __constructor(env: Env, terms: Terms) -> Result<(), Error> {
        Ok(terms::install(&env, &terms)?)
    }

    /// Opens the raise. The arranger signs.
    pub fn open(env: Env) -> Result<(), Error> {
        Ok(moves::open(&env)?)
    }

    /// Takes money for a note into escrow. The holder signs.
    pub fn commit(env: Env, holder: Address, note: Address, amount: i128) -> Result<(), Error> {
        holder.require_auth();
        Ok(moves::commit(&env, &holder, &note, amount)?)
    }

    /// Gives a holder all that it committed to a note, before the deadline; returns how much. The holder signs.
    pub fn withdraw(env: Env, holder: Address, note: Address) -> Result<i128, Error> {
        holder.require_auth();
        Ok(moves::withdraw(&env, &holder, &note)?)
    }

    /// Ends a raise that has enough, after the deadline. Anyone may.
    pub fn fund(env: Env) -> Result<(), Error> {
        Ok(moves::fund(&env)?)
    }

    /// Pays the fee and closes the deal with the proceeds, in one transaction. The arranger signs.
    pub fn close(env: Env) -> Result<(), Error> {
        Ok(moves::close(&env)?)
    }

    /// Calls off a raise that has not closed: all money goes back. The arranger signs.
    pub fn fail(env: Env) -> Result<(), Error> {
        Ok(moves::fail(&env)?)
    }

    /// Fails a raise that has run out of time. Anyone may.
    pub fn expire(env: Env) -> Result<(), Error> {
        Ok(moves::expire(&env)?)
    }

    /// Gives a holder its notes and the money that bought none, after the closing; returns how many units. Anyone may.
    pub fn settle(env: Env, holder: Address, note: Address) -> Result<i128, Error> {
        Ok(moves::settle(&env, &holder, &note)?)
    }

    /// Gives a holder all that it committed to a note, after the raise has failed; returns how much. Anyone may.
    pub fn refund(env: Env, holder: Address, note: Address) -> Result<i128, Error> {
        Ok(moves::refund(&env, &holder, &note)?)
    }

    /// Returns what is agreed.
    pub fn terms(env: Env) -> Result<Terms, Error> {
        Ok(book::terms(&env)?)
    }

    /// Returns where the raise stands.
    pub fn raise(env: Env) -> Result<StoredRaise, Error> {
        Ok(book::stored_raise(&env)?)
    }

    /// Returns a note's book.
    pub fn book(env: Env, note: Address) -> Result<StoredBook, Error> {
        Ok(book::stored_book(&env, &note)?)
    }

    /// Returns what a holder has committed to a note and not got back.
    pub fn commitment(env: Env, holder: Address, note: Address) -> i128 {
        book::commitment(&env, &holder, &note).0.units().into()
    }
}
