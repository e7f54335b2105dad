//! Lives the same path over and over by the engine or by hand, or eight paths in lanes: what a profiler looks at.
//!
//! `valgrind --tool=callgrind lives engine 20`, or `hand`, or `lanes`; built in release.
#![allow(clippy::unwrap_used, missing_docs)]

use forebay_bench::{Path, Reference, live_by_hand};
use std::hint::black_box;
use waterfall::Journal;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let who = arguments.next().unwrap_or_default();
    let times: u32 = arguments.next().map_or(1, |times| times.parse().unwrap());
    let reference = Reference::compile().unwrap();
    let days = reference.days();
    let paths: Vec<Path> = (0..8).map(Path::draw).collect();
    let (mut journal, mut lanes) = (Journal::<1>::new(), Journal::<8>::new());
    for _ in 0..times {
        journal.clear();
        lanes.clear();
        match who.as_str() {
            "hand" => drop(black_box(live_by_hand(black_box(&paths[7]), &days, &mut journal).unwrap())),
            "lanes" => drop(black_box(reference.live(black_box(&paths), &mut lanes).unwrap())),
            _ => drop(black_box(reference.live(black_box(&paths[7..]), &mut journal).unwrap())),
        }
    }
}
