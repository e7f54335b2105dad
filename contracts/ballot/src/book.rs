//! The proposal with its tallies; who has voted.

use crate::error::BallotError;
use alloc::vec::Vec as List;
use settle::vote::{Ballot, Tally, Voted};
use settle::{Bps, Subject, Time};
use soroban_sdk::{Address, Bytes, BytesN, Env, Symbol, Vec, contracttype, symbol_short};
use units::{Amount, Id};

const TERMS: Symbol = symbol_short!("terms");
const COUNT: Symbol = symbol_short!("count");
const PROPOSAL: Symbol = symbol_short!("proposal");
const VOTED: Symbol = symbol_short!("voted");

/// What is agreed.
#[contracttype]
#[derive(Clone)]
pub struct Terms {
    /// The share of each class that must consent, in basis points of all its notes.
    pub consent_bps: u32,
    /// The deal.
    pub deal: Address,
    /// Who proposes for the holders.
    pub trustee: Address,
}

/// A class as it votes.
#[contracttype]
#[derive(Clone)]
pub struct Class {
    /// Notes that do not consent.
    pub against: i64,
    /// Notes that consent.
    pub consent: i64,
    /// Its id in the plan.
    pub id: u32,
    /// Its contract.
    pub note: Address,
    /// Which record its votes are of.
    pub record: u32,
    /// All its notes at the record date.
    pub supply: i64,
}

/// What is voted on.
#[contracttype]
#[derive(Clone)]
pub struct Proposal {
    /// The classes, senior first: the first one controls.
    pub classes: Vec<Class>,
    /// From here on nobody votes, in seconds.
    pub end: u64,
    /// Counts the ballots, from 1.
    pub number: u32,
    /// The plan.
    pub plan: Bytes,
    /// SHA-256 of the plan.
    pub plan_hash: BytesN<32>,
}

impl Proposal {
    /// The ballot as the arithmetic knows it.
    pub fn ballot(&self) -> Result<Ballot, BallotError> {
        let first = self.classes.first().ok_or(BallotError::NoBallot)?;
        let classes = usize::try_from(self.classes.len()).map_err(|_| BallotError::OutOfRange)?;
        let subject = Subject(self.plan_hash.to_array());
        Ok(Ballot { subject, controlling: Id(first.id), classes, end: Time(self.end) })
    }

    /// Its tallies.
    pub fn tallies(&self, terms: &Terms) -> Result<List<Tally>, BallotError> {
        self.classes.iter().map(|class| class.tally(terms)).collect()
    }
}

impl Class {
    /// The class as the arithmetic knows it.
    pub fn tally(&self, terms: &Terms) -> Result<Tally, BallotError> {
        let threshold = Bps(u16::try_from(terms.consent_bps).map_err(|_| BallotError::OutOfRange)?);
        let tally = Tally::new(Id(self.id), threshold, Amount::new(self.supply))?;
        Ok(Tally { yes: Amount::new(self.consent), no: Amount::new(self.against), ..tally })
    }
}

pub fn begin(env: &Env, terms: &Terms) {
    env.storage().instance().set(&TERMS, terms);
    lifetime::extend_instance(env);
}

pub fn terms(env: &Env) -> Result<Terms, BallotError> {
    env.storage().instance().get(&TERMS).ok_or(BallotError::NotInstalled)
}

/// The number of the next ballot.
pub fn next_number(env: &Env) -> Result<u32, BallotError> {
    let last: u32 = env.storage().instance().get(&COUNT).unwrap_or(0);
    let next = last.checked_add(1).ok_or(BallotError::OutOfRange)?;
    env.storage().instance().set(&COUNT, &next);
    Ok(next)
}

pub fn is_open(env: &Env) -> bool {
    env.storage().persistent().has(&PROPOSAL)
}

pub fn proposal(env: &Env) -> Result<Proposal, BallotError> {
    env.storage().persistent().get(&PROPOSAL).ok_or(BallotError::NoBallot)
}

pub fn keep_proposal(env: &Env, proposal: &Proposal) {
    env.storage().persistent().set(&PROPOSAL, proposal);
    lifetime::extend(env, &PROPOSAL);
    lifetime::extend_instance(env);
}

pub fn remove_proposal(env: &Env) {
    env.storage().persistent().remove(&PROPOSAL);
}

pub fn voted(env: &Env, (ballot, note, holder): (u32, u32, &Address)) -> Voted {
    Voted(env.storage().persistent().has(&(VOTED, ballot, note, holder)))
}

/// Whoever has voted has voted for good: the entry outlives every ballot.
pub fn keep_voted(env: &Env, (ballot, note, holder): (u32, u32, &Address)) {
    let key = (VOTED, ballot, note, holder);
    env.storage().persistent().set(&key, &true);
    lifetime::extend(env, &key);
}
