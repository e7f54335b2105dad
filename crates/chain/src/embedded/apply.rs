use soroban_env_host::xdr::{
    AccountEntry, AccountEntryExt, AccountId, CreateAccountOp, ExtendFootprintTtlOp, LedgerEntry,
    LedgerEntryData, LedgerKey, LedgerKeyAccount, OperationBody, ScVal, SequenceNumber,
    SorobanTransactionData, Thresholds, Transaction, TransactionEnvelope, TransactionExt,
    TransactionV1Envelope,
};

use super::Embedded;
use super::header::Record;
use super::invoke::CODE_KEY;
use crate::key::verifies;
use crate::transaction::{source_of, transaction_hash};
use crate::value::{decode, encode};
use crate::{BASE_RESERVE, ChainError, Costs, LIFETIME_LEDGERS_MAX, PERSISTENT_LEDGERS_MIN, Resource};

/// Reserves that an account keeps for itself, before any trust line.
const ACCOUNT_RESERVES: i64 = 2;

/// A transaction that is to be applied.
pub struct Order<'a> {
    pub tx: &'a Transaction,
    pub source: AccountId,
    pub hash: [u8; 32],
    /// Envelope as the file will keep it.
    pub bytes: Vec<u8>,
}

impl<'a> Order<'a> {
    /// Checks what can be checked without state: form, size and the signature of the source.
    fn require(network: [u8; 32], envelope: &'a TransactionEnvelope) -> Result<Self, ChainError> {
        let TransactionEnvelope::Tx(TransactionV1Envelope { tx, signatures }) = envelope else {
            return Err(ChainError::Unsupported("this kind of envelope"));
        };
        let (source, hash) = (source_of(tx), transaction_hash(network, tx)?);
        match signatures.as_slice() {
            [one] if verifies(&source, &hash, one.signature.as_slice()) => (),
            _ => return Err(ChainError::Signature(source.to_string())),
        }
        let bytes = encode(envelope)?;
        Resource::TransactionBytes.require(bytes.len() as u64)?;
        Ok(Self { tx, source, hash, bytes })
    }

    /// The resources that the transaction declares.
    pub fn data(&self) -> Result<&'a SorobanTransactionData, ChainError> {
        match &self.tx.ext {
            TransactionExt::V1(data) => Ok(data),
            TransactionExt::V0 => Err(ChainError::Unsupported("contract calls without resources")),
        }
    }

    fn operation(&self) -> Result<&'a OperationBody, ChainError> {
        match self.tx.operations.as_slice() {
            [one] if one.source_account.is_none() => Ok(&one.body),
            _ => Err(ChainError::Unsupported("several operations in one transaction")),
        }
    }
}

/// What applying a transaction came to.
pub struct Done {
    pub result: Vec<u8>,
    pub events: Vec<Vec<u8>>,
    pub costs: Costs,
}

impl Done {
    fn quiet(costs: Costs) -> Result<Self, ChainError> {
        Ok(Self { result: encode(&ScVal::Void)?, events: Vec::new(), costs })
    }
}

impl Embedded {
    /// Applies a transaction to the pending state; an error leaves that as it was.
    pub(super) fn apply(&self, envelope: &TransactionEnvelope) -> Result<Record, ChainError> {
        let order = Order::require(self.network, envelope)?;
        let key = account_key(&order.source)?;
        let before = self.store.slot(&key)?;
        self.take_sequence(&order)?;
        match self.perform(&order) {
            Ok(done) => {
                let Done { result, events, costs } = done;
                Ok(Record { hash: order.hash, envelope: order.bytes, result, events, costs })
            }
            Err(error) => {
                self.store.put(key, before);
                Err(error)
            }
        }
    }

    fn take_sequence(&self, order: &Order<'_>) -> Result<(), ChainError> {
        let mut account = self.account(&order.source)?;
        let (given, last) = (order.tx.seq_num.0, account.seq_num.0);
        if last.checked_add(1) != Some(given) {
            return Err(ChainError::Sequence { account: order.source.to_string(), given, last });
        }
        account.seq_num = SequenceNumber(given);
        self.put_account(account)
    }

    fn perform(&self, order: &Order<'_>) -> Result<Done, ChainError> {
        match order.operation()? {
            OperationBody::InvokeHostFunction(op) => self.invoke_host(order, op),
            OperationBody::ExtendFootprintTtl(op) => self.extend(order, op),
            OperationBody::RestoreFootprint(_) => self.restore(order),
            OperationBody::CreateAccount(op) => self.create_account(order, op),
            other => Err(ChainError::Unsupported(other.name())),
        }
    }

    fn create_account(&self, order: &Order<'_>, op: &CreateAccountOp) -> Result<Done, ChainError> {
        if self.store.slot(&account_key(&op.destination)?)?.is_some() {
            return Err(ChainError::AccountExists(op.destination.to_string()));
        }
        let mut source = self.account(&order.source)?;
        let reserve = i64::from(BASE_RESERVE) * (ACCOUNT_RESERVES + i64::from(source.num_sub_entries));
        let left = source.balance.checked_sub(op.starting_balance).filter(|left| *left >= reserve);
        source.balance = left.filter(|_| op.starting_balance >= 0).ok_or_else(|| {
            ChainError::value("the starting balance", format!("{} is not to be had", op.starting_balance))
        })?;
        self.put_account(source)?;
        self.put_account(new_account(&op.destination, op.starting_balance, self.header.sequence))?;
        Done::quiet(Costs { transaction_bytes: order.bytes.len() as u64, ..Costs::default() })
    }

    /// Extends what is live; the archived is brought back by calls.
    fn extend(&self, order: &Order<'_>, op: &ExtendFootprintTtlOp) -> Result<Done, ChainError> {
        let keys = &order.data()?.resources.footprint.read_only;
        Resource::FootprintEntries.require(keys.len() as u64)?;
        if op.extend_to >= LIFETIME_LEDGERS_MAX {
            return Err(ChainError::value("an extension", format!("{} ledgers is too long", op.extend_to)));
        }
        let until = self.header.sequence.saturating_add(op.extend_to);
        for key in keys.iter() {
            let key = encode(key)?;
            if self.store.slot(&key)?.is_some_and(|slot| !slot.is_expired(self.header.sequence)) {
                self.put_lifetime(key, until)?;
            }
        }
        Done::quiet(Costs {
            entries: keys.len() as u64,
            transaction_bytes: order.bytes.len() as u64,
            ..Costs::default()
        })
    }

    /// Brings back what is archived; what is live stays as it is.
    fn restore(&self, order: &Order<'_>) -> Result<Done, ChainError> {
        let keys = &order.data()?.resources.footprint.read_write;
        Resource::EntriesWritten.require(keys.len() as u64)?;
        let mut bytes_written = 0;
        for key in keys.iter() {
            let key = encode(key)?;
            let slot = self.store.slot(&key)?.filter(|slot| slot.is_expired(self.header.sequence));
            let Some(slot) = slot else { continue };
            bytes_written += slot.bytes.len() as u64;
            if key.starts_with(&CODE_KEY) {
                self.cache_module(&slot.bytes)?;
            }
            self.put_lifetime(key, self.header.sequence.saturating_add(PERSISTENT_LEDGERS_MIN - 1))?;
        }
        Resource::BytesWritten.require(bytes_written)?;
        Done::quiet(Costs {
            entries: keys.len() as u64,
            entries_written: keys.len() as u64,
            bytes_written,
            transaction_bytes: order.bytes.len() as u64,
            ..Costs::default()
        })
    }

    fn account(&self, id: &AccountId) -> Result<AccountEntry, ChainError> {
        let slot = self.store.slot(&account_key(id)?)?;
        let slot = slot.ok_or_else(|| ChainError::NoAccount(id.to_string()))?;
        match decode::<LedgerEntry>("an account", &slot.bytes)?.data {
            LedgerEntryData::Account(account) => Ok(account),
            _ => Err(ChainError::damaged(format!("{id} is no account"))),
        }
    }

    fn put_account(&self, account: AccountEntry) -> Result<(), ChainError> {
        self.store.put_account(account, self.header.sequence)
    }
}

fn account_key(id: &AccountId) -> Result<Vec<u8>, ChainError> {
    encode(&LedgerKey::Account(LedgerKeyAccount { account_id: id.clone() }))
}

/// An account as it begins: its own key signs alone, and its sequence numbers start above every
/// number that an account of the same name could have used in an earlier ledger.
pub fn new_account(id: &AccountId, balance: i64, sequence: u32) -> AccountEntry {
    AccountEntry {
        account_id: id.clone(),
        balance,
        seq_num: SequenceNumber(i64::from(sequence) << 32),
        num_sub_entries: 0,
        inflation_dest: None,
        flags: 0,
        home_domain: Default::default(),
        thresholds: Thresholds([1, 0, 0, 0]),
        signers: Default::default(),
        ext: AccountEntryExt::V0,
    }
}
