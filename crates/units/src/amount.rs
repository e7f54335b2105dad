//! Money, rates and quantities as integers that say what they are.

use crate::{DayFraction, RATE_ONE, Rounding, UnitsError, checked_add, checked_sub, mul_div};

macro_rules! scaled_integer {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(i64);

        impl $name {
            /// Nothing.
            pub const ZERO: Self = Self(0);

            /// Takes a count of the smallest unit.
            #[inline]
            pub const fn new(units: i64) -> Self {
                Self(units)
            }

            /// Returns the count of the smallest unit.
            #[inline]
            pub const fn units(self) -> i64 {
                self.0
            }

            /// Adds.
            ///
            /// # Errors
            /// [`UnitsError::Overflow`].
            #[inline]
            pub fn checked_add(self, other: Self) -> Result<Self, UnitsError> {
                checked_add(self.0, other.0).map(Self)
            }

            /// Subtracts.
            ///
            /// # Errors
            /// [`UnitsError::Overflow`].
            #[inline]
            pub fn checked_sub(self, other: Self) -> Result<Self, UnitsError> {
                checked_sub(self.0, other.0).map(Self)
            }

            /// Multiplies by `numerator ÷ denominator`, rounded once.
            ///
            /// # Errors
            /// [`UnitsError::Overflow`] or [`UnitsError::DivisionByZero`].
            #[inline]
            pub fn mul_div(self, numerator: i64, denominator: i64, rounding: Rounding) -> Result<Self, UnitsError> {
                mul_div(self.0, numerator, denominator, rounding).map(Self)
            }
        }
    };
}

scaled_integer! {
    /// A sum of the deal's currency in its smallest unit.
    Amount
}
scaled_integer! {
    /// A rate or share in billionths: 5 % is 50,000,000.
    Rate
}
scaled_integer! {
    /// A count of machines, hours or kWh in millionths.
    Quantity
}

impl Amount {
    /// Interest on this balance: balance × rate × day fraction, rounded once.
    ///
    /// ```
    /// use forebay_units::{Amount, DayCount, Date, Rate, Rounding};
    /// let fraction = DayCount::Actual360.fraction(Date::from_days(0), Date::from_days(90));
    /// let interest = Amount::new(1_000_000).interest(Rate::new(40_000_000), fraction, Rounding::Up);
    /// assert_eq!(interest, Ok(Amount::new(10_000)));
    /// ```
    ///
    /// # Errors
    /// [`UnitsError::Overflow`].
    #[inline]
    pub fn interest(self, rate: Rate, fraction: DayFraction, rounding: Rounding) -> Result<Self, UnitsError> {
        let numerator = rate.0.checked_mul(fraction.numerator).ok_or(UnitsError::Overflow)?;
        let denominator = fraction.denominator.checked_mul(RATE_ONE).ok_or(UnitsError::Overflow)?;
        self.mul_div(numerator, denominator, rounding)
    }
}
