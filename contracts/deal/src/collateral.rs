//! The deal's receipts. The registry asks the deal; the deal asks whoever may speak for it.

use crate::book;
use crate::error::DealError;
use soroban_sdk::{Address, Env, IntoVal, Symbol, Val, Vec, vec};

/// Keeps receipts of one owner, who signs, for the closing. The arranger of a deal brings owner and trustee together.
pub fn reserve(env: &Env, owner: &Address, ids: &Vec<u32>, until: u64) -> Result<(), DealError> {
    powers::require_running(env)?;
    book::terms(env)?.trustee.require_auth();
    let given = vec![env, owner.into_val(env), ids.into_val(env), until.into_val(env)];
    ask(env, "reserve", given)
}

/// Pledges everything that is reserved, if the deal is secured at all: delivery versus payment.
pub fn pledge(env: &Env) -> Result<(), DealError> {
    match book::office(env)?.collateral {
        Some(collateral) => ask(env, "pledge_all", vec![env, collateral.receipts.into_val(env)]),
        None => Ok(()),
    }
}

/// Releases receipts whose owner is to have them back. The trustee signs for the holders.
pub fn release(env: &Env, ids: &Vec<u32>) -> Result<(), DealError> {
    book::terms(env)?.trustee.require_auth();
    ask(env, "release", vec![env, ids.into_val(env)])
}

/// Puts a reserved receipt in the place of a pledged one whose machine failed.
pub fn substitute(env: &Env, old: u32, new: u32) -> Result<(), DealError> {
    book::terms(env)?.trustee.require_auth();
    ask(env, "substitute", vec![env, old.into_val(env), new.into_val(env)])
}

/// Takes receipts into enforcement.
pub fn enforce(env: &Env, ids: &Vec<u32>) -> Result<(), DealError> {
    book::office(env)?.agent.require_auth();
    ask(env, "enforce", vec![env, ids.into_val(env)])
}

/// Ends an enforcement: the receipts are the buyer's, or their owner's who has paid.
pub fn conclude(env: &Env, ids: &Vec<u32>, to: &Address) -> Result<(), DealError> {
    book::office(env)?.agent.require_auth();
    ask(env, "conclude", vec![env, ids.into_val(env), to.into_val(env)])
}

/// Calls the registry as the deal.
fn ask(env: &Env, function: &str, given: Vec<Val>) -> Result<(), DealError> {
    let title = book::office(env)?.collateral.ok_or(DealError::NoCollateral)?.title;
    let mut args = vec![env, env.current_contract_address().into_val(env)];
    args.append(&given);
    env.invoke_contract::<()>(&title, &Symbol::new(env, function), args);
    Ok(())
}
