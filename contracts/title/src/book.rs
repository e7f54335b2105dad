//! What is stored: a receipt and its title, one entry each; a deal's closing; who stands for a machine; who has which
//! role.

use crate::error::TitleError;
use settle::identity::Closing;
use settle::{SettleError, Time};
use soroban_sdk::{Address, BytesN, Env, IntoVal, Symbol, Val, contracttype, symbol_short};

const REGISTRAR: Symbol = symbol_short!("registrar");
const COUNT: Symbol = symbol_short!("count");
const ROLE: Symbol = symbol_short!("role");
const RECEIPT: Symbol = symbol_short!("receipt");
const TITLE: Symbol = symbol_short!("title");
const CLOSING: Symbol = symbol_short!("closing");
const MACHINE: Symbol = symbol_short!("machine");
const DOCUMENT: Symbol = symbol_short!("document");

/// What a party may be named for.
#[contracttype]
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Role {
    /// Holds machines in custody.
    Bailee = 0,
    /// Insures them.
    Insurer = 1,
    /// Says what they are worth.
    Appraiser = 2,
}

/// Who signs which part of a receipt.
#[contracttype]
#[derive(Clone)]
pub struct Parties {
    /// Says what it is worth.
    pub appraiser: Address,
    /// Holds it in custody.
    pub bailee: Address,
    /// Insures it.
    pub insurer: Address,
}

/// What the insurer signs.
#[contracttype]
#[derive(Clone)]
pub struct Policy {
    /// What is insured, in the currency's smallest unit.
    pub amount: i128,
    /// From here on it is not insured.
    pub expiry: u64,
}

/// What the appraiser signs.
#[contracttype]
#[derive(Clone)]
pub struct Appraisal {
    /// How the value was found.
    pub method: Symbol,
    /// The time that the value is of.
    pub on: u64,
    /// In the currency's smallest unit.
    pub value: i128,
}

/// The machines of a bundle that its bailee has listed so far.
#[contracttype]
#[derive(Clone)]
pub struct Bundle {
    /// How many.
    pub count: u32,
    /// Hash over them: SHA-256 of the hash before, all zeros at first, and the next machine's identity.
    pub root: BytesN<32>,
}

/// A machine or a bundle of machines, and what the parties signed of it.
#[contracttype]
#[derive(Clone)]
pub struct Receipt {
    /// The last appraisal.
    pub appraisal: Option<Appraisal>,
    /// What is listed of a bundle; none if it is one machine.
    pub bundle: Option<Bundle>,
    /// The machine's identity, the hash of its serial and device key, the same in every deal; of a bundle, the root over
    /// all of its machines.
    pub machine: BytesN<32>,
    /// Who signs which part.
    pub parties: Parties,
    /// The last policy.
    pub policy: Option<Policy>,
}

/// How far a receipt is in its life.
#[contracttype]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum State {
    /// Its owner has written it; the bailee has not signed.
    Draft = 0,
    /// The machine is in custody and backs nothing.
    Issued = 1,
    /// Kept for a deal until a time.
    Reserved = 2,
    /// It backs a deal.
    Pledged = 3,
    /// It backs nothing any more.
    Released = 4,
    /// As released; another machine took its place.
    Substituted = 5,
    /// A deal sells it.
    Enforced = 6,
    /// The bailee hands it over; nothing happens to the receipt any more.
    Redeemed = 7,
}

/// Whose a receipt is, what it backs and what a reservation asks for: small, as batches load many.
#[contracttype]
#[derive(Clone)]
pub struct Title {
    /// Whether the appraiser has signed.
    pub appraised: bool,
    /// The deal that it is bound to.
    pub deal: Option<Address>,
    /// From here on it is not insured; zero if it never was.
    pub insured: u64,
    /// The number of the deal's reservation that it is in; zero if it is in none.
    pub number: u32,
    /// Whose it is; of a redeemed one, to whom the bailee hands the machine over.
    pub owner: Address,
    /// How far it is.
    pub state: State,
    /// From here on a reservation counts as none; zero if it is not reserved.
    pub until: u64,
}

impl Title {
    /// Of a receipt that its owner has just written.
    pub fn of(owner: &Address) -> Self {
        let (state, owner) = (State::Draft, owner.clone());
        Self { appraised: false, deal: None, insured: 0, number: 0, owner, state, until: 0 }
    }
}

/// A deal's closing as it is stored; [`Closing`] explains each field.
#[contracttype]
#[derive(Clone)]
pub struct StoredClosing {
    /// The reservation that counts.
    pub number: u32,
    /// Whether all that it holds is pledged.
    pub pledged: bool,
    /// Receipts that it holds.
    pub reserved: u32,
    /// From here on it holds none, unless they are pledged.
    pub until: u64,
}

/// The moment that the ledger says it is.
pub fn now(env: &Env) -> Time {
    Time(env.ledger().timestamp())
}

pub fn begin(env: &Env, registrar: &Address) {
    env.storage().instance().set(&REGISTRAR, registrar);
    env.storage().instance().set(&COUNT, &0_u32);
    lifetime::extend_instance(env);
}

pub fn registrar(env: &Env) -> Result<Address, TitleError> {
    env.storage().instance().get(&REGISTRAR).ok_or(TitleError::NotInstalled)
}

/// Counts one more receipt and returns its id; the first is 1.
pub fn next_id(env: &Env) -> Result<u32, TitleError> {
    let count: u32 = env.storage().instance().get(&COUNT).ok_or(TitleError::NotInstalled)?;
    let id = count.checked_add(1).ok_or(SettleError::TooMany)?;
    env.storage().instance().set(&COUNT, &id);
    Ok(id)
}

pub fn has_role(env: &Env, role: Role, who: &Address) -> bool {
    env.storage().persistent().get(&(ROLE, role, who)).unwrap_or(false)
}

pub fn keep_role(env: &Env, (role, who): (Role, &Address), stands: bool) {
    keep(env, &(ROLE, role, who), &stands);
}

pub fn receipt(env: &Env, id: u32) -> Result<Receipt, TitleError> {
    env.storage().persistent().get(&(RECEIPT, id)).ok_or(TitleError::Unknown)
}

pub fn keep_receipt(env: &Env, id: u32, receipt: &Receipt) {
    keep(env, &(RECEIPT, id), receipt);
}

pub fn title(env: &Env, id: u32) -> Result<Title, TitleError> {
    env.storage().persistent().get(&(TITLE, id)).ok_or(TitleError::Unknown)
}

pub fn keep_title(env: &Env, id: u32, title: &Title) {
    keep(env, &(TITLE, id), title);
}

/// What a deal has reserved; nothing if it never did.
pub fn stored_closing(env: &Env, deal: &Address) -> StoredClosing {
    let stored: Option<StoredClosing> = env.storage().persistent().get(&(CLOSING, deal));
    stored.unwrap_or(StoredClosing { number: 0, pledged: false, reserved: 0, until: 0 })
}

pub fn closing(env: &Env, deal: &Address) -> Closing {
    let StoredClosing { number, pledged, reserved, until } = stored_closing(env, deal);
    Closing { number, pledged, reserved, until: Time(until) }
}

pub fn keep_closing(env: &Env, deal: &Address, closing: &Closing) {
    let Closing { number, pledged, reserved, until: Time(until) } = *closing;
    keep(env, &(CLOSING, deal), &StoredClosing { number, pledged, reserved, until });
}

/// The receipt that stands, or last stood, for a machine.
pub fn by_machine(env: &Env, machine: &BytesN<32>) -> Option<u32> {
    env.storage().persistent().get(&(MACHINE, machine))
}

pub fn keep_machine(env: &Env, machine: &BytesN<32>, id: u32) {
    keep(env, &(MACHINE, machine), &id);
}

pub fn document(env: &Env, (id, by): (u32, &Address), kind: &Symbol) -> Result<BytesN<32>, TitleError> {
    env.storage().persistent().get(&(DOCUMENT, id, by, kind)).ok_or(TitleError::Unknown)
}

pub fn keep_document(env: &Env, (id, by): (u32, &Address), kind: &Symbol, hash: &BytesN<32>) {
    keep(env, &(DOCUMENT, id, by, kind), hash);
}

fn keep(env: &Env, key: &impl IntoVal<Env, Val>, value: &impl IntoVal<Env, Val>) {
    env.storage().persistent().set(key, value);
    lifetime::extend(env, key);
}
