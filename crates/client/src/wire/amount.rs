use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Money in the smallest unit of its currency. It travels as text, such as `"-1250000"`: a number of JSON is read as a
/// float by many programs and loses what is above 2^53.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(pub i128);

impl std::fmt::Display for Amount {
    fn fmt(&self, text: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(text, "{}", self.0)
    }
}

impl From<i64> for Amount {
    fn from(units: i64) -> Self {
        Self(i128::from(units))
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let digits = text.strip_prefix('-').unwrap_or(&text);
        let canonical = digits == "0" || !digits.starts_with('0');
        let number = text.parse().ok().filter(|_| canonical && !text.starts_with('+') && text != "-0");
        let wanted = || D::Error::custom("an amount is a whole number of the smallest unit, as text");
        number.map(Self).ok_or_else(wanted)
    }
}

#[cfg(feature = "schema")]
mod schema {
    use super::Amount;
    use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
    use utoipa::openapi::{RefOr, schema::SchemaType};
    use utoipa::{PartialSchema, ToSchema};

    impl PartialSchema for Amount {
        fn schema() -> RefOr<Schema> {
            let text = ObjectBuilder::new()
                .schema_type(SchemaType::Type(Type::String))
                .pattern(Some("^(0|-?[1-9][0-9]{0,37})$"))
                .description(Some("A whole number of the currency's smallest unit, as text."));
            RefOr::T(Schema::Object(text.build()))
        }
    }

    impl ToSchema for Amount {}
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::Amount;

    fn check(text: &str, wanted: Option<i128>) {
        let read = serde_json::from_str::<Amount>(text).ok();
        assert_eq!(read.map(|amount| amount.0), wanted, "{text}");
        if let Some(amount) = read {
            assert_eq!(serde_json::to_string(&amount).unwrap(), text);
        }
    }

    #[test]
    fn amounts_are_whole_numbers_as_text() {
        check(r#""0""#, Some(0));
        check(r#""-1250000""#, Some(-1_250_000));
        check(r#""9223372036854775808""#, Some(9_223_372_036_854_775_808));
        check("12", None);
        check(r#""012""#, None);
        check(r#""-0""#, None);
        check(r#""+1""#, None);
        check(r#""1.5""#, None);
        check(r#""""#, None);
    }
}
