//! What one holder lets another spend, until a ledger.

use crate::error::NoteError;
use soroban_sdk::{Address, Env, Symbol, contracttype, symbol_short};

const ALLOWED: Symbol = symbol_short!("allowed");

/// An allowance as it is stored.
#[contracttype]
#[derive(Clone)]
struct Allowance {
    amount: i128,
    until: u32,
}

/// Returns what may still be spent.
pub fn allowed(env: &Env, owner: &Address, spender: &Address) -> i128 {
    standing(env, owner, spender).amount
}

/// The allowance that stands; one that has run out, or was never given, is nothing.
fn standing(env: &Env, owner: &Address, spender: &Address) -> Allowance {
    let found: Option<Allowance> = env.storage().temporary().get(&(ALLOWED, owner, spender));
    let stands = found.filter(|allowance| allowance.until >= env.ledger().sequence());
    stands.unwrap_or(Allowance { amount: 0, until: 0 })
}

/// Allows an amount until a ledger; zero takes the allowance back.
pub fn allow(
    env: &Env,
    (owner, spender): (&Address, &Address),
    amount: i128,
    until: u32,
) -> Result<(), NoteError> {
    let key = (ALLOWED, owner, spender);
    let lives = until.checked_sub(env.ledger().sequence());
    match lives {
        _ if amount == 0 => env.storage().temporary().remove(&key),
        Some(lives) if amount > 0 => {
            env.storage().temporary().set(&key, &Allowance { amount, until });
            env.storage().temporary().extend_ttl(&key, lives, lives);
        }
        _ => return Err(NoteError::Allowance),
    }
    Ok(())
}

/// Takes an amount off an allowance.
pub fn spend(env: &Env, (owner, spender): (&Address, &Address), amount: i128) -> Result<(), NoteError> {
    let key = (ALLOWED, owner, spender);
    let Allowance { amount: before, until } = standing(env, owner, spender);
    let left = before.checked_sub(amount).filter(|left| *left >= 0 && amount >= 0);
    let amount = left.ok_or(NoteError::Allowance)?;
    env.storage().temporary().set(&key, &Allowance { amount, until });
    Ok(())
}
