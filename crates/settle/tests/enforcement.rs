//! Enforcement: each stage's clock and evidence, cure, redemption, stays.
#![allow(missing_docs, clippy::unwrap_used)]

use forebay_settle::SettleError::{self, *};
use forebay_settle::clock::Clock;
use forebay_settle::enforcement::{Case, Missed, Stage, Tender, Waits};
use forebay_settle::{Evidence, Span, Time};
use units::Amount;

const PROOF: Evidence = Evidence([1; 32]);
const DUE: Time = Time(1_000);
const MISSED: Missed = Missed { due: DUE, arrears: Amount::new(10) };

fn waits() -> Waits {
    Waits {
        late: Span::days(5),
        grace: Span::days(25),
        breach: Span::days(1),
        notice: Span::days(10),
        repossession: Span::days(3),
        auction: Span::days(7),
        sold: Span::days(2),
    }
}

fn after(span: Span) -> Time {
    DUE.plus(span).unwrap()
}

/// A case that has come to a stage as soon as it could, and when.
fn at(stage: Stage) -> (Case, Time) {
    let mut now = Time(1_001);
    let mut case = Case::new(waits()).unwrap();
    if stage > Stage::Current {
        case.miss(MISSED, now, PROOF).unwrap();
        now = DUE;
    }
    while case.stage < stage {
        now = now.plus(case.waits.of(case.stage)).unwrap();
        if case.stage == Stage::Auction {
            case.list().and_then(|()| case.bind(PROOF)).unwrap();
        }
        if case.stage == Stage::Sold {
            case.settle().unwrap();
        }
        case.advance(now, PROOF).unwrap();
    }
    (case, now)
}

/// From this stage the next is reached after this many days, with evidence, and not a second earlier.
fn check(from: Stage, days: u64, to: Stage) {
    let (case, entered) = at(from);
    let ripe = entered.plus(Span::days(days)).unwrap();
    let advance = |now, evidence| {
        let mut case = case;
        if from == Stage::Auction {
            case.list().and_then(|()| case.bind(PROOF)).unwrap();
        }
        if from == Stage::Sold {
            case.settle().unwrap();
        }
        case.advance(now, evidence).map(|step| (step.from, step.to, step.waited, case.stage))
    };
    assert_eq!(advance(Time(ripe.0.saturating_sub(1)), PROOF), Err(TooEarly), "{from:?}");
    assert_eq!(advance(ripe, Evidence::default()), Err(EvidenceMissing), "{from:?}");
    assert_eq!(advance(ripe, PROOF), Ok((from, to, Span::days(days), to)), "{from:?}");
}

#[test]
fn every_stage_has_its_time_and_its_evidence() {
    check(Stage::Late, 5, Stage::Grace);
    check(Stage::Grace, 25, Stage::Breach);
    check(Stage::Breach, 1, Stage::Notice);
    check(Stage::Notice, 10, Stage::Repossession);
    check(Stage::Repossession, 3, Stage::Auction);
    check(Stage::Auction, 7, Stage::Sold);
    check(Stage::Sold, 2, Stage::Closed);
}

#[test]
fn it_begins_with_a_missed_payment() {
    let (mut case, now) = at(Stage::Current);
    assert_eq!(case.advance(now, PROOF), Err(WrongStage));
    assert_eq!(case.miss(MISSED, DUE, PROOF), Err(TooEarly));
    assert_eq!(case.miss(MISSED, now, Evidence::default()), Err(EvidenceMissing));
    let paid = Missed { arrears: Amount::ZERO, ..MISSED };
    assert_eq!(case.miss(paid, now, PROOF), Err(NotPositive));
    assert!(case.miss(MISSED, now, PROOF).is_ok());
    assert_eq!(case.miss(MISSED, now, PROOF), Err(WrongStage));
}

#[test]
fn what_was_cured_is_not_missed_again() {
    let (mut case, now) = at(Stage::Grace);
    case.cure(ENOUGH).unwrap();
    assert_eq!(case.miss(MISSED, now, PROOF), Err(CuredBefore));
    let next = Missed { due: Time(DUE.0 + 1), ..MISSED };
    assert!(case.miss(next, now, PROOF).is_ok());
}

#[test]
fn a_notice_is_ten_days_or_longer() {
    let short = Waits { notice: Span(Span::days(10).0 - 1), ..waits() };
    assert_eq!(Case::new(short), Err(BadTerms));
}

#[test]
fn a_closed_case_stays_closed() {
    let (mut case, now) = at(Stage::Closed);
    assert_eq!(case.advance(now, PROOF), Err(WrongStage));
    assert_eq!(case.unbind(now), Err(WrongStage));
    assert_eq!(case.miss(MISSED, now, PROOF), Err(WrongStage));
}

const ENOUGH: Tender = Tender { owed: Amount::new(10), paid: Amount::new(10) };

/// What cure and redemption answer at a stage.
fn check_payments(stage: Stage, cure: Result<Stage, SettleError>, redeem: Result<Stage, SettleError>) {
    let (case, _) = at(stage);
    let outcome = |action: fn(&mut Case, Tender) -> Result<(), SettleError>, stayed| {
        let mut case = Case { stayed, ..case };
        action(&mut case, ENOUGH).map(|()| case.stage)
    };
    for stayed in [false, true] {
        assert_eq!(outcome(Case::cure, stayed), cure, "cure from {stage:?}");
        assert_eq!(outcome(Case::redeem, stayed), redeem, "redeem from {stage:?}");
    }
}

#[test]
fn cure_until_the_machines_are_taken_and_redemption_until_a_sale_binds() {
    check_payments(Stage::Current, Err(WrongStage), Err(WrongStage));
    for stage in [Stage::Late, Stage::Grace, Stage::Breach, Stage::Notice] {
        check_payments(stage, Ok(Stage::Current), Ok(Stage::Closed));
    }
    check_payments(Stage::Repossession, Err(WrongStage), Ok(Stage::Closed));
    check_payments(Stage::Auction, Err(WrongStage), Ok(Stage::Closed));
    check_payments(Stage::Sold, Err(WrongStage), Err(SaleBinds));
    check_payments(Stage::Closed, Err(WrongStage), Err(SaleBinds));
}

#[test]
fn less_than_what_is_owed_cures_nothing() {
    let (mut case, _) = at(Stage::Breach);
    let tender = |owed, paid| Tender { owed: Amount::new(owed), paid: Amount::new(paid) };
    assert_eq!(case.cure(tender(10, 9)), Err(PaymentTooSmall));
    assert_eq!(case.redeem(tender(10, 9)), Err(PaymentTooSmall));
    assert_eq!(case.cure(tender(-1, 9)), Err(NegativeAmount));
    assert_eq!(case.cure(tender(0, 0)), Ok(()));
}

#[test]
fn the_first_sale_that_binds_ends_redemption() {
    let (mut case, _) = at(Stage::Auction);
    case.list().unwrap();
    case.list().unwrap();
    case.bind(PROOF).unwrap();
    assert_eq!(case.redeem(ENOUGH), Err(SaleBinds));
}

#[test]
fn time_in_a_stay_does_not_count() {
    let (mut case, now) = at(Stage::Notice);
    let later = |days| now.plus(Span::days(days)).unwrap();
    assert_eq!(case.stay(later(4), Evidence::default()), Err(EvidenceMissing));
    case.stay(later(4), PROOF).unwrap();
    assert_eq!(case.stay(later(5), PROOF), Err(Stayed));
    assert_eq!(case.advance(later(100), PROOF), Err(Stayed));
    assert_eq!(case.lift(later(100), Evidence::default()), Err(EvidenceMissing));
    case.lift(later(100), PROOF).unwrap();
    assert_eq!(case.lift(later(100), PROOF), Err(NotStayed));
    assert_eq!(case.advance(Time(later(106).0 - 1), PROOF), Err(TooEarly));
    assert!(case.advance(later(106), PROOF).is_ok());
}

#[test]
fn a_stay_before_the_notice_stops_the_notice_but_no_earlier_clock() {
    let (mut case, now) = at(Stage::Grace);
    case.stay(now, PROOF).unwrap();
    let breach = now.plus(Span::days(25)).unwrap();
    case.advance(breach, PROOF).unwrap();
    let notice = breach.plus(Span::days(1)).unwrap();
    assert_eq!(case.advance(notice, PROOF), Err(Stayed));
    case.lift(notice, PROOF).unwrap();
    assert!(case.advance(notice, PROOF).is_ok());
}

#[test]
fn a_stay_stops_the_sale_of_lots() {
    let (mut case, now) = at(Stage::Auction);
    case.list().unwrap();
    case.stay(now, PROOF).unwrap();
    let days = now.plus(Span::days(50)).unwrap();
    assert_eq!(case.sale_time(days), Err(Stayed));
    assert_eq!(case.list(), Err(Stayed));
    assert_eq!(case.bind(PROOF), Err(Stayed));
    case.lift(days, PROOF).unwrap();
    assert_eq!(case.sale_time(days), Ok(Span::days(44)));
}

#[test]
fn every_lot_finds_a_buyer_who_pays() {
    let (mut case, now) = at(Stage::Auction);
    let later = |days| now.plus(Span::days(days)).unwrap();
    assert_eq!(case.advance(later(7), PROOF), Err(LotsUnsold), "no lot was offered");
    assert_eq!(case.bind(PROOF), Err(TooMany));
    for _ in 0..3 {
        case.list().unwrap();
    }
    assert_eq!(case.bind(Evidence::default()), Err(EvidenceMissing));
    case.bind(PROOF).unwrap();
    assert_eq!(case.advance(later(7), PROOF), Err(LotsUnsold));
    case.delist().unwrap();
    case.bind(PROOF).unwrap();
    assert_eq!(case.delist(), Err(SaleBinds));
    case.advance(later(7), PROOF).unwrap();
    case.settle().unwrap();
    assert_eq!(case.advance(later(9), PROOF), Err(LotsUnsold), "one is not paid");
    case.unbind(later(9)).unwrap();
    assert_eq!((case.stage, case.bound), (Stage::Auction, 1));
    assert_eq!(case.unbind(later(9)), Err(TooMany), "what is paid stays sold");
    case.bind(PROOF).unwrap();
    assert_eq!(case.advance(later(10), PROOF), Err(TooEarly), "on offer anew, for as long");
    case.advance(later(16), PROOF).unwrap();
    case.settle().unwrap();
    assert_eq!(case.settle(), Err(TooMany));
    assert!(case.advance(later(18), PROOF).is_ok());
}

#[test]
fn a_clock_never_runs_backwards() {
    let mut clock = Clock::start(DUE);
    assert_eq!(clock.elapsed(Time(999)), Err(ClockBackwards));
    clock.freeze(after(Span(10))).unwrap();
    assert_eq!(clock.elapsed(after(Span(9))), Err(ClockBackwards));
    assert_eq!(clock.thaw(after(Span(9))), Err(ClockBackwards));
    clock.freeze(after(Span(15))).unwrap();
    assert_eq!(clock.elapsed(after(Span(20))), Ok(Span(10)));
    clock.thaw(after(Span(20))).unwrap();
    clock.thaw(after(Span(30))).unwrap();
    assert_eq!(clock.elapsed(after(Span(30))), Ok(Span(20)));
    assert_eq!(clock.elapsed(after(Span(u64::MAX - 1_000))), Ok(Span(u64::MAX - 1_010)));
    assert_eq!(Time(u64::MAX).plus(Span(1)), Err(Math(units::UnitsError::Overflow)));
}
