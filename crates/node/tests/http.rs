//! The way in by HTTP, as a client sees it.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod support;

use forebay_node::telemetry::{Kind, Record, router};
use reqwest::{Client, Response};
use serde_json::Value;
use support::{NOW, Signer, TestClock, body, open, sqlite};

struct Site {
    client: Client,
    node: String,
}

impl Site {
    async fn post(&self, records: &[Record]) -> Response {
        let address = format!("{}/v1/telemetry/readings", self.node);
        self.client.post(address).body(body(records)).send().await.unwrap()
    }

    async fn get(&self, path: &str) -> Response {
        self.client.get(format!("{}{path}", self.node)).send().await.unwrap()
    }
}

/// Status, type and body on one line.
async fn shown(response: Response) -> String {
    let status = response.status().as_u16();
    let kind = response.headers()["content-type"].to_str().unwrap().to_owned();
    format!("{status} {kind} {}", response.text().await.unwrap())
}

#[tokio::test]
async fn requests_and_answers() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (_folder, address) = sqlite();
    let mut meter = Signer::new(Kind::Meter, 1);
    let intake = support::intake(&open(&address).await, &[&meter], &TestClock::at(NOW)).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let node = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router(intake)).await });
    let site = Site { client: Client::new(), node };

    let first = meter.next();
    let mut forged = meter.peek().sign(&meter.key);
    forged.0[175] ^= 0x10;
    let lost = meter.next();
    let after = meter.next();
    assert_ne!(lost, forged);
    let rows: [(&[Record], &str); 5] = [
        (&[first], r#"200 application/json {"accepted":1,"batch":1,"outcomes":[]}"#),
        (
            &[first],
            r#"200 application/json {"accepted":0,"batch":null,"outcomes":[{"outcome":"duplicate","index":0}]}"#,
        ),
        (
            &[forged],
            r#"422 application/problem+json {"title":"the signature is not the device's","status":422,"code":955,"again":false}"#,
        ),
        (
            &[forged, after],
            r#"200 application/json {"accepted":1,"batch":2,"outcomes":[{"outcome":"refused","index":0,"code":955,"reason":"signature","message":"the signature is not the device's","again":false,"kept":false},{"outcome":"accepted_after_gap","index":1,"first_missing":2,"last_missing":2}]}"#,
        ),
        (
            &[],
            r#"400 application/problem+json {"title":"a body is 1 to 2048 readings of 176 bytes and this is 0 bytes; send whole readings","status":400,"code":932,"again":false}"#,
        ),
    ];
    for (records, wanted) in rows {
        assert_eq!(shown(site.post(records).await).await, wanted);
    }
    let too_many = site.client.post(format!("{}/v1/telemetry/readings", site.node)).body(vec![0; 176 * 2049]);
    assert_eq!(too_many.send().await.unwrap().status(), 413);
    pages(&site, &meter, first).await;
}

async fn pages(site: &Site, meter: &Signer, first: Record) {
    let device = meter.id();
    let proof =
        site.get(&format!("/v1/telemetry/devices/{device}/readings/1/proof")).await.text().await.unwrap();
    let proof: forebay_node::telemetry::ReadingProof = serde_json::from_str(&proof).unwrap();
    assert!(proof.holds() && proof.record == forebay_node::hex::encode(&first.0));
    assert_eq!(site.get(&format!("/v1/telemetry/devices/{device}/readings/2/proof")).await.status(), 404);
    assert_eq!(site.get("/v1/telemetry/devices/xyz/readings/2/proof").await.status(), 404);
    let evidence = site.get(&format!("/v1/telemetry/devices/{device}/evidence")).await.text().await.unwrap();
    let evidence: Value = serde_json::from_str(&evidence).unwrap();
    assert_eq!((evidence[0]["kind"].as_str(), evidence.as_array().unwrap().len()), (Some("gap"), 1));
    let metrics = site.get("/metrics").await.text().await.unwrap();
    for line in [
        r#"forebay_readings_total{outcome="accepted"} 2"#,
        r#"forebay_readings_total{outcome="accepted_after_gap"} 1"#,
        r#"forebay_readings_total{outcome="duplicate"} 1"#,
        r#"forebay_readings_total{outcome="signature"} 2"#,
        r#"forebay_requests_failed_total{reason="body"} 1"#,
    ] {
        assert!(metrics.contains(line), "{line} in {metrics}");
    }
}
