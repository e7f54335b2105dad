use std::sync::atomic::AtomicU64;
use std::time::Duration;

use node::NodeError;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use crate::error::ApiError;

/// Upper ends of the classes of durations, in seconds.
const SECONDS: [f64; 12] = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0, 30.0];

type Endpoint = [(&'static str, &'static str); 1];
type Answered = [(&'static str, &'static str); 2];

/// What was asked and how long it took, for Prometheus (the OpenMetrics text format).
pub struct Metrics {
    registry: Registry,
    answers: Family<Answered, Counter<u64, AtomicU64>>,
    durations: Family<Endpoint, Histogram, fn() -> Histogram>,
    /// Streams of events that are open.
    pub streams: Gauge,
}

impl Metrics {
    /// Zero of everything.
    pub fn new() -> Self {
        let durations: fn() -> Histogram = || Histogram::new(SECONDS);
        let durations = Family::new_with_constructor(durations);
        let (answers, streams) = (Family::default(), Gauge::default());
        let mut registry = Registry::default();
        registry.register(
            "forebay_requests",
            "Requests by endpoint and class of status",
            Family::clone(&answers),
        );
        registry.register("forebay_request_seconds", "How long answers took", Family::clone(&durations));
        registry.register("forebay_event_streams", "Streams of events that are open", Gauge::clone(&streams));
        Self { registry, answers, durations, streams }
    }

    /// Counts an answer.
    pub fn answered(&self, endpoint: &'static str, (status, took): (u16, Duration)) {
        let class = match status {
            0..=199 => "1xx",
            200..=299 => "2xx",
            300..=399 => "3xx",
            400..=499 => "4xx",
            _ => "5xx",
        };
        self.answers.get_or_create(&[("endpoint", endpoint), ("status", class)]).inc();
        self.durations.get_or_create(&[("endpoint", endpoint)]).observe(took.as_secs_f64());
    }

    /// These counters and those of telemetry as one text.
    ///
    /// # Errors
    /// [`ApiError::Node`] if they cannot be written.
    pub fn text(&self, telemetry: &str) -> Result<String, ApiError> {
        let mut own = String::new();
        let unwritten =
            |error: std::fmt::Error| NodeError::Value { what: "the counters", problem: error.to_string() };
        encode(&mut own, &self.registry).map_err(unwritten)?;
        // The mark of the end stands once.
        Ok(format!("{}{telemetry}", own.trim_end_matches("# EOF\n")))
    }
}
