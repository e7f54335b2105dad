//! One operation in every lane.
//!
//! What can fail works in place: an array inside a `Result` would be copied about for every operation.

use crate::WaterfallError;
use units::UnitsError;

type Checked = Result<(), WaterfallError>;

/// Applies `f`, which cannot fail, in each lane.
#[inline(always)]
pub fn zip<const L: usize>(a: &[i64; L], b: &[i64; L], f: impl Fn(i64, i64) -> i64) -> [i64; L] {
    let mut out = *a;
    for (value, b) in out.iter_mut().zip(b) {
        *value = f(*value, *b);
    }
    out
}

/// The smaller in each lane.
#[inline(always)]
pub fn least<const L: usize>(a: &[i64; L], b: &[i64; L]) -> [i64; L] {
    zip(a, b, i64::min)
}

/// The value in lanes where the mask is not zero, zero elsewhere.
#[inline(always)]
pub fn masked<const L: usize>(value: &[i64; L], mask: &[i64; L]) -> [i64; L] {
    zip(value, mask, |value, on| if on == 0 { 0 } else { value })
}

/// The first value in lanes where the mask is not zero, the other elsewhere.
#[inline(always)]
pub fn chosen<T: Copy, const L: usize>(mask: &[i64; L], value: &[T; L], other: &[T; L]) -> [T; L] {
    let mut out = *value;
    for ((value, other), on) in out.iter_mut().zip(other).zip(mask) {
        *value = if *on == 0 { *other } else { *value };
    }
    out
}

/// The value in lanes where the mask is zero, zero elsewhere.
#[inline(always)]
pub fn unmasked<const L: usize>(value: &[i64; L], mask: &[i64; L]) -> [i64; L] {
    zip(value, mask, |value, on| if on == 0 { value } else { 0 })
}

/// Returns true if every lane holds zero.
#[inline(always)]
pub fn nothing<const L: usize>(value: &[i64; L]) -> bool {
    value.iter().fold(0, |all, value| all | value) == 0
}

/// Sets each lane to `f` of it.
#[inline(always)]
pub fn update<const L: usize>(
    value: &mut [i64; L],
    f: impl Fn(i64) -> Result<i64, WaterfallError>,
) -> Checked {
    for value in value {
        *value = f(*value)?;
    }
    Ok(())
}

/// Sets each lane to `f` of it and the same lane of `b`.
#[inline(always)]
pub fn combine<const L: usize>(
    value: &mut [i64; L],
    b: &[i64; L],
    f: impl Fn(i64, i64) -> Result<i64, WaterfallError>,
) -> Checked {
    for (value, b) in value.iter_mut().zip(b) {
        *value = f(*value, *b)?;
    }
    Ok(())
}

/// Adds in each lane. All lanes are added before any is looked at; if a sum does not fit, `value` holds nothing of use.
#[inline(always)]
pub fn add<const L: usize>(value: &mut [i64; L], b: &[i64; L]) -> Checked {
    let mut overflow = false;
    for (value, b) in value.iter_mut().zip(b) {
        let (sum, beyond) = value.overflowing_add(*b);
        (*value, overflow) = (sum, overflow | beyond);
    }
    if overflow { Err(WaterfallError::Math(UnitsError::Overflow)) } else { Ok(()) }
}

/// Subtracts in each lane, like [`add`].
#[inline(always)]
pub fn subtract<const L: usize>(value: &mut [i64; L], b: &[i64; L]) -> Checked {
    let mut overflow = false;
    for (value, b) in value.iter_mut().zip(b) {
        let (difference, beyond) = value.overflowing_sub(*b);
        (*value, overflow) = (difference, overflow | beyond);
    }
    if overflow { Err(WaterfallError::Math(UnitsError::Overflow)) } else { Ok(()) }
}

/// Subtracts in each lane, but not below zero: a difference that is far below is zero all the same.
#[inline(always)]
pub fn excess<const L: usize>(value: &mut [i64; L], b: &[i64; L]) -> Checked {
    *value = zip(value, b, i64::max);
    subtract(value, b)
}
