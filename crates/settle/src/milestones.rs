//! The proceeds of a raise, released in parts as what they pay for is delivered.

use crate::{Bps, Evidence, SettleError, Time, require, require_not_negative};
use units::{Amount, Rounding};

/// Most parts that proceeds are released in.
pub const PARTS_MAX: usize = 8;

/// Proceeds that wait for delivery, burn-in, insurance or the like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Milestones {
    /// What is released by each part and all before it; the last is the whole.
    pub reached: [Bps; PARTS_MAX],
    /// All that is released in parts.
    pub whole: Amount,
    /// Parts released so far.
    pub parts: u8,
    /// Money released so far, or given back.
    pub released: Amount,
    /// From here on what is not released goes back to the deal's holders.
    pub end: Time,
}

impl Milestones {
    /// Divides proceeds into parts.
    ///
    /// # Errors
    /// [`SettleError::BadTerms`] unless there are 1 to 8 parts, none is nothing, and they add up to the whole;
    /// [`SettleError::NegativeAmount`].
    pub fn new(shares: &[Bps], whole: Amount, end: Time) -> Result<Self, SettleError> {
        require_not_negative(whole)?;
        require(shares.len() <= PARTS_MAX && !shares.contains(&Bps(0)), SettleError::BadTerms)?;
        let (mut reached, mut sum) = ([Bps::ONE; PARTS_MAX], Bps(0));
        for (cell, share) in reached.iter_mut().zip(shares) {
            sum = Bps(sum.0.checked_add(share.0).ok_or(SettleError::BadTerms)?);
            *cell = sum;
        }
        require(sum == Bps::ONE, SettleError::BadTerms)?;
        Ok(Self { reached, whole, parts: 0, released: Amount::ZERO, end })
    }

    /// Releases the next part and returns it. It is rounded down; the residue is in the parts to come, and the last
    /// takes the exact rest.
    ///
    /// # Errors
    /// [`SettleError::EvidenceMissing`], [`SettleError::DeadlinePassed`], [`SettleError::NothingToRelease`].
    pub fn release(&mut self, evidence: Evidence, now: Time) -> Result<Amount, SettleError> {
        evidence.require()?;
        require(now < self.end, SettleError::DeadlinePassed)?;
        let reached = self.reached.get(usize::from(self.parts)).ok_or(SettleError::NothingToRelease)?;
        let target = reached.of(self.whole, Rounding::Down)?;
        let parts = self.parts.checked_add(1).ok_or(SettleError::NothingToRelease)?;
        self.take(target, parts)
    }

    /// Returns what was not released in time, for the deal to pay to its holders. Anybody may call.
    ///
    /// # Errors
    /// [`SettleError::DeadlineNotReached`], [`SettleError::NothingToRelease`].
    pub fn lapse(&mut self, now: Time) -> Result<Amount, SettleError> {
        require(now >= self.end, SettleError::DeadlineNotReached)?;
        self.take(self.whole, self.parts)
    }

    fn take(&mut self, target: Amount, parts: u8) -> Result<Amount, SettleError> {
        require(self.released < self.whole, SettleError::NothingToRelease)?;
        let part = target.checked_sub(self.released)?;
        (self.released, self.parts) = (target, parts);
        Ok(part)
    }
}
