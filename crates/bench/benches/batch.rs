//! Batches of the reference deal: equal to single lives at every date first, then timed on all the vectors there are.
#![allow(clippy::unwrap_used, missing_docs)]

use forebay_bench::{Columns, Path, Reference, live_by_hand};
use risk::batch::{Level, Work};
use std::hint::black_box;
use std::time::Instant;
use waterfall::plan::Clock;
use waterfall::{Baseline, Journal, State, Unrecorded, Vectors};

const LANES: usize = 32;
const PATHS: u64 = 512;
const DATES: usize = 60;
/// Turns of each version, taken in turn; the quickest is shown.
const TURNS: u32 = 40;

/// Lives every batch; the sums say of each lane, date by date, all that the state remembers: balances, payments, accounts.
struct Live<'a, const L: usize> {
    reference: &'a Reference,
    columns: &'a [Columns<L>],
    hash: bool,
}

fn join<const L: usize>(hashes: &mut [u64; L], values: [i64; L]) {
    for (hash, value) in hashes.iter_mut().zip(values) {
        *hash = hash.wrapping_mul(0x0100_0000_01b3) ^ value.cast_unsigned();
    }
}

impl<const L: usize> Work for Live<'_, L> {
    type Output = Vec<u64>;

    fn run<V: Vectors>(self, vectors: V) -> Vec<u64> {
        let plan = &self.reference.plan;
        let mut hashes = Vec::new();
        for columns in self.columns {
            let mut lanes = [0_u64; L];
            let look = |state: &State<L>| {
                let saved = plan.layout.saved().into_iter().flatten().filter(|_| self.hash);
                saved.for_each(|register| join(&mut lanes, state.read(u16::try_from(register).unwrap())));
            };
            let state = self.reference.live_batch(columns, vectors, look).unwrap();
            black_box(state.read(plan.layout.clock(Clock::State)));
            hashes.extend(lanes);
        }
        hashes
    }
}

fn seconds(mut what: impl FnMut()) -> f64 {
    let start = Instant::now();
    what();
    start.elapsed().as_secs_f64()
}

fn laid<const L: usize>(paths: &[Path]) -> Vec<Columns<L>> {
    paths.chunks_exact(L).map(|paths| Columns::of(paths, DATES).unwrap()).collect()
}

fn main() {
    let reference = Reference::compile().unwrap();
    let days = reference.days();
    let paths: Vec<Path> = (0..PATHS).map(Path::draw).collect();
    let (alone, many) = (laid::<1>(&paths), laid::<LANES>(&paths));
    let live = |hash| Live { reference: &reference, columns: &many, hash };
    let one_by_one = |hash| Live { reference: &reference, columns: &alone, hash };
    let expected = one_by_one(true).run(Baseline);
    let levels = Level::offered();
    for level in &levels {
        assert_eq!(level.run(live(true)), expected, "{level}");
    }
    println!("{PATHS} lives of {DATES} dates equal in one lane and in {LANES}, on all vectors");

    let by_hand = || {
        let mut journal = Journal::new();
        for path in &paths {
            journal.clear();
            black_box(live_by_hand(black_box(path), &days[..DATES], &mut journal).unwrap());
        }
    };
    let without_postings = || {
        for path in &paths {
            black_box(live_by_hand(black_box(path), &days[..DATES], &mut Unrecorded(Baseline)).unwrap());
        }
    };
    let mut quickest = vec![f64::MAX; 3 + levels.len()];
    for _ in 0..TURNS {
        let mut turns = vec![seconds(by_hand), seconds(without_postings)];
        turns.push(seconds(|| drop(one_by_one(false).run(Baseline))));
        turns.extend(levels.iter().map(|level| seconds(|| drop(level.run(live(false))))));
        for (quickest, turn) in quickest.iter_mut().zip(turns) {
            *quickest = quickest.min(turn);
        }
    }
    let names = ["by hand", "by hand, no postings", "one lane"].map(str::to_owned);
    let names = names.into_iter().chain(levels.iter().map(|level| format!("{LANES} lanes, {level}")));
    for (name, seconds) in names.zip(quickest) {
        println!("{name:<24} {:>9.0} paths/s", PATHS as f64 / seconds);
    }
}
