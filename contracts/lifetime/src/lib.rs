#![doc = include_str!("../README.md")]
#![no_std]

use soroban_sdk::{Env, IntoVal, Val};

/// Ledgers in a day at five seconds each.
const DAY: u32 = 17_280;
/// Entries that would live for less are extended...
const LIVES_AT_LEAST: u32 = 100 * DAY;
/// ...to this, a little less than a network allows.
const EXTENDED_TO: u32 = 170 * DAY;

/// Extends the contract's instance, and its code with it.
pub fn extend_instance(env: &Env) {
    env.storage().instance().extend_ttl(LIVES_AT_LEAST, EXTENDED_TO);
}

/// Extends a persistent entry, which must be there.
pub fn extend(env: &Env, key: &impl IntoVal<Env, Val>) {
    env.storage().persistent().extend_ttl(key, LIVES_AT_LEAST, EXTENDED_TO);
}
