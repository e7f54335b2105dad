//! The answer to one question: a sentence, tables and charts, whoever worked them out.
//!
//! A run has a report of its own; everything else that is asked (a price, a payback, the state of a network) takes this
//! form, so that it looks the same in a terminal and on a page.

use crate::{Grid, ReportError};
use serde::Serialize;

/// How an answer sounds, which is its colour and never its only sign.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Neither good nor bad.
    #[default]
    Plain,
    /// A warning: something was lost or will be.
    Bad,
}

/// What was found, ready to be shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// What was asked, in a word or two, for instance `depin health`.
    pub question: String,
    /// What it was asked about.
    pub title: String,
    /// The answer in one sentence.
    pub verdict: String,
    /// How the sentence sounds.
    pub tone: Tone,
    /// Tables, each with a chart or without.
    pub sections: Vec<Section>,
    /// Conventions, assumptions and sources, a paragraph each.
    pub remarks: Vec<String>,
}

/// A table and what it looks like.
#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    /// The table, with its heading and caption.
    pub grid: Grid,
    /// The same as a picture, where one helps.
    pub chart: Option<Chart>,
}

/// Lines over a common axis.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Chart {
    /// What it shows, for those who cannot see it.
    pub label: String,
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
}

impl Axis {
    /// An axis with equal steps.
    pub fn new(title: &str) -> Self {
        Self { title: title.to_owned(), logarithmic: false }
    }

    /// An axis on which each step multiplies.
    pub fn logarithmic(title: &str) -> Self {
        Self { title: title.to_owned(), logarithmic: true }
    }
}

/// One line of a chart.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Series {
    /// Its name in the legend.
    pub name: String,
    /// True if it is measured on the right axis.
    pub right: bool,
    /// Where each point is.
    pub points: Vec<(Position, f64)>,
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

/// Returns the answer as text for a terminal.
pub fn answer_text(answer: &Answer) -> String {
    let mut parts = vec![format!("{}\n{}\n", answer.title, answer.verdict)];
    parts.extend(answer.sections.iter().map(|section| section.grid.to_text()));
    parts.extend(answer.remarks.iter().map(|remark| format!("{remark}\n")));
    parts.join("\n")
}

/// Returns rows under a header as CSV.
///
/// # Errors
/// [`ReportError::Csv`] if the rows differ in length.
pub fn table_csv(header: &[&str], rows: &[Vec<String>]) -> Result<String, ReportError> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(header)?;
    for row in rows {
        writer.write_record(row)?;
    }
    let bytes = writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
