//! One operation in every lane.

use crate::WaterfallError;
use units::UnitsError;

/// Applies `f` in each lane.
#[inline]
pub fn map<const L: usize>(
    a: &[i64; L],
    f: impl Fn(i64) -> Result<i64, WaterfallError>,
) -> Result<[i64; L], WaterfallError> {
    let mut out = *a;
    for value in &mut out {
        *value = f(*value)?;
    }
    Ok(out)
}

/// Applies `f` in each lane.
#[inline]
pub fn map2<const L: usize>(
    a: &[i64; L],
    b: &[i64; L],
    f: impl Fn(i64, i64) -> Result<i64, WaterfallError>,
) -> Result<[i64; L], WaterfallError> {
    let mut out = *a;
    for (value, b) in out.iter_mut().zip(b) {
        *value = f(*value, *b)?;
    }
    Ok(out)
}

/// Applies `f` in each lane.
#[inline]
pub fn map3<const L: usize>(
    a: &[i64; L],
    b: &[i64; L],
    c: &[i64; L],
    f: impl Fn(i64, i64, i64) -> Result<i64, WaterfallError>,
) -> Result<[i64; L], WaterfallError> {
    let mut out = *a;
    for ((value, b), c) in out.iter_mut().zip(b).zip(c) {
        *value = f(*value, *b, *c)?;
    }
    Ok(out)
}

/// Applies `f`, which cannot fail, in each lane.
#[inline]
pub fn zip<const L: usize>(a: &[i64; L], b: &[i64; L], f: impl Fn(i64, i64) -> i64) -> [i64; L] {
    let mut out = *a;
    for (value, b) in out.iter_mut().zip(b) {
        *value = f(*value, *b);
    }
    out
}

/// The sum in each lane, or an error if one does not fit. Lanes are added first and looked at afterwards, all at once.
#[inline]
pub fn sum<const L: usize>(a: &[i64; L], b: &[i64; L]) -> Result<[i64; L], WaterfallError> {
    let (mut out, mut overflow) = (*a, false);
    for (value, b) in out.iter_mut().zip(b) {
        let (sum, beyond) = value.overflowing_add(*b);
        (*value, overflow) = (sum, overflow | beyond);
    }
    if overflow { Err(WaterfallError::Math(UnitsError::Overflow)) } else { Ok(out) }
}

/// The difference in each lane, or an error if one does not fit.
#[inline]
pub fn difference<const L: usize>(a: &[i64; L], b: &[i64; L]) -> Result<[i64; L], WaterfallError> {
    let (mut out, mut overflow) = (*a, false);
    for (value, b) in out.iter_mut().zip(b) {
        let (difference, beyond) = value.overflowing_sub(*b);
        (*value, overflow) = (difference, overflow | beyond);
    }
    if overflow { Err(WaterfallError::Math(UnitsError::Overflow)) } else { Ok(out) }
}

/// The smaller in each lane.
#[inline]
pub fn least<const L: usize>(a: &[i64; L], b: &[i64; L]) -> [i64; L] {
    zip(a, b, i64::min)
}

/// The value in lanes where the mask is 1, zero elsewhere.
#[inline]
pub fn masked<const L: usize>(value: &[i64; L], mask: &[i64; L]) -> [i64; L] {
    zip(value, mask, |value, on| if on == 0 { 0 } else { value })
}
