//! Exact fractions and the two ways of rounding them.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive, Zero};

/// Every number of the reference: a fraction, in whole units of what it counts.
pub(crate) type Exact = BigRational;

/// Where the odd unit goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rounding {
    /// Towards minus infinity.
    Down,
    /// Towards plus infinity.
    Up,
}

pub(crate) fn zero() -> Exact {
    Exact::zero()
}

pub(crate) fn whole(count: impl Into<BigInt>) -> Exact {
    Exact::from_integer(count.into())
}

fn ten_to(places: u32) -> Exact {
    whole(BigInt::from(10).pow(places))
}

/// Rounds to so many decimal places.
pub(crate) fn round(value: &Exact, places: u32, rounding: Rounding) -> Exact {
    let scaled = value * ten_to(places);
    let rounded = match rounding {
        Rounding::Down => scaled.floor(),
        Rounding::Up => scaled.ceil(),
    };
    rounded / ten_to(places)
}

/// Whether nothing would be lost at so many decimal places.
pub(crate) fn is_exact_at(value: &Exact, places: u32) -> bool {
    (value * ten_to(places)).is_integer()
}

/// Whether the count of smallest units fits 64 bits.
pub(crate) fn fits(value: &Exact, places: u32) -> bool {
    (value * ten_to(places)).to_integer().to_i64().is_some()
}

pub(crate) fn not_below_zero(value: Exact) -> Exact {
    value.max(zero())
}

/// Reads `-1_234.5`.
pub(crate) fn parse(text: &str) -> Option<Exact> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let digits = digits.replace('_', "");
    let (before, after) = digits.split_once('.').unwrap_or((&digits, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !all_digits(before) || !all_digits(after) {
        return None;
    }
    let together: BigInt = format!("{before}{after}").parse().ok()?;
    let value = whole(together) / ten_to(u32::try_from(after.len()).ok()?);
    Some(if negative { -value } else { value })
}

/// Writes with exactly so many decimal places.
pub(crate) fn show(value: &Exact, places: u32) -> String {
    let scaled = (value * ten_to(places)).to_integer();
    let sign = if scaled.is_negative() { "-" } else { "" };
    let places = usize::try_from(places).unwrap_or(0);
    let digits = format!("{:0>width$}", scaled.abs(), width = places + 1);
    let (before, after) = digits.split_at(digits.len() - places);
    if places == 0 { format!("{sign}{before}") } else { format!("{sign}{before}.{after}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, places: u32, down: &str, up: &str) {
        let value = parse(text).unwrap();
        assert_eq!(show(&round(&value, places, Rounding::Down), places), down);
        assert_eq!(show(&round(&value, places, Rounding::Up), places), up);
    }

    #[test]
    fn rounds_towards_the_named_infinity() {
        check("1.25", 1, "1.2", "1.3");
        check("-1.25", 1, "-1.3", "-1.2");
        check("-0.05", 1, "-0.1", "0.0");
        check("1_000", 0, "1000", "1000");
        check("0.07", 3, "0.070", "0.070");
    }

    #[test]
    fn refuses_what_is_no_number() {
        for text in ["", "-", "1.", ".5", "1e5", "1.2.3", "+1"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
