//! Every role against every endpoint.

use crate::support::{Node, On, http};
use client::{NewKey, Problem, Role};
use forebay_api::document;
use forebay_api::endpoint::{Does, Endpoint, Who};
use forebay_api::endpoints::ENDPOINTS;
use futures_util::TryStreamExt;
use serde_json::Value;

on_each_database! {
    every_role_at_every_endpoint,
    a_key_lives_and_ends,
    a_key_that_is_nearly_right,
    commands_and_refusals_are_audited,
}

/// A path whose parts are filled in, so that an answer says what the door thinks of it and not whether it exists.
fn filled(path: &str) -> String {
    let fill = |part: &str| match part {
        "{sequence}" | "{receipt}" | "{number}" | "{row}" => "1".to_owned(),
        part if part.starts_with('{') => "nothing".to_owned(),
        part => part.to_owned(),
    };
    path.split('/').map(fill).collect::<Vec<_>>().join("/")
}

async fn answered(node: &Node, role: Role, endpoint: &Endpoint) -> (u16, Option<u16>) {
    let request = node.request(role, (endpoint.verb.name(), &filled(endpoint.path)));
    let request = request.header("idempotency-key", format!("{role}.{}", endpoint.name));
    // An empty object is no body that any endpoint takes: whoever is let in is told so, and nothing is done.
    let request = if endpoint.body.is_some() { request.json(&serde_json::json!({})) } else { request };
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    if endpoint.answer.kind == "text/event-stream" && status == 200 {
        return (status, None);
    }
    let bytes = response.bytes().await.unwrap();
    (status, serde_json::from_slice::<Problem>(&bytes).ok().map(|problem| problem.code))
}

async fn every_role_at_every_endpoint(on: On) {
    let node = on.node().await;
    for endpoint in ENDPOINTS {
        for role in Role::ALL {
            let (status, code) = answered(&node, role, endpoint).await;
            let forbidden = code == Some(1002);
            let may = endpoint.who.may(role);
            // A key without a party has no positions of its own: the handler, not the door, says so.
            let own = role == Role::Agent && ["positions", "look_through"].contains(&endpoint.name);
            assert_eq!(forbidden, !may || own, "{role} at {}: {status} {code:?}", endpoint.name);
            assert!(!forbidden || status == 403);
            assert!(status < 500, "{role} at {}: {status} {code:?}", endpoint.name);
        }
        let stranger =
            http().request(endpoint.verb.name().parse().unwrap(), node.url(&filled(endpoint.path)));
        let status = stranger.send().await.unwrap().status().as_u16();
        assert_eq!(status == 401, endpoint.who != Who::Anybody, "a stranger at {}: {status}", endpoint.name);
    }
}

#[test]
fn the_document_and_the_table_are_one() {
    let document: Value = serde_json::from_str(document::text()).unwrap();
    let mut listed = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for verb in ["get", "put", "post", "delete", "patch"] {
            if item.get(verb).is_some() {
                listed.push((verb.to_uppercase(), path.clone()));
            }
        }
    }
    let mut table: Vec<_> =
        ENDPOINTS.iter().map(|one| (one.verb.name().to_owned(), one.path.to_owned())).collect();
    listed.sort();
    table.sort();
    assert_eq!(listed, table);
    insta::assert_snapshot!("openapi", document::text());
}

#[test]
fn a_regulator_reads_all_and_moves_nothing() {
    for endpoint in ENDPOINTS {
        let may = endpoint.who.may(Role::Regulator);
        match endpoint.does {
            Does::Reads | Does::Asks => assert!(may, "{} is hidden from a regulator", endpoint.name),
            Does::Commands | Does::Reports => assert!(!may, "a regulator may {}", endpoint.name),
        }
        for role in [Role::Investor, Role::Auditor, Role::Agent] {
            assert!(
                endpoint.does != Does::Commands || !endpoint.who.may(role),
                "{role} may {}",
                endpoint.name
            );
        }
    }
}

#[test]
fn the_table_in_the_docs_is_this_one() {
    let docs = include_str!("../../../../docs/api.md");
    assert!(docs.contains(&document::roles()), "docs/api.md lacks this table:\n{}", document::roles());
}

async fn a_key_lives_and_ends(on: On) {
    let node = on.node().await;
    let operator = node.client(Role::Operator);
    let new = NewKey { name: "second".to_owned(), role: Role::Auditor, party: None };
    let issued = operator.issue_key(&new, "one").await.unwrap();
    // The secret is shown once: the same command again has no second answer.
    assert_eq!(operator.issue_key(&new, "one").await.unwrap_err().code(), Some(924));
    let auditor = client::Client::new(&node.url(""), &issued.secret).unwrap();
    assert_eq!(auditor.me().await.unwrap().name, "second");
    let keys: Vec<client::Key> = auditor.keys().try_collect().await.unwrap();
    assert_eq!(keys.len(), 9);
    let revoked = operator.revoke_key(&issued.key.id, "two").await.unwrap();
    assert_eq!(operator.revoke_key(&issued.key.id, "two").await.unwrap(), revoked);
    assert_eq!(auditor.me().await.unwrap_err().code(), Some(1001));
    let none = NewKey { name: "fund".to_owned(), role: Role::Investor, party: None };
    assert_eq!(operator.issue_key(&none, "three").await.unwrap_err().code(), Some(1014));
    assert_eq!(operator.revoke_key("nothing", "four").await.unwrap_err().code(), Some(931));
    // What the log keeps opens nothing.
    let events = node.store.stream(forebay_api::access::STREAM).await.unwrap();
    let log: String = events.iter().map(|event| String::from_utf8(event.body.clone()).unwrap()).collect();
    let (_, secret) = issued.secret.reveal().rsplit_once('_').unwrap();
    assert!(!log.contains(secret) && log.contains(&issued.key.id));
}

async fn a_key_that_is_nearly_right(on: On) {
    let node = on.node().await;
    let good = node.secret(Role::Auditor).reveal().to_owned();
    let (head, last) = good.split_at(good.len() - 1);
    let other = format!("{head}{}", if last == "0" { "1" } else { "0" });
    let rows = [
        (format!("Bearer {good}"), 200),
        (format!("bearer  {good}"), 200),
        (format!("Bearer {other}"), 401),
        (format!("Bearer {head}"), 401),
        (format!("Basic {good}"), 401),
        (good.clone(), 401),
        ("Bearer ".to_owned(), 401),
        ("Bearer forebay__".to_owned(), 401),
        (format!("Bearer forebay_{}_{}", "0".repeat(16), "0".repeat(64)), 401),
    ];
    for (header, wanted) in rows {
        let sent = http().get(node.url("/v1/me")).header("authorization", &header).send().await.unwrap();
        assert_eq!(sent.status().as_u16(), wanted, "{header}");
    }
}

async fn commands_and_refusals_are_audited(on: On) {
    let node = on.node().await;
    let new = NewKey { name: "second".to_owned(), role: Role::Auditor, party: None };
    node.client(Role::Operator).issue_key(&new, "one").await.unwrap();
    node.client(Role::Regulator).issue_key(&new, "two").await.unwrap_err();
    let without = node.request(Role::Operator, ("POST", "/v1/access/keys")).json(&new).send().await.unwrap();
    assert_eq!(without.status(), 400);
    node.client(Role::Investor).audit().try_collect::<Vec<_>>().await.unwrap_err();
    node.client(Role::Auditor).me().await.unwrap();
    let lines: Vec<client::Audited> = node.client(Role::Auditor).audit().try_collect().await.unwrap();
    let shown: Vec<_> = lines
        .iter()
        .map(|line| {
            let key = line.idempotency_key.as_deref().unwrap_or("-");
            format!("{} {} {key} {} {:?}", line.name, line.request, line.status, line.code)
        })
        .collect();
    let wanted = [
        "operator.one POST /v1/access/keys one 200 None",
        "regulator.one POST /v1/access/keys two 403 Some(1002)",
        "operator.one POST /v1/access/keys - 400 Some(1004)",
        "investor.one GET /v1/audit - 403 Some(1002)",
    ];
    assert_eq!(shown, wanted);
    node.store.verify().await.unwrap();
}
