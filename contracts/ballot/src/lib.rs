#![doc = include_str!("../README.md")]
#![no_std]

extern crate alloc;

mod book;
mod error;
mod moves;

pub use book::{Class, Proposal, Terms};
use soroban_sdk::{Address, Bytes, BytesN, Env, Error, contract, contractimpl};

/// The votes of one deal's classes.
#[contract]
pub struct Ballot;

#[contractimpl]
impl Ballot {
    /// Writes down whose deal it is, and how much consent an amendment needs.
    pub fn __constructor(env: Env, terms: Terms) -> Result<(), Error> {
        Ok(moves::install(&env, &terms)?)
    }

    /// Opens the vote on a plan until a time in seconds. The trustee and the equity sign.
    pub fn propose(env: Env, plan: Bytes, plan_hash: BytesN<32>, end: u64) -> Result<(), Error> {
        Ok(moves::propose(&env, plan, plan_hash, end)?)
    }

    /// Votes for or against with what a holder held of a note at the record date; returns how much. The holder signs.
    pub fn vote(env: Env, holder: Address, note: u32, consents: bool) -> Result<i128, Error> {
        holder.require_auth();
        Ok(moves::vote(&env, &holder, note, consents)?)
    }

    /// Lets the deal go on under the plan that was consented to. Anyone may.
    pub fn enact(env: Env) -> Result<(), Error> {
        Ok(moves::enact(&env)?)
    }

    /// Ends a ballot that was refused, or that nobody enacted before its end. Anyone may.
    pub fn dismiss(env: Env) -> Result<(), Error> {
        Ok(moves::dismiss(&env)?)
    }

    /// Returns what is voted on, and how it stands.
    pub fn proposal(env: Env) -> Result<Proposal, Error> {
        Ok(book::proposal(&env)?)
    }

    /// Returns whose deal it is, and how much consent an amendment needs.
    pub fn terms(env: Env) -> Result<Terms, Error> {
        Ok(book::terms(&env)?)
    }
}
