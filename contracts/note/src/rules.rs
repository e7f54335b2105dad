//! A note that not everybody may hold: its rules, and what the registry of holders says.

use crate::error::NoteError;
use settle::compliance::{require_countries, require_may_hold};
use soroban_sdk::{Address, Env, IntoVal, Symbol, Vec, contracttype, symbol_short, vec};

const COUNTRIES: Symbol = symbol_short!("countries");

/// What a note demands of its holders.
#[contracttype]
#[derive(Clone)]
pub struct Rules {
    /// Where they may be, by numbers in ISO 3166-1; at most 64.
    pub countries: Vec<u32>,
    /// Freezes units and moves them by a legal order.
    pub officer: Address,
    /// The registry of holders.
    pub registry: Address,
}

impl Rules {
    /// Refuses rules that name no country, or too many to look through.
    pub fn require_possible(&self) -> Result<(), NoteError> {
        Ok(require_countries(usize::try_from(self.countries.len()).unwrap_or(usize::MAX))?)
    }

    /// Refuses a move unless both ends may hold the note. The registry is asked every time, once for both: so what it
    /// takes back is gone at once.
    pub fn require_both(&self, env: &Env, giver: &Address, taker: &Address) -> Result<(), NoteError> {
        let wallets = vec![env, giver.into_val(env), taker.into_val(env)];
        let (from, to): (u32, u32) = env.invoke_contract(&self.registry, &COUNTRIES, wallets);
        self.require(from)?;
        self.require(to)
    }

    /// The same for one end.
    pub fn require_one(&self, env: &Env, holder: &Address) -> Result<(), NoteError> {
        self.require_both(env, holder, holder)
    }

    /// The registry says zero for a wallet whose admission does not stand.
    fn require(&self, country: u32) -> Result<(), NoteError> {
        let country = Some(country).filter(|country| *country != 0);
        Ok(require_may_hold(country, |country| self.countries.contains(country))?)
    }

    /// The wallet that the registry put in the place of another.
    pub fn replacement(&self, env: &Env, old: &Address) -> Option<Address> {
        env.invoke_contract(&self.registry, &Symbol::new(env, "replacement"), vec![env, old.into_val(env)])
    }
}
