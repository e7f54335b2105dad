//! The exponential function without a branch: a compiler makes vectors of it, and every machine gets the same bits.

use std::f64::consts::{LN_2, LOG2_E};

/// 1.5 · 2^52: a float of some size plus this is rounded to an integer, in its lowest bits.
const ANCHOR: f64 = 6_755_399_441_055_744.0;
/// The natural logarithm of 2 in two parts; the first has zeros at its end, so that a multiple of it is exact.
const LN_2_HIGH: f64 = f64::from_bits(LN_2.to_bits() & !0xffff_ffff);
/// What is left of it: 0.693147180559945309417232121458 less the first part.
const LN_2_LOW: f64 = 4.749_325_039_031_672_6e-7;
/// Beyond this the result is no number that a future has.
const MOST: f64 = 700.0;

/// Returns e^x, right to 4e-16 of itself, for x between -700 and 700; at the nearer end's value beyond.
///
/// x = k ln 2 + r, and e^r is the sum of its first fourteen terms.
#[inline(always)]
pub fn exponential(x: f64) -> f64 {
    let x = x.clamp(-MOST, MOST);
    let shifted = x * LOG2_E + ANCHOR;
    let k = shifted - ANCHOR;
    let r = (x - k * LN_2_HIGH) - k * LN_2_LOW;
    let mut sum = 1.0 / 6_227_020_800.0;
    for factorial in FACTORIALS {
        sum = sum * r + 1.0 / factorial;
    }
    // The lowest bits of the shifted number are k; it is added to the exponent.
    f64::from_bits(sum.to_bits().wrapping_add(shifted.to_bits() << 52))
}

/// 12! down to 0!.
const FACTORIALS: [f64; 13] = [
    479_001_600.0,
    39_916_800.0,
    3_628_800.0,
    362_880.0,
    40_320.0,
    5_040.0,
    720.0,
    120.0,
    24.0,
    6.0,
    2.0,
    1.0,
    1.0,
];

#[cfg(test)]
mod tests {
    use super::exponential;

    #[test]
    fn it_is_that_of_the_library() {
        for step in -70_000..=70_000 {
            let x = f64::from(step) * 0.009_973;
            let (found, expected) = (exponential(x), libm::exp(x));
            assert!((found / expected - 1.0).abs() < 4e-16, "{x}: {found}, expected {expected}");
        }
        assert_eq!([0.0, 1e-320].map(exponential), [1.0; 2]);
        assert_eq!(exponential(f64::INFINITY), exponential(700.0));
    }
}
