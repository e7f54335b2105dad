use units::{Amount, Rounding, UnitsError};

/// A share in basis points: 10,000 is the whole, 11,000 is 110 %.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bps(pub u16);

impl Bps {
    /// Basis points in the whole.
    pub const WHOLE: i64 = 10_000;

    /// The whole.
    pub const ONE: Self = Self(10_000);

    /// Returns this share of an amount, rounded once.
    ///
    /// # Errors
    /// [`UnitsError::Overflow`].
    pub fn of(self, amount: Amount, rounding: Rounding) -> Result<Amount, UnitsError> {
        amount.mul_div(i64::from(self.0), Self::WHOLE, rounding)
    }
}
