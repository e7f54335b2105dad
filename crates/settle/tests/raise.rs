//! Raises: terms, allocation, refunds, milestones, and random lives of many holders.
#![allow(missing_docs, clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::indexing_slicing)]

use forebay_settle::SettleError::{self, *};
use forebay_settle::invariants::ra1_refunds_whole;
use forebay_settle::milestones::Milestones;
use forebay_settle::raise::{Allocation, Book, Closing, Commitment, Holding, Raise, RaiseState, Terms};
use forebay_settle::{Bps, Evidence, Span, Time};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use std::collections::BTreeMap;
use units::Amount;

const DEADLINE: Time = Time(1_000);
const CLOSING_END: Time = Time(2_000);

fn terms(minimum: i64, maximum: i64) -> Terms {
    Terms {
        minimum: Amount::new(minimum),
        maximum: Amount::new(maximum),
        currency_unit: Amount::new(1),
        deadline: DEADLINE,
        closing_end: CLOSING_END,
        fee: Bps(150),
    }
}

fn book(cap: i64, minimum: i64) -> Book {
    Book { cap: Amount::new(cap), minimum: Amount::new(minimum), ..Book::default() }
}

fn closed(cap: i64, bids: &[i64]) -> (Raise, Book, Vec<Commitment>, Closing) {
    let mut raise = Raise::draft(terms(100, cap)).unwrap();
    let (mut book, mut commitments) = (book(cap, 0), vec![Commitment::default(); bids.len()]);
    raise.open(&[book], Time(1)).unwrap();
    for (commitment, bid) in commitments.iter_mut().zip(bids) {
        raise.commit(Holding { book: &mut book, commitment }, Amount::new(*bid), Time(2)).unwrap();
    }
    raise.fund(&[book], DEADLINE).unwrap();
    let closing = raise.close(&[book], DEADLINE).unwrap();
    (raise, book, commitments, closing)
}

/// Bids for a note of this cap are accepted as listed, in this order of settlement.
fn check(cap: i64, bids: &[i64], accepted: &[i64]) {
    let (mut raise, mut book, mut commitments, _) = closed(cap, bids);
    let mut settled = Vec::new();
    for (commitment, bid) in commitments.iter_mut().zip(bids) {
        let Allocation { accepted, refund } = raise.settle(Holding { book: &mut book, commitment }).unwrap();
        assert_eq!(accepted.units() + refund.units(), *bid);
        settled.push(accepted.units());
    }
    assert_eq!((settled.as_slice(), raise.held), (accepted, Amount::ZERO), "{cap} {bids:?}");
}

#[test]
fn what_is_above_the_cap_goes_back_pro_rata() {
    check(1_000, &[300, 700], &[300, 700]);
    check(1_000, &[300, 400], &[300, 400]);
    check(1_000, &[1_000, 1_000], &[500, 500]);
    check(1_000, &[500, 500, 500], &[333, 333, 334]);
    check(100, &[100, 100, 100, 100, 100, 100, 100], &[14, 14, 14, 15, 14, 14, 15]);
    check(100, &[i64::MAX - 100, 100], &[99, 1]);
    check(i64::MAX, &[i64::MAX], &[i64::MAX]);
}

#[test]
fn the_fee_is_taken_at_the_closing_and_rounded_up() {
    let (raise, _, _, closing) = closed(1_001, &[2_000]);
    assert_eq!(closing, Closing { fee: Amount::new(16), proceeds: Amount::new(985) });
    assert_eq!(
        (raise.raised, raise.fee, raise.held),
        (Amount::new(1_001), Amount::new(16), Amount::new(999))
    );
}

#[test]
fn a_raise_without_a_fee_hands_over_all_of_it() {
    let mut raise = Raise::draft(Terms { fee: Bps(0), ..terms(100, 1_000) }).unwrap();
    let (mut book, mut commitment) = (book(1_000, 0), Commitment::default());
    raise.open(&[book], Time(0)).unwrap();
    let holding = Holding { book: &mut book, commitment: &mut commitment };
    raise.commit(holding, Amount::new(700), Time(1)).unwrap();
    raise.fund(&[book], DEADLINE).unwrap();
    let closing = raise.close(&[book], DEADLINE).unwrap();
    assert_eq!(closing, Closing { fee: Amount::ZERO, proceeds: Amount::new(700) });
}

/// A change of sound terms is refused.
fn check_terms(change: fn(&mut Terms)) {
    let mut terms = terms(100, 1_000);
    assert!(Raise::draft(terms).is_ok());
    change(&mut terms);
    assert!(Raise::draft(terms).is_err(), "{terms:?}");
}

#[test]
fn terms_within_the_limits_only() {
    check_terms(|terms| terms.minimum = Amount::new(99));
    check_terms(|terms| terms.minimum = Amount::new(1_001));
    check_terms(|terms| terms.currency_unit = Amount::ZERO);
    check_terms(|terms| terms.currency_unit = Amount::new(i64::MAX));
    check_terms(|terms| terms.fee = Bps(1));
    check_terms(|terms| terms.fee = Bps(99));
    check_terms(|terms| terms.fee = Bps(201));
    check_terms(|terms| terms.closing_end = terms.deadline);
    check_terms(|terms| terms.closing_end = terms.deadline.plus(Span::days(91)).unwrap());
}

/// Two notes and one holder, who commits to the first.
struct Small {
    raise: Raise,
    books: [Book; 2],
    commitment: Commitment,
}

impl Small {
    fn draft() -> Self {
        let raise = Raise::draft(terms(100, 1_000)).unwrap();
        Self { raise, books: [book(600, 100), book(400, 0)], commitment: Commitment::default() }
    }

    fn open() -> Self {
        let mut small = Self::draft();
        small.raise.open(&small.books, Time(1)).unwrap();
        small
    }

    fn funded() -> Self {
        let mut small = Self::open();
        small.commit(100, 999).unwrap();
        small.raise.fund(&small.books, DEADLINE).unwrap();
        small
    }

    fn with<T>(&mut self, action: impl FnOnce(&mut Raise, Holding<'_>) -> T) -> T {
        action(&mut self.raise, Holding { book: &mut self.books[0], commitment: &mut self.commitment })
    }

    fn commit(&mut self, amount: i64, now: u64) -> Result<(), SettleError> {
        self.with(|raise, holding| raise.commit(holding, Amount::new(amount), Time(now)))
    }

    fn withdraw(&mut self, amount: i64, now: u64) -> Result<(), SettleError> {
        self.with(|raise, holding| raise.withdraw(holding, Amount::new(amount), Time(now)))
    }
}

#[test]
fn a_draft_opens_with_all_its_books() {
    let mut small = Small::draft();
    assert_eq!(small.commit(100, 1), Err(WrongRaiseState));
    assert_eq!(small.raise.open(&small.books[..1], Time(1)), Err(BooksIncomplete));
    assert_eq!(small.raise.open(&[book(600, 601), book(400, 0)], Time(1)), Err(BadTerms));
    let begun = Book { settled: Amount::new(1), ..book(600, 0) };
    assert_eq!(small.raise.open(&[begun, book(400, 0)], Time(1)), Err(BadTerms));
    assert_eq!(small.raise.open(&small.books, DEADLINE), Err(DeadlinePassed));
    assert_eq!(small.raise.open(&small.books, Time(999)), Ok(()));
    assert_eq!(small.raise.open(&small.books, Time(999)), Err(WrongRaiseState));
}

#[test]
fn holders_come_and_go_until_the_deadline() {
    let mut small = Small::open();
    assert_eq!(small.commit(99, 1), Err(TicketTooSmall));
    assert_eq!(small.commit(-1, 1), Err(NotPositive));
    assert_eq!(small.commit(100, 1_000), Err(DeadlinePassed));
    assert_eq!(small.commit(100, 999), Ok(()));
    assert_eq!(small.commit(1, 999), Ok(()));
    assert_eq!(small.withdraw(2, 999), Err(TicketTooSmall));
    assert_eq!(small.withdraw(102, 999), Err(BalanceTooSmall));
    assert_eq!(small.withdraw(1, 1_000), Err(DeadlinePassed));
    assert_eq!(small.withdraw(1, 999), Ok(()));
    assert_eq!(small.withdraw(100, 999), Ok(()));
    assert_eq!(small.raise.held, Amount::ZERO);
}

#[test]
fn a_raise_that_waits_too_long_fails() {
    let mut small = Small::open();
    small.commit(100, 999).unwrap();
    assert_eq!(small.raise.fund(&small.books, Time(999)), Err(DeadlineNotReached));
    assert_eq!(small.raise.close(&small.books, DEADLINE), Err(WrongRaiseState));
    assert_eq!(small.raise.expire(&small.books, Time(999)), Err(DeadlineNotReached));
    assert_eq!(small.raise.expire(&small.books, DEADLINE), Err(MinimumMet));
    assert_eq!({ small.raise }.expire(&small.books, CLOSING_END), Ok(()));
    assert_eq!(small.raise.fund(&small.books, DEADLINE), Ok(()));
    assert_eq!(small.raise.expire(&small.books, Time(1_999)), Err(DeadlineNotReached));
    assert_eq!(small.raise.close(&small.books, CLOSING_END), Err(DeadlinePassed));
    assert_eq!(small.raise.expire(&small.books, CLOSING_END), Ok(()));
    assert_eq!(small.raise.fail(), Err(WrongRaiseState));
}

#[test]
fn a_refund_is_whole_and_paid_once() {
    let mut small = Small::funded();
    assert_eq!(small.with(Raise::settle), Err(WrongRaiseState));
    assert_eq!(small.with(Raise::refund), Err(WrongRaiseState));
    small.raise.fail().unwrap();
    assert_eq!(small.with(Raise::settle), Err(WrongRaiseState));
    assert_eq!(small.with(Raise::refund), Ok(Amount::new(100)));
    assert_eq!(small.with(Raise::refund), Err(NothingCommitted));
    assert_eq!(small.raise.held, Amount::ZERO);
}

#[test]
fn a_commitment_is_settled_once() {
    let mut small = Small::funded();
    small.raise.close(&small.books, DEADLINE).unwrap();
    let whole = Allocation { accepted: Amount::new(100), refund: Amount::ZERO };
    assert_eq!(small.with(Raise::settle), Ok(whole));
    assert_eq!(small.with(Raise::settle), Err(NothingCommitted));
    assert_eq!(small.with(Raise::refund), Err(WrongRaiseState));
    assert_eq!(small.raise.fail(), Err(WrongRaiseState));
}

#[test]
fn one_note_below_its_minimum_fails_the_whole_raise() {
    let mut raise = Raise::draft(terms(100, 1_000)).unwrap();
    let (mut books, mut commitment) = ([book(600, 0), book(400, 200)], Commitment::default());
    raise.open(&books, Time(1)).unwrap();
    let holding = Holding { book: &mut books[0], commitment: &mut commitment };
    raise.commit(holding, Amount::new(600), Time(1)).unwrap();
    assert_eq!(raise.fund(&books, DEADLINE), Err(MinimumNotMet));
    raise.expire(&books, DEADLINE).unwrap();
    assert_eq!(raise.state, RaiseState::Failed);
}

const DELIVERED: Evidence = Evidence([7; 32]);

/// Proceeds divided into these parts are released as listed.
fn check_parts(whole: i64, shares: &[u16], parts: &[i64]) {
    let shares: Vec<Bps> = shares.iter().copied().map(Bps).collect();
    let mut milestones = Milestones::new(&shares, Amount::new(whole), DEADLINE).unwrap();
    let released: Vec<i64> =
        shares.iter().map(|_| milestones.release(DELIVERED, Time(1)).unwrap().units()).collect();
    assert_eq!(released, parts);
    assert_eq!(milestones.release(DELIVERED, Time(1)), Err(SettleError::NothingToRelease));
    assert_eq!(milestones.lapse(DEADLINE), Err(SettleError::NothingToRelease));
}

#[test]
fn parts_add_up_to_the_whole() {
    check_parts(1_000, &[10_000], &[1_000]);
    check_parts(1_001, &[3_000, 5_000, 2_000], &[300, 500, 201]);
    check_parts(7, &[1_250; 8], &[0, 1, 1, 1, 1, 1, 1, 1]);
    check_parts(i64::MAX, &[9_999, 1], &[9_222_449_699_651_090_329, 922_337_203_685_478]);
}

#[test]
fn parts_that_do_not_add_up_are_refused() {
    for shares in [&[][..], &[Bps(9_999)], &[Bps(10_000), Bps(1)], &[Bps(10_000), Bps(0)], &[Bps(1_111); 9]] {
        assert_eq!(Milestones::new(shares, Amount::new(1), DEADLINE), Err(SettleError::BadTerms));
    }
}

#[test]
fn what_is_not_delivered_in_time_goes_back() {
    let mut milestones = Milestones::new(&[Bps(2_500), Bps(7_500)], Amount::new(999), DEADLINE).unwrap();
    assert_eq!(milestones.release(Evidence::default(), Time(1)), Err(SettleError::EvidenceMissing));
    assert_eq!(milestones.release(DELIVERED, Time(1)), Ok(Amount::new(249)));
    assert_eq!(milestones.lapse(Time(999)), Err(SettleError::DeadlineNotReached));
    assert_eq!(milestones.release(DELIVERED, DEADLINE), Err(SettleError::DeadlinePassed));
    assert_eq!(milestones.lapse(DEADLINE), Ok(Amount::new(750)));
    assert_eq!(milestones.lapse(DEADLINE), Err(SettleError::NothingToRelease));
}

const HOLDERS: usize = 3;
const BOOKS: usize = 2;

#[derive(Clone, Debug)]
enum Step {
    Commit(usize, i64),
    Withdraw(usize, i64),
    Wait(u64),
    Fund,
    Close,
    Expire,
    Fail,
    Settle(usize),
    Refund(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let who = || 0..HOLDERS * BOOKS;
    let amount = || prop_oneof![8 => 90..2_000_i64, 1 => Just(i64::MAX / 2), 1 => Just(-5_i64)];
    prop_oneof![
        8 => (who(), amount()).prop_map(|(who, amount)| Step::Commit(who, amount)),
        3 => (who(), amount()).prop_map(|(who, amount)| Step::Withdraw(who, amount)),
        3 => (0..600_u64).prop_map(Step::Wait),
        2 => Just(Step::Fund),
        2 => Just(Step::Close),
        1 => Just(Step::Expire),
        1 => prop::bool::weighted(0.1).prop_map(|fail| if fail { Step::Fail } else { Step::Fund }),
        6 => who().prop_map(Step::Settle),
        3 => who().prop_map(Step::Refund),
    ]
}

#[derive(Clone, Debug, PartialEq)]
struct Life {
    raise: Raise,
    books: [Book; BOOKS],
    /// One holder after the other, a commitment to each note.
    commitments: [Commitment; HOLDERS * BOOKS],
    now: Time,
    /// Committed less withdrawn.
    paid_in: i64,
    /// Refunded, settled or taken at the closing.
    paid_out: i64,
    accepted: i64,
}

fn holding<'a>(books: &'a mut [Book], commitments: &'a mut [Commitment], who: usize) -> Holding<'a> {
    Holding { book: &mut books[who % BOOKS], commitment: &mut commitments[who] }
}

impl Life {
    fn new() -> Self {
        let mut raise = Raise::draft(terms(500, 2_003)).unwrap();
        let books = [book(1_203, 200), book(800, 0)];
        raise.open(&books, Time(0)).unwrap();
        let commitments = [Commitment::default(); HOLDERS * BOOKS];
        Self { raise, books, commitments, now: Time(0), paid_in: 0, paid_out: 0, accepted: 0 }
    }

    fn apply(&mut self, step: &Step) -> Result<(), SettleError> {
        let Self { raise, books, commitments, now, .. } = self;
        match *step {
            Step::Commit(who, amount) => {
                raise.commit(holding(books, commitments, who), Amount::new(amount), *now)?;
                self.paid_in += amount;
            }
            Step::Withdraw(who, amount) => {
                raise.withdraw(holding(books, commitments, who), Amount::new(amount), *now)?;
                self.paid_in -= amount;
            }
            Step::Wait(seconds) => now.0 += seconds,
            Step::Fund => raise.fund(books, *now)?,
            Step::Close => {
                let closing = raise.close(books, *now)?;
                self.paid_out += closing.fee.units() + closing.proceeds.units();
            }
            Step::Expire => raise.expire(books, *now)?,
            Step::Fail => raise.fail()?,
            Step::Settle(who) => {
                let allocation = raise.settle(holding(books, commitments, who))?;
                self.paid_out += allocation.refund.units();
                self.accepted += allocation.accepted.units();
            }
            Step::Refund(who) => self.paid_out += raise.refund(holding(books, commitments, who))?.units(),
        }
        Ok(())
    }

    /// Everybody takes what is theirs, in this order; then nothing is left and nothing was lost.
    fn finish(&mut self, order: &[usize]) {
        self.now = CLOSING_END;
        let _ = self.apply(&Step::Fail);
        for who in order {
            let _ = self.apply(&Step::Settle(*who));
            let _ = self.apply(&Step::Refund(*who));
        }
        assert_eq!((self.raise.held, self.paid_in), (Amount::ZERO, self.paid_out));
        assert_eq!(self.accepted, self.raise.raised.units());
    }
}

#[test]
fn random_raises_reach_every_end() {
    let (mut runner, lives) = (TestRunner::deterministic(), prop::collection::vec(step(), 60));
    let (mut ends, mut pro_rata) = (BTreeMap::new(), 0);
    for _ in 0..400 {
        let mut life = Life::new();
        for step in lives.new_tree(&mut runner).unwrap().current() {
            let _ = life.apply(&step);
        }
        let closed = life.raise.state == RaiseState::Closed;
        pro_rata += u32::from(closed && life.books.iter().any(|book| book.committed > book.cap));
        *ends.entry(format!("{:?}", life.raise.state)).or_insert(0) += 1;
    }
    let ends = |state: &str| ends.get(state).copied().unwrap_or(0);
    assert!(ends("Closed") > 50 && ends("Failed") > 20 && pro_rata > 20, "{pro_rata} pro rata");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    #[test]
    fn prop_no_life_of_a_raise_loses_a_unit(
        steps in prop::collection::vec(step(), 1..60),
        order in Just((0..HOLDERS * BOOKS).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let mut life = Life::new();
        for step in &steps {
            let before = life.clone();
            if life.apply(step).is_err() {
                prop_assert_eq!(&life, &before, "a refusal changes nothing: {:?}", step);
            }
            prop_assert!(ra1_refunds_whole(&life.raise, &life.books, &life.commitments), "RA-1 {:?}", step);
            prop_assert_eq!(life.raise.held.units(), life.paid_in - life.paid_out);
        }
        life.finish(&order);
        prop_assert!(ra1_refunds_whole(&life.raise, &life.books, &life.commitments), "RA-1 at the end");
    }

    #[test]
    fn prop_every_share_is_right_to_a_unit(
        bids in prop::collection::vec(100..10_000_i64, 1..12), cap in 100..20_000_i64,
    ) {
        let (mut raise, mut book, mut commitments, _) = closed(cap, &bids);
        let (total, mut sum) = (bids.iter().sum::<i64>(), 0);
        let taken = cap.min(total);
        for (commitment, bid) in commitments.iter_mut().zip(&bids) {
            let accepted = raise.settle(Holding { book: &mut book, commitment }).unwrap().accepted.units();
            let fair = bid * taken / total;
            prop_assert!(accepted == fair || accepted == fair + 1);
            sum += accepted;
        }
        prop_assert_eq!(sum, taken);
    }
}
