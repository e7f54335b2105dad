//! The engine and the straight-line version agree on every posting, and lanes agree with single lives.
#![allow(clippy::unwrap_used, missing_docs)]

use forebay_bench::{Outcome, Path, Reference, live_by_hand};
use waterfall::Journal;

#[test]
fn the_engine_and_the_straight_line_version_agree_to_the_unit() {
    let reference = Reference::compile().unwrap();
    let days = reference.days();
    for seed in 0..500 {
        let path = [Path::draw(seed)];
        let (mut journal, mut by_hand) = (Journal::new(), Journal::new());
        let state = reference.live::<1>(&path, &mut journal).unwrap();
        let outcome = live_by_hand(&path[0], &days, &mut by_hand).unwrap();
        for (engine, hand) in journal.iter().zip(&by_hand) {
            assert_eq!(engine, hand, "seed {seed}, {}", step(&reference, engine.step));
        }
        assert_eq!(journal.len(), by_hand.len(), "seed {seed}");
        assert_eq!(Outcome::read(&reference.plan, &state, 0).unwrap(), outcome, "seed {seed}");
    }
}

fn step(reference: &Reference, step: u16) -> &str {
    reference.plan.steps.get(usize::from(step)).map_or("no step", |step| reference.plan.name(step.id))
}
