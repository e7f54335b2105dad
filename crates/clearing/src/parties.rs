//! Who takes part in a simulated deal.

use chain::Key;
use sha2::{Digest, Sha256};

/// The accounts of a simulated deal; their keys come from the ledger's name.
#[derive(Clone, Debug)]
pub struct Parties {
    network: [u8; 32],
    /// Issues the currency.
    pub issuer: Key,
    /// Installs the deal, brings it to its investors, and lends on notes that are drawn over time.
    pub arranger: Key,
    /// Acts for the holders.
    pub trustee: Key,
    /// Owns the machines; pays rents and the price of what is sold.
    pub operator: Key,
    /// Stops new risk.
    pub pauser: Key,
    /// Names who may sign receipts.
    pub registrar: Key,
    /// Holds the machines in custody.
    pub bailee: Key,
    /// Insures them.
    pub insurer: Key,
    /// Says what they are worth.
    pub appraiser: Key,
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
            pauser: key("pauser"),
            registrar: key("registrar"),
            bailee: key("bailee"),
            insurer: key("insurer"),
            appraiser: key("appraiser"),
        }
    }

    /// Who reports an input, by its position.
    pub fn reporter(&self, position: u8) -> Key {
        derived(self.network, &format!("reporter {position}"))
    }

    /// Who buys a note.
    pub fn investor(&self, note: u32) -> Key {
        derived(self.network, &format!("investor {note}"))
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
