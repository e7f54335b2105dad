//! What a machine backs: one deal at most, of all deals there are.
//!
//! The ledger keeps one [`Lien`] a machine identity; a machine that it does not know is free. The identity is hashed
//! elsewhere. A reservation that has run out counts as none, without anybody having to say so. A released or sold
//! machine may back another deal.
//!
//! A deal may have more machines than one call can move, and yet closes in one: its [`Closing`] counts what is reserved
//! for it, batch by batch, and has one flag. A lien that says reserved, of a deal whose flag is set, is a pledge. The
//! reservations of a closing begin and end together, under one number: one that ended is never mistaken for a new one.

use crate::{DealId, SettleError, Time, require};

/// What a machine backs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lien {
    /// Nothing, and never has.
    #[default]
    Free,
    /// Kept for a deal that is about to close, until the time given; pledged to it once its closing says so.
    Reserved {
        /// The deal.
        deal: DealId,
        /// The number of the deal's reservation; zero if it was reserved after the closing, alone.
        number: u32,
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
    /// The deal closes, or takes one machine more.
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

/// What is reserved for a deal before it closes, and the flag that its closing flips.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Closing {
    /// The reservation that counts; the first is 1.
    pub number: u32,
    /// Whether the deal has closed: all that this reservation holds is pledged.
    pub pledged: bool,
    /// Machines that it holds; after the closing, that it held then.
    pub reserved: u32,
    /// From here on it holds none, unless the deal has closed.
    pub until: Time,
}

impl Closing {
    /// Pledges every machine of the reservation, at a cost that does not depend on how many there are.
    ///
    /// # Errors
    /// [`SettleError::LienMoveRefused`] if the deal has closed; [`SettleError::ReservationEnded`];
    /// [`SettleError::OtherReservation`] unless it holds exactly `count`, and at least one.
    pub fn pledge_all(&mut self, count: u32, now: Time) -> Result<(), SettleError> {
        require(!self.pledged, SettleError::LienMoveRefused)?;
        require(now < self.until, SettleError::ReservationEnded)?;
        require(count > 0 && count == self.reserved, SettleError::OtherReservation)?;
        self.pledged = true;
        Ok(())
    }

    /// Takes one machine more and returns the number that its lien gets.
    fn join(&mut self, until: Time, now: Time) -> Result<u32, SettleError> {
        if self.pledged {
            return Ok(0);
        }
        if self.reserved == 0 || now >= self.until {
            let number = self.number.checked_add(1).ok_or(SettleError::TooMany)?;
            *self = Self { number, until, ..Self::default() };
        }
        require(until == self.until, SettleError::OtherReservation)?;
        self.reserved = self.reserved.checked_add(1).ok_or(SettleError::TooMany)?;
        Ok(self.number)
    }

    /// Lets a machine go, by cancellation or by a pledge of its own, if it is one of those counted.
    fn leave(&mut self, number: u32) -> Result<(), SettleError> {
        if number == self.number {
            self.reserved = self.reserved.checked_sub(1).ok_or(SettleError::TooMany)?;
        }
        Ok(())
    }
}

/// Who asks for a move, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claimant {
    /// What it has reserved.
    pub closing: Closing,
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

    /// Returns what it is at this time: pledged if the closing of its deal says so; a reservation that has run out is
    /// none. The closing is the one of the deal that the lien names.
    pub fn at(&self, closing: &Closing, now: Time) -> Self {
        match *self {
            Self::Reserved { deal, number, .. } if closing.pledged && number == closing.number => {
                Self::Pledged { deal }
            }
            Self::Reserved { until, .. } if now >= until => Self::Free,
            other => other,
        }
    }

    /// Keeps the machine for a deal until a time, the same for all that it closes with. The lien is what [`Self::at`]
    /// has returned: nothing that still says reserved is taken.
    ///
    /// # Errors
    /// [`SettleError::LienMoveRefused`] if anything is on it; [`SettleError::ReservationEnded`] if the time is over;
    /// [`SettleError::OtherReservation`] if the deal's reservation ends at another time.
    pub fn reserve(&mut self, claimant: &mut Claimant, until: Time) -> Result<(), SettleError> {
        require(until > claimant.now, SettleError::ReservationEnded)?;
        require(target(self.kind(), Move::Reserve).is_some(), SettleError::LienMoveRefused)?;
        let number = claimant.closing.join(until, claimant.now)?;
        *self = Self::Reserved { deal: claimant.deal, number, until };
        Ok(())
    }

    /// Makes any other move of the table for the deal that the machine is bound to.
    ///
    /// # Errors
    /// [`SettleError::LienMoveRefused`], [`SettleError::OtherDeal`], [`SettleError::ReservationEnded`].
    pub fn apply(&mut self, by: Move, claimant: &mut Claimant) -> Result<(), SettleError> {
        let bound = self.deal().ok_or(SettleError::LienMoveRefused)?;
        require(bound == claimant.deal, SettleError::OtherDeal)?;
        let (current, deal) = (self.at(&claimant.closing, claimant.now), claimant.deal);
        require(current != Self::Free, SettleError::ReservationEnded)?;
        let next = match target(current.kind(), by).ok_or(SettleError::LienMoveRefused)? {
            LienKind::Free => Self::Free,
            LienKind::Released => Self::Released,
            LienKind::Pledged => Self::Pledged { deal },
            LienKind::Enforced => Self::Enforced { deal },
            LienKind::Reserved => return Err(SettleError::LienMoveRefused),
        };
        if let Self::Reserved { number, .. } = current {
            claimant.closing.leave(number)?;
        }
        *self = next;
        Ok(())
    }
}

/// Puts a reserved machine in the place of a pledged one, of the same deal.
///
/// # Errors
/// As [`Lien::apply`], for either; then nothing has changed.
pub fn substitute(old: &mut Lien, new: &mut Lien, claimant: &mut Claimant) -> Result<(), SettleError> {
    let (mut released, mut pledged, mut after) = (*old, *new, *claimant);
    released.apply(Move::Substitute, &mut after)?;
    pledged.apply(Move::Pledge, &mut after)?;
    (*old, *new, *claimant) = (released, pledged, after);
    Ok(())
}

/// Returns where a move leads, by the table.
fn target(from: LienKind, by: Move) -> Option<LienKind> {
    MOVES.iter().find(|(kind, allowed, _)| (*kind, *allowed) == (from, by)).map(|(_, _, to)| *to)
}
