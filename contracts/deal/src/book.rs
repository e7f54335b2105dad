//! Plan, state and hash chain: loaded once, stored once.

use crate::error::DealError;
use crate::terms::{self, Installation, Office, Terms};
use alloc::vec;
use alloc::vec::Vec;
use settle::Time;
use soroban_sdk::{Bytes, BytesN, Env, Map, Symbol, contracttype, symbol_short};
use units::Date;
use waterfall::{Event, Journal, Plan, State, amend, amendment_to_bytes, apply, journal_bytes};

const TERMS: Symbol = symbol_short!("terms");
const AMENDED: Symbol = symbol_short!("amended");
const OFFICE: Symbol = symbol_short!("office");
const PLAN: Symbol = symbol_short!("plan");
const STANDING: Symbol = symbol_short!("standing");
const POSTED: Symbol = symbol_short!("posted");

pub const SECONDS_A_DAY: u64 = 86_400;

/// How the deal stands: one entry, so that what a call touches never depends on what it finds.
#[contracttype]
#[derive(Clone)]
pub struct Standing {
    /// Events applied so far.
    pub events: u32,
    /// SHA-256 of the hash before, the number of the event, the event and its postings; at first the plan's.
    pub hash: BytesN<32>,
    /// The engine's state.
    pub state: Bytes,
    /// What each payee is owed and has not withdrawn.
    pub owed: Map<u32, i128>,
}

/// A deal, loaded for one event.
pub struct Book {
    pub terms: Terms,
    pub plan: Plan,
    pub standing: Standing,
    pub state: State<1>,
    /// The event that was applied, as bytes.
    applied: Vec<u8>,
}

/// Stores a plan that was validated, and the state of a deal that has not closed.
pub fn begin(env: &Env, plan: &Plan, installation: &Installation) {
    env.storage().instance().set(&TERMS, &installation.terms);
    env.storage().persistent().set(&OFFICE, &installation.office);
    env.storage().persistent().set(&PLAN, &installation.plan);
    let state = Bytes::from_slice(env, &State::new(plan).to_bytes(plan));
    let hash = installation.plan_hash.clone();
    let standing = Standing { events: 0, hash, state, owed: Map::new(env) };
    env.storage().persistent().set(&STANDING, &standing);
    lifetime::extend(env, &OFFICE);
    extend(env);
}

impl Book {
    /// Loads the deal.
    pub fn open(env: &Env) -> Result<Self, DealError> {
        let terms = terms(env)?;
        let standing = standing(env)?;
        let plan = Plan::from_installed_bytes(&copied(&plan_bytes(env)?))?;
        let state = State::from_bytes(&plan, &copied(&standing.state))?;
        Ok(Self { terms, plan, standing, state, applied: Vec::new() })
    }

    /// Applies an event with the same core that everyone else runs; returns what it posted.
    pub fn apply(&mut self, event: &Event<1>) -> Result<Journal<1>, DealError> {
        let mut postings = Journal::new();
        apply(&self.plan, &mut self.state, event, &mut postings)?;
        self.applied = event.to_bytes();
        Ok(postings)
    }

    /// Stores the state, lengthens the hash chain and tells the world what was posted. Cash moves after it.
    pub fn keep(&self, env: &Env, postings: &Journal<1>) {
        let posted = Bytes::from_slice(env, &journal_bytes(postings));
        self.append(env, posted);
    }

    /// Goes on under another plan, with the state carried over: one link more. The plan that ends is told to the world,
    /// which can read the other one here.
    pub fn amend(mut self, env: &Env, (plan, plan_hash): (&Bytes, &BytesN<32>)) -> Result<(), DealError> {
        let next = terms::read(env, &self.terms, (plan, plan_hash))?;
        self.state = amend(&self.plan, &self.state, &next)?;
        (self.plan, self.applied) = (next, amendment_to_bytes(plan_hash.to_array()));
        let events = self.standing.events.saturating_add(1);
        #[allow(deprecated)] // As below.
        env.events().publish((AMENDED, events), plan_bytes(env)?);
        env.storage().persistent().set(&PLAN, plan);
        self.append(env, Bytes::new(env));
        Ok(())
    }

    fn append(&self, env: &Env, posted: Bytes) {
        let applied = Bytes::from_slice(env, &self.applied);
        let events = self.standing.events.saturating_add(1);
        let mut chained = Bytes::from(self.standing.hash.clone());
        chained.extend_from_array(&events.to_be_bytes());
        chained.append(&applied);
        chained.append(&posted);
        let hash = env.crypto().sha256(&chained).to_bytes();
        let state = Bytes::from_slice(env, &self.state.to_bytes(&self.plan));
        let standing = Standing { events, hash, state, owed: self.standing.owed.clone() };
        env.storage().persistent().set(&STANDING, &standing);
        #[allow(deprecated)] // The topics are part of the interface and have no type of their own.
        env.events().publish((POSTED, events), (applied, posted));
        extend(env);
    }
}

fn extend(env: &Env) {
    lifetime::extend_instance(env);
    lifetime::extend(env, &PLAN);
    lifetime::extend(env, &STANDING);
}

/// Copies bytes of the host in one go.
pub fn copied(bytes: &Bytes) -> Vec<u8> {
    let mut copy = vec![0; usize::try_from(bytes.len()).unwrap_or(0)];
    bytes.copy_into_slice(&mut copy);
    copy
}

pub fn plan_bytes(env: &Env) -> Result<Bytes, DealError> {
    env.storage().persistent().get(&PLAN).ok_or(DealError::NotInstalled)
}

/// Who may do what; its entry lives as long as it is used.
pub fn office(env: &Env) -> Result<Office, DealError> {
    let office = env.storage().persistent().get(&OFFICE).ok_or(DealError::NotInstalled)?;
    lifetime::extend(env, &OFFICE);
    Ok(office)
}

pub fn terms(env: &Env) -> Result<Terms, DealError> {
    env.storage().instance().get(&TERMS).ok_or(DealError::NotInstalled)
}

pub fn standing(env: &Env) -> Result<Standing, DealError> {
    env.storage().persistent().get(&STANDING).ok_or(DealError::NotInstalled)
}

/// Stores how the deal stands after a withdrawal, which is no event of the engine.
pub fn store(env: &Env, standing: &Standing) {
    env.storage().persistent().set(&STANDING, standing);
    extend(env);
}

/// The ledger's time.
pub fn now(env: &Env) -> Time {
    Time(env.ledger().timestamp())
}

/// The ledger's day.
pub fn day(env: &Env) -> Date {
    let days = now(env).0.checked_div(SECONDS_A_DAY).unwrap_or(0);
    Date::from_days(i32::try_from(days).unwrap_or(i32::MAX))
}
