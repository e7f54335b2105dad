//! What a transaction used, as the network's servers tell it: diagnostic events, one for each meter.

use crate::value::symbol;
use crate::xdr::{
    ContractEvent, ContractEventBody, ContractEventType, ContractEventV0, DiagnosticEvent, ExtensionPoint,
    ScVal, SorobanTransactionData,
};
use crate::{ChainError, Costs};

/// First topic of every meter's event.
const TOPIC: &str = "core_metrics";

/// The meters by the names that the network gives them.
const METERS: [(&str, Meter); 6] = [
    ("cpu_insn", |costs| &mut costs.instructions),
    ("mem_byte", |costs| &mut costs.memory),
    ("read_entry", |costs| &mut costs.entries),
    ("write_entry", |costs| &mut costs.entries_written),
    ("ledger_write_byte", |costs| &mut costs.bytes_written),
    ("emit_event_byte", |costs| &mut costs.event_bytes),
];

type Meter = fn(&mut Costs) -> &mut u64;

impl Costs {
    /// The meters as diagnostic events; the size of the transaction is in its envelope.
    ///
    /// # Errors
    ///
    /// None in practice; encoding is checked.
    pub fn metrics(mut self) -> Result<Vec<DiagnosticEvent>, ChainError> {
        let row = |(name, meter): (&str, Meter)| {
            let data = ScVal::U64(*meter(&mut self));
            diagnostic(vec![symbol(TOPIC)?, symbol(name)?], data)
        };
        METERS.into_iter().map(row).collect()
    }

    /// What the meters say; none where the server tells no meters.
    pub(crate) fn of_metrics(events: &[DiagnosticEvent]) -> Option<Self> {
        let mut costs = Self::default();
        let mut told = false;
        for (name, used) in events.iter().filter_map(metric) {
            if let Some((_, meter)) = METERS.iter().find(|(known, _)| *known == name) {
                *meter(&mut costs) = used;
                told = true;
            }
        }
        told.then_some(costs)
    }

    /// What a transaction declared: never less than what it used.
    pub(crate) fn declared(data: &SorobanTransactionData) -> Self {
        let (resources, footprint) = (&data.resources, &data.resources.footprint);
        Self {
            instructions: resources.instructions.into(),
            entries: (footprint.read_only.len() + footprint.read_write.len()) as u64,
            entries_written: footprint.read_write.len() as u64,
            bytes_written: resources.write_bytes.into(),
            ..Self::default()
        }
    }
}

/// An event that no contract announced.
pub(crate) fn diagnostic(topics: Vec<ScVal>, data: ScVal) -> Result<DiagnosticEvent, ChainError> {
    let topics = topics.try_into().map_err(|error| ChainError::value("topics", error))?;
    let event = ContractEvent {
        ext: ExtensionPoint::V0,
        contract_id: None,
        type_: ContractEventType::Diagnostic,
        body: ContractEventBody::V0(ContractEventV0 { topics, data }),
    };
    Ok(DiagnosticEvent { in_successful_contract_call: false, event })
}

fn metric(event: &DiagnosticEvent) -> Option<(String, u64)> {
    let ContractEventBody::V0(body) = &event.event.body;
    let ([ScVal::Symbol(topic), ScVal::Symbol(name)], ScVal::U64(used)) =
        (body.topics.as_slice(), &body.data)
    else {
        return None;
    };
    (topic.to_utf8_string_lossy() == TOPIC).then(|| (name.to_utf8_string_lossy(), *used))
}
