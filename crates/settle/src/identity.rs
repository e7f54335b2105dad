//! What a machine backs: one deal at most, of all deals there are.
//!
//! The ledger keeps one [`Lien`] a machine identity; a machine that it does not know is free. The identity is hashed
//! elsewhere. A reservation that has run out counts as none, without anybody having to say so. A released or sold
//! machine may back another deal.

use crate::{DealId, SettleError, Time, require};

/// What a machine backs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lien {
    /// Nothing, and never has.
    #[default]
    Free,
    /// Kept for a deal that is about to close, until the time given.
    Reserved {
        /// The deal.
        deal: DealId,
        /// From here on it is free again.
        until: Time,
    },
    /// A deal that runs.
    Pledged {
        /// The deal.
        deal: DealId,
    },
    /// Nothing any more.
    Released,
    /// A deal that sells it.
    Enforced {
        /// The deal.
        deal: DealId,
    },
}

/// The kind of a lien, without its particulars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LienKind {
    /// See [`Lien::Free`].
    Free,
    /// See [`Lien::Reserved`].
    Reserved,
    /// See [`Lien::Pledged`].
    Pledged,
    /// See [`Lien::Released`].
    Released,
    /// See [`Lien::Enforced`].
    Enforced,
}

/// What can happen to a lien.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// A deal asks for the machine, before its closing.
    Reserve,
    /// The deal gives it up, or has not closed in time.
    Cancel,
    /// The deal closes.
    Pledge,
    /// The debt is paid.
    Release,
    /// Another machine takes its place.
    Substitute,
    /// The machine is taken to be sold.
    Enforce,
    /// It is sold, or its debt was redeemed.
    Conclude,
}

/// Every move that is allowed: from what, by what, to what. All else is refused.
pub const MOVES: [(LienKind, Move, LienKind); 8] = [
    (LienKind::Free, Move::Reserve, LienKind::Reserved),
    (LienKind::Released, Move::Reserve, LienKind::Reserved),
    (LienKind::Reserved, Move::Cancel, LienKind::Free),
    (LienKind::Reserved, Move::Pledge, LienKind::Pledged),
    (LienKind::Pledged, Move::Release, LienKind::Released),
    (LienKind::Pledged, Move::Substitute, LienKind::Released),
    (LienKind::Pledged, Move::Enforce, LienKind::Enforced),
    (LienKind::Enforced, Move::Conclude, LienKind::Released),
];

/// Who asks for a move, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claimant {
    /// The deal that asks.
    pub deal: DealId,
    /// The time of the ledger.
    pub now: Time,
}

impl Lien {
    /// Returns its kind.
    pub const fn kind(&self) -> LienKind {
        match self {
            Self::Free => LienKind::Free,
            Self::Reserved { .. } => LienKind::Reserved,
            Self::Pledged { .. } => LienKind::Pledged,
            Self::Released => LienKind::Released,
            Self::Enforced { .. } => LienKind::Enforced,
        }
    }

    /// Returns the deal that the machine is bound to.
    pub const fn deal(&self) -> Option<DealId> {
        match self {
            Self::Free | Self::Released => None,
            Self::Reserved { deal, .. } | Self::Pledged { deal } | Self::Enforced { deal } => Some(*deal),
        }
    }

    /// Returns what it is at this time: a reservation that has run out is none.
    pub fn at(&self, now: Time) -> Self {
        match self {
            Self::Reserved { until, .. } if now >= *until => Self::Free,
            other => *other,
        }
    }

    /// Keeps the machine for a deal until a time.
    ///
    /// # Errors
    /// [`SettleError::LienMoveRefused`] if anything is on it; [`SettleError::ReservationEnded`] if the time is over.
    pub fn reserve(&mut self, claimant: Claimant, until: Time) -> Result<(), SettleError> {
        require(until > claimant.now, SettleError::ReservationEnded)?;
        let current = self.at(claimant.now);
        require(target(current.kind(), Move::Reserve).is_some(), SettleError::LienMoveRefused)?;
        *self = Self::Reserved { deal: claimant.deal, until };
        Ok(())
    }

    /// Makes any other move of the table for the deal that the machine is bound to.
    ///
    /// # Errors
    /// [`SettleError::LienMoveRefused`], [`SettleError::OtherDeal`], [`SettleError::ReservationEnded`].
    pub fn apply(&mut self, by: Move, claimant: Claimant) -> Result<(), SettleError> {
        require(self.at(claimant.now) == *self, SettleError::ReservationEnded)?;
        let bound = self.deal().ok_or(SettleError::LienMoveRefused)?;
        require(bound == claimant.deal, SettleError::OtherDeal)?;
        let deal = claimant.deal;
        *self = match target(self.kind(), by).ok_or(SettleError::LienMoveRefused)? {
            LienKind::Free => Self::Free,
            LienKind::Released => Self::Released,
            LienKind::Pledged => Self::Pledged { deal },
            LienKind::Enforced => Self::Enforced { deal },
            LienKind::Reserved => return Err(SettleError::LienMoveRefused),
        };
        Ok(())
    }
}

/// Puts a reserved machine in the place of a pledged one, of the same deal.
///
/// # Errors
/// As [`Lien::apply`], for either; then neither has changed.
pub fn substitute(old: &mut Lien, new: &mut Lien, claimant: Claimant) -> Result<(), SettleError> {
    let (mut released, mut pledged) = (*old, *new);
    released.apply(Move::Substitute, claimant)?;
    pledged.apply(Move::Pledge, claimant)?;
    (*old, *new) = (released, pledged);
    Ok(())
}

/// Returns where a move leads, by the table.
fn target(from: LienKind, by: Move) -> Option<LienKind> {
    MOVES.iter().find(|(kind, allowed, _)| (*kind, *allowed) == (from, by)).map(|(_, _, to)| *to)
}
