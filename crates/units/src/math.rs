//! The only multiplications and divisions of money.

use crate::UnitsError;
use core::cmp::Ordering;

/// Where the odd unit goes when a division is not exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// Towards minus infinity. For what the deal pays out.
    Down,
    /// Towards plus infinity. For what the deal is owed or owes.
    Up,
}

/// Adds, or says that the sum does not fit.
///
/// # Errors
/// [`UnitsError::Overflow`].
#[inline]
pub const fn checked_add(a: i64, b: i64) -> Result<i64, UnitsError> {
    match a.checked_add(b) {
        Some(sum) => Ok(sum),
        None => Err(UnitsError::Overflow),
    }
}

/// Subtracts, or says that the difference does not fit.
///
/// # Errors
/// [`UnitsError::Overflow`].
#[inline]
pub const fn checked_sub(a: i64, b: i64) -> Result<i64, UnitsError> {
    match a.checked_sub(b) {
        Some(difference) => Ok(difference),
        None => Err(UnitsError::Overflow),
    }
}

/// Returns `a × b ÷ c` with a 128-bit product, rounded once.
///
/// ```
/// use forebay_units::{Rounding, mul_div};
/// assert_eq!(mul_div(10, 1, 3, Rounding::Down), Ok(3));
/// assert_eq!(mul_div(10, 1, 3, Rounding::Up), Ok(4));
/// assert_eq!(mul_div(-10, 1, 3, Rounding::Down), Ok(-4));
/// ```
///
/// # Errors
/// [`UnitsError::DivisionByZero`] if `c` is zero, [`UnitsError::Overflow`] if the quotient does not fit.
#[inline]
pub fn mul_div(a: i64, b: i64, c: i64, rounding: Rounding) -> Result<i64, UnitsError> {
    // Money is seldom negative, and unsigned division by one machine word is several times faster.
    if let (Ok(a), Ok(b), Ok(c)) = (u64::try_from(a), u64::try_from(b), u64::try_from(c)) {
        return mul_div_unsigned((a, b), c, rounding);
    }
    let product = i128::from(a).checked_mul(i128::from(b)).ok_or(UnitsError::Overflow)?;
    let quotient = divide_wide(product, i128::from(c), rounding)?;
    i64::try_from(quotient).map_err(|_| UnitsError::Overflow)
}

/// Neither factor is above 2^63, so the product and what rounding up adds to it fit 128 bits.
#[inline]
#[allow(clippy::arithmetic_side_effects)]
fn mul_div_unsigned((a, b): (u64, u64), c: u64, rounding: Rounding) -> Result<i64, UnitsError> {
    let product = u128::from(a) * u128::from(b);
    let dividend = match rounding {
        Rounding::Down => product,
        Rounding::Up => product + u128::from(c.saturating_sub(1)),
    };
    let quotient = match u64::try_from(dividend) {
        Ok(small) => u128::from(small.checked_div(c).ok_or(UnitsError::DivisionByZero)?),
        Err(_) => divide_words(dividend, c).ok_or(UnitsError::DivisionByZero)?,
    };
    i64::try_from(quotient).map_err(|_| UnitsError::Overflow)
}

/// Returns `a × b ÷ c` of 128-bit numbers, rounded once.
///
/// # Errors
/// [`UnitsError::DivisionByZero`] if `c` is zero, [`UnitsError::Overflow`] if the product or quotient does not fit.
pub fn mul_div_wide(a: i128, b: i128, c: i128, rounding: Rounding) -> Result<i128, UnitsError> {
    // Words multiply several times faster.
    if let (Ok(a), Ok(b), Ok(c)) = (i64::try_from(a), i64::try_from(b), i64::try_from(c))
        && let Ok(quotient) = mul_div(a, b, c, rounding)
    {
        return Ok(i128::from(quotient));
    }
    let product = a.checked_mul(b).ok_or(UnitsError::Overflow)?;
    divide_wide(product, c, rounding)
}

/// Returns the quotient, rounded down, and the remainder of `a × b + c` by a positive `d`: nothing is lost.
///
/// The caller names who owns the remainder.
///
/// ```
/// use forebay_units::mul_add_div_rem;
/// assert_eq!(mul_add_div_rem(10, 3, 1, 4), Ok((7, 3)));
/// ```
///
/// # Errors
/// [`UnitsError::DivisionByZero`] if `d` is not positive, [`UnitsError::Overflow`] if `a × b + c` does not fit.
pub fn mul_add_div_rem(a: i128, b: i128, c: i128, d: i128) -> Result<(i128, i128), UnitsError> {
    if d <= 0 {
        return Err(UnitsError::DivisionByZero);
    }
    let dividend = a.checked_mul(b).and_then(|product| product.checked_add(c)).ok_or(UnitsError::Overflow)?;
    let quotient = divide_wide(dividend, d, Rounding::Down)?;
    let whole = quotient.checked_mul(d).ok_or(UnitsError::Overflow)?;
    Ok((quotient, dividend.checked_sub(whole).ok_or(UnitsError::Overflow)?))
}

#[inline]
fn divide_wide(product: i128, c: i128, rounding: Rounding) -> Result<i128, UnitsError> {
    if c == 0 {
        return Err(UnitsError::DivisionByZero);
    }
    if let Some(quotient) = divide_by_word(product, c, rounding) {
        return Ok(quotient);
    }
    let truncated = product.checked_div(c).ok_or(UnitsError::Overflow)?;
    let remainder = product.checked_rem(c).ok_or(UnitsError::Overflow)?;
    let negative = (remainder < 0) != (c < 0);
    let correction = match rounding {
        Rounding::Down if remainder != 0 && negative => -1,
        Rounding::Up if remainder != 0 && !negative => 1,
        _ => 0,
    };
    truncated.checked_add(correction).ok_or(UnitsError::Overflow)
}

/// Two words by one, rounded down; nothing for a divisor of zero. A contract's target has no instruction for it.
#[inline]
fn divide_words(dividend: u128, divisor: u64) -> Option<u128> {
    if cfg!(target_arch = "wasm32")
        && let Some(quotient) = divide_by_digits(dividend, divisor)
    {
        return Some(quotient);
    }
    dividend.checked_div(u128::from(divisor))
}

/// Long division, by digits that leave the remainder room in a word; nothing if the divisor leaves little.
#[allow(clippy::arithmetic_side_effects)]
fn divide_by_digits(dividend: u128, divisor: u64) -> Option<u128> {
    let digit = divisor.leading_zeros();
    if divisor == 0 || digit < 16 {
        return None;
    }
    let digit = digit.min(63);
    let mut left = (u128::BITS - dividend.leading_zeros()).div_ceil(digit) * digit;
    let (mut quotient, mut remainder) = (0_u128, 0_u64);
    while left > 0 {
        left -= digit;
        let low = u64::try_from((dividend >> left) & ((1 << digit) - 1)).ok()?;
        let part = (remainder << digit) | low;
        quotient = (quotient << digit) | u128::from(part / divisor);
        remainder = part % divisor;
    }
    Some(quotient)
}

/// Both parts not negative and the divisor one machine word: an unsigned division, several times faster.
#[inline]
#[allow(clippy::arithmetic_side_effects)]
fn divide_by_word(product: i128, c: i128, rounding: Rounding) -> Option<i128> {
    let dividend = u128::try_from(product).ok()?;
    let divisor = u64::try_from(c).ok()?;
    let quotient = divide_words(dividend, divisor)?;
    let rounded = match rounding {
        Rounding::Up if quotient * u128::from(divisor) != dividend => quotient + 1,
        _ => quotient,
    };
    i128::try_from(rounded).ok()
}

/// A pair that is compared and never stored as a quotient.
///
/// A denominator that is not positive counts as no debt (or no value) at all: the ratio is then above every level,
/// so that it passes a coverage test and fails a leverage test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ratio {
    /// What is divided.
    pub numerator: i64,
    /// What it is divided by.
    pub denominator: i64,
}

impl Ratio {
    /// Compares by cross-multiplication, exactly.
    #[inline]
    pub fn compare(self, other: Self) -> Ordering {
        match (self.denominator > 0, other.denominator > 0) {
            (true, true) => {
                cross(self.numerator, other.denominator).cmp(&cross(other.numerator, self.denominator))
            }
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => Ordering::Equal,
        }
    }
}

/// The product of two 64-bit numbers always fits 128 bits.
#[inline]
#[allow(clippy::arithmetic_side_effects)]
fn cross(a: i64, b: i64) -> i128 {
    i128::from(a) * i128::from(b)
}

#[cfg(test)]
mod tests {
    use super::divide_by_digits;

    /// What a contract does is what every other target does, at the ends of the types and between them.
    #[test]
    fn digits_divide_as_words_do() {
        let mut random = 0x9E37_79B9_7F4A_7C15_u128;
        for round in 0..20_000_u32 {
            random = random.wrapping_mul(0xDA94_2042_E4DD_58B5).rotate_left(49).wrapping_add(1);
            let dividend = random >> (round % 128);
            let divisor = u64::MAX >> 16 >> (round % 48) & !(u64::from(round) << 3) | 1;
            for dividend in
                [dividend, u128::MAX, u128::MAX >> (round % 128), u128::from(divisor) << (round % 64)]
            {
                assert_eq!(
                    divide_by_digits(dividend, divisor),
                    Some(dividend / u128::from(divisor)),
                    "{round}"
                );
            }
        }
        assert_eq!(divide_by_digits(7, 0), None, "by nothing");
        assert_eq!(divide_by_digits(7, u64::MAX), None, "no room for the remainder");
    }
}
