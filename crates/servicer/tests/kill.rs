//! A keeper that is killed at any moment pays nothing twice and forgets nothing: the deal ends in the log and on its ledger as
//! the deal that nobody disturbed.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod support;

use clearing::{Place, verify};
use forebay_servicer::{Home, Ledgers, Options, Page, Role, Servicer};
use node::store::Database;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};
use support::{TestClock, by, deal_in, deals};

const NAME: &str = "a_killed_keeper_pays_nothing_twice";

/// How often it is killed, and how many deals it may serve to their end meanwhile.
const KILLS: u32 = 40;
const LIVES: u32 = 20;

const SEED: u64 = 0x5EED_0017;

/// Months after which the test looks: every payment of the deal has fallen due.
const LATER: &str = "2028-01-01";

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    match (arguments.next().as_deref(), arguments.next()) {
        (Some("serve"), Some(folder)) => serve(Path::new(&folder)).await,
        // A runner of tests asks what there is.
        (Some("--list"), _) => println!("{NAME}: test"),
        (Some(wanted), _) if !NAME.contains(wanted) && !wanted.starts_with('-') => (),
        _ => tokio::task::spawn_blocking(a_killed_keeper_pays_nothing_twice).await.unwrap(),
    }
}

async fn open(folder: &Path) -> Servicer {
    let address = format!("sqlite:{}/node.db", folder.display());
    let database = Database::open(&address, node::store::Options::default()).await.unwrap();
    let ledgers = Ledgers { at: Home::Folder(folder.to_owned()), keys: None };
    let options = Options { ledgers: Some(ledgers), ..Options::default() };
    Servicer::open(database, TestClock::at(LATER), options).await.unwrap()
}

/// Opens the deal, if it is not, and serves it to its end.
async fn serve(folder: &Path) {
    let servicer = open(folder).await;
    let deal = deal_in(&deals("hundred"), "hundred", true);
    servicer.open_deal(&by("open", Role::Operator), &deal).await.unwrap();
    loop {
        let turned = servicer.turn().await.unwrap();
        assert!(turned.failures.is_empty(), "{:?}", turned.failures);
        let summary = servicer.deal_summary("hundred").await.unwrap();
        if turned.steps == 0 && summary.cleared == summary.events {
            return;
        }
    }
}

fn start(folder: &Path) -> Child {
    let mut program = Command::new(std::env::current_exe().unwrap());
    program.arg("serve").arg(folder).stdout(Stdio::piped()).spawn().unwrap()
}

/// Whether a keeper came to the end before it was killed at this moment.
fn ends(mut child: Child, moment: Duration) -> bool {
    let (sender, ended) = channel();
    let mut said = child.stdout.take().unwrap();
    let reader = std::thread::spawn(move || {
        said.read_to_end(&mut Vec::new()).unwrap();
        let _ = sender.send(());
    });
    let is_over = ended.recv_timeout(moment) != Err(RecvTimeoutError::Timeout);
    if !is_over {
        // SIGKILL: nothing is flushed, nobody is told.
        child.kill().unwrap();
    }
    let status = child.wait().unwrap();
    reader.join().unwrap();
    assert!(!is_over || status.success(), "{status}");
    is_over
}

/// What a deal came to: the engine's events in the log, the postings, and the ledger's hash.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    events: Vec<String>,
    postings: Vec<(u32, String, i64)>,
    ledger: String,
}

#[tokio::main(flavor = "current_thread")]
async fn seen(folder: &Path) -> Seen {
    let servicer = open(folder).await;
    servicer.store().verify().await.unwrap();
    let log = servicer.store().stream("deal/hundred").await.unwrap();
    let applied = log.iter().filter(|event| event.kind == "deal.applied");
    let bodies: Vec<serde_json::Value> = applied.map(|event| event.json().unwrap()).collect();
    let numbers: Vec<u64> = bodies.iter().map(|body| body["number"].as_u64().unwrap()).collect();
    let count = u64::try_from(numbers.len()).unwrap();
    assert_eq!(numbers, (1..=count).collect::<Vec<_>>(), "each event once, in order");
    let mut postings = Vec::new();
    let mut ledger = String::new();
    if count > 0 {
        ledger = servicer.deal("hundred").await.unwrap().ledger_hash;
        let mut page = Page::first(1000);
        loop {
            let some = servicer.postings("hundred", &page).await.unwrap();
            let Some(last) = some.last() else { break };
            page = Page::after(last.row, 1000);
            postings.extend(some.into_iter().map(|posting| (posting.event, posting.to, posting.amount)));
        }
    }
    let events = bodies.iter().map(|body| body["event"].to_string()).collect();
    servicer.database().close().await;
    Seen { events, postings, ledger }
}

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

fn life(base: &Path, number: u32) -> PathBuf {
    let folder = base.join(number.to_string());
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn a_killed_keeper_pays_nothing_twice() {
    let base = tempfile::tempdir().unwrap();
    let (whole, begin) = (life(base.path(), 0), Instant::now());
    assert!(ends(start(&whole), Duration::from_secs(600)));
    let took = begin.elapsed();
    let wanted = seen(&whole);
    let [proved] = verify(&Place::File(whole.join("hundred.ledger")), None).unwrap().try_into().unwrap();
    assert_eq!(usize::try_from(proved.events).unwrap(), wanted.events.len());
    assert_eq!(wanted.ledger, node::hex::encode(&proved.hash));
    println!("seed {SEED:#x}, {} events, {took:?}", wanted.events.len());
    let (mut dice, mut kills, mut lives) = (Dice(SEED), 0, 1);
    let mut folder = life(base.path(), lives);
    while kills < KILLS && lives < LIVES {
        // Short times more often, so that every part of the work is met at its beginning.
        let moment = took * dice.below(1000) / (2_000 << dice.below(3));
        let is_over = ends(start(&folder), moment);
        let now = seen(&folder);
        assert!(wanted.events.starts_with(&now.events), "not how the whole one began");
        assert!(wanted.postings.starts_with(&now.postings), "a payment is there twice, or another");
        if is_over {
            assert_eq!(now, wanted);
            verify(&Place::File(folder.join("hundred.ledger")), None).unwrap();
            lives += 1;
            folder = life(base.path(), lives);
        } else {
            kills += 1;
        }
    }
    assert!(ends(start(&folder), Duration::from_secs(600)));
    assert_eq!(seen(&folder), wanted);
    println!("{kills} kills, {lives} deals served to their end");
    assert!(kills >= KILLS / 2, "{kills}");
}
