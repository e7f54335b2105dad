use std::fmt;

use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::xdr::{AccountId, PublicKey, ScAddress, Uint256};

/// A key that signs for one account.
///
/// # Security
///
/// The secret is wiped when the key is dropped, and is never printed.
#[derive(Clone)]
pub struct Key(SigningKey);

impl Key {
    /// The key of a secret. Whoever calls supplies the randomness.
    pub fn from_secret(secret: [u8; 32]) -> Self {
        Self(SigningKey::from_bytes(&secret))
    }

    /// A key of its own for one purpose, the same every time; nobody can tell this key from it.
    pub fn child(&self, purpose: &[&[u8]]) -> Self {
        let secret = Zeroizing::new(self.0.to_bytes());
        let begun = Sha256::new().chain_update(*secret);
        Self::from_secret(
            purpose.iter().fold(begun, |so_far, part| so_far.chain_update(part)).finalize().into(),
        )
    }

    /// The account that this key signs for.
    pub fn account(&self) -> AccountId {
        AccountId(PublicKey::PublicKeyTypeEd25519(Uint256(self.public())))
    }

    /// The same account as an address that contracts know.
    pub fn address(&self) -> ScAddress {
        ScAddress::Account(self.account())
    }

    pub(crate) fn public(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }

    pub(crate) fn sign(&self, digest: &[u8; 32]) -> [u8; 64] {
        self.0.sign(digest).to_bytes()
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({})", self.account())
    }
}

/// Whether `signature` over `digest` is by the key of `account`.
pub(crate) fn verifies(account: &AccountId, digest: &[u8; 32], signature: &[u8]) -> bool {
    let AccountId(PublicKey::PublicKeyTypeEd25519(Uint256(public))) = account;
    let (Ok(key), Ok(signature)) = (VerifyingKey::from_bytes(public), signature.try_into()) else {
        return false;
    };
    key.verify_strict(digest, &signature).is_ok()
}
