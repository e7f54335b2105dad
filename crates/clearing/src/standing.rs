//! What a deal's contract says of itself.

use crate::error::{ClearingError, Doing};
use chain::value::Invocation;
use chain::xdr::{ContractEvent, ContractEventBody, ContractId, ScVal};
use chain::{Ledger, value};
use waterfall::Event;

/// How a deal stands, by its contract.
pub struct Standing {
    /// Events applied so far.
    pub events: u32,
    /// The hash chain's head.
    pub hash: [u8; 32],
    /// The engine's state.
    pub state: Vec<u8>,
    /// What payees are owed in all.
    pub owed: i128,
}

/// One `posted` event.
pub struct Posted {
    /// Its number, from 1.
    pub number: u32,
    /// What happened, as bytes.
    pub event: Vec<u8>,
    /// What it posted, as bytes.
    pub postings: Vec<u8>,
}

impl Standing {
    /// Asks the contract.
    pub fn read(ledger: &dyn Ledger, deal: &ContractId) -> Result<Self, ClearingError> {
        let found = ask(ledger, deal, "standing")?;
        let missing = ClearingError::Unreadable { what: "standing" };
        let field = |name: &str| field(&found, name);
        match (field("events"), field("hash"), field("state"), field("owed")) {
            (Some(ScVal::U32(events)), Some(hash), Some(ScVal::Bytes(state)), Some(owed)) => Ok(Self {
                events: *events,
                hash: value::hash_of(hash).map_err(|_| ClearingError::Unreadable { what: "hash" })?.0,
                state: state.to_vec(),
                owed: sum(owed)?,
            }),
            _ => Err(missing),
        }
    }
}

/// A field of what a contract answered.
pub fn field<'a>(found: &'a ScVal, name: &str) -> Option<&'a ScVal> {
    let ScVal::Map(Some(fields)) = found else { return None };
    let named = |key: &ScVal| matches!(key, ScVal::Symbol(symbol) if symbol.to_string() == name);
    fields.iter().find(|entry| named(&entry.key)).map(|entry| &entry.val)
}

/// What payees are owed in all.
fn sum(owed: &ScVal) -> Result<i128, ClearingError> {
    let unreadable = || ClearingError::Unreadable { what: "dues" };
    let ScVal::Map(Some(rows)) = owed else { return Err(unreadable()) };
    let mut total = 0_i128;
    for row in rows.iter() {
        let amount = value::amount_of(&row.val).map_err(|_| unreadable())?;
        total = total.checked_add(amount).ok_or_else(unreadable)?;
    }
    Ok(total)
}

/// The plan's bytes.
pub fn plan_of(ledger: &dyn Ledger, deal: &ContractId) -> Result<Vec<u8>, ClearingError> {
    match ask(ledger, deal, "plan")? {
        ScVal::Bytes(bytes) => Ok(bytes.to_vec()),
        _ => Err(ClearingError::Unreadable { what: "plan" }),
    }
}

/// The contract that holds the deal's cash.
pub fn currency_of(ledger: &dyn Ledger, deal: &ContractId) -> Result<ContractId, ClearingError> {
    let found = ask(ledger, deal, "currency")?;
    value::contract_of(&found).map_err(|_| ClearingError::Unreadable { what: "currency" })
}

fn ask(ledger: &dyn Ledger, deal: &ContractId, function: &'static str) -> Result<ScVal, ClearingError> {
    let call = Invocation { contract: deal, function, args: vec![] };
    ledger.view(call).doing(|| format!("asking the deal for its {function}"))
}

/// Reads an event of the ledger, if it is a `posted` one; whose, and what it says.
pub fn posted(event: &ContractEvent) -> Option<(ContractId, Posted)> {
    let ContractEventBody::V0(body) = &event.body;
    let [ScVal::Symbol(name), ScVal::U32(number)] = body.topics.as_slice() else { return None };
    let ScVal::Vec(Some(data)) = &body.data else { return None };
    let [ScVal::Bytes(event_bytes), ScVal::Bytes(postings)] = data.as_slice() else { return None };
    let posted = Posted { number: *number, event: event_bytes.to_vec(), postings: postings.to_vec() };
    (name.to_string() == "posted").then(|| Some((event.contract_id.clone()?, posted)))?
}

/// Reads an event of the ledger, if it says that a deal's plan has ended: whose, and the plan's bytes.
pub fn ended(event: &ContractEvent) -> Option<(ContractId, Vec<u8>)> {
    let ContractEventBody::V0(body) = &event.body;
    let ([ScVal::Symbol(name), ScVal::U32(_)], ScVal::Bytes(plan)) = (body.topics.as_slice(), &body.data)
    else {
        return None;
    };
    (name.to_string() == "amended").then(|| Some((event.contract_id.clone()?, plan.to_vec())))?
}

impl Posted {
    /// What happened.
    pub fn event(&self) -> Result<Event<1>, ClearingError> {
        Event::from_bytes(&self.event).map_err(|error| ClearingError::Engine { event: self.number, error })
    }
}
