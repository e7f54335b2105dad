//! Decimal text in and out of scaled integers, without a float.

use crate::UnitsError;
use core::fmt;

/// Reads a decimal number as an integer scaled by `10^decimals`; underscores are ignored.
///
/// ```
/// use forebay_units::parse_scaled;
/// assert_eq!(parse_scaled("1_234.5", 2), Ok(123_450));
/// ```
///
/// # Errors
/// [`UnitsError::NotANumber`], [`UnitsError::TooPrecise`] if digits would be lost, [`UnitsError::Overflow`].
pub fn parse_scaled(text: &str, decimals: u8) -> Result<i64, UnitsError> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() || (digits.contains('.') && fraction.is_empty()) {
        return Err(UnitsError::NotANumber);
    }
    let fraction = significant(fraction, decimals)?;
    let mut value = push_digits(0, whole)?;
    value = push_digits(value, fraction)?;
    let written = fraction.bytes().filter(u8::is_ascii_digit).count();
    for _ in written..usize::from(decimals) {
        value = value.checked_mul(10).ok_or(UnitsError::Overflow)?;
    }
    let signed = if negative { value.checked_neg() } else { Some(value) };
    i64::try_from(signed.ok_or(UnitsError::Overflow)?).map_err(|_| UnitsError::Overflow)
}

/// Drops trailing zeros that say nothing, and refuses digits that could not be kept.
fn significant(fraction: &str, decimals: u8) -> Result<&str, UnitsError> {
    if fraction.len() <= usize::from(decimals) {
        return Ok(fraction);
    }
    let trimmed = fraction.trim_end_matches('0');
    if trimmed.len() <= usize::from(decimals) { Ok(trimmed) } else { Err(UnitsError::TooPrecise) }
}

fn push_digits(mut value: i128, digits: &str) -> Result<i128, UnitsError> {
    for character in digits.chars().filter(|character| *character != '_') {
        let digit = character.to_digit(10).ok_or(UnitsError::NotANumber)?;
        value = value.checked_mul(10).ok_or(UnitsError::Overflow)?;
        value = value.checked_add(i128::from(digit)).ok_or(UnitsError::Overflow)?;
    }
    Ok(value)
}

/// Shows an integer scaled by `10^decimals` as a decimal string with all its places.
///
/// ```
/// use forebay_units::Scaled;
/// assert_eq!(Scaled::new(-123_450, 2).to_string(), "-1234.50");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scaled {
    value: i128,
    decimals: u8,
}

impl Scaled {
    /// Takes a count of the smallest unit and the number of decimal places.
    pub fn new(value: impl Into<i128>, decimals: u8) -> Self {
        Self { value: value.into(), decimals }
    }
}

impl fmt::Display for Scaled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.value < 0 { "-" } else { "" };
        let magnitude = self.value.unsigned_abs();
        let places = usize::from(self.decimals);
        match 10u128.checked_pow(u32::from(self.decimals)) {
            Some(one) if places > 0 => {
                let whole = magnitude.checked_div(one).unwrap_or(0);
                let fraction = magnitude.checked_rem(one).unwrap_or(0);
                write!(f, "{sign}{whole}.{fraction:0places$}")
            }
            _ => write!(f, "{sign}{magnitude}"),
        }
    }
}
