#![doc = include_str!("../README.md")]
#![no_std]

use settle::powers::{Power, Timelock};
use settle::{SettleError, Subject, Time};
use soroban_sdk::{
    Address, BytesN, Env, Error, Symbol, contractevent, contracttrait, contracttype, panic_with_error,
    symbol_short,
};
use stellar_contract_utils::{pausable, upgradeable};

const GUARDIANS: Symbol = symbol_short!("guardians");
const UPGRADE: Symbol = symbol_short!("upgrade");

/// Who holds a contract's guarded powers.
#[contracttype]
#[derive(Clone)]
pub struct Guardians {
    /// Announces and makes changes of the code, and ends a pause.
    pub governor: Address,
    /// Stops new risk, and takes announcements back.
    pub pauser: Address,
}

/// A change of the code that was announced.
#[contracttype]
#[derive(Clone)]
pub struct Announced {
    /// Hash of the code to come.
    pub code: BytesN<32>,
    /// From here on it can be made, in seconds.
    pub ready: u64,
}

/// Another code will replace this contract's.
#[contractevent(data_format = "vec")]
pub struct UpgradeAnnounced {
    /// Hash of the code to come.
    #[topic]
    pub code: BytesN<32>,
    /// From when on, in seconds.
    pub ready: u64,
}

/// The announcement was taken back.
#[contractevent(data_format = "single-value")]
pub struct UpgradeCancelled {
    /// Hash of the code that does not come.
    pub code: BytesN<32>,
}

/// Why a guarded power was refused; numbers 590 to 594, and those of the arithmetic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PowersError {
    /// The arithmetic refused.
    Settle(SettleError),
    /// The contract has no guardians.
    NoGuardians,
    /// New risk is paused.
    Paused,
    /// Nothing is announced.
    NothingAnnounced,
}

impl PowersError {
    /// Returns the stable number.
    pub const fn code(self) -> u32 {
        match self {
            Self::Settle(error) => error.code() as u32,
            Self::NoGuardians => 590,
            Self::Paused => 591,
            Self::NothingAnnounced => 592,
        }
    }
}

impl From<PowersError> for Error {
    fn from(error: PowersError) -> Self {
        Self::from_contract_error(error.code())
    }
}

impl From<SettleError> for PowersError {
    fn from(error: SettleError) -> Self {
        Self::Settle(error)
    }
}

/// Names the guardians, once.
pub fn begin(env: &Env, guardians: &Guardians) {
    env.storage().instance().set(&GUARDIANS, guardians);
}

/// Refuses what takes new risk while that is paused.
///
/// # Errors
/// [`PowersError::Paused`].
pub fn require_running(env: &Env) -> Result<(), PowersError> {
    if pausable::paused(env) { Err(PowersError::Paused) } else { Ok(()) }
}

/// Who holds the powers.
///
/// # Errors
/// [`PowersError::NoGuardians`] before the contract has begun.
pub fn guardians(env: &Env) -> Result<Guardians, PowersError> {
    env.storage().instance().get(&GUARDIANS).ok_or(PowersError::NoGuardians)
}

/// The entry points of a contract with guardians.
#[contracttrait]
pub trait Guarded {
    /// Stops new risk. The pauser signs.
    fn pause(env: Env) {
        or_refuse(&env, guardians(&env)).pauser.require_auth();
        pausable::pause(&env);
    }

    /// Lets new risk in again. The governor signs.
    fn resume(env: Env) {
        or_refuse(&env, guardians(&env)).governor.require_auth();
        pausable::unpause(&env);
    }

    /// Says whether new risk is stopped.
    fn paused(env: Env) -> bool {
        pausable::paused(&env)
    }

    /// Announces the code that will replace this one, and returns from when on. The governor signs.
    fn announce_upgrade(env: Env, code: BytesN<32>) -> u64 {
        or_refuse(&env, announce(&env, &code))
    }

    /// Takes an announcement back. The pauser signs.
    fn cancel_upgrade(env: Env) {
        or_refuse(&env, guardians(&env)).pauser.require_auth();
        let announced = or_refuse(&env, announced(&env));
        env.storage().instance().remove(&UPGRADE);
        UpgradeCancelled { code: announced.code }.publish(&env);
    }

    /// Replaces the code by what was announced, when its time has come. The governor signs.
    fn upgrade(env: Env, code: BytesN<32>) {
        or_refuse(&env, take(&env, &code));
        upgradeable::upgrade(&env, &code);
    }
}

fn announce(env: &Env, code: &BytesN<32>) -> Result<u64, PowersError> {
    guardians(env)?.governor.require_auth();
    require_running(env)?;
    let now = Time(env.ledger().timestamp());
    let ready = Timelock::announce(Power::Upgrade, Subject(code.to_array()), now)?.ready.0;
    env.storage().instance().set(&UPGRADE, &Announced { code: code.clone(), ready });
    UpgradeAnnounced { code: code.clone(), ready }.publish(env);
    Ok(ready)
}

/// Checks an announcement and takes it off.
fn take(env: &Env, code: &BytesN<32>) -> Result<(), PowersError> {
    guardians(env)?.governor.require_auth();
    require_running(env)?;
    let Announced { code: named, ready } = announced(env)?;
    let timelock = Timelock { power: Power::Upgrade, subject: Subject(named.to_array()), ready: Time(ready) };
    timelock.require_ready(Power::Upgrade, Subject(code.to_array()), Time(env.ledger().timestamp()))?;
    env.storage().instance().remove(&UPGRADE);
    Ok(())
}

fn announced(env: &Env) -> Result<Announced, PowersError> {
    env.storage().instance().get(&UPGRADE).ok_or(PowersError::NothingAnnounced)
}

/// The value, or the refusal of the whole call with its number.
fn or_refuse<T>(env: &Env, result: Result<T, PowersError>) -> T {
    result.unwrap_or_else(|error| panic_with_error!(env, Error::from(error)))
}
