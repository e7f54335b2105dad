//! Tests and their levels as text: coverage as a multiple, leverage in percent.

use crate::money::rounded;
use crate::{TestKind, TestValue};
use units::{RATE_DECIMALS, Rounding, Scaled, mul_div_wide};

/// Ten-thousandths of one whole.
const SHOWN: i128 = 10_000;

/// The value of a test: `1.42x`, `78.31 %`, or why there is none.
pub(crate) fn value_text(test: &TestValue) -> String {
    match (shown_units(test), test.kind) {
        (Some(units), kind) => shown_text(kind, units),
        (None, TestKind::Coverage) => "nothing due".to_owned(),
        (None, TestKind::Leverage) => "no value".to_owned(),
    }
}

/// A level of a test in the same form as its value.
pub(crate) fn level_text(kind: TestKind, level: i64) -> String {
    shown_text(kind, rounded(i128::from(level), RATE_DECIMALS, 4))
}

/// The quotient in ten-thousandths, only for show; the engine compares pairs.
fn shown_units(test: &TestValue) -> Option<i128> {
    if test.denominator <= 0 {
        return None;
    }
    mul_div_wide(i128::from(test.numerator), SHOWN, i128::from(test.denominator), Rounding::Down).ok()
}

fn shown_text(kind: TestKind, units: i128) -> String {
    match kind {
        TestKind::Coverage => format!("{}x", Scaled::new(units.div_euclid(100), 2)),
        TestKind::Leverage => format!("{} %", Scaled::new(units, 2)),
    }
}

/// The quotient as a float, for a chart.
pub(crate) fn value_plotted(test: &TestValue) -> Option<f64> {
    shown_units(test).and_then(|units| i32::try_from(units).ok()).map(|units| f64::from(units) / 1e4)
}

/// A level as a float, for a chart.
pub(crate) fn level_plotted(level: i64) -> f64 {
    i32::try_from(rounded(i128::from(level), RATE_DECIMALS, 4))
        .map_or(f64::MAX, |units| f64::from(units) / 1e4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: TestKind, pair: (i64, i64), expected: &str) {
        let (numerator, denominator) = pair;
        let test = TestValue { name: "t".into(), kind, numerator, denominator, levels: Vec::new() };
        assert_eq!(value_text(&test), expected);
    }

    #[test]
    fn a_value_is_cut_so_that_it_never_looks_better_than_it_is() {
        check(TestKind::Coverage, (135, 100), "1.35x");
        check(TestKind::Coverage, (134_999, 100_000), "1.34x");
        check(TestKind::Coverage, (-1, 100), "-0.01x");
        check(TestKind::Coverage, (1, 0), "nothing due");
        check(TestKind::Leverage, (2, 3), "66.66 %");
        check(TestKind::Leverage, (2, 0), "no value");
        assert_eq!(level_text(TestKind::Coverage, 1_350_000_000), "1.35x");
        assert_eq!(level_text(TestKind::Leverage, 800_000_000), "80.00 %");
    }
}
