//! A study: sections of words, tables and charts about a deal, whatever the question was. Nothing is computed here.

use serde::Serialize;

/// A document with sections.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Study {
    /// Name by which the deal is run.
    pub name: String,
    /// Title of the page.
    pub title: String,
    /// Facts under the title, such as the number of paths and the seed.
    pub facts: Vec<String>,
    /// What came out, in a sentence or two.
    pub verdict: String,
    /// The sections, in order.
    pub sections: Vec<Section>,
    /// Sources and caveats at the end: a heading and its text.
    pub notes: Vec<(String, String)>,
}

/// A part of a study.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Section {
    /// Its heading.
    pub heading: String,
    /// What to see in it.
    pub lead: String,
    /// Its tables.
    pub tables: Vec<StudyTable>,
    /// Its charts.
    pub charts: Vec<Chart>,
}

/// A table as it is shown; numbers are text already.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct StudyTable {
    /// What it shows; also names its file.
    pub title: String,
    /// The head.
    pub head: Vec<String>,
    /// The rows, each as long as the head. The first cell names the row.
    pub rows: Vec<Vec<String>>,
    /// Cells that stand out: row and column.
    pub marked: Vec<(usize, usize)>,
}

/// A chart; its numbers are lengths on a screen, never amounts.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Chart {
    /// Percentiles over time.
    Fan(FanChart),
    /// A distribution.
    Bars(BarsChart),
    /// Two shocks and what they do.
    HeatMap(HeatMapChart),
    /// Drivers and how much they matter.
    Tornado(TornadoChart),
    /// Lines, with their errors if there are any.
    Lines(LinesChart),
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

/// Lines, with their errors if there are any.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct LinesChart {
    /// What is shown.
    pub title: String,
    /// What lies along the axis.
    pub along: String,
    /// Whether that axis is logarithmic.
    pub logarithmic: bool,
    /// Name and points of each line.
    pub lines: Vec<(String, Vec<LinePoint>)>,
}

/// Place, value, error.
pub type LinePoint = (f64, f64, f64);

impl Chart {
    /// Returns what is shown, for those who cannot see it.
    pub fn title(&self) -> &str {
        match self {
            Self::Fan(chart) => &chart.title,
            Self::Bars(chart) => &chart.title,
            Self::HeatMap(chart) => &chart.title,
            Self::Tornado(chart) => &chart.title,
            Self::Lines(chart) => &chart.title,
        }
    }
}
