//! Days in the log: `2026-11-20`.

use serde::{Deserialize, Deserializer, Serializer};
use units::Date;

pub fn serialize<S: Serializer>(day: &Date, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(day)
}

pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
}

/// The same for a day that may not be known.
pub mod maybe {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use units::Date;

    pub fn serialize<S: Serializer>(day: &Option<Date>, serializer: S) -> Result<S::Ok, S::Error> {
        day.map(|day| day.to_string()).serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Date>, D::Error> {
        let day = Option::<String>::deserialize(deserializer)?;
        day.map(|day| day.parse().map_err(serde::de::Error::custom)).transpose()
    }
}
