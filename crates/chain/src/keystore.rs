use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use crate::{ChainError, Key};

/// First line of every key file.
const TITLE: &str = "forebay keys 1";

/// Ending that the name of an unencrypted file must have.
const PLAIN_ENDING: &str = "plain-test-keys";

/// Memory in KiB, passes and lanes that turn a passphrase into a key: the password storage advice of
/// OWASP for Argon2id, 19 MiB and two passes.
const EFFORT: (u32, u32, u32) = (19_456, 2, 1);

/// Most keys that a file holds.
const KEYS_MAX: usize = 4096;

/// Bytes of a name.
const NAME_BYTES_MAX: usize = 64;

/// Random bytes, from whoever calls: nothing below the shell draws them itself.
pub type Random<'a> = &'a mut dyn FnMut() -> [u8; 32];

/// How a key file is locked.
#[derive(Clone, Copy)]
pub enum Lock<'a> {
    /// Encrypted under a passphrase.
    Passphrase(&'a str),
    /// Not encrypted, for tests; the name of the file must end in `.plain-test-keys`.
    PlainForTests,
}

/// A file of named keys.
///
/// # Security
///
/// Names and secrets are one box of XChaCha20-Poly1305 under a key that Argon2id makes of the
/// passphrase, so neither can be read, changed or swapped without it. Secrets are wiped from memory
/// when the store is dropped.
pub struct Keystore {
    path: PathBuf,
    cipher: Option<Cipher>,
    secrets: BTreeMap<String, Zeroizing<[u8; 32]>>,
}

/// What encrypts a file: the key, and the salt that made it.
struct Cipher {
    salt: [u8; 16],
    key: Zeroizing<[u8; 32]>,
}

impl Keystore {
    /// Creates an empty file.
    ///
    /// # Errors
    ///
    /// [`ChainError::Exists`] if there is one, [`ChainError::PlainKeys`] if it would be unencrypted
    /// under a name that does not say so.
    pub fn create(path: &Path, lock: Lock<'_>, random: Random<'_>) -> Result<Self, ChainError> {
        if path.exists() {
            return Err(ChainError::Exists { path: path.display().to_string() });
        }
        let cipher = match lock {
            Lock::PlainForTests => require_plain_name(path).map(|()| None)?,
            Lock::Passphrase(passphrase) => Some(Cipher::of(passphrase, first(random()))?),
        };
        let store = Self { path: path.to_owned(), cipher, secrets: BTreeMap::new() };
        store.save(random)?;
        Ok(store)
    }

    /// Opens a file.
    ///
    /// # Errors
    ///
    /// [`ChainError::WrongPassphrase`], [`ChainError::PlainKeys`] or [`ChainError::NotKeys`].
    pub fn open(path: &Path, lock: Lock<'_>) -> Result<Self, ChainError> {
        let text = fs::read_to_string(path).map_err(|error| not_keys(path, error))?;
        let (head, body) = parts(&text).ok_or_else(|| not_keys(path, "it begins differently"))?;
        let body = unhex(body).ok_or_else(|| not_keys(path, "it is no hexadecimal text"))?;
        let (cipher, plain) = match (lock, salt_in(head)) {
            (Lock::PlainForTests, None) => require_plain_name(path).map(|()| (None, body.into()))?,
            (Lock::Passphrase(passphrase), Some(salt)) => {
                let cipher = Cipher::of(passphrase, salt)?;
                let plain = cipher.open(&body, head).ok_or(ChainError::WrongPassphrase)?;
                (Some(cipher), plain)
            }
            _ => return Err(ChainError::PlainKeys(path.display().to_string())),
        };
        let secrets = decode(&plain).ok_or_else(|| not_keys(path, "its list of keys is malformed"))?;
        Ok(Self { path: path.to_owned(), cipher, secrets })
    }

    /// Draws a new key and keeps it under this name.
    ///
    /// # Errors
    ///
    /// [`ChainError::KeyExists`], or a name that is not 1 to 64 bytes.
    pub fn add(&mut self, name: &str, random: Random<'_>) -> Result<Key, ChainError> {
        let secret = random();
        self.import(name, secret, random)
    }

    /// Keeps a key that was made elsewhere.
    ///
    /// # Errors
    ///
    /// As [`Keystore::add`].
    pub fn import(&mut self, name: &str, secret: [u8; 32], random: Random<'_>) -> Result<Key, ChainError> {
        if name.is_empty() || name.len() > NAME_BYTES_MAX || self.secrets.len() >= KEYS_MAX {
            return Err(ChainError::value("a key", "its name is not 1 to 64 bytes, or the file is full"));
        }
        if self.secrets.contains_key(name) {
            return Err(ChainError::KeyExists(name.to_owned()));
        }
        self.secrets.insert(name.to_owned(), Zeroizing::new(secret));
        if let Err(error) = self.save(random) {
            self.secrets.remove(name);
            return Err(error);
        }
        Ok(Key::from_secret(secret))
    }

    /// The key with this name.
    ///
    /// # Errors
    ///
    /// [`ChainError::NoKey`] with the names that there are.
    pub fn key(&self, name: &str) -> Result<Key, ChainError> {
        let known = || self.names().collect::<Vec<_>>().join(", ");
        let secret = self.secrets.get(name);
        let secret = secret.ok_or_else(|| ChainError::NoKey { name: name.to_owned(), known: known() })?;
        Ok(Key::from_secret(**secret))
    }

    /// All names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.secrets.keys().map(String::as_str)
    }

    /// Writes the whole file beside the old one and then puts it in its place.
    fn save(&self, random: Random<'_>) -> Result<(), ChainError> {
        let plain = encode(&self.secrets);
        let (head, body) = match &self.cipher {
            None => ("plain".to_owned(), plain.to_vec()),
            Some(cipher) => {
                let head = cipher.head();
                let body = cipher.seal(&plain, &head, first(random()))?;
                (head, body)
            }
        };
        let text = Zeroizing::new(format!("{TITLE}\n{head}\n{}\n", hex(&body)));
        write_private(&self.path, text.as_bytes()).map_err(|error| not_keys(&self.path, error))
    }
}

impl Cipher {
    fn of(passphrase: &str, salt: [u8; 16]) -> Result<Self, ChainError> {
        let (memory, passes, lanes) = EFFORT;
        let wrong = |error| ChainError::value("a passphrase", error);
        let params = Params::new(memory, passes, lanes, Some(32)).map_err(wrong)?;
        let mut key = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(passphrase.as_bytes(), &salt, &mut *key)
            .map_err(wrong)?;
        Ok(Self { salt, key })
    }

    /// The line that tells how the file is encrypted; the box is bound to it.
    fn head(&self) -> String {
        let (memory, passes, lanes) = EFFORT;
        format!("argon2id {memory} {passes} {lanes} xchacha20poly1305 {}", hex(&self.salt))
    }

    fn seal(&self, plain: &[u8], head: &str, nonce: [u8; 24]) -> Result<Vec<u8>, ChainError> {
        let payload = Payload { msg: plain, aad: head.as_bytes() };
        let sealed = XChaCha20Poly1305::new((&*self.key).into()).encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.map_err(|error| ChainError::value("keys", error))?;
        Ok([&nonce[..], &sealed].concat())
    }

    fn open(&self, body: &[u8], head: &str) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, sealed) = body.split_first_chunk::<24>()?;
        let payload = Payload { msg: sealed, aad: head.as_bytes() };
        let plain = XChaCha20Poly1305::new((&*self.key).into()).decrypt(&XNonce::from(*nonce), payload);
        plain.ok().map(Zeroizing::new)
    }
}

fn require_plain_name(path: &Path) -> Result<(), ChainError> {
    match path.extension().is_some_and(|ending| ending == PLAIN_ENDING) {
        true => Ok(()),
        false => Err(ChainError::PlainKeys(path.display().to_string())),
    }
}

fn not_keys(path: &Path, problem: impl std::fmt::Display) -> ChainError {
    ChainError::NotKeys { path: path.display().to_string(), problem: problem.to_string() }
}

/// The first bytes of a longer draw.
fn first<const N: usize>(random: [u8; 32]) -> [u8; N] {
    std::array::from_fn(|place| random.get(place).copied().unwrap_or_default())
}

/// Title checked, then how it is encrypted, then the box.
fn parts(text: &str) -> Option<(&str, &str)> {
    let mut lines = text.lines();
    match (lines.next(), lines.next(), lines.next(), lines.next()) {
        (Some(TITLE), Some(head), Some(body), None) => Some((head, body)),
        _ => None,
    }
}

/// The salt, if the file is encrypted in the one way that there is.
fn salt_in(head: &str) -> Option<[u8; 16]> {
    let salt = head.rsplit(' ').next().and_then(unhex)?.try_into().ok()?;
    let cipher = Cipher { salt, key: Zeroizing::default() };
    (cipher.head() == head).then_some(salt)
}

/// Length of the name, name, secret; for each key.
fn encode(secrets: &BTreeMap<String, Zeroizing<[u8; 32]>>) -> Zeroizing<Vec<u8>> {
    let row = |bytes: usize| bytes + NAME_BYTES_MAX;
    // Room for all of it at once: a vector that grows would leave copies of secrets behind.
    let mut plain = Zeroizing::new(Vec::with_capacity(secrets.len() * row(33)));
    for (name, secret) in secrets {
        plain.extend(u8::try_from(name.len()).ok());
        plain.extend_from_slice(name.as_bytes());
        plain.extend_from_slice(&**secret);
    }
    plain
}

fn decode(mut plain: &[u8]) -> Option<BTreeMap<String, Zeroizing<[u8; 32]>>> {
    let mut secrets = BTreeMap::new();
    while let Some((length, rest)) = plain.split_first() {
        let (name, rest) = rest.split_at_checked(usize::from(*length))?;
        let (secret, rest) = rest.split_first_chunk::<32>()?;
        secrets.insert(String::from_utf8(name.to_vec()).ok()?, Zeroizing::new(*secret));
        plain = rest;
    }
    Some(secrets)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).ok());
    digits
        .map(|pair| pair.filter(|pair| pair.len() == 2).and_then(|pair| u8::from_str_radix(pair, 16).ok()))
        .collect()
}

/// Replaces a file as a whole; only its owner may read it.
fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let draft = path.with_extension("draft");
    // A draft that a killed process left may have other permissions.
    if draft.exists() {
        fs::remove_file(&draft)?;
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&draft)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&draft, path)
}
