//! The core and the reference agree to the unit over random deals.

#![allow(clippy::unwrap_used, clippy::panic)]

use forebay_proof::{Case, Failure, Run, disagreement, try_cases};
use waterfall::Event;

#[test]
fn prop_core_and_reference_agree() {
    let tried = try_cases(Run::of(100), |case| match disagreement(case)? {
        None => Ok(()),
        Some(difference) => Err(Failure(difference)),
    });
    if let Err(failure) = tried {
        panic!("{failure}");
    }
}

/// Every seventh amount is so large that sums of it hardly fit.
fn with_large_amounts(case: &Case) -> Case {
    let mut case = case.clone();
    for (at, event) in case.events.iter_mut().enumerate() {
        let large = i64::MAX / [1, 2, 3, 1_000][at / 7 % 4];
        match event {
            _ if at % 7 != 3 => {}
            Event::Receive { amount, .. }
            | Event::Draw { amount, .. }
            | Event::Proceeds { amount, .. }
            | Event::Surrender { amount, .. } => *amount = [large],
            Event::Report { value, .. } => *value = [large],
            Event::Restate { delta, .. } => *delta = [-large],
            _ => {}
        }
    }
    case
}

#[test]
fn prop_core_and_reference_agree_on_what_does_not_fit() {
    let tried = try_cases(Run::of(200), |case| match disagreement(&with_large_amounts(case))? {
        None => Ok(()),
        Some(difference) => Err(Failure(difference)),
    });
    if let Err(failure) = tried {
        panic!("{failure}");
    }
}
