//! What happens when the disk is full, the database is gone, the clock jumps.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]
#![allow(clippy::cognitive_complexity, reason = "each await counts, and a story has many")]

mod support;

use std::time::Duration;

use forebay_node::store::{Database, EventStore, Options};
use forebay_node::telemetry::{Intake, Kind, prove};
use support::servers::{Postgres, SmallDisk};
use support::{NOW, Signer, TestClock, body, intake, open, sqlite};

const IMPATIENT: Options = Options { connections: 2, patience: Duration::from_secs(1), pages_max: None };

/// Room for a database without rows, or for the log of a server that has just been made.
const DISK_MEGABYTES: u32 = 32;

/// Readings of a batch, and more batches than fit into what a full disk has set aside already.
const BATCH: usize = 50;
const BATCHES_MAX: usize = 40;

async fn code(intake: &Intake, records: &[forebay_node::telemetry::Record]) -> u16 {
    match intake.submit(body(records)).await {
        Ok(reply) => {
            assert_eq!(reply.outcomes, [], "all were accepted");
            0
        }
        Err(error) => {
            assert!(error.is_transient() && forebay_node::status(&error) == 503, "{error}");
            error.code()
        }
    }
}

/// A batch is refused as a whole, and the same batch is accepted as a whole once there is room again.
#[tokio::test]
async fn a_full_disk_refuses_and_loses_nothing() {
    let (_folder, address) = sqlite();
    let mut meter = Signer::new(Kind::Meter, 1);
    let clock = TestClock::at(NOW);
    drop(intake(&open(&address).await, &[&meter], &clock).await);

    let full = Options { pages_max: Some(32), ..IMPATIENT };
    let database = Database::open(&address, full).await.unwrap();
    let intake = Intake::start(database.clone(), clock.clone(), support::SETTINGS).await.unwrap();
    let mut refused = None;
    for _ in 0..40 {
        clock.pass(600);
        let records = meter.many(10);
        if code(&intake, &records).await == 937 {
            refused = Some(records);
            break;
        }
    }
    let records = refused.expect("32 pages do not hold 40 batches");
    assert_eq!(code(&intake, &records).await, 937, "still full");
    database.close().await;

    let intake = Intake::start(open(&address).await, clock, support::SETTINGS).await.unwrap();
    assert_eq!(code(&intake, &records).await, 0);
    assert_eq!(code(&intake, &meter.many(1)).await, 0);
}

/// The tables have no room: the server runs on, and so does the node.
#[tokio::test]
async fn a_full_disk_of_tables_refuses_and_loses_nothing() {
    let Some(disk) = SmallDisk::mount(DISK_MEGABYTES) else { return };
    let Some(server) = Postgres::start() else { return };
    let space = disk.path().join("space");
    std::fs::create_dir(&space).unwrap();
    fills_up(&server.database_at("small", &space), (|| disk.fill(), || disk.make_room())).await;
}

/// The server's own log has no room: it ends, and once there is room and it is started again the node goes on by itself.
#[tokio::test]
async fn a_full_disk_of_the_log_refuses_and_loses_nothing() {
    let Some(disk) = SmallDisk::mount(DISK_MEGABYTES) else { return };
    let log = disk.path().join("log");
    std::fs::create_dir(&log).unwrap();
    let Some(server) = Postgres::start_logging_to(&log) else { return };
    let full = || {
        disk.fill();
        server.fill_log();
    };
    let again = || {
        disk.make_room();
        server.restart();
    };
    fills_up(&server.database("small"), (full, again)).await;
}

/// What was acknowledged until the disk was full is there when there is room again.
async fn fills_up(address: &str, (full, again): (impl FnOnce(), impl FnOnce())) {
    let mut meter = Signer::new(Kind::Meter, 1);
    let clock = TestClock::at(NOW);
    let database = Database::open(address, IMPATIENT).await.unwrap();
    let intake = intake(&database, &[&meter], &clock).await;
    assert_eq!(code(&intake, &meter.seconds(BATCH)).await, 0);
    full();
    let mut refused = None;
    for _ in 0..BATCHES_MAX {
        clock.pass(60);
        let records = meter.seconds(BATCH);
        if code(&intake, &records).await == 937 {
            refused = Some(records);
            break;
        }
    }
    let records = refused.expect("a full disk has no room for so many batches");
    assert_eq!(code(&intake, &records).await, 937, "still full");
    again();
    assert_eq!(code(&intake, &records).await, 0, "the same request, sent again");
    assert_eq!(code(&intake, &meter.seconds(BATCH)).await, 0);
    for sequence in (1..=meter.sequence).step_by(BATCH) {
        assert!(prove(&database, meter.id(), sequence).await.unwrap().holds(), "{sequence}");
    }
    EventStore::new(database).verify().await.unwrap();
}

/// Another program holds the file; then it lets go.
#[tokio::test]
async fn a_locked_file_refuses_and_loses_nothing() {
    let (_folder, address) = sqlite();
    let mut meter = Signer::new(Kind::Meter, 1);
    let clock = TestClock::at(NOW);
    let database = Database::open(&address, IMPATIENT).await.unwrap();
    let intake = intake(&database, &[&meter], &clock).await;
    let records = meter.many(3);
    let other = open(&address).await;
    let held = other.begin().await.unwrap();
    assert_eq!(code(&intake, &records).await, 937);
    held.rollback().await.unwrap();
    assert_eq!(code(&intake, &records).await, 0);
}

#[tokio::test]
async fn a_database_that_is_gone_and_back_loses_nothing() {
    let Some(server) = Postgres::start() else { return };
    let mut meter = Signer::new(Kind::Meter, 1);
    let clock = TestClock::at(NOW);
    let database = Database::open(&server.database("node"), IMPATIENT).await.unwrap();
    let intake = intake(&database, &[&meter], &clock).await;
    assert_eq!(code(&intake, &meter.many(2)).await, 0);
    for _ in 0..3 {
        clock.pass(600);
        let records = meter.many(2);
        server.down();
        assert_eq!(code(&intake, &records).await, 937);
        server.up();
        assert_eq!(code(&intake, &records).await, 0, "the same request, sent again");
    }
}

/// One step of the clock a row, in seconds, and what a request is answered then.
#[tokio::test]
async fn a_clock_that_jumps_refuses_until_it_is_steady() {
    let (_folder, address) = sqlite();
    let database = open(&address).await;
    let mut meter = Signer::new(Kind::Meter, 1);
    let clock = TestClock::at(NOW);
    let intake = intake(&database, &[&meter], &clock).await;
    assert_eq!(code(&intake, &meter.many(1)).await, 0);
    let hour = 3_600;
    let rows: [(&str, u64, i64, u16); 8] = [
        ("it runs evenly", 300, 0, 0),
        ("it is corrected by a little", 60, 5, 0),
        ("it jumps ahead", 0, hour, 929),
        ("and is not believed yet", 59, 0, 929),
        ("until it was steady for a minute", 2, 0, 0),
        ("it jumps back", 0, -hour, 929),
        ("steady, but before what was stored", 120, 0, 929),
        ("until it has passed that", 3_600, 0, 0),
    ];
    for (what, passes, jump, wanted) in rows {
        clock.pass(passes);
        let wall = forebay_node::Clock::wall(&clock);
        clock.set(wall.checked_add_signed(jump).unwrap());
        let next = [meter.peek().sign(&meter.key)];
        assert_eq!(code(&intake, &next).await, wanted, "{what}");
        if wanted == 0 {
            meter.next();
        }
    }
    // A node that starts with a clock before what was stored.
    drop(intake);
    let wall = forebay_node::Clock::wall(&clock);
    let clock = TestClock::at(wall - 600);
    let intake = Intake::start(database, clock.clone(), support::SETTINGS).await.unwrap();
    assert_eq!(code(&intake, &[meter.peek().sign(&meter.key)]).await, 929);
    clock.pass(600);
    assert_eq!(code(&intake, &[meter.next()]).await, 0);
}
