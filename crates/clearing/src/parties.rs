//! Who takes part in a simulated deal.

use chain::Key;

/// The accounts of a simulated deal; all keys come from one.
#[derive(Clone, Debug)]
pub struct Parties {
    network: [u8; 32],
    root: Key,
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
    /// The parties of a ledger, with keys that come from this one. Without it they come from the ledger's name, which
    /// everybody knows: for ledgers that nobody else can reach.
    pub fn of(network: [u8; 32], root: Option<&Key>) -> Self {
        let root = root.cloned().unwrap_or_else(|| Key::from_secret(network));
        let key = |role: &str| derived(&root, network, role);
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
            root,
        }
    }

    /// Who reports an input, by its position.
    pub fn reporter(&self, position: u8) -> Key {
        derived(&self.root, self.network, &format!("reporter {position}"))
    }

    /// Who buys a note.
    pub fn investor(&self, note: u32) -> Key {
        derived(&self.root, self.network, &format!("investor {note}"))
    }

    /// Who is behind a payee that is no note.
    pub fn payee(&self, id: u32) -> Key {
        derived(&self.root, self.network, &format!("payee {id}"))
    }
}

fn derived(root: &Key, network: [u8; 32], role: &str) -> Key {
    root.child(&[&network, role.as_bytes()])
}
