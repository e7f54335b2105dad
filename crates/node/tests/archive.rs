//! Segments as Parquet, in a folder and behind the protocol of S3.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]
#![allow(clippy::cognitive_complexity, reason = "each await counts, and a story has many")]

#[path = "support/bucket.rs"]
mod bucket;
mod support;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use bucket::{KEY_ID, PLACE, REGION, SECRET, Store};
use bytes::Bytes;
use forebay_node::hex;
use forebay_node::store::Database;
use forebay_node::telemetry::archive::Archive;
use forebay_node::telemetry::{Kind, LoggedAnchor, READINGS_MAX, Record, close_segment, merkle, prove};
use futures_util::TryStreamExt;
use object_store::ObjectStoreExt;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Field, Row};
use support::{NOW, Signer, TestClock, body, open, sqlite};

/// A node with a segment of five readings of a meter on the evening before and five of a processor after midnight.
async fn node(address: &str) -> (Database, Vec<Record>) {
    let (mut meter, mut gpu) = (Signer::new(Kind::Meter, 1), Signer::new(Kind::Gpu, 2));
    gpu.slot.start = NOW - 60;
    let clock = TestClock::at(NOW + 600);
    let database = open(address).await;
    let intake = support::intake(&database, &[&meter, &gpu], &clock).await;
    let records = [meter.many(5), gpu.many(5)].concat();
    assert_eq!(intake.submit(body(&records)).await.unwrap().accepted, 10);
    close_segment(&database, &LoggedAnchor::default()).await.unwrap().unwrap();
    (database, records)
}

fn rows(bytes: Vec<u8>) -> Vec<Row> {
    let reader = SerializedFileReader::new(Bytes::from(bytes)).unwrap();
    reader.get_row_iter(None).unwrap().map(Result::unwrap).collect()
}

/// A row as `name: value` words.
fn shown(row: &Row) -> BTreeMap<String, String> {
    row.get_column_iter().map(|(name, value)| (name.clone(), value.to_string())).collect()
}

#[tokio::test]
async fn a_folder_that_sql_can_read() {
    let (folder, address) = sqlite();
    let (database, records) = node(&address).await;
    let place = folder.path().join("archive");
    std::fs::create_dir(&place).unwrap();
    let archive = Archive::open(&format!("file://{}", place.display()), &[]).unwrap();
    assert_eq!(archive.write_next(&database, NOW).await.unwrap(), Some(1));
    assert_eq!(archive.write_next(&database, NOW).await.unwrap(), None, "nothing new");

    let read = |file: &str| rows(std::fs::read(Path::new(&place).join(file)).unwrap());
    let meters = read("readings/kind=meter/day=2026-11-19/segment-00000001-0000000001.parquet");
    let gpus = read("readings/kind=gpu/day=2026-11-20/segment-00000001-0000000001.parquet");
    assert_eq!((meters.len(), gpus.len()), (5, 5));
    let meter = shown(&meters[1]);
    for (column, value) in
        [("sequence", "2"), ("register_watt_hour", "1000100"), ("interval_watt_hour", "50")]
    {
        assert_eq!(meter[column], value, "{column}");
    }
    let device = Signer::new(Kind::Gpu, 2).id().to_string();
    let gpu = shown(&gpus[0]);
    for (column, value) in
        [("device", format!("{device:?}").as_str()), ("utilisation_ppm", "900000"), ("batch", "1")]
    {
        assert_eq!(gpu[column], value, "{column}");
    }
    let whole = |row: &Row| {
        let (_, value) = row.get_column_iter().find(|(name, _)| *name == "record").unwrap();
        let parquet::record::Field::Bytes(bytes) = value else { panic!("{value}") };
        hex::encode(bytes.data())
    };
    let kept: Vec<String> = meters.iter().chain(&gpus).map(whole).collect();
    assert_eq!(kept, records.iter().map(|record| hex::encode(&record.0)).collect::<Vec<_>>());
}

async fn archived(database: &Database) -> i64 {
    sqlx::query_scalar("SELECT COUNT(*) FROM archived").fetch_one(database.pool()).await.unwrap()
}

/// Written with signed requests, listed and read again, and what is there gives every reading's proof without the node.
#[tokio::test]
async fn a_bucket_gives_back_what_proves_each_reading() {
    let (_folder, address) = sqlite();
    let (database, records) = node(&address).await;
    let store = Store::start().await;
    let archive = Archive::open(PLACE, &store.options(SECRET)).unwrap();
    assert_eq!(archive.write_next(&database, NOW).await.unwrap(), Some(1));
    assert_eq!(archive.write_next(&database, NOW).await.unwrap(), None, "nothing new");
    let (files, mut leaves) = read_all(&store).await;
    let file = |day: &str| format!("forebay/readings/{day}/segment-00000001-0000000001.parquet");
    assert_eq!(files, [file("kind=gpu/day=2026-11-20"), file("kind=meter/day=2026-11-19")]);
    assert_eq!(leaves.len(), records.len());
    // A batch is sorted by device and number, wherever its files have put its readings.
    leaves.sort_by_key(|(batch, record)| {
        let reading = record.reading().unwrap();
        (*batch, reading.device, reading.sequence)
    });
    for (place, (batch, record)) in leaves.iter().enumerate() {
        let reading = record.reading().unwrap();
        let proof = prove(&database, reading.device, reading.sequence).await.unwrap();
        assert_eq!((proof.batch, proof.record), (*batch, hex::encode(&record.0)));
        let path = merkle::path(leaves.iter().map(|(_, record)| record.0.as_slice()), place);
        assert_eq!(path.unwrap(), proof.path);
        assert_eq!(hex::encode(&merkle::root(leaves.iter().map(|(_, leaf)| leaf.0.as_slice()))), proof.root);
    }
}

/// Names of the store's objects, and the readings in them with their batches.
async fn read_all(store: &Store) -> (Vec<String>, Vec<(u64, Record)>) {
    let address = PLACE.parse().unwrap();
    let (bucket, prefix) = object_store::parse_url_opts(&address, store.options(SECRET)).unwrap();
    let mut listed: Vec<_> = bucket.list(Some(&prefix)).try_collect().await.unwrap();
    listed.sort_by(|left, right| left.location.cmp(&right.location));
    let mut readings = Vec::new();
    for object in &listed {
        let bytes = bucket.get(&object.location).await.unwrap().bytes().await.unwrap();
        readings.extend(rows(bytes.to_vec()).iter().map(leaf));
    }
    (listed.iter().map(|object| object.location.to_string()).collect(), readings)
}

/// The batch and the record of a row.
fn leaf(row: &Row) -> (u64, Record) {
    let columns: BTreeMap<&String, &Field> = row.get_column_iter().collect();
    let [Field::Long(batch), Field::Bytes(record)] =
        ["batch", "record"].map(|name| columns[&name.to_owned()])
    else {
        panic!("{columns:?}")
    };
    (u64::try_from(*batch).unwrap(), Record::from_slice(record.data()).unwrap())
}

/// Full requests of readings of a second.
const REQUESTS: usize = 2;

/// What a program that knows neither the node nor its tables asks of the bucket.
const QUESTION: &str = r#"
import os, polars
meters = polars.scan_parquet(os.environ["PLACE"] + "/readings/kind=meter/**/*.parquet", hive_partitioning=True)
asked = "SELECT kind, CAST(day AS VARCHAR) AS day, COUNT(*) AS readings, SUM(interval_watt_hour) AS watt_hours, " \
    "MAX(register_watt_hour) AS register FROM meters WHERE sequence > 1 GROUP BY kind, day ORDER BY day"
print(polars.SQLContext(meters=meters).execute(asked, eager=True).rows())
"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sql_over_the_bucket() {
    let Some(python) = std::env::var_os("POLARS") else {
        eprintln!("skipped: POLARS names no Python with polars");
        return;
    };
    let (_folder, address) = sqlite();
    let mut meter = Signer::new(Kind::Meter, 1);
    let database = open(&address).await;
    let intake = support::intake(&database, &[&meter], &TestClock::at(NOW + 600)).await;
    // More than a reader takes of a file's end at first: this server refuses a range that is longer than the file.
    meter.slot.start = NOW - 80_000;
    for _ in 0..REQUESTS {
        let seconds = body(&meter.seconds(READINGS_MAX));
        assert_eq!(intake.submit(seconds).await.unwrap().outcomes, []);
    }
    close_segment(&database, &LoggedAnchor::default()).await.unwrap().unwrap();
    let store = Store::start().await;
    let archive = Archive::open(PLACE, &store.options(SECRET)).unwrap();
    assert_eq!(archive.write_next(&database, NOW).await.unwrap(), Some(1));
    let mut program = Command::new(python);
    program.args(["-c", QUESTION]).env("PLACE", PLACE).env("AWS_ENDPOINT_URL", &store.endpoint);
    program.envs([("AWS_ALLOW_HTTP", "true"), ("AWS_REGION", REGION)]);
    program.envs([("AWS_ACCESS_KEY_ID", KEY_ID), ("AWS_SECRET_ACCESS_KEY", SECRET)]);
    let answer = tokio::task::spawn_blocking(move || program.output().unwrap()).await.unwrap();
    let said = String::from_utf8_lossy(&answer.stdout);
    // Without the first, a watt-hour each, of a register that began at 1,000,000.
    let wanted = "[('meter', '2026-11-19', 4095, 4095, 1004096)]";
    assert_eq!(said.trim(), wanted, "{}", String::from_utf8_lossy(&answer.stderr));
}

/// A store that refuses, and one that is not there: said without the secret, and written the next time.
#[tokio::test]
async fn a_bucket_that_does_not_take_it() {
    let (_folder, address) = sqlite();
    let (database, _) = node(&address).await;
    let store = Store::start().await;
    let wrong = store.options("another-secret-of-the-store");
    let mut away = store.options(SECRET);
    away[1].1 = format!("http://127.0.0.1:{}", support::servers::free_port());
    for (options, secret) in [(wrong, "another-secret-of-the-store"), (away, SECRET)] {
        let archive = Archive::open(PLACE, &options).unwrap();
        let refused = archive.write_next(&database, NOW).await.unwrap_err();
        assert!(refused.code() == 933 && refused.is_transient(), "{refused}");
        let said = format!("{refused} {refused:?} {archive:?}");
        assert!(!said.contains(secret), "{said}");
        assert_eq!(archived(&database).await, 0);
    }
    let archive = Archive::open(PLACE, &store.options(SECRET)).unwrap();
    assert_eq!(archive.write_next(&database, NOW).await.unwrap(), Some(1));
    assert_eq!(archived(&database).await, 1);
}

#[test]
fn what_is_no_archive() {
    let option = |name: &str| vec![(name.to_owned(), "x".to_owned())];
    for (place, options) in [("ftp://x/y", vec![]), ("nowhere", vec![]), (PLACE, option("aws_regoin"))] {
        assert_eq!(Archive::open(place, &options).unwrap_err().code(), 933, "{place} {options:?}");
    }
}
