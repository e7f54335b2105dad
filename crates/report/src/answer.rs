//! The answer to one question: a sentence, tables and charts, whoever worked them out.
//!
//! A run has a report of its own; everything else that is asked (a price, a payback, the state of a network) takes this
//! form, so that it looks the same in a terminal and on a page.

use crate::chart::Chart;
use crate::{Grid, ReportError};

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
    /// How it was found, such as the number of paths and the seed.
    pub facts: Vec<String>,
    /// The answer in one sentence.
    pub verdict: String,
    /// How the sentence sounds.
    pub tone: Tone,
    /// Tables and charts.
    pub sections: Vec<Section>,
    /// Conventions, assumptions and sources, a paragraph each.
    pub remarks: Vec<String>,
}

/// Tables and what they look like.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Section {
    /// Its heading.
    pub heading: String,
    /// What to see in it.
    pub lead: String,
    /// Its tables, each with a heading of its own, or one without.
    pub grids: Vec<Grid>,
    /// The same as pictures, where they help.
    pub charts: Vec<Chart>,
}

impl Section {
    /// A section of one table, whose heading and caption are the section's, with a chart or without.
    pub fn of(mut grid: Grid, chart: impl IntoIterator<Item = Chart>) -> Self {
        let [heading, lead] = [&mut grid.heading, &mut grid.caption].map(std::mem::take);
        Self { heading, lead, grids: vec![grid], charts: chart.into_iter().collect() }
    }
}

/// Returns the answer as text for a terminal.
pub fn answer_text(answer: &Answer) -> String {
    let facts = if answer.facts.is_empty() { String::new() } else { answer.facts.join(", ") + "\n" };
    let mut parts = vec![format!("{}\n{facts}{}\n", answer.title, answer.verdict)];
    let said = answer.sections.iter().filter(|section| !section.grids.is_empty());
    parts.extend(said.map(section_text));
    parts.extend(answer.remarks.iter().map(|remark| format!("{remark}\n")));
    parts.join("\n")
}

fn section_text(section: &Section) -> String {
    let grids = section.grids.iter().map(|grid| match grid.heading.as_str() {
        "" => grid.lines(),
        heading => format!("\n {heading}\n{}", grid.lines()),
    });
    format!("{}\n {}\n{}", section.heading, section.lead, grids.collect::<String>())
}

/// Returns name and text of a CSV for each table of an answer.
///
/// # Errors
/// [`ReportError::Csv`] if the rows of one differ in length.
pub fn answer_tables(answer: &Answer) -> Result<Vec<(String, String)>, ReportError> {
    let tables =
        answer.sections.iter().flat_map(|section| section.grids.iter().map(move |grid| (section, grid)));
    let named = |(section, grid): (&Section, &Grid)| {
        let title = if grid.heading.is_empty() { &section.heading } else { &grid.heading };
        let header: Vec<&str> = grid.header.iter().map(String::as_str).collect();
        Ok((format!("{}.csv", file_name(title)), table_csv(&header, &grid.rows)?))
    };
    tables.map(named).collect()
}

/// Letters and digits, joined by hyphens.
fn file_name(title: &str) -> String {
    let words = title.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_ascii_lowercase).collect::<Vec<String>>().join("-")
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
