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
digest! {
    /// A machine: the hash of its serial and device key, the same in every deal.
    MachineId
}
digest! {
    /// A deal: the hash that its ledger knows it by.
    DealId
}
digest! {
    /// A person or company: the salted hash of who it is. All zeros is nobody.
    PartyId
}
digest! {
    /// What is to be done by a guarded power or an amendment: the hash of the new plan, code or parameter.
    Subject
}

impl Evidence {
    /// Refuses evidence that is none.
    ///
    /// # Errors
    /// [`SettleError::EvidenceMissing`].
    pub fn require(self) -> Result<(), SettleError> {
        require(self != Self::default(), SettleError::EvidenceMissing)
    }
}
