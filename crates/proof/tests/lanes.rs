//! WF-4 where lanes part: events that happen in some of them only.

#![allow(clippy::unwrap_used, clippy::panic)]

use forebay_proof::{Case, Core, Failure, Run, in_lanes, kept_cases, postings_in_lane, try_cases};
use std::cell::Cell;
use std::path::Path;
use waterfall::{Baseline, Event, Journal, apply_batch, apply_in, invariants};

const LANES: usize = 8;

fn hold(cases: u32, property: impl Fn(&Case) -> Result<(), Failure>) {
    for (name, case) in kept_cases(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap() {
        property(&case).unwrap_or_else(|failure| panic!("{name}: {failure}"));
    }
    if let Err(failure) = try_cases(Run::of(cases), property) {
        panic!("{failure}");
    }
}

fn ensure(holds: bool, broken: &str, at: usize) -> Result<(), Failure> {
    if holds { Ok(()) } else { Err(Failure(format!("{broken} after event {at}"))) }
}

/// Other lanes at every event; now and then all, and now and then none.
fn named(at: usize) -> [bool; LANES] {
    let bits = at.wrapping_mul(0x9E37_79B9).rotate_left(7) >> 3;
    std::array::from_fn(|lane| match at % 11 {
        9 => true,
        10 => false,
        _ => bits >> lane & 1 == 1,
    })
}

fn is_of_all_lanes(event: &Event<LANES>) -> bool {
    !matches!(event, Event::Proceeds { .. } | Event::Transition { .. } | Event::Surrender { .. })
}

/// One batch beside its lanes alone.
struct Parting<'a> {
    many: Core<'a, LANES>,
    alone: Vec<Core<'a, 1>>,
    /// Events that happened in some lanes and not in all: sales and changes of state.
    parted: usize,
}

impl<'a> Parting<'a> {
    fn new(case: &'a Case) -> Self {
        Self { many: Core::new(&case.plan), alone: vec![Core::new(&case.plan); LANES], parted: 0 }
    }

    fn step(&mut self, (at, event): (usize, &Event<LANES>)) -> Result<(), Failure> {
        let (plan, mut journal) = (self.many.plan, Journal::new());
        let lanes = if is_of_all_lanes(event) { [true; LANES] } else { named(at) };
        let applied = if is_of_all_lanes(event) {
            let refused = apply_in(plan, &mut self.many.state, (event, lanes), &mut journal);
            ensure(refused.is_err() && journal.is_empty(), "it is of all lanes", at)?;
            let applied = waterfall::apply(plan, &mut self.many.state, event, &mut journal);
            // A deal that has ended has no more payment dates; the others go on.
            applied.map(|()| [false; LANES])
        } else {
            apply_in(plan, &mut self.many.state, (event, lanes), &mut journal)
        };
        let Ok(happened) = applied else {
            ensure(journal.is_empty(), "a refused event left postings", at)?;
            let refuses = |lane: usize| self.alone[lane].clone().apply(&event.in_lane(lane)).is_err();
            let refused = (0..LANES).any(|lane| lanes[lane] && refuses(lane));
            ensure(refused, "refused though every lane named accepts", at)?;
            return self.agree(at);
        };
        self.parted += usize::from(happened.contains(&true) && happened.contains(&false));
        for (lane, one) in self.alone.iter_mut().enumerate() {
            let moved = if lanes[lane] { one.apply(&event.in_lane(lane)) } else { Ok(Journal::new()) };
            ensure(!happened[lane] || moved.is_ok(), &format!("lane {lane} alone refuses"), at)?;
            let payment = one.state.payment_number(plan).unwrap_or(0);
            let seen = postings_in_lane(&journal, (lane, payment));
            ensure(seen == moved.unwrap_or_default(), &format!("other postings in lane {lane}"), at)?;
        }
        self.agree(at)
    }

    /// Every lane is, to the bit, how it would be alone.
    fn agree(&self, at: usize) -> Result<(), Failure> {
        for (lane, one) in self.alone.iter().enumerate() {
            let agree = invariants::wf4_lanes_agree(one.plan, &self.many.state, lane, &one.state);
            ensure(agree, &format!("WF-4: another state in lane {lane}"), at)?;
        }
        Ok(())
    }
}

#[test]
fn prop_wf4_an_event_in_some_lanes_leaves_the_others_alone() {
    let parted = Cell::new(0);
    hold(400, |case| {
        let mut parting = Parting::new(case);
        for (at, event) in case.events.iter().enumerate() {
            parting.step((at, &in_lanes(event)))?;
        }
        parted.set(parted.get() + parting.parted);
        Ok(())
    });
    assert!(parted.get() > 50, "lanes part in {} events", parted.get());
}

/// Lanes of a batch beside lives of their own.
struct Batched<'a, const L: usize> {
    many: Core<'a, L>,
    alone: Vec<Core<'a, 1>>,
    /// Draws that some lanes made and others did not.
    parted: usize,
}

impl<const L: usize> Batched<'_, L> {
    /// Events that every lane accepts or has ended before: a batch that refuses one is of no further use. A draw happens in
    /// some lanes, in each alone.
    fn step(&mut self, (at, event): (usize, &Event<L>)) -> Result<(), Failure> {
        if matches!(event, Event::Draw { .. }) {
            return self.draw(at, event);
        }
        if self.many.clone().apply(event).is_err() {
            return Ok(());
        }
        let applied = apply_batch(self.many.plan, &mut self.many.state, (event, Baseline));
        ensure(applied.is_ok(), "a batch refuses what lanes accept", at)?;
        for (lane, one) in self.alone.iter_mut().enumerate() {
            let _ = one.apply(&event.in_lane(lane));
        }
        self.agree(at)
    }

    fn draw(&mut self, at: usize, event: &Event<L>) -> Result<(), Failure> {
        let mut drawn = 0;
        for (lane, one) in self.alone.iter_mut().enumerate().filter(|(lane, _)| named(at)[lane % LANES]) {
            let mut lent = self.many.state.lane(lane).unwrap();
            let event = event.in_lane(lane);
            let result = waterfall::apply(self.many.plan, &mut lent, &event, &mut Journal::new());
            ensure(result.is_ok() == one.apply(&event).is_ok(), "another answer to a draw", at)?;
            if result.is_ok() {
                self.many.state.set_lane(lane, &lent);
                drawn += 1;
            }
        }
        self.parted += usize::from(drawn > 0 && drawn < L);
        self.agree(at)
    }

    fn agree(&self, at: usize) -> Result<(), Failure> {
        for (lane, one) in self.alone.iter().enumerate() {
            let agree = invariants::wf4_lanes_agree(one.plan, &self.many.state, lane, &one.state);
            ensure(agree, &format!("WF-4: another state in lane {lane} of {L}"), at)?;
        }
        Ok(())
    }
}

fn in_batches<const L: usize>(case: &Case) -> Result<usize, Failure> {
    let (many, alone) = (Core::<L>::new(&case.plan), vec![Core::<1>::new(&case.plan); L]);
    let mut batched = Batched { many, alone, parted: 0 };
    for (at, event) in case.events.iter().enumerate() {
        batched.step((at, &in_lanes(event)))?;
    }
    Ok(batched.parted)
}

#[test]
fn prop_wf4_a_lane_of_a_batch_is_a_run_of_its_own() {
    let parted = Cell::new(0);
    hold(60, |case| {
        parted.set(parted.get() + in_batches::<8>(case)? + in_batches::<32>(case)?);
        Ok(())
    });
    assert!(parted.get() > 20, "lanes part in {} draws", parted.get());
}
