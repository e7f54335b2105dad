#![doc = include_str!("../README.md")]
#![no_std]

use soroban_sdk::{Address, BytesN, Env, Error, Symbol, contract, contractevent, contractimpl, symbol_short};

const NODE: Symbol = symbol_short!("node");

/// Stable number: the segment has another root.
const OTHER_ROOT: u32 = 670;
/// Stable number: nothing is installed.
const NOT_INSTALLED: u32 = 671;

/// A segment's root was put.
#[contractevent(data_format = "single-value")]
pub struct Anchored {
    /// The segment.
    #[topic]
    pub segment: u32,
    /// Its root.
    pub root: BytesN<32>,
}

/// The roots of one node's segments.
#[contract]
pub struct Anchor;

#[contractimpl]
impl Anchor {
    /// Begins without a root; whose they are stays as it is.
    pub fn __constructor(env: Env, node: Address) {
        env.storage().instance().set(&NODE, &node);
        lifetime::extend_instance(&env);
    }

    /// Keeps the root of a segment. The node signs.
    pub fn put(env: Env, segment: u32, root: BytesN<32>) -> Result<(), Error> {
        Self::node(env.clone())?.require_auth();
        match Self::root(env.clone(), segment) {
            Some(known) if known == root => return Ok(()),
            Some(_) => return Err(Error::from_contract_error(OTHER_ROOT)),
            None => env.storage().persistent().set(&segment, &root),
        }
        lifetime::extend_instance(&env);
        lifetime::extend(&env, &segment);
        Anchored { segment, root }.publish(&env);
        Ok(())
    }

    /// Returns the root of a segment.
    pub fn root(env: Env, segment: u32) -> Option<BytesN<32>> {
        env.storage().persistent().get(&segment)
    }

    /// Returns whose readings they are.
    pub fn node(env: Env) -> Result<Address, Error> {
        let unknown = || Error::from_contract_error(NOT_INSTALLED);
        env.storage().instance().get(&NODE).ok_or_else(unknown)
    }
}
