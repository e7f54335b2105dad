//! Plan, state and hash chain: loaded once, stored once.

use crate::error::DealError;
use crate::terms::{Installation, Terms};
use alloc::vec;
use alloc::vec::Vec;
use soroban_sdk::{Bytes, BytesN, Env, Symbol, contracttype, symbol_short};
use units::Date;
use waterfall::{Event, Journal, POSTING_BYTES, Plan, State, apply};

const TERMS: Symbol = symbol_short!("terms");
const PLAN: Symbol = symbol_short!("plan");
const STATE: Symbol = symbol_short!("state");
const HEAD: Symbol = symbol_short!("head");
const POSTED: Symbol = symbol_short!("posted");

/// Ledgers in thirty days at five seconds each: entries live at least that long, and are extended to twice that.
const MONTH: u32 = 518_400;

const SECONDS_A_DAY: u64 = 86_400;

/// Where the hash chain stands.
#[contracttype]
#[derive(Clone)]
pub struct Head {
    /// Events applied so far.
    pub events: u32,
    /// SHA-256 of the hash before, the number of the event and its postings.
    pub hash: BytesN<32>,
}

/// A deal, loaded for one event.
pub struct Book {
    pub terms: Terms,
    pub plan: Plan,
    state: State<1>,
}

/// Stores a plan that was validated, and the state of a deal that has not closed.
pub fn begin(env: &Env, plan: &Plan, installation: &Installation) {
    env.storage().instance().set(&TERMS, &installation.terms);
    env.storage().persistent().set(&PLAN, &installation.plan);
    let head = Head { events: 0, hash: installation.plan_hash.clone() };
    env.storage().persistent().set(&HEAD, &head);
    store(env, plan, &State::new(plan));
}

impl Book {
    /// Loads the deal.
    pub fn open(env: &Env) -> Result<Self, DealError> {
        let terms = env.storage().instance().get(&TERMS).ok_or(DealError::NotInstalled)?;
        let plan = Plan::from_installed_bytes(&copied(&plan_bytes(env)?))?;
        let state = State::from_bytes(&plan, &copied(&state_bytes(env)?))?;
        Ok(Self { terms, plan, state })
    }

    /// Applies an event with the same core that everyone else runs; returns what it posted.
    pub fn apply(&mut self, event: &Event<1>) -> Result<Journal<1>, DealError> {
        let mut postings = Journal::new();
        apply(&self.plan, &mut self.state, event, &mut postings)?;
        Ok(postings)
    }

    /// Stores the state, lengthens the hash chain and tells the world what was posted.
    pub fn keep(self, env: &Env, postings: &Journal<1>) {
        store(env, &self.plan, &self.state);
        let posted = posted(env, postings);
        if let Ok(head) = head(env) {
            let events = head.events.saturating_add(1);
            let mut chained = Bytes::from(head.hash);
            chained.extend_from_array(&events.to_be_bytes());
            chained.append(&posted);
            let hash = env.crypto().sha256(&chained).to_bytes();
            env.storage().persistent().set(&HEAD, &Head { events, hash });
            #[allow(deprecated)] // The topics are part of the interface and have no type of their own.
            env.events().publish((POSTED, events), posted);
        }
        extend(env);
    }
}

fn posted(env: &Env, postings: &Journal<1>) -> Bytes {
    let mut bytes = Vec::with_capacity(postings.len().saturating_mul(POSTING_BYTES));
    for posting in postings {
        bytes.extend_from_slice(&posting.to_bytes());
    }
    Bytes::from_slice(env, &bytes)
}

fn store(env: &Env, plan: &Plan, state: &State<1>) {
    let bytes = Bytes::from_slice(env, &state.to_bytes(plan));
    env.storage().persistent().set(&STATE, &bytes);
}

fn extend(env: &Env) {
    let storage = env.storage();
    storage.instance().extend_ttl(MONTH, MONTH.saturating_mul(2));
    for key in [PLAN, STATE, HEAD] {
        storage.persistent().extend_ttl(&key, MONTH, MONTH.saturating_mul(2));
    }
}

/// Copies bytes of the host in one go.
fn copied(bytes: &Bytes) -> Vec<u8> {
    let mut copy = vec![0; usize::try_from(bytes.len()).unwrap_or(0)];
    bytes.copy_into_slice(&mut copy);
    copy
}

pub fn plan_bytes(env: &Env) -> Result<Bytes, DealError> {
    env.storage().persistent().get(&PLAN).ok_or(DealError::NotInstalled)
}

pub fn state_bytes(env: &Env) -> Result<Bytes, DealError> {
    env.storage().persistent().get(&STATE).ok_or(DealError::NotInstalled)
}

pub fn head(env: &Env) -> Result<Head, DealError> {
    env.storage().persistent().get(&HEAD).ok_or(DealError::NotInstalled)
}

/// The ledger's day.
pub fn day(env: &Env) -> Date {
    let days = env.ledger().timestamp().checked_div(SECONDS_A_DAY).unwrap_or(0);
    Date::from_days(i32::try_from(days).unwrap_or(i32::MAX))
}
