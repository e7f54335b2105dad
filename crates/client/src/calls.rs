//! Every call that has a name.

use futures_util::stream::BoxStream;
use reqwest::Method;

use crate::{Audited, Client, ClientError, Evidence, IssuedKey, Key, NewKey, ReadingProof};

impl Client {
    /// Makes a key.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn issue_key(&self, new: &NewKey, idempotency_key: &str) -> Result<IssuedKey, ClientError> {
        self.command((Method::POST, &["access", "keys"]), idempotency_key, Some(new)).await
    }

    /// Ends a key.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn revoke_key(&self, id: &str, idempotency_key: &str) -> Result<Key, ClientError> {
        self.command((Method::DELETE, &["access", "keys", id]), idempotency_key, None::<&()>).await
    }

    /// Every key that was ever made.
    pub fn keys(&self) -> BoxStream<'_, Result<Key, ClientError>> {
        self.list(&["access", "keys"])
    }

    /// The audit log.
    pub fn audit(&self) -> BoxStream<'_, Result<Audited, ClientError>> {
        self.list(&["audit"])
    }

    /// Proves a reading that was taken. Check it: the node is not to be believed.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn reading_proof(&self, device: &str, sequence: u64) -> Result<ReadingProof, ClientError> {
        let sequence = sequence.to_string();
        self.read(&["telemetry", "devices", device, "readings", &sequence, "proof"], &[]).await
    }

    /// What is kept against a device.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn evidence(&self, device: &str) -> Result<Vec<Evidence>, ClientError> {
        self.read(&["telemetry", "devices", device, "evidence"], &[]).await
    }
}
