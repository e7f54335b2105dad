#![doc = include_str!("../README.md")]
#![no_std]

mod book;
mod error;
mod wallets;

pub use book::{Admission, Officers};
use soroban_sdk::{Address, Env, Error, contract, contractimpl};

/// The registry of holders, for many notes.
#[contract]
pub struct Registry;

#[contractimpl]
impl Registry {
    /// Begins with no wallet; who the officers are stays as it is.
    pub fn __constructor(env: Env, officers: Officers) {
        book::begin(&env, &officers);
    }

    /// Admits a wallet, or renews or restores that. The compliance officer signs.
    pub fn admit(env: Env, wallet: Address, admission: Admission) -> Result<(), Error> {
        Ok(wallets::admit(&env, &wallet, admission)?)
    }

    /// Takes an admission back: from here on no unit moves to or from the wallet. The compliance officer signs.
    pub fn revoke(env: Env, wallet: Address) -> Result<(), Error> {
        Ok(wallets::revoke(&env, &wallet)?)
    }

    /// Puts a wallet in the place of one of the same identity, once and for ever. The recovery agent signs.
    pub fn recover(env: Env, old: Address, new: Address) -> Result<(), Error> {
        Ok(wallets::recover(&env, &old, &new)?)
    }

    /// Returns what is known of a wallet whose admission stands.
    pub fn verify(env: Env, wallet: Address) -> Result<Admission, Error> {
        Ok(wallets::verify(&env, &wallet)?)
    }

    /// Returns where the party of each of two wallets is; zero if the wallet's admission does not stand.
    pub fn countries(env: Env, giver: Address, taker: Address) -> (u32, u32) {
        (wallets::country(&env, &giver), wallets::country(&env, &taker))
    }

    /// Returns the wallet that took the place of another.
    pub fn replacement(env: Env, old: Address) -> Option<Address> {
        book::wallet(&env, &old).and_then(|wallet| wallet.replaced_by)
    }

    /// Returns who signs what.
    pub fn officers(env: Env) -> Result<Officers, Error> {
        Ok(book::officers(&env)?)
    }
}
