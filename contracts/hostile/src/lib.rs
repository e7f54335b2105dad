//! A contract for tests only: it stands for a deal or a currency, answers as it was told, and while it is called it
//! calls somebody else. It decides nothing.
#![no_std]

use soroban_sdk::token::TokenClient;
use soroban_sdk::{Address, Env, Error, Symbol, Val, Vec, contract, contractimpl, symbol_short};

const BALANCE: Symbol = symbol_short!("balance");
const AIM: Symbol = symbol_short!("aim");
const TRIED: Symbol = symbol_short!("tried");
const DONE: Symbol = symbol_short!("done");

/// Does as it is told.
#[contract]
pub struct Puppet;

#[contractimpl]
impl Puppet {
    /// From here on everybody has so much of the currency that this stands for.
    pub fn tell(env: Env, balance: i128) {
        env.storage().instance().set(&BALANCE, &balance);
    }

    /// From here on it makes this call whenever it is called.
    pub fn aim(env: Env, target: Address, function: Symbol, args: Vec<Val>) {
        env.storage().instance().set(&AIM, &(target, function, args));
    }

    /// Gives one unit that it holds of a token to each of these.
    pub fn spread(env: Env, token: Address, holders: Vec<Address>) {
        let (token, me) = (TokenClient::new(&env, &token), env.current_contract_address());
        holders.iter().for_each(|holder| token.transfer(&me, &holder, &1));
    }

    /// Returns how often it has made the call, and how often that was not refused.
    pub fn counts(env: Env) -> (u32, u32) {
        (count(&env, TRIED), count(&env, DONE))
    }

    /// As a deal: says that it has paid nothing.
    pub fn withdraw(env: Env, _payee: u32) -> i128 {
        strike(&env);
        0
    }

    /// As a currency: moves nothing.
    pub fn transfer(env: Env, _from: Address, _to: Address, _amount: i128) {
        strike(&env);
    }

    /// As a currency.
    pub fn balance(env: Env, _id: Address) -> i128 {
        env.storage().instance().get(&BALANCE).unwrap_or(0)
    }
}

fn strike(env: &Env) {
    let aim: Option<(Address, Symbol, Vec<Val>)> = env.storage().instance().get(&AIM);
    let Some((target, function, args)) = aim else { return };
    raise(env, TRIED);
    if env.try_invoke_contract::<Val, Error>(&target, &function, args).is_ok() {
        raise(env, DONE);
    }
}

fn count(env: &Env, what: Symbol) -> u32 {
    env.storage().instance().get(&what).unwrap_or(0)
}

fn raise(env: &Env, what: Symbol) {
    let count = count(env, what.clone()).saturating_add(1);
    env.storage().instance().set(&what, &count);
}
