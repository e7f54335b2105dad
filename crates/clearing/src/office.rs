//! Who may do what with a deal beside its payments.

use crate::deployment::numbered;
use chain::ChainError;
use chain::value::{address, list, map};
use chain::xdr::{ScAddress, ScVal};

/// The powers over a deal, as its contract is told them.
#[derive(Clone, Debug)]
pub struct Office {
    /// Enforces.
    pub agent: ScAddress,
    /// Counts the holders' votes on amendments, if there can be any.
    pub ballot: Option<ScAddress>,
    /// The registry of receipts, and how many the closing is against.
    pub collateral: Option<(ScAddress, u32)>,
    /// Changes the code after an announcement.
    pub governor: ScAddress,
    /// Payees that are paid in parts: the id, the shares in basis points, and the end in seconds.
    pub milestones: Vec<(u32, Vec<u32>, u64)>,
    /// Stops new risk.
    pub pauser: ScAddress,
}

impl Office {
    /// One holder of all powers, no collateral, nothing in parts.
    pub fn held_by(one: ScAddress) -> Self {
        let (agent, governor, pauser) = (one.clone(), one.clone(), one);
        Self { agent, ballot: None, collateral: None, governor, milestones: Vec::new(), pauser }
    }

    /// As the contract reads it.
    ///
    /// # Errors
    /// [`ChainError`] if it is too large.
    pub fn value(&self) -> Result<ScVal, ChainError> {
        let guardians = map(vec![
            ("governor", address(self.governor.clone())),
            ("pauser", address(self.pauser.clone())),
        ])?;
        let collateral = match &self.collateral {
            Some((title, receipts)) => {
                map(vec![("receipts", ScVal::U32(*receipts)), ("title", address(title.clone()))])?
            }
            None => ScVal::Void,
        };
        let milestones = self.milestones.iter().map(|(payee, shares, end)| {
            let shares = list(shares.iter().map(|share| ScVal::U32(*share)).collect())?;
            Ok((*payee, map(vec![("end", ScVal::U64(*end)), ("shares", shares)])?))
        });
        map(vec![
            ("agent", address(self.agent.clone())),
            ("ballot", self.ballot.clone().map_or(ScVal::Void, address)),
            ("collateral", collateral),
            ("guardians", guardians),
            ("milestones", numbered(milestones.collect::<Result<_, ChainError>>()?)?),
        ])
    }
}
