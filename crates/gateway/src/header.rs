//! The latest ledger in the network's own form, as far as there is one: number, time and protocol. Here is no consensus, so
//! there are no sets of transactions to agree on, no bucket list and no upgrades; those fields are empty.

use chain::xdr::{
    GeneralizedTransactionSet, Hash, LedgerCloseMeta, LedgerCloseMetaExt, LedgerCloseMetaV2, LedgerHeader,
    LedgerHeaderExt, LedgerHeaderHistoryEntry, LedgerHeaderHistoryEntryExt, StellarValue, StellarValueExt,
    TimePoint, TransactionSetV1, VecM,
};
use chain::{BASE_RESERVE, Head, PROTOCOL};

/// The header that clients expect; its hash is the one that [`Head`] says, not one over these bytes.
pub fn header(head: &Head) -> LedgerHeader {
    LedgerHeader {
        ledger_version: PROTOCOL,
        previous_ledger_hash: Hash([0; 32]),
        scp_value: StellarValue {
            tx_set_hash: Hash([0; 32]),
            close_time: TimePoint(head.time),
            upgrades: VecM::default(),
            ext: StellarValueExt::Basic,
        },
        tx_set_result_hash: Hash([0; 32]),
        bucket_list_hash: Hash([0; 32]),
        ledger_seq: head.sequence,
        total_coins: 0,
        fee_pool: 0,
        inflation_seq: 0,
        id_pool: 0,
        base_fee: 0,
        base_reserve: BASE_RESERVE,
        max_tx_set_size: 0,
        skip_list: std::array::from_fn(|_| Hash([0; 32])),
        ext: LedgerHeaderExt::V0,
    }
}

/// What clients expect beside the header.
pub fn meta(head: &Head) -> LedgerCloseMeta {
    let ledger_header = LedgerHeaderHistoryEntry {
        hash: Hash(head.hash),
        header: header(head),
        ext: LedgerHeaderHistoryEntryExt::V0,
    };
    let none = TransactionSetV1 { previous_ledger_hash: Hash([0; 32]), phases: VecM::default() };
    LedgerCloseMeta::V2(LedgerCloseMetaV2 {
        ext: LedgerCloseMetaExt::V0,
        ledger_header,
        tx_set: GeneralizedTransactionSet::V1(none),
        tx_processing: VecM::default(),
        upgrades_processing: VecM::default(),
        scp_info: VecM::default(),
        total_byte_size_of_live_soroban_state: 0,
        evicted_keys: VecM::default(),
    })
}
