//! What the indicators are, each with its value, its limit and what it says.

use serde::Serialize;

/// What an indicator, or all of them, say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Signal {
    /// Nobody has published what it takes.
    NotKnown,
    /// Within its limit.
    Green,
    /// Worth watching.
    Amber,
    /// A sign that what is paid does not come from customers, or never will pay the machines.
    Red,
}

impl Signal {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::NotKnown => "not known",
            Self::Green => "GREEN",
            Self::Amber => "AMBER",
            Self::Red => "RED",
        }
    }
}

/// One indicator.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Indicator {
    /// Its name.
    pub name: &'static str,
    /// Its value; `None` if it is not known.
    pub value: Option<f64>,
    /// Its unit, for instance `x` or `years`; empty for a share.
    pub unit: &'static str,
    /// What it says by itself.
    pub signal: Signal,
    /// Its limit, or what would have to be known.
    pub reason: String,
}

impl Indicator {
    /// Name and value as a reason: `payback 24.00 years`.
    pub fn words(&self) -> String {
        let (name, unit) = (self.name, self.unit);
        match self.value {
            None => format!("{name} not known"),
            Some(value) if unit.is_empty() || unit == "x" => format!("{name} {value:.2}{unit}"),
            Some(value) => format!("{name} {value:.2} {unit}"),
        }
    }
}

/// Market value over one year's sales, by one source.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SalesMultiple {
    /// Whose count of sales.
    pub by: String,
    /// Sales of a year.
    pub revenue: f64,
    /// Market value over these.
    pub multiple: f64,
    /// How many times these sales would be needed for the required return: U* over the actual use.
    pub growth_needed: Option<f64>,
}

/// The price between two points against what was paid for.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct UseStep {
    /// From when.
    pub from: String,
    /// To when.
    pub to: String,
    /// Natural logarithm of the ratio of prices.
    pub log_price: f64,
    /// Natural logarithm of the ratio of paid use.
    pub log_use: f64,
    /// Their quotient; `None` if use did not change.
    pub elasticity: Option<f64>,
    /// True if the price rose while paid use fell.
    pub diverges: bool,
}

/// The price of the token against paid use.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Elasticity {
    /// What counts as paid use, with its unit.
    pub paid_use: String,
    /// Date, price and paid use of each point.
    pub points: Vec<(String, f64, f64)>,
    /// From each point to the next.
    pub steps: Vec<UseStep>,
    /// From the first point to the last: Δln price ÷ Δln use.
    pub whole: Option<f64>,
}

impl Elasticity {
    /// Returns true if the price rose while paid use fell in the last step.
    pub fn diverges(&self) -> bool {
        self.steps.last().is_some_and(|step| step.diverges)
    }
}
