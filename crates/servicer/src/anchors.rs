//! The ledger that keeps the roots of readings: where they are put, and what is found there.

use crate::error::ServicerError;
use crate::ledgers::{Home, Ledgers};
use crate::servicer::{Servicer, Told, blocking};
use chain::Key;
use chain::xdr::ContractId;
use clearing::{Anchored, ClearingError, Place};
use futures_util::future::BoxFuture;
use node::telemetry::{Anchor, DeviceId, ReadingProof, Segment, SegmentProof, prove};
use node::{NodeError, hex};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::timeout;

/// How long a ledger is waited for by somebody who asks for a proof.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the ledger itself has for a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LedgerRoot {
    /// The root that the proof leads to.
    Holds,
    /// Another, in hexadecimal: the proof leads to nothing that was anchored.
    Differs(String),
    /// None: the root was never anchored there.
    Missing,
    /// Nobody could look; the number says why.
    Unread(u16),
}

/// Puts roots on a ledger of the node's own, or on the network, and reads them there.
#[derive(Clone, Debug)]
pub struct LedgerAnchor {
    place: Place,
    node: Option<Key>,
    now: u64,
    /// A ledger in a file is opened by one at a time.
    turn: Arc<Mutex<()>>,
}

impl Ledgers {
    /// Where roots go; `now` is the time that a ledger in a file is told.
    pub fn anchor(&self, now: u64) -> LedgerAnchor {
        let place = match &self.at {
            Home::Folder(folder) => Place::File(folder.join("anchors.ledger")),
            Home::Server(url) => Place::Server(url.clone()),
        };
        LedgerAnchor { place, node: self.keys.clone(), now, turn: Arc::default() }
    }
}

impl LedgerAnchor {
    /// What the ledger has for a segment, by the words that say where its root was put; nothing if they name no ledger.
    pub async fn find(&self, segment: &SegmentProof) -> Option<LedgerRoot> {
        let contract = segment.anchor.parse::<Anchored>().ok()?.contract;
        let number = u32::try_from(segment.id).ok()?;
        let late = || ServicerError::Interrupted("looking at the ledger".to_owned());
        let found = timeout(PATIENCE, self.look(contract, number)).await.unwrap_or_else(|_| Err(late()));
        Some(match found {
            Ok(Some(root)) if hex::encode(&root) == segment.root => LedgerRoot::Holds,
            Ok(Some(root)) => LedgerRoot::Differs(hex::encode(&root)),
            Ok(None) => LedgerRoot::Missing,
            Err(error) => LedgerRoot::Unread(error.code()),
        })
    }

    async fn look(&self, contract: ContractId, segment: u32) -> Told<Option<[u8; 32]>> {
        let (place, _turn) = (self.place.clone(), self.turn.lock().await);
        Ok(blocking(move || clearing::anchored(&place, &contract, segment)).await??)
    }

    async fn put(&self, (segment, root): (u32, [u8; 32])) -> Told<Result<String, ClearingError>> {
        let (anchor, _turn) = (self.clone(), self.turn.lock().await);
        let put = blocking(move || {
            clearing::anchor(&anchor.place, (anchor.node.as_ref(), anchor.now), (segment, root))
        });
        Ok(put.await?.map(|put| put.to_string()))
    }
}

impl Anchor for LedgerAnchor {
    fn anchor<'a>(&'a self, segment: &'a Segment) -> BoxFuture<'a, Result<String, NodeError>> {
        Box::pin(async move {
            let number = u32::try_from(segment.id)
                .map_err(|_| NodeError::Value { what: "a segment", problem: segment.id.to_string() })?;
            let put = self.put((number, segment.root)).await?;
            put.map_err(|error| NodeError::Unavailable(format!("{error} [{}]", error.code())))
        })
    }
}

impl Servicer {
    /// Where roots go, if this node has a ledger.
    ///
    /// # Errors
    /// As [`Servicer::now`].
    pub fn anchor(&self) -> Told<Option<LedgerAnchor>> {
        let Some(ledgers) = &self.inner.options.ledgers else { return Ok(None) };
        Ok(Some(LedgerAnchor { turn: self.inner.anchors.clone(), ..ledgers.anchor(self.now()?) }))
    }

    /// Proves a reading that was taken, and looks at the ledger for the root that the proof leads to; none of that while the
    /// reading's segment is open, or without a ledger.
    ///
    /// # Errors
    /// [`NodeError::NotFound`], [`NodeError::Database`].
    pub async fn prove_reading(
        &self,
        device: DeviceId,
        sequence: u64,
    ) -> Told<(ReadingProof, Option<LedgerRoot>)> {
        let proof = prove(self.database(), device, sequence).await?;
        let found = match (self.anchor()?, &proof.segment) {
            (Some(anchor), Some(segment)) => anchor.find(segment).await,
            _ => None,
        };
        Ok((proof, found))
    }
}
