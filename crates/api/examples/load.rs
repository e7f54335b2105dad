//! `load [SECONDS] [REQUESTS A SECOND]`: a node with 100,000 receipts in a process of its own, requests at fixed times, and how long
//! their answers took since the moment at which each was due. Ends with an error if one in a hundred takes more than 20 ms.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use client::{NewReceipt, NewReceipts, Role, Secret};
use support::{On, http, hundred};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

const RECEIPTS: u32 = 100_000;
const NOTED_AT_ONCE: u32 = 1_000;
const SLOWEST: Duration = Duration::from_millis(20);
/// Requests that are not measured: connections are made, pages come into memory.
const WARMING: Duration = Duration::from_secs(2);

fn main() {
    let mut arguments = std::env::args().skip(1);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    match arguments.next().as_deref() {
        Some("serve") => runtime.block_on(serve()),
        seconds => {
            let seconds = seconds.map_or(15, |seconds| seconds.parse().unwrap());
            let rate = arguments.next().map_or(500, |rate| rate.parse().unwrap());
            runtime.block_on(load(Duration::from_secs(seconds), rate));
        }
    }
}

/// The node: says where it is and with which key, and serves until its input ends.
async fn serve() {
    let node = On::Sqlite.node().await;
    let trustee = node.client(Role::Trustee);
    node.client(Role::Arranger).open_deal(&hundred(), "open").await.unwrap();
    for first in (0..RECEIPTS).step_by(NOTED_AT_ONCE as usize) {
        let receipts = (first..first + NOTED_AT_ONCE).map(receipt).collect();
        let key = format!("from {first}").replace(' ', "-");
        trustee.note_receipts("hundred", &NewReceipts { receipts }, &key).await.unwrap();
    }
    for _ in 0..40 {
        node.servicer.turn().await.unwrap();
    }
    println!("{} {}", node.address, node.secret(Role::Investor).reveal());
    std::io::stdout().flush().unwrap();
    let mut line = String::new();
    tokio::task::spawn_blocking(move || std::io::stdin().read_line(&mut line)).await.unwrap().unwrap();
}

fn receipt(number: u32) -> NewReceipt {
    NewReceipt {
        number: 1_000 + number,
        machines: vec![format!("{number:064x}")],
        bailee: "keep".to_owned(),
        insured_until: Some("2027-12-31".to_owned()),
        attested_until: None,
    }
}

/// Ends with the one who asks.
struct Server {
    child: Child,
    address: String,
    key: Secret,
}

impl Server {
    fn start() -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        let mut child = command.arg("serve").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let (address, key) = line.split_once(' ').unwrap();
        Self { child, address: format!("http://{address}"), key: Secret::new(key) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// What somebody who looks at a deal asks, one after another.
fn question(number: u64) -> String {
    let anywhere = 1_000 + (number * 48_271) % u64::from(RECEIPTS);
    match number % 8 {
        0 => format!("/v1/deals/hundred/receipts?after={anywhere}&limit=100"),
        1 => "/v1/deals?limit=20".to_owned(),
        2 => "/v1/deals/hundred".to_owned(),
        3 => format!("/v1/deals/hundred/payments/{}", 1 + anywhere % 24),
        4 => format!("/v1/deals/hundred/postings?after={}&limit=50", anywhere % 200),
        5 => "/v1/positions?limit=50".to_owned(),
        6 => format!("/v1/deals/hundred/receipts/{anywhere}/machines"),
        _ => format!("/v1/deals/hundred/receipts/{anywhere}"),
    }
}

async fn load(length: Duration, rate: u32) {
    let began = Instant::now();
    let server = Server::start();
    println!("{RECEIPTS} receipts after {:.1} s", began.elapsed().as_secs_f64());
    let asked = Arc::new((http(), server.address.clone(), server.key.clone()));
    let start = Instant::now();
    let requests = u64::from(rate) * (length + WARMING).as_secs();
    let mut answers = JoinSet::new();
    for number in 0..requests {
        let due = start + Duration::from_secs(1) / rate * u32::try_from(number).unwrap();
        sleep_until(due).await;
        let asked = asked.clone();
        answers.spawn(async move {
            let (http, address, key) = &*asked;
            let request = http.get(format!("{address}{}", question(number))).bearer_auth(key.reveal());
            let response = request.send().await.unwrap();
            let status = response.status().as_u16();
            response.bytes().await.unwrap();
            (due, due.elapsed(), status)
        });
    }
    let mut took = Vec::new();
    while let Some(answer) = answers.join_next().await {
        let (due, elapsed, status) = answer.unwrap();
        assert_eq!(status, 200);
        if due >= start + WARMING {
            took.push(elapsed);
        }
    }
    took.sort();
    let at = |share: f64| took[((took.len() - 1) as f64 * share) as usize];
    let [median, p99, p999, last] = [0.5, 0.99, 0.999, 1.0].map(at);
    println!(
        "{} requests at {rate} a second: half within {median:?}, 99 % within {p99:?}, 99.9 % within {p999:?}, all within {last:?}",
        took.len()
    );
    assert!(p99 <= SLOWEST, "99 % took up to {p99:?}, more than {SLOWEST:?}");
}
