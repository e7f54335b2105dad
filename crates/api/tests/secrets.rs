//! No secret is in the log, however much of it is kept.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]
#![allow(clippy::cognitive_complexity, reason = "each await counts, and a story has many")]

mod support;

use std::io::Write;
use std::sync::{Arc, Mutex};

use client::{NewKey, Role};
use node::telemetry::archive::Archive;
use node::telemetry::{LoggedAnchor, close_segment};
use support::{NOW, On, PASSWORD};

const STORE_SECRET: &str = "the-secret-of-the-object-store";

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Kept {
    /// What was logged since.
    fn take(&self) -> String {
        String::from_utf8(std::mem::take(&mut *self.0.lock().unwrap())).unwrap()
    }
}

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
    for on in [Some(On::Sqlite), On::postgresql()].into_iter().flatten() {
        commands(&on, &kept).await;
    }
    archive(&kept).await;
}

/// Keys of the API, and the password in the database's address.
async fn commands(on: &On, kept: &Kept) {
    let node = on.node().await;
    let operator = node.client(Role::Operator);
    let new = NewKey { name: "second".to_owned(), role: Role::Auditor, party: None };
    let issued = operator.issue_key(&new, "one").await.unwrap();
    operator.revoke_key(&issued.key.id, "two").await.unwrap();
    let wrong = client::Secret::new(&format!("{}x", issued.secret.reveal()));
    client::Client::new(&node.url(""), &wrong).unwrap().me().await.unwrap_err();
    let text = kept.take();
    assert!(text.contains("/v1/access/keys") && text.contains("audited"), "the log is not heard: {text}");
    let secrets = node.keys.values().chain([&issued.secret]).map(|secret| secret.reveal());
    let bits = secrets.map(|secret| secret.rsplit_once('_').unwrap().1);
    for secret in bits.chain([PASSWORD]) {
        hides(&text, secret);
    }
    assert_eq!(format!("{issued:?}").matches("Secret(hidden)").count(), 1);
}

/// The secret of an object store that refuses what it signs.
async fn archive(kept: &Kept) {
    let node = On::Sqlite.node().await;
    let database = node.store.database();
    close_segment(database, &LoggedAnchor::default()).await.unwrap().unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let endpoint = format!("http://{address}");
    let refuses = axum::Router::new().fallback(async || axum::http::StatusCode::FORBIDDEN);
    let server = tokio::spawn(async move { axum::serve(listener, refuses).await.unwrap() });
    let options = [
        ("allow_http", "true"),
        ("aws_endpoint", endpoint.as_str()),
        ("aws_access_key_id", "forebay-archive"),
        ("aws_secret_access_key", STORE_SECRET),
    ];
    let options = options.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let archive = Archive::open("s3://bucket/forebay", &options).unwrap();
    let refused = archive.write_next(database, NOW).await.unwrap_err();
    server.abort();
    let text = kept.take();
    assert!(text.contains(&address), "the store is not heard: {text}");
    hides(&format!("{text} {refused} {refused:?} {archive:?}"), STORE_SECRET);
}

fn hides(text: &str, secret: &str) {
    let shown = text.lines().find(|line| line.contains(secret));
    assert_eq!(shown, None);
}
