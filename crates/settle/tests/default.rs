//! Random defaults: a debtor, a trustee and bidders act as they like, and DF-1 and CL-1 hold after each step.
#![allow(missing_docs, clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::indexing_slicing)]

use forebay_settle::auction::{Bid, Credit, Lot, LotState, Offer};
use forebay_settle::enforcement::{Case, Missed, Stage, Step, Tender, Waits};
use forebay_settle::invariants::{cl1_claims_covered, df1_clock_and_evidence};
use forebay_settle::{Evidence, SettleError, Span, Time};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use std::collections::BTreeMap;
use units::Amount;

#[derive(Clone, Copy, Debug)]
enum Action {
    Wait(Span),
    Miss(Evidence),
    Advance(Evidence),
    Cure(i64),
    Redeem(i64),
    Stay(Evidence),
    Lift(Evidence),
    Offer(i64),
    Bid { lot: usize, above: i64, credit: i64, deposit_above: i64 },
    Hammer { lot: usize, evidence: Evidence },
    Settle(usize),
    Lapse(usize),
    Refund(usize),
    Cut { lot: usize, reserve: i64 },
    Withdraw(usize),
}

const DEBT: i64 = 1_000;
const SENIOR: Amount = Amount::new(700);

fn evidence() -> impl Strategy<Value = Evidence> {
    prop_oneof![9 => Just(Evidence([5; 32])), 1 => Just(Evidence::default())]
}

fn action() -> impl Strategy<Value = Action> {
    let span = prop_oneof![
        (0..20_u64).prop_map(Span::minutes),
        (0..40_u64).prop_map(Span::hours),
        (1..12_u64).prop_map(Span::days),
    ];
    let amount = || prop_oneof![1 => 0..DEBT, 1 => DEBT..DEBT + 50];
    let which = || 0..4_usize;
    let rare = || prop_oneof![3 => 0..DEBT, 1 => DEBT..DEBT + 50];
    let bid = (which(), -20..200_i64, prop_oneof![2 => Just(0), 1 => 0..900_i64], -3..30_i64);
    prop_oneof![
        12 => span.prop_map(Action::Wait),
        2 => evidence().prop_map(Action::Miss),
        10 => evidence().prop_map(Action::Advance),
        1 => amount().prop_map(Action::Cure),
        1 => rare().prop_map(Action::Redeem),
        1 => evidence().prop_map(Action::Stay),
        2 => evidence().prop_map(Action::Lift),
        2 => (0..3_000_i64).prop_map(Action::Offer),
        12 => bid.prop_map(|(lot, above, credit, deposit_above)| Action::Bid { lot, above, credit, deposit_above }),
        5 => (which(), evidence()).prop_map(|(lot, evidence)| Action::Hammer { lot, evidence }),
        4 => (0..12_usize).prop_map(Action::Settle),
        2 => (0..12_usize).prop_map(Action::Lapse),
        4 => (0..12_usize).prop_map(Action::Refund),
        3 => (which(), 0..2_000_i64).prop_map(|(lot, reserve)| Action::Cut { lot, reserve }),
        1 => which().prop_map(Action::Withdraw),
    ]
}

/// What one deal's default looks like from outside: the contract's storage, the cash of the bidders, and a record of
/// how long the stage has lasted that is kept apart from the case's own clock.
#[derive(Clone, Debug, PartialEq)]
struct World {
    now: Time,
    case: Case,
    lots: Vec<Lot>,
    bids: Vec<(usize, Bid)>,
    /// Seconds in this stage that were not stayed.
    lasted: u64,
    /// Cash that bidders have paid, and that has gone back to them or to the deal.
    paid_in: i64,
    paid_out: i64,
}

/// Works on a copy: what a contract's call does that fails.
fn attempt<T: Clone + PartialEq + std::fmt::Debug, R>(
    object: &mut T,
    call: impl FnOnce(&mut T) -> Result<R, SettleError>,
) -> Result<R, SettleError> {
    let before = object.clone();
    call(object).inspect_err(|_| assert_eq!(*object, before, "a refusal changes nothing"))
}

impl World {
    fn new() -> Self {
        let day = Span::days(1);
        let waits = Waits {
            late: day,
            grace: Span::days(5),
            breach: day,
            notice: Span::days(10),
            repossession: day,
            auction: Span::days(2),
            sold: day,
        };
        Self {
            now: Time(1_000),
            case: Case::new(waits).unwrap(),
            lots: Vec::new(),
            bids: Vec::new(),
            lasted: 0,
            paid_in: 0,
            paid_out: 0,
        }
    }

    /// Acts, all or nothing; returns a step towards a sale if one was taken.
    fn act(&mut self, action: Action) -> Result<Option<Step>, SettleError> {
        let mut next = self.clone();
        let step = next.try_act(action)?;
        if next.case.stage != self.case.stage {
            next.lasted = 0;
        }
        *self = next;
        Ok(step)
    }

    fn try_act(&mut self, action: Action) -> Result<Option<Step>, SettleError> {
        let now = self.now;
        let case = &mut self.case;
        match action {
            Action::Wait(span) => self.wait(span),
            Action::Miss(evidence) => {
                let missed = Missed { due: Time(now.0 - 1), arrears: Amount::new(DEBT) };
                return attempt(case, |case| case.miss(missed, now, evidence)).map(Some);
            }
            Action::Advance(evidence) => return attempt(case, |case| case.advance(now, evidence)).map(Some),
            Action::Cure(paid) => attempt(case, |case| case.cure(tender(paid)))?,
            Action::Redeem(paid) => attempt(case, |case| case.redeem(tender(paid)))?,
            Action::Stay(evidence) => attempt(case, |case| case.stay(now, evidence))?,
            Action::Lift(evidence) => attempt(case, |case| case.lift(now, evidence))?,
            other => self.act_on_lots(other)?,
        }
        Ok(None)
    }

    fn act_on_lots(&mut self, action: Action) -> Result<(), SettleError> {
        let at = self.case.sale_time(self.now);
        match action {
            Action::Offer(appraisal) => {
                attempt(&mut self.case, Case::list)?;
                self.lots.push(Lot::open(Amount::new(appraisal), at?)?);
            }
            Action::Bid { lot, above, credit, deposit_above } => {
                self.bid(lot, (above, credit, deposit_above), at?)?
            }
            Action::Hammer { lot, evidence } => {
                attempt(self.lot(lot)?, |lot| lot.hammer(at?))?;
                attempt(&mut self.case, |case| case.bind(evidence))?;
            }
            Action::Settle(number) => self.settle(number)?,
            Action::Lapse(number) => self.lapse(number, at?)?,
            Action::Refund(number) => {
                self.paid_out += self.with_bid(number, |lot, bid| lot.refund(bid))?.units();
            }
            Action::Cut { lot, reserve } => {
                attempt(self.lot(lot)?, |lot| lot.cut(Amount::new(reserve), at?))?
            }
            Action::Withdraw(lot) => {
                attempt(self.lot(lot)?, Lot::withdraw)?;
                if self.case.stage == Stage::Auction {
                    attempt(&mut self.case, Case::delist)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn wait(&mut self, span: Span) {
        let frozen = self.case.stayed && (Stage::Notice..=Stage::Auction).contains(&self.case.stage);
        self.now = self.now.plus(span).unwrap();
        self.lasted += if frozen { 0 } else { span.0 };
    }

    fn lot(&mut self, lot: usize) -> Result<&mut Lot, SettleError> {
        let lot = lot.checked_rem(self.lots.len()).ok_or(SettleError::LotClosed)?;
        Ok(&mut self.lots[lot])
    }

    fn with_bid<R>(
        &mut self,
        number: usize,
        call: impl FnOnce(&mut Lot, &mut Bid) -> Result<R, SettleError>,
    ) -> Result<R, SettleError> {
        let number = number.checked_rem(self.bids.len()).ok_or(SettleError::NothingToRefund)?;
        let (lot, bid) = &self.bids[number];
        let mut pair = (self.lots[*lot], *bid);
        let result = attempt(&mut pair, |(lot, bid)| call(lot, bid))?;
        (self.lots[*lot], self.bids[number].1) = pair;
        Ok(result)
    }

    /// Bids the price asked and `above`; every fourth bidder is the senior.
    fn bid(
        &mut self,
        lot: usize,
        (above, credit, more): (i64, i64, i64),
        at: Span,
    ) -> Result<(), SettleError> {
        let named = self.lots.iter().map(|lot| lot.credit().units()).sum();
        let senior = self.bids.len().is_multiple_of(4);
        let credits = Credit { claim: if senior { SENIOR } else { Amount::ZERO }, named: Amount::new(named) };
        let lot_before = *self.lot(lot)?;
        let claim = credits.free_for(&lot_before)?;
        let price = lot_before.asked(at)?.units() + above;
        let credit = if senior { credit } else { 0 };
        let deposit = Amount::new(((price - credit).max(0) + 9) / 10 + more);
        let offer = Offer { price: Amount::new(price), credit: Amount::new(credit), deposit };
        let bid = attempt(self.lot(lot)?, |lot| lot.bid(offer, claim, at))?;
        assert!(above >= 0 && more >= 0 && credit <= price.min(claim.units()), "{offer:?}");
        assert!(offer.price >= lot_before.fall.to, "never below the reserve");
        self.bids.push((lot % self.lots.len(), bid));
        self.paid_in += deposit.units();
        Ok(())
    }

    fn settle(&mut self, number: usize) -> Result<(), SettleError> {
        let sale = self.with_bid(number, |lot, bid| lot.settle(bid, SENIOR))?;
        attempt(&mut self.case, Case::settle)?;
        let price = self.bids[number % self.bids.len()].1.offer.price;
        assert_eq!(sale.cash.units() + sale.credit.units(), price.units(), "the price is paid");
        self.paid_in += sale.due.units();
        self.paid_out += sale.cash.units();
        Ok(())
    }

    fn lapse(&mut self, number: usize, at: Span) -> Result<(), SettleError> {
        let forfeited = self.with_bid(number, |lot, bid| lot.lapse(bid, at))?;
        let now = self.now;
        attempt(&mut self.case, |case| case.unbind(now))?;
        self.paid_out += forfeited.units();
        Ok(())
    }

    fn assert_invariants(&self) {
        for (number, lot) in self.lots.iter().enumerate() {
            let bids = self.bids.iter().filter(|(of, _)| *of == number);
            let deposits: Vec<Amount> = bids.map(|(_, bid)| bid.offer.deposit).collect();
            let sum: i64 = deposits.iter().map(|deposit| deposit.units()).sum();
            assert_eq!(sum, lot.held.units(), "every deposit is held");
            assert!(cl1_claims_covered(lot.held, deposits), "CL-1");
        }
        let held: i64 = self.lots.iter().map(|lot| lot.held.units()).sum();
        assert_eq!(self.paid_in, self.paid_out + held, "cash in = cash out + cash held");
        let count = |wanted: fn(LotState) -> bool| {
            u16::try_from(self.lots.iter().filter(|lot| wanted(lot.state)).count()).unwrap()
        };
        let bound = count(|state| matches!(state, LotState::Bound(_) | LotState::Sold));
        let named: i64 = self.lots.iter().map(|lot| lot.credit().units()).sum();
        assert!(named <= SENIOR.units(), "no part of a claim is named twice");
        let paid = count(|state| state == LotState::Sold);
        assert_eq!((self.case.bound, self.case.paid), (bound, paid), "lots are counted");
    }

    /// DF-1 by the core's predicate and by the record kept apart.
    fn assert_df1(&self, before: &Self, step: &Step) {
        assert!(df1_clock_and_evidence(&before.case, step, before.now), "DF-1 {step:?}");
        let least = before.case.waits.of(step.from).0;
        let late = u64::from(step.from == Stage::Late); // The clock starts when the payment is due, a second before.
        assert!(before.lasted + late >= least, "{step:?} after {} s", before.lasted);
        assert_ne!(step.evidence, Evidence::default());
        assert!(!before.case.stayed || !step.to.freezes() && !step.from.freezes(), "{step:?} in a stay");
    }

    /// Cure and redemption are open, whatever else is stopped.
    fn assert_way_out(&self) {
        let whole = Tender { owed: Amount::new(DEBT), paid: Amount::new(DEBT) };
        let mut case = self.case;
        let late = (Stage::Late..=Stage::Notice).contains(&case.stage);
        assert_eq!(case.cure(whole).is_ok(), late, "cure");
        let mut case = self.case;
        let open = (Stage::Late..=Stage::Auction).contains(&case.stage) && case.bound == 0;
        assert_eq!(case.redeem(whole).is_ok(), open, "redeem");
    }
}

fn tender(paid: i64) -> Tender {
    Tender { owed: Amount::new(DEBT), paid: Amount::new(paid) }
}

/// A default as it usually goes, up to the sale of two lots.
fn usual() -> Vec<Action> {
    let (shown, step) = (Evidence([5; 32]), Span::days(10));
    let mut actions = vec![Action::Miss(shown)];
    for _ in 0..5 {
        actions.extend([Action::Wait(step), Action::Advance(shown)]);
    }
    actions.extend([Action::Offer(1_500), Action::Offer(700)]);
    actions
}

/// Actions at random, in half of all lives after what usually happens.
fn life(length: impl Into<prop::collection::SizeRange>) -> impl Strategy<Value = Vec<Action>> {
    let actions = prop::collection::vec(action(), length);
    (any::<bool>(), actions).prop_map(|(begun, actions)| match begun {
        true => [usual(), actions].concat(),
        false => actions,
    })
}

/// Lives through these actions and counts those that were taken.
fn live(actions: &[Action], counts: &mut BTreeMap<String, u32>) {
    let mut world = World::new();
    for action in actions {
        let before = world.clone();
        match world.act(*action) {
            Ok(step) => {
                let name = format!("{action:?}");
                let name = name.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_owned();
                *counts.entry(name).or_default() += 1;
                step.iter().for_each(|step| world.assert_df1(&before, step));
            }
            Err(_) => assert_eq!(world, before, "a refusal changes nothing: {action:?}"),
        }
        world.assert_invariants();
        world.assert_way_out();
        *counts.entry(format!("at {:?}", world.case.stage)).or_default() += 1;
    }
    // Whatever happened, every bidder who did not win can fetch the deposit.
    for number in 0..world.bids.len() {
        let _ = world.act(Action::Refund(number));
    }
    for (lot, bid) in &world.bids {
        let leads = world.lots[*lot].leader.is_some_and(|leader| leader.number == bid.number);
        assert!(leads || bid.offer.deposit == Amount::ZERO);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]
    #[test]
    fn prop_no_default_takes_a_short_cut(actions in life(1..200)) {
        live(&actions, &mut BTreeMap::new());
    }
}

#[test]
fn random_defaults_reach_everything() {
    let (mut runner, mut counts) = (TestRunner::deterministic(), BTreeMap::new());
    let lives = life(200);
    for _ in 0..400 {
        live(&lives.new_tree(&mut runner).unwrap().current(), &mut counts);
    }
    let actions = "Wait Miss Advance Cure Redeem Stay Lift Offer Bid Hammer Settle Lapse Refund Cut Withdraw";
    let stages = "Current Late Grace Breach Notice Repossession Auction Sold Closed";
    let stages = stages.split(' ').map(|stage| format!("at {stage}"));
    for wanted in actions.split(' ').map(str::to_owned).chain(stages) {
        let count = counts.get(&wanted).copied().unwrap_or_default();
        assert!(count >= 10, "{wanted}: {count} of {counts:?}");
    }
}
