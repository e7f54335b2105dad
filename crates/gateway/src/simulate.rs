//! `simulateTransaction`: as the network's servers do, what cannot be simulated is told inside the answer.

use crate::answer::{Answer, Format, Known, encoded, encoded_all};
use chain::value::from_base64;
use chain::xdr::{
    DiagnosticEvent, InvokeHostFunctionOp, OperationBody, SorobanAuthorizationEntry, TransactionEnvelope,
    TransactionV1Envelope,
};
use chain::{Authorising, ChainError, Embedded, Request, Simulated, account_of};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Simulating {
    transaction: String,
    #[serde(default)]
    auth_mode: String,
    #[serde(default)]
    auth_v2: bool,
    #[serde(default, rename = "xdrFormat")]
    _format: Format,
}

#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Simulation {
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transaction_data: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_resource_fee: Option<String>,
    events: Vec<String>,
    results: Vec<Returned>,
    latest_ledger: u32,
}

#[derive(Serialize)]
struct Returned {
    auth: Vec<String>,
    xdr: String,
}

pub fn simulate(ledger: &mut Embedded, simulating: Simulating) -> Answer<Simulation> {
    let latest_ledger = Known::of(ledger)?.latest.sequence;
    let simulated = asked(&simulating).and_then(|(request, authorising)| {
        ledger.simulate_with(&request, authorising).map_err(|error| told(&error))
    });
    match simulated {
        Ok(simulated) => simulation(&simulated, latest_ledger),
        Err(error) => Ok(Simulation { error: Some(error), latest_ledger, ..Simulation::default() }),
    }
}

fn simulation(simulated: &Simulated, latest_ledger: u32) -> Answer<Simulation> {
    let event = |event: &_| DiagnosticEvent { in_successful_contract_call: true, event: Clone::clone(event) };
    let events: Vec<DiagnosticEvent> = simulated.events.iter().map(event).collect();
    let returned = Returned { auth: encoded_all(&simulated.auth)?, xdr: encoded(&simulated.result)? };
    Ok(Simulation {
        error: None,
        transaction_data: Some(encoded(&simulated.data)?),
        min_resource_fee: Some(simulated.data.resource_fee.to_string()),
        events: encoded_all(&events)?,
        results: vec![returned],
        latest_ledger,
    })
}

/// What is asked for, or why it cannot be simulated.
fn asked(simulating: &Simulating) -> Result<(Request, Authorising), String> {
    let envelope = from_base64("a transaction", &simulating.transaction);
    let envelope = envelope.map_err(|_| "Could not unmarshal transaction".to_owned())?;
    let TransactionEnvelope::Tx(TransactionV1Envelope { tx, .. }) = envelope else {
        return Err("only transactions of version 1 are served".to_owned());
    };
    let [operation] = tx.operations.as_slice() else {
        return Err("Transaction contains more than one operation".to_owned());
    };
    let OperationBody::InvokeHostFunction(InvokeHostFunctionOp { host_function, auth }) = &operation.body
    else {
        return Err(format!("Transaction contains unsupported operation type: {}", operation.body.name()));
    };
    let source = account_of(operation.source_account.as_ref().unwrap_or(&tx.source_account));
    let request = Request { source, sequence: tx.seq_num.0, function: host_function.clone() };
    Ok((request, authorising(simulating, auth.to_vec())?))
}

/// What is signed is checked, what is not is found out.
fn authorising(simulating: &Simulating, auth: Vec<SorobanAuthorizationEntry>) -> Result<Authorising, String> {
    let record = |root_only| Authorising::Record { root_only, bound: simulating.auth_v2 };
    match (simulating.auth_mode.as_str(), auth.is_empty()) {
        ("", false) | ("enforce", _) => Ok(Authorising::Enforce(auth)),
        ("" | "record", true) => Ok(record(true)),
        ("record_allow_nonroot", true) => Ok(record(false)),
        ("record" | "record_allow_nonroot", false) => {
            Err(format!("cannot set authMode to '{}' with an auth footprint", simulating.auth_mode))
        }
        _ => {
            Err("optional 'authMode' must be one of enforce,record,record_allow_nonroot when included"
                .to_owned())
        }
    }
}

/// The host's error in the words that clients look for.
fn told(error: &ChainError) -> String {
    match error {
        ChainError::Contract { code, detail } => format!("HostError: Error(Contract, #{code}){detail}"),
        ChainError::Unauthorised(detail) => format!("HostError: {detail}"),
        ChainError::Host { error, detail } => format!("HostError: {error}{detail}"),
        error => error.to_string(),
    }
}
