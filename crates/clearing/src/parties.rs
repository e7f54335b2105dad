//! Who takes part in a simulated deal.

use chain::Key;
use sha2::{Digest, Sha256};

/// The accounts of a simulated deal; their keys come from the ledger's name.
#[derive(Clone, Debug)]
pub struct Parties {
    network: [u8; 32],
    /// Issues the currency.
    pub issuer: Key,
    /// Installs the deal, funds it, and is the first holder of every note.
    pub arranger: Key,
    /// Acts for the holders.
    pub trustee: Key,
    /// Pays rents and the price of what is sold.
    pub operator: Key,
}

impl Parties {
    /// The parties of a ledger.
    pub fn of(network: [u8; 32]) -> Self {
        let key = |role: &str| derived(network, role);
        Self {
            network,
            issuer: key("issuer"),
            arranger: key("arranger"),
            trustee: key("trustee"),
            operator: key("operator"),
        }
    }

    /// Who reports an input, by its position.
    pub fn reporter(&self, position: u8) -> Key {
        derived(self.network, &format!("reporter {position}"))
    }

    /// Who is behind a payee that is no note.
    pub fn payee(&self, id: u32) -> Key {
        derived(self.network, &format!("payee {id}"))
    }
}

fn derived(network: [u8; 32], role: &str) -> Key {
    let secret = Sha256::new().chain_update(network).chain_update(role).finalize();
    Key::from_secret(secret.into())
}
