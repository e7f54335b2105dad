//! What the server refuses, with which code and words, and that nothing has changed then.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use chain::value::{from_base64, to_base64};
use chain::xdr::{
    Hash, LedgerKey, LedgerKeyTtl, TransactionEnvelope, TransactionResult, TransactionResultResult,
    TransactionV1Envelope,
};
use chain::{Ledger, Network, sign_transaction};
use common::{Plain, Served, World, key, loopback, serve};
use forebay_gateway::{Gateway, GatewayError, Listening};
use serde_json::{Value, json};

const INVALID_REQUEST: i32 = -32600;
const METHOD_NOT_FOUND: i32 = -32601;
const INVALID_PARAMS: i32 = -32602;

struct Stage {
    served: Served,
    world: World<Network>,
    plain: Plain,
}

impl Stage {
    fn set() -> Self {
        let served = Served::new();
        let world = World::on(served.network());
        let plain = Plain::of(&served);
        Self { served, world, plain }
    }

    /// Asks, and checks that the ledger stands where it stood.
    fn ask(&self, method: &str, params: &Value) -> Result<Value, (i32, String)> {
        let before = self.world.ledger.head().unwrap();
        let answer = self.plain.ask(method, params);
        assert_eq!(self.world.ledger.head().unwrap(), before, "{method} {params}");
        answer
    }

    /// Asks something wrong: refused by this code, saying this.
    fn refuses(&self, (method, params): (&str, Value), (code, says): (i32, &str)) {
        let (found, said) = self.ask(method, &params).expect_err(method);
        assert_eq!(found, code, "{method} {params}: {said}");
        assert!(said.contains(says), "{method} {params}: {said}");
    }

    fn send(&self, envelope: &TransactionEnvelope) -> Value {
        self.ask("sendTransaction", &json!({ "transaction": to_base64(envelope).unwrap() })).unwrap()
    }
}

#[test]
fn questions_that_are_wrong_are_refused_by_their_code() {
    let stage = Stage::set();
    let check = |method, params, code, says| stage.refuses((method, params), (code, says));
    let hash = "ab".repeat(32);
    let ttl = to_base64(&LedgerKey::Ttl(LedgerKeyTtl { key_hash: Hash([0; 32]) })).unwrap();
    check("getNothing", json!({}), METHOD_NOT_FOUND, "Method not found");
    check("getLedgerEntries", json!({}), INVALID_PARAMS, "keys");
    check(
        "getLedgerEntries",
        json!({ "keys": ["?"] }),
        INVALID_PARAMS,
        "cannot unmarshal key value ? at index 0",
    );
    check("getLedgerEntries", json!({ "keys": [ttl] }), INVALID_PARAMS, "ttl entries cannot be queried");
    check("getLedgerEntries", json!({ "keys": vec![""; 201] }), INVALID_PARAMS, "maximum supported (200)");
    check("getLedgerEntries", json!({ "keys": [], "xdrFormat": "json" }), INVALID_PARAMS, "base64");
    check("getTransaction", json!({ "hash": "ab" }), INVALID_PARAMS, "unexpected hash length (2)");
    check("getTransaction", json!({ "hash": "xy".repeat(32) }), INVALID_PARAMS, "incorrect hash");
    check("getTransaction", json!({ "hash": hash, "xdrFormat": "json" }), INVALID_PARAMS, "base64");
    check("sendTransaction", json!({ "transaction": "AAAA" }), INVALID_PARAMS, "invalid_xdr");
    check("sendTransaction", json!({ "transaction": 7 }), INVALID_PARAMS, "string");
    check("forebay_closeLedger", json!({ "time": 1 }), INVALID_PARAMS, "cannot close at 1");
    check("forebay_closeLedger", json!({ "time": "soon" }), INVALID_PARAMS, "soon");
}

#[test]
fn questions_about_events_that_are_wrong_are_refused_by_their_code() {
    let stage = Stage::set();
    let check = |method, params, code, says| stage.refuses((method, params), (code, says));
    let filter = |filter: Value| json!({ "startLedger": 1, "filters": [filter] });
    check("getEvents", json!({}), INVALID_PARAMS, "startLedger must be positive");
    check(
        "getEvents",
        json!({ "startLedger": 9999 }),
        INVALID_REQUEST,
        "must be within the ledger range: 1 - ",
    );
    check(
        "getEvents",
        json!({ "startLedger": 1, "pagination": { "limit": 10_001 } }),
        INVALID_PARAMS,
        "must not exceed 10000",
    );
    check(
        "getEvents",
        json!({ "startLedger": 1, "pagination": { "cursor": "1-1" } }),
        INVALID_PARAMS,
        "cannot both be set",
    );
    check(
        "getEvents",
        json!({ "pagination": { "cursor": "here" } }),
        INVALID_PARAMS,
        "invalid event id here",
    );
    check(
        "getEvents",
        filter(json!({ "type": "diagnostic" })),
        INVALID_PARAMS,
        "either 'system' or 'contract'",
    );
    check("getEvents", filter(json!({ "contractIds": ["C"] })), INVALID_PARAMS, "contract ID 1 invalid");
    check("getEvents", filter(json!({ "topics": [[]] })), INVALID_PARAMS, "at least 1 segment");
    check(
        "getEvents",
        filter(json!({ "topics": [["**", "*"]] })),
        INVALID_PARAMS,
        "only allowed as the last",
    );
    check(
        "getEvents",
        filter(json!({ "topics": [["*", "*", "*", "*", "*"]] })),
        INVALID_PARAMS,
        "more than 4",
    );
    check(
        "getEvents",
        json!({ "startLedger": 1, "filters": vec![json!({}); 6] }),
        INVALID_PARAMS,
        "maximum 5 filters",
    );
}

#[test]
fn a_transaction_that_nobody_knows_is_not_found() {
    let stage = Stage::set();
    let told = stage.ask("getTransaction", &json!({ "hash": "00".repeat(32) })).unwrap();
    assert_eq!((told["status"].as_str(), told.get("envelopeXdr")), (Some("NOT_FOUND"), None));
    assert_eq!(told["oldestLedger"], 1);
}

#[test]
fn what_cannot_be_simulated_says_so_inside_the_answer() {
    let stage = Stage::set();
    let check = |params: Value, says: &str| {
        let told = stage.ask("simulateTransaction", &params).unwrap();
        let error = told["error"].as_str().unwrap_or_default();
        assert!(error.contains(says), "{params}: {told}");
    };
    let too_much = to_base64(&stage.world.signed(1)).unwrap();
    check(json!({ "transaction": "AAAA" }), "Could not unmarshal transaction");
    check(json!({ "transaction": too_much, "authMode": "guess" }), "must be one of enforce,record");
    check(json!({ "transaction": too_much, "authMode": "record" }), "with an auth footprint");
}

/// A payment that its source did not sign, and one with a number that has not come.
fn forged(stage: &Stage, by: u8, skipped: i64) -> TransactionEnvelope {
    let TransactionEnvelope::Tx(TransactionV1Envelope { mut tx, .. }) = stage.world.signed(1) else {
        panic!("no v1")
    };
    tx.seq_num.0 += skipped;
    sign_transaction(stage.world.ledger.network(), &key(by), tx).unwrap()
}

#[test]
fn a_transaction_that_is_refused_tells_its_result_and_leaves_no_trace() {
    let stage = Stage::set();
    let check = |envelope: TransactionEnvelope, result: TransactionResultResult| {
        let sequence = stage.world.ledger.sequence_of(&key(2).account()).unwrap();
        let told = stage.send(&envelope);
        assert_eq!(told["status"], "ERROR", "{told}");
        let found: TransactionResult =
            from_base64("a result", told["errorResultXdr"].as_str().unwrap()).unwrap();
        assert_eq!(found.result, result);
        assert_eq!(stage.world.ledger.sequence_of(&key(2).account()).unwrap(), sequence);
        let told = stage.ask("getTransaction", &json!({ "hash": told["hash"] })).unwrap();
        assert_eq!(told["status"], "NOT_FOUND");
    };
    check(forged(&stage, 3, 0), TransactionResultResult::TxBadAuth);
    check(forged(&stage, 2, 1), TransactionResultResult::TxBadSeq);
    check(forged(&stage, 2, -1), TransactionResultResult::TxBadSeq);
}

#[test]
fn what_was_applied_is_a_duplicate_ever_after() {
    let stage = Stage::set();
    let envelope = stage.world.signed(1);
    let params = json!({ "transaction": to_base64(&envelope).unwrap() });
    assert_eq!(stage.plain.ask("sendTransaction", &params).unwrap()["status"], "PENDING");
    assert_eq!(stage.send(&envelope)["status"], "DUPLICATE");
    assert_eq!(stage.world.balance(3), 1, "paid once");
}

#[test]
fn a_port_or_a_file_in_use_is_named() {
    let stage = Stage::set();
    let address = stage.served.gateway.url().trim_start_matches("http://").parse().unwrap();
    let other = stage.served.folder.path().join("other.ledger");
    let taken = Gateway::serve(&other, common::genesis(), Listening { address, open_to_others: false });
    let error = taken.err().unwrap();
    assert_eq!(error.code(), 900, "{error}");
    assert_eq!(serve(&stage.served.file).err().unwrap().code(), 702);
    let everywhere = Listening { address: "0.0.0.0:0".parse().unwrap(), ..loopback() };
    let open = Gateway::serve(&other, common::genesis(), everywhere).err().unwrap();
    assert!(matches!(open, GatewayError::Open { .. }), "{open}");
}
