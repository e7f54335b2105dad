//! Numbers as a reader expects them: thousands apart, a true minus only where it is prose, no float in between.

use units::{RATE_DECIMALS, Rounding, Scaled, mul_div_wide};

/// How the amounts of one deal are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Money {
    decimals: u8,
}

/// Places of an amount in a table; the journal and the machine-readable documents keep them all.
const TABLE_PLACES: u8 = 2;

impl Money {
    pub(crate) fn new(decimals: u8) -> Self {
        Self { decimals }
    }

    /// All places, no separators: `-1234.5000000`. For documents that a program reads.
    pub(crate) fn exact(self, amount: impl Into<i128>) -> String {
        Scaled::new(amount, self.decimals).to_string()
    }

    /// All places with separators: `1,234.5000000`. For a reader who checks the last unit.
    pub(crate) fn full(self, amount: impl Into<i128>) -> String {
        separated(&self.exact(amount))
    }

    /// Whole currency units with separators: `1,234`. For tables that compare sizes.
    pub(crate) fn whole(self, amount: impl Into<i128>) -> String {
        separated(&Scaled::new(rounded(amount.into(), self.decimals, 0), 0).to_string())
    }

    /// Two places with separators: `1,234.50`. For statements of account.
    pub(crate) fn cents(self, amount: impl Into<i128>) -> String {
        let places = TABLE_PLACES.min(self.decimals);
        separated(&Scaled::new(rounded(amount.into(), self.decimals, places), places).to_string())
    }

    /// A short form for running text and labels: `44.0 m`, `612 k`, `95`.
    pub(crate) fn short(self, amount: impl Into<i128>) -> String {
        let amount = amount.into();
        let whole = rounded(amount, self.decimals, 0).unsigned_abs();
        let (suffix, drop, places) = match whole {
            0..10_000 => return self.whole(amount),
            10_000..1_000_000 => (" k", 3, 0),
            1_000_000..1_000_000_000 => (" m", 6, 2),
            _ => (" bn", 9, 2),
        };
        let scaled = rounded(amount, self.decimals.saturating_add(drop), places);
        format!("{}{suffix}", separated(&Scaled::new(scaled, places).to_string()))
    }

    /// As a float in currency units, for the length of a bar.
    #[allow(clippy::cast_precision_loss)]
    pub(crate) fn plotted(self, amount: impl Into<i128>) -> f64 {
        amount.into() as f64 / 10_f64.powi(i32::from(self.decimals))
    }
}

/// Half away from zero, which is what a reader of a rounded table assumes.
pub(crate) fn rounded(value: i128, decimals: u8, places: u8) -> i128 {
    let drop = u32::from(decimals.saturating_sub(places));
    let divisor = 10_i128.saturating_pow(drop);
    let magnitude =
        mul_div_wide(value.saturating_abs() + divisor / 2, 1, divisor, Rounding::Down).unwrap_or(0);
    magnitude * value.signum()
}

/// `part ÷ whole` in percent with one place; `None` if the whole is nothing.
pub(crate) fn percent_of(part: i128, whole: i128) -> Option<String> {
    if whole <= 0 {
        return None;
    }
    let tenths = mul_div_wide(part, 2_000, whole, Rounding::Down).ok()?;
    Some(format!("{} %", Scaled::new((tenths + 1).div_euclid(2), 1)))
}

/// A yield of 0.1234 as `12.34 %`.
pub(crate) fn percent(rate: Option<f64>) -> String {
    // Adding zero takes the sign from a zero that was rounded from below.
    rate.map_or_else(
        || MISSING.to_owned(),
        |rate| format!("{:.2} %", (rate * 10_000.0).round() / 100.0 + 0.0),
    )
}

/// A life of 2.5 as `2.50`.
pub(crate) fn years(life: Option<f64>) -> String {
    life.map_or_else(|| MISSING.to_owned(), |life| format!("{life:.2}"))
}

/// A coupon in billionths as `12.000 %`.
pub(crate) fn coupon(rate: Option<i64>) -> String {
    let scaled = |rate: i64| Scaled::new(rounded(i128::from(rate), RATE_DECIMALS, 5), 3);
    rate.map_or_else(|| MISSING.to_owned(), |rate| format!("{} %", scaled(rate)))
}

/// Stands where there is no number.
pub(crate) const MISSING: &str = "–";

/// Puts a comma between thousands of a decimal string.
pub(crate) fn separated(text: &str) -> String {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(w, f)| (w, Some(f)));
    let mut out = String::from(sign);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(amount: i128, whole: &str, cents: &str, short: &str) {
        let money = Money::new(7);
        assert_eq!((money.whole(amount), money.cents(amount)), (whole.to_owned(), cents.to_owned()));
        assert_eq!(money.short(amount), short);
    }

    #[test]
    fn amounts_are_rounded_half_away_from_zero_and_separated() {
        check(0, "0", "0.00", "0");
        check(49_999, "0", "0.00", "0");
        check(50_000, "0", "0.01", "0");
        check(-50_000, "0", "-0.01", "0");
        check(5_000_000, "1", "0.50", "1");
        check(12_345_678_900_000, "1,234,568", "1,234,567.89", "1.23 m");
        check(-440_000_000_000_000, "-44,000,000", "-44,000,000.00", "-44.00 m");
        check(123_456_000_000, "12,346", "12,345.60", "12 k");
        check(99_999_999_999_999_999, "10,000,000,000", "10,000,000,000.00", "10.00 bn");
    }

    #[test]
    fn shares_and_rates_are_rounded_for_show() {
        assert_eq!(percent_of(1, 3).as_deref(), Some("33.3 %"));
        assert_eq!(percent_of(2, 3).as_deref(), Some("66.7 %"));
        assert_eq!(percent_of(1, 0), None);
        assert_eq!(percent(Some(-0.123_456)), "-12.35 %");
        assert_eq!(percent(Some(-0.000_001)), "0.00 %");
        assert_eq!(coupon(Some(113_255_000)), "11.326 %");
        assert_eq!(coupon(None), MISSING);
    }
}
