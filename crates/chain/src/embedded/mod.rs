mod apply;
mod archive;
mod config;
mod header;
mod invoke;
mod open;
pub(crate) mod refusal;
mod store;
mod verify;

use std::ops::RangeInclusive;
use std::rc::Rc;

use redb::{ReadableDatabase, ReadableTableMetadata};
use soroban_env_host::e2e_invoke::RecordingInvocationAuthMode;
use soroban_env_host::xdr::{
    LedgerEntry, LedgerEntryData, LedgerKey, ScVal, SorobanAuthorizationEntry, TransactionEnvelope,
};
use soroban_env_host::{HostError, LedgerInfo, ModuleCache};
use soroban_simulation::NetworkConfig;
use soroban_simulation::simulation::{
    InvokeHostFunctionSimulationResult, SimulationAdjustmentConfig, simulate_invoke_host_function_op,
};

use crate::value::{decode, encode};
use crate::{
    BASE_RESERVE, CLOSE_SECONDS, ChainError, Entry, EventRow, Head, Key, Ledger, PROTOCOL, Receipt, Request,
    Resource, Simulated, digest,
};
use config::Unmetered;
use header::{Header, Record};
use store::{ENTRIES, EVENTS, HASHES, PERSISTENT, Store, TEMPORARY};

pub use archive::{Announced, Applied, EventPlace};
pub use open::Genesis;

/// A ledger inside the process: the network's host over a file, for one operator.
///
/// It stays on the thread that opened it.
pub struct Embedded {
    store: Rc<Store>,
    config: NetworkConfig,
    passphrase: String,
    network: [u8; 32],
    header: Header,
    modules: ModuleCache,
}

impl Embedded {
    /// The network's name, which signatures and addresses are bound to.
    pub fn passphrase(&self) -> &str {
        &self.passphrase
    }

    /// Applies signed transactions in order with one durable commit at the end. Each succeeds or is
    /// refused by itself.
    ///
    /// # Errors
    ///
    /// When the file cannot be written; then none was applied.
    pub fn send_all(
        &mut self,
        envelopes: &[TransactionEnvelope],
    ) -> Result<Vec<Result<Receipt, ChainError>>, ChainError> {
        let applied: Vec<_> = envelopes.iter().map(|envelope| self.apply(envelope)).collect();
        let records: Vec<_> = applied.iter().filter_map(|one| one.as_ref().ok()).cloned().collect();
        self.commit(&records)?;
        let ledger = self.header.sequence;
        Ok(applied.into_iter().map(|one| one.and_then(|record| receipt(ledger, record))).collect())
    }

    /// Extends the lives of persistent entries that end within `keeping.within` ledgers, paid for by
    /// nobody; returns how many.
    ///
    /// # Errors
    ///
    /// As [`Ledger::send`].
    pub fn keep(&mut self, keeper: &Key, keeping: Keeping) -> Result<usize, ChainError> {
        let keys = self.ending(keeping.within)?;
        self.extend_lives(keeper, (&keys, keeping.extend_to))?;
        Ok(keys.len())
    }

    /// How many entries the ledger holds, archived ones included.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn entry_count(&self) -> Result<u64, ChainError> {
        Ok(self.store.db.begin_read()?.open_table(ENTRIES)?.len()?)
    }

    /// Live persistent entries that end within so many ledgers.
    fn ending(&self, within: u32) -> Result<Vec<LedgerKey>, ChainError> {
        let (from, to) = (self.header.sequence, self.header.sequence.saturating_add(within));
        let index = self.store.db.begin_read()?.open_table(PERSISTENT)?;
        let rows = index.range((from, &[][..])..(to.saturating_add(1), &[][..]))?;
        rows.map(|row| decode("a key", row?.0.value().1)).collect()
    }

    /// Writes what is pending; a failure takes it back.
    fn commit(&mut self, records: &[Record]) -> Result<(), ChainError> {
        if records.is_empty() {
            self.store.forget();
            return Ok(());
        }
        let committed = self.store.commit(self.header, records);
        if committed.is_err() {
            self.store.forget();
        }
        self.header = committed?;
        Ok(())
    }

    /// Ledger as the host sees it.
    fn info(&self) -> LedgerInfo {
        let mut info = LedgerInfo {
            protocol_version: PROTOCOL,
            sequence_number: self.header.sequence,
            timestamp: self.header.time,
            network_id: self.network,
            base_reserve: BASE_RESERVE,
            ..LedgerInfo::default()
        };
        self.config.fill_config_fields_in_ledger_info(&mut info);
        info
    }

    /// Parses a contract's code once, so that calls need not pay for it; as the live network does.
    fn cache_module(&self, code_entry: &[u8]) -> Result<(), ChainError> {
        let LedgerEntryData::ContractCode(code) = decode::<LedgerEntry>("code", code_entry)?.data else {
            return Err(ChainError::damaged("code that is none"));
        };
        let unmetered = Unmetered::new().map_err(refusal::host)?;
        let cached = self.modules.parse_and_cache_module_simple(&unmetered, PROTOCOL, &code.code);
        cached.map_err(refusal::host)
    }

    /// As [`Ledger::simulate`], with a word on authorisations.
    ///
    /// # Errors
    ///
    /// What the contract or the host refuses.
    pub fn simulate_with(
        &self,
        request: &Request,
        authorising: Authorising,
    ) -> Result<Simulated, ChainError> {
        let simulated = self.record_call(request, &authorising, false)?;
        match (simulated.invoke_result, simulated.transaction_data) {
            (Ok(result), Some(data)) => {
                Ok(Simulated { result, auth: simulated.auth, data, events: simulated.contract_events })
            }
            (Err(error), _) => Err(self.explain(request, &authorising, error)),
            (Ok(_), None) => Err(ChainError::damaged("a simulation without resources")),
        }
    }

    fn record_call(
        &self,
        request: &Request,
        authorising: &Authorising,
        is_telling: bool,
    ) -> Result<InvokeHostFunctionSimulationResult, ChainError> {
        let function = encode(&request.function)?;
        let source = encode(&request.source)?;
        // Nonces come from this seed. The sequence number makes it differ for each transaction, and
        // nothing else about a nonce matters; so a run can be repeated byte for byte.
        let sequence = request.sequence.to_le_bytes();
        let seed = digest(&[b"forebay nonce", &self.network, &source, &sequence, &function]);
        let simulated = simulate_invoke_host_function_op(
            Rc::clone(&self.store) as _,
            &self.config,
            &SimulationAdjustmentConfig::default_adjustment(),
            &self.info(),
            request.function.clone(),
            authorising.mode(),
            &request.source,
            seed,
            is_telling,
        );
        simulated.map_err(|error| ChainError::value("a simulation", error))
    }

    /// Runs a refused call once more and listens to what the host says about it.
    fn explain(&self, request: &Request, authorising: &Authorising, error: HostError) -> ChainError {
        match self.record_call(request, authorising, true) {
            Ok(told) => {
                let used = refusal::Used {
                    instructions: told.simulated_instructions.into(),
                    memory: told.simulated_memory.into(),
                    instructions_max: Resource::Instructions.max(),
                };
                refusal::metered(error, used, &told.diagnostic_events)
            }
            Err(error) => error,
        }
    }

    /// Removes temporary entries that no call can see any more, used nonces among them.
    fn expire(&self, sequence: u32) -> Result<(), ChainError> {
        let index = self.store.db.begin_read()?.open_table(TEMPORARY)?;
        for row in index.range(..(sequence, &[][..]))? {
            self.store.put(row?.0.value().1.to_vec(), None);
        }
        Ok(())
    }
}

/// What a simulation does about authorisations.
#[derive(Clone, Debug)]
pub enum Authorising {
    /// Finds out who must sign what.
    Record {
        /// Whether only what the call itself asks for counts, and nothing that contracts ask of each other.
        root_only: bool,
        /// Whether signatures are to be bound to their address, as later clients expect.
        bound: bool,
    },
    /// Checks what is signed.
    Enforce(Vec<SorobanAuthorizationEntry>),
}

impl Authorising {
    fn mode(&self) -> RecordingInvocationAuthMode {
        match self {
            Self::Record { root_only, bound } => RecordingInvocationAuthMode::recording(*root_only, *bound),
            Self::Enforce(signed) => RecordingInvocationAuthMode::Enforcing(signed.clone()),
        }
    }
}

/// What the keeper looks for and what it does.
#[derive(Clone, Copy, Debug)]
pub struct Keeping {
    /// Entries that end within so many ledgers are extended.
    pub within: u32,
    /// They then live for so many ledgers from now.
    pub extend_to: u32,
}

impl Ledger for Embedded {
    fn network(&self) -> [u8; 32] {
        self.network
    }

    fn head(&self) -> Result<Head, ChainError> {
        Ok(self.header.head())
    }

    fn simulate(&self, request: &Request) -> Result<Simulated, ChainError> {
        self.simulate_with(request, Authorising::Record { root_only: false, bound: true })
    }

    fn send(&mut self, envelope: &TransactionEnvelope) -> Result<Receipt, ChainError> {
        let one = self.send_all(std::slice::from_ref(envelope))?.pop();
        one.unwrap_or_else(|| Err(ChainError::damaged("a transaction without an outcome")))
    }

    fn receipt(&self, hash: [u8; 32]) -> Result<Option<Receipt>, ChainError> {
        let read = self.store.db.begin_read()?;
        let Some(place) = read.open_table(HASHES)?.get(&hash)?.map(|row| row.value()) else {
            return Ok(None);
        };
        let record = verify::record(&read, place)?;
        record.map(|(record, _)| receipt(place.0, record)).transpose()
    }

    fn entry(&self, key: &LedgerKey) -> Result<Option<Entry>, ChainError> {
        let Some(slot) = self.store.slot(&encode(key)?)? else { return Ok(None) };
        let entry = decode("an entry", &slot.bytes)?;
        Ok(Some(Entry { entry, live_until: (slot.live_until > 0).then_some(slot.live_until) }))
    }

    fn events(&self, ledgers: RangeInclusive<u32>) -> Result<Vec<EventRow>, ChainError> {
        let events = self.store.db.begin_read()?.open_table(EVENTS)?;
        let rows = events.range((*ledgers.start(), 0, 0)..=(*ledgers.end(), u32::MAX, u32::MAX))?;
        let mut found = Vec::new();
        for row in rows {
            let (place, event) = row?;
            let (ledger, transaction, index) = place.value();
            found.push(EventRow { ledger, transaction, index, event: decode("an event", event.value())? });
        }
        Ok(found)
    }

    fn close(&mut self, time: u64) -> Result<Head, ChainError> {
        let now = self.header.time;
        let passed = time.checked_sub(now).ok_or(ChainError::TimeBack { asked: time, now })?;
        let ledgers = u32::try_from(passed / CLOSE_SECONDS).unwrap_or(u32::MAX).max(1);
        let sequence = self.header.sequence.checked_add(ledgers);
        let sequence = sequence.ok_or_else(|| ChainError::value("a time", "centuries away"))?;
        self.expire(sequence)?;
        let opened = self.store.commit(self.header.next(sequence, time), &[]);
        self.header = opened.inspect_err(|_| self.store.forget())?;
        self.head()
    }
}

fn receipt(ledger: u32, record: Record) -> Result<Receipt, ChainError> {
    let Record { hash, result, events, costs, .. } = record;
    let events = events.iter().map(|event| decode("an event", event)).collect::<Result<_, _>>()?;
    Ok(Receipt { hash, ledger, result: decode::<ScVal>("a result", &result)?, events, costs })
}
