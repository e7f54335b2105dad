//! Dates as `2026-11-20` in a document, so that it stays readable and sorts.

use serde::{Deserialize, Deserializer, Serializer};
use units::Date;

pub(crate) fn serialize<S: Serializer>(date: &Date, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(date)
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(|error| serde::de::Error::custom(format!("{text}: {error}")))
}
