//! `sendTransaction`: what is not refused is durable before the client hears of it.

use crate::answer::{Answer, Format, Known, decoded, encoded, encoded_all, failed, invalid};
use chain::xdr::{Hash, TransactionEnvelope};
use chain::{Embedded, Ledger, Refused, envelope_hash};
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
    let refused = if is_known { None } else { refusal(ledger, &envelope)? };
    let latest = Known::of(ledger)?.latest;
    Ok(Sent {
        hash: Hash(hash).to_string(),
        status: match (&refused, is_known) {
            (Some(_), _) => "ERROR",
            (None, true) => "DUPLICATE",
            (None, false) => "PENDING",
        },
        error_result_xdr: refused.as_ref().map(|refused| encoded(&refused.result)).transpose()?,
        diagnostic_events_xdr: refused.map(|refused| encoded_all(&refused.diagnostics)).transpose()?,
        latest_ledger: latest.sequence,
        latest_ledger_close_time: latest.time.to_string(),
    })
}

/// Applies the transaction. A refusal comes in the network's words; an error of the ledger itself is no answer about the
/// transaction.
fn refusal(ledger: &mut Embedded, envelope: &TransactionEnvelope) -> Answer<Option<Refused>> {
    let Err(error) = ledger.send(envelope) else { return Ok(None) };
    let refused = Refused::of(&error, envelope).map_err(|error| failed(&error))?;
    refused.map(Some).ok_or_else(|| failed(&error))
}
