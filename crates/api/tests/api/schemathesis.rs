//! Schemathesis makes requests out of the document, good ones and bad ones, with keys that together may do everything: none may be
//! answered by a failure of the server. Left out where it is not installed (`pip install schemathesis`).

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::Duration;

use crate::support::{Node, On, Special, hundred, settings};
use client::Role;
use forebay_api::Settings;
use forebay_api::endpoints::ENDPOINTS;

/// Requests for each endpoint, phase and role.
const EXAMPLES: &str = "8";

/// No failure of the server, and every answer as the document says.
const CHECKS: &str = "not_a_server_error,response_schema_conformance,content_type_conformance";

/// Parts of paths that name something that is there, for half of the requests.
const CONFIG: &str = r#"
[parameters]
"path.deal" = "hundred"
"path.note" = "A"
"path.receipt" = 1
"path.number" = 3
"#;

fn program() -> Option<PathBuf> {
    let named = std::env::var_os("SCHEMATHESIS").map(PathBuf::from);
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let found = || {
        std::env::split_paths(&folders).map(|folder| folder.join("schemathesis")).find(|file| file.exists())
    };
    named.or_else(found)
}

fn run(program: PathBuf, (address, key): (String, String), names: bool) -> Output {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("schemathesis.toml"), if names { CONFIG } else { "" }).unwrap();
    let mut command = Command::new(program);
    command.current_dir(folder.path()).arg("run").arg(format!("{address}/v1/openapi.json"));
    command.args(["--url", &address, "--header", &format!("Authorization: Bearer {key}")]);
    // A stream of events does not end.
    command.args(["--exclude-path", "/v1/events", "--checks", CHECKS, "--no-color"]);
    if names {
        // Random futures take seconds: one of the runs asks for them.
        command.args(["--exclude-path", "/v1/deals/{deal}/stress"]);
    }
    command.args([
        "--request-timeout",
        "300",
        "--max-examples",
        EXAMPLES,
        "--seed",
        "1",
        "--generation-database",
        "none",
    ]);
    command.args(["--phases", "coverage,fuzzing", "--continue-on-failure", "--suppress-health-check", "all"]);
    command.output().unwrap()
}

/// Who asks: together they may do everything, and an investor sees what is its own. What the door says to every role at every
/// endpoint is tested beside this.
const ASKERS: [Role; 3] = [Role::Operator, Role::Trustee, Role::Investor];

#[test]
fn nothing_is_left_unasked() {
    for endpoint in ENDPOINTS {
        assert!(ASKERS.iter().any(|role| endpoint.who.may(*role)), "no run may ask {}", endpoint.name);
    }
}

// A test each, so that they run beside each other.

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_who_names_nothing() {
    asks(Some(On::Sqlite), Role::Operator, false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator() {
    asks(Some(On::Sqlite), Role::Operator, true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trustee() {
    asks(Some(On::Sqlite), Role::Trustee, true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_investor() {
    asks(Some(On::Sqlite), Role::Investor, true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_on_postgresql() {
    asks(On::postgresql(), Role::Operator, true).await;
}

/// No request is answered by a failure of the server.
async fn asks(on: Option<On>, role: Role, names: bool) {
    let Some(on) = on else { return };
    let Some(program) = program() else {
        assert!(std::env::var_os("SCHEMATHESIS").is_none(), "SCHEMATHESIS names no program");
        eprintln!("skipped: schemathesis is not installed");
        return;
    };
    let patient = Settings { patience: Duration::from_secs(300), ..settings() };
    let node = on.with(patient, Special::default()).await;
    node.client(Role::Arranger).open_deal(&hundred(), "open").await.unwrap();
    for _ in 0..10 {
        node.servicer.turn().await.unwrap();
    }
    let asked = (node.url(""), node.secret(role).reveal().to_owned());
    let output = tokio::task::spawn_blocking(move || run(program, asked, names)).await.unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{role}, names {names}, seed 1:\n{text}\n{errors}");
    let answers = answers(&node).await;
    println!("{role}, names {names}: {answers:?}");
    // The key was taken: it was no failure of the server that everything was refused.
    assert!(answers["2xx"] > 5 && answers["4xx"] > 20, "{role}, names {names}: {answers:?}");
}

/// Answers by the class of their status, as the server counted them.
async fn answers(node: &Node) -> BTreeMap<String, u64> {
    let metrics =
        node.request(Role::Regulator, ("GET", "/metrics")).send().await.unwrap().text().await.unwrap();
    let mut answers = BTreeMap::new();
    for line in metrics.lines().filter(|line| line.starts_with("forebay_requests_total")) {
        let (labels, count) = line.rsplit_once(' ').unwrap();
        let class = labels.split('"').nth(3).unwrap().to_owned();
        *answers.entry(class).or_default() += count.parse::<u64>().unwrap();
    }
    answers
}
