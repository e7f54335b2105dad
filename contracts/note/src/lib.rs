#![doc = include_str!("../README.md")]
#![no_std]

mod allowance;
mod book;
mod error;
mod moves;
mod powers;
mod rules;

pub use book::Terms;
use electorate::Record;
use error::{NoteError, or_refuse};
pub use rules::Rules;
use soroban_sdk::token::TokenInterface;
use soroban_sdk::{Address, BytesN, Env, Error, MuxedAddress, String, contract, contractimpl};

/// A tranche as a token.
#[contract]
pub struct Note;

#[contractimpl]
impl Note {
    /// Issues the whole note to its first holder, who distributes it.
    pub fn __constructor(env: Env, terms: Terms, holder: Address, supply: i128) -> Result<(), Error> {
        Ok(moves::issue(&env, &terms, &holder, supply)?)
    }

    /// Fetches what the deal owes the note and shares it among all holders; returns how much. Anyone may.
    pub fn collect(env: Env) -> Result<i128, Error> {
        Ok(moves::collect(&env)?)
    }

    /// Pays a holder all that it has earned; returns how much. Anyone may, the cash goes to the holder.
    pub fn claim(env: Env, holder: Address) -> Result<i128, Error> {
        Ok(moves::claim(&env, &holder)?)
    }

    /// Returns what a holder could claim now of what was collected.
    pub fn claimable(env: Env, holder: Address) -> Result<i128, Error> {
        let escrow = book::escrow(&env)?;
        let amount = book::holder(&env, &holder).account.claimable(&escrow.index).map_err(NoteError::from)?;
        Ok(amount.units().into())
    }

    /// Opens a record date: a vote counts what is held at this moment. The deal signs.
    pub fn record(env: Env) -> Result<Record, Error> {
        Ok(moves::record(&env)?)
    }

    /// Returns what a holder held at the latest record, by its number.
    pub fn recorded(env: Env, holder: Address, record: u32) -> Result<i128, Error> {
        Ok(moves::recorded(&env, &holder, record)?)
    }

    /// Returns how many units of the note there are.
    pub fn total_supply(env: Env) -> Result<i128, Error> {
        Ok(book::escrow(&env)?.supply.units().into())
    }

    /// Returns what the note is.
    pub fn terms(env: Env) -> Result<Terms, Error> {
        Ok(book::terms(&env)?)
    }
}

/// What only a note with rules has.
#[contractimpl]
impl Note {
    /// Keeps so many units of a holder where they are, or all of them, those to come too. The officer signs.
    pub fn freeze(env: Env, holder: Address, amount: Option<i128>) -> Result<(), Error> {
        Ok(powers::freeze(&env, &holder, amount)?)
    }

    /// Lets all units of a holder go. The officer signs.
    pub fn unfreeze(env: Env, holder: Address) -> Result<(), Error> {
        Ok(powers::freeze(&env, &holder, Some(0))?)
    }

    /// Returns how many units a holder must keep, whether it has them or not.
    pub fn frozen(env: Env, holder: Address) -> i128 {
        book::frozen(&env, &holder).0.units().into()
    }

    /// Moves units without their holder's will, by a legal order with this hash. The officer signs.
    pub fn force(
        env: Env,
        from: Address,
        to: Address,
        amount: i128,
        evidence: BytesN<32>,
    ) -> Result<(), Error> {
        Ok(powers::force(&env, (&from, &to), amount, evidence)?)
    }

    /// Moves all of a wallet, claims and freeze too, to the one that the registry put in its place. The officer signs.
    pub fn recover(env: Env, old: Address, new: Address) -> Result<(), Error> {
        Ok(powers::recover(&env, &old, &new)?)
    }
}

#[contractimpl]
impl TokenInterface for Note {
    fn allowance(env: Env, from: Address, spender: Address) -> i128 {
        allowance::allowed(&env, &from, &spender)
    }

    fn approve(env: Env, from: Address, spender: Address, amount: i128, live_until_ledger: u32) {
        from.require_auth();
        or_refuse(&env, allowance::allow(&env, (&from, &spender), amount, live_until_ledger));
        moves::Approve { from, spender, amount, live_until_ledger }.publish(&env);
    }

    fn balance(env: Env, id: Address) -> i128 {
        book::holder(&env, &id).account.balance.units().into()
    }

    fn transfer(env: Env, from: Address, to: MuxedAddress, amount: i128) {
        from.require_auth();
        or_refuse(&env, moves::transfer(&env, &from, &to.address(), amount));
    }

    fn transfer_from(env: Env, spender: Address, from: Address, to: Address, amount: i128) {
        spender.require_auth();
        or_refuse(&env, allowance::spend(&env, (&from, &spender), amount));
        or_refuse(&env, moves::transfer(&env, &from, &to, amount));
    }

    fn burn(env: Env, from: Address, amount: i128) {
        from.require_auth();
        or_refuse(&env, moves::burn(&env, &from, amount));
    }

    fn burn_from(env: Env, spender: Address, from: Address, amount: i128) {
        spender.require_auth();
        or_refuse(&env, allowance::spend(&env, (&from, &spender), amount));
        or_refuse(&env, moves::burn(&env, &from, amount));
    }

    fn decimals(env: Env) -> u32 {
        or_refuse(&env, book::terms(&env)).decimals
    }

    fn name(env: Env) -> String {
        or_refuse(&env, book::terms(&env)).name
    }

    fn symbol(env: Env) -> String {
        or_refuse(&env, book::terms(&env)).symbol
    }
}
