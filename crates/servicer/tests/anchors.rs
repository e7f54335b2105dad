//! What a ledger itself has for a root, whatever the proof says; looking and anchoring wait for each other.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod support;

use forebay_servicer::{Home, LedgerRoot, Ledgers, Options, Servicer};
use node::store::Database;
use node::telemetry::merkle::Path as Way;
use node::telemetry::{Anchor, Segment, SegmentProof};
use std::path::Path;
use support::{TestClock, sqlite};

const ROOT: [u8; 32] = [4; 32];

/// Roots at once.
const MANY: u64 = 8;

async fn open(address: &str, at: Home) -> Servicer {
    let database = Database::open(address, node::store::Options::default()).await.unwrap();
    let options = Options { ledgers: Some(Ledgers { at, keys: None }), ..Options::default() };
    Servicer::open(database, TestClock::at("2026-11-20"), options).await.unwrap()
}

fn segment(id: u64) -> Segment {
    Segment { id, batches: (id, id), root: ROOT }
}

fn proof(id: u64, root: [u8; 32], anchor: &str) -> SegmentProof {
    let path = Way { leaf: 0, leaves: 1, hashes: String::new() };
    SegmentProof { id, path, root: node::hex::encode(&root), anchor: anchor.to_owned() }
}

#[tokio::test]
async fn the_ledger_is_asked_and_not_the_proof() {
    let (folder, address) = sqlite();
    let servicer = open(&address, Home::Folder(folder.path().to_owned())).await;
    let anchor = servicer.anchor().unwrap().unwrap();
    let words = anchor.anchor(&segment(1)).await.unwrap();
    let (other, differs) = ([5; 32], LedgerRoot::Differs(node::hex::encode(&ROOT)));
    for (proof, expected) in [
        (proof(1, ROOT, &words), Some(LedgerRoot::Holds)),
        (proof(1, other, &words), Some(differs)),
        (proof(2, ROOT, &words), Some(LedgerRoot::Missing)),
        (proof(1, ROOT, "log 04"), None),
    ] {
        assert_eq!(anchor.find(&proof).await, expected, "{proof:?}");
    }
    std::fs::write(folder.path().join("anchors.ledger"), b"no ledger").unwrap();
    assert_eq!(anchor.find(&proof(1, ROOT, &words)).await, Some(LedgerRoot::Unread(700)));
    std::fs::remove_file(folder.path().join("anchors.ledger")).unwrap();
    assert_eq!(anchor.find(&proof(1, ROOT, &words)).await, Some(LedgerRoot::Missing));
    assert!(!Path::new(folder.path()).join("anchors.ledger").exists(), "whoever looks begins no ledger");
    let nobody = open(&address, Home::Server("http://127.0.0.1:1".to_owned())).await;
    let found = nobody.anchor().unwrap().unwrap().find(&proof(1, ROOT, &words)).await;
    assert_eq!(found, Some(LedgerRoot::Unread(745)));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_looks_holds_up_no_anchor() {
    let (folder, address) = sqlite();
    let servicer = open(&address, Home::Folder(folder.path().to_owned())).await;
    let first = servicer.anchor().unwrap().unwrap();
    let words = first.anchor(&segment(1)).await.unwrap();
    let mut work = tokio::task::JoinSet::new();
    for id in 2..2 + MANY {
        let (put, look) = (servicer.anchor().unwrap().unwrap(), servicer.anchor().unwrap().unwrap());
        let proof = proof(1, ROOT, &words);
        work.spawn(
            async move { put.anchor(&segment(id)).await.map(drop).map_err(|error| error.to_string()) },
        );
        work.spawn(async move {
            let found = look.find(&proof).await;
            if found == Some(LedgerRoot::Holds) { Ok(()) } else { Err(format!("{found:?}")) }
        });
    }
    while let Some(done) = work.join_next().await {
        assert_eq!(done.unwrap(), Ok(()));
    }
}
