//! Ledger time: always a parameter, never read here.

use crate::SettleError;
use units::UnitsError;

/// A moment of the ledger, in seconds since 1970-01-01.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub u64);

/// A length of time in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(pub u64);

impl Time {
    /// Returns the moment that lies `span` later.
    ///
    /// # Errors
    /// [`UnitsError::Overflow`], wrapped.
    pub fn plus(self, span: Span) -> Result<Self, SettleError> {
        self.0.checked_add(span.0).map(Self).ok_or(SettleError::Math(UnitsError::Overflow))
    }

    /// Returns how long ago `earlier` was.
    ///
    /// # Errors
    /// [`SettleError::ClockBackwards`] if it has not come yet.
    pub fn since(self, earlier: Self) -> Result<Span, SettleError> {
        self.0.checked_sub(earlier.0).map(Span).ok_or(SettleError::ClockBackwards)
    }
}

impl Span {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// So many minutes; what does not fit is the longest span.
    pub const fn minutes(count: u64) -> Self {
        Self(count.saturating_mul(60))
    }

    /// So many hours; what does not fit is the longest span.
    pub const fn hours(count: u64) -> Self {
        Self(count.saturating_mul(3_600))
    }

    /// So many days of 24 hours; what does not fit is the longest span.
    pub const fn days(count: u64) -> Self {
        Self(count.saturating_mul(86_400))
    }

    /// Adds.
    ///
    /// # Errors
    /// [`UnitsError::Overflow`], wrapped.
    pub fn plus(self, other: Self) -> Result<Self, SettleError> {
        self.0.checked_add(other.0).map(Self).ok_or(SettleError::Math(UnitsError::Overflow))
    }

    /// Subtracts.
    ///
    /// # Errors
    /// [`SettleError::ClockBackwards`] if `earlier` is the longer one.
    pub fn since(self, earlier: Self) -> Result<Self, SettleError> {
        self.0.checked_sub(earlier.0).map(Self).ok_or(SettleError::ClockBackwards)
    }
}
