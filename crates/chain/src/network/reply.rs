//! What servers answer, in this crate's words.

use jsonrpsee_core::ClientError;
use serde::Deserialize;
use stellar_rpc_client::{Error, GetTransactionResponse, SimulateTransactionResponse};

use crate::value::encode;
use crate::xdr::{
    ContractEvent, ContractEventType, ScVal, TransactionEnvelope, TransactionExt, TransactionMeta,
    TransactionV1Envelope,
};
use crate::{ChainError, Costs, Head, Receipt, Simulated};

/// The latest ledger with its time, which the client leaves out.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LatestLedger {
    id: String,
    sequence: u32,
    close_time: String,
}

impl LatestLedger {
    pub fn head(&self) -> Result<Head, ChainError> {
        let hash = self.id.parse::<crate::xdr::Hash>().map_err(|_| unreadable("the latest ledger's hash"))?;
        let time = self.close_time.parse().map_err(|_| unreadable("the latest ledger's time"))?;
        Ok(Head { sequence: self.sequence, time, hash: hash.0 })
    }
}

/// What became of a transaction that was sent, whole: the client keeps the kind of a refusal only.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sent {
    pub status: String,
    pub error_result_xdr: Option<String>,
    pub diagnostic_events_xdr: Option<Vec<String>>,
}

/// Why there was no answer.
pub fn failure(url: &str, method: &'static str, error: Error) -> ChainError {
    match error {
        Error::JsonRpc(ClientError::Call(error)) => {
            ChainError::Answer { method, code: error.code(), problem: error.message().to_owned() }
        }
        Error::JsonRpc(error @ (ClientError::Transport(_) | ClientError::RequestTimeout)) => {
            ChainError::Unreachable { url: url.to_owned(), problem: error.to_string() }
        }
        error => ChainError::Reply { method, problem: error.to_string() },
    }
}

pub fn simulated(told: SimulateTransactionResponse) -> Result<Simulated, ChainError> {
    if let Some(error) = &told.error {
        return Err(refused(error));
    }
    let unread =
        |problem: Error| ChainError::Reply { method: "simulateTransaction", problem: problem.to_string() };
    let data = told.transaction_data().map_err(unread)?;
    let events = told.events().map_err(unread)?.into_iter().map(|told| told.event);
    let result = told.results().map_err(unread)?.pop().ok_or_else(|| unreadable("a simulation's result"))?;
    Ok(Simulated { result: result.xdr, auth: result.auth, data, events: events.filter(is_told).collect() })
}

/// Whether a contract announced it; the others are the host's notes.
fn is_told(event: &ContractEvent) -> bool {
    event.type_ != ContractEventType::Diagnostic
}

/// The host's error as servers print it: `HostError: Error(Contract, #3)`, then whatever else.
fn refused(error: &str) -> ChainError {
    let told = error.strip_prefix("HostError: ").unwrap_or(error);
    let first = told.lines().next().unwrap_or_default();
    if let Some((code, detail)) = contract_code(first) {
        return ChainError::Contract { code, detail: detail.to_owned() };
    }
    match first.starts_with("Error(Auth, ") {
        true => ChainError::Unauthorised(first.to_owned()),
        false => ChainError::Host { error: first.to_owned(), detail: String::new() },
    }
}

fn contract_code(first: &str) -> Option<(u32, &str)> {
    let (code, detail) = first.strip_prefix("Error(Contract, #")?.split_once(')')?;
    Some((code.parse().ok()?, detail))
}

pub fn receipt(hash: [u8; 32], told: GetTransactionResponse) -> Result<Receipt, ChainError> {
    let ledger = told.ledger.ok_or_else(|| unreadable("a transaction's ledger"))?;
    let costs = costs(&told)?;
    // Accounts and extensions return nothing.
    let result = told.return_value().unwrap_or(ScVal::Void);
    Ok(Receipt { hash, ledger, result, events: events(told.result_meta), costs })
}

fn events(meta: Option<TransactionMeta>) -> Vec<ContractEvent> {
    let Some(TransactionMeta::V4(meta)) = meta else { return Vec::new() };
    meta.operations.iter().flat_map(|operation| operation.events.iter().cloned()).collect()
}

/// What the server's meters say, or what the transaction declared.
fn costs(told: &GetTransactionResponse) -> Result<Costs, ChainError> {
    let Some(envelope) = &told.envelope else { return Ok(Costs::default()) };
    let declared = match envelope {
        TransactionEnvelope::Tx(TransactionV1Envelope { tx, .. }) => match &tx.ext {
            TransactionExt::V1(data) => Costs::declared(data),
            TransactionExt::V0 => Costs::default(),
        },
        _ => Costs::default(),
    };
    let metered = Costs::of_metrics(&told.events.diagnostic_events).unwrap_or(declared);
    Ok(Costs { transaction_bytes: encode(envelope)?.len() as u64, ..metered })
}

/// An answer that is not what the standard says.
pub fn unreadable(what: &'static str) -> ChainError {
    ChainError::Reply { method: "a question", problem: format!("{what} is missing or unreadable") }
}
