//! Thirty-two bytes that were hashed elsewhere, by what they stand for.

use crate::{SettleError, require};

macro_rules! digest {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; 32]);
    };
}

digest! {
    /// The hash of a document or record that proves a step. All zeros is no evidence.
    Evidence
}

impl Evidence {
    /// Refuses evidence that is none.
    pub(crate) fn require(self) -> Result<(), SettleError> {
        require(self != Self::default(), SettleError::EvidenceMissing)
    }
}
