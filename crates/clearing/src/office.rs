//! Who may do what with a deal beside its payments.

use chain::ChainError;
use chain::value::{address, map};
use chain::xdr::{ScAddress, ScVal};

/// The powers over a deal, as its contract is told them.
#[derive(Clone, Debug)]
pub struct Office {
    /// Enforces.
    pub agent: ScAddress,
    /// The registry of receipts, and how many the closing is against.
    pub collateral: Option<(ScAddress, u32)>,
}

impl Office {
    /// One holder of all powers, no collateral.
    pub fn held_by(one: ScAddress) -> Self {
        Self { agent: one, collateral: None }
    }

    /// As the contract reads it.
    ///
    /// # Errors
    /// [`ChainError`] if it is too large.
    pub fn value(&self) -> Result<ScVal, ChainError> {
        let collateral = match &self.collateral {
            Some((title, receipts)) => {
                map(vec![("receipts", ScVal::U32(*receipts)), ("title", address(title.clone()))])?
            }
            None => ScVal::Void,
        };
        map(vec![("agent", address(self.agent.clone())), ("collateral", collateral)])
    }
}
