use std::rc::Rc;

use soroban_env_host::HostError;
use soroban_env_host::budget::Budget;
use soroban_env_host::e2e_invoke::{
    InvokeHostFunctionResult, LedgerEntryChange, TtlLedgerEntryMeta, invoke_host_function,
};
use soroban_env_host::xdr::{
    InvokeHostFunctionOp, LedgerKey, LedgerKeyContractData, ScNonceKey, ScVal, SorobanAddressCredentials,
    SorobanAuthorizationEntry, SorobanResources, SorobanTransactionData, SorobanTransactionDataExt,
};

use super::apply::{Done, Order};
use super::store::Slot;
use super::{Embedded, refusal};
use crate::transaction::credentials;
use crate::value::encode;
use crate::xdr::ContractDataDurability;
use crate::{ChainError, Costs, PERSISTENT_LEDGERS_MIN, Resource, digest};

/// What the host is given of one entry in the footprint.
type Input = (Option<Rc<[u8]>>, Option<TtlLedgerEntryMeta>);

/// First bytes of the key of a contract's code.
pub const CODE_KEY: [u8; 4] = [0, 0, 0, 7];

impl Embedded {
    /// Runs a call under the resources that it declares, and puts down what it changed.
    pub(super) fn invoke_host(
        &self,
        order: &Order<'_>,
        op: &InvokeHostFunctionOp,
    ) -> Result<Done, ChainError> {
        let data = order.data()?;
        require_declared(data)?;
        self.require_fresh(&op.auth)?;
        let budget = self.budget(&data.resources)?;
        let outcome = self.run_host(order, op, &budget)?;
        let result = outcome.encoded_invoke_result.map_err(|error| refused(error, &budget, data))?;
        let events = outcome.encoded_contract_events;
        let costs = Costs {
            instructions: budget.get_cpu_insns_consumed().map_err(refusal::host)?,
            memory: budget.get_mem_bytes_consumed().map_err(refusal::host)?,
            entries: entries(&data.resources),
            entries_written: data.resources.footprint.read_write.len() as u64,
            bytes_written: written(&outcome.ledger_changes),
            event_bytes: (events.iter().map(Vec::len).sum::<usize>() + result.len()) as u64,
            transaction_bytes: order.bytes.len() as u64,
        };
        require_used(&costs, &data.resources)?;
        self.put_changes(outcome.ledger_changes)?;
        Ok(Done { result, events, costs })
    }

    /// The meter: what the transaction declares is what it may use.
    fn budget(&self, resources: &SorobanResources) -> Result<Budget, ChainError> {
        let (cpu, memory) = (&self.config.cpu_cost_params, &self.config.memory_cost_params);
        Budget::try_from_configs(
            u64::from(resources.instructions),
            Resource::Memory.max(),
            cpu.clone(),
            memory.clone(),
        )
        .map_err(refusal::host)
    }

    fn run_host(
        &self,
        order: &Order<'_>,
        op: &InvokeHostFunctionOp,
        budget: &Budget,
    ) -> Result<InvokeHostFunctionResult, ChainError> {
        let data = order.data()?;
        let restored = restored(data);
        let shared = |bytes: Vec<u8>| -> Rc<[u8]> { bytes.into() };
        let auth = op.auth.iter().map(|entry| encode(entry).map(shared)).collect::<Result<Vec<_>, _>>()?;
        let outcome = invoke_host_function(
            budget,
            false,
            shared(encode(&op.host_function)?),
            shared(encode(&data.resources)?),
            restored,
            shared(encode(&order.source)?),
            auth.into_iter(),
            self.info(),
            self.inputs(&data.resources, restored)?.into_iter(),
            digest(&[b"forebay random", &self.header.sequence.to_le_bytes(), &order.hash])[..].into(),
            &mut Vec::new(),
            None,
            Some(self.modules.clone()),
        );
        outcome.map_err(|error| refused(error, budget, data))
    }

    /// The entries of the footprint, in its order.
    fn inputs(&self, resources: &SorobanResources, restored: &[u32]) -> Result<Vec<Input>, ChainError> {
        let footprint = &resources.footprint;
        let read = footprint.read_only.iter().map(|key| (key, false));
        let write = (0_u32..).zip(footprint.read_write.iter());
        let write = write.map(|(index, key)| (key, restored.contains(&index)));
        read.chain(write).map(|(key, restore)| self.input(key, restore)).collect()
    }

    fn input(&self, key: &LedgerKey, restore: bool) -> Result<Input, ChainError> {
        let encoded = encode(key)?;
        let Some(slot) = self.store.slot(&encoded)? else { return Ok((None, None)) };
        // Temporary entries are removed when they expire, so what is expired here is archived.
        match (slot.is_expired(self.header.sequence), restore) {
            (true, false) => Err(ChainError::Archived(key.name().to_owned())),
            (true, true) => Ok(given(slot, self.header.sequence + PERSISTENT_LEDGERS_MIN - 1)),
            (false, _) => {
                let live_until = slot.live_until;
                Ok(given(slot, live_until))
            }
        }
    }

    /// Refuses authorisations that are too old or were used; the host would too, in vaguer words.
    fn require_fresh(&self, auth: &[SorobanAuthorizationEntry]) -> Result<(), ChainError> {
        auth.iter().filter_map(credentials).try_for_each(|credentials| self.require_fresh_one(credentials))
    }

    fn require_fresh_one(&self, credentials: &SorobanAddressCredentials) -> Result<(), ChainError> {
        let (ended, sequence) = (credentials.signature_expiration_ledger, self.header.sequence);
        let address = credentials.address.to_string();
        if ended < sequence {
            return Err(ChainError::AuthorisationExpired { address, ended });
        }
        let nonce = self.store.slot(&encode(&nonce_key(credentials))?)?;
        match nonce.is_some_and(|slot| !slot.is_expired(sequence)) {
            true => Err(ChainError::AuthorisationUsed(address)),
            false => Ok(()),
        }
    }

    fn put_changes(&self, changes: Vec<LedgerEntryChange>) -> Result<(), ChainError> {
        // Everything that can refuse comes first, so that the changes are put down whole.
        changes.iter().try_for_each(require_fits)?;
        changes.iter().try_for_each(|change| self.cache_change(change))?;
        changes.into_iter().try_for_each(|change| self.put_change(change))
    }

    fn cache_change(&self, change: &LedgerEntryChange) -> Result<(), ChainError> {
        match &change.encoded_new_value {
            Some(value) if change.encoded_key.starts_with(&CODE_KEY) => self.cache_module(value),
            _ => Ok(()),
        }
    }

    fn put_change(&self, change: LedgerEntryChange) -> Result<(), ChainError> {
        let live_until = change.ttl_change.as_ref().map_or(0, |ttl| ttl.new_live_until_ledger);
        if change.read_only {
            return self.put_lifetime(change.encoded_key, live_until);
        }
        let Some(mut bytes) = change.encoded_new_value else {
            self.store.put(change.encoded_key, None);
            return Ok(());
        };
        stamp(&mut bytes, self.header.sequence);
        let rent_size = change.new_entry_size_bytes_for_rent;
        self.store.put(change.encoded_key, Some(Slot { live_until, rent_size, bytes: bytes.into() }));
        Ok(())
    }

    /// Lengthens the life of an entry that is there; never shortens it.
    pub(super) fn put_lifetime(&self, key: Vec<u8>, live_until: u32) -> Result<(), ChainError> {
        match self.store.slot(&key)? {
            Some(slot) if slot.live_until > 0 && live_until > slot.live_until => {
                self.store.put(key, Some(Slot { live_until, ..slot }));
            }
            _ => (),
        }
        Ok(())
    }
}

fn refused(error: HostError, budget: &Budget, data: &SorobanTransactionData) -> ChainError {
    let used = refusal::Used {
        instructions: budget.get_cpu_insns_consumed().unwrap_or(0),
        memory: budget.get_mem_bytes_consumed().unwrap_or(0),
        instructions_max: data.resources.instructions.into(),
    };
    refusal::metered(error, used, &[])
}

fn given(slot: Slot, live_until: u32) -> Input {
    let ttl = TtlLedgerEntryMeta { live_until_ledger: live_until, entry_size_for_rent: slot.rent_size };
    (Some(slot.bytes), (slot.live_until > 0).then_some(ttl))
}

/// Writes the ledger's number into an encoded entry: it is the first field.
pub fn stamp(entry: &mut [u8], sequence: u32) {
    entry.iter_mut().zip(sequence.to_be_bytes()).for_each(|(to, from)| *to = from);
}

/// Entries of the writable footprint that the transaction brings back from the archive.
fn restored(data: &SorobanTransactionData) -> &[u32] {
    match &data.ext {
        SorobanTransactionDataExt::V0 => &[],
        SorobanTransactionDataExt::V1(ext) => &ext.archived_soroban_entries,
    }
}

/// Where the use of a nonce is noted.
fn nonce_key(credentials: &SorobanAddressCredentials) -> LedgerKey {
    LedgerKey::ContractData(LedgerKeyContractData {
        contract: credentials.address.clone(),
        key: ScVal::LedgerKeyNonce(ScNonceKey { nonce: credentials.nonce }),
        durability: ContractDataDurability::Temporary,
    })
}

fn entries(resources: &SorobanResources) -> u64 {
    (resources.footprint.read_only.len() + resources.footprint.read_write.len()) as u64
}

fn written(changes: &[LedgerEntryChange]) -> u64 {
    let written = changes.iter().filter_map(|change| change.encoded_new_value.as_ref());
    written.map(|value| value.len() as u64).sum()
}

/// Limits on what a transaction declares, checked before it runs.
fn require_declared(data: &SorobanTransactionData) -> Result<(), ChainError> {
    let (resources, footprint) = (&data.resources, &data.resources.footprint);
    let keys = || footprint.read_only.iter().chain(footprint.read_write.iter());
    let on_disk = |key: &&LedgerKey| !matches!(key, LedgerKey::ContractData(_) | LedgerKey::ContractCode(_));
    let read = keys().filter(on_disk).count() + restored(data).len();
    Resource::Instructions.require(resources.instructions.into())?;
    Resource::FootprintEntries.require(entries(resources))?;
    Resource::EntriesWritten.require(footprint.read_write.len() as u64)?;
    Resource::EntriesRead.require(read as u64)?;
    Resource::BytesRead.require(resources.disk_read_bytes.into())?;
    Resource::BytesWritten.require(resources.write_bytes.into())
}

/// Limits on what a transaction used; the host leaves these to whoever applies its changes.
fn require_used(costs: &Costs, declared: &SorobanResources) -> Result<(), ChainError> {
    Resource::EventBytes.require(costs.event_bytes)?;
    let (used, max) = (costs.bytes_written, u64::from(declared.write_bytes));
    match used > max {
        true => Err(ChainError::Limit { resource: Resource::BytesWritten, used, max }),
        false => Ok(()),
    }
}

fn require_fits(change: &LedgerEntryChange) -> Result<(), ChainError> {
    let Some(value) = &change.encoded_new_value else { return Ok(()) };
    let resource = match change.encoded_key.starts_with(&CODE_KEY) {
        true => Resource::CodeBytes,
        false => Resource::EntryBytes,
    };
    resource.require(value.len() as u64)?;
    Resource::KeyBytes.require(change.encoded_key.len() as u64)
}
