//! Two deals on one network, behind a server of its RPC, each with keys of its own; the roots of readings beside them.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod support;

use chain::Key;
use clearing::Place;
use forebay_servicer::{Home, Ledgers, Options, Page, Role, Servicer};
use gateway::{Gateway, Genesis, Listening};
use node::store::Database;
use node::telemetry::{Anchor, Segment};
use std::net::SocketAddr;
use support::{TestClock, by, date, deal_in, deals, engine, second, sqlite};

#[tokio::test(flavor = "multi_thread")]
async fn two_deals_share_a_network() {
    let (folder, address) = sqlite();
    let file = folder.path().join("network.ledger");
    let serve = move || {
        let genesis = Genesis { passphrase: "Forebay test".to_owned(), time: second("2024-01-02") };
        let listening = Listening { address: SocketAddr::from(([127, 0, 0, 1], 0)), open_to_others: false };
        Gateway::serve(&file, genesis, listening).unwrap()
    };
    let gateway = tokio::task::spawn_blocking(serve).await.unwrap();
    let keys = Some(Key::from_secret([9; 32]));
    let ledgers = Ledgers { at: Home::Server(gateway.url().to_owned()), keys };
    let clock = TestClock::at("2024-01-10");
    let database = Database::open(&address, node::store::Options::default()).await.unwrap();
    let options = Options { ledgers: Some(ledgers.clone()), ..Options::default() };
    let servicer = Servicer::open(database, clock.clone(), options).await.unwrap();
    for id in ["first", "second"] {
        let deal = deal_in(&deals("hundred"), id, true);
        servicer.open_deal(&by(id, Role::Arranger), &deal).await.unwrap();
    }
    for day in ["2024-01-11", "2024-01-15", "2024-02-15", "2024-03-15"] {
        clock.until(date(day));
        let turned = servicer.turn().await.unwrap();
        assert!(turned.failures.is_empty(), "{day}: {:?}", turned.failures);
    }
    for id in ["first", "second"] {
        let paid = servicer.payments(id, &Page::first(10)).await.unwrap();
        assert!(paid.len() == 3 && paid.iter().all(|payment| payment.cleared), "{paid:?}");
    }
    let held = servicer.positions((None, None), &Page::first(10)).await.unwrap();
    assert_eq!(held.len(), 2);
    assert_ne!(held[0].holder, held[1].holder, "each deal's investors have keys of their own");
    let url = gateway.url().to_owned();
    let proved = tokio::task::spawn_blocking(move || clearing::verify(&Place::Server(url), None));
    assert_eq!(proved.await.unwrap().unwrap().len(), 2);
    // A node that has never heard of them takes both over from the network.
    let (_folder, address) = sqlite();
    let database = Database::open(&address, node::store::Options::default()).await.unwrap();
    let options = Options { ledgers: Some(ledgers.clone()), ..Options::default() };
    let fresh = Servicer::open(database, clock.clone(), options).await.unwrap();
    for id in ["first", "second"] {
        fresh.open_deal(&by(id, Role::Trustee), &deal_in(&deals("hundred"), id, false)).await.unwrap();
    }
    let turned = fresh.turn().await.unwrap();
    assert!(turned.failures.is_empty(), "{:?}", turned.failures);
    for id in ["first", "second"] {
        assert_eq!(engine(&fresh, id).await, engine(&servicer, id).await, "{id}");
        let summary = fresh.deal(id).await.unwrap().summary;
        assert_eq!((summary.cleared, summary.next_payment.unwrap().0), (summary.events, 3), "{id}");
    }
    let anchor = ledgers.anchor(servicer.now().unwrap());
    let place = anchor.anchor(&Segment { id: 1, batches: (1, 1), root: [4; 32] }).await.unwrap();
    assert!(place.starts_with("contract C"), "{place}");
    tokio::task::spawn_blocking(move || drop(gateway)).await.unwrap();
}
