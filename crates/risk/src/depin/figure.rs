//! A number that says where it comes from.

use super::DepinError;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use units::Date;

/// How a number is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Published by who measured or sold it.
    Observed,
    /// Published by somebody who quotes.
    Secondary,
    /// Computed from published numbers; the source says how.
    Derived,
    /// Nobody's number but ours.
    Assumed,
}

impl Basis {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Observed => "observed",
            Self::Secondary => "secondary",
            Self::Derived => "derived",
            Self::Assumed => "ASSUMED",
        }
    }
}

/// A number, how it is known and who says so.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    /// The number, in the unit that its field names.
    pub value: f64,
    /// How it is known.
    pub basis: Basis,
    /// Who says so, or the rule by which it was made.
    pub source: String,
}

/// What a figure must be.
#[derive(Clone, Copy, Debug)]
pub(super) enum Need {
    Positive,
    NotNegative,
    Share,
    Rate,
}

impl Need {
    fn holds(self, value: f64) -> bool {
        value.is_finite()
            && match self {
                Self::Positive => value > 0.0,
                Self::NotNegative => value >= 0.0,
                Self::Share => (0.0..=1.0).contains(&value),
                Self::Rate => value > -1.0,
            }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Positive => "more than zero",
            Self::NotNegative => "zero or more",
            Self::Share => "a share between 0 and 1",
            Self::Rate => "a fraction above -1, such as 0.1 for 10 %",
        }
    }
}

/// Checks figures one after the other and keeps them for the list of sources.
#[derive(Default)]
pub(super) struct Checked {
    pub(super) sources: Vec<Source>,
}

/// A figure with its name, for the list of sources.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Source {
    /// Name of the field.
    pub name: String,
    /// The figure.
    #[serde(flatten)]
    pub figure: Figure,
}

impl Checked {
    /// Checks a figure and returns its value.
    pub(super) fn value(&mut self, name: &str, figure: &Figure, need: Need) -> Result<f64, DepinError> {
        if !need.holds(figure.value) {
            let (name, value) = (name.to_owned(), figure.value);
            return Err(DepinError::Figure { name, value, need: need.words() });
        }
        if figure.source.trim().is_empty() {
            return Err(DepinError::NoSource(name.to_owned()));
        }
        self.sources.push(Source { name: name.to_owned(), figure: figure.clone() });
        Ok(figure.value)
    }

    /// Checks a figure that may be left out.
    pub(super) fn maybe(
        &mut self,
        name: &str,
        figure: Option<&Figure>,
        need: Need,
    ) -> Result<Option<f64>, DepinError> {
        figure.map(|figure| self.value(name, figure, need)).transpose()
    }
}

/// Reads a file strictly: a field that nobody knows is an error, not a wish.
pub(super) fn read<T: DeserializeOwned>(what: &'static str, text: &str) -> Result<T, DepinError> {
    toml::from_str(text).map_err(|error| DepinError::Toml { what, error: Box::new(error) })
}

pub(super) fn read_date(text: &str) -> Result<Date, DepinError> {
    text.parse().map_err(|_| DepinError::Date(text.to_owned()))
}

/// What one unit of money is worth at the end of each day, at a yearly rate compounded over 365 days.
pub(super) fn daily_factor(rate: f64) -> f64 {
    (1.0 + rate).powf(-1.0 / 365.0)
}
