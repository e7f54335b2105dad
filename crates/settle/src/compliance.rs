//! Who may hold a note that has rules, and which of its units may move.
//!
//! A registry admits wallets: each belongs to one party until a time. A note's rules name a registry and countries. Both
//! ends of a move are looked at when it happens, so what the registry takes back is gone at once. A freeze keeps units
//! where they are; it has no say over what they earn.

use crate::{PartyId, SettleError, Time, require};
use units::Amount;

/// Most countries that a note's rules may name.
pub const COUNTRIES_MAX: usize = 64;

/// Largest number of a country (ISO 3166-1).
const COUNTRY_MAX: u32 = 999;

/// Whether a wallet is somebody's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is, until its time.
    Admitted,
    /// That was taken back, and may be given again.
    Revoked,
    /// Another wallet of the same party took its place for ever.
    Replaced,
}

/// What a registry knows of a wallet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Admission {
    /// Whose it is.
    pub party: PartyId,
    /// The party's country, by its number in ISO 3166-1.
    pub country: u32,
    /// From here on it is not admitted.
    pub until: Time,
    /// Whether it is admitted until then.
    pub standing: Standing,
}

impl Admission {
    /// Admits a wallet; `before` is what was known of it.
    ///
    /// # Errors
    /// [`SettleError::BadTerms`] if there is no such country or the time has come; [`SettleError::EvidenceMissing`]
    /// without a hash of the party; [`SettleError::OtherParty`] if it was another's;
    /// [`SettleError::AdmissionEnded`] if it was replaced.
    pub fn admit(self, before: Option<Self>, now: Time) -> Result<Self, SettleError> {
        require((1..=COUNTRY_MAX).contains(&self.country) && now < self.until, SettleError::BadTerms)?;
        require(self.party != PartyId::default(), SettleError::EvidenceMissing)?;
        if let Some(before) = before {
            before.require_not_replaced()?;
            require(before.party == self.party, SettleError::OtherParty)?;
        }
        Ok(Self { standing: Standing::Admitted, ..self })
    }

    /// Takes it back.
    ///
    /// # Errors
    /// [`SettleError::AdmissionEnded`] if the wallet was replaced.
    pub fn revoke(&mut self) -> Result<(), SettleError> {
        self.require_not_replaced()?;
        self.standing = Standing::Revoked;
        Ok(())
    }

    /// Puts another wallet of the same party in the place of this one, once and for ever. A wallet that was lost may be
    /// revoked or have run out by then.
    ///
    /// # Errors
    /// [`SettleError::AdmissionEnded`] if this one was replaced before, or the other one's admission does not stand;
    /// [`SettleError::OtherParty`].
    pub fn replace(&mut self, by: &Self, now: Time) -> Result<(), SettleError> {
        self.require_not_replaced()?;
        by.require_stands(now)?;
        require(self.party == by.party, SettleError::OtherParty)?;
        self.standing = Standing::Replaced;
        Ok(())
    }

    /// Says whether the wallet is admitted at this moment.
    pub fn stands(&self, now: Time) -> bool {
        self.standing == Standing::Admitted && now < self.until
    }

    /// Refuses a wallet that is not admitted at this moment.
    ///
    /// # Errors
    /// [`SettleError::AdmissionEnded`].
    pub fn require_stands(&self, now: Time) -> Result<(), SettleError> {
        require(self.stands(now), SettleError::AdmissionEnded)
    }

    fn require_not_replaced(&self) -> Result<(), SettleError> {
        require(self.standing != Standing::Replaced, SettleError::AdmissionEnded)
    }
}

/// Refuses rules that name no country, or too many to look through.
///
/// # Errors
/// [`SettleError::BadTerms`].
pub fn require_countries(count: usize) -> Result<(), SettleError> {
    require((1..=COUNTRIES_MAX).contains(&count), SettleError::BadTerms)
}

/// Refuses a wallet that may not hold a note. An admitted one comes with its country, and whether the note's rules
/// name that.
///
/// # Errors
/// [`SettleError::NotAdmitted`], [`SettleError::CountryRefused`].
pub fn require_may_hold(country: Option<u32>, is_named: impl FnOnce(u32) -> bool) -> Result<(), SettleError> {
    let country = country.ok_or(SettleError::NotAdmitted)?;
    require(is_named(country), SettleError::CountryRefused)
}

/// How many units of a note a holder must keep, whatever it holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Frozen(pub Amount);

impl Frozen {
    /// All units, those to come too.
    pub const ALL: Self = Self(Amount::new(i64::MAX));

    /// Returns how many units of a balance may move.
    pub fn free(self, balance: Amount) -> Amount {
        balance.checked_sub(self.0.min(balance)).unwrap_or(Amount::ZERO)
    }

    /// Refuses a move that takes more than what is free of a balance; that there is so much is not looked at.
    ///
    /// # Errors
    /// [`SettleError::UnitsFrozen`].
    pub fn require_free(self, amount: Amount, balance: Amount) -> Result<(), SettleError> {
        let is_free = self == Self::default() || amount <= self.free(balance);
        require(is_free, SettleError::UnitsFrozen)
    }

    /// Returns what is frozen of a holder that takes the place of another: both, or all.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        self.0.checked_add(other.0).map_or(Self::ALL, Self)
    }
}
