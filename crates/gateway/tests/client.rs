//! The network's own client on a served ledger.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use chain::value::{from_base64, symbol, to_base64};
use chain::xdr::{
    ContractEvent, InvokeHostFunctionResult, InvokeHostFunctionSuccessPreImage, LedgerEntryData, LedgerKey,
    LedgerKeyAccount, Limits, OperationResult, OperationResultTr, ScVal, TransactionMeta, TransactionResult,
    TransactionResultResult, WriteXdr,
};
use chain::{Ledger, Network, PROTOCOL};
use common::{COINS, Plain, START, Served, World, genesis, key};
use sha2::{Digest, Sha256};
use stellar_rpc_client::{AuthMode, EventStart, EventType, GetEventsResponse};

struct Stage {
    served: Served,
    world: World<Network>,
    plain: Plain,
}

impl Stage {
    /// A thousand to 2, then a hundred from 2 to 3, ten at a time.
    fn set() -> Self {
        let served = Served::new();
        let mut world = World::on(served.network());
        for _ in 0..10 {
            world.pay(2, 3, 10).unwrap();
        }
        let plain = Plain::of(&served);
        Self { served, world, plain }
    }

    fn contract(&self) -> String {
        self.world.cash.contract().to_string()
    }

    fn events(&self, start: EventStart, topics: &[Vec<String>], limit: usize) -> GetEventsResponse {
        let Plain { runtime, client } = &self.plain;
        let (contracts, kind) = ([self.contract()], Some(EventType::Contract));
        runtime.block_on(client.get_events(start, kind, &contracts, topics, Some(limit))).unwrap()
    }
}

#[test]
fn it_hears_about_the_server_and_its_ledger() {
    let Stage { served, world, plain: Plain { runtime, client } } = Stage::set();
    let network = runtime.block_on(client.get_network()).unwrap();
    assert_eq!((network.passphrase, network.protocol_version), (genesis().passphrase, PROTOCOL));
    assert_eq!(served.gateway.passphrase(), genesis().passphrase);
    let (health, head) = (runtime.block_on(client.get_health()).unwrap(), world.ledger.head().unwrap());
    assert_eq!(
        (health.status.as_str(), health.oldest_ledger, health.latest_ledger),
        ("healthy", 1, head.sequence)
    );
    let latest = runtime.block_on(client.get_latest_ledger()).unwrap();
    assert_eq!((latest.sequence, latest.protocol_version), (head.sequence, PROTOCOL));
    assert_eq!(runtime.block_on(client.get_version_info()).unwrap().protocol_version, PROTOCOL);
    assert_eq!(runtime.block_on(client.get_fee_stats()).unwrap().soroban_inclusion_fee.max, "0");
}

#[test]
fn it_reads_entries() {
    let Stage { served: _served, world, plain: Plain { runtime, client } } = Stage::set();
    let address = key(2).account().to_string();
    assert_eq!(runtime.block_on(client.get_account(&address)).unwrap().balance, COINS);
    let account = |number| LedgerKey::Account(LedgerKeyAccount { account_id: key(number).account() });
    let keys = [account(3), account(77), account(2)];
    let found = runtime.block_on(client.get_ledger_entries(&keys)).unwrap().entries.unwrap();
    let found_keys: Vec<_> = found.iter().map(|entry| entry.key.clone()).collect();
    assert_eq!(
        found_keys,
        [to_base64(&keys[0]).unwrap(), to_base64(&keys[2]).unwrap()],
        "in order, without what is not there"
    );
    let LedgerEntryData::Account(entry) = from_base64("an entry", &found[0].xdr).unwrap() else {
        panic!("no account")
    };
    assert_eq!(entry.seq_num.0, world.ledger.sequence_of(&key(3).account()).unwrap());
}

#[test]
fn it_simulates_sends_and_asks_what_became_of_it() {
    let Stage { served: _served, mut world, plain: Plain { runtime, client } } = Stage::set();
    let envelope = world.signed(5);
    let enforced = runtime.block_on(client.simulate_transaction_envelope(&envelope, Some(AuthMode::Enforce)));
    assert_eq!(enforced.unwrap().error, None);
    let simulated = runtime.block_on(client.simulate_transaction_envelope(&envelope, None)).unwrap();
    assert_eq!((simulated.error, simulated.min_resource_fee), (None, 0));
    assert_eq!(world.balance(3), 100, "looking changes nothing");

    let told = runtime.block_on(client.send_transaction_polling(&envelope)).unwrap();
    assert_eq!((told.status.as_str(), told.envelope.as_ref()), ("SUCCESS", Some(&envelope)));
    assert_eq!((told.return_value().unwrap(), world.balance(3)), (ScVal::Void, 105));
    let events = told.events.contract_events.concat();
    require_hash(told.result.unwrap(), told.result_meta.unwrap(), events);
    world.pay(2, 3, 1).unwrap();
}

/// The result names a hash over the value and the events, as on the network.
fn require_hash(result: TransactionResult, meta: TransactionMeta, events: Vec<ContractEvent>) {
    let TransactionMeta::V4(meta) = meta else { panic!("no version 4") };
    let return_value = meta.soroban_meta.unwrap().return_value.unwrap();
    assert_eq!(meta.operations[0].events.to_vec(), events);
    let said = InvokeHostFunctionSuccessPreImage { return_value, events: events.try_into().unwrap() };
    let TransactionResultResult::TxSuccess(results) = result.result else { panic!("no success") };
    let OperationResult::OpInner(OperationResultTr::InvokeHostFunction(InvokeHostFunctionResult::Success(
        hash,
    ))) = &results[0]
    else {
        panic!("{results:?}")
    };
    let said = said.to_xdr(Limits::none()).unwrap();
    assert_eq!(hash.0, <[u8; 32]>::from(Sha256::digest(said)));
}

#[test]
fn it_reads_events_by_contract_and_topics_page_by_page() {
    let stage = Stage::set();
    let all = stage.events(EventStart::Ledger(1), &[], 100);
    assert_eq!(all.events.len(), 11, "one mint, ten payments");
    let transfer = to_base64(&symbol("transfer").unwrap()).unwrap();
    let count = |topics: &[&str]| {
        let topics = [topics.iter().map(|topic| (*topic).to_owned()).collect()];
        stage.events(EventStart::Ledger(1), &topics, 100).events.len()
    };
    assert_eq!(count(&[&transfer, "**"]), 10);
    assert_eq!(count(&[&transfer, "*", "*", "*"]), 10);
    assert_eq!(count(&[&transfer, "*"]), 0, "as many topics as segments");
    assert_eq!(count(&["**"]), 11);
    let mut ids = Vec::new();
    let mut page = stage.events(EventStart::Ledger(1), &[], 4);
    while !page.events.is_empty() {
        assert!(page.events.len() <= 4);
        ids.extend(page.events.iter().map(|event| event.id.clone()));
        page = stage.events(EventStart::Cursor(page.cursor), &[], 4);
    }
    assert_eq!(ids, all.events.iter().map(|event| event.id.clone()).collect::<Vec<_>>());
    assert!(ids.is_sorted_by(|one, next| one < next), "{ids:?}");
    let first = &all.events[0];
    assert_eq!(
        (first.contract_id.as_str(), first.ledger_closed_at.as_str()),
        (stage.contract().as_str(), "2026-01-01T00:00:00Z")
    );
}

#[test]
fn a_cursor_at_the_end_finds_what_comes_later() {
    let mut stage = Stage::set();
    let end = stage.events(EventStart::Ledger(1), &[], 100).cursor;
    assert_eq!(stage.events(EventStart::Cursor(end.clone()), &[], 100).events.len(), 0);
    stage.world.pay(3, 2, 1).unwrap();
    let later = stage.events(EventStart::Cursor(end.clone()), &[], 100);
    assert_eq!(later.events.len(), 1, "the open ledger grows");
    stage.world.ledger.close(START + 86_400).unwrap();
    stage.world.pay(3, 2, 1).unwrap();
    assert_eq!(stage.events(EventStart::Cursor(end), &[], 100).events.len(), 2);
    assert_eq!(stage.events(EventStart::Cursor(later.cursor), &[], 100).events.len(), 1);
}
