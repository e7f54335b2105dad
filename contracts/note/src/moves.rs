//! What moves: units of the note between holders, and money from the deal to them.

use crate::book::{self, Terms};
use crate::error::NoteError;
use crate::powers;
use electorate::Record;
use soroban_sdk::token::TokenClient;
use soroban_sdk::{Address, Env, IntoVal, Symbol, contractevent, vec};
use units::Amount;

/// Units of the note changed hands.
#[contractevent(data_format = "single-value")]
pub struct Transfer {
    /// From whom.
    #[topic]
    pub from: Address,
    /// To whom.
    #[topic]
    pub to: Address,
    /// How many.
    pub amount: i128,
}

/// Units of the note came into being.
#[contractevent(data_format = "single-value")]
pub struct Mint {
    /// To whom.
    #[topic]
    pub to: Address,
    /// How many.
    pub amount: i128,
}

/// Units of the note are no more.
#[contractevent(data_format = "single-value")]
pub struct Burn {
    /// Whose.
    #[topic]
    pub from: Address,
    /// How many.
    pub amount: i128,
}

/// One holder lets another spend.
#[contractevent(data_format = "vec")]
pub struct Approve {
    /// Whose units.
    #[topic]
    pub from: Address,
    /// Who may spend.
    #[topic]
    pub spender: Address,
    /// How many.
    pub amount: i128,
    /// Until which ledger.
    pub live_until_ledger: u32,
}

/// The deal paid on the note.
#[contractevent(data_format = "single-value")]
pub struct Collected {
    /// How much.
    pub amount: i128,
}

/// From here on a vote counts what was held at this moment.
#[contractevent(data_format = "vec")]
pub struct RecordTaken {
    /// Its number.
    #[topic]
    pub number: u32,
    /// Units of the note in all accounts.
    pub supply: i128,
}

/// A holder was paid.
#[contractevent(data_format = "single-value")]
pub struct Claimed {
    /// Who.
    #[topic]
    pub holder: Address,
    /// How much.
    pub amount: i128,
}

pub fn issue(env: &Env, terms: &Terms, holder: &Address, supply: i128) -> Result<(), NoteError> {
    if let Some(rules) = &terms.compliance {
        rules.require_possible()?;
        rules.require_one(env, holder)?;
    }
    book::begin(env, terms);
    let (mut escrow, mut first) = (book::escrow(env)?, book::changing(env, holder));
    escrow.mint(&mut first.account, book::units(supply)?)?;
    book::keep(env, &escrow);
    book::keep_holder(env, holder, &first);
    Mint { to: holder.clone(), amount: supply }.publish(env);
    Ok(())
}

pub fn transfer(env: &Env, from: &Address, to: &Address, amount: i128) -> Result<(), NoteError> {
    let units = book::units(amount)?;
    require_allowed(env, (from, to), units)?;
    shift(env, (from, to), units)
}

/// Asks nothing of an open note; otherwise both ends must be allowed to hold it, and the units free to go.
fn require_allowed(env: &Env, (from, to): (&Address, &Address), units: Amount) -> Result<(), NoteError> {
    let Some(rules) = book::terms(env)?.compliance else { return Ok(()) };
    rules.require_both(env, from, to)?;
    powers::require_free(env, from, units)
}

/// The debit is stored before the credit is loaded, so that a move to oneself changes nothing.
pub fn shift(env: &Env, (from, to): (&Address, &Address), units: Amount) -> Result<(), NoteError> {
    let index = book::escrow(env)?.index;
    let mut giver = book::changing(env, from);
    giver.account.debit(units, &index)?;
    book::keep_holder(env, from, &giver);
    let mut taker = book::changing(env, to);
    taker.account.credit(units, &index)?;
    book::keep_holder(env, to, &taker);
    lifetime::extend_instance(env);
    Transfer { from: from.clone(), to: to.clone(), amount: units.units().into() }.publish(env);
    Ok(())
}

pub fn burn(env: &Env, from: &Address, amount: i128) -> Result<(), NoteError> {
    let units = book::units(amount)?;
    require_allowed(env, (from, from), units)?;
    let (mut escrow, mut giver) = (book::escrow(env)?, book::changing(env, from));
    escrow.burn(&mut giver.account, units)?;
    book::keep(env, &escrow);
    book::keep_holder(env, from, &giver);
    Burn { from: from.clone(), amount }.publish(env);
    Ok(())
}

/// Shares all cash that has come: anybody may have made the deal pay before, and what that sent must not be lost.
pub fn collect(env: &Env) -> Result<i128, NoteError> {
    let terms = book::terms(env)?;
    let payee = vec![env, terms.note.into_val(env)];
    let _: i128 = env.invoke_contract(&terms.deal, &Symbol::new(env, "withdraw"), payee);
    let cash = TokenClient::new(env, &terms.currency).balance(&env.current_contract_address());
    let mut escrow = book::escrow(env)?;
    let amount = escrow.share(cash)?.units().into();
    book::keep(env, &escrow);
    Collected { amount }.publish(env);
    Ok(amount)
}

/// The claim is gone before the cash moves.
pub fn claim(env: &Env, holder: &Address) -> Result<i128, NoteError> {
    let (mut escrow, mut claimant) = (book::escrow(env)?, book::holder(env, holder));
    let amount = i128::from(escrow.claim(&mut claimant.account)?.units());
    book::keep(env, &escrow);
    book::keep_holder(env, holder, &claimant);
    if amount > 0 {
        let currency = book::terms(env)?.currency;
        TokenClient::new(env, &currency).transfer(&env.current_contract_address(), holder, &amount);
        Claimed { holder: holder.clone(), amount }.publish(env);
    }
    Ok(amount)
}

/// The deal opens a record date for a vote.
pub fn record(env: &Env) -> Result<Record, NoteError> {
    book::terms(env)?.deal.require_auth();
    let supply = book::escrow(env)?.supply.units().into();
    let number = book::next_record(env)?;
    RecordTaken { number, supply }.publish(env);
    Ok(Record { number, supply })
}

/// Only the latest record is remembered.
pub fn recorded(env: &Env, holder: &Address, record: u32) -> Result<i128, NoteError> {
    let latest = book::latest_record(env);
    if record == 0 || record != latest {
        return Err(NoteError::OtherRecord);
    }
    let holder = book::holder(env, holder);
    Ok(holder.recorded.at(latest, holder.account.balance).units().into())
}
