//! Keys: 256 random bits that are shown once. The log keeps their hash, so that whoever reads it can open nothing.

use std::collections::BTreeMap;

use client::{IssuedKey, Key, NewKey, Role, Secret};
use node::store::{Command, Event, EventStore, NewEvent};
use node::{NodeError, hex};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::error::ApiError;

/// The stream of events that keys are kept in.
pub const STREAM: &str = "access";
const ISSUED: &str = "access.issued";
const REVOKED: &str = "access.revoked";

/// What a key's text begins with, so that it is known when it is found where it should not be.
const PREFIX: &str = "forebay";

#[derive(Serialize, Deserialize)]
struct Issued {
    id: String,
    name: String,
    role: Role,
    party: Option<String>,
    /// SHA-256 of the secret's bytes, in hexadecimal. They are random, so a slow hash would protect nothing more.
    hash: String,
}

#[derive(Serialize, Deserialize)]
struct Revoked {
    id: String,
}

/// Who sends a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The key's id.
    pub key: String,
    /// Whose key it is.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// The party whose own affairs it sees.
    pub party: Option<String>,
}

/// Every key that was ever made, as the log has them.
#[derive(Debug, Default)]
pub struct Keys {
    keys: BTreeMap<String, Kept>,
    sequence: u64,
}

#[derive(Debug)]
struct Kept {
    key: Key,
    hash: [u8; 32],
}

impl Keys {
    /// Reads what the log has after what was read.
    ///
    /// # Errors
    /// [`NodeError::Database`], or [`NodeError::Value`] for an event that cannot be read.
    pub async fn news(store: &EventStore, after: u64) -> Result<Vec<Event>, NodeError> {
        let mut news = Vec::new();
        let mut after = after;
        loop {
            let page = store.stream_after(STREAM, after).await?;
            let Some(last) = page.last() else { return Ok(news) };
            after = last.sequence;
            news.extend(page);
        }
    }

    /// The last event that was read.
    pub const fn sequence(&self) -> u64 {
        self.sequence
    }

    /// Takes events in, each once.
    ///
    /// # Errors
    /// [`NodeError::Value`] for an event that cannot be read.
    pub fn fold(&mut self, events: &[Event]) -> Result<(), NodeError> {
        let known = self.sequence;
        for event in events.iter().filter(|event| event.sequence > known) {
            self.fold_one(event)?;
        }
        self.sequence = events.last().map_or(self.sequence, |last| last.sequence.max(self.sequence));
        Ok(())
    }

    fn fold_one(&mut self, event: &Event) -> Result<(), NodeError> {
        match event.kind.as_str() {
            ISSUED => {
                let Issued { id, name, role, party, hash } = event.json()?;
                let key = Key { id: id.clone(), name, role, party, issued_at: event.at, revoked_at: None };
                // A hash that is none is met by no secret.
                let hash = hex::array(&hash).unwrap_or_default();
                self.keys.insert(id, Kept { key, hash });
            }
            REVOKED => {
                let Revoked { id } = event.json()?;
                if let Some(kept) = self.keys.get_mut(&id) {
                    kept.key.revoked_at.get_or_insert(event.at);
                }
            }
            _ => (),
        }
        Ok(())
    }

    /// Who holds this key, if it is good. The hashes are compared in the same time wherever they differ.
    pub fn caller(&self, presented: &str) -> Option<Caller> {
        let (id, secret) = presented.strip_prefix(PREFIX)?.strip_prefix('_')?.split_once('_')?;
        let kept = self.keys.get(id)?;
        let same = hash_of(&hex::array(secret)?).ct_eq(&kept.hash);
        let good = bool::from(same) && kept.key.revoked_at.is_none();
        let Key { id, name, role, party, .. } = kept.key.clone();
        good.then_some(Caller { key: id, name, role, party })
    }

    /// Whether the key is there and has not ended.
    pub fn is_good(&self, id: &str) -> bool {
        self.keys.get(id).is_some_and(|kept| kept.key.revoked_at.is_none())
    }

    /// One key.
    pub fn get(&self, id: &str) -> Option<&Key> {
        self.keys.get(id).map(|kept| &kept.key)
    }

    /// The keys after an id, in the order of ids.
    pub fn after(&self, id: Option<&str>, most: u32) -> Vec<Key> {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let after = |found: &&Kept| id.is_none_or(|id| found.key.id.as_str() > id);
        self.keys.values().filter(after).take(most).map(|kept| kept.key.clone()).collect()
    }
}

fn hash_of(secret: &[u8; 32]) -> [u8; 32] {
    Sha256::digest(secret).into()
}

/// Makes a key. Its secret is in the answer and nowhere else.
///
/// # Errors
/// [`ApiError::Value`] for a name that cannot be kept or an investor without a party; [`ApiError::Internal`] if the
/// machine has no random numbers; what [`EventStore::append`] says, such as [`NodeError::KeyTaken`] for a repetition: a
/// secret is shown once.
pub async fn issue(store: &EventStore, new: &NewKey, (key, at): (&str, u64)) -> Result<IssuedKey, ApiError> {
    require_named(&new.name)?;
    new.party.as_deref().map_or(Ok(()), require_named)?;
    if new.role == Role::Investor && new.party.is_none() {
        return Err(ApiError::value("a key", "an investor sees what is its own; say `party`"));
    }
    let random = random()?;
    let (id, secret) = random.split_first_chunk::<8>().ok_or(ApiError::Internal)?;
    let secret: [u8; 32] = secret.try_into().map_err(|_| ApiError::Internal)?;
    let id = hex::encode(id);
    let NewKey { name, role, party } = new.clone();
    let issued = Issued {
        id: id.clone(),
        name: name.clone(),
        role,
        party: party.clone(),
        hash: hex::encode(&hash_of(&secret)),
    };
    tell(store, NewEvent::json(ISSUED, 1, &issued)?, (key, at)).await?;
    let secret = Secret::new(&format!("{PREFIX}_{id}_{}", hex::encode(&secret)));
    Ok(IssuedKey { key: Key { id, name, role, party, issued_at: at, revoked_at: None }, secret })
}

/// Ends a key.
///
/// # Errors
/// What [`EventStore::append`] says.
pub async fn revoke(store: &EventStore, id: &str, (key, at): (&str, u64)) -> Result<(), ApiError> {
    tell(store, NewEvent::json(REVOKED, 1, &Revoked { id: id.to_owned() })?, (key, at)).await
}

async fn tell(store: &EventStore, event: NewEvent, (key, at): (&str, u64)) -> Result<(), ApiError> {
    let (key, stream) = (key.to_owned(), STREAM.to_owned());
    store.append(&Command { key, stream, expected: None, at, events: vec![event] }).await?;
    Ok(())
}

/// Eight bytes for the id and thirty-two for the secret.
fn random() -> Result<[u8; 40], ApiError> {
    let mut random = [0; 40];
    getrandom::fill(&mut random).map_err(|_| ApiError::Internal)?;
    Ok(random)
}

/// Most letters of a name.
const NAME_MAX: usize = 64;

fn require_named(name: &str) -> Result<(), ApiError> {
    let known = |sign: char| sign.is_ascii_alphanumeric() || "._@-".contains(sign);
    if (1..=NAME_MAX).contains(&name.len()) && name.chars().all(known) {
        return Ok(());
    }
    Err(ApiError::value("a name", "write 1 to 64 letters, digits and `.-_@`"))
}
