mod events;
mod reply;

use std::future::Future;
use std::ops::RangeInclusive;
use std::time::Duration;

use jsonrpsee_core::client::ClientT;
use jsonrpsee_core::params::ObjectParams;
use serde::de::DeserializeOwned;
use stellar_rpc_client::{AuthMode, Client, Error, GetTransactionResponse};
use tokio::runtime::{Builder, Runtime};

use crate::transaction::{Body, envelope_hash, source_of};
use crate::value::{from_base64, to_base64};
use crate::xdr::{
    DiagnosticEvent, Hash, LedgerEntry, LedgerEntryExt, LedgerKey, Transaction, TransactionEnvelope,
    TransactionResult, TransactionV1Envelope, VecM,
};
use crate::{
    ChainError, Entry, EventRow, Head, Ledger, PROTOCOL, Receipt, Refused, Request, Simulated, digest,
};
use reply::{LatestLedger, Sent};

/// The method beyond the standard by which a served ledger's clock is moved.
pub const CLOSE_LEDGER: &str = "forebay_closeLedger";

/// What a transaction offers to be taken into a ledger, in the smallest native coin: the network's least.
const INCLUSION_FEE: u32 = 100;

/// Entries of one question.
const ENTRIES: usize = 200;

/// JSON-RPC: there is no such method.
const METHOD_NOT_FOUND: i32 = -32601;

/// How long to wait until a transaction that was sent is decided.
#[derive(Clone, Copy, Debug)]
pub struct Polling {
    /// Pause between two questions.
    pub pause: Duration,
    /// Questions at most.
    pub questions: u32,
}

impl Default for Polling {
    /// A minute: a dozen ledgers of the live network.
    fn default() -> Self {
        Self { pause: Duration::from_secs(1), questions: 60 }
    }
}

/// A ledger behind a server that speaks the network's RPC: ours, or the network's own.
///
/// It stays on the thread that made it, and is not for use inside an asynchronous task.
pub struct Network {
    runtime: Runtime,
    client: Client,
    network: [u8; 32],
    friendbot: Option<String>,
    polling: Polling,
}

impl Network {
    /// Asks the server at a URL which network it serves.
    ///
    /// # Errors
    ///
    /// [`ChainError::Unreachable`], or [`ChainError::Version`] if the network is ahead of this program.
    pub fn connect(url: &str, polling: Polling) -> Result<Self, ChainError> {
        let unreachable = |problem: String| ChainError::Unreachable { url: url.to_owned(), problem };
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| unreachable(error.to_string()))?;
        let client = Client::new(url).map_err(|error| unreachable(error.to_string()))?;
        let answer = runtime.block_on(client.get_network());
        let told = answer.map_err(|error| reply::failure(url, "getNetwork", error))?;
        if told.protocol_version > PROTOCOL {
            let (what, found) = ("the protocol", told.protocol_version);
            return Err(ChainError::Version { what, found, known: PROTOCOL });
        }
        let network = digest(&[told.passphrase.as_bytes()]);
        Ok(Self { runtime, client, network, friendbot: told.friendbot_url, polling })
    }

    /// Waits for an answer of the client.
    fn ask<T>(
        &self,
        method: &'static str,
        answer: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, ChainError> {
        let answer = self.runtime.block_on(answer);
        answer.map_err(|error| reply::failure(self.client.base_url(), method, error))
    }

    /// Asks for what the client has no words for.
    fn ask_raw<T: DeserializeOwned>(
        &self,
        method: &'static str,
        params: ObjectParams,
    ) -> Result<T, ChainError> {
        self.ask(method, async { Ok(self.client.client().request(method, params).await?) })
    }

    /// Asks until the transaction is decided, so many times.
    fn decided(&self, hash: [u8; 32]) -> Result<GetTransactionResponse, ChainError> {
        for question in 0..self.polling.questions {
            if question > 0 {
                self.runtime.block_on(tokio::time::sleep(self.polling.pause));
            }
            let told = self.ask("getTransaction", self.client.get_transaction(&Hash(hash)))?;
            if told.status != "NOT_FOUND" {
                return Ok(told);
            }
        }
        Err(ChainError::Undecided(Hash(hash).to_string()))
    }

    /// The receipt of a decided transaction, or why it failed.
    fn outcome(&self, tx: &Transaction, hash: [u8; 32]) -> Result<Receipt, ChainError> {
        let told = self.decided(hash)?;
        match (told.status.as_str(), &told.result) {
            ("FAILED", Some(result)) => Err(self.refusal(tx, result.clone(), told.events.diagnostic_events)),
            _ => reply::receipt(hash, told),
        }
    }

    fn refusal(
        &self,
        tx: &Transaction,
        result: TransactionResult,
        diagnostics: Vec<DiagnosticEvent>,
    ) -> ChainError {
        let last = self.sequence_of(&source_of(tx)).unwrap_or_default();
        Refused { result, diagnostics }.error(tx, last)
    }

    /// A refusal that came before the transaction was taken.
    fn refused(&self, tx: &Transaction, sent: &Sent) -> Result<ChainError, ChainError> {
        let result = from_base64("a result", sent.error_result_xdr.as_deref().unwrap_or_default())?;
        let diagnostics = sent.diagnostic_events_xdr.iter().flatten();
        let diagnostics =
            diagnostics.map(|event| from_base64("an event", event)).collect::<Result<_, _>>()?;
        Ok(self.refusal(tx, result, diagnostics))
    }
}

impl Ledger for Network {
    fn network(&self) -> [u8; 32] {
        self.network
    }

    fn head(&self) -> Result<Head, ChainError> {
        self.ask_raw::<LatestLedger>("getLatestLedger", ObjectParams::new())?.head()
    }

    fn simulate(&self, request: &Request) -> Result<Simulated, ChainError> {
        let body = Body::unprepared(request.function.clone());
        let tx = body.of(request.source.clone(), request.sequence)?;
        let envelope = TransactionEnvelope::Tx(TransactionV1Envelope { tx, signatures: VecM::default() });
        // As the embedded ledger: what contracts ask of each other is signed for, too.
        let mode = Some(AuthMode::RecordAllowNonRoot);
        let answer = self.client.simulate_transaction_envelope(&envelope, mode);
        reply::simulated(self.ask("simulateTransaction", answer)?)
    }

    fn send(&mut self, envelope: &TransactionEnvelope) -> Result<Receipt, ChainError> {
        let TransactionEnvelope::Tx(TransactionV1Envelope { tx, .. }) = envelope else {
            return Err(ChainError::Unsupported("this kind of envelope"));
        };
        let mut params = ObjectParams::new();
        let wrong = |error| ChainError::value("a transaction", error);
        params.insert("transaction", to_base64(envelope)?).map_err(wrong)?;
        let sent: Sent = self.ask_raw("sendTransaction", params)?;
        match sent.status.as_str() {
            "PENDING" | "DUPLICATE" => self.outcome(tx, envelope_hash(self.network, envelope)?),
            "ERROR" => Err(self.refused(tx, &sent)?),
            other => {
                Err(ChainError::Answer { method: "sendTransaction", code: 0, problem: other.to_owned() })
            }
        }
    }

    fn receipt(&self, hash: [u8; 32]) -> Result<Option<Receipt>, ChainError> {
        let told = self.ask("getTransaction", self.client.get_transaction(&Hash(hash)))?;
        match told.status.as_str() {
            "SUCCESS" => reply::receipt(hash, told).map(Some),
            _ => Ok(None),
        }
    }

    fn entry(&self, key: &LedgerKey) -> Result<Option<Entry>, ChainError> {
        let keys = std::slice::from_ref(key);
        let told = self.ask("getLedgerEntries", self.client.get_ledger_entries(keys))?;
        let Some(found) = told.entries.unwrap_or_default().into_iter().next() else { return Ok(None) };
        let (data, ext) = (from_base64("an entry", &found.xdr)?, LedgerEntryExt::V0);
        let entry = LedgerEntry { last_modified_ledger_seq: found.last_modified_ledger, data, ext };
        Ok(Some(Entry { entry, live_until: found.live_until_ledger_seq_ledger_seq }))
    }

    fn lives(&self, keys: &[LedgerKey]) -> Result<Vec<(LedgerKey, u32)>, ChainError> {
        let mut lives = Vec::new();
        for some in keys.chunks(ENTRIES) {
            let told = self.ask("getLedgerEntries", self.client.get_ledger_entries(some))?;
            for found in told.entries.unwrap_or_default() {
                let key = from_base64("a key", &found.key)?;
                lives.extend(found.live_until_ledger_seq_ledger_seq.map(|until| (key, until)));
            }
        }
        Ok(lives)
    }

    fn events(&self, ledgers: RangeInclusive<u32>) -> Result<Vec<EventRow>, ChainError> {
        events::all(self, ledgers)
    }

    fn close(&mut self, time: u64) -> Result<Head, ChainError> {
        let now = self.head()?;
        if time < now.time {
            return Err(ChainError::TimeBack { asked: time, now: now.time });
        }
        let mut params = ObjectParams::new();
        params.insert("time", time).map_err(|error| ChainError::value("a time", error))?;
        match self.ask_raw::<LatestLedger>(CLOSE_LEDGER, params) {
            Ok(told) => told.head(),
            // A clock that moves by itself may be there already.
            Err(ChainError::Answer { code: METHOD_NOT_FOUND, .. }) if now.time >= time => Ok(now),
            Err(ChainError::Answer { code: METHOD_NOT_FOUND, .. }) => {
                Err(ChainError::Clock { asked: time, now: now.time })
            }
            Err(error) => Err(error),
        }
    }

    fn oldest(&self) -> Result<u32, ChainError> {
        Ok(self.ask("getHealth", self.client.get_health())?.oldest_ledger)
    }

    fn friendbot(&self) -> Option<&str> {
        self.friendbot.as_deref()
    }

    fn inclusion_fee(&self) -> u32 {
        INCLUSION_FEE
    }
}
