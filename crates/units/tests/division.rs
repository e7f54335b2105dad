//! `mul_div` takes shortcuts; the long way gives the same number, at the edges and in between.
#![allow(missing_docs)]

use forebay_units::{Rounding, UnitsError, mul_div};

/// The quotient by floor and ceiling of 128-bit integers, as the definition says.
fn long_way(a: i64, b: i64, c: i64, rounding: Rounding) -> Result<i64, UnitsError> {
    if c == 0 {
        return Err(UnitsError::DivisionByZero);
    }
    let (product, c) = (i128::from(a) * i128::from(b), i128::from(c));
    let (product, c) = if c < 0 { (-product, -c) } else { (product, c) };
    let down = product.div_euclid(c);
    let up = if product.rem_euclid(c) == 0 { down } else { down + 1 };
    let quotient = match rounding {
        Rounding::Down => down,
        Rounding::Up => up,
    };
    i64::try_from(quotient).map_err(|_| UnitsError::Overflow)
}

#[test]
fn shortcuts_give_what_the_long_way_gives() {
    let edges = [
        i64::MIN,
        i64::MIN + 1,
        -(1 << 32),
        -1_000_000_000,
        -3,
        -2,
        -1,
        0,
        1,
        2,
        3,
        360,
        365,
        1_000_000_000,
        360_000_000_000,
        (1 << 32) - 1,
        1 << 32,
        1 << 62,
        i64::MAX - 1,
        i64::MAX,
    ];
    for a in edges {
        for b in edges {
            for c in edges {
                for rounding in [Rounding::Down, Rounding::Up] {
                    let expected = long_way(a, b, c, rounding);
                    assert_eq!(mul_div(a, b, c, rounding), expected, "{a} x {b} / {c} {rounding:?}");
                }
            }
        }
    }
}
