//! What HTTP promises: conditional requests, pages, limits, origins, streams, and problems for whatever is wrong.

use std::num::NonZeroU32;

use crate::support::{On, Signer, Special, http, settings};
use client::{NewKey, Problem, ReadingProof, Role, Taken};
use forebay_api::{Allowance, Certificate, Settings};
use futures_util::{StreamExt, TryStreamExt};
use reqwest::{Response, StatusCode};

on_each_database! {
    what_a_reader_has_is_not_sent_again,
    pages_walk_the_whole_list,
    whatever_is_wrong_is_a_problem,
    too_many_requests_wait,
    origins_that_are_named_may_call,
    tls_with_a_certificate_of_its_own,
    events_are_heard_from_where_they_were_left,
    streams_are_few_and_end_with_the_server,
    devices_report_and_anybody_concerned_can_check,
    health_and_counters,
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

async fn problem(response: Response) -> Problem {
    assert_eq!(header(&response, "content-type"), "application/problem+json");
    let status = response.status().as_u16();
    let problem: Problem = response.json().await.unwrap();
    assert_eq!(problem.status, status);
    problem
}

async fn what_a_reader_has_is_not_sent_again(on: On) {
    let node = on.node().await;
    let ask = || node.request(Role::Auditor, ("GET", "/v1/access/keys"));
    let first = ask().send().await.unwrap();
    let tag = header(&first, "etag").to_owned();
    assert_eq!((tag.len(), header(&first, "cache-control")), (34, "private, no-cache"));
    for (had, wanted) in [
        (tag.clone(), 304),
        (format!("W/{tag}"), 304),
        (format!("\"other\", {tag}"), 304),
        ("*".to_owned(), 304),
        ("\"other\"".to_owned(), 200),
    ] {
        let again = ask().header("if-none-match", &had).send().await.unwrap();
        assert_eq!((again.status().as_u16(), header(&again, "etag")), (wanted, tag.as_str()), "{had}");
        assert_eq!(again.bytes().await.unwrap().is_empty(), wanted == 304);
    }
    let new = NewKey { name: "new".to_owned(), role: Role::Auditor, party: None };
    node.client(Role::Operator).issue_key(&new, "one").await.unwrap();
    assert_eq!(ask().header("if-none-match", &tag).send().await.unwrap().status(), 200);
    let head = node.request(Role::Auditor, ("HEAD", "/v1/me")).send().await.unwrap();
    assert_eq!((head.status().as_u16(), head.bytes().await.unwrap().len()), (200, 0));
}

async fn pages_walk_the_whole_list(on: On) {
    let node = on.node().await;
    let whole: Vec<client::Key> = node.client(Role::Auditor).keys().try_collect().await.unwrap();
    for limit in [1, 2, 3, 7, 8, 9] {
        let (mut seen, mut next) = (Vec::new(), Some(format!("/v1/access/keys?limit={limit}")));
        while let Some(path) = next {
            let page = node.request(Role::Auditor, ("GET", &path)).send().await.unwrap();
            let link = header(&page, "link").to_owned();
            next = link
                .strip_prefix('<')
                .and_then(|link| link.strip_suffix(">; rel=\"next\""))
                .map(str::to_owned);
            let page: client::Page<client::Key> = page.json().await.unwrap();
            assert!(page.items.len() <= limit && page.next.is_some() == next.is_some());
            seen.extend(page.items);
        }
        assert_eq!(seen, whole, "limit {limit}");
    }
    let log: Vec<client::LogEvent> = node.client(Role::Auditor).log().try_collect().await.unwrap();
    assert_eq!(log.iter().map(|event| event.kind.as_str()).collect::<Vec<_>>(), ["device.registered"]);
    for wrong in ["limit=0", "limit=251", "limit=x", "limit=-1"] {
        let path = format!("/v1/access/keys?{wrong}");
        let refused = node.request(Role::Auditor, ("GET", &path)).send().await.unwrap();
        assert_eq!(problem(refused).await.code, 1006, "{wrong}");
    }
    let refused = node.request(Role::Auditor, ("GET", "/v1/audit?after=x")).send().await.unwrap();
    assert_eq!(problem(refused).await.code, 1006);
}

async fn whatever_is_wrong_is_a_problem(on: On) {
    let node = on.node().await;
    let rows = [
        ("GET", "/v1/nothing", None, 1007),
        ("GET", "/", None, 1007),
        ("PUT", "/v1/deals", None, 1008),
        ("DELETE", "/v1/me", None, 1008),
        ("POST", "/v1/access/keys", Some(("application/json", "{")), 1005),
        ("POST", "/v1/access/keys", Some(("application/json", "[]")), 1005),
        ("POST", "/v1/access/keys", Some(("application/json", r#"{"name":"x","role":"king"}"#)), 1005),
        (
            "POST",
            "/v1/access/keys",
            Some(("application/json", r#"{"name":"x","role":"device","more":1}"#)),
            1005,
        ),
        ("POST", "/v1/access/keys", Some(("application/json", r#"{"name":"","role":"device"}"#)), 1014),
        ("POST", "/v1/access/keys", Some(("application/json", r#"{"name":"a b","role":"device"}"#)), 1014),
        ("POST", "/v1/access/keys", Some(("text/plain", "{}")), 1010),
        ("POST", "/v1/access/keys", None, 1010),
        ("POST", "/v1/deals/x/statements", Some(("application/json", "{}")), 1010),
        ("GET", "/v1/deals/x/payments/99999999", None, 1006),
        ("GET", "/v1/deals/x/explanation", None, 1006),
        ("GET", "/v1/deals/x/explanation?date=tomorrow", None, 1014),
        ("GET", "/v1/telemetry/devices/xyz", None, 931),
        ("GET", "/v1/telemetry/devices/00112233445566778899aabbccddeeff", None, 931),
        ("GET", "/v1/devices/xyz", None, 931),
        ("POST", "/v1/telemetry/readings", Some(("application/octet-stream", "short")), 932),
        ("POST", "/v1/deals/x/stress", Some(("application/json", r#"{"paths":1}"#)), 1014),
        ("POST", "/v1/deals/x/stress", Some(("application/json", r#"{"paths":1000000}"#)), 1014),
    ];
    for (verb, path, body, code) in rows {
        let request = node.request(Role::Operator, (verb, path)).header("idempotency-key", "one");
        let request = match body {
            Some((kind, body)) => request.header("content-type", kind).body(body),
            None => request,
        };
        let problem = problem(request.send().await.unwrap()).await;
        assert_eq!(problem.code, code, "{verb} {path} {body:?}: {problem:?}");
        assert!(!problem.again && !problem.title.is_empty());
    }
    let refused = node.request(Role::Operator, ("PUT", "/v1/access/keys")).send().await.unwrap();
    assert_eq!(header(&refused, "allow"), "GET, POST");
    let large = node.request(Role::Operator, ("POST", "/v1/access/keys")).header("idempotency-key", "large");
    let large = large.header("content-type", "application/json").body(vec![b' '; (40 << 20) + 1]);
    // The server may close before it has read all: then there is no answer to look at.
    if let Ok(refused) = large.send().await {
        assert_eq!(problem(refused).await.code, 1009);
    }
    for key in ["", " ", "a b", "a/b", &"x".repeat(101)] {
        let request = node.request(Role::Operator, ("POST", "/v1/access/keys"));
        let refused = request.header("idempotency-key", key).body("{}").send().await.unwrap();
        assert_eq!(problem(refused).await.code, 1004, "{key}");
    }
}

async fn too_many_requests_wait(on: On) {
    let number = |number| NonZeroU32::new(number).unwrap();
    let few = Allowance::of(number(1), number(5));
    let node = on.with(Settings { keys: few, strangers: few, ..settings() }, Special::default()).await;
    let ask = |role| node.request(role, ("GET", "/v1/me")).send();
    for _ in 0..5 {
        assert_eq!(ask(Role::Auditor).await.unwrap().status(), 200);
    }
    let refused = ask(Role::Auditor).await.unwrap();
    let wait: u64 = header(&refused, "retry-after").parse().unwrap();
    assert!((1..=5).contains(&wait));
    let refused = problem(refused).await;
    assert_eq!((refused.code, refused.status, refused.again), (1003, 429, true));
    // Another key is not held up, and guessing keys is counted apart.
    assert_eq!(ask(Role::Trustee).await.unwrap().status(), 200);
    let mut guesses = Vec::new();
    for _ in 0..6 {
        guesses.push(http().get(node.url("/v1/me")).bearer_auth("guess").send().await.unwrap().status());
    }
    assert_eq!(guesses.first(), Some(&StatusCode::UNAUTHORIZED));
    assert_eq!(guesses.last(), Some(&StatusCode::TOO_MANY_REQUESTS));
    assert_eq!(ask(Role::Trustee).await.unwrap().status(), 200);
}

async fn origins_that_are_named_may_call(on: On) {
    let node = on
        .with(Settings { origins: vec!["https://desk.example".to_owned()], ..settings() }, Special::default())
        .await;
    let ask = |origin: &'static str| {
        let request =
            http().request(reqwest::Method::OPTIONS, node.url("/v1/deals")).header("origin", origin);
        let request = request.header("access-control-request-method", "POST");
        request.header("access-control-request-headers", "authorization,idempotency-key").send()
    };
    let allowed = ask("https://desk.example").await.unwrap();
    assert_eq!(header(&allowed, "access-control-allow-origin"), "https://desk.example");
    assert!(header(&allowed, "access-control-allow-headers").contains("idempotency-key"));
    let refused = ask("https://other.example").await.unwrap();
    assert_eq!(header(&refused, "access-control-allow-origin"), "");
    let none = on.node().await;
    let request = none.request(Role::Auditor, ("GET", "/v1/me")).header("origin", "https://desk.example");
    assert_eq!(header(&request.send().await.unwrap(), "access-control-allow-origin"), "");
}

async fn tls_with_a_certificate_of_its_own(on: On) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let pem = made.cert.pem();
    let certificate = Certificate::of(pem.as_bytes(), made.signing_key.serialize_pem().as_bytes()).unwrap();
    let node = on.with(settings(), Special { certificate: Some(certificate), ..Special::default() }).await;
    let address = format!("https://localhost:{}", node.address.port());
    let secret = node.secret(Role::Auditor);
    let trusting = client::Client::trusting(&address, secret, pem.as_bytes()).unwrap();
    assert_eq!(trusting.me().await.unwrap().role, Role::Auditor);
    assert!(client::Client::new(&address, secret).unwrap().me().await.is_err());
    assert!(Certificate::of(b"", b"").is_err());
    assert!(Certificate::of(pem.as_bytes(), pem.as_bytes()).is_err());
}

async fn events_are_heard_from_where_they_were_left(on: On) {
    let node = on.node().await;
    let auditor = node.client(Role::Auditor);
    let mut heard = auditor.events(0).await.unwrap();
    let first = heard.next().await.unwrap().unwrap();
    assert_eq!((first.sequence, first.kind.as_str()), (1, "device.registered"));
    let operator = node.client(Role::Operator);
    let second = registration(&Signer::new(2));
    operator.register_device(&second, "two").await.unwrap();
    let event = heard.next().await.unwrap().unwrap();
    assert_eq!(event.kind, "device.registered");
    drop(heard);
    operator.register_device(&registration(&Signer::new(3)), "three").await.unwrap();
    // What happened meanwhile is told first; keys and the audit log are told to nobody here.
    let mut heard = auditor.events(event.sequence).await.unwrap();
    let after = heard.next().await.unwrap().unwrap();
    assert_eq!((after.kind.as_str(), after.sequence > event.sequence), ("device.registered", true));
    let wrong = node.request(Role::Auditor, ("GET", "/v1/events")).header("last-event-id", "x");
    assert_eq!(problem(wrong.send().await.unwrap()).await.code, 1006);
    // A key that ends takes its streams along.
    let id = auditor.me().await.unwrap().key;
    operator.revoke_key(&id, "end").await.unwrap();
    assert!(heard.next().await.is_none());
}

fn registration(signer: &Signer) -> client::Registration {
    let one = signer.registration();
    client::Registration {
        public_key: one.public_key,
        kind: one.kind.name().to_owned(),
        receipt: one.receipt,
        machine: one.machine,
        capacity_watt: one.capacity_watt,
        valid_from: one.valid_from,
        valid_until: one.valid_until,
    }
}

async fn streams_are_few_and_end_with_the_server(on: On) {
    let node = on.with(Settings { streams: 1, ..settings() }, Special::default()).await;
    let auditor = node.client(Role::Auditor);
    let mut heard = auditor.events(1).await.unwrap();
    assert_eq!(auditor.events(1).await.err().unwrap().code(), Some(1011));
    let metrics =
        node.request(Role::Auditor, ("GET", "/metrics")).send().await.unwrap().text().await.unwrap();
    assert!(metrics.contains("forebay_event_streams 1"), "{metrics}");
    node.api.stop();
    assert!(heard.next().await.is_none());
}

async fn devices_report_and_anybody_concerned_can_check(on: On) {
    let node = on.node().await;
    let (device, mut second) = (node.client(Role::Device), Signer::new(2));
    let unknown = device.send_readings(second.next().0.to_vec().into()).await.unwrap_err();
    assert_eq!(unknown.code(), Some(952));
    let operator = node.client(Role::Operator);
    let mut second = Signer::new(2);
    let registered = operator.register_device(&registration(&second), "second").await.unwrap();
    assert!(operator.register_device(&registration(&second), "second").await.unwrap().repeated);
    assert_eq!(registered.id, second.id().to_string());
    let taken: Taken = device.send_readings(second.next().0.to_vec().into()).await.unwrap();
    assert_eq!((taken.accepted, taken.batch), (1, Some(2)));
    let proof: ReadingProof = node.client(Role::Investor).reading_proof(&registered.id, 1).await.unwrap();
    assert_eq!((proof.batch, proof.segment), (2, None));
    assert_eq!(device.registration(&registered.id).await.unwrap(), registration(&second));
    assert!(device.evidence(&registered.id).await.unwrap().is_empty());
    let retire = format!("/v1/telemetry/devices/{}?until={}", registered.id, crate::support::NOW);
    let retired = node.request(Role::Operator, ("DELETE", &retire)).header("idempotency-key", "end");
    assert_eq!(retired.send().await.unwrap().status(), 200);
    let late = device.send_readings(second.next().0.to_vec().into()).await;
    assert_eq!(late.unwrap().accepted, 1, "its slot ended before it was retired");
    assert_eq!(device.registration(&registered.id).await.unwrap().valid_until, crate::support::NOW);
}

async fn health_and_counters(on: On) {
    let node = on.node().await;
    for page in ["/health/live", "/health/ready", "/v1/openapi.json"] {
        let answer = http().get(node.url(page)).send().await.unwrap();
        assert_eq!((answer.status().as_u16(), header(&answer, "x-request-id").len()), (200, 16), "{page}");
    }
    let metrics =
        node.request(Role::Operator, ("GET", "/metrics")).send().await.unwrap().text().await.unwrap();
    for line in [
        r#"forebay_requests_total{endpoint="live",status="2xx"} 1"#,
        r#"forebay_request_seconds_count{endpoint="ready"} 1"#,
        r#"forebay_readings_total{outcome="accepted"} 1"#,
    ] {
        assert!(metrics.contains(line), "{line} in {metrics}");
    }
    assert_eq!(metrics.matches("# EOF").count(), 1);
    node.store.database().close().await;
    let answer = http().get(node.url("/health/ready")).send().await.unwrap();
    let problem = problem(answer).await;
    assert_eq!((problem.status, problem.code, problem.again), (503, 920, true));
}
