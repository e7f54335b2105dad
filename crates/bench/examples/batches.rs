//! scratch
#![allow(clippy::unwrap_used, missing_docs)]
use forebay_bench::*;
use risk::batch::*;
use std::hint::black_box;
use std::time::Instant;
use waterfall::*;
struct Live<'a, const L: usize>(&'a Reference, &'a [Columns<L>]);
impl<const L: usize> Work for Live<'_, L> {
    type Output = ();
    fn run<V: Vectors>(self, v: V) {
        for c in self.1 {
            drop(black_box(self.0.live_batch(c, v, |_| ()).unwrap()));
        }
    }
}
const DATES: usize = 60;
fn time(name: &str, paths: usize, mut f: impl FnMut()) {
    let mut best = f64::MAX;
    for _ in 0..(if std::env::args().nth(1).is_some() { 300 } else { 15 }) {
        let t = Instant::now();
        f();
        best = best.min(t.elapsed().as_secs_f64());
    }
    println!(
        "{name:<24} {:>9.0} paths/s {:.1} ns/date",
        paths as f64 / best,
        best * 1e9 / (paths * DATES) as f64
    );
}
fn lanes<const L: usize>(r: &Reference, paths: &[Path]) {
    let c: Vec<_> = paths.chunks_exact(L).map(|p| Columns::<L>::of(p, DATES).unwrap()).collect();
    for level in Level::offered() {
        time(&format!("batch {L} {level}"), paths.len(), || level.run(Live(r, &c)));
    }
}
fn main() {
    let r = Reference::compile().unwrap();
    let days = r.days();
    let paths: Vec<Path> = (0..512).map(Path::draw).collect();
    let which: usize = std::env::args().nth(1).map_or(0, |a| a.parse().unwrap());
    if which == 0 {
        let mut j = Journal::<1>::new();
        time("by hand", paths.len(), || {
            for p in &paths {
                j.clear();
                drop(black_box(live_by_hand(black_box(p), &days[..DATES], &mut j).unwrap()));
            }
        });
        time("by hand, no postings", paths.len(), || {
            for p in &paths {
                drop(black_box(live_by_hand(black_box(p), &days[..DATES], &mut Unrecorded).unwrap()));
            }
        });
        lanes::<1>(&r, &paths);
        lanes::<8>(&r, &paths);
        lanes::<16>(&r, &paths);
    }
    lanes::<32>(&r, &paths);
    if which == 0 {
        lanes::<64>(&r, &paths);
        lanes::<128>(&r, &paths);
    }
}
