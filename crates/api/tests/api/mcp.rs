//! The tools for programs, asked by the protocol's own client over the API.

use crate::support::{Node, On, Special, settings};
use client::{ReadingProof, Registration, Role};
use mcp::rmcp::model::{CallToolRequestParams, CallToolResult};
use mcp::rmcp::service::{RoleClient, RunningService};
use mcp::rmcp::{ServerHandler, ServiceExt};
use mcp::{Tools, Unproved, verify};
use node::telemetry::{Anchor, Segment, close_segment};
use serde_json::{Value, json};

on_each_database! {
    a_program_asks,
    a_reading_that_is_not_proved,
    a_root_is_looked_up_on_the_ledger,
}

async fn connect(node: &Node, role: Role) -> RunningService<RoleClient, ()> {
    let (ours, theirs) = tokio::io::duplex(1 << 16);
    let tools = Tools::new(node.client(role));
    tokio::spawn(async move { tools.serve(theirs).await.unwrap().waiting().await });
    ().serve(ours).await.unwrap()
}

async fn call(
    asker: &RunningService<RoleClient, ()>,
    tool: &'static str,
    arguments: Value,
) -> CallToolResult {
    let arguments = arguments.as_object().unwrap().clone();
    asker.call_tool(CallToolRequestParams::new(tool).with_arguments(arguments)).await.unwrap()
}

fn text(result: &CallToolResult) -> String {
    result.content.first().unwrap().as_text().unwrap().text.clone()
}

async fn a_program_asks(on: On) {
    let node = on.node().await;
    let asker = connect(&node, Role::Agent).await;
    let tools = asker.list_all_tools().await.unwrap();
    let mut names: Vec<&str> = tools.iter().map(|tool| tool.name.as_ref()).collect();
    names.sort_unstable();
    assert_eq!(names, ["explain_payment", "list_deals", "run_stress", "verify_reading"]);
    let read_only = |tool: &mcp::rmcp::model::Tool| tool.annotations.as_ref().unwrap().read_only_hint;
    assert!(tools.iter().all(|tool| read_only(tool) == Some(true)));
    let device = node.signer.id().to_string();
    let proved = call(&asker, "verify_reading", json!({ "device": device, "sequence": 1 })).await;
    assert_eq!(proved.is_error, Some(false));
    let proved = proved.structured_content.unwrap();
    assert_eq!((proved["device"].as_str().unwrap(), &proved["sequence"]), (device.as_str(), &json!(1)));
    let missing = call(&asker, "verify_reading", json!({ "device": device, "sequence": 9 })).await;
    assert_eq!(missing.is_error, Some(true));
    assert!(text(&missing).contains("code 931"), "{}", text(&missing));
    // A device's key may not read deals: the refusal is an answer.
    let device = connect(&node, Role::Device).await;
    let refused = call(&device, "list_deals", json!({})).await;
    assert!(refused.is_error == Some(true) && text(&refused).contains("code 1002"), "{}", text(&refused));
    let instructions = Tools::new(node.client(Role::Agent)).get_info().instructions;
    assert!(instructions.unwrap().contains("list_deals"));
}

async fn a_reading_that_is_not_proved(on: On) {
    let node = on.node().await;
    let asker = node.client(Role::Agent);
    let device = node.signer.id().to_string();
    let registration = asker.registration(&device).await.unwrap();
    let proof = asker.reading_proof(&device, 1).await.unwrap();
    verify((&device, 1), &registration, &proof).unwrap();
    let other = crate::support::Signer::new(2).registration();
    let rows: [(&str, &Change); 5] = [
        ("key", &|registration, _| registration.public_key = other.public_key.clone()),
        ("record", &|_, proof| proof.record.truncate(350)),
        ("signature", &|_, proof| flip(&mut proof.record, 351)),
        // A byte of the body: what is signed is another statement.
        ("signature", &|_, proof| flip(&mut proof.record, 151)),
        ("root", &|_, proof| flip(&mut proof.root, 0)),
    ];
    for (wanted, change) in rows {
        let (mut registration, mut proof) = (registration.clone(), proof.clone());
        change(&mut registration, &mut proof);
        let found = match verify((&device, 1), &registration, &proof).unwrap_err() {
            Unproved::Key => "key",
            Unproved::Record(_) => "record",
            Unproved::Signature => "signature",
            Unproved::Root => "root",
            Unproved::Ledger => "ledger",
        };
        assert_eq!(found, wanted);
    }
    assert!(matches!(verify((&device, 2), &registration, &proof), Err(Unproved::Record(_))));
    assert_eq!(verify(("00", 1), &registration, &proof), Err(Unproved::Key));
}

async fn a_root_is_looked_up_on_the_ledger(on: On) {
    let node = on.with(settings(), Special { clears: true, ..Special::default() }).await;
    let (asker, device) = (node.client(Role::Agent), node.signer.id().to_string());
    let registration = asker.registration(&device).await.unwrap();
    let proof = || asker.reading_proof(&device, 1);
    let found = |proof: &ReadingProof| proof.segment.as_ref()?.ledger.clone().map(|ledger| ledger.found);
    let checked = |proof: &ReadingProof| verify((&device, 1), &registration, proof);
    let open = proof().await.unwrap();
    assert_eq!((found(&open), checked(&open).unwrap().read_on_ledger), (None, false), "not anchored yet");

    let anchor = node.servicer.anchor().unwrap().unwrap();
    let segment = close_segment(node.store.database(), &anchor).await.unwrap().unwrap();
    let whole = proof().await.unwrap();
    assert_eq!((found(&whole).as_deref(), checked(&whole).unwrap().read_on_ledger), (Some("holds"), true));
    let ledger = whole.segment.unwrap().ledger.unwrap();
    assert_eq!((ledger.root, ledger.code), (node::hex::encode(&segment.root), 0));
    let listed = node.client(Role::Auditor).device(&device, 1).await.unwrap();
    assert_eq!(found(&listed.readings[0]), None, "lists do not look");

    // Another ledger in its place, as somebody might put there who changed readings.
    let file = node.folder.path().join("anchors.ledger");
    std::fs::remove_file(&file).unwrap();
    let missing = proof().await.unwrap();
    assert_eq!((found(&missing).as_deref(), checked(&missing)), (Some("missing"), Err(Unproved::Ledger)));
    anchor.anchor(&Segment { root: [9; 32], ..segment }).await.unwrap();
    let differs = proof().await.unwrap();
    assert_eq!((found(&differs).as_deref(), checked(&differs)), (Some("differs"), Err(Unproved::Ledger)));
    std::fs::write(&file, b"no ledger").unwrap();
    let unread = proof().await.unwrap();
    let code = unread.segment.as_ref().unwrap().ledger.as_ref().unwrap().code;
    assert_eq!((found(&unread).as_deref(), code), (Some("unread"), 700));
    assert!(!checked(&unread).unwrap().read_on_ledger);
}

/// What somebody changes in what the node says.
type Change<'a> = dyn Fn(&mut Registration, &mut ReadingProof) + 'a;

/// Another hexadecimal digit at a place.
fn flip(text: &mut String, place: usize) {
    let digit = if text.as_bytes()[place] == b'0' { "1" } else { "0" };
    text.replace_range(place..=place, digit);
}
