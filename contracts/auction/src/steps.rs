//! The case: from a missed payment to its end. Every step has its clock and its evidence, decided in
//! `settle::enforcement`.

use crate::book;
use crate::error::{AuctionError, require};
use crate::outside;
use crate::terms::Terms;
use settle::enforcement::{Case, Missed, Step, Tender};
use settle::{Evidence, SettleError, Time};
use soroban_sdk::{Address, BytesN, Env, contractevent};
use units::Amount;

/// A step towards a sale or its end was taken.
#[contractevent(data_format = "vec")]
pub struct Stepped {
    /// The stage that it led to; [`book::StoredCase`] lists the numbers.
    #[topic]
    pub to: u32,
    /// What the clock had run in the stage before, in seconds.
    pub waited: u64,
    /// Hash of what proves it.
    pub evidence: BytesN<32>,
}

/// A bankruptcy stay began or ended.
#[contractevent(data_format = "vec")]
pub struct Stayed {
    /// Whether it lasts now.
    pub lasts: bool,
    /// Hash of what proves it.
    pub evidence: BytesN<32>,
}

/// What was in arrears is paid, or the whole debt.
#[contractevent(data_format = "single-value")]
pub struct Paid {
    /// Who paid.
    #[topic]
    pub payer: Address,
    /// The whole debt, and not only what was in arrears.
    #[topic]
    pub whole: bool,
    /// How much.
    pub amount: i128,
}

/// Records a missed payment. When it was due and what of it is unpaid the deal knows.
pub fn miss(env: &Env, due: u64, evidence: BytesN<32>) -> Result<(), AuctionError> {
    let (terms, case) = book::open(env)?;
    let deal = outside::deal(env, &terms);
    require(deal.last_payment() == due, AuctionError::OtherPayment)?;
    let missed = Missed { due: Time(due), arrears: book::units(deal.arrears())? };
    step(env, (terms, case), evidence, |case, now, evidence| case.miss(missed, now, evidence)).map(drop)
}

/// Takes the next step, and tells the deal when no lot is left to sell.
pub fn advance(env: &Env, evidence: BytesN<32>) -> Result<(), AuctionError> {
    let (terms, case) = step(env, book::open(env)?, evidence, Case::advance)?;
    if case.sold_out() {
        outside::sell(env, &terms, outside::Sold { last: true, ..Default::default() })?;
    }
    Ok(())
}

fn step(
    env: &Env,
    (terms, mut case): (Terms, Case),
    evidence: BytesN<32>,
    take: impl FnOnce(&mut Case, Time, Evidence) -> Result<Step, SettleError>,
) -> Result<(Terms, Case), AuctionError> {
    terms.trustee.require_auth();
    let step = take(&mut case, book::now(env), Evidence(evidence.to_array()))?;
    book::keep_case(env, &case);
    Stepped { to: book::number(step.to), waited: step.waited.0, evidence }.publish(env);
    Ok((terms, case))
}

/// Begins a bankruptcy stay.
pub fn stay(env: &Env, evidence: BytesN<32>) -> Result<(), AuctionError> {
    record_stay(env, evidence, Case::stay)
}

/// Ends a bankruptcy stay.
pub fn lift(env: &Env, evidence: BytesN<32>) -> Result<(), AuctionError> {
    record_stay(env, evidence, Case::lift)
}

fn record_stay(
    env: &Env,
    evidence: BytesN<32>,
    record: impl FnOnce(&mut Case, Time, Evidence) -> Result<(), SettleError>,
) -> Result<(), AuctionError> {
    let (terms, mut case) = book::open(env)?;
    terms.trustee.require_auth();
    record(&mut case, book::now(env), Evidence(evidence.to_array()))?;
    book::keep_case(env, &case);
    Stayed { lasts: case.stayed, evidence }.publish(env);
    Ok(())
}

/// Pays at least what is in arrears.
pub fn cure(env: &Env, payer: &Address, amount: i128) -> Result<(), AuctionError> {
    let (terms, mut case) = book::open(env)?;
    let tender = tender(outside::deal(env, &terms).arrears(), amount)?;
    case.cure(tender)?;
    book::keep_case(env, &case);
    pay(env, &terms, payer, (tender.paid, false))
}

/// Pays at least the whole debt, until a sale binds.
pub fn redeem(env: &Env, payer: &Address, amount: i128) -> Result<(), AuctionError> {
    let (terms, mut case) = book::open(env)?;
    let tender = tender(outside::deal(env, &terms).redemption(), amount)?;
    case.redeem(tender)?;
    book::keep_case(env, &case);
    pay(env, &terms, payer, (tender.paid, true))
}

fn tender(owed: i128, paid: i128) -> Result<Tender, AuctionError> {
    Ok(Tender { owed: book::units(owed)?, paid: book::units(paid)? })
}

fn pay(
    env: &Env,
    terms: &Terms,
    payer: &Address,
    (amount, whole): (Amount, bool),
) -> Result<(), AuctionError> {
    outside::give(env, terms, payer, amount)?;
    Paid { payer: payer.clone(), whole, amount: amount.units().into() }.publish(env);
    Ok(())
}
