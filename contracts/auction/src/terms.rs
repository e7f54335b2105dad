//! What is agreed when a deal gets its auction.

use crate::book;
use crate::error::AuctionError;
use crate::outside;
use settle::Span;
use settle::enforcement::{Case, Waits};
use soroban_sdk::{Address, Env, contracttype};

/// How long each stage lasts at least, in seconds; [`Waits`] explains each field.
#[contracttype]
#[derive(Clone)]
pub struct Stages {
    pub auction: u64,
    pub breach: u64,
    pub grace: u64,
    pub late: u64,
    pub notice: u64,
    pub repossession: u64,
    pub sold: u64,
}

impl Stages {
    pub const fn waits(&self) -> Waits {
        Waits {
            late: Span(self.late),
            grace: Span(self.grace),
            breach: Span(self.breach),
            notice: Span(self.notice),
            repossession: Span(self.repossession),
            auction: Span(self.auction),
            sold: Span(self.sold),
        }
    }
}

/// Who takes part, and where.
#[contracttype]
#[derive(Clone)]
pub struct Terms {
    /// Id of the deal's account that proceeds, cures and redemptions are paid into.
    pub account: u32,
    /// The deal, whose agent this contract is.
    pub deal: Address,
    /// Who has the machines back when the debt is redeemed.
    pub debtor: Address,
    /// Id of the note whose claim pays for lots.
    pub note: u32,
    /// Who bids that claim for its holders, and takes title for them.
    pub senior: Address,
    /// The registry of receipts.
    pub title: Address,
    /// Who takes the steps towards a sale and lists lots.
    pub trustee: Address,
    /// How long each stage lasts at least.
    pub waits: Stages,
}

/// Writes down what is agreed, for a deal that is there already.
pub fn install(env: &Env, terms: &Terms) -> Result<(), AuctionError> {
    let case = Case::new(terms.waits.waits())?;
    book::begin(env, terms, &outside::currency(env, &terms.deal));
    book::keep_case(env, &case);
    Ok(())
}
