use std::time::Duration;

use reqwest::{Client, Url};

use super::Looks;
use crate::NodeError;
use crate::telemetry::Gpu;

/// A DCGM exporter (github.com/NVIDIA/dcgm-exporter), which serves what processors say as Prometheus text.
pub struct Exporter {
    client: Client,
    address: Url,
}

/// A metric's name and what it sets.
type Metric = (&'static str, fn(&mut Gpu, f64));

/// Metrics by their names in the exporter's `default-counters.csv`, and what each sets; values are those of DCGM:
/// percent, watts, millijoules, counts.
const METRICS: [Metric; 5] = [
    ("DCGM_FI_DEV_GPU_UTIL", |gpu, value| gpu.utilisation_ppm = small(value * 10_000.0)),
    ("DCGM_FI_DEV_POWER_USAGE", |gpu, value| gpu.power_milliwatt = small(value * 1000.0)),
    ("DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION", |gpu, value| gpu.energy_millijoule = large(value)),
    ("DCGM_FI_DEV_ECC_SBE_VOL_TOTAL", |gpu, value| gpu.ecc_corrected = large(value)),
    ("DCGM_FI_DEV_ECC_DBE_VOL_TOTAL", |gpu, value| gpu.ecc_uncorrected = large(value)),
];

impl Exporter {
    /// The exporter at an address, such as `http://127.0.0.1:9400/metrics`.
    ///
    /// # Errors
    /// [`NodeError::Source`] for an address that is none.
    pub fn new(address: &str, patience: Duration) -> Result<Self, NodeError> {
        // Another part of the process may have chosen already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().timeout(patience).build().map_err(unread)?;
        Ok(Self { client, address: Url::parse(address).map_err(unread)? })
    }

    /// Looks once. `uptime` is how long the driver has been loaded, in seconds, which the exporter does not tell.
    ///
    /// # Errors
    /// [`NodeError::Source`] if it does not answer, or names no processor.
    pub async fn look(&self, uptime: u64) -> Result<Looks, NodeError> {
        let response =
            self.client.get(self.address.clone()).send().await.and_then(reqwest::Response::error_for_status);
        let text = response.map_err(unread)?.text().await.map_err(unread)?;
        let looks = parse(&text, uptime);
        if looks.is_empty() { Err(unread("it names no processor")) } else { Ok(looks) }
    }
}

/// Reads Prometheus text: `NAME{label="value",…} NUMBER`. Lines of other metrics are left out, and so are values that
/// DCGM marks as blank (2^60 and above, dcgm_structs.h).
fn parse(text: &str, uptime: u64) -> Looks {
    const BLANK: f64 = 1_152_921_504_606_846_976.0;
    let mut looks = Looks::new();
    for line in text.lines() {
        let Some((name, labels, value)) = sample(line) else { continue };
        let metric = METRICS.iter().find(|(metric, _)| *metric == name);
        let (Some((_, set)), Some(uuid)) = (metric, label(labels, "UUID")) else { continue };
        if (0.0..BLANK).contains(&value) {
            let gpu =
                looks.entry(uuid.to_owned()).or_insert(Gpu { uptime_seconds: uptime, ..Gpu::default() });
            set(gpu, value);
        }
    }
    looks
}

fn sample(line: &str) -> Option<(&str, &str, f64)> {
    let (name, rest) = line.split_once('{')?;
    let (labels, value) = rest.rsplit_once('}')?;
    Some((name, labels, value.split_whitespace().next()?.parse().ok()?))
}

/// The value of a label; the labels of the exporter have no quotation marks inside.
fn label<'a>(labels: &'a str, name: &str) -> Option<&'a str> {
    let labels = labels.split("\",").filter_map(|label| label.split_once("=\""));
    labels
        .map(|(key, value)| (key.trim_start_matches(','), value))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.trim_end_matches('"'))
}

#[allow(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast saturates"
)]
fn small(value: f64) -> u32 {
    value.round() as u32
}

#[allow(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast saturates"
)]
fn large(value: f64) -> u64 {
    value.round() as u64
}

fn unread(error: impl ToString) -> NodeError {
    NodeError::Source { source_name: "the DCGM exporter".to_owned(), problem: error.to_string() }
}
