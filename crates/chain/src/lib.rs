#![doc = include_str!("../README.md")]

mod currency;
mod embedded;
mod error;
mod key;
mod keystore;
mod ledger;
mod limits;
mod metrics;
mod network;
mod outcome;
mod transaction;
pub mod value;

pub use currency::{Currency, DECIMALS, Transfer};
pub use embedded::{Announced, Applied, Authorising, Embedded, EventPlace, Genesis, Keeping};
pub use error::ChainError;
pub use key::Key;
pub use keystore::{Keystore, Lock, Random};
pub use ledger::{Costs, Entry, EventRow, Head, Ledger, Receipt, Request, Simulated};
pub use limits::{
    BASE_RESERVE, CLOSE_SECONDS, LIFETIME_LEDGERS_MAX, PERSISTENT_LEDGERS_MIN, PROTOCOL, Resource,
    SIGNATURE_LEDGERS, TEMPORARY_LEDGERS_MIN,
};
pub use network::{CLOSE_LEDGER, Network, Polling};
pub use outcome::{Refused, success};
pub use transaction::{Signing, Validity, account_of, envelope_hash, sign_authorisation, sign_transaction};
pub use value::{Creation, Invocation};

/// The ledger's own types: addresses, values, entries, transactions, as every client of it knows them.
pub use soroban_env_host::xdr;

use sha2::{Digest, Sha256};

/// SHA-256 over parts that follow each other.
pub(crate) fn digest(parts: &[&[u8]]) -> [u8; 32] {
    let hasher = parts.iter().fold(Sha256::new(), |hasher, part| hasher.chain_update(part));
    hasher.finalize().into()
}
