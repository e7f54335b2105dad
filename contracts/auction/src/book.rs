//! What is stored: the case in the instance; an entry a lot, an entry a bid, an entry a cut that is announced.

use crate::error::AuctionError;
use crate::terms::Terms;
use settle::auction::{Bid, FALL, Fall, Leader, Lot, LotState, Offer};
use settle::clock::Clock;
use settle::enforcement::{Case, Stage};
use settle::{Span, Time};
use soroban_sdk::{Address, Env, Symbol, Vec, contracttype, symbol_short};
use units::Amount;

const TERMS: Symbol = symbol_short!("terms");
const CURRENCY: Symbol = symbol_short!("currency");
const CASE: Symbol = symbol_short!("case");
const NAMED: Symbol = symbol_short!("named");
const LOT: Symbol = symbol_short!("lot");
const BID: Symbol = symbol_short!("bid");

/// A case as it is stored; [`Case`] explains each field.
#[contracttype]
#[derive(Clone)]
pub struct StoredCase {
    pub bound: u32,
    pub cured: Option<u64>,
    pub entered: u64,
    pub excluded: u64,
    pub frozen: Option<u64>,
    pub lots: u32,
    pub paid: u32,
    /// 0 current, 1 late, 2 grace, 3 breach, 4 notice, 5 repossession, 6 auction, 7 sold, 8 closed.
    pub stage: u32,
    pub started: u64,
    pub stayed: bool,
}

/// A leader as it is stored; [`Leader`] explains each field.
#[contracttype]
#[derive(Clone)]
pub struct StoredLeader {
    pub credit: i64,
    pub number: u32,
    pub price: i64,
}

/// A lot as it is stored; [`Lot`] and [`Fall`] explain most fields.
#[contracttype]
#[derive(Clone)]
pub struct StoredLot {
    /// Allocated amount of its machines, for the deal's release price.
    pub allocated: i64,
    pub appraisal: i64,
    pub bids: u32,
    /// Until when bids rise, or by when the sale is to be paid.
    pub ends: u64,
    pub from: i64,
    pub held: i64,
    /// Its receipts.
    pub ids: Vec<u32>,
    pub leader: Option<StoredLeader>,
    pub since: u64,
    /// 0 falling, 1 rising, 2 bound, 3 sold, 4 withdrawn.
    pub state: u32,
    pub to: i64,
}

/// A bid as it is stored; [`Offer`] explains each amount.
#[contracttype]
#[derive(Clone)]
pub struct StoredBid {
    /// Whose: it pays, gets the machines, and gets its deposit back.
    pub bidder: Address,
    pub credit: i64,
    pub deposit: i64,
    pub price: i64,
}

/// A lot, and what the deal and the registry know it by.
pub struct Listed {
    pub lot: Lot,
    pub ids: Vec<u32>,
    pub allocated: Amount,
}

pub fn begin(env: &Env, terms: &Terms, currency: &Address) {
    env.storage().instance().set(&TERMS, terms);
    env.storage().instance().set(&CURRENCY, currency);
}

pub fn terms(env: &Env) -> Result<Terms, AuctionError> {
    env.storage().instance().get(&TERMS).ok_or(AuctionError::NotInstalled)
}

pub fn currency(env: &Env) -> Result<Address, AuctionError> {
    env.storage().instance().get(&CURRENCY).ok_or(AuctionError::NotInstalled)
}

pub fn stored_case(env: &Env) -> Result<StoredCase, AuctionError> {
    env.storage().instance().get(&CASE).ok_or(AuctionError::NotInstalled)
}

/// The terms and the case, which every call loads with the instance.
pub fn open(env: &Env) -> Result<(Terms, Case), AuctionError> {
    let (terms, stored) = (terms(env)?, stored_case(env)?);
    let count = |lots: u32| u16::try_from(lots).map_err(|_| AuctionError::TooLarge);
    let case = Case {
        waits: terms.waits.waits(),
        stage: stage(stored.stage),
        clock: Clock {
            started: Time(stored.started),
            frozen: stored.frozen.map(Time),
            excluded: Span(stored.excluded),
        },
        entered: Span(stored.entered),
        stayed: stored.stayed,
        lots: count(stored.lots)?,
        bound: count(stored.bound)?,
        paid: count(stored.paid)?,
        cured: stored.cured.map(Time),
    };
    Ok((terms, case))
}

pub fn keep_case(env: &Env, case: &Case) {
    let stored = StoredCase {
        bound: case.bound.into(),
        cured: case.cured.map(|time| time.0),
        entered: case.entered.0,
        excluded: case.clock.excluded.0,
        frozen: case.clock.frozen.map(|time| time.0),
        lots: case.lots.into(),
        paid: case.paid.into(),
        stage: number(case.stage),
        started: case.clock.started.0,
        stayed: case.stayed,
    };
    env.storage().instance().set(&CASE, &stored);
    lifetime::extend_instance(env);
}

/// What the bids that lead or have won would use of the senior claim.
pub fn named(env: &Env) -> Amount {
    Amount::new(env.storage().instance().get(&NAMED).unwrap_or(0))
}

pub fn keep_named(env: &Env, named: Amount) {
    env.storage().instance().set(&NAMED, &named.units());
}

pub fn stored_lot(env: &Env, number: u32) -> Result<StoredLot, AuctionError> {
    env.storage().persistent().get(&(LOT, number)).ok_or(AuctionError::UnknownLot)
}

pub fn lot(env: &Env, number: u32) -> Result<Listed, AuctionError> {
    let stored = stored_lot(env, number)?;
    let (from, to, since) = (Amount::new(stored.from), Amount::new(stored.to), Span(stored.since));
    let leader = stored.leader.map(|leader| Leader {
        number: leader.number,
        price: Amount::new(leader.price),
        credit: Amount::new(leader.credit),
    });
    let lot = Lot {
        appraisal: Amount::new(stored.appraisal),
        state: lot_state(stored.state, Span(stored.ends)),
        fall: Fall { from, to, since, over: FALL },
        leader,
        bids: stored.bids,
        held: Amount::new(stored.held),
    };
    Ok(Listed { lot, ids: stored.ids, allocated: Amount::new(stored.allocated) })
}

pub fn keep_lot(env: &Env, number: u32, listed: &Listed) {
    let lot = &listed.lot;
    let (state, ends) = lot_number(lot.state);
    let leader = lot.leader.map(|leader| StoredLeader {
        credit: leader.credit.units(),
        number: leader.number,
        price: leader.price.units(),
    });
    let stored = StoredLot {
        allocated: listed.allocated.units(),
        appraisal: lot.appraisal.units(),
        bids: lot.bids,
        ends: ends.0,
        from: lot.fall.from.units(),
        held: lot.held.units(),
        ids: listed.ids.clone(),
        leader,
        since: lot.fall.since.0,
        state,
        to: lot.fall.to.units(),
    };
    let key = (LOT, number);
    env.storage().persistent().set(&key, &stored);
    lifetime::extend(env, &key);
}

pub fn stored_bid(env: &Env, lot: u32, number: u32) -> Result<StoredBid, AuctionError> {
    env.storage().persistent().get(&(BID, lot, number)).ok_or(AuctionError::UnknownBid)
}

/// A bid and whose it is.
pub fn bid(env: &Env, lot: u32, number: u32) -> Result<(Address, Bid), AuctionError> {
    let stored = stored_bid(env, lot, number)?;
    let offer = Offer {
        price: Amount::new(stored.price),
        credit: Amount::new(stored.credit),
        deposit: Amount::new(stored.deposit),
    };
    Ok((stored.bidder, Bid { number, offer }))
}

pub fn keep_bid(env: &Env, lot: u32, (bidder, bid): (&Address, &Bid)) {
    let stored = StoredBid {
        bidder: bidder.clone(),
        credit: bid.offer.credit.units(),
        deposit: bid.offer.deposit.units(),
        price: bid.offer.price.units(),
    };
    let key = (BID, lot, bid.number);
    env.storage().persistent().set(&key, &stored);
    lifetime::extend(env, &key);
}

/// An amount that the decisions know; none below zero.
pub fn units(amount: i128) -> Result<Amount, AuctionError> {
    let units = i64::try_from(amount).ok().filter(|units| *units >= 0);
    units.map(Amount::new).ok_or(AuctionError::TooLarge)
}

/// The ledger's time.
pub fn now(env: &Env) -> Time {
    Time(env.ledger().timestamp())
}

/// The number by which a stage is stored and told.
pub const fn number(stage: Stage) -> u32 {
    match stage {
        Stage::Current => 0,
        Stage::Late => 1,
        Stage::Grace => 2,
        Stage::Breach => 3,
        Stage::Notice => 4,
        Stage::Repossession => 5,
        Stage::Auction => 6,
        Stage::Sold => 7,
        Stage::Closed => 8,
    }
}

const fn stage(number: u32) -> Stage {
    match number {
        0 => Stage::Current,
        1 => Stage::Late,
        2 => Stage::Grace,
        3 => Stage::Breach,
        4 => Stage::Notice,
        5 => Stage::Repossession,
        6 => Stage::Auction,
        7 => Stage::Sold,
        _ => Stage::Closed,
    }
}

const fn lot_number(state: LotState) -> (u32, Span) {
    match state {
        LotState::Falling => (0, Span::ZERO),
        LotState::Rising(ends) => (1, ends),
        LotState::Bound(ends) => (2, ends),
        LotState::Sold => (3, Span::ZERO),
        LotState::Withdrawn => (4, Span::ZERO),
    }
}

const fn lot_state(number: u32, ends: Span) -> LotState {
    match number {
        0 => LotState::Falling,
        1 => LotState::Rising(ends),
        2 => LotState::Bound(ends),
        3 => LotState::Sold,
        _ => LotState::Withdrawn,
    }
}
