#![doc = include_str!("../README.md")]
#![no_std]

mod book;
mod cut;
mod error;
mod outside;
mod sale;
mod steps;
mod terms;

pub use book::{StoredBid, StoredCase, StoredLot};
pub use sale::Offered;
use soroban_sdk::{Address, BytesN, Env, Error, Vec, contract, contractimpl};
pub use terms::{Stages, Terms};

/// The default of one deal, and the sale of its machines.
#[contract]
pub struct Auction;

#[contractimpl]
impl Auction {
    /// Writes down what is agreed. The deal must be there, and name this contract as its agent.
    pub fn __constructor(env: Env, terms: Terms) -> Result<(), Error> {
        Ok(terms::install(&env, &terms)?)
    }

    /// Records that the deal's last payment date, in seconds, left something unpaid. The trustee signs.
    pub fn miss(env: Env, due: u64, evidence: BytesN<32>) -> Result<(), Error> {
        Ok(steps::miss(&env, due, evidence)?)
    }

    /// Takes the next step towards a sale and its end. The trustee signs.
    pub fn advance(env: Env, evidence: BytesN<32>) -> Result<(), Error> {
        Ok(steps::advance(&env, evidence)?)
    }

    /// Begins a bankruptcy stay. The trustee signs.
    pub fn stay(env: Env, evidence: BytesN<32>) -> Result<(), Error> {
        Ok(steps::stay(&env, evidence)?)
    }

    /// Ends a bankruptcy stay. The trustee signs.
    pub fn lift(env: Env, evidence: BytesN<32>) -> Result<(), Error> {
        Ok(steps::lift(&env, evidence)?)
    }

    /// Ends the default by paying at least what is in arrears, until the machines are taken. Whoever pays signs.
    pub fn cure(env: Env, payer: Address, amount: i128) -> Result<(), Error> {
        payer.require_auth();
        Ok(steps::cure(&env, &payer, amount)?)
    }

    /// Ends the matter by paying at least the whole debt, until a sale binds. Whoever pays signs.
    pub fn redeem(env: Env, payer: Address, amount: i128) -> Result<(), Error> {
        payer.require_auth();
        Ok(steps::redeem(&env, &payer, amount)?)
    }

    /// Puts receipts on offer as one lot at what the registry says they are worth; returns its number, from 1. The
    /// trustee signs.
    pub fn list(env: Env, ids: Vec<u32>, allocated: i128) -> Result<u32, Error> {
        Ok(sale::list(&env, ids, allocated)?)
    }

    /// Takes a bid and its deposit; returns its number, from 1. The bidder signs.
    pub fn bid(env: Env, bidder: Address, lot: u32, offer: Offered) -> Result<u32, Error> {
        bidder.require_auth();
        Ok(sale::bid(&env, &bidder, lot, &offer)?)
    }

    /// Lets the hammer fall when no better bid came in time. Anyone may.
    pub fn hammer(env: Env, lot: u32) -> Result<(), Error> {
        Ok(sale::hammer(&env, lot)?)
    }

    /// Pays for a lot and hands its machines over. The winner signs if anything is still due in cash; else anyone may.
    pub fn settle(env: Env, lot: u32) -> Result<(), Error> {
        Ok(sale::settle(&env, lot)?)
    }

    /// Puts a lot on offer again whose winner has not paid in time. Anyone may.
    pub fn lapse(env: Env, lot: u32) -> Result<(), Error> {
        Ok(sale::lapse(&env, lot)?)
    }

    /// Sends a bidder a deposit that no sale holds; returns how much. Anyone may, for anyone.
    pub fn refund(env: Env, lot: u32, bid: u32) -> Result<i128, Error> {
        Ok(sale::refund(&env, lot, bid)?)
    }

    /// Announces a lower reserve for a lot. The trustee signs.
    pub fn announce_cut(env: Env, lot: u32, reserve: i128) -> Result<(), Error> {
        Ok(cut::announce(&env, lot, reserve)?)
    }

    /// Lowers the reserve of a lot that nobody wanted, as it was announced. The trustee signs.
    pub fn cut(env: Env, lot: u32, reserve: i128) -> Result<(), Error> {
        Ok(cut::make(&env, lot, reserve)?)
    }

    /// Takes a lot off after a redemption: its machines are the debtor's. Anyone may.
    pub fn withdraw(env: Env, lot: u32) -> Result<(), Error> {
        Ok(sale::withdraw(&env, lot)?)
    }

    /// Returns what is agreed.
    pub fn terms(env: Env) -> Result<Terms, Error> {
        Ok(book::terms(&env)?)
    }

    /// Returns how far the case has come.
    pub fn case(env: Env) -> Result<StoredCase, Error> {
        Ok(book::stored_case(&env)?)
    }

    /// Returns a lot.
    pub fn lot(env: Env, number: u32) -> Result<StoredLot, Error> {
        Ok(book::stored_lot(&env, number)?)
    }

    /// Returns a bid for a lot; its deposit is what is still held of it.
    pub fn offer(env: Env, lot: u32, number: u32) -> Result<StoredBid, Error> {
        Ok(book::stored_bid(&env, lot, number)?)
    }

    /// Returns the least price that a bid for a lot must name now.
    pub fn asked(env: Env, lot: u32) -> Result<i128, Error> {
        Ok(sale::asked(&env, lot)?)
    }

    /// Returns what the bids that lead or have won would use of the senior claim.
    pub fn named(env: Env) -> i128 {
        book::named(&env).units().into()
    }
}
