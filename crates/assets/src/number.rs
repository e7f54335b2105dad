//! Exact numbers as people write them in a case: in quotes, because a TOML float has already lost the value.

use serde::de::{self, Deserialize, Deserializer, Visitor};
use std::fmt;
use units::{
    Amount, Date, QUANTITY_DECIMALS, Quantity, RATE_DECIMALS, RATE_ONE, Rate, Rounding, UnitsError, mul_div,
    parse_scaled,
};

/// A share or rate, written `"60 %"` or `"0.6"`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Percent(pub Rate);

/// A plain number that is no money: kW, hours, ratios above one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Number(pub Quantity);

/// A price or sum in the deal's currency; it becomes an integer once the currency's decimals are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Money(String);

/// A date, written `2024-01-16` or `"2024-01-16"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(pub Date);

impl Percent {
    /// The whole: 100 %.
    pub const ONE: Self = Self(Rate::new(RATE_ONE));

    /// Returns this share of `value`, rounded down.
    ///
    /// # Errors
    /// [`UnitsError::Overflow`].
    pub fn of(self, value: i64) -> Result<i64, UnitsError> {
        mul_div(value, self.0.units(), RATE_ONE, Rounding::Down)
    }
}

impl Money {
    /// Takes the text of a decimal number.
    ///
    /// # Errors
    /// [`UnitsError::NotANumber`].
    pub fn new(text: &str) -> Result<Self, UnitsError> {
        match parse_scaled(text, 18) {
            Err(error @ UnitsError::NotANumber) => Err(error),
            _ => Ok(Self(text.to_owned())),
        }
    }

    /// Returns the sum in the smallest unit of a currency with this many decimals.
    ///
    /// # Errors
    /// [`UnitsError::TooPrecise`] if digits would be lost, [`UnitsError::Overflow`].
    pub fn amount(&self, decimals: u8) -> Result<Amount, UnitsError> {
        if self.0.is_empty() {
            return Ok(Amount::ZERO);
        }
        parse_scaled(&self.0, decimals).map(Amount::new)
    }
}

/// Reads `60 %` or `0.6`.
///
/// # Errors
/// [`UnitsError`] if the text is not a number or does not fit.
pub fn parse_percent(text: &str) -> Result<Rate, UnitsError> {
    match text.trim().strip_suffix('%') {
        Some(percent) => parse_scaled(percent.trim_end(), RATE_DECIMALS.saturating_sub(2)),
        None => parse_scaled(text.trim(), RATE_DECIMALS),
    }
    .map(Rate::new)
}

/// Reads what stands in a TOML string or integer, and refuses a float with a hint.
struct Exact(&'static str);

impl Visitor<'_> for Exact {
    type Value = String;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<String, E> {
        Ok(text.trim().to_owned())
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<String, E> {
        Ok(number.to_string())
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<String, E> {
        Ok(number.to_string())
    }
}

fn refuse<E: de::Error>(text: &str, error: UnitsError) -> E {
    E::custom(format_args!("`{text}` is {error}"))
}

impl<'de> Deserialize<'de> for Percent {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let text = input.deserialize_any(Exact("an exact share in quotes, such as \"60 %\""))?;
        parse_percent(&text).map(Self).map_err(|error| refuse(&text, error))
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let text = input.deserialize_any(Exact("an exact number in quotes, such as \"1.275\""))?;
        parse_scaled(&text, QUANTITY_DECIMALS)
            .map(|number| Self(Quantity::new(number)))
            .map_err(|error| refuse(&text, error))
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let text = input.deserialize_any(Exact("an exact sum in quotes, such as \"0.40\""))?;
        Self::new(&text).map_err(|error| refuse(&text, error))
    }
}

/// TOML has dates of its own; both spellings are taken.
#[derive(serde::Deserialize)]
#[serde(untagged, expecting = "a date, such as 2024-01-16")]
enum Written {
    Text(String),
    Toml(toml::value::Datetime),
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let text = match Written::deserialize(input)? {
            Written::Text(text) => text,
            Written::Toml(date) => date.to_string(),
        };
        text.trim().parse().map(Self).map_err(|error| refuse(&text, error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    struct Line {
        share: Option<Percent>,
        count: Option<Number>,
        price: Option<Money>,
        day: Option<Day>,
    }

    fn check(text: &str, expected: &str) {
        let shown = match toml::from_str::<Line>(text) {
            Err(error) => error.message().to_owned(),
            Ok(line) => {
                let numbers = [
                    line.share.map(|share| share.0.units()),
                    line.count.map(|count| count.0.units()),
                    line.price.and_then(|price| price.amount(7).ok()).map(Amount::units),
                    line.day.map(|day| i64::from(day.0.days())),
                ];
                numbers.into_iter().flatten().map(|number| number.to_string()).collect()
            }
        };
        assert!(shown.contains(expected), "{text}: {shown}");
    }

    #[test]
    fn numbers_are_exact_or_refused() {
        check("share = \"60 %\"", "600000000");
        check("share = \"-60%\"", "-600000000");
        check("share = \"0.6\"", "600000000");
        check("share = 1", "1000000000");
        check("share = 0.6", "in quotes");
        check("share = \"60.00000001 %\"", "more decimal places");
        check("share = \"much\"", "not a decimal number");
        check("count = \"1.275\"", "1275000");
        check("count = \"99999999999999999999\"", "does not fit");
        check("price = \"0.40\"", "4000000");
        check("price = 0.40", "in quotes");
        check("price = \"\"", "not a decimal number");
        check("day = 1970-01-02", "1");
        check("day = \"1970-01-03\"", "2");
        check("day = \"1970-02-30\"", "not a date");
        check("day = 7", "a date, such as");
    }
}
