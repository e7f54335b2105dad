use std::time::Duration;

use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::{Client, Url};
use serde::Deserialize;

use super::buffer::{Buffer, Waiting};
use crate::NodeError;
use crate::telemetry::READINGS_MAX;

/// The longest pause between two tries.
pub const BACKOFF_MAX: Duration = Duration::from_secs(60);

/// The pause after so many failures in a row: one second, doubled each time, a minute at most.
pub fn backoff(failures: u32) -> Duration {
    Duration::from_secs(1 << failures.saturating_sub(1).min(6)).min(BACKOFF_MAX)
}

/// What a node did with a batch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delivered {
    /// Readings that left the buffer because the node has them.
    pub taken: usize,
    /// Readings that left the buffer because the node will never take them, each with the reason's number.
    pub refused: Vec<(Waiting, u16)>,
    /// Readings that stay, because the node may take them later.
    pub kept: usize,
}

/// Sends what waits to one node.
pub struct Delivery {
    client: Client,
    address: Url,
    key: Option<HeaderValue>,
}

/// The node's reply, as far as it matters here.
#[derive(Deserialize)]
struct Reply {
    outcomes: Vec<Told>,
}

#[derive(Deserialize)]
struct Told {
    index: usize,
    #[serde(default)]
    code: Option<u16>,
    #[serde(default)]
    again: bool,
}

/// A problem (RFC 9457), as the node writes it.
#[derive(Deserialize)]
struct Problem {
    code: u16,
    again: bool,
}

impl Delivery {
    /// To the node at `http://HOST:PORT` or `https://HOST`.
    ///
    /// # Errors
    /// [`NodeError::Delivery`] for an address that is none.
    pub fn new(node: &str, patience: Duration) -> Result<Self, NodeError> {
        // Another part of the process may have chosen already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let address =
            Url::parse(node).and_then(|node| node.join("/v1/telemetry/readings")).map_err(failed)?;
        let client = Client::builder().timeout(patience).build().map_err(failed)?;
        Ok(Self { client, address, key: None })
    }

    /// The same with a key of the node's API; the node keeps who sent what.
    ///
    /// # Errors
    /// [`NodeError::Delivery`] for a key with signs that no header may have.
    pub fn with_key(self, key: &str) -> Result<Self, NodeError> {
        let mut bearer = HeaderValue::from_str(&format!("Bearer {}", key.trim())).map_err(failed)?;
        bearer.set_sensitive(true);
        Ok(Self { key: Some(bearer), ..self })
    }

    /// Sends the oldest readings of the buffer, once. Whatever fails leaves the buffer as it was.
    ///
    /// # Errors
    /// [`NodeError::Delivery`] if the node does not answer or keeps nothing now: wait, as [`backoff`] says, and call
    /// again.
    pub async fn send(&self, buffer: &Buffer) -> Result<Delivered, NodeError> {
        let waiting = buffer.waiting(READINGS_MAX)?;
        if waiting.is_empty() {
            return Ok(Delivered::default());
        }
        let body: Vec<u8> = waiting.iter().flat_map(|waiting| waiting.record.0).collect();
        let request = self.client.post(self.address.clone()).body(body);
        let request = self.key.iter().fold(request, |request, key| request.header(AUTHORIZATION, key));
        let response = request.send().await.map_err(failed)?;
        let status = response.status().as_u16();
        let text = response.bytes().await.map_err(failed)?;
        let outcomes = match status {
            200 => serde_json::from_slice::<Reply>(&text).map_err(failed)?.outcomes,
            422 => {
                let problem: Problem = serde_json::from_slice(&text).map_err(failed)?;
                vec![Told { index: 0, code: Some(problem.code), again: problem.again }]
            }
            _ => return Err(failed(format_args!("it answers {status}"))),
        };
        settle(buffer, &waiting, &outcomes)
    }
}

fn settle(buffer: &Buffer, waiting: &[Waiting], outcomes: &[Told]) -> Result<Delivered, NodeError> {
    let mut delivered = Delivered::default();
    let mut gone = Vec::with_capacity(waiting.len());
    for (index, waiting) in waiting.iter().enumerate() {
        match outcomes.iter().find(|told| told.index == index).and_then(|told| Some((told.code?, told.again)))
        {
            Some((_, true)) => delivered.kept += 1,
            Some((code, false)) => {
                delivered.refused.push((*waiting, code));
                gone.push(*waiting);
            }
            None => {
                delivered.taken += 1;
                gone.push(*waiting);
            }
        }
    }
    buffer.remove(&gone)?;
    Ok(delivered)
}

fn failed(error: impl ToString) -> NodeError {
    NodeError::Delivery(error.to_string())
}
