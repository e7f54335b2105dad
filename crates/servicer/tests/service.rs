//! What the servicer can be told and asked, the same on SQLite and PostgreSQL.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]
#![allow(clippy::cognitive_complexity, reason = "each await counts, and a story has many")]

mod support;

use forebay_servicer::{
    Act, Book, NewAttestation, NewReceipt, NewRent, Page, RentReceived, Role, Servicer, ServicerError,
};
use node::store::{Database, backup, rebuild, restore};
use node::telemetry::Devices;
use support::servers::Postgres;
use support::{DAY, TestClock, by, date, deal_in, deals, engine, life_of, name_of, open, sqlite, tell};
use waterfall::Event;

/// A deal that is served from what parties say, day by day, lives as the same deal lives when it is played: the same events of the
/// engine, to the byte.
async fn lives_as_it_is_played(address: &str, payments: u16) {
    let (setup, life) = life_of("sierra-h100");
    let plan = &setup.compiled.plan;
    let is_after = |event: &Event<1>| matches!(event, Event::PayDate { number, .. } if *number > payments);
    let count = life.events.iter().position(is_after).unwrap();
    let last =
        life.events[..count].iter().rposition(|event| matches!(event, Event::PayDate { .. })).unwrap() + 1;
    let clock = TestClock::at("2024-01-10");
    let servicer = open(address, &clock).await;
    let deal = deal_in(&deals("sierra-h100"), "sierra", false);
    servicer.open_deal(&by("open", Role::Arranger), &deal).await.unwrap();
    let mut day = date("2024-01-10");
    let mut told = life.days.iter().zip(&life.events).enumerate().take(last).peekable();
    while day <= life.days[last - 1] {
        clock.until(day);
        while let Some((number, (on, event))) = told.next_if(|(_, (on, _))| **on <= day) {
            tell(&servicer, "sierra", (number, *on, event, name_of(plan, event))).await;
        }
        servicer.turn().await.unwrap();
        day = day.add_days(1);
    }
    let lived = engine(&servicer, "sierra").await;
    let played: Vec<Vec<u8>> = life.events[..last].iter().map(Event::to_bytes).collect();
    assert_eq!(lived.len(), played.len());
    let differs = lived.iter().zip(&played).position(|(lived, played)| lived != played);
    assert_eq!(differs, None, "{:?}", differs.map(|at| &life.events[at]));
    let view = servicer.deal("sierra").await.unwrap();
    let paid = view.summary.next_payment.unwrap();
    assert_eq!(paid.0, payments + 1);
    let explained = forebay_servicer::Question { date: date("2024-03-15"), step: None, formulas: Vec::new() };
    assert!(servicer.explain("sierra", &explained).await.unwrap().starts_with("Payment 2 on 2024-03-15"));
    projections_and_backups(&servicer, &clock).await;
}

/// The tables follow from the log, here and after a restore.
async fn projections_and_backups(servicer: &Servicer, clock: &TestClock) {
    let before = servicer.deal("sierra").await.unwrap();
    let postings = servicer.postings("sierra", &Page::first(1000)).await.unwrap();
    rebuild(servicer.database(), &Book).await.unwrap();
    assert_eq!(servicer.deal("sierra").await.unwrap(), before);
    assert_eq!(servicer.postings("sierra", &Page::first(1000)).await.unwrap(), postings);
    let mut text = Vec::new();
    backup(servicer.database(), &mut text).await.unwrap();
    let (_folder, address) = sqlite();
    let database = Database::open(&address, node::store::Options::default()).await.unwrap();
    restore(&database, &mut text.as_slice(), &[&Devices, &Book]).await.unwrap();
    let restored =
        Servicer::open(database, clock.clone(), forebay_servicer::Options::default()).await.unwrap();
    assert_eq!(restored.deal("sierra").await.unwrap(), before);
    let pages = Page::after(postings[9].row, 10);
    assert_eq!(restored.postings("sierra", &pages).await.unwrap(), postings[10..20]);
}

#[tokio::test]
async fn a_served_deal_lives_as_it_is_played() {
    let (_folder, address) = sqlite();
    lives_as_it_is_played(&address, 8).await;
}

#[tokio::test]
async fn the_same_on_postgresql() {
    let Some(server) = Postgres::start() else { return };
    lives_as_it_is_played(&server.database("sierra"), 3).await;
    commands(&server.database("commands")).await;
}

#[tokio::test]
async fn commands_are_checked_and_answered_once() {
    let (_folder, address) = sqlite();
    commands(&address).await;
}

fn code<T: std::fmt::Debug>(answer: Result<T, ServicerError>) -> u16 {
    answer.err().map_or(0, |error| error.code())
}

async fn commands(address: &str) {
    let clock = TestClock::at("2024-01-10");
    let servicer = open(address, &clock).await;
    let new = deal_in(&deals("hundred"), "hundred", false);
    assert_eq!(code(servicer.open_deal(&by("o", Role::Auditor), &new).await), 985);
    let done = servicer.open_deal(&by("o", Role::Operator), &new).await.unwrap();
    let again = servicer.open_deal(&by("o", Role::Operator), &new).await.unwrap();
    assert!(!done.repeated && again.repeated && done.first == again.first);
    assert_eq!(code(servicer.open_deal(&by("o2", Role::Operator), &new).await), 982, "open already");
    let mut other = forebay_servicer::NewDeal { id: "other".to_owned(), ..new.clone() };
    assert_eq!(code(servicer.open_deal(&by("o", Role::Operator), &other).await), 924, "the key is taken");
    other.files.remove("tape.csv");
    assert_eq!(code(servicer.open_deal(&by("o3", Role::Operator), &other).await), 980, "no tape");
    four_eyes(&servicer).await;
    rents(&servicer).await;
    receipts(&servicer).await;
    clock.until(date("2024-01-16"));
    let late = forebay_servicer::NewDeal { id: "late".to_owned(), ..new };
    assert_eq!(code(servicer.open_deal(&by("o4", Role::Operator), &late).await), 984, "closed yesterday");
    assert_eq!(code(servicer.deal("nowhere").await), 981);
    let (events, last) = servicer.events(Some("hundred"), 0).await.unwrap();
    assert_eq!((events[0].kind.as_str(), last), ("deal.opened", servicer.store().head().await.unwrap().0));
    servicer.wait_for_event(last - 1).await.unwrap();
}

async fn four_eyes(servicer: &Servicer) {
    let stated = |name: &str, as_of: &str| NewAttestation {
        what: Act::Report { name: name.to_owned(), member: String::new(), value: 5 },
        as_of: date(as_of),
        evidence: "invoice 7".to_owned(),
    };
    let good = stated("ops_invoice", "2024-01-10");
    let propose = |key: &'static str, role, what: NewAttestation| async move {
        servicer.propose(&by(key, role), ("hundred", &what)).await
    };
    assert_eq!(code(propose("p1", Role::Investor, good.clone()).await), 985);
    assert_eq!(code(propose("p1", Role::Operator, stated("nothing", "2024-01-10")).await), 983);
    assert_eq!(
        code(propose("p1", Role::Operator, stated("ops_invoice", "2024-02-10")).await),
        983,
        "the future"
    );
    let id = propose("p1", Role::Operator, good.clone()).await.unwrap().id;
    assert_eq!(propose("p1", Role::Operator, good.clone()).await.unwrap().id, id);
    let decide = |key: &'static str, role, approves| {
        let id = id.clone();
        async move { code(servicer.decide(&by(key, role), (&id, approves)).await) }
    };
    assert_eq!(decide("d1", Role::Operator, true).await, 986, "the same party");
    let twin = forebay_servicer::Request::new("d2", "eve", Role::Operator);
    assert_eq!(code(servicer.decide(&twin, (&id, true)).await), 986, "another person, the same role");
    assert_eq!(decide("d3", Role::Regulator, true).await, 985);
    assert_eq!(decide("d4", Role::Trustee, true).await, 0);
    assert_eq!(decide("d4", Role::Trustee, true).await, 0, "repeated");
    assert_eq!(decide("d5", Role::Arranger, true).await, 987, "decided");
    assert_eq!(code(servicer.decide(&by("d6", Role::Trustee), ("ffff", true)).await), 981);
    let known = servicer.attestations(("hundred", false), &Page::first(10)).await.unwrap();
    assert_eq!((known.len(), known[0].status.as_str()), (1, "approved"));
    assert_eq!(known[0].decided_by.as_ref().unwrap().name, "tess");
    assert!(servicer.attestations(("hundred", true), &Page::first(10)).await.unwrap().is_empty());
}

async fn rents(servicer: &Servicer) {
    let rent = |reference: &str, name: &str| NewRent {
        reference: reference.to_owned(),
        name: name.to_owned(),
        account: String::new(),
        amount: 100,
        due: date("2024-02-01"),
    };
    let expect = |key: &'static str, rents: Vec<NewRent>| async move {
        code(servicer.expect_rents(&by(key, Role::Operator), ("hundred", &rents)).await)
    };
    assert_eq!(expect("r1", vec![]).await, 983);
    assert_eq!(expect("r1", vec![rent("R 1", "rent")]).await, 983, "a space");
    assert_eq!(expect("r1", vec![rent("R-1", "gold")]).await, 983, "no such cash");
    assert_eq!(expect("r1", vec![rent("R-1", "rent"), rent("R-1", "rent")]).await, 982, "twice");
    assert_eq!(expect("r1", vec![rent("R-1", "rent")]).await, 0);
    assert_eq!(expect("r2", vec![rent("R-1", "rent")]).await, 982, "known");
    let received = |reference: &str, amount| RentReceived {
        name: "rent".to_owned(),
        reference: reference.to_owned(),
        amount,
        on: date("2024-01-10"),
        evidence: "wire".to_owned(),
    };
    let record = |key: &'static str, role, rent: RentReceived| async move {
        code(servicer.record_rent(&by(key, role), ("hundred", &rent)).await)
    };
    assert_eq!(record("c1", Role::Trustee, received("R-1", 40)).await, 985, "the operator brings it");
    assert_eq!(record("c1", Role::Operator, received("R-1", 0)).await, 983);
    assert_eq!(record("c1", Role::Operator, received("R-9", 40)).await, 981);
    assert_eq!(record("c1", Role::Operator, received("R-1", 40)).await, 0);
    assert_eq!(record("c1", Role::Operator, received("R-1", 40)).await, 0, "repeated");
    assert_eq!(servicer.rents("hundred", &Page::first(10)).await.unwrap()[0].came, 40, "once");
}

async fn receipts(servicer: &Servicer) {
    let end = date("2024-02-05");
    let receipt = |number: u32| NewReceipt {
        number,
        machines: vec![format!("{number:064x}")],
        bailee: "Hall One".to_owned(),
        insured_until: Some(end),
        attested_until: None,
    };
    let receipts: Vec<NewReceipt> = (10..1_010).map(receipt).collect();
    servicer.note_receipts(&by("n1", Role::Trustee), ("hundred", &receipts)).await.unwrap();
    let page = servicer.receipts("hundred", &Page::after(500, 3)).await.unwrap();
    assert_eq!(page.iter().map(|receipt| receipt.number).collect::<Vec<_>>(), [501, 502, 503]);
    servicer.turn().await.unwrap();
    let warned = servicer.warnings((Some("hundred"), true), &Page::first(10)).await.unwrap();
    assert_eq!(
        (warned.len(), warned[0].kind.as_str(), warned[0].subject.as_str()),
        (1, "insurance", "2024-02-05")
    );
    let renewed: Vec<NewReceipt> = receipts
        .into_iter()
        .map(|receipt| NewReceipt { insured_until: Some(date("2025-02-05")), ..receipt })
        .collect();
    servicer.note_receipts(&by("n2", Role::Trustee), ("hundred", &renewed)).await.unwrap();
    servicer.turn().await.unwrap();
    servicer.turn().await.unwrap();
    let warned = servicer.warnings((None, false), &Page::first(10)).await.unwrap();
    assert_eq!(warned.len(), 1, "raised once");
    assert!(warned[0].ended.is_some(), "renewed");
}

/// A keeper does not pay while its clock cannot be believed.
#[tokio::test]
async fn nothing_is_paid_by_a_clock_that_jumped() {
    let (_folder, address) = sqlite();
    let clock = TestClock::at("2024-01-10");
    let servicer = open(&address, &clock).await;
    servicer
        .open_deal(&by("open", Role::Operator), &deal_in(&deals("hundred"), "hundred", true))
        .await
        .unwrap();
    let month = 40 * DAY;
    let start = node::Clock::wall(&clock);
    let rows: [(&str, u64, u64, u16); 6] = [
        ("it runs evenly", 60, 0, 0),
        ("it jumps over the closing and a payment", 0, month, 929),
        ("and is not believed yet", 59, 0, 929),
        ("it was set right again", 0, 0, 929),
        ("and runs evenly", 61, 0, 0),
        ("until the closing has come", 6 * DAY, 0, 0),
    ];
    let mut ahead = 0;
    for (what, passes, jump, wanted) in rows {
        clock.pass(passes);
        if what.contains("jumps") || what.contains("set right") {
            clock.set(node::Clock::wall(&clock) - ahead + jump);
            ahead = jump;
        }
        assert_eq!(code(servicer.turn().await), wanted, "{what}");
        let closed = node::Clock::wall(&clock) >= start + 5 * DAY && wanted == 0;
        let events = servicer.deal("hundred").await.unwrap().summary.events;
        assert_eq!(events > 0, closed, "{what}: {events} events");
    }
}

/// A node that is gone for months pays what fell due, each date once and in order; so does one whose database was gone.
#[tokio::test]
async fn a_database_that_is_gone_and_back_is_served_on() {
    let Some(server) = Postgres::start() else { return };
    let clock = TestClock::at("2024-01-10");
    let patient = node::store::Options { patience: std::time::Duration::from_secs(1), ..Default::default() };
    let database = Database::open(&server.database("node"), patient).await.unwrap();
    let servicer =
        Servicer::open(database, clock.clone(), forebay_servicer::Options::default()).await.unwrap();
    servicer
        .open_deal(&by("open", Role::Operator), &deal_in(&deals("hundred"), "hundred", true))
        .await
        .unwrap();
    let (_, life) = life_of("hundred");
    for month in ["2024-02-20", "2024-04-20", "2024-05-20"] {
        clock.until(date(month));
        server.down();
        assert_eq!(code(servicer.turn().await), 920);
        server.up();
        let turned = servicer.turn().await.unwrap();
        assert!(turned.failures.is_empty(), "{:?}", turned.failures);
        let played = life.days.iter().filter(|day| **day <= date(month)).count();
        let lived = engine(&servicer, "hundred").await;
        assert_eq!(lived, life.events[..played].iter().map(Event::to_bytes).collect::<Vec<_>>());
    }
}

/// A full disk refuses a turn and leaves nothing of it; with room again the deal lives as it would have.
#[tokio::test]
async fn a_full_disk_refuses_and_pays_nothing_twice() {
    let (_folder, address) = sqlite();
    let clock = TestClock::at("2024-01-10");
    let servicer = open(&address, &clock).await;
    servicer
        .open_deal(&by("open", Role::Operator), &deal_in(&deals("hundred"), "hundred", true))
        .await
        .unwrap();
    let pages: i64 =
        sqlx::query_scalar("PRAGMA page_count").fetch_one(servicer.database().pool()).await.unwrap();
    servicer.database().close().await;
    let pages_max = Some(u32::try_from(pages).unwrap() + 3);
    let full = node::store::Options { pages_max, ..Default::default() };
    let database = Database::open(&address, full).await.unwrap();
    let servicer =
        Servicer::open(database, clock.clone(), forebay_servicer::Options::default()).await.unwrap();
    clock.until(date("2026-12-01"));
    let turned = servicer.turn().await.unwrap();
    let refused: Vec<u16> = turned.failures.iter().map(|(_, error)| error.code()).collect();
    assert_eq!(refused, [920]);
    servicer.database().close().await;
    let servicer = open(&address, &clock).await;
    servicer.turn().await.unwrap();
    let (_, life) = life_of("hundred");
    let played = life.days.iter().filter(|day| **day <= date("2026-12-01")).count();
    let lived = engine(&servicer, "hundred").await;
    assert_eq!(lived, life.events[..played].iter().map(Event::to_bytes).collect::<Vec<_>>());
}
