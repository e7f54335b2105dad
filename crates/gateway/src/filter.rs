//! Which events a client wants.

use crate::answer::{Answer, decoded, invalid};
use chain::xdr::{ContractEvent, ContractEventBody, ContractEventType, ContractId, ScVal};
use serde::Deserialize;

/// Filters of one question, contracts of one filter, and topics of one filter, as on the network.
const MOST: usize = 5;

/// Segments of a topic filter without the open end: an event has no more topics.
const SEGMENTS_MAX: usize = 4;

/// A filter as it is written.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Written {
    #[serde(default, rename = "type")]
    kinds: String,
    #[serde(default)]
    contract_ids: Vec<String>,
    #[serde(default)]
    topics: Vec<Vec<String>>,
}

/// A filter: kind and contract and topics must fit, each of them only where some are named.
pub struct Filter {
    kinds: Vec<ContractEventType>,
    contracts: Vec<ContractId>,
    topics: Vec<Topics>,
}

struct Topics {
    segments: Vec<Segment>,
    /// Whether more topics may follow.
    is_open: bool,
}

enum Segment {
    Any,
    Is(ScVal),
}

/// Reads the filters of a question; the first that is wrong refuses it.
pub fn filters(written: &[Written]) -> Answer<Vec<Filter>> {
    require_few(written.len(), "filters per request")?;
    let read = |(written, number)| filter(written).map_err(|problem| wrong("filter", number, &problem));
    written.iter().zip(1..).map(read).collect()
}

/// Whether one of the filters lets the event through; no filter at all lets everything through.
pub fn matches(filters: &[Filter], event: &ContractEvent) -> bool {
    filters.is_empty() || filters.iter().any(|filter| filter.matches(event))
}

fn filter(written: &Written) -> Answer<Filter> {
    require_few(written.contract_ids.len(), "contract IDs per filter")?;
    require_few(written.topics.len(), "topics per filter")?;
    let kinds = written.kinds.split(',').filter(|kind| !kind.is_empty()).map(kind);
    let contract = |(id, number): (&String, u32)| {
        id.parse::<ContractId>().map_err(|_| invalid(format!("contract ID {number} invalid")))
    };
    let topic = |(written, number): (&Vec<String>, u32)| {
        topics(written).map_err(|problem| wrong("topic", number, &problem))
    };
    Ok(Filter {
        kinds: kinds.collect::<Answer<_>>()?,
        contracts: written.contract_ids.iter().zip(1..).map(contract).collect::<Answer<_>>()?,
        topics: written.topics.iter().zip(1..).map(topic).collect::<Answer<_>>()?,
    })
}

fn require_few(count: usize, what: &str) -> Answer<()> {
    if count > MOST { Err(invalid(format!("maximum {MOST} {what}"))) } else { Ok(()) }
}

fn wrong(
    what: &str,
    number: u32,
    problem: &jsonrpsee_server::types::ErrorObjectOwned,
) -> jsonrpsee_server::types::ErrorObjectOwned {
    invalid(format!("{what} {number} invalid: {}", problem.message()))
}

fn kind(name: &str) -> Answer<ContractEventType> {
    match name {
        "contract" => Ok(ContractEventType::Contract),
        "system" => Ok(ContractEventType::System),
        _ => Err(invalid("if set, type must be either 'system' or 'contract'")),
    }
}

fn topics(written: &[String]) -> Answer<Topics> {
    let (is_open, segments) = match written.split_last() {
        None => return Err(invalid("topic must have at least 1 segment")),
        Some((last, rest)) if last == "**" => (true, rest),
        Some(_) => (false, written),
    };
    if segments.len() > SEGMENTS_MAX {
        return Err(invalid(format!("topic cannot have more than {SEGMENTS_MAX} segments")));
    }
    let segments = segments.iter().zip(1..).map(segment).collect::<Answer<_>>()?;
    Ok(Topics { segments, is_open })
}

fn segment((written, number): (&String, u32)) -> Answer<Segment> {
    match written.as_str() {
        "*" => Ok(Segment::Any),
        "**" => Err(invalid(format!(
            "segment {number} invalid: wildcard '**' is only allowed as the last segment"
        ))),
        text => decoded(text, format!("segment {number} is no value")).map(Segment::Is),
    }
}

impl Filter {
    fn matches(&self, event: &ContractEvent) -> bool {
        let is_kind = self.kinds.is_empty() || self.kinds.contains(&event.type_);
        let is_of = |contract: &ContractId| event.contract_id.as_ref() == Some(contract);
        let is_contract = self.contracts.is_empty() || self.contracts.iter().any(is_of);
        let ContractEventBody::V0(body) = &event.body;
        let is_about = |topics: &Topics| topics.match_all(body.topics.as_slice());
        is_kind && is_contract && (self.topics.is_empty() || self.topics.iter().any(is_about))
    }
}

impl Topics {
    fn match_all(&self, topics: &[ScVal]) -> bool {
        let long_enough = match self.is_open {
            true => topics.len() >= self.segments.len(),
            false => topics.len() == self.segments.len(),
        };
        long_enough && self.segments.iter().zip(topics).all(|(segment, topic)| segment.matches(topic))
    }
}

impl Segment {
    fn matches(&self, topic: &ScVal) -> bool {
        match self {
            Self::Any => true,
            Self::Is(value) => value == topic,
        }
    }
}
