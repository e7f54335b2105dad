//! A file that was cut or changed anywhere is refused with its number, or is the ledger that it was: never another one, and
//! never a message that is not ours.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::path::Path;
use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};

use common::{START, World, genesis};
use forebay_chain::{ChainError, Embedded, Head, Ledger};
use redb::Database;
use tempfile::TempDir;

/// Places at which each file is cut, and at which a byte of it is changed.
const PLACES: usize = 40;

/// What a damaged file may be called: no ledger, damaged, of another version, unreadable.
const DAMAGES: [u16; 4] = [700, 701, 704, 705];

/// Panics whose message was printed.
static PRINTED: AtomicUsize = AtomicUsize::new(0);

/// Listens once, before any ledger is opened.
static LISTENING: Once = Once::new();

fn listen() {
    let tell = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        PRINTED.fetch_add(1, Ordering::SeqCst);
        tell(panic);
    }));
}

/// xorshift64*.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let sides = u64::try_from(sides).unwrap();
        usize::try_from((self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % sides).unwrap()
    }
}

/// A ledger's bytes, and the heads that it may have.
struct Original {
    bytes: Vec<u8>,
    heads: Vec<Head>,
}

impl Original {
    /// A few days of payments without room between them, copied when the ledger is shut, or while it is open as a killed
    /// process leaves it. Of an open one the last commit may be taken back: that it was whole is then nowhere written but in
    /// what was lost.
    fn of(is_open: bool) -> Self {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("whole.ledger");
        let mut world = World::on(Embedded::create(&path, &genesis()).unwrap());
        for day in 1..=8 {
            world.pay(2, 3, 1).unwrap();
            world.ledger.close(START + day * 86_400).unwrap();
        }
        let World { ledger, cash } = world;
        drop(ledger);
        Database::open(&path).unwrap().compact().unwrap();
        let mut world = World { ledger: Embedded::open(&path).unwrap(), cash };
        let before = world.ledger.head().unwrap();
        world.pay(2, 3, 1).unwrap();
        let after = world.ledger.head().unwrap();
        let copied = std::fs::read(&path).unwrap();
        drop(world);
        match is_open {
            true => Self { bytes: copied, heads: vec![before, after] },
            false => Self { bytes: std::fs::read(&path).unwrap(), heads: vec![after] },
        }
    }

    /// Opens what is left of a file, twice, because the first look must not make a false ledger of a damaged one.
    fn check(&self, what: &str, bytes: &[u8]) -> bool {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("damaged.ledger");
        std::fs::write(&path, bytes).unwrap();
        let outcomes = [proved(&path), proved(&path)];
        for outcome in &outcomes {
            match outcome {
                Ok(head) => assert!(self.heads.contains(head), "{what}: another ledger: {outcomes:?}"),
                Err(error) => assert!(DAMAGES.contains(&error.code()), "{what}: {} {error}", error.code()),
            }
        }
        assert_eq!(PRINTED.load(Ordering::SeqCst), 0, "{what}: a panic was printed: {outcomes:?}");
        outcomes[0].is_err()
    }
}

/// The head of a ledger that has been proved from beginning to end.
fn proved(path: &Path) -> Result<Head, ChainError> {
    let ledger = Embedded::open(path)?;
    ledger.verify_headers()?;
    ledger.replay()?;
    ledger.head()
}

fn check(seed: u64, is_open: bool) {
    println!("seed {seed:#x}");
    LISTENING.call_once(listen);
    let (original, mut dice) = (Original::of(is_open), Dice(seed));
    assert!(!original.check("the whole file", &original.bytes));
    let mut found = [0, 0];
    // Bytes that are zero may be room that nothing uses yet.
    let used: Vec<usize> = (0..original.bytes.len()).filter(|at| original.bytes[*at] != 0).collect();
    for _ in 0..PLACES {
        let length = dice.below(original.bytes.len());
        let cut = original.check(&format!("cut to {length} bytes"), &original.bytes[..length]);
        found[0] += usize::from(cut);
        let (place, bit) = (used[dice.below(used.len())], dice.below(8));
        let mut bytes = original.bytes.clone();
        bytes[place] ^= 1 << bit;
        let changed = original.check(&format!("bit {bit} of byte {place}"), &bytes);
        found[1] += usize::from(changed);
    }
    println!("{found:?} of {PLACES} cuts and changes were refused");
    assert!(found[0] > PLACES / 2 && found[1] > 0, "{found:?}");
}

#[test]
fn a_shut_file_that_was_torn_is_refused_or_whole() {
    check(0x70E2_0001, false);
}

#[test]
fn an_open_file_that_was_torn_is_refused_or_whole() {
    check(0x70E2_0002, true);
}
