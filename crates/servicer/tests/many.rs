//! Many deals on one node; a ledger that refuses holds up no other deal, and is tried again, later each time.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod support;

use forebay_servicer::{Home, Ledgers, Options, Page, Role, Servicer};
use node::store::Database;
use std::path::Path;
use support::{TestClock, by, date, deal_in, deals, sqlite};

const DEALS: usize = 5;

async fn open(address: &str, folder: &Path, clock: &TestClock) -> Servicer {
    let database = Database::open(address, node::store::Options::default()).await.unwrap();
    let ledgers = Ledgers { at: Home::Folder(folder.to_owned()), keys: None };
    let options = Options { ledgers: Some(ledgers), ..Options::default() };
    Servicer::open(database, clock.clone(), options).await.unwrap()
}

/// Deals whose ledgers have taken everything that was decided.
async fn whole(servicer: &Servicer) -> usize {
    let deals = servicer.deals(&Page::first(100)).await.unwrap();
    deals.iter().filter(|deal| deal.events > 0 && deal.cleared == deal.events).count()
}

#[tokio::test]
async fn a_ledger_that_refuses_holds_up_no_other_deal() {
    let (folder, address) = sqlite();
    let clock = TestClock::at("2024-01-10");
    let servicer = open(&address, folder.path(), &clock).await;
    for number in 0..DEALS {
        let deal = deal_in(&deals("hundred"), &format!("deal-{number}"), true);
        servicer.open_deal(&by(&format!("open {number}"), Role::Arranger), &deal).await.unwrap();
    }
    let broken = folder.path().join("deal-2.ledger");
    std::fs::write(&broken, b"no ledger").unwrap();
    clock.until(date("2024-02-20"));
    let turned = servicer.turn().await.unwrap();
    assert_eq!((turned.failures.len(), turned.failures[0].0.as_str()), (1, "deal-2"));
    assert_eq!(whole(&servicer).await, DEALS - 1);

    // Seconds that pass, and whether it is tried: after 30, 60, 120 more. In between the node is started anew.
    let rows = [(0, false), (29, false), (1, true), (59, false), (1, true), (119, false), (1, true)];
    for (passes, tried) in rows {
        clock.pass(passes);
        let servicer = open(&address, folder.path(), &clock).await;
        let turned = servicer.turn().await.unwrap();
        assert_eq!(!turned.failures.is_empty(), tried, "{passes}: {:?}", turned.failures);
    }
    let warned = servicer.warnings((Some("deal-2"), true), &Page::first(10)).await.unwrap();
    assert_eq!((warned.len(), warned[0].kind.as_str()), (1, "ledger"), "after three failures");

    std::fs::remove_file(&broken).unwrap();
    clock.pass(240);
    let turned = servicer.turn().await.unwrap();
    assert!(turned.failures.is_empty(), "{:?}", turned.failures);
    assert_eq!(whole(&servicer).await, DEALS);
    assert!(servicer.warnings((None, true), &Page::first(10)).await.unwrap().is_empty(), "it is over");
    // From one page of deals to the next.
    let first = servicer.deals(&Page::first(2)).await.unwrap();
    let next = servicer.deals(&Page::after(first[1].id.clone(), 2)).await.unwrap();
    assert_eq!(next.iter().map(|deal| deal.id.as_str()).collect::<Vec<_>>(), ["deal-2", "deal-3"]);
    clearing::verify(&clearing::Place::File(broken), None).unwrap();
}
