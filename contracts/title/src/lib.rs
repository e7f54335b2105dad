#![doc = include_str!("../README.md")]
#![no_std]

mod book;
mod custody;
mod error;
mod lien;
mod parts;

pub use book::{Appraisal, Bundle, Parties, Policy, Receipt, Role, State, StoredClosing, Title};
use error::TitleError;
use lien::Asking;
use settle::identity::Move;
use soroban_sdk::{Address, BytesN, Env, Error, Symbol, Vec, contract, contractimpl};

/// The receipts of all machines, for all deals.
#[contract]
pub struct Titles;

#[contractimpl]
impl Titles {
    /// Begins with no receipt and one registrar, who names parties and can do nothing else.
    pub fn __constructor(env: Env, registrar: Address) {
        book::begin(&env, &registrar);
    }

    /// Names a party for a role, or takes it back; what was issued stays as it is. The registrar signs.
    pub fn name(env: Env, role: Role, who: Address, stands: bool) -> Result<(), Error> {
        Ok(parts::name(&env, role, &who, stands)?)
    }

    /// Gives a role up; what was issued stays as it is. Who has it signs.
    pub fn resign(env: Env, role: Role, who: Address) -> Result<(), Error> {
        Ok(parts::resign(&env, role, &who)?)
    }

    /// Writes a receipt for one machine and returns its id. Its owner signs.
    pub fn draft(env: Env, owner: Address, machine: BytesN<32>, parties: Parties) -> Result<u32, Error> {
        Ok(custody::draft(&env, &owner, (machine, None), parties)?)
    }

    /// Writes a receipt for the machines that have this root, and returns its id. Its owner signs.
    pub fn draft_bundle(env: Env, owner: Address, root: BytesN<32>, parties: Parties) -> Result<u32, Error> {
        let nothing = custody::nothing_listed(&env);
        Ok(custody::draft(&env, &owner, (root, Some(nothing)), parties)?)
    }

    /// Takes the next machines of a bundle. The bailee signs.
    pub fn enlist(env: Env, id: u32, machines: Vec<BytesN<32>>) -> Result<(), Error> {
        Ok(custody::enlist(&env, id, machines)?)
    }

    /// Takes the machine, or the whole bundle, into custody. The bailee signs.
    pub fn issue(env: Env, id: u32) -> Result<(), Error> {
        Ok(custody::issue(&env, id)?)
    }

    /// Ends a draft, and frees what was listed for it. The bailee signs.
    pub fn discard(env: Env, id: u32) -> Result<(), Error> {
        Ok(custody::discard(&env, id)?)
    }

    /// Insures the machine, or renews or ends that. The insurer signs.
    pub fn insure(env: Env, id: u32, policy: Policy) -> Result<(), Error> {
        Ok(parts::insure(&env, id, policy)?)
    }

    /// Says what the machine is worth. The appraiser signs.
    pub fn appraise(env: Env, id: u32, appraisal: Appraisal) -> Result<(), Error> {
        Ok(parts::appraise(&env, id, appraisal)?)
    }

    /// Files a document's salted hash. The owner or one of the parties signs.
    pub fn file(env: Env, id: u32, by: Address, kind: Symbol, hash: BytesN<32>) -> Result<(), Error> {
        Ok(parts::file(&env, (id, &by), kind, hash)?)
    }

    /// Puts another party in the place of one. The owner and the new party sign, the old one if it still has the role, and
    /// the deal that the receipt is bound to.
    pub fn replace(env: Env, id: u32, role: Role, new: Address) -> Result<(), Error> {
        Ok(parts::replace(&env, id, role, &new)?)
    }

    /// Passes a receipt on that backs nothing. Its owner signs.
    pub fn transfer(env: Env, from: Address, to: Address, id: u32) -> Result<(), Error> {
        Ok(parts::transfer(&env, &from, &to, id)?)
    }

    /// Ends a receipt that backs nothing: the bailee is to hand the machine over. Its owner signs.
    pub fn redeem(env: Env, id: u32, to: Address) -> Result<(), Error> {
        Ok(custody::redeem(&env, id, &to)?)
    }

    /// Keeps receipts of one owner, insured beyond that time and appraised, for a deal. Both sign.
    pub fn reserve(env: Env, deal: Address, owner: Address, ids: Vec<u32>, until: u64) -> Result<(), Error> {
        Ok(Asking::signed(&env, &deal).reserve(&owner, ids, until)?)
    }

    /// Gives reserved receipts up. The deal signs.
    pub fn cancel(env: Env, deal: Address, ids: Vec<u32>) -> Result<(), Error> {
        Ok(Asking::signed(&env, &deal).make(Move::Cancel, ids)?)
    }

    /// Pledges all that is reserved for the deal, if that is so many. The deal signs.
    pub fn pledge_all(env: Env, deal: Address, count: u32) -> Result<(), Error> {
        Ok(Asking::signed(&env, &deal).pledge_all(count)?)
    }

    /// Pledges these of the reserved receipts. The deal signs.
    pub fn pledge(env: Env, deal: Address, ids: Vec<u32>) -> Result<(), Error> {
        Ok(Asking::signed(&env, &deal).make(Move::Pledge, ids)?)
    }

    /// Releases pledged receipts. The deal signs.
    pub fn release(env: Env, deal: Address, ids: Vec<u32>) -> Result<(), Error> {
        Ok(Asking::signed(&env, &deal).make(Move::Release, ids)?)
    }

    /// Pledges a reserved receipt in the place of a pledged one. The deal signs.
    pub fn substitute(env: Env, deal: Address, old: u32, new: u32) -> Result<(), Error> {
        Ok(Asking::signed(&env, &deal).substitute(old, new)?)
    }

    /// Takes pledged receipts to be sold. The deal signs.
    pub fn enforce(env: Env, deal: Address, ids: Vec<u32>) -> Result<(), Error> {
        Ok(Asking::signed(&env, &deal).make(Move::Enforce, ids)?)
    }

    /// Ends an enforcement: the receipts are free and belong to their buyer. The deal signs.
    pub fn conclude(env: Env, deal: Address, ids: Vec<u32>, to: Address) -> Result<(), Error> {
        Ok(Asking::signed(&env, &deal).conclude(ids, &to)?)
    }

    /// Returns what the parties signed of a receipt.
    pub fn receipt(env: Env, id: u32) -> Result<Receipt, Error> {
        Ok(book::receipt(&env, id)?)
    }

    /// Returns whose a receipt is and what it backs at this moment.
    pub fn lien(env: Env, id: u32) -> Result<Title, Error> {
        Ok(lien::standing(&env, &book::title(&env, id)?)?)
    }

    /// Returns what a deal has reserved, and whether it has closed.
    pub fn closing(env: Env, deal: Address) -> StoredClosing {
        book::stored_closing(&env, &deal)
    }

    /// Returns the receipt that stands, or last stood, for a machine.
    pub fn by_machine(env: Env, machine: BytesN<32>) -> Result<u32, Error> {
        Ok(book::by_machine(&env, &machine).ok_or(TitleError::Unknown)?)
    }

    /// Returns to whom the bailee hands a redeemed machine over.
    pub fn handover(env: Env, id: u32) -> Result<Address, Error> {
        Ok(custody::handover(&env, id)?)
    }

    /// Returns the salted hash of a document that somebody filed.
    pub fn document(env: Env, id: u32, by: Address, kind: Symbol) -> Result<BytesN<32>, Error> {
        Ok(book::document(&env, (id, &by), &kind)?)
    }

    /// Returns whether a party is named for a role.
    pub fn named(env: Env, role: Role, who: Address) -> bool {
        book::has_role(&env, role, &who)
    }

    /// Returns who names parties.
    pub fn registrar(env: Env) -> Result<Address, Error> {
        Ok(book::registrar(&env)?)
    }
}
