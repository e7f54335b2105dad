//! No secret is in the log, however much of it is kept.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::io::Write;
use std::sync::{Arc, Mutex};

use client::{NewKey, Role};
use support::Node;

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_secret_is_logged() {
    let kept = Kept::default();
    let writer = kept.clone();
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .init();
    let node = Node::start().await;
    let operator = node.client(Role::Operator);
    let new = NewKey { name: "second".to_owned(), role: Role::Auditor, party: None };
    let issued = operator.issue_key(&new, "one").await.unwrap();
    operator.revoke_key(&issued.key.id, "two").await.unwrap();
    let wrong = client::Secret::new(&format!("{}x", issued.secret.reveal()));
    client::Client::new(&node.url(""), &wrong).unwrap().me().await.unwrap_err();
    let text = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
    assert!(text.contains("/v1/access/keys") && text.contains("audited"), "the log is not heard: {text}");
    let secrets = node.keys.values().chain([&issued.secret]).map(|secret| secret.reveal());
    for secret in secrets {
        let (_, bits) = secret.rsplit_once('_').unwrap();
        assert!(!text.contains(bits), "{}", text.lines().find(|line| line.contains(bits)).unwrap());
    }
    assert_eq!(format!("{issued:?}").matches("Secret(hidden)").count(), 1);
}
