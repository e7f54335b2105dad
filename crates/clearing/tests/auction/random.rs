//! Many parties at once, at random: the escrow, the lots and the ways out after every call.

use crate::dice::Dice;
use crate::world::*;
use chain::xdr::ScVal;
use settle::enforcement::Stage;
use std::collections::{BTreeMap, BTreeSet};

/// One of so many, from 0.
pub fn number(dice: &mut Dice, sides: u64) -> u32 {
    u32::try_from(dice.below(sides)).unwrap()
}

fn one<T: Copy>(dice: &mut Dice, of: &[T]) -> T {
    of[usize::try_from(dice.below(u64::try_from(of.len()).unwrap())).unwrap()]
}

/// A world with what has happened in it, told by the outcomes of calls alone.
struct Life {
    world: World,
    dice: Dice,
    calls: u32,
    sold: BTreeSet<u32>,
    done: BTreeMap<&'static str, u32>,
}

impl Life {
    fn tell(&mut self, name: &'static str, outcome: u32) -> bool {
        self.calls += 1;
        if outcome == 0 {
            *self.done.entry(name).or_default() += 1;
        }
        outcome == 0
    }

    fn wait(&mut self) {
        let seconds = one(&mut self.dice, &[600, HOUR, 24 * HOUR, 73 * HOUR, 73 * HOUR]);
        self.world.wait(seconds);
    }

    fn trustee(&mut self) {
        let due = self.world.due();
        let lot = ScVal::U32(1 + number(&mut self.dice, 2));
        let reserve = money(one(&mut self.dice, &[100_000, 100_000, 100_000, 200_000]) * ONE);
        let receipts = ids(&[1 + number(&mut self.dice, 4), 1 + number(&mut self.dice, 4)]
            [..1 + number(&mut self.dice, 2) as usize]);
        let (function, args) = match self.dice.below(24) {
            0 => ("miss", vec![ScVal::U64(due), proof()]),
            1..8 => ("advance", vec![proof()]),
            8 => ("stay", vec![proof()]),
            9..12 => ("lift", vec![proof()]),
            12..15 => ("list", vec![receipts, money(0)]),
            15 | 16 => ("announce_cut", vec![lot, reserve]),
            _ => ("cut", vec![lot, reserve]),
        };
        let outcome = self.world.call((&[TRUSTEE], function, args)).map_or_else(|code| code, |_| 0);
        self.tell(function, outcome);
    }

    /// A bid at about the price asked, now and then with credit.
    fn bid(&mut self) {
        let lots = u64::from(self.world.case().lots);
        if lots == 0 {
            return;
        }
        let lot = 1 + number(&mut self.dice, lots);
        let bidder = one(&mut self.dice, &[ADA, BEN, SENIOR]);
        let price = match self.world.asked_now(lot) {
            Some(asked) => asked / 100 * i64::from(95 + number(&mut self.dice, 30)),
            None => 500_000 * ONE,
        };
        let credit =
            if self.dice.below(3) == 0 { price / 4 * i64::from(number(&mut self.dice, 5)) } else { 0 };
        let deposit = (price - credit) / 10 + i64::from(number(&mut self.dice, 3)) * ONE;
        let outcome = self.world.offer(bidder, lot, offer(price, credit, deposit));
        self.tell("bid", outcome);
    }

    fn about_a_lot(&mut self) {
        let function = one(&mut self.dice, &["hammer", "hammer", "lapse", "withdraw", "asked"]);
        let lot = 1 + number(&mut self.dice, 3);
        let outcome = self.world.about(STRANGER, function, lot);
        self.tell(function, outcome);
    }

    fn settle(&mut self) {
        let (by, lot) = (one(&mut self.dice, &[ADA, BEN, SENIOR, STRANGER]), 1 + number(&mut self.dice, 3));
        let outcome = self.world.about(by, "settle", lot);
        if self.tell("settle", outcome) {
            assert!(self.sold.insert(lot), "lot {lot} is sold twice");
        }
    }

    /// A deposit that no sale holds comes back, whatever is stayed or paused.
    fn refund(&mut self) {
        let lots = u64::from(self.world.case().lots);
        let Some(lot) = (lots > 0).then(|| 1 + number(&mut self.dice, lots)) else { return };
        let stored = self.world.lot(lot);
        let bids = u64::try_from(stored.number("bids")).unwrap();
        let Some(bid) = (bids > 0).then(|| 1 + number(&mut self.dice, bids)) else { return };
        let held = self.world.bid(lot, bid).number("deposit") > 0;
        let leads = [1, 2].contains(&stored.number("state"))
            && Fields::of(stored.get("leader")).number("number") == i128::from(bid);
        let outcome = self.world.refund(lot, bid);
        assert_eq!(outcome, if held && !leads { 0 } else { 636 }, "refund of bid {bid} for lot {lot}");
        self.tell("refund", outcome);
    }

    /// Cure and redemption are open as long as the law says, whatever is stayed or paused.
    fn way_out(&mut self) {
        let case = self.world.case();
        let late = (Stage::Late..=Stage::Notice).contains(&case.stage);
        let open = (Stage::Late..=Stage::Auction).contains(&case.stage) && case.bound == 0;
        let (function, says, may) = match self.dice.below(2) {
            0 => ("cure", "arrears", late),
            _ => ("redeem", "redemption", open),
        };
        // Most of the time somebody looks whether it is open, with a unit too little.
        let less = i64::from(self.dice.below(30) > 0);
        let args = vec![who(DEBTOR), money(self.world.deal_says(says) - less)];
        let outcome = self.world.call((&[DEBTOR], function, args)).map_or_else(|code| code, |_| 0);
        match (may, less) {
            (true, 0) => assert_eq!(outcome, 0, "{function} in {:?}", case.stage),
            (true, _) => assert_eq!(outcome, 624, "{function} in {:?}", case.stage),
            (false, _) => assert!([620, 625].contains(&outcome), "{function}: {outcome}"),
        }
        self.tell(function, outcome);
    }

    /// Somebody takes the deal into enforcement, pauses it, or lets it run.
    fn turn_deal(&mut self) {
        if self.dice.below(2) == 0 {
            let outcome = self.world.enter_enforcement();
            self.tell("transition", outcome);
            return;
        }
        let function = one(&mut self.dice, &["pause", "resume"]);
        let outcome = self.world.on_deal((&[TRUSTEE], function, vec![]));
        self.tell(function, outcome.map_or_else(|code| code, |_| 0));
    }

    fn act(&mut self) {
        match self.dice.below(30) {
            0..8 => self.wait(),
            8..14 => self.trustee(),
            14..20 => self.bid(),
            20..24 => self.about_a_lot(),
            24..26 => self.settle(),
            26 | 27 => self.refund(),
            28 => self.way_out(),
            _ => self.turn_deal(),
        }
    }
}

/// A default that is due, or one lot on offer and two machines that are not.
fn begin(dice: &mut Dice) -> World {
    if dice.below(4) == 0 {
        return World::unpaid();
    }
    let mut world = World::unpaid().come_to(Stage::Auction);
    world.check((&[TRUSTEE], "list", vec![ids(&[1, 2]), money(0)]), 0);
    world
}

#[test]
fn the_escrow_the_lots_and_the_ways_out_hold_in_random_order() {
    let seed = 0x0A0C_7104_u64;
    println!("seed {seed:#x}");
    let (mut dice, mut done, mut calls) = (Dice(seed), BTreeMap::new(), 0);
    let mut stages = BTreeMap::<Stage, u32>::new();
    while calls < 4_000 {
        let world = begin(&mut dice);
        let mut life = Life { world, dice, calls, sold: BTreeSet::new(), done };
        // What has ended is looked at a little longer.
        let (mut left, mut more) = (250, 25);
        while left > 0 && more > 0 {
            life.act();
            left -= 1;
            more -= i32::from(life.world.case().stage == Stage::Closed);
        }
        *stages.entry(life.world.case().stage).or_default() += 1;
        (dice, done, calls) = (life.dice, life.done, life.calls);
    }
    println!("{calls} calls; done {done:?}; lives ended {stages:?}");
    for wanted in ["advance", "bid", "hammer", "settle", "lapse", "refund", "list", "stay", "lift"] {
        assert!(done.get(wanted).is_some_and(|times| *times >= 3), "{wanted} hardly ever happens: {done:?}");
    }
    assert!(done.contains_key("cut"), "a reserve is never cut: {done:?}");
}
