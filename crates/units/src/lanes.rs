//! Multiplication, division and comparison of many numbers side by side.
//!
//! A processor has no vector instruction that divides integers. A quotient is estimated with floats and corrected by its exact
//! integer residue, so that the result is that of [`mul_div`] to the unit, on every target: the estimate is off by less
//! than one, and the residue says on which side. Numbers for which that does not hold take the way of a single number. This
//! file and the one below it are the only ones of the core with a float, and none leaves them.
#![allow(clippy::float_arithmetic)]

mod annuity;

pub use annuity::Annuity;

use crate::math::{Ratio, Rounding, mul_div};
use crate::{Amount, DayFraction, RATE_ONE, Rate, UnitsError};
use core::cmp::Ordering;

/// Fewer numbers than a vector holds are not worth an estimate; a contract has one, and no float.
const FEWEST: usize = 8;
/// Integers below 2^52 are floats without a rounding.
const EXACT_BITS: u32 = 52;
/// Below 2^50 three roundings of 2^−53 each come to three eighths of a unit: with the half of the last one, to less than one.
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

#[inline(always)]
fn lane_of(eight: &Eight, lane: usize) -> i64 {
    eight.get(lane).copied().unwrap_or(0)
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
    if L > 32 {
        (32..L).step_by(8).for_each(step);
    }
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
                |lane| f(parts.map(|part| lane_of(&part, lane))),
            );
            if let Some(out) = out.get_mut(at..).and_then(|out| out.first_chunk_mut()) {
                *out = results;
            }
        },
    );
    out
}

/// Whether `f` of the numbers has one of the bits of `mask` at any position.
#[inline(always)]
pub fn any_bits<const L: usize, const N: usize>(
    values: [&[i64; L]; N],
    f: impl Fn([i64; N]) -> i64,
    mask: i64,
) -> bool {
    if !L.is_multiple_of(8) {
        let at = |lane| f(values.map(|values| values.get(lane).copied().unwrap_or(0)));
        return (0..L).any(|lane| at(lane) & mask != 0);
    }
    let mut bits = [0; 8];
    by_eights::<L>(
        #[inline(always)]
        |at| {
            let parts = values.map(|values| eight(values, at));
            let found = eight_of(
                #[inline(always)]
                |lane| f(parts.map(|part| lane_of(&part, lane))),
            );
            for (bits, found) in bits.iter_mut().zip(found) {
                *bits |= found;
            }
        },
    );
    any_of(&bits, mask)
}

/// Sets each number to `new` of it and of the others that stand there, and says whether `wrong` of them and the new one
/// has a bit anywhere. One pass: what is between stays in the processor.
#[inline(always)]
pub fn change<const L: usize, const N: usize>(
    values: &mut [i64; L],
    others: [&[i64; L]; N],
    new: impl Fn(i64, [i64; N]) -> i64,
    wrong: impl Fn(i64, [i64; N], i64) -> i64,
) -> bool {
    if !L.is_multiple_of(8) {
        let mut found = false;
        for (lane, value) in values.iter_mut().enumerate() {
            let parts = others.map(|values| values.get(lane).copied().unwrap_or(0));
            let changed = new(*value, parts);
            found |= wrong(*value, parts, changed) != 0;
            *value = changed;
        }
        return found;
    }
    let mut bits = [0; 8];
    by_eights::<L>(
        #[inline(always)]
        |at| {
            let (old, parts) = (eight(values, at), others.map(|values| eight(values, at)));
            let changed = eight_of(
                #[inline(always)]
                |lane| new(lane_of(&old, lane), parts.map(|part| lane_of(&part, lane))),
            );
            let found = eight_of(
                #[inline(always)]
                |lane| {
                    let parts = parts.map(|part| lane_of(&part, lane));
                    wrong(lane_of(&old, lane), parts, lane_of(&changed, lane))
                },
            );
            for (bits, found) in bits.iter_mut().zip(found) {
                *bits |= found;
            }
            if let Some(values) = values.get_mut(at..).and_then(|values| values.first_chunk_mut()) {
                *values = changed;
            }
        },
    );
    any_of(&bits, -1)
}

/// Whether one has a bit of the mask. All are looked at, without a branch: that is one instruction.
#[inline(always)]
fn any_of(bits: &Eight, mask: i64) -> bool {
    bits.iter().fold(false, |any, bits| any | (bits & mask != 0))
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

/// The bits of a number that is negative or has more than so many.
const fn above(most: u32) -> i64 {
    -1_i64 << most
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
    if L.is_multiple_of(FEWEST) {
        let mut quotients = *a;
        let beyond = change(
            &mut quotients,
            [b, c],
            #[inline(always)]
            |a, [b, c]| corrected((a, b, c), to_nearest(to_float(a) * to_float(b) / to_float(c)), rounding),
            #[inline(always)]
            |a, [b, c], quotient| too_large((a, b, c), quotient),
        );
        if !beyond {
            *a = quotients;
            return Ok(());
        }
        // Copies: what this way alone looks at one by one need not lie in memory on the other.
        let (mut slow, b, c) = (*a, *b, *c);
        let done = seldom(|| where_too_large(&mut slow, (&b, &c), (&quotients, rounding)));
        *a = slow;
        return done;
    }
    one_by_one(a, (b, c), rounding)
}

/// Has a bit where an estimate may be wrong: a greater quotient than can be corrected, or one by zero, has bits above.
#[inline(always)]
fn too_large((a, b, c): (i64, i64, i64), quotient: i64) -> i64 {
    (a | b | c) & above(EXACT_BITS) | quotient & above(QUOTIENT_BITS)
}

/// Divides one by one what is too large for an estimate, and takes the quotients of the rest.
fn where_too_large<const L: usize>(
    a: &mut [i64; L],
    (b, c): (&[i64; L], &[i64; L]),
    (quotients, rounding): (&[i64; L], Rounding),
) -> Result<(), UnitsError> {
    for (((a, b), c), quotient) in a.iter_mut().zip(b).zip(c).zip(quotients) {
        let large = too_large((*a, *b, *c), *quotient) != 0;
        *a = if large { mul_div(*a, *b, *c, rounding)? } else { *quotient };
    }
    Ok(())
}

/// Does what hardly ever happens, out of the way.
#[cold]
#[inline(never)]
fn seldom<R>(what: impl FnOnce() -> R) -> R {
    what()
}

#[inline(always)]
fn one_by_one<const L: usize>(
    a: &mut [i64; L],
    (b, c): (&[i64; L], &[i64; L]),
    rounding: Rounding,
) -> Result<(), UnitsError> {
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
    let year = denominator.wrapping_mul(RATE_ONE);
    // A rate below 200 % over a period of years: the products fit a word.
    let fits = (numerator | denominator) & above(RATE_BITS) | year & above(EXACT_BITS) == 0;
    if L.is_multiple_of(FEWEST) && fits && year > 0 {
        let (mut interest, a_year) = (*balances, 1.0 / to_float(year));
        let beyond = change(
            &mut interest,
            [rates],
            #[inline(always)]
            |balance, [rate]| {
                let part = rate.wrapping_mul(numerator);
                let estimate = to_nearest(to_float(balance) * to_float(part) * a_year);
                corrected((balance, part, year), estimate, rounding)
            },
            #[inline(always)]
            |balance, [rate], interest| {
                let factors = (balance | rate.wrapping_mul(numerator)) & above(EXACT_BITS);
                rate & above(RATE_BITS) | factors | interest & above(QUOTIENT_BITS)
            },
        );
        if !beyond {
            *balances = interest;
            return Ok(());
        }
    }
    if L.is_multiple_of(FEWEST) {
        let (mut slow, rates) = (*balances, *rates);
        let done = seldom(|| interest_one_by_one(&mut slow, &rates, fraction, rounding));
        *balances = slow;
        return done;
    }
    interest_one_by_one(balances, rates, fraction, rounding)
}

#[inline(always)]
fn interest_one_by_one<const L: usize>(
    balances: &mut [i64; L],
    rates: &[i64; L],
    fraction: DayFraction,
    rounding: Rounding,
) -> Result<(), UnitsError> {
    for (balance, rate) in balances.iter_mut().zip(rates) {
        *balance = Amount::new(*balance).interest(Rate::new(*rate), fraction, rounding)?.units();
    }
    Ok(())
}

/// Compares `a ÷ b` with `c ÷ d` number by number, as [`Ratio::compare`] does, and returns 1 where the order (−1 for less,
/// 0 for equal, 1 for greater) is one that `holds`, else 0.
#[inline(always)]
pub fn compare_each<const L: usize>(
    (a, b): (&[i64; L], &[i64; L]),
    (c, d): (&[i64; L], &[i64; L]),
    holds: impl Fn(i64) -> bool,
) -> [i64; L] {
    if L.is_multiple_of(FEWEST) {
        let mut verdicts = *a;
        let beyond = change(
            &mut verdicts,
            [b, c, d],
            #[inline(always)]
            |a, [b, c, d]| i64::from(holds(order_of_small((a, b), (c, d)))),
            #[inline(always)]
            |a, [b, c, d], _| (a | b | c | d) & above(EXACT_BITS),
        );
        if !beyond {
            return verdicts;
        }
        let (a, b, c, d) = (*a, *b, *c, *d);
        return seldom(|| compare_one_by_one((&a, &b), (&c, &d), holds));
    }
    compare_one_by_one((a, b), (c, d), holds)
}

#[inline(always)]
fn compare_one_by_one<const L: usize>(
    (a, b): (&[i64; L], &[i64; L]),
    (c, d): (&[i64; L], &[i64; L]),
    holds: impl Fn(i64) -> bool,
) -> [i64; L] {
    let mut verdicts = *a;
    for (((verdict, b), c), d) in verdicts.iter_mut().zip(b).zip(c).zip(d) {
        *verdict = i64::from(holds(order_of((*verdict, *b), (*c, *d))));
    }
    verdicts
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
