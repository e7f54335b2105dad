//! What the officer of a note with rules may do: keep units where they are, move them by a legal order, and follow a
//! wallet that was lost. None of it touches what units earn.

use crate::book;
use crate::error::NoteError;
use crate::moves::{self, Transfer};
use crate::rules::Rules;
use settle::Evidence;
use settle::compliance::Frozen;
use soroban_sdk::{Address, BytesN, Env, contractevent};
use units::Amount;

/// How many units a holder must keep has changed.
#[contractevent(data_format = "single-value")]
pub struct Freeze {
    /// Whose.
    #[topic]
    pub holder: Address,
    /// How many; the largest amount is all, zero is none.
    pub amount: i128,
}

/// Units of the note changed hands by a legal order.
#[contractevent(data_format = "vec")]
pub struct Forced {
    /// From whom.
    #[topic]
    pub from: Address,
    /// To whom.
    #[topic]
    pub to: Address,
    /// How many.
    pub amount: i128,
    /// The hash of the order.
    pub evidence: BytesN<32>,
}

/// All of a wallet went to the one in its place: units, claims and freeze.
#[contractevent(data_format = "single-value")]
pub struct Recovered {
    /// The wallet that was lost.
    #[topic]
    pub old: Address,
    /// The one in its place.
    #[topic]
    pub new: Address,
    /// How many units.
    pub amount: i128,
}

/// The rules, for their officer, who has signed.
fn signed(env: &Env) -> Result<Rules, NoteError> {
    let rules = book::terms(env)?.compliance.ok_or(NoteError::Open)?;
    rules.officer.require_auth();
    Ok(rules)
}

/// Replaces what was frozen before; nothing says all.
pub fn freeze(env: &Env, holder: &Address, amount: Option<i128>) -> Result<(), NoteError> {
    signed(env)?;
    let amount = amount.map_or(Ok(Frozen::ALL.0), book::units)?;
    book::keep_frozen(env, holder, Frozen(amount));
    Freeze { holder: holder.clone(), amount: amount.units().into() }.publish(env);
    Ok(())
}

/// Takes units whether they are frozen or not, and leaves a freeze as it is.
pub fn force(
    env: &Env,
    (from, to): (&Address, &Address),
    amount: i128,
    evidence: BytesN<32>,
) -> Result<(), NoteError> {
    let rules = signed(env)?;
    Evidence(evidence.to_array()).require()?;
    rules.require_one(env, to)?;
    moves::shift(env, (from, to), book::units(amount)?)?;
    Forced { from: from.clone(), to: to.clone(), amount, evidence }.publish(env);
    Ok(())
}

/// The registry has said that both wallets belong to one party; so nothing else is asked of either.
pub fn recover(env: &Env, old: &Address, new: &Address) -> Result<(), NoteError> {
    if signed(env)?.replacement(env, old).as_ref() != Some(new) {
        return Err(NoteError::NotReplaced);
    }
    let (mut lost, mut found) = (book::changing(env, old), book::changing(env, new));
    let amount = lost.account.balance.units().into();
    found.account.take_over(&mut lost.account, &book::escrow(env)?.index)?;
    book::keep_holder(env, old, &lost);
    book::keep_holder(env, new, &found);
    let frozen = book::frozen(env, new).with(book::frozen(env, old));
    book::keep_frozen(env, old, Frozen::default());
    book::keep_frozen(env, new, frozen);
    lifetime::extend_instance(env);
    Transfer { from: old.clone(), to: new.clone(), amount }.publish(env);
    Recovered { old: old.clone(), new: new.clone(), amount }.publish(env);
    Ok(())
}

/// Refuses to take frozen units from a holder.
pub fn require_free(env: &Env, holder: &Address, amount: Amount) -> Result<(), NoteError> {
    let frozen = book::frozen(env, holder);
    if frozen == Frozen::default() {
        return Ok(());
    }
    Ok(frozen.require_free(amount, book::holder(env, holder).account.balance)?)
}
