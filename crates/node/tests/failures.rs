//! What happens when the disk is full, the database is gone, the clock jumps.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::time::Duration;

use forebay_node::store::{Database, Options};
use forebay_node::telemetry::{Intake, Kind};
use support::servers::Postgres;
use support::{NOW, Signer, TestClock, body, intake, open, sqlite};

const IMPATIENT: Options = Options { connections: 2, patience: Duration::from_secs(1), pages_max: None };

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
