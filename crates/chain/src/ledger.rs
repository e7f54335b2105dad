use std::ops::RangeInclusive;

use crate::transaction::{Body, Validity, archived_code, authorise};
use crate::value::{contract_of, hash_of, upload_function};
use crate::xdr::{
    AccountId, ContractEvent, ContractId, Hash, HostFunction, LedgerEntry, LedgerEntryData, LedgerKey,
    LedgerKeyAccount, PublicKey, ScVal, SorobanAuthorizationEntry, SorobanTransactionData,
    TransactionEnvelope, Uint256,
};
use crate::{ChainError, Creation, Invocation, Key, Resource, SIGNATURE_LEDGERS, Signing};

/// Where the ledger stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Number of the open ledger, the one that takes the next transaction.
    pub sequence: u32,
    /// Seconds since 1970 that contracts see in it.
    pub time: u64,
    /// Hash over everything that has happened so far.
    pub hash: [u8; 32],
}

/// What a transaction used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Costs {
    /// Metered instructions.
    pub instructions: u64,
    /// Metered bytes of memory.
    pub memory: u64,
    /// Entries in the footprint.
    pub entries: u64,
    /// Entries of the footprint that may be written.
    pub entries_written: u64,
    /// Bytes of the entries that were written.
    pub bytes_written: u64,
    /// Bytes of the events and of the returned value.
    pub event_bytes: u64,
    /// Bytes of the signed transaction.
    pub transaction_bytes: u64,
}

/// What a transaction did.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// Name of the transaction.
    pub hash: [u8; 32],
    /// Number of the ledger that holds it.
    pub ledger: u32,
    /// What the call returned.
    pub result: ScVal,
    /// What contracts announced, in order.
    pub events: Vec<ContractEvent>,
    /// What it used.
    pub costs: Costs,
}

/// What a call would do.
#[derive(Clone, Debug)]
pub struct Simulated {
    /// What the call would return.
    pub result: ScVal,
    /// Who must authorise what, unsigned.
    pub auth: Vec<SorobanAuthorizationEntry>,
    /// Footprint and resources to declare.
    pub data: SorobanTransactionData,
    /// What contracts would announce.
    pub events: Vec<ContractEvent>,
}

/// An entry of the ledger.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What is stored.
    pub entry: LedgerEntry,
    /// Last ledger in which it is live; none for what never expires.
    pub live_until: Option<u32>,
}

/// An event with its place.
#[derive(Clone, Debug)]
pub struct EventRow {
    /// Number of the ledger.
    pub ledger: u32,
    /// Position of the transaction in the ledger.
    pub transaction: u32,
    /// Position of the event in the transaction.
    pub index: u32,
    /// What the contract announced.
    pub event: ContractEvent,
}

/// A call that is to be simulated.
#[derive(Clone, Debug)]
pub struct Request {
    /// Account that would send it.
    pub source: AccountId,
    /// Sequence number that the transaction would have; it makes nonces differ.
    pub sequence: i64,
    /// What is called.
    pub function: HostFunction,
}

/// A ledger that contracts live on: embedded, or a network behind a server.
///
/// The eight required methods are what a network's server offers too; everything else is made of them.
pub trait Ledger {
    /// Identity of the network: what signatures and contract addresses are bound to.
    fn network(&self) -> [u8; 32];

    /// The open ledger.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be reached.
    fn head(&self) -> Result<Head, ChainError>;

    /// What a call would return, and what a transaction with it must declare and sign.
    ///
    /// # Errors
    ///
    /// What the contract or the host refuses.
    fn simulate(&self, request: &Request) -> Result<Simulated, ChainError>;

    /// Applies a signed transaction, and returns when it is durable.
    ///
    /// # Errors
    ///
    /// Why it was refused; then nothing has changed.
    fn send(&mut self, envelope: &TransactionEnvelope) -> Result<Receipt, ChainError>;

    /// The receipt of a transaction that was applied earlier, by its hash.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    fn receipt(&self, hash: [u8; 32]) -> Result<Option<Receipt>, ChainError>;

    /// An entry, archived ones included.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    fn entry(&self, key: &LedgerKey) -> Result<Option<Entry>, ChainError>;

    /// The events of these ledgers in order, as far as they are still known; see [`Ledger::oldest`].
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    fn events(&self, ledgers: RangeInclusive<u32>) -> Result<Vec<EventRow>, ChainError>;

    /// Closes the open ledger and opens one that begins at `time`, in seconds since 1970.
    ///
    /// # Errors
    ///
    /// [`ChainError::TimeBack`] if that is before the open ledger.
    fn close(&mut self, time: u64) -> Result<Head, ChainError>;

    /// Simulates a call, signs it and what it asks for, ready to be sent.
    ///
    /// # Errors
    ///
    /// What the simulation refuses, or [`ChainError::MissingSigner`].
    fn prepare(
        &self,
        signing: Signing<'_>,
        function: HostFunction,
    ) -> Result<TransactionEnvelope, ChainError> {
        let source = signing.source.account();
        let sequence = self.sequence_of(&source)? + 1;
        let request = Request { source, sequence, function };
        let simulated = self.simulate(&request)?;
        let until = self.head()?.sequence.saturating_add(SIGNATURE_LEDGERS);
        let validity = Validity { network: self.network(), until };
        let auth = authorise(simulated.auth, signing, validity)?;
        let body = Body::call(request.function, auth, simulated.data)?.offering(self.inclusion_fee());
        body.signed(validity.network, signing.source, sequence)
    }

    /// As [`Ledger::prepare`], for the call of a contract.
    ///
    /// # Errors
    ///
    /// As [`Ledger::prepare`].
    fn prepare_call(
        &self,
        signing: Signing<'_>,
        call: Invocation<'_>,
    ) -> Result<TransactionEnvelope, ChainError> {
        self.prepare(signing, call.host_function()?)
    }

    /// Simulates, signs and applies a call. Code that was archived is brought back before it, by a transaction of its own:
    /// a contract's code and what the call writes may be more than one transaction is allowed.
    ///
    /// # Errors
    ///
    /// Why it was refused; then nothing has changed, but that the code may be back.
    fn submit(&mut self, signing: Signing<'_>, function: HostFunction) -> Result<Receipt, ChainError> {
        let envelope = self.prepare(signing, function.clone())?;
        let archived = archived_code(&envelope);
        if archived.is_empty() {
            return self.send(&envelope);
        }
        for code in archived {
            let sequence = self.sequence_of(&signing.source.account())? + 1;
            let body = Body::restoration(vec![code])?.offering(self.inclusion_fee());
            self.send(&body.signed(self.network(), signing.source, sequence)?)?;
        }
        let envelope = self.prepare(signing, function)?;
        self.send(&envelope)
    }

    /// Calls a contract.
    ///
    /// # Errors
    ///
    /// As [`Ledger::submit`].
    fn invoke(&mut self, signing: Signing<'_>, call: Invocation<'_>) -> Result<Receipt, ChainError> {
        self.submit(signing, call.host_function()?)
    }

    /// Asks a contract, changing nothing.
    ///
    /// # Errors
    ///
    /// What the contract or the host refuses.
    fn view(&self, call: Invocation<'_>) -> Result<ScVal, ChainError> {
        let source = AccountId(PublicKey::PublicKeyTypeEd25519(Uint256([0; 32])));
        let request = Request { source, sequence: 0, function: call.host_function()? };
        Ok(self.simulate(&request)?.result)
    }

    /// Stores a contract's code and returns its hash.
    ///
    /// # Errors
    ///
    /// As [`Ledger::submit`]; [`ChainError::Limit`] before anything else if the code is too long.
    fn upload(&mut self, signing: Signing<'_>, wasm: &[u8]) -> Result<Hash, ChainError> {
        Resource::CodeBytes.require(wasm.len() as u64)?;
        hash_of(&self.submit(signing, upload_function(wasm)?)?.result)
    }

    /// Creates a contract from uploaded code; the source is its creator.
    ///
    /// # Errors
    ///
    /// As [`Ledger::submit`].
    fn create(&mut self, signing: Signing<'_>, creation: Creation) -> Result<ContractId, ChainError> {
        let function = creation.host_function(&signing.source.account())?;
        contract_of(&self.submit(signing, function)?.result)
    }

    /// The key that holds every native coin at genesis; anyone who knows the network's passphrase has it.
    fn root(&self) -> Key {
        Key::from_secret(self.network())
    }

    /// Opens an account with a balance of the native coin, out of the root's.
    ///
    /// # Errors
    ///
    /// [`ChainError::AccountExists`]; [`ChainError::NoRoot`] on a network that was not begun that way; or as
    /// [`Ledger::send`].
    fn fund(&mut self, account: &AccountId, balance: i64) -> Result<Receipt, ChainError> {
        let root = self.root();
        let sequence = match self.sequence_of(&root.account()) {
            Err(ChainError::NoAccount(_)) => Err(ChainError::no_root(account, self.friendbot())),
            found => found,
        }?;
        let body = Body::account(account.clone(), balance).offering(self.inclusion_fee());
        self.send(&body.signed(self.network(), &root, sequence + 1)?)
    }

    /// Where the network gives native coins for nothing, if it does.
    fn friendbot(&self) -> Option<&str> {
        None
    }

    /// What a transaction offers for being taken, in the smallest native coin; nothing where nobody is paid.
    fn inclusion_fee(&self) -> u32 {
        0
    }

    /// The first ledger whose events are still known. A file forgets nothing.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be reached.
    fn oldest(&self) -> Result<u32, ChainError> {
        Ok(0)
    }

    /// Until which ledger those of these entries live that are there and can expire, archived ones included.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    fn lives(&self, keys: &[LedgerKey]) -> Result<Vec<(LedgerKey, u32)>, ChainError> {
        let life = |key: &LedgerKey| -> Result<_, ChainError> {
            Ok(self.entry(key)?.and_then(|entry| entry.live_until).map(|until| (key.clone(), until)))
        };
        keys.iter().filter_map(|key| life(key).transpose()).collect()
    }

    /// Lets entries live for so many ledgers from now, as many in a transaction as it may name; what is archived stays so.
    ///
    /// # Errors
    ///
    /// As [`Ledger::send`].
    fn extend_lives(&mut self, keeper: &Key, (keys, to): (&[LedgerKey], u32)) -> Result<(), ChainError> {
        let most = usize::try_from(Resource::FootprintEntries.max()).unwrap_or(usize::MAX);
        for some in keys.chunks(most) {
            let body = Body::extension(some.to_vec(), to)?.offering(self.inclusion_fee());
            let sequence = self.sequence_of(&keeper.account())? + 1;
            self.send(&body.signed(self.network(), keeper, sequence)?)?;
        }
        Ok(())
    }

    /// The last sequence number that an account used.
    ///
    /// # Errors
    ///
    /// [`ChainError::NoAccount`] if there is none.
    fn sequence_of(&self, account: &AccountId) -> Result<i64, ChainError> {
        let key = LedgerKey::Account(LedgerKeyAccount { account_id: account.clone() });
        match self.entry(&key)?.map(|entry| entry.entry.data) {
            Some(LedgerEntryData::Account(account)) => Ok(account.seq_num.0),
            _ => Err(ChainError::NoAccount(account.to_string())),
        }
    }
}
