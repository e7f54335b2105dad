//! The escrow and the holders: loaded once, stored once.

use crate::error::NoteError;
use crate::rules::Rules;
use settle::SettleError;
use settle::compliance::Frozen;
use settle::payout::{Account, Escrow, Index};
use settle::vote::Recorded;
use soroban_sdk::{Address, Env, String, Symbol, contracttype, symbol_short};
use units::Amount;

const TERMS: Symbol = symbol_short!("terms");
const ESCROW: Symbol = symbol_short!("escrow");
const HOLDER: Symbol = symbol_short!("holder");
const RECORD: Symbol = symbol_short!("record");
const FROZEN: Symbol = symbol_short!("frozen");

/// What a note is.
#[contracttype]
#[derive(Clone)]
pub struct Terms {
    /// Who may hold it; anyone, if it says nothing.
    pub compliance: Option<Rules>,
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

/// The escrow as it is stored, without names because every call pays for them: carry, claimed, held, per unit and
/// supply of [`Escrow`].
#[contracttype]
#[derive(Clone)]
struct StoredEscrow(i128, i128, i64, i128, i64);

/// A holder as it is stored, without names for the same reason: balance, owed, part and seen of
/// [`Account`]; number and balance of [`Recorded`].
#[contracttype]
#[derive(Clone)]
struct StoredHolder(i64, i64, i128, i128, u32, i64);

/// A holder, loaded for one decision.
#[derive(Default)]
pub struct Holder {
    /// What it holds and has earned.
    pub account: Account,
    /// What it held at the latest record.
    pub recorded: Recorded,
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
    let stored = env.storage().instance().get(&ESCROW);
    let StoredEscrow(carry, claimed, held, per_unit, supply) = stored.ok_or(NoteError::NotInstalled)?;
    let (supply, held) = (Amount::new(supply), Amount::new(held));
    Ok(Escrow { index: Index { per_unit, carry }, supply, held, claimed })
}

pub fn keep(env: &Env, Escrow { index, supply, held, claimed }: &Escrow) {
    let stored = StoredEscrow(index.carry, *claimed, held.units(), index.per_unit, supply.units());
    env.storage().instance().set(&ESCROW, &stored);
    lifetime::extend_instance(env);
}

/// A holder; one that nobody has seen holds nothing.
pub fn holder(env: &Env, address: &Address) -> Holder {
    let stored: Option<StoredHolder> = env.storage().persistent().get(&(HOLDER, address));
    stored.map_or_else(Holder::default, |StoredHolder(balance, owed, part, seen, record, recorded)| Holder {
        account: Account { balance: Amount::new(balance), owed: Amount::new(owed), part, seen },
        recorded: Recorded { record, balance: Amount::new(recorded) },
    })
}

/// A holder whose balance is about to change: what it held at the latest record is written down first.
pub fn changing(env: &Env, address: &Address) -> Holder {
    let mut holder = holder(env, address);
    holder.recorded.before_change(latest_record(env), holder.account.balance);
    holder
}

pub fn keep_holder(env: &Env, address: &Address, Holder { account, recorded }: &Holder) {
    let key = (HOLDER, address);
    let (balance, owed) = (account.balance.units(), account.owed.units());
    let (record, then) = (recorded.record, recorded.balance.units());
    let stored = StoredHolder(balance, owed, account.part, account.seen, record, then);
    env.storage().persistent().set(&key, &stored);
    lifetime::extend(env, &key);
}

/// What a holder must keep.
pub fn frozen(env: &Env, address: &Address) -> Frozen {
    let stored: Option<i64> = env.storage().persistent().get(&(FROZEN, address));
    Frozen(stored.map_or(Amount::ZERO, Amount::new))
}

pub fn keep_frozen(env: &Env, address: &Address, frozen: Frozen) {
    let key = (FROZEN, address);
    if frozen == Frozen::default() {
        env.storage().persistent().remove(&key);
        return;
    }
    env.storage().persistent().set(&key, &frozen.0.units());
    lifetime::extend(env, &key);
}

/// The number of the latest record; zero before the first.
pub fn latest_record(env: &Env) -> u32 {
    env.storage().instance().get(&RECORD).unwrap_or(0)
}

/// Opens the next record and returns its number.
pub fn next_record(env: &Env) -> Result<u32, NoteError> {
    let number = latest_record(env).checked_add(1).ok_or(SettleError::TooMany)?;
    env.storage().instance().set(&RECORD, &number);
    lifetime::extend_instance(env);
    Ok(number)
}

/// An amount that the arithmetic knows; none below zero.
pub fn units(amount: i128) -> Result<Amount, NoteError> {
    let units = i64::try_from(amount).ok().filter(|units| *units >= 0);
    units.map(Amount::new).ok_or(NoteError::TooLarge)
}
