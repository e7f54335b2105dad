//! Lots and bids, decided in `settle::auction`. Everything is decided and stored before anything outside is called.

use crate::book::{self, Listed, StoredLot};
use crate::error::{AuctionError, require};
use crate::outside;
use crate::terms::Terms;
use settle::auction::{Bid, Credit, Lot, Offer};
use settle::enforcement::Case;
use settle::{Evidence, Span};
use soroban_sdk::xdr::ToXdr;
use soroban_sdk::{Address, Env, Vec, contractevent, contracttype};
use units::Amount;

/// Receipts that a lot may hold: as many as the registry moves in one call.
const RECEIPTS_MAX: u32 = 64;

/// What somebody offers for a lot; [`Offer`] explains each amount.
#[contracttype]
#[derive(Clone)]
pub struct Offered {
    pub credit: i128,
    pub deposit: i128,
    pub price: i128,
}

/// A lot is on offer.
#[contractevent(data_format = "vec")]
pub struct Opened {
    /// Its number.
    #[topic]
    pub lot: u32,
    /// What its machines were appraised at.
    pub appraisal: i64,
    /// Its receipts.
    pub ids: Vec<u32>,
}

/// A bid was taken.
#[contractevent(data_format = "vec")]
pub struct BidTaken {
    /// For which lot.
    #[topic]
    pub lot: u32,
    /// Whose.
    #[topic]
    pub bidder: Address,
    /// Its number.
    pub number: u32,
    /// Its price.
    pub price: i64,
}

/// The hammer fell.
#[contractevent(data_format = "single-value")]
pub struct Hammered {
    /// Which lot.
    #[topic]
    pub lot: u32,
    /// The number of the bid that has won.
    pub number: u32,
}

/// A lot is sold and paid.
#[contractevent(data_format = "vec")]
pub struct Settled {
    /// Which lot.
    #[topic]
    pub lot: u32,
    /// Whose its machines are.
    #[topic]
    pub to: Address,
    /// What the deal got.
    pub cash: i64,
    /// What the deal no longer owes.
    pub credit: i64,
}

/// A winner has not paid.
#[contractevent(data_format = "single-value")]
pub struct Lapsed {
    /// Which lot.
    #[topic]
    pub lot: u32,
    /// What of the deposit the deal got.
    pub forfeited: i64,
}

/// A deposit went back.
#[contractevent(data_format = "single-value")]
pub struct Refunded {
    /// For which lot it was.
    #[topic]
    pub lot: u32,
    /// Whose.
    #[topic]
    pub bidder: Address,
    /// How much.
    pub amount: i64,
}

/// A lot was taken off and its machines are the debtor's.
#[contractevent(data_format = "single-value")]
pub struct Withdrawn {
    /// Which lot.
    pub lot: u32,
}

/// A lot with its case, loaded for one decision.
struct OnSale<'a> {
    env: &'a Env,
    number: u32,
    terms: Terms,
    case: Case,
    before: Lot,
    listed: Listed,
}

impl<'a> OnSale<'a> {
    fn load(env: &'a Env, number: u32) -> Result<Self, AuctionError> {
        let (terms, case) = book::open(env)?;
        let listed = book::lot(env, number)?;
        Ok(Self { env, number, terms, case, before: listed.lot, listed })
    }

    /// The time of the sale: none is sold before the auction or in a stay.
    fn time(&self) -> Result<Span, AuctionError> {
        Ok(self.case.sale_time(book::now(self.env))?)
    }

    /// The best bid and whose it is.
    fn leader(&self) -> Result<(Address, Bid), AuctionError> {
        let leader = self.listed.lot.leader.ok_or(AuctionError::UnknownBid)?;
        book::bid(self.env, self.number, leader.number)
    }

    /// The senior claim, if this bid may use it; nothing for anybody else's.
    fn credit(&self, bidder: &Address, wanted: Amount) -> Result<Credit, AuctionError> {
        let named = book::named(self.env);
        let is_senior = *bidder == self.terms.senior && wanted > Amount::ZERO;
        let claim = if is_senior { outside::claim(self.env, &self.terms)? } else { Amount::ZERO };
        Ok(Credit { claim, named })
    }

    /// Stores the case, the lot, and what its best bid names of the senior claim.
    fn keep(&self) -> Result<(), AuctionError> {
        let credit = Credit { claim: Amount::ZERO, named: book::named(self.env) };
        book::keep_named(self.env, credit.renamed(&self.before, &self.listed.lot)?);
        book::keep_case(self.env, &self.case);
        book::keep_lot(self.env, self.number, &self.listed);
        Ok(())
    }

    fn keep_with(&self, bidder: &Address, bid: &Bid) -> Result<(), AuctionError> {
        book::keep_bid(self.env, self.number, (bidder, bid));
        self.keep()
    }
}

/// Puts receipts on offer at what the registry's appraisers say; the deal takes them into enforcement, so that none is in
/// two lots. A deal that would not take a sale's cash now takes no lot: a winner could not pay.
pub fn list(env: &Env, ids: Vec<u32>, allocated: i128) -> Result<u32, AuctionError> {
    let (terms, mut case) = book::open(env)?;
    terms.trustee.require_auth();
    require(!ids.is_empty() && ids.len() <= RECEIPTS_MAX, AuctionError::LotSize)?;
    case.list()?;
    let (number, at) = (case.lots.into(), case.sale_time(book::now(env))?);
    let lot = Lot::open(outside::appraised(env, &terms, &ids)?, at)?;
    let appraisal = lot.appraisal.units();
    let allocated = book::units(allocated)?;
    let listed = Listed { lot, ids: ids.clone(), allocated };
    book::keep_case(env, &case);
    book::keep_lot(env, number, &listed);
    outside::sell(env, &terms, outside::Sold { allocated, ..Default::default() })?;
    outside::deal(env, &terms).enforce(&ids);
    Opened { lot: number, appraisal, ids }.publish(env);
    Ok(number)
}

/// Takes a bid and its deposit.
pub fn bid(env: &Env, bidder: &Address, lot: u32, offered: &Offered) -> Result<u32, AuctionError> {
    let mut sale = OnSale::load(env, lot)?;
    let (price, credit) = (book::units(offered.price)?, book::units(offered.credit)?);
    let offer = Offer { price, credit, deposit: book::units(offered.deposit)? };
    let free = sale.credit(bidder, credit)?.free_for(&sale.before)?;
    let bid = sale.listed.lot.bid(offer, free, sale.time()?)?;
    sale.keep_with(bidder, &bid)?;
    outside::take(env, bidder, offer.deposit)?;
    let (bidder, number) = (bidder.clone(), bid.number);
    BidTaken { lot, bidder, number, price: price.units() }.publish(env);
    Ok(number)
}

/// Lets the hammer fall. The evidence is the hash of the lot as it stands with its best bid.
pub fn hammer(env: &Env, lot: u32) -> Result<(), AuctionError> {
    let mut sale = OnSale::load(env, lot)?;
    let at = sale.time()?;
    sale.listed.lot.hammer(at)?;
    let shown: StoredLot = book::stored_lot(env, lot)?;
    sale.case.bind(Evidence(env.crypto().sha256(&shown.to_xdr(env)).to_array()))?;
    sale.keep()?;
    Hammered { lot, number: sale.leader()?.1.number }.publish(env);
    Ok(())
}

/// Completes a sale. The winner signs if something is still due in cash.
pub fn settle(env: &Env, lot: u32) -> Result<(), AuctionError> {
    let mut on_sale = OnSale::load(env, lot)?;
    let (winner, mut bid) = on_sale.leader()?;
    let claim = on_sale.credit(&winner, bid.offer.credit)?.claim;
    let sale = on_sale.listed.lot.settle(&mut bid, claim)?;
    on_sale.case.settle()?;
    on_sale.keep_with(&winner, &bid)?;
    if sale.due > Amount::ZERO {
        winner.require_auth();
        outside::take(env, &winner, sale.due)?;
    }
    let OnSale { terms, case, listed, .. } = on_sale;
    let (cash, allocated, last) = (sale.cash, listed.allocated, case.sold_out());
    outside::sell(env, &terms, outside::Sold { cash, allocated, last })?;
    let deal = outside::deal(env, &terms);
    if sale.credit > Amount::ZERO {
        deal.surrender(&terms.note, &sale.credit.units().into());
    }
    deal.conclude(&listed.ids, &winner);
    Settled { lot, to: winner, cash: sale.cash.units(), credit: sale.credit.units() }.publish(env);
    Ok(())
}

/// Puts a lot on offer again whose winner has not paid in time; the deal gets the least deposit.
pub fn lapse(env: &Env, lot: u32) -> Result<(), AuctionError> {
    let mut sale = OnSale::load(env, lot)?;
    let (winner, mut bid) = sale.leader()?;
    let at = sale.time()?;
    let forfeited = sale.listed.lot.lapse(&mut bid, at)?;
    sale.case.unbind(book::now(env))?;
    sale.keep_with(&winner, &bid)?;
    if forfeited > Amount::ZERO {
        outside::give(env, &sale.terms, &env.current_contract_address(), forfeited)?;
    }
    Lapsed { lot, forfeited: forfeited.units() }.publish(env);
    Ok(())
}

/// Sends a bidder the deposit, or what is left of it, that no sale holds; returns how much.
pub fn refund(env: &Env, lot: u32, number: u32) -> Result<i128, AuctionError> {
    let mut listed = book::lot(env, lot)?;
    let (bidder, mut bid) = book::bid(env, lot, number)?;
    let amount = listed.lot.refund(&mut bid)?;
    book::keep_lot(env, lot, &listed);
    book::keep_bid(env, lot, (&bidder, &bid));
    outside::send(env, &bidder, amount)?;
    Refunded { lot, bidder, amount: amount.units() }.publish(env);
    Ok(amount.units().into())
}

/// Takes a lot off after a redemption and gives its machines back.
pub fn withdraw(env: &Env, lot: u32) -> Result<(), AuctionError> {
    let mut sale = OnSale::load(env, lot)?;
    sale.case.require_over()?;
    sale.listed.lot.withdraw()?;
    sale.keep()?;
    outside::deal(env, &sale.terms).conclude(&sale.listed.ids, &sale.terms.debtor);
    Withdrawn { lot }.publish(env);
    Ok(())
}

/// The least price that a bid for a lot must name now.
pub fn asked(env: &Env, lot: u32) -> Result<i128, AuctionError> {
    let sale = OnSale::load(env, lot)?;
    Ok(sale.listed.lot.asked(sale.time()?)?.units().into())
}
