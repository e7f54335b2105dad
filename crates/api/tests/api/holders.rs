//! Investors who hold units of notes on a ledger look through to what the machines said, each from its own units.

use std::collections::BTreeMap;

use crate::support::{NOW, Node, On, Signer, Special, deal_in, settings};
use client::{Amount, Client, ClientError, Machine, NewKey, Position, ReadingProof, Registration, Role};
use futures_util::TryStreamExt;
use node::telemetry::close_segment;
use serde_json::Value;

on_each_database! {
    holders_look_through_from_their_own_units,
}

/// Readings that the machine's device sends before its segment is anchored.
const READINGS: u64 = 3;

/// An investor, with a key of its own.
struct Investor {
    address: String,
    client: Client,
}

async fn holders_look_through_from_their_own_units(on: On) {
    let node = on.with(settings(), Special { clears: true, ..Special::default() }).await;
    let device = issued_and_measured(&node).await;
    let held: Vec<Position> = node.client(Role::Trustee).positions().try_collect().await.unwrap();
    let units: Vec<(&str, Amount)> = held.iter().map(|held| (held.note.as_str(), held.units)).collect();
    assert_eq!(units, [("A", Amount(600_000_000_000)), ("B", Amount(400_000_000_000))]);
    let [senior, junior] = [&held[0], &held[1]];
    assert_ne!(senior.holder, junior.holder);
    for (own, other) in [(senior, junior), (junior, senior)] {
        let investor = investor(&node, own).await;
        sees_its_own(&investor, own, &device).await;
        sees_nothing_of(&node, &investor, other).await;
    }
    // A party that holds nothing sees the deal, and no position.
    let nobody = node.client(Role::Investor);
    assert_eq!(nobody.positions().try_collect::<Vec<_>>().await.unwrap(), []);
    assert_eq!(nobody.look_through(("pair", "A", 1), 4).await.unwrap().positions, []);
}

/// Closes the deal on its ledger, and has a device on its first machine report and its readings anchored. The device's id.
async fn issued_and_measured(node: &Node) -> String {
    let deal = deal_in(("pair", "tests/pair"), &["case.toml", "pair.deal", "tape.csv"]);
    node.client(Role::Arranger).open_deal(&deal, "open").await.unwrap();
    let turned = node.servicer.turn().await.unwrap();
    assert!(turned.failures.is_empty() && turned.cleared > 0, "{turned:?}");
    let machines: Vec<Machine> = node.client(Role::Operator).machines("pair", 1).try_collect().await.unwrap();
    let machine = machines.into_iter().find(|machine| machine.name == "PAIR-1").unwrap().machine;
    let mut signer = Signer::new(2);
    let one = signer.registration();
    let registration = Registration {
        public_key: one.public_key,
        kind: one.kind.name().to_owned(),
        receipt: 1,
        machine,
        capacity_watt: one.capacity_watt,
        valid_from: one.valid_from,
        valid_until: one.valid_until,
    };
    let registered = node.client(Role::Operator).register_device(&registration, "device").await.unwrap();
    let readings: Vec<u8> = (0..READINGS).flat_map(|_| signer.next().0).collect();
    let taken = node.client(Role::Device).send_readings(readings.into()).await.unwrap();
    assert_eq!(taken.accepted, READINGS);
    close_segment(node.store.database(), &node.ledgers.anchor(NOW)).await.unwrap().unwrap();
    registered.id
}

async fn investor(node: &Node, held: &Position) -> Investor {
    let (name, party) = (format!("holder-of-{}", held.note), Some(held.holder.clone()));
    let key = NewKey { name: name.clone(), role: Role::Investor, party };
    let issued = node.client(Role::Operator).issue_key(&key, &name).await.unwrap();
    let client = Client::new(&node.url(""), &issued.secret).unwrap();
    Investor { address: held.holder.clone(), client }
}

/// From the unit to note, deal, pool, receipt, machines, device and readings, which it proves for itself.
async fn sees_its_own(Investor { address, client }: &Investor, own: &Position, device: &str) {
    let listed: Vec<Position> = client.positions().try_collect().await.unwrap();
    assert_eq!(listed, std::slice::from_ref(own));
    let through = client.look_through(("pair", &own.note, 1), 4).await.unwrap();
    assert_eq!((&through.positions, &through.positions[0].holder), (&listed, address));
    assert_eq!((through.note.name.as_str(), through.note.original), (own.note.as_str(), own.units));
    assert_eq!((through.deal.id.as_str(), through.receipts, through.machines_in_all), ("pair", 1, 2));
    assert_eq!((through.receipt.number, through.receipt.machines), (1, 2));
    let names: BTreeMap<&str, &str> =
        through.machines.iter().map(|machine| (machine.name.as_str(), machine.machine.as_str())).collect();
    assert_eq!(names.keys().copied().collect::<Vec<_>>(), ["PAIR-1", "PAIR-2"]);
    assert_eq!(through.devices.len(), 1);
    let measured = &through.devices[0];
    assert_eq!((measured.device.as_str(), measured.machine.as_str()), (device, names["PAIR-1"]));
    assert_eq!(measured.last_sequence, Some(READINGS));
    proves(client, device, &through.readings).await;
}

/// The last readings hold up to a root on the ledger, without the node being believed.
async fn proves(client: &Client, device: &str, last: &[ReadingProof]) {
    let registration = client.registration(device).await.unwrap();
    let history = client.device(device, 4).await.unwrap();
    assert_eq!((history.readings.len(), &history.readings[..1]), (3, last));
    for (sequence, proof) in (1..=READINGS).rev().zip(&history.readings) {
        let mut asked = client.reading_proof(device, sequence).await.unwrap();
        // A proof that is asked for alone also says what the ledger has.
        let found = asked.segment.as_mut().and_then(|segment| segment.ledger.take());
        assert_eq!(found.map(|ledger| ledger.found).as_deref(), Some("holds"));
        assert_eq!(&asked, proof);
        let verified = mcp::verify((device, sequence), &registration, proof).unwrap();
        assert!(verified.anchor.unwrap().starts_with("contract C"));
    }
}

/// Another's units are shown neither unasked nor asked for; the look through the other's note begins with no unit.
async fn sees_nothing_of(node: &Node, Investor { client, .. }: &Investor, other: &Position) {
    let through = client.look_through(("pair", &other.note, 1), 4).await.unwrap();
    assert_eq!((through.note.name.as_str(), through.positions), (other.note.as_str(), vec![]));
    let paths: [&[&str]; 2] = [&["positions"], &["deals", "pair", "notes", &other.note, "receipts", "1"]];
    for path in paths {
        let asked = [("holder", other.holder.clone())];
        let refused: Result<Value, ClientError> = client.read(path, &asked).await;
        assert_eq!(refused.unwrap_err().code(), Some(1002), "{path:?}");
        let shown: Value = node.client(Role::Trustee).read(path, &asked).await.unwrap();
        assert!(shown.to_string().contains(&other.holder), "{path:?}: {shown}");
    }
}
