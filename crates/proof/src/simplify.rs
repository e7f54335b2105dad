//! A failing case, made simpler as long as it still fails.

use crate::case::{Case, Failure};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Most attempts, so that a slow property ends.
const ATTEMPTS_MAX: usize = 4_000;

/// Shorter lists of choices and fewer events with which the property still fails; none if it holds after all.
pub(crate) fn simplify(
    terms: Vec<u32>,
    life: Vec<u32>,
    property: &impl Fn(&Case) -> Result<(), Failure>,
) -> Option<(Case, Failure)> {
    let mut search = Search { property, left: ATTEMPTS_MAX };
    let mut found = search.fails(&terms, &life)?;
    let (mut terms, mut life) = (terms, life);
    loop {
        let size = terms.len().saturating_add(life.len());
        found = search.shorten(&mut terms, |search, terms| search.fails(terms, &life)).unwrap_or(found);
        found = search.shorten(&mut life, |search, life| search.fails(&terms, life)).unwrap_or(found);
        if terms.len().saturating_add(life.len()) >= size || search.left == 0 {
            break;
        }
    }
    found = search.lower(&mut terms, |search, terms| search.fails(terms, &life)).unwrap_or(found);
    found = search.lower(&mut life, |search, life| search.fails(&terms, life)).unwrap_or(found);
    Some(search.drop_events(found))
}

struct Search<'a, P> {
    property: &'a P,
    left: usize,
}

type Found = Option<(Case, Failure)>;

impl<P: Fn(&Case) -> Result<(), Failure>> Search<'_, P> {
    /// The case and why it fails, if it does. A panic is a failure too.
    fn fails(&mut self, terms: &[u32], life: &[u32]) -> Found {
        self.left = self.left.checked_sub(1)?;
        let case = Case::make(terms, life).ok()?;
        let failure = self.why(&case)?;
        Some((case, failure))
    }

    fn why(&self, case: &Case) -> Option<Failure> {
        match catch_unwind(AssertUnwindSafe(|| (self.property)(case))) {
            Ok(held) => held.err(),
            Err(_) => Some(Failure("it panics".to_owned())),
        }
    }

    /// Takes out pieces, large ones first.
    fn shorten(&mut self, numbers: &mut Vec<u32>, fails: impl Fn(&mut Self, &[u32]) -> Found) -> Found {
        let mut found = None;
        let mut piece = numbers.len().next_power_of_two() / 2;
        while piece > 0 {
            let mut at = 0;
            while at < numbers.len() {
                let mut shorter = numbers.clone();
                shorter.drain(at..at.saturating_add(piece).min(numbers.len()));
                match fails(self, &shorter) {
                    Some(simpler) => {
                        *numbers = shorter;
                        found = Some(simpler);
                    }
                    None => at = at.saturating_add(piece),
                }
            }
            piece /= 2;
        }
        found
    }

    /// Sets numbers to zero or halves them.
    fn lower(&mut self, numbers: &mut Vec<u32>, fails: impl Fn(&mut Self, &[u32]) -> Found) -> Found {
        let mut found = None;
        for at in 0..numbers.len() {
            for lower in [|_| 0, |number: u32| number / 2] {
                let mut other = numbers.clone();
                if let Some(number) = other.get_mut(at) {
                    *number = lower(*number);
                }
                if other == *numbers {
                    continue;
                }
                if let Some(simpler) = fails(self, &other) {
                    *numbers = other;
                    found = Some(simpler);
                    break;
                }
            }
        }
        found
    }

    /// Leaves out events, the last first.
    fn drop_events(&mut self, (mut case, mut failure): (Case, Failure)) -> (Case, Failure) {
        for at in (0..case.events.len()).rev() {
            let mut fewer = case.clone();
            fewer.events.remove(at);
            if let Some(why) = self.why(&fewer) {
                (case, failure) = (fewer, why);
            }
        }
        (case, failure)
    }
}
