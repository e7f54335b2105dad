//! Votes, delays, and the numbers of errors.
#![allow(missing_docs, clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::indexing_slicing)]

use forebay_settle::SettleError::*;
use forebay_settle::powers::{Power, Timelock};
use forebay_settle::vote::{Ballot, Outcome, Recorded, Tally, Vote, Voted, controlling_class};
use forebay_settle::{Bps, Span, Subject, Time};
use units::{Amount, Id};

const SENIOR: Id = Id(1);
const JUNIOR: Id = Id(2);

fn tally(class: Id, threshold: u16, outstanding: i64) -> Tally {
    Tally::new(class, Bps(threshold), Amount::new(outstanding)).unwrap()
}

fn ballot(classes: usize) -> Ballot {
    Ballot { subject: Subject([9; 32]), controlling: SENIOR, classes, end: Time(100) }
}

/// A class of 3 notes in need of this share decides so after votes for and against.
fn check(threshold: u16, yes: i64, no: i64, expected: Outcome) {
    let mut tally = tally(SENIOR, threshold, 3);
    let ballot = ballot(1).open(&[tally], Time(1)).unwrap();
    for (notes, consents) in [(yes, true), (no, false)] {
        let vote = Vote { class: SENIOR, notes: Amount::new(notes), consents };
        if notes > 0 {
            ballot.cast(&mut tally, (&mut Voted::default(), vote), Time(99)).unwrap();
        }
    }
    assert_eq!(ballot.outcome(&[tally], Time(99)), Ok(expected), "{threshold} {yes} {no}");
    let at_end = if expected == Outcome::Open { Outcome::Refused } else { expected };
    assert_eq!(ballot.outcome(&[tally], Time(100)), Ok(at_end), "silence is no consent");
}

#[test]
fn a_share_is_counted_exactly() {
    check(6_666, 2, 0, Outcome::Consented);
    check(6_667, 2, 0, Outcome::Open);
    check(6_667, 3, 0, Outcome::Consented);
    check(6_667, 2, 1, Outcome::Refused);
    check(3_333, 1, 2, Outcome::Consented);
    check(5_001, 0, 2, Outcome::Refused);
    check(10_000, 0, 0, Outcome::Open);
}

#[test]
fn every_class_that_is_touched_consents() {
    let consenting = Tally { yes: Amount::new(5), ..tally(SENIOR, 5_000, 10) };
    let silent = tally(JUNIOR, 5_000, 10);
    let gone = tally(JUNIOR, 5_000, 0);
    let ballot = ballot(2);
    assert_eq!(ballot.outcome(&[consenting, silent], Time(1)), Ok(Outcome::Open));
    assert_eq!(ballot.outcome(&[consenting, gone], Time(1)), Ok(Outcome::Consented));
    assert_eq!(ballot.outcome(&[consenting], Time(1)), Err(UnknownClass), "no class is left out");
    assert_eq!(ballot.outcome(&[silent, gone], Time(1)), Err(UnknownClass));
    assert_eq!(ballot.open(&[gone, silent], Time(1)), Err(BadTerms));
    assert_eq!(ballot.open(&[consenting], Time(1)), Err(BadTerms));
    assert_eq!(ballot.open(&[tally(SENIOR, 5_000, 0), silent], Time(1)), Err(UnknownClass));
    assert_eq!(ballot.open(&[consenting, silent], Time(100)), Err(VotingEnded));
    assert_eq!(Tally::new(SENIOR, Bps(0), Amount::new(1)), Err(BadTerms));
    assert_eq!(Tally::new(SENIOR, Bps(10_001), Amount::new(1)), Err(BadTerms));
}

#[test]
fn a_vote_is_cast_once_in_time_and_in_its_class() {
    let (mut tally, mut voted) = (tally(SENIOR, 5_000, 10), Voted::default());
    let mut cast = |class, notes, now| {
        let vote = Vote { class, notes: Amount::new(notes), consents: true };
        ballot(1).cast(&mut tally, (&mut voted, vote), Time(now))
    };
    assert_eq!(cast(SENIOR, 1, 100), Err(VotingEnded));
    assert_eq!(cast(JUNIOR, 1, 1), Err(UnknownClass));
    assert_eq!(cast(SENIOR, 0, 1), Err(NotPositive));
    assert_eq!(cast(SENIOR, 11, 1), Err(BalanceTooSmall));
    assert_eq!(cast(SENIOR, 4, 1), Ok(()));
    assert_eq!(cast(SENIOR, 4, 1), Err(AlreadyVoted));
    assert_eq!(tally.yes, Amount::new(4));
}

#[test]
fn attack_to_vote_with_notes_bought_after_the_record_date() {
    let (mut seller, mut buyer) = (Recorded::default(), Recorded::default());
    seller.before_change(1, Amount::new(10));
    buyer.before_change(1, Amount::ZERO);
    assert_eq!(seller.at(1, Amount::ZERO), Amount::new(10));
    assert_eq!(buyer.at(1, Amount::new(10)), Amount::ZERO);
    buyer.before_change(1, Amount::new(10));
    assert_eq!(buyer.at(1, Amount::new(3)), Amount::ZERO, "a later change leaves the record");
    assert_eq!(buyer.at(2, Amount::new(3)), Amount::new(3), "the next record is of what is held then");
}

#[test]
fn the_most_senior_class_with_notes_controls() {
    let classes = |senior, junior| [(SENIOR, Amount::new(senior)), (JUNIOR, Amount::new(junior))];
    assert_eq!(controlling_class(&classes(1, 9)), Some(SENIOR));
    assert_eq!(controlling_class(&classes(0, 9)), Some(JUNIOR));
    assert_eq!(controlling_class(&classes(0, 0)), None);
}

/// A power waits so many days, and can be paused or not.
fn check_power(power: Power, days: u64, pausable: bool) {
    let (ready, subject) = (Span::days(days).0, Subject([3; 32]));
    let lock = Timelock::announce(power, subject, Time(0)).unwrap();
    assert_eq!(power.pausable(), pausable, "{power:?}");
    assert_eq!(lock.require_ready(power, subject, Time(ready)), Ok(()));
    assert_eq!(lock.require_ready(power, Subject([4; 32]), Time(ready)), Err(OtherSubject));
    if ready > 0 {
        assert_eq!(lock.require_ready(power, subject, Time(ready - 1)), Err(TooEarly), "{power:?}");
    }
}

#[test]
fn what_raises_risk_waits_and_what_people_are_owed_is_never_paused() {
    check_power(Power::RaiseCap, 3, true);
    check_power(Power::AdmitReporter, 7, true);
    check_power(Power::Upgrade, 14, true);
    check_power(Power::CutReserve, 3, false);
    check_power(Power::LowerRisk, 0, false);
    check_power(Power::TakeRisk, 0, true);
    for power in [Power::Repay, Power::Cure, Power::Claim, Power::Refund] {
        check_power(power, 0, false);
    }
    assert_eq!(Power::ALL.len(), 10);
}

#[test]
fn codes_and_texts_are_one_each() {
    let source = include_str!("../src/error.rs");
    let rows = |end: &str| {
        let lines = source.lines().map(str::trim).filter(|line| line.starts_with("Self::"));
        let end = end.to_owned();
        lines.filter(move |line| line.ends_with(&end) && !line.contains("(error)")).collect::<Vec<_>>()
    };
    let codes: Vec<u16> = rows(",")
        .iter()
        .filter_map(|row| row.rsplit(' ').next()?.trim_end_matches(',').parse().ok())
        .collect();
    assert!(codes.len() > 30 && codes.is_sorted_by(|a, b| a < b), "{codes:?}");
    assert!(codes.iter().all(|code| (600..700).contains(code)));
    assert_eq!((NegativeAmount.code(), OtherSubject.code()), (600, 653));
    assert_eq!(Math(units::UnitsError::Overflow).code(), 100);
    assert_eq!(Stayed.to_string(), "a bankruptcy stay lasts; cure and redemption stay open");
}
