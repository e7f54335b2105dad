//! Many cases from one seed.

use crate::case::{Case, Failure};
use crate::simplify::simplify;
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

/// How much is tried.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// How many cases, unless `FOREBAY_CASES` says so.
    pub cases: u32,
    /// From which seed, unless `FOREBAY_SEED` says so.
    pub seed: u64,
}

/// Most numbers that a deal is made from, and its life.
const TERMS_MAX: usize = 3_000;
const LIFE_MAX: usize = 800;

impl Run {
    /// So many cases from the seed that everybody has.
    pub fn of(cases: u32) -> Self {
        let seed = number("FOREBAY_SEED").unwrap_or(0x00F0_12EB_A701);
        let cases = number("FOREBAY_CASES").and_then(|cases| u32::try_from(cases).ok()).unwrap_or(cases);
        Self { cases, seed }
    }

    fn rng(self) -> TestRng {
        let mut bytes = [0; 32];
        for (byte, seed) in bytes.iter_mut().zip(self.seed.to_le_bytes()) {
            *byte = seed;
        }
        TestRng::from_seed(RngAlgorithm::ChaCha, &bytes)
    }
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

/// The choices of random cases.
pub fn choices() -> impl Strategy<Value = (Vec<u32>, Vec<u32>)> {
    (vec(any::<u32>(), 200..TERMS_MAX), vec(any::<u32>(), 100..LIFE_MAX))
}

/// Tries a property on random cases.
///
/// # Errors
/// The simplest case found for which it fails: the seed, why, the term sheet and the events.
pub fn try_cases(run: Run, property: impl Fn(&Case) -> Result<(), Failure>) -> Result<(), String> {
    let config =
        Config { cases: run.cases, failure_persistence: None, max_shrink_iters: 0, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, run.rng());
    let tried = runner.run(&choices(), |(terms, life)| {
        let held = Case::make(&terms, &life).and_then(|case| property(&case));
        held.map_err(|failure| TestCaseError::fail(failure.0))
    });
    match tried {
        Ok(()) => Ok(()),
        Err(TestError::Abort(why)) => Err(why.to_string()),
        Err(TestError::Fail(why, (terms, life))) => {
            let simplest = simplify(terms, life, &property);
            let Some((case, failure)) = simplest else { return Err(format!("seed {}: {why}", run.seed)) };
            Err(format!("seed {}: {failure}\n\n{}\n{}", run.seed, case.text, case.script()))
        }
    }
}
