//! `getTransaction`

use crate::answer::{Answer, Format, Known, encoded, encoded_all, failed, invalid};
use chain::xdr::{
    DiagnosticEvent, ExtensionPoint, Hash, LedgerEntryChanges, OperationMetaV2, SorobanTransactionMetaExt,
    SorobanTransactionMetaV2, TransactionMeta, TransactionMetaV4, VecM,
};
use chain::{Applied, ChainError, Embedded, success};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Asked {
    hash: String,
    #[serde(default, rename = "xdrFormat")]
    _format: Format,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Told {
    status: &'static str,
    tx_hash: String,
    latest_ledger: u32,
    latest_ledger_close_time: String,
    oldest_ledger: u32,
    oldest_ledger_close_time: String,
    #[serde(flatten)]
    found: Option<Found>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    application_order: u32,
    fee_bump: bool,
    envelope_xdr: String,
    result_xdr: String,
    result_meta_xdr: String,
    ledger: u32,
    created_at: String,
    diagnostic_events_xdr: Vec<String>,
    events: Events,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Events {
    transaction_events_xdr: Vec<String>,
    contract_events_xdr: Vec<Vec<String>>,
}

pub fn transaction(ledger: &mut Embedded, asked: Asked) -> Answer<Told> {
    let length = asked.hash.len();
    if length != 64 {
        return Err(invalid(format!("unexpected hash length ({length})")));
    }
    let hash: Hash = asked.hash.parse().map_err(|_| invalid("incorrect hash: it is not hexadecimal"))?;
    let applied = ledger.applied(hash.0).map_err(|error| failed(&error))?;
    let Known { oldest, latest } = Known::of(ledger)?;
    Ok(Told {
        status: if applied.is_some() { "SUCCESS" } else { "NOT_FOUND" },
        tx_hash: hash.to_string(),
        latest_ledger: latest.sequence,
        latest_ledger_close_time: latest.time.to_string(),
        oldest_ledger: oldest.sequence,
        oldest_ledger_close_time: oldest.time.to_string(),
        found: applied.as_ref().map(found).transpose()?,
    })
}

/// Refused transactions leave no trace, so what is found has succeeded.
fn found(applied: &Applied) -> Answer<Found> {
    let Applied { position, time, envelope, receipt } = applied;
    let meters = receipt.costs.metrics().map_err(|error| failed(&error))?;
    let result = success(envelope, receipt).map_err(|error| failed(&error))?;
    Ok(Found {
        application_order: position + 1,
        fee_bump: false,
        envelope_xdr: encoded(envelope)?,
        result_xdr: encoded(&result)?,
        result_meta_xdr: encoded(&meta(applied, &meters)?)?,
        ledger: receipt.ledger,
        created_at: time.to_string(),
        diagnostic_events_xdr: encoded_all(&meters)?,
        events: Events {
            transaction_events_xdr: vec![],
            contract_events_xdr: vec![encoded_all(&receipt.events)?],
        },
    })
}

/// What the transaction did, without the entries that it changed: the ledger keeps those as they are now only.
fn meta(applied: &Applied, meters: &[DiagnosticEvent]) -> Answer<TransactionMeta> {
    let receipt = &applied.receipt;
    let operation = OperationMetaV2 {
        ext: ExtensionPoint::V0,
        changes: LedgerEntryChanges::default(),
        events: list(receipt.events.clone())?,
    };
    let returned = SorobanTransactionMetaV2 {
        ext: SorobanTransactionMetaExt::V0,
        return_value: Some(receipt.result.clone()),
    };
    Ok(TransactionMeta::V4(TransactionMetaV4 {
        ext: ExtensionPoint::V0,
        tx_changes_before: LedgerEntryChanges::default(),
        operations: list(vec![operation])?,
        tx_changes_after: LedgerEntryChanges::default(),
        soroban_meta: Some(returned),
        events: VecM::default(),
        diagnostic_events: list(meters.to_vec())?,
    }))
}

fn list<T>(values: Vec<T>) -> Answer<VecM<T>> {
    values.try_into().map_err(|_| failed(&ChainError::Unsupported("a list of this length")))
}
