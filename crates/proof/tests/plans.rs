//! Plans of random deals with bytes that somebody changed: an error, or a life without a panic.

#![allow(clippy::unwrap_used, clippy::panic)]

use forebay_proof::{Case, Choices, Core, Failure, Run, choices};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use waterfall::plan::Plan;

/// Flips, cuts, repeats and exchanges bytes.
fn spoil(bytes: &[u8], choices: &mut Choices<'_>) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..choices.between(1, 3) {
        let length = u32::try_from(bytes.len()).unwrap_or(0);
        let at = usize::try_from(choices.below(length)).unwrap();
        match choices.below(6) {
            0..=2 => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << choices.below(8)),
            3 => bytes.iter_mut().skip(at).take(2).for_each(|byte| *byte = 0xff),
            4 => bytes.iter_mut().skip(at).take(2).for_each(|byte| *byte = 0),
            _ => bytes.truncate(at),
        }
    }
    bytes
}

/// Lives the events on a plan that is not the one they were made for; says how many happened.
fn survive(plan: &Plan, case: &Case) -> usize {
    let mut core = Core::<1>::new(plan);
    case.events.iter().filter(|event| core.apply(event).is_ok()).count()
}

#[test]
fn prop_spoilt_plans_are_refused_or_survived() {
    let run = Run::of(60);
    let mut seed = [3; 32];
    seed[..8].copy_from_slice(&run.seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let numbers = proptest::collection::vec(proptest::prelude::any::<u32>(), 40);
    let (mut decoded, mut happened) = (0, 0);
    for number in 0..run.cases {
        let (terms, life) = choices().new_tree(&mut runner).unwrap().current();
        let case = Case::make(&terms, &life).unwrap();
        let bytes = case.plan.to_bytes();
        for round in 0..60 {
            let numbers = numbers.new_tree(&mut runner).unwrap().current();
            let spoilt = spoil(&bytes, &mut Choices::new(&numbers));
            let lived =
                std::panic::catch_unwind(|| Plan::from_bytes(&spoilt).ok().map(|plan| survive(&plan, &case)));
            match lived {
                Ok(Some(events)) => (decoded, happened) = (decoded + 1, happened + events),
                Ok(None) => {}
                Err(_) => panic!("seed {} case {number} round {round} panics:\n{}", run.seed, case.text),
            }
        }
    }
    // Most of what is spoilt is refused; some is another plan, and that one lives.
    assert!(decoded > 0 && happened > 0, "{decoded} {happened}");
}

#[test]
fn every_shortened_plan_is_refused() {
    let case = Case::make(&[], &[]).unwrap();
    let bytes = case.plan.to_bytes();
    for length in 0..bytes.len() {
        assert!(Plan::from_bytes(&bytes[..length]).is_err(), "{length} of {} bytes", bytes.len());
    }
    let longer = [bytes.as_slice(), &[0]].concat();
    assert!(Plan::from_bytes(&longer).is_err());
}

#[test]
fn the_simplest_case_lives() {
    let case = Case::make(&[], &[]).map_err(|Failure(why)| why).unwrap();
    assert!(survive(&case.plan, &case) >= 2, "{}\n{}", case.text, case.script());
}
