//! A node as one process: it takes readings, anchors their roots, services a deal, stops cleanly, and is there again.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

#[path = "../../node/tests/support/bucket.rs"]
mod bucket;
mod support;

use bucket::{KEY_ID, PLACE, REGION, SECRET, Store};
use chain::xdr::{ContractId, Hash, ScAddress};
use clearing::{Place, anchored, verify};
use ed25519_dalek::SigningKey;
use forebay_servicer::{ArchiveSettings, Host, Page, Parts, Role, Settings, Task};
use node::telemetry::{
    Body, DeviceId, Direction, Kind, Meter, Reading, ReadingHash, ReadingProof, Registration, Slot, prove,
};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use support::{TestClock, by, date, deal_in, deals, second};

fn settings(folder: &std::path::Path) -> Settings {
    let database = format!("sqlite:{}/node.db", folder.display());
    let mut settings = Settings { database, ..Settings::default() };
    settings.http.listen.set_port(0);
    settings.mqtt.listen.set_port(support::servers::free_port());
    settings.ledger.at = folder.join("ledgers").display().to_string();
    settings.keeper.every_seconds = 1;
    settings
}

/// The archive at an object store, its secret in a file.
fn archive(store: &Store, folder: &std::path::Path) -> ArchiveSettings {
    let secret_file = folder.join("secret");
    std::fs::write(&secret_file, format!("{SECRET}\n")).unwrap();
    ArchiveSettings {
        at: PLACE.to_owned(),
        region: REGION.to_owned(),
        endpoint: store.endpoint.clone(),
        key_id: KEY_ID.to_owned(),
        secret_file: secret_file.display().to_string(),
    }
}

async fn start(settings: &Settings, clock: &TestClock) -> (Host, Arc<Mutex<Vec<String>>>) {
    let said = Arc::new(Mutex::new(Vec::new()));
    let log = said.clone();
    let told = Arc::new(move |words: &str| log.lock().unwrap().push(words.to_owned()));
    (Host::start(settings, clock.clone(), (server, told)).await.unwrap(), said)
}

/// Takes readings; the API is another room.
fn server(parts: &Parts, (listener, stopped): (TcpListener, Task)) -> Task {
    let router = node::telemetry::router(parts.intake.clone());
    Box::pin(async move {
        listener.set_nonblocking(true).unwrap();
        let listener = tokio::net::TcpListener::from_std(listener).unwrap();
        axum::serve(listener, router).with_graceful_shutdown(stopped).await.unwrap();
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_services_a_deal_stops_cleanly_and_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = settings(folder.path());
    let store = Store::start().await;
    settings.archive = archive(&store, folder.path());
    let clock = TestClock::at("2024-01-10");
    let (host, said) = start(&settings, &clock).await;
    let servicer = host.parts.servicer.clone();
    let proof = take_a_reading(&host).await;
    assert!(proof.segment.is_none(), "not anchored yet");
    servicer
        .open_deal(&by("open", Role::Arranger), &deal_in(&deals("hundred"), "hundred", true))
        .await
        .unwrap();
    clock.until(date("2024-03-20"));
    let served = async |servicer: &forebay_servicer::Servicer, payments: usize| {
        let mut last = 0;
        loop {
            servicer.wait_for_event(last).await.unwrap();
            last = servicer.store().head().await.unwrap().0;
            let paid = servicer.payments("hundred", &Page::first(100)).await.unwrap();
            if paid.len() == payments && paid.iter().all(|payment| payment.cleared) {
                return;
            }
        }
    };
    served(&servicer, 3).await;
    host.stop().await;
    assert_eq!(*said.lock().unwrap(), Vec::<String>::new());
    assert!(store.holds("readings/kind=meter/day=2024-01-09/segment-00000001-0000000001.parquet"));

    // The ledger proves what was paid, and has the root of the reading.
    let proved = verify(&Place::File(folder.path().join("ledgers/hundred.ledger")), None).unwrap();
    assert_eq!(proved.iter().map(|deal| deal.payments).collect::<Vec<_>>(), [3]);
    clock.until(date("2024-05-20"));
    // A broker lives as long as its process.
    settings.mqtt.listen.set_port(support::servers::free_port());
    let (host, _) = start(&settings, &clock).await;
    let servicer = host.parts.servicer.clone();
    let after: ReadingProof = prove(servicer.database(), device().1, 1).await.unwrap();
    assert!(after.holds());
    let segment = after.segment.unwrap();
    let words: Vec<&str> = segment.anchor.split_whitespace().collect();
    let ScAddress::Contract(ContractId(Hash(contract))) = words[1].parse().unwrap() else {
        panic!("{words:?}")
    };
    let place = Place::File(folder.path().join("ledgers/anchors.ledger"));
    let root = anchored(&place, &ContractId(Hash(contract)), 1).unwrap().unwrap();
    assert_eq!(node::hex::encode(&root), segment.root);
    served(&servicer, 5).await;
    let held = servicer.positions((Some("hundred"), None), &Page::first(10)).await.unwrap();
    assert_eq!((held.len(), held[0].note.as_str(), held[0].units), (1, "N", 100_000_000_000_000));
    host.stop().await;
}

fn device() -> (SigningKey, DeviceId) {
    let key = SigningKey::from_bytes(&[3; 32]);
    let id = DeviceId::of(&key.verifying_key());
    (key, id)
}

async fn take_a_reading(host: &Host) -> ReadingProof {
    let (key, device) = device();
    let registration = Registration {
        public_key: node::hex::encode(key.verifying_key().as_bytes()),
        kind: Kind::Meter,
        receipt: 1,
        machine: "11".repeat(32),
        capacity_watt: 6_000,
        valid_from: second("2024-01-01"),
        valid_until: second("2025-01-01"),
    };
    let servicer = &host.parts.servicer;
    servicer.register_device(&by("device", Role::Operator), &registration).await.unwrap();
    host.parts.intake.refresh().await.unwrap();
    let slot = Slot { start: second("2024-01-10") - 60, seconds: 60 };
    let body =
        Body::Meter(Meter { direction: Direction::Load, register_watt_hour: 50, interval_watt_hour: 50 });
    let reading = Reading { device, sequence: 1, slot, previous: ReadingHash::default(), body };
    let taken = host.parts.intake.submit(reading.sign(&key).0.to_vec().into()).await.unwrap();
    assert_eq!(taken.accepted, 1);
    prove(servicer.database(), device, 1).await.unwrap()
}
