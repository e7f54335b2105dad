//! A run on a ledger that is killed at any moment goes on where it stopped: it ends as the run that nobody killed, bit for bit.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use chain::xdr::{ContractEvent, ContractEventBody, ScVal};
use chain::{Embedded, Head, Ledger};
use clearing::Place;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// How often the program is killed.
const KILLS: u32 = 200;

/// After so many kills everything is proved, as it is at the end of each life.
const PROVED_EVERY: u32 = 20;

/// A run is killed at one of a thousand moments, this many of which make a whole run; or this many times halved, because
/// a deal is installed in a short time and can stop in many ways.
const MOMENTS: u32 = 4_000;
const HALVINGS: u32 = 5;

const SEED: u64 = 0xDEAD_0009;

/// xorshift64*.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: u32) -> u32 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        u32::try_from((self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % u64::from(sides)).unwrap()
    }
}

/// What contracts announced, each with its ledger, its transaction and its position there.
type Told = Vec<((u32, u32, u32), ContractEvent)>;

/// A ledger's file, looked at from outside.
struct Seen {
    head: Option<Head>,
    told: Told,
}

impl Seen {
    /// A file that is not there has seen nothing.
    fn of(path: &Path) -> Self {
        if !path.exists() {
            return Self { head: None, told: Vec::new() };
        }
        let ledger = Embedded::open(path).unwrap_or_else(|error| panic!("{error}"));
        let rows = ledger.events(0..=u32::MAX).unwrap().into_iter();
        let told = rows.map(|row| ((row.ledger, row.transaction, row.index), row.event)).collect();
        Self { head: Some(ledger.head().unwrap()), told }
    }
}

/// Whether a deal told what it posted.
fn is_posted(event: &ContractEvent) -> bool {
    let ContractEventBody::V0(body) = &event.body;
    matches!(body.topics.first(), Some(ScVal::Symbol(name)) if name.to_string() == "posted")
}

fn start(folder: &Path, path: &Path) -> Child {
    let mut run = Command::new(env!("CARGO_BIN_EXE_forebay"));
    run.args(["run", "sierra-h100", "--ledger"]).arg(path).arg("--out").arg(folder.join("out"));
    run.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
}

/// Whether a run came to its end before it was killed at this moment.
fn ends(mut child: Child, moment: Duration) -> bool {
    let (sender, ended) = channel();
    let mut said = child.stdout.take().unwrap();
    let reader = std::thread::spawn(move || {
        said.read_to_end(&mut Vec::new()).unwrap();
        // Nobody waits for it any more after a kill.
        let _ = sender.send(());
    });
    let is_over = ended.recv_timeout(moment) != Err(RecvTimeoutError::Timeout);
    if !is_over {
        child.kill().unwrap();
    }
    let status = child.wait().unwrap();
    reader.join().unwrap();
    assert!(!is_over || status.success(), "{status}");
    is_over
}

fn prove(path: &Path) {
    clearing::verify(&Place::File(path.to_owned()), None)
        .unwrap_or_else(|error| panic!("{error} [{}]", error.code()));
}

/// A folder that nothing is in yet.
fn folder() -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("crash");
    drop(std::fs::remove_dir_all(&path));
    std::fs::create_dir_all(&path).unwrap();
    path
}

/// The run that nobody kills, and how long it takes.
struct Whole {
    seen: Seen,
    took: Duration,
    /// What had been announced when the deal had its first event.
    installed: usize,
}

impl Whole {
    fn run(folder: &Path) -> Self {
        let (path, begin) = (folder.join("whole.ledger"), Instant::now());
        assert!(ends(start(folder, &path), Duration::from_secs(600)));
        let took = begin.elapsed();
        prove(&path);
        let seen = Seen::of(&path);
        let installed = seen.told.iter().position(|(_, event)| is_posted(event)).unwrap();
        Self { seen, took, installed }
    }

    /// What a killed run left is how the whole one began, no less than before; returns how much, and whether it is all.
    fn require_begun(&self, path: &Path, before: usize) -> (usize, bool) {
        let seen = Seen::of(path);
        let many = seen.told.len();
        assert!(many >= before, "{before} announcements were durable and {many} are there");
        assert!(self.seen.told.starts_with(&seen.told), "not how the whole run began");
        (many, seen.head == self.seen.head)
    }
}

/// The life that is being killed: its file, what it was seen to have announced, and how often it was killed.
struct Killed {
    path: PathBuf,
    announced: usize,
    kills: u32,
}

impl Killed {
    fn begin(folder: &Path, number: u32) -> Self {
        Self { path: folder.join(format!("{number}.ledger")), announced: 0, kills: 0 }
    }
}

#[test]
fn a_run_killed_two_hundred_times_ends_as_the_one_that_was_not() {
    let (folder, mut dice) = (folder(), Dice(SEED));
    let whole = Whole::run(&folder);
    println!("seed {SEED:#x}, {} announcements, {:?}", whole.seen.told.len(), whole.took);
    let (mut kills, mut lives, mut early) = (0, 0, 0);
    let mut life = Killed::begin(&folder, lives);
    while kills < KILLS {
        let moment = whole.took * dice.below(1000) / (MOMENTS << dice.below(HALVINGS));
        let is_over = ends(start(&folder, &life.path), moment);
        let (announced, is_whole) = whole.require_begun(&life.path, life.announced);
        life.announced = announced;
        if is_over {
            assert!(is_whole, "a run ended early");
        } else {
            (kills, life.kills) = (kills + 1, life.kills + 1);
            early += u32::from(announced < whole.installed);
        }
        if is_whole || (!is_over && kills % PROVED_EVERY == 0 && announced > whole.installed) {
            prove(&life.path);
        }
        if is_whole {
            println!("life {lives} was killed {} times", life.kills);
            lives += 1;
            life = Killed::begin(&folder, lives);
        }
    }
    println!(
        "{kills} kills, {early} of them before the first event; {lives} lives complete, {} begun",
        lives + 1
    );
    assert!(lives > 0 && early > 0, "{lives} lives, {early} early");
}
