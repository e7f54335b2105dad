//! What is stored: the officers, and one entry a wallet.

use crate::error::RegistryError;
use settle::compliance::{self, Standing};
use settle::{PartyId, Time};
use soroban_sdk::{Address, BytesN, Env, Symbol, contracttype, symbol_short};

const OFFICERS: Symbol = symbol_short!("officers");
const WALLET: Symbol = symbol_short!("wallet");

/// Who signs what; both may be the same.
#[contracttype]
#[derive(Clone)]
pub struct Officers {
    /// Admits wallets and takes that back.
    pub compliance: Address,
    /// Puts a wallet in the place of one that was lost.
    pub recovery: Address,
}

/// What an officer has verified of a wallet's party.
#[contracttype]
#[derive(Clone)]
pub struct Admission {
    /// Where it is, by its number in ISO 3166-1.
    pub country: u32,
    /// Salted hash of who it is, the same for all its wallets.
    pub identity: BytesN<32>,
    /// From here on it is not admitted.
    pub until: u64,
}

/// A wallet as it is stored.
#[contracttype]
#[derive(Clone)]
pub struct Wallet {
    /// What was verified.
    pub admission: Admission,
    /// What took its place.
    pub replaced_by: Option<Address>,
    /// Whether the admission was taken back.
    pub revoked: bool,
}

impl Wallet {
    /// What the arithmetic decides on.
    pub fn known(&self) -> compliance::Admission {
        let standing = match (&self.replaced_by, self.revoked) {
            (Some(_), _) => Standing::Replaced,
            (None, true) => Standing::Revoked,
            (None, false) => Standing::Admitted,
        };
        compliance::Admission { standing, ..self.admission.asked() }
    }
}

impl Admission {
    /// What the arithmetic decides on.
    pub fn asked(&self) -> compliance::Admission {
        compliance::Admission {
            party: PartyId(self.identity.to_array()),
            country: self.country,
            until: Time(self.until),
            standing: Standing::Admitted,
        }
    }
}

/// The moment that the ledger says it is.
pub fn now(env: &Env) -> Time {
    Time(env.ledger().timestamp())
}

pub fn begin(env: &Env, officers: &Officers) {
    env.storage().instance().set(&OFFICERS, officers);
    lifetime::extend_instance(env);
}

pub fn officers(env: &Env) -> Result<Officers, RegistryError> {
    env.storage().instance().get(&OFFICERS).ok_or(RegistryError::NotInstalled)
}

pub fn wallet(env: &Env, address: &Address) -> Option<Wallet> {
    env.storage().persistent().get(&(WALLET, address))
}

pub fn keep(env: &Env, address: &Address, wallet: &Wallet) {
    let key = (WALLET, address);
    env.storage().persistent().set(&key, wallet);
    lifetime::extend(env, &key);
    lifetime::extend_instance(env);
}
