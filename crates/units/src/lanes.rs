//! Multiplication, division and comparison of many numbers side by side.
//!
//! A processor has no vector instruction that divides integers. A quotient is estimated with floats and corrected by its exact
//! integer residue, so that the result is that of [`mul_div`] to the unit, on every target: the estimate is off by less
//! than one, and the residue says on which side. Numbers for which that does not hold take the way of a single number. This
//! is the only file of the core with a float, and none leaves it.
#![allow(clippy::float_arithmetic)]

use crate::math::{Ratio, Rounding, mul_div};
use crate::{Amount, DayFraction, RATE_ONE, Rate, UnitsError};
use core::cmp::Ordering;

/// Fewer numbers than a vector holds are not worth an estimate; a contract has one, and no float.
const FEWEST: usize = 8;
/// Integers below 2^52 are floats without a rounding.
const EXACT_BITS: u32 = 52;
/// Below 2^50 two roundings of 2^−53 each come to a quarter of a unit: with the half of the last one, to less than one.
const QUOTIENT_BITS: u32 = 50;
/// Two numbers below 2^31 multiply within a word.
const RATE_BITS: u32 = 31;
/// 2^52: a float between it and its double has one integer for each, in its lowest bits.
const ANCHOR: f64 = 4_503_599_627_370_496.0;
/// Within 2^62 of each other, two products differ by what their lowest words differ by.
const NEAR: f64 = 4_611_686_018_427_387_904.0;

/// Numbers as they fit the widest vector there is.
type Eight = [i64; 8];

/// Eight of the numbers, from a position on.
#[inline(always)]
fn eight<const L: usize>(values: &[i64; L], at: usize) -> Eight {
    values.get(at..).and_then(|values| values.first_chunk()).copied().unwrap_or([0; 8])
}

/// Every eighth position. Written out, because a compiler makes vectors of eight steps in a row, and of a loop over them
/// something else.
#[inline(always)]
fn by_eights<const L: usize>(mut step: impl FnMut(usize)) {
    step(0);
    if L > 8 {
        step(8);
    }
    if L > 16 {
        step(16);
        step(24);
    }
    (32..L).step_by(8).for_each(step);
}

/// Written out as well, however long `f` is.
#[inline(always)]
fn eight_of(f: impl Fn(usize) -> i64) -> Eight {
    [f(0), f(1), f(2), f(3), f(4), f(5), f(6), f(7)]
}

/// Position by position, `f` of all the numbers that stand there.
#[inline(always)]
pub fn each<const L: usize, const N: usize>(values: [&[i64; L]; N], f: impl Fn([i64; N]) -> i64) -> [i64; L] {
    let mut out = [0; L];
    if !L.is_multiple_of(8) {
        for (lane, out) in out.iter_mut().enumerate() {
            *out = f(values.map(|values| values.get(lane).copied().unwrap_or(0)));
        }
        return out;
    }
    by_eights::<L>(
        #[inline(always)]
        |at| {
            let parts = values.map(|values| eight(values, at));
            let results = eight_of(
                #[inline(always)]
                |lane| f(parts.map(|part| part.get(lane).copied().unwrap_or(0))),
            );
            if let Some(out) = out.get_mut(at..).and_then(|out| out.first_chunk_mut()) {
                *out = results;
            }
        },
    );
    out
}

/// The bits that `f` of the numbers has at any position.
#[inline(always)]
pub fn any_bits<const L: usize, const N: usize>(values: [&[i64; L]; N], f: impl Fn([i64; N]) -> i64) -> i64 {
    if !L.is_multiple_of(8) {
        let at = |lane| f(values.map(|values| values.get(lane).copied().unwrap_or(0)));
        return (0..L).fold(0, |bits, lane| bits | at(lane));
    }
    let mut bits = [0; 8];
    by_eights::<L>(
        #[inline(always)]
        |at| {
            let parts = values.map(|values| eight(values, at));
            let found = eight_of(
                #[inline(always)]
                |lane| f(parts.map(|part| part.get(lane).copied().unwrap_or(0))),
            );
            for (bits, found) in bits.iter_mut().zip(found) {
                *bits |= found;
            }
        },
    );
    bits.iter().fold(0, |all, bits| all | bits)
}

#[inline(always)]
fn to_float(integer: i64) -> f64 {
    f64::from_bits(integer.cast_unsigned() | ANCHOR.to_bits()) - ANCHOR
}

/// The nearest integer to a float from 0 to 2^51; more than that for any greater one.
#[inline(always)]
fn to_nearest(float: f64) -> i64 {
    (float + ANCHOR).to_bits().wrapping_sub(ANCHOR.to_bits()).cast_signed()
}

/// Returns true if none of the numbers whose bits were collected is negative or has more than so many bits.
#[inline(always)]
fn within(bits: i64, most: u32) -> bool {
    bits.cast_unsigned() >> most == 0
}

#[inline(always)]
fn all_bits<const L: usize>(values: &[i64; L]) -> i64 {
    any_bits([values], |[value]| value)
}

/// The number that all are, if they are one.
#[inline(always)]
fn uniform<const L: usize>(values: &[i64; L]) -> Option<i64> {
    let first = values.first().copied()?;
    if any_bits([values], |[value]| value ^ first) == 0 { Some(first) } else { None }
}

/// The quotient that belongs to an estimate less than one off.
#[inline(always)]
fn corrected((a, b, c): (i64, i64, i64), quotient: i64, rounding: Rounding) -> i64 {
    let residue = a.wrapping_mul(b).wrapping_sub(quotient.wrapping_mul(c));
    match rounding {
        Rounding::Down => quotient.wrapping_sub(i64::from(residue < 0)),
        Rounding::Up => quotient.wrapping_add(i64::from(residue > 0)),
    }
}

/// Sets each number to `a × b ÷ c`, as [`mul_div`] does one by one.
///
/// # Errors
/// [`UnitsError::DivisionByZero`] if a `c` is zero, [`UnitsError::Overflow`] if a quotient does not fit; the numbers are then
/// of no use.
#[inline(always)]
pub fn mul_div_each<const L: usize>(
    a: &mut [i64; L],
    (b, c): (&[i64; L], &[i64; L]),
    rounding: Rounding,
) -> Result<(), UnitsError> {
    if L >= FEWEST && within(all_bits(a) | all_bits(b) | all_bits(c), EXACT_BITS) {
        let quotients = match (uniform(b), uniform(c)) {
            (Some(b), Some(c)) if c != 0 => {
                let factor = to_float(b) / to_float(c);
                each(
                    [a],
                    #[inline(always)]
                    |[a]| corrected((a, b, c), to_nearest(to_float(a) * factor), rounding),
                )
            }
            _ => each(
                [a, b, c],
                #[inline(always)]
                |[a, b, c]| {
                    let estimate = to_nearest(to_float(a) * to_float(b) / to_float(c));
                    corrected((a, b, c), estimate, rounding)
                },
            ),
        };
        // A greater quotient than can be corrected, or one by zero, has bits above.
        if within(all_bits(&quotients), QUOTIENT_BITS) {
            *a = quotients;
            return Ok(());
        }
    }
    for ((a, b), c) in a.iter_mut().zip(b).zip(c) {
        *a = mul_div(*a, *b, *c, rounding)?;
    }
    Ok(())
}

/// Sets each balance to its interest at a rate of its own, as [`Amount::interest`] does one by one.
///
/// # Errors
/// [`UnitsError::Overflow`]; the balances are then of no use.
#[inline(always)]
pub fn interest_each<const L: usize>(
    balances: &mut [i64; L],
    rates: &[i64; L],
    fraction: DayFraction,
    rounding: Rounding,
) -> Result<(), UnitsError> {
    let DayFraction { numerator, denominator } = fraction;
    // A rate below 200 % over a period of years: the products fit a word.
    if L >= FEWEST && within(all_bits(rates) | numerator | denominator, RATE_BITS) {
        let numerators = each([rates], |[rate]| rate.wrapping_mul(numerator));
        let year = denominator.wrapping_mul(RATE_ONE);
        return mul_div_each(balances, (&numerators, &[year; L]), rounding);
    }
    for (balance, rate) in balances.iter_mut().zip(rates) {
        *balance = Amount::new(*balance).interest(Rate::new(*rate), fraction, rounding)?.units();
    }
    Ok(())
}

/// Compares `a ÷ b` with `c ÷ d` number by number, as [`Ratio::compare`] does: −1 for less, 0 for equal, 1 for greater.
#[inline(always)]
pub fn compare_each<const L: usize>(
    (a, b): (&[i64; L], &[i64; L]),
    (c, d): (&[i64; L], &[i64; L]),
) -> [i64; L] {
    let bits = if L < FEWEST { -1 } else { all_bits(a) | all_bits(b) | all_bits(c) | all_bits(d) };
    if within(bits, EXACT_BITS) {
        return each(
            [a, b, c, d],
            #[inline(always)]
            |[a, b, c, d]| order_of_small((a, b), (c, d)),
        );
    }
    let mut orders = *a;
    for (((order, b), c), d) in orders.iter_mut().zip(b).zip(c).zip(d) {
        *order = order_of((*order, *b), (*c, *d));
    }
    orders
}

fn order_of((a, b): (i64, i64), (c, d): (i64, i64)) -> i64 {
    let left = Ratio { numerator: a, denominator: b };
    match left.compare(Ratio { numerator: c, denominator: d }) {
        Ordering::Less => -1,
        Ordering::Equal => 0,
        Ordering::Greater => 1,
    }
}

/// Cross-multiplied: floats say which product is greater if they are far apart, lowest words if they are near.
#[inline(always)]
fn order_of_small((a, b): (i64, i64), (c, d): (i64, i64)) -> i64 {
    // With a denominator of zero a ratio is above every level, and equal to another such.
    let (a, c) = (if b == 0 { 1 } else { a }, if d == 0 { 1 } else { c });
    let far = to_float(a) * to_float(d) - to_float(c) * to_float(b);
    let near = a.wrapping_mul(d).wrapping_sub(c.wrapping_mul(b));
    let sign = i64::from(near > 0).wrapping_sub(i64::from(near < 0));
    let sign = if far >= NEAR { 1 } else { sign };
    if far <= -NEAR { -1 } else { sign }
}
