//! One operation in every lane.
//!
//! What can fail works in place: an array inside a `Result` would be copied about for every operation.

use crate::WaterfallError;
use units::{UnitsError, any_bits};

type Checked = Result<(), WaterfallError>;

/// The number of a single lane: a contract has one, and pays for the size of its code.
#[inline(always)]
fn only<const L: usize>(values: &[i64; L]) -> i64 {
    values.first().copied().unwrap_or(0)
}

/// Whether `f` has one of the bits of `mask` in any lane.
#[inline(always)]
fn any<const L: usize>(values: &[i64; L], f: impl Fn(i64) -> i64, mask: i64) -> bool {
    if L == 1 { f(only(values)) & mask != 0 } else { any_bits([values], |[value]| f(value), mask) }
}

/// Applies `f`, which cannot fail, in each lane.
#[inline(always)]
pub fn each<const L: usize>(a: &[i64; L], f: impl Fn(i64) -> i64) -> [i64; L] {
    if L == 1 { [f(only(a)); L] } else { units::each([a], |[a]| f(a)) }
}

/// Applies `f`, which cannot fail, in each lane of both.
#[inline(always)]
pub fn zip<const L: usize>(a: &[i64; L], b: &[i64; L], f: impl Fn(i64, i64) -> i64) -> [i64; L] {
    if L == 1 { [f(only(a), only(b)); L] } else { units::each([a, b], |[a, b]| f(a, b)) }
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
pub fn chosen<const L: usize>(mask: &[i64; L], value: &[i64; L], other: &[i64; L]) -> [i64; L] {
    if L == 1 {
        return if only(mask) == 0 { *other } else { *value };
    }
    units::each([mask, value, other], |[on, value, other]| if on == 0 { other } else { value })
}

/// The value in lanes where the mask is zero, zero elsewhere.
#[inline(always)]
pub fn unmasked<const L: usize>(value: &[i64; L], mask: &[i64; L]) -> [i64; L] {
    zip(value, mask, |value, on| if on == 0 { value } else { 0 })
}

/// Returns true if every lane holds zero.
#[inline(always)]
pub fn nothing<const L: usize>(value: &[i64; L]) -> bool {
    !any(value, |value| value, -1)
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
    if L == 1 {
        let (sum, beyond) = only(value).overflowing_add(only(b));
        *value = [sum; L];
        return fits(!beyond);
    }
    // A sum whose sign both parts lack did not fit.
    let beyond = units::change(
        value,
        [b],
        #[inline(always)]
        |value, [b]| value.wrapping_add(b),
        #[inline(always)]
        |value, [b], sum| (value ^ sum) & (b ^ sum) & i64::MIN,
    );
    fits(!beyond)
}

/// Subtracts in each lane, like [`add`].
#[inline(always)]
pub fn subtract<const L: usize>(value: &mut [i64; L], b: &[i64; L]) -> Checked {
    if L == 1 {
        let (difference, beyond) = only(value).overflowing_sub(only(b));
        *value = [difference; L];
        return fits(!beyond);
    }
    let beyond = units::change(
        value,
        [b],
        #[inline(always)]
        |value, [b]| value.wrapping_sub(b),
        #[inline(always)]
        |value, [b], left| (value ^ b) & (value ^ left) & i64::MIN,
    );
    fits(!beyond)
}

#[inline(always)]
fn fits(fits: bool) -> Checked {
    if fits { Ok(()) } else { Err(WaterfallError::Math(UnitsError::Overflow)) }
}

/// Subtracts in each lane, but not below zero: a difference that is far below is zero all the same.
#[inline(always)]
pub fn excess<const L: usize>(value: &mut [i64; L], b: &[i64; L]) -> Checked {
    *value = zip(value, b, i64::max);
    subtract(value, b)
}

/// Returns true if a lane holds zero.
#[inline(always)]
pub fn any_zero<const L: usize>(values: &[i64; L]) -> bool {
    any(values, |value| i64::from(value == 0), -1)
}

/// Returns true if a lane is negative.
#[inline(always)]
pub fn any_negative<const L: usize>(values: &[i64; L]) -> bool {
    any(values, |value| value, i64::MIN)
}

/// Returns true if both are the same in every lane.
#[inline(always)]
pub fn same<const L: usize>(a: &[i64; L], b: &[i64; L]) -> bool {
    if L == 1 { only(a) == only(b) } else { !any_bits([a, b], |[a, b]| a ^ b, -1) }
}

/// Returns true if all lanes hold one number.
#[inline(always)]
pub fn alike<const L: usize>(values: &[i64; L]) -> bool {
    let first = values.first().copied().unwrap_or(0);
    L == 1 || !any(values, |value| value ^ first, -1)
}
