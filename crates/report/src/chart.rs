//! What an answer looks like. Its numbers are lengths on a screen, never amounts.

use serde::Serialize;

/// A picture of a table or of what lies behind it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Chart {
    /// Lines over a common axis.
    Lines(LinesChart),
    /// Percentiles over time.
    Fan(FanChart),
    /// A distribution.
    Bars(BarsChart),
    /// Two shocks and what they do.
    HeatMap(HeatMapChart),
    /// Drivers and how much they matter.
    Tornado(TornadoChart),
}

impl Chart {
    /// Returns what is shown, for those who cannot see it.
    pub fn title(&self) -> &str {
        match self {
            Self::Lines(chart) => &chart.title,
            Self::Fan(chart) => &chart.title,
            Self::Bars(chart) => &chart.title,
            Self::HeatMap(chart) => &chart.title,
            Self::Tornado(chart) => &chart.title,
        }
    }
}

/// Lines over a common axis.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct LinesChart {
    /// What it shows.
    pub title: String,
    /// The axis that runs to the right.
    pub across: Axis,
    /// The axis that runs up.
    pub up: Axis,
    /// A second axis that runs up, on the right, for series of another unit.
    pub up_right: Option<Axis>,
    /// What is drawn.
    pub series: Vec<Series>,
    /// Levels to compare with: words and height.
    pub levels: Vec<(String, f64)>,
}

/// An axis of a chart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Axis {
    /// What it measures and in what unit.
    pub title: String,
    /// True if each step multiplies.
    pub logarithmic: bool,
    /// True if its numbers are shares, shown in per cent.
    pub percent: bool,
}

impl Axis {
    /// An axis with equal steps.
    pub fn new(title: &str) -> Self {
        Self { title: title.to_owned(), ..Self::default() }
    }

    /// An axis on which each step multiplies.
    pub fn logarithmic(title: &str) -> Self {
        Self { logarithmic: true, ..Self::new(title) }
    }

    /// An axis of shares.
    pub fn percent(title: &str) -> Self {
        Self { percent: true, ..Self::new(title) }
    }
}

/// One line of a chart.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Series {
    /// Its name in the legend.
    pub name: String,
    /// True if it is measured on the right axis.
    pub right: bool,
    /// Where each point is.
    pub points: Vec<(Position, f64)>,
    /// How far each point may be off; as many as points, or none.
    pub errors: Vec<f64>,
}

/// A place on the axis that runs to the right.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Position {
    /// A number.
    Number(f64),
    /// A date or a name.
    Text(String),
}

/// Percentiles over time.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct FanChart {
    /// What is shown.
    pub title: String,
    /// Dates.
    pub dates: Vec<String>,
    /// Names of the percentiles, from the lowest: an odd number, the middle one the median.
    pub names: Vec<String>,
    /// One row for each percentile.
    pub values: Vec<Vec<f64>>,
    /// Whether the numbers are shares.
    pub percent: bool,
}

/// A distribution.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct BarsChart {
    /// What is shown.
    pub title: String,
    /// Where each bar begins and ends.
    pub edges: Vec<(f64, f64)>,
    /// Share in each bar.
    pub shares: Vec<f64>,
}

/// Two shocks and what they do.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct HeatMapChart {
    /// What is shown.
    pub title: String,
    /// Across.
    pub across: String,
    /// Its values, as text.
    pub columns: Vec<String>,
    /// Down.
    pub down: String,
    /// Its values, as text.
    pub rows: Vec<String>,
    /// A row of numbers for each value down.
    pub values: Vec<Vec<f64>>,
}

/// Drivers and how much they matter.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct TornadoChart {
    /// What is shown.
    pub title: String,
    /// Where the bars begin.
    pub base: f64,
    /// Drivers, the one that matters most first.
    pub drivers: Vec<String>,
    /// What each comes to when it is higher.
    pub higher: Vec<f64>,
    /// And when it is lower.
    pub lower: Vec<f64>,
}
