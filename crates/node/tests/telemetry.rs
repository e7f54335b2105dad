//! Readings from the first byte to the proof, the same for SQLite and PostgreSQL.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod support;

use forebay_node::store::{Database, EventStore, backup, rebuild, restore};
use forebay_node::telemetry::{
    Body, Devices, Intake, Kind, LoggedAnchor, Outcome, Reading, Record, Reply, Slot, close_segment,
    evidence, prove, retire,
};
use forebay_node::{Refusal, hex};
use support::servers::Postgres;
use support::{NOW, Signer, TestClock, body, intake, open, sqlite};

async fn send(intake: &Intake, records: &[Record]) -> Reply {
    intake.submit(body(records)).await.unwrap()
}

/// What became of each reading, in words: `+` accepted, `=` duplicate, `~` accepted after a gap, or a number.
fn words(reply: &Reply, readings: usize) -> String {
    let word = |index| {
        let told = reply.outcomes.iter().find(|told| told.index == index);
        match told.map(|told| told.outcome) {
            None | Some(Outcome::Accepted { gap: None }) => "+".to_owned(),
            Some(Outcome::Accepted { gap: Some(gap) }) => format!("~{}-{}", gap.first, gap.last),
            Some(Outcome::Duplicate) => "=".to_owned(),
            Some(Outcome::Refused(refusal)) => refusal.code().to_string(),
        }
    };
    (0..readings).map(word).collect::<Vec<_>>().join(" ")
}

async fn check(intake: &Intake, records: &[Record], wanted: &str) {
    let reply = send(intake, records).await;
    assert_eq!(words(&reply, records.len()), wanted);
    let accepted = wanted.split(' ').filter(|word| word.starts_with(['+', '~'])).count();
    assert_eq!(reply.accepted, u64::try_from(accepted).unwrap());
}

async fn suite(address: &str, other: &str) {
    let database = open(address).await;
    let (mut meter, mut gpu) = (Signer::new(Kind::Meter, 1), Signer::new(Kind::Gpu, 2));
    let clock = TestClock::at(NOW);
    let intake = intake(&database, &[&meter, &gpu], &clock).await;

    // Singly, batched, mixed, out of order between devices, sent twice.
    let (first, second) = (meter.many(3), gpu.many(3));
    check(&intake, &first[..1], "+").await;
    check(&intake, &[second[0], first[1], second[1], first[2]], "+ + + +").await;
    check(&intake, &[first[0], second[2], first[2]], "= + =").await;
    check(&intake, &[first[1], first[1]], "= =").await;

    after_a_gap(&intake, &mut meter).await;
    two_for_one_place(&intake, &mut gpu).await;
    forgeries(&intake, &mut meter).await;
    proofs(&intake, &gpu, second[1]).await;

    drop(intake);
    restarted((&database, other), [&mut meter, &mut gpu], first[0]).await;
}

/// A restarted node goes on where it stood, and so does one that was restored into another database.
async fn restarted((database, other): (&Database, &str), [meter, gpu]: [&mut Signer; 2], first: Record) {
    let clock = TestClock::at(NOW);
    let intake = Intake::start(database.clone(), clock.clone(), support::SETTINGS).await.unwrap();
    check(&intake, &[first, meter.next(), gpu.next()], "= + +").await;

    let mut text = Vec::new();
    backup(database, &mut text).await.unwrap();
    let copy = open(other).await;
    restore(&copy, &mut text.as_slice(), &[&Devices]).await.unwrap();
    let intake = Intake::start(copy, clock, support::SETTINGS).await.unwrap();
    check(&intake, &[first, meter.next(), gpu.next()], "= + +").await;
    proofs_are_the_same(&intake, gpu).await;
    retired(&intake, meter).await;
}

async fn after_a_gap(intake: &Intake, meter: &mut Signer) {
    let lost = meter.next();
    let late = meter.next();
    let found = meter.next();
    check(intake, &[found], "~4-5").await;
    check(intake, &[late, lost, meter.next()], "958 958 +").await;
    let kept = evidence(intake.database(), meter.id()).await.unwrap();
    let kept: Vec<(&str, u64)> = kept.iter().map(|row| (row.kind.as_str(), row.sequence)).collect();
    assert_eq!(kept, [("gap", 4), ("late", 4), ("late", 5)]);
}

async fn two_for_one_place(intake: &Intake, gpu: &mut Signer) {
    let honest = gpu.clone();
    let taken = gpu.next();
    let mut liar = honest.peek();
    if let Body::Gpu(gpu) = &mut liar.body {
        gpu.utilisation_ppm = 1;
    }
    let liar = liar.sign(&honest.key);
    // In one request, and again in the next.
    check(intake, &[taken, liar], "+ 959").await;
    check(intake, &[liar, taken], "959 =").await;
    // The next number, but a slot that was taken.
    let mut overlap = gpu.peek();
    overlap.slot = Slot { start: gpu.slot.start + 30, seconds: 60 };
    check(intake, &[overlap.sign(&gpu.key)], "959").await;
    // The right place, but after another reading than the last.
    let mut fork = gpu.peek();
    fork.previous = liar.hash();
    check(intake, &[fork.sign(&gpu.key), gpu.next()], "960 +").await;
    let rows = evidence(intake.database(), gpu.id()).await.unwrap();
    let kinds: Vec<&str> = rows.iter().map(|row| row.kind.as_str()).collect();
    assert_eq!(kinds, ["sequence", "chain", "slot"]);
    assert!(rows.iter().all(|row| row.taken == hex::encode(&taken.0)), "both are kept");
}

async fn forgeries(intake: &Intake, meter: &mut Signer) {
    let next = meter.peek();
    let mut changed = next.sign(&meter.key);
    changed.0[80] ^= 1;
    let foreign = Reading { device: Signer::new(Kind::Gpu, 99).id(), ..next };
    let stranger = Signer::new(Kind::Gpu, 99).key;
    let wrong_key = next.sign(&stranger);
    let before = intake.counters().readings(Refusal::Signature.name());
    check(intake, &[changed, foreign.sign(&stranger), wrong_key, meter.next()], "955 952 955 +").await;
    assert_eq!(intake.counters().readings(Refusal::Signature.name()), before + 2);
    for bytes in [0, 1, 175, 177, 176 * 2049] {
        let error = intake.submit(vec![0; bytes].into()).await.unwrap_err();
        assert_eq!(error.code(), 932, "{bytes}");
    }
}

async fn proofs(intake: &Intake, gpu: &Signer, record: Record) {
    let database = intake.database();
    let before = prove(database, gpu.id(), 2).await.unwrap();
    assert!(before.holds() && before.segment.is_none());
    let anchor = LoggedAnchor::default();
    let segment = close_segment(database, &anchor).await.unwrap().unwrap();
    assert_eq!(anchor.segments(), std::slice::from_ref(&segment));
    assert_eq!(close_segment(database, &anchor).await.unwrap(), None, "nothing new");
    let proof = prove(database, gpu.id(), 2).await.unwrap();
    assert!(proof.holds());
    assert_eq!(proof.record, hex::encode(&record.0));
    assert_eq!(proof.segment.as_ref().unwrap().root, hex::encode(&segment.root));
    let mut wrong = [proof.clone(), proof.clone(), proof.clone()];
    wrong[0].record.replace_range(0..2, "02");
    wrong[1].path.leaf += 1;
    wrong[2].segment.as_mut().unwrap().root.replace_range(0..2, "zz");
    assert!(wrong.iter().all(|proof| !proof.holds()));
    assert_eq!(prove(database, gpu.id(), 1000).await.unwrap_err().code(), 931);
}

async fn proofs_are_the_same(intake: &Intake, gpu: &Signer) {
    let proof = prove(intake.database(), gpu.id(), 2).await.unwrap();
    assert!(proof.holds() && proof.segment.is_some());
}

async fn retired(intake: &Intake, meter: &mut Signer) {
    let store = EventStore::new(intake.database().clone());
    let until = meter.peek().slot.start;
    retire(&store, (meter.id(), until), ("retire", NOW)).await.unwrap();
    intake.refresh().await.unwrap();
    check(intake, &[meter.peek().sign(&meter.key)], "953").await;
    rebuild(intake.database(), &Devices).await.unwrap();
    intake.refresh().await.unwrap();
    check(intake, &[meter.peek().sign(&meter.key)], "953").await;
}

#[tokio::test]
async fn readings_in_sqlite() {
    let ((_folder, address), (_other_folder, other)) = (sqlite(), sqlite());
    suite(&address, &other).await;
}

#[tokio::test]
async fn readings_in_postgres_and_back_into_sqlite() {
    let Some(server) = Postgres::start() else { return };
    suite(&server.database("first"), &server.database("second")).await;
    let (_folder, address) = sqlite();
    suite(&server.database("third"), &address).await;
}

#[tokio::test]
async fn a_batch_across_many_devices_is_found_again() {
    let (_folder, address) = sqlite();
    let database = open(&address).await;
    let mut signers: Vec<Signer> = (1..=100).map(|number| Signer::new(Kind::Meter, number)).collect();
    let intake = intake(&database, &signers.iter().collect::<Vec<_>>(), &TestClock::at(NOW)).await;
    let records: Vec<Record> =
        (0..4).flat_map(|_| signers.iter_mut().map(Signer::next).collect::<Vec<_>>()).collect();
    assert_eq!(send(&intake, &records).await.accepted, 400);
    for (signer, record) in signers.iter().zip(&records[200..]) {
        assert_eq!(prove(&database, signer.id(), 3).await.unwrap().record, hex::encode(&record.0));
    }
}
