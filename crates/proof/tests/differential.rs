//! The core and the reference agree to the unit over random deals.

#![allow(clippy::unwrap_used, clippy::panic)]

use forebay_proof::{Failure, Run, disagreement, try_cases};

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
