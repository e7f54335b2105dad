//! How many readings a second a node verifies and stores, and what its processor time goes into.
//!
//! `cargo run --release -p forebay-node --example load -- [READINGS] [one|many] [DATABASE]`
//!
//! Readings are signed before the clock starts. The server is a process of its own on loopback, so that its processor
//! time is its own. `one`: each request holds readings of one device; `many`: each request holds one reading of each of
//! its devices. Nothing is reported before every reading is found again, once, under the right roots.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a measurement stops at the first thing that is wrong"
)]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use ed25519_dalek::SigningKey;
use forebay_node::SystemClock;
use forebay_node::store::{Database, EventStore, Options};
use forebay_node::telemetry::{
    Body, DeviceId, Direction, Intake, Kind, Meter, Policy, READINGS_MAX, RECORD_BYTES, Reading, ReadingHash,
    Registration, Settings, Slot, merkle, register, router,
};
use sqlx::Row;

/// Connections that send at once, each with devices of its own.
const CONNECTIONS: usize = 4;

/// Readings of a request.
const BATCH: usize = 1024;

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let argument =
        |place: usize, otherwise: &str| arguments.get(place).map_or(otherwise, String::as_str).to_owned();
    if argument(0, "") == "serve" {
        return serve(&argument(1, "")).await;
    }
    let readings: usize = argument(0, "200000").parse().expect("a number of readings");
    let folder = tempfile::tempdir().unwrap();
    let database = argument(2, &format!("sqlite:{}/load.db", folder.path().display()));
    measure(readings, &argument(1, "one"), &database).await;
}

/// The server: two threads verify, one serves; what the machine has beyond two cores is not used.
async fn serve(address: &str) {
    let database = Database::open(address, Options::default()).await.unwrap();
    let settings = Settings { policy: Policy::default(), threads: 2 };
    let intake = Intake::start(database, SystemClock::default(), settings).await.unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("{}", listener.local_addr().unwrap());
    axum::serve(listener, router(intake)).await.unwrap();
}

/// Signs, sends, proves, reports.
async fn measure(readings: usize, shape: &str, address: &str) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let devices = if shape == "many" { BATCH } else { 16 };
    let now = std::fs::metadata("/proc/self").unwrap().modified().unwrap();
    let now = now.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let requests = (readings / BATCH).div_ceil(CONNECTIONS);
    println!(
        "{shape}: {CONNECTIONS} connections, {requests} requests each of {BATCH} readings, {devices} devices each"
    );
    let sites: Vec<Site> = (0..CONNECTIONS).map(|site| Site::new((site, devices), (now, requests))).collect();
    prepare(address, &sites, now).await;
    let bodies: Vec<Vec<Vec<u8>>> = sites.into_iter().map(Site::requests).collect();

    let (server, url) = start(address);
    let started = Instant::now();
    let tasks = bodies.into_iter().map(|bodies| tokio::spawn(post(url.clone(), bodies)));
    let mut sent = 0;
    for task in tasks.collect::<Vec<_>>() {
        sent += task.await.unwrap();
    }
    let took = started.elapsed();
    let (all, verify) = processor_time(server.id());
    stop(server);
    prove(address, sent).await;
    report(sent, took, (all, verify));
}

fn report(sent: usize, took: Duration, (all, verify): (Duration, Duration)) {
    let sent = f64::from(u32::try_from(sent).unwrap());
    let each = all.as_secs_f64() / sent;
    println!("{sent} readings in {:.2} s: {:.0} a second", took.as_secs_f64(), sent / took.as_secs_f64());
    println!(
        "the server's processor time: {:.1} us a reading, {:.1} % of it in verification",
        each * 1e6,
        100.0 * verify.as_secs_f64() / all.as_secs_f64()
    );
    println!("two cores of its own would do {:.0} a second", 2.0 / each);
}

/// Meters that report together.
struct Site {
    meters: Vec<(SigningKey, u64, ReadingHash)>,
    start: u64,
    requests: usize,
}

impl Site {
    fn new((site, devices): (usize, usize), (now, requests): (u64, usize)) -> Self {
        let meter = |number: usize| {
            let mut secret = [1; 32];
            secret[..8].copy_from_slice(&u64::try_from(site * 10_000 + number).unwrap().to_le_bytes());
            (SigningKey::from_bytes(&secret), 0, ReadingHash::default())
        };
        Self { meters: (0..devices).map(meter).collect(), start: now - 6 * 86_400, requests }
    }

    /// Every request, signed.
    fn requests(mut self) -> Vec<Vec<u8>> {
        let run = BATCH / if self.meters.len() == BATCH { BATCH } else { 1 };
        let devices = BATCH / run;
        let mut bodies = Vec::new();
        for request in 0..self.requests {
            let first = request * devices % self.meters.len();
            let mut body = Vec::with_capacity(BATCH * RECORD_BYTES);
            for meter in &mut self.meters[first..first + devices] {
                (0..run).for_each(|_| body.extend_from_slice(&next(meter, self.start)));
            }
            bodies.push(body);
        }
        bodies
    }
}

fn next((key, sequence, previous): &mut (SigningKey, u64, ReadingHash), start: u64) -> [u8; RECORD_BYTES] {
    *sequence += 1;
    let meter = Meter { direction: Direction::Load, register_watt_hour: *sequence, interval_watt_hour: 1 };
    let slot = Slot { start: start + *sequence, seconds: 1 };
    let device = DeviceId::of(&key.verifying_key());
    let record = Reading { device, sequence: *sequence, slot, previous: *previous, body: Body::Meter(meter) }
        .sign(key);
    *previous = record.hash();
    record.0
}

async fn prepare(address: &str, sites: &[Site], now: u64) {
    let database = Database::open(address, Options::default()).await.unwrap();
    let store = EventStore::new(database.clone());
    for (key, ..) in sites.iter().flat_map(|site| &site.meters) {
        let public_key = forebay_node::hex::encode(key.verifying_key().as_bytes());
        let registration = Registration {
            kind: Kind::Meter,
            receipt: 1,
            machine: "00".repeat(32),
            capacity_watt: 10_000,
            valid_from: 0,
            valid_until: now + 86_400,
            public_key: public_key.clone(),
        };
        register(&store, &registration, (&public_key, now)).await.unwrap();
    }
    database.close().await;
}

fn start(address: &str) -> (Child, String) {
    let program = std::env::current_exe().unwrap();
    // `SERVER=taskset -c 0,1` puts it on two cores.
    let wrapper = std::env::var("SERVER").unwrap_or_default();
    let mut words = wrapper.split_whitespace().map(str::to_owned).chain([program.display().to_string()]);
    let mut command = Command::new(words.next().unwrap());
    let mut child = command.args(words).args(["serve", address]).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (child, format!("http://{}/v1/telemetry/readings", line.trim()))
}

async fn post(url: String, bodies: Vec<Vec<u8>>) -> usize {
    let client = reqwest::Client::new();
    let mut sent = 0;
    for body in bodies {
        let readings = body.len() / RECORD_BYTES;
        assert!(readings <= READINGS_MAX);
        let answer = client.post(&url).body(body).send().await.unwrap().text().await.unwrap();
        assert!(answer.starts_with(&format!("{{\"accepted\":{readings},")), "{answer}");
        sent += readings;
    }
    sent
}

/// All threads of a process, and those that verify (proc_pid_schedstat: nanoseconds on a processor).
fn processor_time(process: u32) -> (Duration, Duration) {
    let mut times: BTreeMap<bool, Duration> = BTreeMap::new();
    for thread in std::fs::read_dir(format!("/proc/{process}/task")).unwrap() {
        let folder = thread.unwrap().path();
        let name = std::fs::read_to_string(folder.join("comm")).unwrap();
        let time = std::fs::read_to_string(folder.join("schedstat")).unwrap();
        let nanoseconds = time.split_whitespace().next().unwrap().parse().unwrap();
        *times.entry(name.starts_with("verify")).or_default() += Duration::from_nanos(nanoseconds);
        if std::env::var_os("THREADS").is_some() {
            println!("{} {:?}", name.trim(), Duration::from_nanos(nanoseconds));
        }
    }
    (times.values().sum(), times[&true])
}

fn stop(mut server: Child) {
    server.kill().unwrap();
    server.wait().unwrap();
}

/// Every reading is there once, and every batch is under its root.
async fn prove(address: &str, sent: usize) {
    let database = Database::open(address, Options::default()).await.unwrap();
    let total = "SELECT CAST(COALESCE(SUM(last_sequence - first_sequence + 1), 0) AS BIGINT), \
                 CAST((SELECT COALESCE(SUM(last), 0) FROM (SELECT MAX(last_sequence) AS last FROM runs GROUP BY device) AS ends) AS BIGINT), \
                 (SELECT COUNT(*) FROM evidence), (SELECT COALESCE(MAX(id), 0) FROM batches) FROM runs";
    let total: (i64, i64, i64, i64) = sqlx::query_as(total).fetch_one(database.pool()).await.unwrap();
    let wanted = i64::try_from(sent).unwrap();
    assert_eq!((total.0, total.1, total.2), (wanted, wanted, 0));
    let mut leaves = 0;
    for batch in 1..=total.3 {
        let row = sqlx::query("SELECT root, records FROM batches WHERE id = $1").bind(batch);
        let row = row.fetch_one(database.pool()).await.unwrap();
        let (root, records): (Vec<u8>, Vec<u8>) = (row.get("root"), row.get("records"));
        assert_eq!(merkle::root(records.chunks(RECORD_BYTES)), root.as_slice(), "batch {batch}");
        leaves += records.len() / RECORD_BYTES;
    }
    assert_eq!(leaves, sent);
    EventStore::new(database).verify().await.unwrap();
    println!("{} batches; every reading found once, every root and the chain of events checked", total.3);
}
