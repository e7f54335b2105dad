//! Worlds in which everybody calls everything.

use crate::base::*;
use crate::calls::{Attempt, Caller, next_payment};
use crate::dice::Dice;
use crate::place::*;
use chain::xdr::ScVal;
use forebay_clearing::code;
use std::collections::{BTreeMap, BTreeSet};

/// Calls of one world.
const CALLS: u32 = 500;

/// What is done by another contract's call alone, and whose.
const REACHED_BY: [(&str, &str); 6] = [
    ("deal.amend", "ballot.enact"),
    ("deal.record_holders", "ballot.propose"),
    ("note.record", "ballot.propose"),
    ("deal.close", "offering.close"),
    ("deal.enforce", "auction.list"),
    ("deal.conclude", "auction.settle"),
];

struct Life {
    world: Whole,
    dice: Dice,
    done: BTreeMap<String, u32>,
}

impl Life {
    fn begin(mut dice: Dice, done: BTreeMap<String, u32>) -> Self {
        let world = match dice.below(4) {
            0 => Whole::drafted(),
            1 => Whole::unpaid(),
            2 => Whole::on_offer(),
            _ => Whole::closed(),
        };
        Self { world, dice, done }
    }

    /// An hour, a day, a few, or up to the next payment date.
    fn wait(&mut self) {
        let now = self.world.base.now().0;
        let next = next_payment(&self.world).filter(|next| *next > now).map_or(DAY, |next| next - now);
        let seconds = match self.dice.below(8) {
            0..3 => HOUR,
            3..5 => DAY,
            5 => 3 * DAY,
            _ => next,
        };
        self.world.base.wait(seconds.min(40 * DAY));
    }

    fn step(&mut self) {
        if self.dice.below(14) == 0 {
            self.wait();
        }
        let attempt = Caller { world: &self.world, dice: &mut self.dice }.attempt();
        let Attempt { place, signers, function, args, open } = attempt;
        let stranger = !open && self.dice.below(12) == 0;
        let signers = if stranger { vec![STRANGER] } else { signers };
        let drafted = args.get(1).cloned();
        let outcome = self.world.call(place, (&signers, function, args));
        assert!(!(stranger && outcome.is_ok()), "{}.{function} is a stranger's", place.name());
        let Ok(answer) = outcome else { return };
        *self.done.entry(format!("{}.{function}", place.name())).or_default() += 1;
        if let ("draft" | "draft_bundle", ScVal::U32(id), Some(ScVal::Bytes(machine))) =
            (function, answer, drafted)
        {
            let number = if function == "draft" { u32::from(machine.as_slice()[0]) } else { 100 + id };
            self.world.seen.machines.insert(id, number);
        }
    }
}

/// Everything that a contract lets somebody do, by its own word less what only reads.
fn entry_points() -> BTreeSet<String> {
    let table =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/powers.md")).unwrap();
    let rows = table.lines().filter(|line| line.starts_with("| `") && !line.contains("anyone, reads"));
    let names = rows.map(|line| {
        let cells: Vec<&str> = line.split('`').collect();
        format!("{}.{}", cells[1], cells[3])
    });
    names.collect()
}

/// Random worlds from a seed; returns how often each entry point was not refused.
fn live(seed: u64, calls: u32) -> BTreeMap<String, u32> {
    println!("seed {seed:#x}");
    let (mut dice, mut done, mut made) = (Dice(seed), BTreeMap::new(), 0);
    while made < calls {
        let mut life = Life::begin(dice, done);
        for _ in 0..CALLS {
            life.step();
        }
        made += CALLS;
        for (event, often) in life.world.mirror.lived {
            *life.done.entry(event).or_default() += often;
        }
        (dice, done) = (life.dice, life.done);
    }
    for (reached, by) in REACHED_BY {
        let often = done.get(by).copied().unwrap_or_default();
        done.insert(reached.to_owned(), often);
    }
    println!("{made} calls; not refused: {done:?}");
    done
}

fn check(seed: u64, calls: u32) {
    let done = live(seed, calls);
    let missing: Vec<String> =
        entry_points().into_iter().filter(|name| done.get(name).is_none_or(|often| *often < 3)).collect();
    assert!(missing.is_empty(), "hardly ever happens: {missing:?}");
    assert_eq!(code::ALL.len(), 7, "a new contract has calls here too");
}

#[test]
fn every_law_holds_whoever_calls_what() {
    check(0x5EED_0001, 3_000);
}
