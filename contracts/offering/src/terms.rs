//! What is agreed before a raise opens.

use crate::book;
use crate::error::OfferingError;
use settle::raise::{self, BOOKS_MAX, Raise};
use settle::{Bps, SettleError, Time};
use soroban_sdk::{Address, Env, Vec, contracttype};

/// A note that the raise sells.
#[contracttype]
#[derive(Clone)]
pub struct Offered {
    /// The most that is sold: as many units as the offering holds of the note.
    pub cap: i128,
    /// Less than this fails the raise.
    pub minimum: i128,
    /// The note's contract.
    pub note: Address,
}

/// What is agreed; [`raise::Terms`] explains amounts and times.
#[contracttype]
#[derive(Clone)]
pub struct Terms {
    /// Who opens, closes and may call the raise off.
    pub arranger: Address,
    /// From here on the raise cannot close, in seconds.
    pub closing_end: u64,
    /// What is paid in: the deal's.
    pub currency: Address,
    /// Smallest units in one whole unit of the currency.
    pub currency_unit: i128,
    /// From here on nobody commits or withdraws, in seconds.
    pub deadline: u64,
    /// The deal that the proceeds close.
    pub deal: Address,
    /// The fee in basis points.
    pub fee_bps: u32,
    /// Who gets the fee.
    pub fee_to: Address,
    /// The caps of all notes together.
    pub maximum: i128,
    /// Less than this in all fails the raise.
    pub minimum: i128,
    /// The notes that are sold.
    pub notes: Vec<Offered>,
}

impl Terms {
    /// The terms as the arithmetic knows them.
    pub fn agreed(&self) -> Result<raise::Terms, OfferingError> {
        Ok(raise::Terms {
            minimum: book::units(self.minimum)?,
            maximum: book::units(self.maximum)?,
            currency_unit: book::units(self.currency_unit)?,
            deadline: Time(self.deadline),
            closing_end: Time(self.closing_end),
            fee: Bps(u16::try_from(self.fee_bps).map_err(|_| SettleError::BadTerms)?),
        })
    }
}

/// Writes down a raise that the arithmetic finds sound.
pub fn install(env: &Env, terms: &Terms) -> Result<(), OfferingError> {
    if usize::try_from(terms.notes.len()).map_or(true, |notes| notes > BOOKS_MAX) {
        return Err(SettleError::BadTerms.into());
    }
    let raise = Raise::draft(terms.agreed()?)?;
    book::begin(env, terms, &raise)
}
