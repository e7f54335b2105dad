//! What officers do with wallets, and what notes ask.

use crate::book::{self, Admission, Wallet};
use crate::error::RegistryError;
use soroban_sdk::{Address, BytesN, Env, contractevent};

/// A wallet was admitted.
#[contractevent(data_format = "vec")]
pub struct Admitted {
    /// Which.
    #[topic]
    pub wallet: Address,
    /// Whose: a salted hash.
    pub identity: BytesN<32>,
    /// Where its party is, by its number in ISO 3166-1.
    pub country: u32,
    /// From here on it is not admitted.
    pub until: u64,
}

/// An admission was taken back.
#[contractevent(data_format = "vec")]
pub struct Revoked {
    /// Whose.
    #[topic]
    pub wallet: Address,
}

/// A wallet took the place of another.
#[contractevent(data_format = "single-value")]
pub struct Recovered {
    /// The wallet that was lost.
    #[topic]
    pub old: Address,
    /// The one in its place.
    pub new: Address,
}

pub fn admit(env: &Env, address: &Address, admission: Admission) -> Result<(), RegistryError> {
    book::officers(env)?.compliance.require_auth();
    let before = book::wallet(env, address).map(|wallet| wallet.known());
    admission.asked().admit(before, book::now(env))?;
    let Admission { country, identity, until } = admission.clone();
    book::keep(env, address, &Wallet { admission, replaced_by: None, revoked: false });
    Admitted { wallet: address.clone(), identity, country, until }.publish(env);
    Ok(())
}

pub fn revoke(env: &Env, address: &Address) -> Result<(), RegistryError> {
    book::officers(env)?.compliance.require_auth();
    let wallet = book::wallet(env, address).ok_or(RegistryError::Unknown)?;
    wallet.known().revoke()?;
    book::keep(env, address, &Wallet { revoked: true, ..wallet });
    Revoked { wallet: address.clone() }.publish(env);
    Ok(())
}

pub fn recover(env: &Env, old: &Address, new: &Address) -> Result<(), RegistryError> {
    book::officers(env)?.recovery.require_auth();
    if old == new {
        return Err(RegistryError::SameWallet);
    }
    let lost = book::wallet(env, old).ok_or(RegistryError::Unknown)?;
    let found = book::wallet(env, new).ok_or(RegistryError::Unknown)?;
    lost.known().replace(&found.known(), book::now(env))?;
    book::keep(env, old, &Wallet { replaced_by: Some(new.clone()), ..lost });
    Recovered { old: old.clone(), new: new.clone() }.publish(env);
    Ok(())
}

pub fn verify(env: &Env, address: &Address) -> Result<Admission, RegistryError> {
    let wallet = book::wallet(env, address).ok_or(RegistryError::Unknown)?;
    wallet.known().require_stands(book::now(env))?;
    Ok(wallet.admission)
}

/// Zero is the country of a wallet whose admission does not stand.
pub fn country(env: &Env, address: &Address) -> u32 {
    let wallet = book::wallet(env, address);
    let stands = wallet.filter(|wallet| wallet.known().stands(book::now(env)));
    stands.map_or(0, |wallet| wallet.admission.country)
}
