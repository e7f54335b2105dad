//! A server that is killed at any moment loses nothing that it acknowledged, and keeps nothing twice: two hundred times.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use forebay_node::store::{Database, backup, restore};
use forebay_node::telemetry::{Devices, Kind, Record, router};
use support::{NOW, Signer, TestClock, body, open, sqlite};

const NAME: &str = "killed_servers_lose_nothing";

const KILLS: u32 = 200;

/// Readings of a request; and devices that send in turn.
const BATCH: usize = 16;
const DEVICES: u8 = 3;

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    match (arguments.next().as_deref(), arguments.next()) {
        (Some("serve"), Some(address)) => serve(&address).await,
        // A runner of tests asks what there is.
        (Some("--list"), _) => println!("{NAME}: test"),
        (Some(wanted), _) if !NAME.contains(wanted) && !wanted.starts_with('-') => (),
        _ => killed_servers_lose_nothing().await,
    }
}

async fn serve(address: &str) {
    let signers = signers();
    let intake =
        support::intake(&open(address).await, &signers.iter().collect::<Vec<_>>(), &TestClock::at(NOW)).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("{}", listener.local_addr().unwrap());
    axum::serve(listener, router(intake)).await.unwrap();
}

/// Devices whose slots are a second each, so that many fit between the limits of time.
fn signers() -> Vec<Signer> {
    let signer = |number| {
        let mut signer = Signer::new(Kind::Meter, number);
        signer.slot.start = NOW - 80_000;
        signer
    };
    (1..=DEVICES).map(signer).collect()
}

struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(database: &str) -> Self {
        let program = std::env::current_exe().unwrap();
        let mut child =
            Command::new(program).args(["serve", database]).stdout(Stdio::piped()).spawn().unwrap();
        let mut address = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut address).unwrap();
        Self { child, address: format!("http://{}/v1/telemetry/readings", address.trim()) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // SIGKILL: nothing is flushed, nobody is told.
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// A device and how far it heard that its readings are kept.
struct Sender {
    signer: Signer,
    unheard: Vec<Record>,
    heard: u64,
}

impl Sender {
    fn batch(&mut self) -> Vec<Record> {
        if self.unheard.is_empty() {
            self.unheard = self.signer.seconds(BATCH);
        }
        self.unheard.clone()
    }

    fn hear(&mut self) {
        self.unheard.clear();
        self.heard = self.signer.sequence;
    }
}

async fn killed_servers_lose_nothing() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (_folder, address) = sqlite();
    let sender = |signer| Sender { signer, unheard: Vec::new(), heard: 0 };
    let mut senders: Vec<Sender> = signers().into_iter().map(sender).collect();
    let client = reqwest::Client::new();
    let mut random = fastrand::Rng::with_seed(20_261_120);
    let mut interrupted = 0;
    for kill in 0..KILLS {
        let server = Server::start(&address);
        let until = Instant::now() + Duration::from_micros(random.u64(0..120_000));
        interrupted += u32::from(load(&client, (server, until), &mut senders).await);
        check(&address, &senders, kill).await;
    }
    assert!(interrupted > KILLS / 4, "only {interrupted} kills met a request under way");
    let heard: u64 = senders.iter().map(|sender| sender.heard).sum();
    assert!(heard > 2_000, "only {heard} readings were acknowledged");
    println!(
        "{KILLS} kills, {interrupted} of them with a request under way; {heard} readings acknowledged, none lost"
    );
    prove_all(&address).await;
}

/// Posts until the server is killed, at a time that it does not know. Says whether a request was under way.
async fn load(client: &reqwest::Client, (server, until): (Server, Instant), senders: &mut [Sender]) -> bool {
    let address = server.address.clone();
    let killer = tokio::spawn(async move {
        tokio::time::sleep_until(until.into()).await;
        drop(server);
    });
    for turn in 0.. {
        let place = turn % senders.len();
        let sender = &mut senders[place];
        let answer = client.post(&address).body(body(&sender.batch())).send().await;
        match answer {
            Ok(answer) if answer.status().is_success() => match answer.text().await {
                Ok(text) => {
                    assert!(!text.contains("refused"), "{text}");
                    sender.hear();
                }
                Err(_) => break,
            },
            Ok(answer) => panic!("{answer:?}"),
            Err(error) => {
                killer.await.unwrap();
                // One that could not connect came after the kill.
                return !error.is_connect();
            }
        }
    }
    killer.await.unwrap();
    true
}

/// Every device's readings are there from the first on, each once, at least as far as it heard.
async fn check(address: &str, senders: &[Sender], kill: u32) {
    let database = open(address).await;
    for sender in senders {
        let select = "SELECT COALESCE(MAX(last_sequence), 0), COALESCE(SUM(last_sequence - first_sequence + 1), 0) \
                      FROM runs WHERE device = $1";
        let id = sender.signer.id().0.to_vec();
        let (last, kept): (i64, i64) =
            sqlx::query_as(select).bind(id).fetch_one(database.pool()).await.unwrap();
        assert_eq!(last, kept, "kill {kill}: a reading is missing or twice");
        let (heard, signed) = (sender.heard, sender.signer.sequence);
        assert!(
            (heard..=signed).contains(&u64::try_from(last).unwrap()),
            "kill {kill}: {last}, heard {heard}"
        );
    }
    database.close().await;
}

/// The bytes are whole: every batch matches its root, the log matches its chain.
async fn prove_all(address: &str) {
    let mut text = Vec::new();
    backup(&open(address).await, &mut text).await.unwrap();
    let (_folder, other) = sqlite();
    let copy: Database = open(&other).await;
    restore(&copy, &mut text.as_slice(), &[&Devices]).await.unwrap();
}
