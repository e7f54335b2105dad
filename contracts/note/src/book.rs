//! The escrow and the accounts: loaded once, stored once.

use crate::error::NoteError;
use settle::payout::{Account, Escrow, Index};
use soroban_sdk::{Address, Env, String, Symbol, contracttype, symbol_short};
use units::Amount;

const TERMS: Symbol = symbol_short!("terms");
const ESCROW: Symbol = symbol_short!("escrow");
const HOLDER: Symbol = symbol_short!("holder");

/// What a note is.
#[contracttype]
#[derive(Clone)]
pub struct Terms {
    /// The deal that pays on it.
    pub deal: Address,
    /// Its id in the deal's plan.
    pub note: u32,
    /// What it is paid in.
    pub currency: Address,
    /// Its name, as the term sheet says it.
    pub name: String,
    /// A short name.
    pub symbol: String,
    /// Decimal places of the currency and of the note.
    pub decimals: u32,
}

/// The escrow as it is stored; [`Escrow`] explains each field.
#[contracttype]
#[derive(Clone)]
struct StoredEscrow {
    carry: i128,
    claimed: i128,
    held: i64,
    per_unit: i128,
    supply: i64,
}

/// An account as it is stored; [`Account`] explains each field.
#[contracttype]
#[derive(Clone)]
struct StoredAccount {
    balance: i64,
    owed: i64,
    part: i128,
    seen: i128,
}

pub fn begin(env: &Env, terms: &Terms) {
    env.storage().instance().set(&TERMS, terms);
    keep(env, &Escrow::default());
}

pub fn terms(env: &Env) -> Result<Terms, NoteError> {
    env.storage().instance().get(&TERMS).ok_or(NoteError::NotInstalled)
}

/// The escrow lies in the instance, which every call loads anyway.
pub fn escrow(env: &Env) -> Result<Escrow, NoteError> {
    let stored: StoredEscrow = env.storage().instance().get(&ESCROW).ok_or(NoteError::NotInstalled)?;
    Ok(Escrow {
        index: Index { per_unit: stored.per_unit, carry: stored.carry },
        supply: Amount::new(stored.supply),
        held: Amount::new(stored.held),
        claimed: stored.claimed,
    })
}

pub fn keep(env: &Env, escrow: &Escrow) {
    let stored = StoredEscrow {
        carry: escrow.index.carry,
        claimed: escrow.claimed,
        held: escrow.held.units(),
        per_unit: escrow.index.per_unit,
        supply: escrow.supply.units(),
    };
    env.storage().instance().set(&ESCROW, &stored);
    lifetime::extend_instance(env);
}

/// An account; one that nobody has seen is empty.
pub fn account(env: &Env, holder: &Address) -> Account {
    let stored: Option<StoredAccount> = env.storage().persistent().get(&(HOLDER, holder));
    stored.map_or_else(Account::default, |stored| Account {
        balance: Amount::new(stored.balance),
        seen: stored.seen,
        owed: Amount::new(stored.owed),
        part: stored.part,
    })
}

pub fn keep_account(env: &Env, holder: &Address, account: &Account) {
    let key = (HOLDER, holder);
    let stored = StoredAccount {
        balance: account.balance.units(),
        owed: account.owed.units(),
        part: account.part,
        seen: account.seen,
    };
    env.storage().persistent().set(&key, &stored);
    lifetime::extend(env, &key);
}

/// An amount that the arithmetic knows; none below zero.
pub fn units(amount: i128) -> Result<Amount, NoteError> {
    let units = i64::try_from(amount).ok().filter(|units| *units >= 0);
    units.map(Amount::new).ok_or(NoteError::TooLarge)
}
