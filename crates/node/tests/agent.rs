//! The agent: reads a DCGM exporter, signs, and delivers through outages and its own death.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::collections::BTreeMap;
use std::time::Duration;

use ed25519_dalek::SigningKey;
use forebay_node::SystemClock;
use forebay_node::agent::{
    Agent, Buffer, Delivery, Exporter, Nvml, Rounds, Source, average, backoff, host_uptime,
};
use forebay_node::telemetry::{Body, Gpu, Intake, Kind, Slot, router};
use support::{NOW, Signer, TestClock, open, sqlite};

const PATIENCE: Duration = Duration::from_secs(5);
const UUID: &str = "GPU-8c1f3c5e-0000-4000-8000-0123456789ab";

/// What an exporter serves for two processors; the second has no error counters.
const TEXT: &str = r#"# HELP DCGM_FI_DEV_GPU_UTIL GPU utilization (in %).
# TYPE DCGM_FI_DEV_GPU_UTIL gauge
DCGM_FI_DEV_GPU_UTIL{gpu="0",UUID="GPU-8c1f3c5e-0000-4000-8000-0123456789ab",device="nvidia0",modelName="NVIDIA H100 80GB HBM3",Hostname="node1"} 97
DCGM_FI_DEV_GPU_UTIL{gpu="1",UUID="GPU-ffff",device="nvidia1",modelName="NVIDIA H100 80GB HBM3",Hostname="node1"} 0
DCGM_FI_DEV_POWER_USAGE{gpu="0",UUID="GPU-8c1f3c5e-0000-4000-8000-0123456789ab",device="nvidia0",modelName="NVIDIA H100 80GB HBM3",Hostname="node1"} 683.127000
DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{gpu="0",UUID="GPU-8c1f3c5e-0000-4000-8000-0123456789ab",device="nvidia0"} 1.234567e+09
DCGM_FI_DEV_ECC_SBE_VOL_TOTAL{gpu="0",UUID="GPU-8c1f3c5e-0000-4000-8000-0123456789ab",device="nvidia0"} 4
DCGM_FI_DEV_ECC_DBE_VOL_TOTAL{gpu="1",UUID="GPU-ffff",device="nvidia1"} 9223372036854775794
DCGM_FI_DEV_SM_CLOCK{gpu="0",UUID="GPU-8c1f3c5e-0000-4000-8000-0123456789ab"} 1980
"#;

async fn serve(app: axum::Router) -> (String, tokio::task::JoinHandle<std::io::Result<()>>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    (address, tokio::spawn(async move { axum::serve(listener, app).await }))
}

#[tokio::test]
async fn an_exporter_is_read() {
    let (address, server) =
        serve(axum::Router::new().route("/metrics", axum::routing::get(|| async { TEXT }))).await;
    let exporter = Exporter::new(&format!("{address}/metrics"), PATIENCE).unwrap();
    let looks = exporter.look(77).await.unwrap();
    let busy = Gpu {
        utilisation_ppm: 970_000,
        power_milliwatt: 683_127,
        ecc_corrected: 4,
        ecc_uncorrected: 0,
        uptime_seconds: 77,
        energy_millijoule: 1_234_567_000,
    };
    let idle = Gpu { uptime_seconds: 77, ..Gpu::default() };
    assert_eq!(looks, BTreeMap::from([(UUID.to_owned(), busy), ("GPU-ffff".to_owned(), idle)]));
    let missing = Exporter::new(&format!("{address}/nothing"), PATIENCE).unwrap();
    assert_eq!(missing.look(77).await.unwrap_err().code(), 935);
    server.abort();
}

/// On a machine with a driver it reads processors; on another it says that there is none.
#[test]
fn nvml_is_found_or_not() {
    match Nvml::load() {
        Ok(nvml) => {
            let looks = nvml.look(1_000).unwrap();
            assert!(!looks.is_empty() && looks.keys().all(|name| name.starts_with("GPU-")), "{looks:?}");
            println!("{looks:?}");
        }
        Err(error) => assert_eq!(error.code(), 935, "{error}"),
    }
}

/// The whole agent, for three slots of a second, against an exporter and a node.
#[tokio::test]
async fn an_agent_at_work() {
    let (folder, database) = sqlite();
    let database = open(&database).await;
    let mut signer = Signer::new(Kind::Gpu, 9);
    signer.kind = Kind::Gpu;
    let clock = SystemClock::default();
    let now = forebay_node::Clock::wall(&clock);
    let registration = forebay_node::telemetry::Registration {
        valid_from: now - 60,
        valid_until: now + 3_600,
        ..signer.registration()
    };
    let store = forebay_node::store::EventStore::new(database.clone());
    forebay_node::telemetry::register(&store, &registration, ("one", now)).await.unwrap();
    let intake = Intake::start(database, clock, support::SETTINGS).await.unwrap();
    let (node, server) = serve(router(intake.clone())).await;
    let (exporter, other) =
        serve(axum::Router::new().route("/metrics", axum::routing::get(|| async { TEXT }))).await;

    let uptime = folder.path().join("uptime");
    std::fs::write(&uptime, "350735.47 234388.90\n").unwrap();
    let keys = BTreeMap::from([(UUID.to_owned(), signer.key.clone())]);
    let agent = Agent::new(keys, Buffer::open(&folder.path().join("buffer")).unwrap());
    let source = Source::Exporter(Exporter::new(&format!("{exporter}/metrics"), PATIENCE).unwrap());
    let delivery = Delivery::new(&node, PATIENCE).unwrap();
    let rounds = Rounds {
        agent: &agent,
        source: &source,
        delivery: &delivery,
        clock: &clock,
        uptime: &uptime,
        seconds: (1, 1),
    };
    let (told, mut rows) = tokio::sync::mpsc::unbounded_channel();
    let work = rounds.run(|round| told.send(round).unwrap());
    let watch = async {
        for _ in 0..3 {
            let round = rows.recv().await.unwrap();
            assert_eq!(round.signed.unwrap(), 1);
            assert_eq!(round.delivered.unwrap().unwrap().taken, 1);
        }
    };
    tokio::select! {
        () = work => unreachable!(),
        () = watch => (),
    }
    assert_eq!(intake.counters().readings("accepted"), 3);
    server.abort();
    other.abort();
}

#[test]
fn a_slot_is_the_mean_of_its_looks() {
    let look = |share, power| {
        let gpu = Gpu { utilisation_ppm: share, power_milliwatt: power, ..Gpu::default() };
        BTreeMap::from([(UUID.to_owned(), gpu)])
    };
    let mean = average(&[look(1_000_000, 7), look(0, 8), look(500_000, 9)]);
    assert_eq!(mean, look(500_000, 9));
    assert_eq!(average(&[]), BTreeMap::new());
}

#[test]
fn the_host_s_uptime_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("uptime");
    std::fs::write(&file, "350735.47 234388.90\n").unwrap();
    assert_eq!(host_uptime(&file).unwrap(), 350_735);
    std::fs::write(&file, "long").unwrap();
    assert_eq!(host_uptime(&file).unwrap_err().code(), 935);
    assert_eq!(host_uptime(&folder.path().join("none")).unwrap_err().code(), 935);
}

/// One look a row: the host's uptime and the energy; and the uptime that is signed, a minute after the row before.
#[test]
fn a_driver_that_is_loaded_again_begins_to_count_again() {
    let folder = tempfile::tempdir().unwrap();
    let keys = BTreeMap::from([(UUID.to_owned(), SigningKey::from_bytes(&[9; 32]))]);
    let agent = Agent::new(keys, Buffer::open(&folder.path().join("buffer")).unwrap());
    let rows = [
        (1_000, 500, 1_000),
        (1_060, 900, 1_060),
        (1_120, 10, 60),
        (1_180, 20, 120),
        (30, 5, 30),
        (90, 9, 90),
    ];
    for (minute, (host, energy, wanted)) in (1..).zip(rows) {
        let gpu = Gpu { uptime_seconds: host, energy_millijoule: energy, ..Gpu::default() };
        let signed = agent.sign(&BTreeMap::from([(UUID.to_owned(), gpu)]), slot(minute)).unwrap();
        let Body::Gpu(gpu) = signed[0].reading().unwrap().body else { panic!("no processor") };
        assert_eq!(gpu.uptime_seconds, wanted, "minute {minute}");
    }
}

#[test]
fn pauses_double_to_a_minute() {
    let pauses: Vec<u64> = [1, 2, 3, 6, 7, 8, 1000].map(|failures| backoff(failures).as_secs()).into();
    assert_eq!(pauses, [1, 2, 4, 32, 60, 60, 60]);
}

fn look(minute: u64) -> BTreeMap<String, Gpu> {
    let gpu = Gpu { uptime_seconds: 60 * minute, energy_millijoule: 1_000 * minute, ..Gpu::default() };
    BTreeMap::from([(UUID.to_owned(), gpu), ("GPU-without-a-key".to_owned(), gpu)])
}

const fn slot(minute: u64) -> Slot {
    Slot { start: NOW - 3_600 + 60 * minute, seconds: 60 }
}

async fn node(database: &str) -> Intake {
    support::intake(&open(database).await, &[&Signer::new(Kind::Gpu, 9)], &TestClock::at(NOW)).await
}

#[tokio::test]
async fn readings_wait_through_outages_and_restarts() {
    let (folder, database) = sqlite();
    let file = folder.path().join("buffer");
    let keys = BTreeMap::from([(UUID.to_owned(), SigningKey::from_bytes(&[9; 32]))]);
    let agent = Agent::new(keys.clone(), Buffer::open(&file).unwrap());
    let intake = node(&database).await;
    let (address, server) = serve(router(intake.clone())).await;
    let delivery = Delivery::new(&address, PATIENCE).unwrap();

    assert_eq!(agent.sign(&look(1), slot(1)).unwrap().len(), 1, "one has a key");
    assert_eq!(agent.sign(&look(1), slot(1)).unwrap().len(), 0, "never twice for one slot");
    assert_eq!(delivery.send(agent.buffer()).await.unwrap().taken, 1);
    assert_eq!(delivery.send(agent.buffer()).await.unwrap().taken, 0);

    // The node is gone for three slots, and the agent dies meanwhile.
    server.abort();
    let _ = server.await;
    agent.sign(&look(2), slot(2)).unwrap();
    assert_eq!(delivery.send(agent.buffer()).await.unwrap_err().code(), 936);
    drop(agent);
    let agent = Agent::new(keys, Buffer::open(&file).unwrap());
    agent.sign(&look(3), slot(3)).unwrap();
    agent.sign(&look(4), slot(4)).unwrap();
    assert_eq!(
        agent.buffer().waiting(10).unwrap().iter().map(|one| one.sequence).collect::<Vec<_>>(),
        [2, 3, 4]
    );

    let (address, server) = serve(router(intake.clone())).await;
    let delivery = Delivery::new(&address, PATIENCE).unwrap();
    assert_eq!(delivery.send(agent.buffer()).await.unwrap().taken, 3);
    assert_eq!(intake.counters().readings("accepted"), 4);
    assert_eq!(intake.counters().readings("accepted_after_gap"), 0);

    // What the node will never take leaves the buffer, and the sender hears why; what it may take later stays.
    agent.sign(&look(5), Slot { start: NOW + 600, seconds: 60 }).unwrap();
    let delivered = delivery.send(agent.buffer()).await.unwrap();
    assert_eq!((delivered.taken, delivered.kept), (0, 1), "its clock is ahead");
    server.abort();
}
