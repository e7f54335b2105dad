//! The deal's receipts. The registry asks the deal; the deal asks whoever may speak for it.

use crate::book;
use crate::error::DealError;
use soroban_sdk::{Address, Env, IntoVal, Symbol, Val, Vec, symbol_short, vec};

const RESERVED: Symbol = symbol_short!("reserved");

/// Keeps receipts of one owner, who signs, for the closing.
pub fn reserve(env: &Env, owner: &Address, ids: &Vec<u32>, until: u64) -> Result<(), DealError> {
    book::terms(env)?.trustee.require_auth();
    env.storage().persistent().set(&RESERVED, ids);
    ask(env, "reserve", vec![env, owner.into_val(env), ids.into_val(env), until.into_val(env)])
}

/// Pledges what is reserved, if the deal is secured at all.
pub fn pledge(env: &Env) -> Result<(), DealError> {
    let reserved: Option<Vec<u32>> = env.storage().persistent().get(&RESERVED);
    reserved.map_or(Ok(()), |ids| ask(env, "pledge", vec![env, ids.into_val(env)]))
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
