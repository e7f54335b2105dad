//! What a deal has on its ledger, entry by entry, under the keys that its contracts use.

use crate::code::{BALLOT, DEAL, NOTE, OFFERING, TITLE};
use crate::deployment::{Deployment, Installing, instance_of};
use crate::receipts::{receipts, signers};
use chain::ChainError;
use chain::value::{address, bytes, contract, list, symbol};
use chain::xdr::{
    ContractDataDurability, ContractId, Hash, LedgerKey, LedgerKeyContractCode, LedgerKeyContractData,
    ScAddress, ScVal,
};
use std::collections::BTreeSet;

impl Deployment {
    /// Every entry of a deal that can expire and that somebody will need: contracts and their code, the plan and how the deal
    /// stands, cash, notes of these holders, machines and their titles. Some may not be there.
    pub(crate) fn entries(
        &self,
        installing: Installing<'_>,
        holders: &BTreeSet<ScAddress>,
    ) -> Result<Vec<LedgerKey>, ChainError> {
        let code = |hash| LedgerKey::ContractCode(LedgerKeyContractCode { hash: Hash(hash) });
        let mut keys: Vec<_> = [BALLOT, DEAL, NOTE, OFFERING, TITLE].map(|one| code(one.hash())).into();
        keys.extend(self.contracts().map(instance_of));
        for name in ["office", "plan", "standing"] {
            keys.push(data(&self.deal, symbol(name)?));
        }
        for holder in self.contracts() {
            keys.push(named(self.currency.contract(), "Balance", vec![address(contract(holder.clone()))])?);
        }
        for note in &self.notes {
            keys.push(named(&self.offering, "book", vec![address(contract(note.clone()))])?);
            for holder in holders {
                keys.push(named(note, "holder", vec![address(holder.clone())])?);
            }
        }
        keys.extend(self.collateral(installing)?);
        Ok(keys)
    }

    fn contracts(&self) -> impl Iterator<Item = &ContractId> {
        let one = [&self.deal, &self.offering, &self.title, &self.ballot, self.currency.contract()];
        one.into_iter().chain(&self.notes)
    }

    /// What the registry keeps of the deal's machines.
    fn collateral(&self, installing: Installing<'_>) -> Result<Vec<LedgerKey>, ChainError> {
        let mut keys = vec![named(&self.title, "closing", vec![address(contract(self.deal.clone()))])?];
        for (role, party) in signers(&self.parties) {
            keys.push(named(&self.title, "role", vec![ScVal::U32(role), address(party.address())])?);
        }
        for id in 1..=receipts(installing.machines.len()) {
            keys.push(named(&self.title, "receipt", vec![ScVal::U32(id)])?);
            keys.push(named(&self.title, "title", vec![ScVal::U32(id)])?);
        }
        for machine in installing.machines {
            keys.push(named(&self.title, "machine", vec![bytes(machine)?])?);
        }
        Ok(keys)
    }
}

fn named(place: &ContractId, name: &str, parts: Vec<ScVal>) -> Result<LedgerKey, ChainError> {
    let key = std::iter::once(symbol(name)?).chain(parts).collect();
    Ok(data(place, list(key)?))
}

fn data(place: &ContractId, key: ScVal) -> LedgerKey {
    let (contract, durability) = (contract(place.clone()), ContractDataDurability::Persistent);
    LedgerKey::ContractData(LedgerKeyContractData { contract, key, durability })
}
