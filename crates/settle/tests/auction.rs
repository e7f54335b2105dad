//! Lots: the falling price, the rising one, deposits, credit, winners who do not pay.
#![allow(missing_docs, clippy::unwrap_used)]

use forebay_settle::SettleError::{self, *};
use forebay_settle::Span;
use forebay_settle::auction::{Bid, Credit, Fall, Lot, LotState, Offer, Sale};
use units::Amount;

const NOTHING: Amount = Amount::ZERO;

/// On a fall over 200 hours (N = 200) from 10,000 to nothing, this is asked after so many hours.
fn check(hours: u64, asked: i64) {
    let fall =
        Fall { from: Amount::new(10_000), to: NOTHING, since: Span::hours(200), over: Span::hours(200) };
    assert_eq!(fall.price(Span::hours(hours)), Ok(Amount::new(asked)), "{hours} h");
    assert_eq!(fall.ended(Span::hours(hours)), hours >= 400);
}

#[test]
fn the_price_falls_on_a_straight_line() {
    check(0, 10_000); // M8's curve of the debt asked: before N all of it, then nothing by 2 N.
    check(100, 10_000);
    check(200, 10_000);
    check(300, 5_000);
    check(400, 0);
    check(1_000_000, 0);
}

fn lot(appraisal: i64) -> Lot {
    Lot::open(Amount::new(appraisal), Span::hours(1)).unwrap()
}

#[test]
fn a_lot_falls_from_110_to_60_percent_in_72_hours() {
    let lot = lot(1_000_001);
    let asked = |hours| lot.asked(Span::hours(hours)).unwrap().units();
    assert_eq!([asked(1), asked(37), asked(73), asked(999)], [1_100_002, 850_002, 600_001, 600_001]);
    assert_eq!(Lot::open(NOTHING, Span::ZERO), Err(NotPositive));
    assert_eq!(Lot::open(Amount::new(i64::MAX), Span::ZERO), Err(Math(units::UnitsError::Overflow)));
    assert!(Lot::open(Amount::new(i64::MAX / 11 * 10), Span::ZERO).is_ok());
}

fn cash(price: i64) -> Offer {
    Offer { price: Amount::new(price), credit: NOTHING, deposit: Amount::new(price / 10) }
}

fn bid(lot: &mut Lot, price: i64, at: Span) -> Result<Bid, SettleError> {
    lot.bid(cash(price), NOTHING, at)
}

#[test]
fn bids_rise_by_two_percent_until_nobody_bids() {
    let mut lot = lot(1_000);
    assert_eq!(bid(&mut lot, 849, Span::hours(37)), Err(BidTooLow));
    bid(&mut lot, 850, Span::hours(37)).unwrap();
    assert_eq!(lot.state, LotState::Rising(Span::hours(61)));
    assert_eq!(bid(&mut lot, 866, Span::hours(38)), Err(BidTooLow));
    assert_eq!(bid(&mut lot, 870, Span::hours(38)).unwrap().number, 2);
    assert_eq!(lot.state, LotState::Rising(Span::hours(61)), "a bid in time does not put the end off");
    assert_eq!(lot.hammer(Span::minutes(61 * 60 - 1)), Err(TooEarly));
    assert_eq!(bid(&mut lot, 890, Span::hours(61)), Err(LotClosed));
    lot.hammer(Span::hours(61)).unwrap();
    assert_eq!(lot.state, LotState::Bound(Span::hours(133)));
    assert_eq!(bid(&mut lot, 990, Span::hours(62)), Err(LotClosed));
    assert_eq!(lot.hammer(Span::hours(62)), Err(WrongLotState));
}

#[test]
fn a_late_bid_puts_the_end_off() {
    let mut lot = lot(1_000);
    bid(&mut lot, 1_100, Span::hours(1)).unwrap();
    let end = 25 * 3_600;
    bid(&mut lot, 1_200, Span(end - 601)).unwrap();
    assert_eq!(lot.state, LotState::Rising(Span(end)));
    bid(&mut lot, 1_300, Span(end - 600)).unwrap();
    assert_eq!(lot.state, LotState::Rising(Span(end + 600)));
    bid(&mut lot, 1_400, Span(end + 599)).unwrap();
    assert_eq!(lot.state, LotState::Rising(Span(end + 1_200)));
}

/// What a bidder with a claim of 500 hears to an offer of 1,000 or more.
fn check_offer(price: i64, credit: i64, deposit: i64, expected: Result<(), SettleError>) {
    let offer =
        Offer { price: Amount::new(price), credit: Amount::new(credit), deposit: Amount::new(deposit) };
    let taken = lot(900).bid(offer, Amount::new(500), Span::hours(1));
    assert_eq!(taken.map(|bid| assert_eq!(bid, Bid { number: 1, offer })), expected, "{offer:?}");
}

#[test]
fn a_deposit_is_a_tenth_of_the_cash_and_credit_is_the_bidders_claim() {
    check_offer(1_001, 0, 101, Ok(()));
    check_offer(1_001, 0, 100, Err(DepositTooSmall));
    check_offer(1_000, 500, 50, Ok(()));
    check_offer(1_000, 500, 49, Err(DepositTooSmall));
    check_offer(1_000, 501, 50, Err(CreditAboveClaim));
    check_offer(1_000, -1, 200, Err(NegativeAmount));
    check_offer(1_000, 0, -100, Err(NegativeAmount));
    check_offer(989, 0, 99, Err(BidTooLow));
}

fn sold(offers: &[Offer]) -> (Lot, Vec<Bid>) {
    let mut lot = lot(1_000);
    let bids = offers.iter().map(|offer| lot.bid(*offer, offer.credit, Span::hours(1)).unwrap()).collect();
    lot.hammer(Span::hours(25)).unwrap();
    (lot, bids)
}

#[test]
fn the_winner_pays_the_rest_and_the_others_fetch_their_deposits() {
    let (mut lot, mut bids) = sold(&[cash(1_100), cash(1_200), cash(1_300)]);
    assert_eq!(lot.held, Amount::new(360));
    assert_eq!(lot.settle(&mut bids[1], NOTHING), Err(NotTheWinner));
    assert_eq!(lot.refund(&mut bids[2]), Err(NothingToRefund));
    let sale = lot.settle(&mut bids[2], NOTHING).unwrap();
    assert_eq!(sale, Sale { cash: Amount::new(1_300), credit: NOTHING, due: Amount::new(1_170) });
    assert_eq!(lot.refund(&mut bids[0]), Ok(Amount::new(110)));
    assert_eq!(lot.refund(&mut bids[0]), Err(NothingToRefund));
    assert_eq!(lot.refund(&mut bids[1]), Ok(Amount::new(120)));
    assert_eq!(lot.refund(&mut bids[2]), Err(NothingToRefund));
    assert_eq!((lot.held, lot.state), (NOTHING, LotState::Sold));
}

#[test]
fn a_credit_bid_needs_no_cash_and_a_large_deposit_comes_back() {
    let offer = |price, credit, deposit| Offer {
        price: Amount::new(price),
        credit: Amount::new(credit),
        deposit: Amount::new(deposit),
    };
    let (mut lot, mut bids) = sold(&[offer(1_200, 1_200, 0)]);
    let sale = lot.settle(&mut bids[0], Amount::new(1_200)).unwrap();
    assert_eq!(sale, Sale { cash: NOTHING, credit: Amount::new(1_200), due: NOTHING });

    let (mut lot, mut bids) = sold(&[offer(1_200, 1_000, 250)]);
    let sale = lot.settle(&mut bids[0], Amount::new(1_200)).unwrap();
    assert_eq!((sale.cash, sale.due, lot.held), (Amount::new(200), NOTHING, Amount::new(50)));
    assert_eq!(lot.refund(&mut bids[0]), Ok(Amount::new(50)));
    assert_eq!((lot.held, lot.refund(&mut bids[0])), (NOTHING, Err(NothingToRefund)));
}

#[test]
fn a_claim_that_was_paid_meanwhile_is_no_credit() {
    let half = Offer { price: Amount::new(1_200), credit: Amount::new(600), deposit: Amount::new(60) };
    let (mut lot, mut bids) = sold(&[half]);
    let sale = lot.settle(&mut bids[0], Amount::new(500)).unwrap();
    assert_eq!(sale, Sale { cash: Amount::new(700), credit: Amount::new(500), due: Amount::new(640) });
}

#[test]
fn no_part_of_a_claim_is_bid_twice() {
    let (mut first, mut second) = (lot(1_000), lot(1_000));
    let offer =
        |credit| Offer { price: Amount::new(1_200), credit: Amount::new(credit), deposit: Amount::new(60) };
    let mut credit = Credit { claim: Amount::new(1_000), named: NOTHING };
    let before = first;
    first.bid(offer(700), credit.free_for(&first).unwrap(), Span::hours(1)).unwrap();
    credit.named = credit.renamed(&before, &first).unwrap();
    assert_eq!(credit.free_for(&second), Ok(Amount::new(300)));
    assert_eq!(credit.free_for(&first), Ok(Amount::new(1_000)), "a better bid takes the place of the first");
    let claim = credit.free_for(&second).unwrap();
    assert_eq!(second.bid(offer(700), claim, Span::hours(1)), Err(CreditAboveClaim));
    let before = first;
    bid(&mut first, 1_300, Span::hours(2)).unwrap();
    credit.named = credit.renamed(&before, &first).unwrap();
    assert_eq!(credit, Credit { claim: Amount::new(1_000), named: NOTHING });
    assert_eq!(Credit { claim: NOTHING, ..credit }.free_for(&second), Ok(NOTHING));
}

#[test]
fn a_winner_who_does_not_pay_forfeits_the_least_deposit() {
    let large = Offer { deposit: Amount::new(500), ..cash(1_200) };
    let (mut lot, mut bids) = sold(&[cash(1_100), large]);
    let pay_by = Span::hours(97);
    assert_eq!(lot.lapse(&mut bids[1], pay_by), Err(TooEarly));
    assert_eq!(lot.lapse(&mut bids[0], Span::hours(98)), Err(NotTheWinner));
    assert_eq!(lot.lapse(&mut bids[1], Span::hours(98)), Ok(Amount::new(120)));
    assert_eq!(lot.refund(&mut bids[1]), Ok(Amount::new(380)));
    assert_eq!(lot.refund(&mut bids[0]), Ok(Amount::new(110)));
    assert_eq!((lot.held, lot.state), (NOTHING, LotState::Falling));
    assert_eq!(lot.asked(Span::hours(98)), Ok(Amount::new(1_100)), "it is on offer anew");
    assert_eq!(bid(&mut lot, 1_100, Span::hours(98)).unwrap().number, 3);
}

#[test]
fn a_reserve_that_nobody_pays_is_cut_after_the_fall() {
    let mut lot = lot(1_000);
    assert_eq!(lot.cut(Amount::new(500), Span::hours(72)), Err(TooEarly));
    assert_eq!(lot.cut(Amount::new(600), Span::hours(73)), Err(ReserveNotLower));
    assert_eq!(lot.cut(NOTHING, Span::hours(73)), Err(NotPositive));
    lot.cut(Amount::new(400), Span::hours(100)).unwrap();
    assert_eq!(lot.asked(Span::hours(136)), Ok(Amount::new(500)));
    assert_eq!(lot.asked(Span::hours(172)), Ok(Amount::new(400)));
    bid(&mut lot, 400, Span::hours(200)).unwrap();
    assert_eq!(lot.cut(Amount::new(300), Span::hours(300)), Err(WrongLotState));
}

#[test]
fn a_lot_is_withdrawn_until_its_sale_binds() {
    let mut open = lot(1_000);
    let mut best = bid(&mut open, 1_100, Span::hours(1)).unwrap();
    open.withdraw().unwrap();
    assert_eq!(open.refund(&mut best), Ok(Amount::new(110)));
    assert_eq!(open.withdraw(), Err(WrongLotState));
    assert_eq!(bid(&mut open, 1_100, Span::hours(1)), Err(LotClosed));
    let (mut lot, _) = sold(&[cash(1_100)]);
    assert_eq!(lot.withdraw(), Err(SaleBinds));
}
