//! What the server says of itself and of its ledger, and the one method that is ours: moving the clock.

use crate::answer::{Answer, Known, encoded, failed, invalid};
use crate::header::{header, meta};
use chain::xdr::Hash;
use chain::{ChainError, Embedded, Head, Ledger, PROTOCOL};
use serde::{Deserialize, Serialize};

/// No arguments.
#[derive(Deserialize)]
pub struct Nothing {}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Health {
    status: &'static str,
    latest_ledger: u32,
    latest_ledger_close_time: u64,
    oldest_ledger: u32,
    ledger_retention_window: u32,
}

pub fn health(ledger: &mut Embedded, _: Nothing) -> Answer<Health> {
    let Known { oldest, latest } = Known::of(ledger)?;
    Ok(Health {
        status: "healthy",
        latest_ledger: latest.sequence,
        latest_ledger_close_time: latest.time,
        oldest_ledger: oldest.sequence,
        ledger_retention_window: latest.sequence - oldest.sequence + 1,
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Network {
    passphrase: String,
    protocol_version: u32,
}

pub fn network(ledger: &mut Embedded, _: Nothing) -> Answer<Network> {
    Ok(Network { passphrase: ledger.passphrase().to_owned(), protocol_version: PROTOCOL })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Version {
    version: &'static str,
    commit_hash: &'static str,
    build_timestamp: &'static str,
    captive_core_version: &'static str,
    protocol_version: u32,
}

/// Whoever asks expects a network's core behind the server; here the host is inside.
pub fn version(_: &mut Embedded, _: Nothing) -> Answer<Version> {
    Ok(Version {
        version: concat!("forebay-gateway ", env!("CARGO_PKG_VERSION")),
        commit_hash: "",
        build_timestamp: "",
        captive_core_version: "none",
        protocol_version: PROTOCOL,
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LatestLedger {
    id: String,
    protocol_version: u32,
    sequence: u32,
    close_time: String,
    header_xdr: String,
    metadata_xdr: String,
}

impl LatestLedger {
    fn of(head: &Head) -> Answer<Self> {
        Ok(Self {
            id: Hash(head.hash).to_string(),
            protocol_version: PROTOCOL,
            sequence: head.sequence,
            close_time: head.time.to_string(),
            header_xdr: encoded(&header(head))?,
            metadata_xdr: encoded(&meta(head))?,
        })
    }
}

pub fn latest_ledger(ledger: &mut Embedded, _: Nothing) -> Answer<LatestLedger> {
    LatestLedger::of(&ledger.head().map_err(|error| failed(&error))?)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Fees {
    soroban_inclusion_fee: FeeStat,
    inclusion_fee: FeeStat,
    latest_ledger: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FeeStat {
    max: &'static str,
    min: &'static str,
    mode: &'static str,
    p10: &'static str,
    p20: &'static str,
    p30: &'static str,
    p40: &'static str,
    p50: &'static str,
    p60: &'static str,
    p70: &'static str,
    p80: &'static str,
    p90: &'static str,
    p95: &'static str,
    p99: &'static str,
    transaction_count: &'static str,
    ledger_count: u32,
}

impl FeeStat {
    const NONE: Self = Self {
        max: "0",
        min: "0",
        mode: "0",
        p10: "0",
        p20: "0",
        p30: "0",
        p40: "0",
        p50: "0",
        p60: "0",
        p70: "0",
        p80: "0",
        p90: "0",
        p95: "0",
        p99: "0",
        transaction_count: "0",
        ledger_count: 0,
    };
}

/// Nobody is paid for taking a transaction.
pub fn fees(ledger: &mut Embedded, _: Nothing) -> Answer<Fees> {
    let latest_ledger = Known::of(ledger)?.latest.sequence;
    Ok(Fees { soroban_inclusion_fee: FeeStat::NONE, inclusion_fee: FeeStat::NONE, latest_ledger })
}

#[derive(Deserialize)]
pub struct Closing {
    /// Seconds since 1970 at which the next ledger opens.
    time: u64,
}

pub fn close_ledger(ledger: &mut Embedded, closing: Closing) -> Answer<LatestLedger> {
    match ledger.close(closing.time) {
        Ok(head) => LatestLedger::of(&head),
        Err(error @ (ChainError::TimeBack { .. } | ChainError::Value { .. })) => Err(invalid(error)),
        Err(error) => Err(failed(&error)),
    }
}
