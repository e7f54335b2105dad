//! The sale of one indivisible lot: a falling price until somebody bids, then a rising one (M8).
//!
//! ```text
//! Falling ── first bid ─▶ Rising ── no bid for long enough ─▶ Bound ── paid ─▶ Sold
//!    ▲  └──────────────────┴─▶ Withdrawn (redeemed)             │
//!    └───────────────── not paid: the deposit is forfeited ─────┘
//! ```
//!
//! Times are sale time ([`crate::enforcement::Case::sale_time`]), which stands still in a stay. Deposits go back only
//! when their bidders fetch them, so that a blocked receiver blocks nobody; a refund's cost does not depend on how
//! many have bid. How proceeds are divided is the plan's to say, not decided here.

use crate::{Bps, SettleError, Span, require, require_not_negative, require_positive};
use units::{Amount, Rounding};

/// Where the price begins, of the appraisal.
pub const START: Bps = Bps(11_000);
/// Where the price stops, of the appraisal.
pub const RESERVE: Bps = Bps(6_000);
/// How long the price falls.
pub const FALL: Span = Span::hours(72);
/// How long the first bid must stand.
pub const RISE: Span = Span::hours(24);
/// A bid this shortly before the end puts the end off by as much.
pub const EXTENSION: Span = Span::minutes(10);
/// The least next bid, of the highest one.
pub const OUTBID: Bps = Bps(10_200);
/// The deposit, of the cash that is bid.
pub const DEPOSIT: Bps = Bps(1_000);
/// How long the winner has to pay.
pub const PAYMENT: Span = Span::hours(72);

/// A price that falls on a straight line and then stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fall {
    /// The price at the beginning.
    pub from: Amount,
    /// The price at the end and after it.
    pub to: Amount,
    /// When it begins.
    pub since: Span,
    /// How long it falls.
    pub over: Span,
}

impl Fall {
    /// Returns the price asked at a time, rounded up: the residue is the seller's.
    ///
    /// # Errors
    /// [`units::UnitsError`], wrapped.
    pub fn price(&self, at: Span) -> Result<Amount, SettleError> {
        let passed = Span(at.0.saturating_sub(self.since.0)).min(self.over);
        let (passed, over) = (seconds(passed)?, seconds(self.over)?);
        let fallen = self.from.checked_sub(self.to)?.mul_div(passed, over, Rounding::Down)?;
        Ok(self.from.checked_sub(fallen)?)
    }

    /// Says whether the price has stopped falling.
    pub fn ended(&self, at: Span) -> bool {
        at.0.saturating_sub(self.since.0) >= self.over.0
    }
}

fn seconds(span: Span) -> Result<i64, SettleError> {
    i64::try_from(span.0).map_err(|_| SettleError::Math(units::UnitsError::Overflow))
}

/// What somebody offers for a lot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The whole price.
    pub price: Amount,
    /// The part of it that is paid by giving up a claim on the deal.
    pub credit: Amount,
    /// Cash left as a deposit now.
    pub deposit: Amount,
}

impl Offer {
    /// Returns the part of the price that is paid in cash.
    fn cash(&self) -> Result<Amount, SettleError> {
        Ok(self.price.checked_sub(self.credit)?)
    }

    /// `claim` is what the bidder may give up: the senior's whole claim, and nothing for anybody else.
    fn require_sound(&self, claim: Amount) -> Result<(), SettleError> {
        require_positive(self.price)?;
        require_not_negative(self.credit)?;
        require(self.credit <= claim.min(self.price), SettleError::CreditAboveClaim)?;
        require_not_negative(self.deposit)?;
        let least = DEPOSIT.of(self.cash()?, Rounding::Up)?;
        require(self.deposit >= least, SettleError::DepositTooSmall)
    }
}

/// A bid that was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bid {
    /// Counts the bids for a lot, from 1.
    pub number: u32,
    /// What was offered; its deposit is what is still held of it.
    pub offer: Offer,
}

/// The bid that a lot goes to if no better one comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leader {
    /// The number of the bid.
    pub number: u32,
    /// Its price.
    pub price: Amount,
    /// The part of it that is to be paid by giving up a claim.
    pub credit: Amount,
}

/// What the winner of a lot has to do, and gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sale {
    /// What the deal gets in cash, the deposit within it.
    pub cash: Amount,
    /// What the deal no longer owes to the winner.
    pub credit: Amount,
    /// What the winner pays now.
    pub due: Amount,
}

/// The claim that its holder may pay with instead of cash, for all lots of a deal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Credit {
    /// What the deal owes on it.
    pub claim: Amount,
    /// What the bids that lead or have won would use of it.
    pub named: Amount,
}

impl Credit {
    /// Returns what a bid for this lot may use: nothing that bids for other lots have named.
    ///
    /// # Errors
    /// An overflow, wrapped.
    pub fn free_for(&self, lot: &Lot) -> Result<Amount, SettleError> {
        let elsewhere = self.named.checked_sub(lot.credit())?;
        Ok(self.claim.checked_sub(elsewhere.min(self.claim))?)
    }

    /// Counts what a lot names of the claim after something happened to it.
    ///
    /// # Errors
    /// An overflow, wrapped.
    pub fn renamed(&self, before: &Lot, after: &Lot) -> Result<Amount, SettleError> {
        Ok(self.named.checked_sub(before.credit())?.checked_add(after.credit())?)
    }
}

/// How far the sale of a lot has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LotState {
    /// Nobody has bid.
    Falling,
    /// Bids rise until this time.
    Rising(Span),
    /// The sale binds; it is to be paid by this time.
    Bound(Span),
    /// Sold and paid.
    Sold,
    /// Taken off.
    Withdrawn,
}

/// One indivisible lot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lot {
    /// What it was appraised at.
    pub appraisal: Amount,
    /// How far its sale has come.
    pub state: LotState,
    /// The price asked until somebody bids.
    pub fall: Fall,
    /// The best bid.
    pub leader: Option<Leader>,
    /// How many bids were taken.
    pub bids: u32,
    /// Deposits held.
    pub held: Amount,
}

impl Lot {
    /// Puts a lot on offer.
    ///
    /// # Errors
    /// [`SettleError::NotPositive`]; an overflow, wrapped.
    pub fn open(appraisal: Amount, at: Span) -> Result<Self, SettleError> {
        require_positive(appraisal)?;
        let to = RESERVE.of(appraisal, Rounding::Up)?;
        let fall = Fall { from: START.of(appraisal, Rounding::Up)?, to, since: at, over: FALL };
        let (leader, held) = (None, Amount::ZERO);
        Ok(Self { appraisal, state: LotState::Falling, fall, leader, bids: 0, held })
    }

    /// Returns what the best bid would use of a claim, until it is paid or gone.
    pub fn credit(&self) -> Amount {
        match (self.state, self.leader) {
            (LotState::Rising(_) | LotState::Bound(_), Some(leader)) => leader.credit,
            _ => Amount::ZERO,
        }
    }

    /// Returns the least price that a bid must name now.
    ///
    /// # Errors
    /// [`SettleError::LotClosed`] if no bid is taken any more; an overflow, wrapped.
    pub fn asked(&self, at: Span) -> Result<Amount, SettleError> {
        match (self.state, self.leader) {
            (LotState::Falling, _) => self.fall.price(at),
            (LotState::Rising(ends), Some(leader)) if at < ends => Ok(OUTBID.of(leader.price, Rounding::Up)?),
            _ => Err(SettleError::LotClosed),
        }
    }

    /// Takes a bid and its deposit. `claim` is what this bidder may pay with instead of cash.
    ///
    /// # Errors
    /// [`SettleError::LotClosed`], [`SettleError::BidTooLow`], [`SettleError::DepositTooSmall`],
    /// [`SettleError::CreditAboveClaim`], [`SettleError::TooMany`].
    pub fn bid(&mut self, offer: Offer, claim: Amount, at: Span) -> Result<Bid, SettleError> {
        require(offer.price >= self.asked(at)?, SettleError::BidTooLow)?;
        offer.require_sound(claim)?;
        let number = self.bids.checked_add(1).ok_or(SettleError::TooMany)?;
        let state = LotState::Rising(self.end_after_bid(at)?);
        let held = self.held.checked_add(offer.deposit)?;
        let leader = Some(Leader { number, price: offer.price, credit: offer.credit });
        *self = Self { state, leader, bids: number, held, ..*self };
        Ok(Bid { number, offer })
    }

    fn end_after_bid(&self, at: Span) -> Result<Span, SettleError> {
        match self.state {
            LotState::Rising(ends) if ends > at.plus(EXTENSION)? => Ok(ends),
            LotState::Rising(ends) => ends.plus(EXTENSION),
            _ => at.plus(RISE),
        }
    }

    /// Lets the hammer fall: from now on the sale binds. Anybody may.
    ///
    /// # Errors
    /// [`SettleError::WrongLotState`], [`SettleError::TooEarly`].
    pub fn hammer(&mut self, at: Span) -> Result<(), SettleError> {
        let LotState::Rising(ends) = self.state else { return Err(SettleError::WrongLotState) };
        require(at >= ends, SettleError::TooEarly)?;
        self.state = LotState::Bound(at.plus(PAYMENT)?);
        Ok(())
    }

    /// Completes the sale: the winner pays what is due, late or not, and the deposit counts; what is above the price
    /// can be fetched. Credit for which there is no `claim` any more is paid in cash.
    ///
    /// # Errors
    /// [`SettleError::WrongLotState`], [`SettleError::NotTheWinner`].
    pub fn settle(&mut self, bid: &mut Bid, claim: Amount) -> Result<Sale, SettleError> {
        self.require_winner(bid)?;
        let credit = bid.offer.credit.min(claim);
        let cash = bid.offer.price.checked_sub(credit)?;
        let used = bid.offer.deposit.min(cash);
        self.release(bid, used)?;
        self.state = LotState::Sold;
        Ok(Sale { cash, credit, due: cash.checked_sub(used)? })
    }

    /// Puts the lot on offer again because the winner has not paid in time, and returns what is forfeited: the least
    /// deposit, which belongs to the proceeds. What was left above it can be fetched. Anybody may call.
    ///
    /// # Errors
    /// [`SettleError::WrongLotState`], [`SettleError::NotTheWinner`], [`SettleError::TooEarly`].
    pub fn lapse(&mut self, bid: &mut Bid, at: Span) -> Result<Amount, SettleError> {
        let pay_by = self.require_winner(bid)?;
        require(at > pay_by, SettleError::TooEarly)?;
        let forfeited = DEPOSIT.of(bid.offer.cash()?, Rounding::Up)?;
        let from = START.of(self.appraisal, Rounding::Up)?;
        self.release(bid, forfeited)?;
        let fall = Fall { from, since: at, ..self.fall };
        *self = Self { state: LotState::Falling, leader: None, fall, ..*self };
        Ok(forfeited)
    }

    /// Gives back the deposit of a bid that is not, or no longer, the best one. Anybody may call.
    ///
    /// # Errors
    /// [`SettleError::NothingToRefund`].
    pub fn refund(&mut self, bid: &mut Bid) -> Result<Amount, SettleError> {
        let deposit = bid.offer.deposit;
        let wins = self.leader.is_some_and(|leader| leader.number == bid.number);
        let leads = wins && self.state != LotState::Sold;
        let free = !leads && deposit > Amount::ZERO;
        require(free, SettleError::NothingToRefund)?;
        self.release(bid, deposit)?;
        Ok(deposit)
    }

    /// Lowers the reserve of a lot that nobody wanted, and lets the price fall on from the old one.
    ///
    /// # Errors
    /// [`SettleError::WrongLotState`]; [`SettleError::TooEarly`] while the price still falls;
    /// [`SettleError::ReserveNotLower`]; [`SettleError::NotPositive`].
    pub fn cut(&mut self, reserve: Amount, at: Span) -> Result<(), SettleError> {
        require(self.state == LotState::Falling, SettleError::WrongLotState)?;
        require(self.fall.ended(at), SettleError::TooEarly)?;
        require_positive(reserve)?;
        require(reserve < self.fall.to, SettleError::ReserveNotLower)?;
        self.fall = Fall { from: self.fall.to, to: reserve, since: at, over: FALL };
        Ok(())
    }

    /// Takes the lot off, after a redemption; the best bid's deposit can be fetched like all others.
    ///
    /// # Errors
    /// [`SettleError::SaleBinds`], [`SettleError::WrongLotState`].
    pub fn withdraw(&mut self) -> Result<(), SettleError> {
        match self.state {
            LotState::Falling | LotState::Rising(_) => {}
            LotState::Bound(_) | LotState::Sold => return Err(SettleError::SaleBinds),
            LotState::Withdrawn => return Err(SettleError::WrongLotState),
        }
        (self.state, self.leader) = (LotState::Withdrawn, None);
        Ok(())
    }

    /// Returns by when the winner has to pay.
    fn require_winner(&self, bid: &Bid) -> Result<Span, SettleError> {
        let LotState::Bound(pay_by) = self.state else { return Err(SettleError::WrongLotState) };
        let wins = self.leader.is_some_and(|leader| leader.number == bid.number);
        require(wins, SettleError::NotTheWinner)?;
        Ok(pay_by)
    }

    fn release(&mut self, bid: &mut Bid, amount: Amount) -> Result<(), SettleError> {
        let (held, left) = (self.held.checked_sub(amount)?, bid.offer.deposit.checked_sub(amount)?);
        (self.held, bid.offer.deposit) = (held, left);
        Ok(())
    }
}
