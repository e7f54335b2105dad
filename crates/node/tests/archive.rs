//! Segments as Parquet, in a folder and behind the protocol of S3.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::Uri;
use forebay_node::hex;
use forebay_node::store::Database;
use forebay_node::telemetry::archive::Archive;
use forebay_node::telemetry::{Kind, LoggedAnchor, Record, close_segment};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Row;
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

type Shelf = Arc<Mutex<BTreeMap<String, usize>>>;

async fn put(State(shelf): State<Shelf>, address: Uri, body: Bytes) -> [(&'static str, &'static str); 1] {
    shelf.lock().unwrap().insert(address.path().to_owned(), rows(body.to_vec()).len());
    [("etag", "\"1\"")]
}

/// A server that takes what S3 takes; and one that is not there.
#[tokio::test]
async fn a_bucket() {
    let (_folder, address) = sqlite();
    let (database, _) = node(&address).await;
    let shelf = Shelf::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let server = axum::Router::new().fallback(put).with_state(shelf.clone());
    let server = tokio::spawn(async move { axum::serve(listener, server).await });
    let open = |endpoint: &str| {
        let options = [
            ("aws_endpoint", endpoint),
            ("aws_region", "eu-central-1"),
            ("aws_access_key_id", "test"),
            ("aws_secret_access_key", "test"),
            ("allow_http", "true"),
        ];
        let options = options.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Archive::open("s3://bucket/forebay", &options).unwrap()
    };
    assert_eq!(open(&endpoint).write_next(&database, NOW).await.unwrap(), Some(1));
    let kept: Vec<(String, usize)> = shelf.lock().unwrap().clone().into_iter().collect();
    let file = |day: &str| format!("/bucket/forebay/readings/{day}/segment-00000001-0000000001.parquet");
    // Equals signs travel as they are or escaped.
    let kept: Vec<(String, usize)> =
        kept.into_iter().map(|(path, rows)| (path.replace("%3D", "="), rows)).collect();
    assert_eq!(kept, [(file("kind=gpu/day=2026-11-20"), 5), (file("kind=meter/day=2026-11-19"), 5)]);
    server.abort();
}

#[test]
fn another_address_is_no_archive() {
    assert_eq!(Archive::open("ftp://x/y", &[]).unwrap_err().code(), 933);
}
