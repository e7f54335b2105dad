use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;

use super::intake::{Outcome, Told};
use crate::NodeError;

type Counts = Family<[(&'static str, &'static str); 1], Counter<u64, AtomicU64>>;

/// What came in, by what became of it; served at `/metrics` in the OpenMetrics text format.
#[derive(Default)]
pub struct Counters {
    registry: Registry,
    readings: Counts,
    requests: Counts,
}

impl Counters {
    /// Zero of everything.
    pub fn new() -> Self {
        let mut counters = Self::default();
        let (readings, requests) = (counters.readings.clone(), counters.requests.clone());
        let registry = &mut counters.registry;
        registry.register("forebay_readings", "Readings by what became of them", readings);
        registry.register(
            "forebay_requests_failed",
            "Requests of which nothing was kept, by reason",
            requests,
        );
        counters
    }

    /// Counts what became of a request.
    pub fn count(&self, result: &Result<super::Reply, NodeError>) {
        match result {
            Ok(reply) => {
                let named = reply.outcomes.iter().map(|told| match told {
                    Told { outcome: Outcome::Refused(refusal), .. } => refusal.name(),
                    Told { outcome: Outcome::Duplicate, .. } => "duplicate",
                    Told { outcome: Outcome::Accepted { .. }, .. } => "accepted_after_gap",
                });
                named.for_each(|name| self.add(name, 1));
                self.add("accepted", reply.accepted);
            }
            Err(error) => {
                let reason = match error {
                    NodeError::Clock { .. } => "clock",
                    NodeError::Body { .. } => "body",
                    _ => "not_stored",
                };
                self.requests.get_or_create(&[("reason", reason)]).inc();
            }
        }
    }

    fn add(&self, outcome: &'static str, count: u64) {
        self.readings.get_or_create(&[("outcome", outcome)]).inc_by(count);
    }

    /// How many readings had this outcome: `accepted`, `accepted_after_gap` (of these), `duplicate`, or the name of a
    /// refusal.
    pub fn readings(&self, outcome: &'static str) -> u64 {
        self.readings.get_or_create(&[("outcome", outcome)]).get()
    }

    /// All counters as text.
    ///
    /// # Errors
    /// [`NodeError::Value`] if they cannot be written.
    pub fn text(&self) -> Result<String, NodeError> {
        let mut text = String::new();
        encode(&mut text, &self.registry).map_err(|error| NodeError::value("the counters", error))?;
        Ok(text)
    }
}
