//! `sendTransaction`: what is not refused is durable before the client hears of it.

use crate::answer::{Answer, Format, Known, decoded, encoded, encoded_all, failed, invalid};
use chain::xdr::{Hash, TransactionEnvelope};
use chain::{ChainError, Embedded, Ledger, Refused, envelope_hash};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
pub struct Sending {
    transaction: String,
    #[serde(default, rename = "xdrFormat")]
    _format: Format,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Sent {
    hash: String,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_result_xdr: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    diagnostic_events_xdr: Option<Vec<String>>,
    latest_ledger: u32,
    latest_ledger_close_time: String,
}

pub fn send(ledger: &mut Embedded, sending: Sending) -> Answer<Sent> {
    let envelope: TransactionEnvelope = decoded(&sending.transaction, "invalid_xdr")?;
    let hash = envelope_hash(ledger.network(), &envelope).map_err(invalid)?;
    let is_known = ledger.receipt(hash).map_err(|error| failed(&error))?.is_some();
    let refused = match is_known {
        true => None,
        false => ledger.send(&envelope).err(),
    };
    let latest = Known::of(ledger)?.latest;
    let sent = Sent {
        hash: Hash(hash).to_string(),
        status: if is_known { "DUPLICATE" } else { "PENDING" },
        error_result_xdr: None,
        diagnostic_events_xdr: None,
        latest_ledger: latest.sequence,
        latest_ledger_close_time: latest.time.to_string(),
    };
    refused.map_or(Ok(None), |error| told(&error, &envelope)).and_then(|refused| match refused {
        None => Ok(sent),
        Some(refused) => Ok(Sent {
            status: "ERROR",
            error_result_xdr: Some(encoded(&refused.result)?),
            diagnostic_events_xdr: Some(encoded_all(&refused.diagnostics)?),
            ..sent
        }),
    })
}

/// The refusal in the network's words; an error of the ledger itself is no answer about the transaction.
fn told(error: &ChainError, envelope: &TransactionEnvelope) -> Answer<Option<Refused>> {
    let refused = Refused::of(error, envelope).map_err(|error| failed(&error))?;
    refused.map(Some).ok_or_else(|| failed(error))
}
