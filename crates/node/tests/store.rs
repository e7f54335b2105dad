//! The event store, the same for SQLite and PostgreSQL.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod support;

use forebay_node::NodeError;
use forebay_node::store::{
    Change, Command, Database, Event, EventStore, NewEvent, Projection, backup, catch_up, rebuild, restore,
    snapshot,
};
use support::servers::Postgres;
use support::{open, sqlite};

/// How many events of each kind there are.
struct Tally;

impl Projection for Tally {
    fn name(&self) -> &'static str {
        "tally 1"
    }

    fn clear(&self) -> Vec<Change> {
        vec![Change { sql: "DELETE FROM tally", values: Vec::new() }]
    }

    fn fold(&self, event: &Event) -> Result<Vec<Change>, NodeError> {
        let sql = "INSERT INTO tally (kind, events) VALUES ($1, 1) \
                   ON CONFLICT (kind) DO UPDATE SET events = tally.events + 1";
        Ok(vec![Change { sql, values: vec![event.kind.as_str().into()] }])
    }
}

async fn tallied(database: &Database) -> Vec<(String, i64)> {
    sqlx::query_as("SELECT kind, events FROM tally ORDER BY kind").fetch_all(database.pool()).await.unwrap()
}

fn command(key: &str, stream: &str, (expected, kinds): (Option<u64>, &[&str])) -> Command {
    let event = |kind: &&str| NewEvent { kind: (*kind).to_owned(), version: 1, body: br#"{"a":1}"#.to_vec() };
    let (key, stream) = (key.to_owned(), stream.to_owned());
    Command { key, stream, expected, at: 1_795_132_800, events: kinds.iter().map(event).collect() }
}

/// One command a row: key, stream, last event that it knew, kinds; and what is answered.
async fn check(store: &EventStore, row: &str) {
    let (given, wanted) = row.split_once(" -> ").unwrap();
    let mut words = given.split_whitespace();
    let (key, stream) = (words.next().unwrap(), words.next().unwrap());
    let expected = words.next().unwrap().parse().ok();
    let kinds: Vec<&str> = words.collect();
    let answer = match store.append(&command(key, stream, (expected, &kinds))).await {
        Ok(appended) => {
            let again = if appended.repeated { " again" } else { "" };
            format!("{}..{}{again}", appended.first, appended.last)
        }
        Err(error) => error.code().to_string(),
    };
    assert_eq!(answer, wanted, "{row}");
}

async fn suite(address: &str, other: &str) {
    let store = EventStore::new(open(address).await);
    let rows = [
        "k1 deal/a 0 opened            -> 1..1",
        "k2 deal/a 1 funded noted      -> 2..3",
        "k2 deal/a 1 funded noted      -> 2..3 again",
        "k2 deal/a 1 funded changed    -> 924",
        "k3 deal/a 1 paid              -> 923",
        "k4 deal/b 0 opened            -> 4..4",
        "k5 deal/b - paid              -> 5..5",
        "k6 deal/b 4 paid              -> 923",
        "k7 deal/c 0                   -> 928",
    ];
    for row in rows {
        check(&store, row).await;
    }
    let events = store.after(0).await.unwrap();
    assert_eq!(events.iter().map(|event| event.sequence).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    assert_eq!(store.stream("deal/b").await.unwrap(), events[3..]);
    assert_eq!(store.verify().await.unwrap(), (5, events[4].hash));
    projections(&store).await;
    races(&store).await;
    copies(&store, other).await;
    tampering(&store).await;
}

async fn projections(store: &EventStore) {
    let database = store.database();
    sqlx::query("CREATE TABLE tally (kind TEXT PRIMARY KEY, events BIGINT NOT NULL)")
        .execute(database.pool())
        .await
        .unwrap();
    assert_eq!(catch_up(database, &Tally).await.unwrap(), 5);
    let wanted = [("funded", 1), ("noted", 1), ("opened", 2), ("paid", 1)]
        .map(|(kind, events)| (kind.to_owned(), events));
    assert_eq!(tallied(database).await, wanted);
    assert_eq!(catch_up(database, &Tally).await.unwrap(), 5, "nothing new");
    assert_eq!(tallied(database).await, wanted);
    sqlx::query("UPDATE tally SET events = 99").execute(database.pool()).await.unwrap();
    assert_eq!(rebuild(database, &Tally).await.unwrap(), 5);
    assert_eq!(tallied(database).await, wanted);
}

/// Many at once with one key and one expectation: one wins, and the chain stays whole.
async fn races(store: &EventStore) {
    let tasks = (0..16).map(|task| {
        let store = store.clone();
        let key = format!("race {}", task / 2);
        tokio::spawn(async move { store.append(&command(&key, "deal/race", (None, &["raced"]))).await })
    });
    let mut repeated = 0;
    for task in tasks.collect::<Vec<_>>() {
        repeated += usize::from(task.await.unwrap().unwrap().repeated);
    }
    assert_eq!(repeated, 8);
    assert_eq!(store.verify().await.unwrap().0, 13);
}

async fn copies(store: &EventStore, other: &str) {
    let mut text = Vec::new();
    backup(store.database(), &mut text).await.unwrap();
    let copy = EventStore::new(open(other).await);
    let broken = String::from_utf8(text.clone()).unwrap();
    for (wrong, code) in [
        (broken.replacen("deal/a", "deal/x", 1), 925),
        (broken.lines().take(5).collect::<Vec<_>>().join("\n"), 926),
        (broken.replacen("backup 1", "backup 2", 1), 926),
        (broken.lines().filter(|line| !line.contains("\"k4\"")).collect::<Vec<_>>().join("\n"), 926),
    ] {
        let error = restore(copy.database(), &mut wrong.as_bytes(), &[]).await.unwrap_err();
        assert_eq!(error.code(), code, "{error}");
        assert_eq!(copy.verify().await.unwrap().0, 0, "a restore that fails leaves nothing");
    }
    whole_copy(store, &copy, &text).await;
}

async fn whole_copy(store: &EventStore, copy: &EventStore, text: &[u8]) {
    let restored = restore(copy.database(), &mut &*text, &[]).await.unwrap();
    assert_eq!((restored.events, restored.head), store.verify().await.unwrap());
    let mut again = Vec::new();
    backup(copy.database(), &mut again).await.unwrap();
    assert_eq!(text, again.as_slice());
    check(copy, "k2 deal/a 1 funded noted -> 2..3 again").await;
    let error = restore(copy.database(), &mut &*text, &[]).await.unwrap_err();
    assert_eq!(error.code(), 927);
}

/// Whatever is changed in a row, the chain tells where.
async fn tampering(store: &EventStore) {
    let changes = [
        "UPDATE events SET kind = 'refunded' WHERE sequence = 2",
        "UPDATE events SET at = at + 1 WHERE sequence = 3",
        "UPDATE events SET stream = 'deal/z' WHERE sequence = 4",
        "UPDATE events SET body = hash WHERE sequence = 1",
        "DELETE FROM events WHERE sequence = 2",
    ];
    for change in changes {
        let mut transaction = store.database().begin().await.unwrap();
        sqlx::query(change).execute(&mut *transaction).await.unwrap();
        transaction.commit().await.unwrap();
        assert_eq!(store.verify().await.unwrap_err().code(), 925, "{change}");
    }
}

#[tokio::test]
async fn events_in_sqlite() {
    let ((_folder, address), (_other_folder, other)) = (sqlite(), sqlite());
    suite(&address, &other).await;
}

#[tokio::test]
async fn events_in_postgres_and_back_into_sqlite() {
    let Some(server) = Postgres::start() else { return };
    suite(&server.database("first"), &server.database("second")).await;
    let (_folder, address) = sqlite();
    suite(&server.database("third"), &address).await;
}

#[tokio::test]
async fn a_snapshot_is_a_database() {
    let (folder, address) = sqlite();
    let store = EventStore::new(open(&address).await);
    check(&store, "k1 deal/a 0 opened -> 1..1").await;
    let file = folder.path().join("copy.db");
    snapshot(store.database(), &file).await.unwrap();
    let copy = EventStore::new(open(&format!("sqlite:{}", file.display())).await);
    assert_eq!(copy.verify().await.unwrap(), store.verify().await.unwrap());
    assert_eq!(snapshot(store.database(), &file).await.unwrap_err().code(), 920, "never over another file");
}

#[tokio::test]
async fn another_address_is_no_database() {
    let error = Database::open("mysql://x", forebay_node::store::Options::default()).await.unwrap_err();
    assert_eq!(error.code(), 922);
}
