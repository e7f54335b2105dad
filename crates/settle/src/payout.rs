//! What each holder of a note may claim, at a cost that does not depend on how many hold it.
//!
//! Every payment to a note raises one index, the money that one unit of the note has earned since the beginning, in
//! parts of 1e18 of the smallest unit. A holder's claim is its balance times what the index rose by since the holder
//! was last looked at; so the holder is looked at before its balance changes (M6).
//!
//! **Nothing is lost.** A division leaves a remainder twice, and each has an owner. What the supply does not divide,
//! less than a part for each unit of supply, is the index's `carry` and joins the next payment. The part of a unit
//! that a holder has earned is the account's `part` and joins its next claim, so that being looked at often costs
//! nothing. Hence, to the part, `SCALE × received = carry + the sum over all accounts of
//! SCALE × (owed + claimed) + part + balance × (index − seen)`.
//!
//! **Nothing overflows.** The escrow holds H < 2^63 units and `SCALE` < 2^60. The identity above, less what was
//! claimed, bounds `carry` and every account's `balance × (index − seen) + part` by `SCALE × H` < 2^123, far within
//! `i128`. The index itself would overflow once a single unit of a note had been paid 1.7e20 units; `distribute`
//! refuses that before anything moves, and claims are never in danger.

use crate::{SettleError, require, require_not_negative};
use units::{Amount, UnitsError, mul_add_div_rem};

/// Parts of a smallest unit that the index counts in: 1e18.
pub const SCALE: i128 = 1_000_000_000_000_000_000;

/// What one unit of a note has earned since the beginning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Index {
    /// Parts ([`SCALE`] to a unit) earned by one unit of the note.
    pub per_unit: i128,
    /// Parts received that the supply did not divide, and what came while nobody held the note.
    pub carry: i128,
}

impl Index {
    /// Shares an amount among `supply` units of a note, rounding down; the rest is carried to the next payment.
    ///
    /// With no supply everything is carried.
    ///
    /// # Errors
    /// [`SettleError::NegativeAmount`], [`UnitsError::Overflow`].
    pub fn distribute(&mut self, amount: Amount, supply: Amount) -> Result<(), SettleError> {
        require_not_negative(amount)?;
        require_not_negative(supply)?;
        let (amount, supply) = (i128::from(amount.units()), i128::from(supply.units()));
        let (rise, carry) = match supply {
            0 => (0, mul_add_div_rem(amount, SCALE, self.carry, 1)?.0),
            _ => mul_add_div_rem(amount, SCALE, self.carry, supply)?,
        };
        let per_unit = self.per_unit.checked_add(rise).ok_or(UnitsError::Overflow)?;
        *self = Self { per_unit, carry };
        Ok(())
    }
}

/// One holder of a note.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Units of the note held.
    pub balance: Amount,
    /// The index when the account was last looked at.
    pub seen: i128,
    /// Earned and not claimed, in whole units; it stays with this account when the note is sold.
    pub owed: Amount,
    /// Earned beyond `owed`, in parts below [`SCALE`].
    pub part: i128,
}

impl Account {
    /// Books what the balance has earned since the account was last looked at.
    ///
    /// # Errors
    /// [`UnitsError::Overflow`], which the bound of the escrow excludes; [`SettleError::ClockBackwards`] if the index
    /// is older than what the account has seen.
    pub fn checkpoint(&mut self, index: &Index) -> Result<(), SettleError> {
        require(index.per_unit >= self.seen, SettleError::ClockBackwards)?;
        let rise = index.per_unit.checked_sub(self.seen).ok_or(UnitsError::Overflow)?;
        let (earned, part) = mul_add_div_rem(i128::from(self.balance.units()), rise, self.part, SCALE)?;
        let earned = i64::try_from(earned).map_err(|_| UnitsError::Overflow)?;
        let owed = self.owed.checked_add(Amount::new(earned))?;
        *self = Self { balance: self.balance, seen: index.per_unit, owed, part };
        Ok(())
    }

    /// Returns what could be claimed now.
    ///
    /// # Errors
    /// As [`Account::checkpoint`].
    pub fn claimable(&self, index: &Index) -> Result<Amount, SettleError> {
        let mut seen = *self;
        seen.checkpoint(index)?;
        Ok(seen.owed)
    }

    /// Takes in units of the note; they earn from now on.
    ///
    /// # Errors
    /// [`SettleError::NegativeAmount`], [`UnitsError::Overflow`].
    pub fn credit(&mut self, amount: Amount, index: &Index) -> Result<(), SettleError> {
        require_not_negative(amount)?;
        let mut next = *self;
        next.checkpoint(index)?;
        next.balance = next.balance.checked_add(amount)?;
        *self = next;
        Ok(())
    }

    /// Gives away units of the note; what they have earned stays here.
    ///
    /// A transfer is a debit, stored, and then a credit of what is loaded: so a transfer to oneself changes nothing.
    ///
    /// # Errors
    /// [`SettleError::NegativeAmount`], [`SettleError::BalanceTooSmall`], [`UnitsError::Overflow`].
    pub fn debit(&mut self, amount: Amount, index: &Index) -> Result<(), SettleError> {
        require_not_negative(amount)?;
        require(amount <= self.balance, SettleError::BalanceTooSmall)?;
        let mut next = *self;
        next.checkpoint(index)?;
        next.balance = next.balance.checked_sub(amount)?;
        *self = next;
        Ok(())
    }

    /// Takes over all that another account of the same note holds and has earned, to the part; nothing stays there.
    ///
    /// # Errors
    /// As [`Account::checkpoint`].
    pub fn take_over(&mut self, other: &mut Self, index: &Index) -> Result<(), SettleError> {
        let (mut next, mut left) = (*self, *other);
        next.checkpoint(index)?;
        left.checkpoint(index)?;
        let parts = next.part.checked_add(left.part).ok_or(UnitsError::Overflow)?;
        let (carried, part) = if parts < SCALE { (0, parts) } else { (1, parts.saturating_sub(SCALE)) };
        next.balance = next.balance.checked_add(left.balance)?;
        next.owed = next.owed.checked_add(left.owed)?.checked_add(Amount::new(carried))?;
        (*self, *other) = (Self { part, ..next }, Self { seen: index.per_unit, ..Self::default() });
        Ok(())
    }
}

/// The money of one note's holders: what came in and what was claimed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Escrow {
    /// What one unit of the note has earned.
    pub index: Index,
    /// Units of the note in all accounts.
    pub supply: Amount,
    /// Money held. What else comes to the same place is its holders' too ([`Escrow::share`]).
    pub held: Amount,
    /// Money claimed since the beginning.
    pub claimed: i128,
}

impl Escrow {
    /// Issues units of the note into an account.
    ///
    /// # Errors
    /// As [`Account::credit`].
    pub fn mint(&mut self, account: &mut Account, amount: Amount) -> Result<(), SettleError> {
        let supply = self.supply.checked_add(amount)?;
        account.credit(amount, &self.index)?;
        self.supply = supply;
        Ok(())
    }

    /// Cancels units of the note of an account.
    ///
    /// # Errors
    /// As [`Account::debit`].
    pub fn burn(&mut self, account: &mut Account, amount: Amount) -> Result<(), SettleError> {
        let supply = self.supply.checked_sub(amount)?;
        account.debit(amount, &self.index)?;
        self.supply = supply;
        Ok(())
    }

    /// Takes in a payment to the note and shares it among all units of it.
    ///
    /// # Errors
    /// As [`Index::distribute`]; [`UnitsError::Overflow`] if the escrow would hold more than an [`Amount`] can say.
    pub fn distribute(&mut self, amount: Amount) -> Result<(), SettleError> {
        let held = self.held.checked_add(amount)?;
        self.index.distribute(amount, self.supply)?;
        self.held = held;
        Ok(())
    }

    /// Shares what lies beside the escrow, of all the `cash` in the same place, and returns how much that was. What would
    /// be more than an escrow can hold waits.
    ///
    /// # Errors
    /// As [`Escrow::distribute`].
    pub fn share(&mut self, cash: i128) -> Result<Amount, SettleError> {
        let most = i128::from(i64::MAX);
        let beside = cash.min(most).saturating_sub(self.held.units().into()).max(0);
        let amount = Amount::new(i64::try_from(beside).map_err(|_| UnitsError::Overflow)?);
        self.distribute(amount)?;
        Ok(amount)
    }

    /// Takes all whole units that an account has earned out of the escrow and returns them; zero if there are none.
    ///
    /// Whoever calls, the money goes to the account's holder.
    ///
    /// # Errors
    /// As [`Account::checkpoint`].
    pub fn claim(&mut self, account: &mut Account) -> Result<Amount, SettleError> {
        let mut next = *account;
        next.checkpoint(&self.index)?;
        let paid = next.owed;
        require(paid <= self.held, SettleError::BalanceTooSmall)?;
        let claimed = self.claimed.checked_add(i128::from(paid.units())).ok_or(UnitsError::Overflow)?;
        (self.held, self.claimed) = (self.held.checked_sub(paid)?, claimed);
        *account = Account { owed: Amount::ZERO, ..next };
        Ok(paid)
    }
}
