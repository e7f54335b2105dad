//! Worlds in which everybody calls everything.

use crate::base::*;
use crate::calls::{Attempt, Caller, next_payment};
use crate::dice::Dice;
use crate::place::*;
use chain::xdr::ScVal;
use std::collections::{BTreeMap, BTreeSet};

/// Worlds of each seed, and calls of each world.
const WORLDS: u32 = 85;
const CALLS: u32 = 500;
/// Each is lived beside the other.
const SEEDS: [u64; 2] = [0x5EED_0001, 0x5EED_0002];

/// What another contract's call does, and which.
const REACHED_BY: [(&str, &str); 9] = [
    ("deal.amend", "ballot.enact"),
    ("deal.record_holders", "ballot.propose"),
    ("note.record", "ballot.propose"),
    ("deal.close", "offering.close"),
    ("deal.enforce", "auction.list"),
    ("deal.conclude", "auction.settle"),
    ("title.conclude", "auction.settle"),
    ("title.release", "deal.release"),
    ("title.substitute", "deal.substitute"),
];

struct Life {
    world: Whole,
    dice: Dice,
    /// What this world is about.
    focus: Place,
    done: BTreeMap<String, u32>,
}

impl Life {
    fn begin(mut dice: Dice, done: BTreeMap<String, u32>) -> Self {
        let (world, focus) = match dice.below(15) {
            12 | 14 => (Whole::unsold(), Place::Auction),
            13 => (Whole::unpaid_for(), Place::Auction),
            0 => (Whole::drafted(), Place::Offering),
            1 => (Whole::raising(), Place::Offering),
            2 => (Whole::late(), Place::Auction),
            3 => (Whole::unpaid(), Place::Auction),
            4..6 => (Whole::on_offer(), Place::Auction),
            6 | 7 => (Whole::closed(), Place::Ballot),
            8 => (Whole::closed(), Place::Compliance),
            9 => (Whole::closed(), Place::Note(0)),
            10 => (Whole::closed(), Place::Deal),
            _ => (Whole::drafted(), Place::Title),
        };
        Self { world, dice, focus, done }
    }

    /// An hour, a day, a few, or up to the next payment date.
    fn wait(&mut self) {
        if self.focus == Place::Auction && self.dice.below(2) == 0 {
            return self.world.base.ripen();
        }
        let now = self.world.base.now().0;
        let next = next_payment(&self.world).filter(|next| *next > now).map_or(DAY, |next| next - now);
        let seconds = match self.dice.below(8) {
            0..3 => HOUR,
            3..5 => DAY,
            5 => 3 * DAY,
            _ if self.focus == Place::Auction => HOUR,
            _ => next,
        };
        self.world.base.wait(seconds.min(40 * DAY));
    }

    fn step(&mut self) {
        if self.dice.below(14) == 0 {
            self.wait();
        }
        let attempt = Caller { world: &self.world, dice: &mut self.dice }.attempt(self.focus);
        let Attempt { place, signers, function, args, open } = attempt;
        let stranger = !open && self.dice.below(12) == 0;
        let signers = if stranger { vec![STRANGER] } else { signers };
        let drafted = args.get(1).cloned();
        let outcome = self.world.call(place, (&signers, function, args));
        assert!(!(stranger && outcome.is_ok()), "{}.{function} is a stranger's", place.name());
        let answer = match outcome {
            Ok(answer) => answer,
            Err(code) => {
                *self.done.entry(format!("{}.{function} refused {code}", place.name())).or_default() += 1;
                return;
            }
        };
        *self.done.entry(format!("{}.{function}", place.name())).or_default() += 1;
        if let ("draft" | "draft_bundle", ScVal::U32(id), Some(ScVal::Bytes(machine))) =
            (function, answer, drafted)
        {
            let number = if function == "draft" { u32::from(machine.as_slice()[0]) } else { 100 + id };
            self.world.seen.machines.insert(id, number);
        }
    }
}

/// Everything that a contract of a deal's world lets somebody do, by its own word less what only reads. Roots of readings are a
/// node's, whatever its deals; `anchoring` tries their one call.
fn entry_points() -> BTreeSet<String> {
    let table =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/powers.md")).unwrap();
    let of_a_deal = |line: &&str| line.starts_with("| `") && !line.starts_with("| `anchor`");
    let rows = table.lines().filter(of_a_deal).filter(|line| !line.contains("anyone, reads"));
    let names = rows.map(|line| {
        let cells: Vec<&str> = line.split('`').collect();
        format!("{}.{}", cells[1], cells[3])
    });
    names.collect()
}

/// Random worlds from a seed; returns how often each entry point was not refused, and was, by its number.
fn live(seed: u64) -> BTreeMap<String, u32> {
    let (mut dice, mut done) = (Dice(seed), BTreeMap::new());
    for _ in 0..WORLDS {
        let mut life = Life::begin(dice, done);
        for _ in 0..CALLS {
            life.step();
        }
        for (event, often) in life.world.mirror.lived {
            *life.done.entry(event).or_default() += often;
        }
        (dice, done) = (life.dice, life.done);
    }
    done
}

#[test]
fn every_law_holds_whoever_calls_what() {
    println!("seeds {SEEDS:#x?}, {} calls", SEEDS.len() as u32 * WORLDS * CALLS);
    let mut done = BTreeMap::<String, u32>::new();
    std::thread::scope(|scope| {
        let lives = SEEDS.map(|seed| scope.spawn(move || live(seed)));
        for (name, often) in lives.into_iter().flat_map(|life| life.join().unwrap()) {
            *done.entry(name).or_default() += often;
        }
    });
    for (reached, by) in REACHED_BY {
        let often = done.get(by).copied().unwrap_or_default();
        *done.entry(reached.to_owned()).or_default() += often;
    }
    println!("{done:#?}");
    let often = |name: &String| done.get(name).copied().unwrap_or_default();
    let missing: Vec<String> = entry_points().into_iter().filter(|name| often(name) < 3).collect();
    assert!(missing.is_empty(), "hardly ever happens: {missing:?}");
}
