//! The reference deal, by the engine and by hand: equal to the unit first, then timed.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use criterion::{Criterion, Throughput};
use forebay_bench::{Outcome, Path, Reference, live_by_hand};
use std::hint::black_box;
use std::time::Instant;
use waterfall::Journal;

/// Paths that are lived in turn, so that no branch is learnt by heart.
const PATHS: u64 = 64;
/// Turns of the summary; each lives every path once with each version.
const TURNS: u32 = 200;

struct Timed {
    reference: Reference,
    days: Vec<i64>,
    paths: Vec<Path>,
}

impl Timed {
    fn new() -> Self {
        let reference = Reference::compile().unwrap();
        let days = reference.days();
        Self { reference, days, paths: (0..PATHS).map(Path::draw).collect() }
    }

    /// Balances, accounts, totals and every posting are the same, in one lane and in many.
    fn assert_equal<const L: usize>(&self) {
        for paths in self.paths.chunks_exact(L) {
            let mut lanes = Journal::<L>::new();
            let state = self.reference.live(paths, &mut lanes).unwrap();
            for (lane, path) in paths.iter().enumerate() {
                let mut by_hand = Journal::new();
                let outcome = live_by_hand(path, &self.days, &mut by_hand).unwrap();
                assert_eq!(Outcome::read(&self.reference.plan, &state, lane).unwrap(), outcome);
                let of_lane = lanes.iter().map(|p| (p.step, p.to, p.amount[lane], p.short[lane]));
                let of_lane = of_lane.filter(|(_, _, amount, short)| (*amount, *short) != (0, 0));
                assert!(of_lane.eq(by_hand.iter().map(|p| (p.step, p.to, p.amount[0], p.short[0]))));
            }
        }
    }

    fn live_all<const L: usize>(&self, journal: &mut Journal<L>) {
        for paths in self.paths.chunks_exact(L) {
            journal.clear();
            black_box(self.reference.live(black_box(paths), journal).unwrap());
        }
    }

    fn live_all_by_hand(&self, journal: &mut Journal<1>) {
        for path in &self.paths {
            journal.clear();
            black_box(live_by_hand(black_box(path), &self.days, journal).unwrap());
        }
    }
}

fn bench(timed: &Timed, criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("reference deal, 120 dates");
    group.throughput(Throughput::Elements(PATHS));
    let mut journal = Journal::new();
    group.bench_function("engine", |bencher| bencher.iter(|| timed.live_all::<1>(&mut journal)));
    group.bench_function("by hand", |bencher| bencher.iter(|| timed.live_all_by_hand(&mut journal)));
    let mut lanes = Journal::new();
    group.bench_function("engine, 8 lanes", |bencher| bencher.iter(|| timed.live_all::<8>(&mut lanes)));
    let mut lanes = Journal::new();
    group.bench_function("engine, 16 lanes", |bencher| bencher.iter(|| timed.live_all::<16>(&mut lanes)));
    let mut lanes = Journal::new();
    group.bench_function("engine, 32 lanes", |bencher| bencher.iter(|| timed.live_all::<32>(&mut lanes)));
    group.finish();
}

fn seconds(mut what: impl FnMut()) -> f64 {
    let start = Instant::now();
    what();
    start.elapsed().as_secs_f64()
}

/// All versions in turn, so that whatever slows the machine slows each; the quickest turn of each, because nothing
/// ever makes a turn quicker than it is.
fn summarise(timed: &Timed) {
    let (mut engine_journal, mut hand_journal, mut lanes_journal) =
        (Journal::new(), Journal::new(), Journal::new());
    let mut quickest = [f64::MAX; 3];
    for _ in 0..TURNS {
        let turns = [
            seconds(|| timed.live_all::<1>(&mut engine_journal)),
            seconds(|| timed.live_all_by_hand(&mut hand_journal)),
            seconds(|| timed.live_all::<8>(&mut lanes_journal)),
        ];
        for (quickest, turn) in quickest.iter_mut().zip(turns) {
            *quickest = quickest.min(turn / PATHS as f64);
        }
    }
    let [engine, hand, lanes] = quickest;
    let shown = |seconds: f64| format!("{:.1} us a life ({:.0} deals/s)", seconds * 1e6, 1.0 / seconds);
    println!("engine {}, by hand {}, ratio {:.2}", shown(engine), shown(hand), engine / hand);
    println!("engine in 8 lanes {}, ratio {:.2}", shown(lanes), lanes / hand);
}

fn main() {
    let timed = Timed::new();
    timed.assert_equal::<1>();
    timed.assert_equal::<8>();
    timed.assert_equal::<16>();
    timed.assert_equal::<32>();
    println!("{PATHS} lives equal by hand and by the engine, in 1, 8, 16 and 32 lanes");
    let mut criterion = Criterion::default().configure_from_args();
    bench(&timed, &mut criterion);
    criterion.final_summary();
    summarise(&timed);
}
