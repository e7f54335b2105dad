//! A node's ledger: the roots under which its readings are.

use crate::code::ANCHOR;
use crate::error::{ClearingError, Doing};
use crate::place::Place;
use chain::value::{Invocation, address, bytes, created_contract, hash_of};
use chain::xdr::{ContractId, Hash, LedgerKey, LedgerKeyContractCode, ScVal};
use chain::{ChainError, Creation, Embedded, Genesis, Key, Ledger, Network, Polling, Signing};
use std::fmt;
use std::str::FromStr;

/// Native coins that the node's account begins with.
const COINS: i64 = 100_000_000_000;

/// A root on a ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchored {
    /// The contract that keeps it.
    pub contract: ContractId,
    /// The number of the ledger that took it.
    pub ledger: u32,
}

impl fmt::Display for Anchored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "contract {} ledger {}", self.contract, self.ledger)
    }
}

impl FromStr for Anchored {
    type Err = ClearingError;

    /// Reads the words that [`fmt::Display`] writes.
    fn from_str(words: &str) -> Result<Self, ClearingError> {
        let parts = || {
            let (contract, ledger) = words.strip_prefix("contract ")?.split_once(" ledger ")?;
            Some(Self { contract: contract.parse().ok()?, ledger: ledger.parse().ok()? })
        };
        parts().ok_or(ClearingError::Unreadable { what: "place of a root" })
    }
}

/// Puts the root of a segment on the ledger in a place; the same root again changes nothing. A file is begun if it is not
/// there, and its clock is moved to `now`, in seconds since 1970.
///
/// # Errors
/// [`ClearingError::Chain`]: number 670 if the segment has another root there.
pub fn anchor(
    place: &Place,
    (node, now): (Option<&Key>, u64),
    (segment, root): (u32, [u8; 32]),
) -> Result<Anchored, ClearingError> {
    let mut ledger = open(place, now)?;
    let ledger = ledger.as_mut();
    let node = signer(ledger, node);
    let contract = install(ledger, &node)?;
    let root = bytes(&root).doing(|| "reading a root".to_owned())?;
    let call = Invocation { contract: &contract, function: "put", args: vec![ScVal::U32(segment), root] };
    let receipt = ledger.invoke(Signing::by(&node), call).doing(|| format!("anchoring segment {segment}"))?;
    Ok(Anchored { contract, ledger: receipt.ledger })
}

/// The root that a ledger has for a segment: for whoever checks a proof. None where there is no ledger; none is begun.
///
/// # Errors
/// [`ClearingError::Chain`].
pub fn anchored(
    place: &Place,
    contract: &ContractId,
    segment: u32,
) -> Result<Option<[u8; 32]>, ClearingError> {
    let Some(ledger) = place.find()? else { return Ok(None) };
    let call = Invocation { contract, function: "root", args: vec![ScVal::U32(segment)] };
    match ledger.view(call).doing(|| format!("asking for the root of segment {segment}"))? {
        ScVal::Void => Ok(None),
        root => hash_of(&root).map(|root| Some(root.0)).doing(|| "reading a root".to_owned()),
    }
}

fn open(place: &Place, now: u64) -> Result<Box<dyn Ledger>, ClearingError> {
    let doing = || format!("opening {place}");
    let mut ledger: Box<dyn Ledger> = match place {
        Place::File(path) if path.exists() => Box::new(Embedded::open(path).doing(doing)?),
        Place::File(path) => {
            let genesis = Genesis { passphrase: "Forebay anchors".to_owned(), time: now };
            Box::new(Embedded::create(path, &genesis).doing(doing)?)
        }
        Place::Server(url) => return Ok(Box::new(Network::connect(url, Polling::default()).doing(doing)?)),
    };
    if ledger.head().doing(doing)?.time < now {
        ledger.close(now).doing(|| "moving the clock".to_owned())?;
    }
    Ok(ledger)
}

/// Without a key of its own the node's comes from the ledger's name: for a file that nobody else can reach.
fn signer(ledger: &dyn Ledger, node: Option<&Key>) -> Key {
    let network = ledger.network();
    let root = node.cloned().unwrap_or_else(|| Key::from_secret(network));
    root.child(&[&network, b"anchors"])
}

/// Opens the account, uploads the code and creates the contract: each only if it was not.
fn install(ledger: &mut dyn Ledger, node: &Key) -> Result<ContractId, ClearingError> {
    match ledger.sequence_of(&node.account()) {
        Ok(_) => {}
        Err(ChainError::NoAccount(_)) => {
            ledger.fund(&node.account(), COINS).doing(|| "opening the node's account".to_owned())?;
        }
        Err(error) => return Err(error).doing(|| "looking for the node's account".to_owned()),
    }
    let code = LedgerKey::ContractCode(LedgerKeyContractCode { hash: Hash(ANCHOR.hash()) });
    let doing = || "reading an entry".to_owned();
    if ledger.entry(&code).doing(doing)?.is_none() {
        ledger.upload(Signing::by(node), ANCHOR.wasm).doing(|| "uploading the anchor contract".to_owned())?;
    }
    let salt = [0; 32];
    let place = created_contract(ledger.network(), &node.account(), salt).doing(doing)?;
    if ledger.entry(&crate::deployment::instance_of(&place)).doing(doing)?.is_none() {
        let creation = Creation { code: Hash(ANCHOR.hash()), salt, args: vec![address(node.address())] };
        ledger.create(Signing::by(node), creation).doing(|| "creating the anchor contract".to_owned())?;
    }
    Ok(place)
}
