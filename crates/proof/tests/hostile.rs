//! The corpus of the fuzz targets and mutations of it, through the same doors.
#![allow(missing_docs, clippy::unwrap_used)]

use forebay_proof::hostile;
use std::path::{Path, PathBuf};

/// Seed of the mutations; a finding names the file and the round.
const SEED: u64 = 0x666f_7265_6261_7921;

/// A small generator (xorshift64*): the same mutations on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let mixed = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(mixed).unwrap() % below.max(1)
    }
}

fn corpus(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty(), "{target} has a corpus");
    files.into_iter().map(|path| (path.clone(), std::fs::read(path).unwrap())).collect()
}

/// Flips, cuts, repeats and exchanges a few bytes.
fn mutate(bytes: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=random.next(4) {
        let at = random.next(bytes.len());
        match random.next(5) {
            0 => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << random.next(8)),
            1 => bytes.truncate(at),
            2 => bytes.iter_mut().skip(at).take(1 + random.next(3)).for_each(|byte| *byte = 0xff),
            3 => {
                let piece: Vec<u8> = bytes.iter().copied().skip(at).take(1 + random.next(40)).collect();
                let to = random.next(bytes.len());
                bytes.splice(to..to, piece);
            }
            _ => {
                let end = (at + 1 + random.next(20)).min(bytes.len());
                bytes.drain(at.min(end)..end);
            }
        }
    }
    bytes
}

fn check(target: &str, rounds: usize, door: fn(&[u8])) {
    let mut random = Random(SEED);
    for (path, bytes) in corpus(target) {
        door(&bytes);
        for round in 0..rounds {
            let hostile = mutate(&bytes, &mut random);
            let result = std::panic::catch_unwind(|| door(&hostile));
            assert!(result.is_ok(), "{} round {round} of seed {SEED:#x}", path.display());
        }
    }
}

#[test]
fn hostile_term_sheets() {
    check("parse", 1_000, hostile::parse);
}

#[test]
fn hostile_plans() {
    for (path, bytes) in corpus("plan") {
        assert!(
            waterfall::Plan::from_bytes(&bytes).is_ok(),
            "{}: write it anew with `forebay plan`",
            path.display()
        );
    }
    check("plan", 20_000, hostile::plan);
}

#[test]
fn hostile_tapes() {
    check("tape", 2_000, hostile::tape);
}
