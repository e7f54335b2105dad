//! A study as text: tables of a terminal, and a CSV for each table.

use crate::ReportError;
use crate::study::{Study, StudyTable};
use crate::terminal::TerminalStyle;
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use std::fmt::Write as _;

/// Returns what a terminal shows of a study: its words and its tables.
pub fn study_terminal(study: &Study, style: TerminalStyle) -> String {
    let bold = |text: &str| if style.colour { format!("\u{1b}[1m{text}\u{1b}[0m") } else { text.to_owned() };
    let mut out = String::new();
    let _ = writeln!(out, "{}\n{}\n{}", bold(&study.title), study.facts.join(", "), study.verdict);
    for section in study.sections.iter().filter(|section| !section.tables.is_empty()) {
        let _ = writeln!(out, "\n{}", bold(&section.heading));
        for table in &section.tables {
            let _ = writeln!(out, "{}", table.title);
            push_table(&mut out, table, style);
        }
    }
    out
}

fn push_table(out: &mut String, table: &StudyTable, style: TerminalStyle) {
    let mut shown = Table::new();
    shown
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(style.width);
    shown.set_header(&table.head);
    table.rows.iter().for_each(|row| {
        shown.add_row(row);
    });
    for column in shown.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    for line in shown.lines() {
        let _ = writeln!(out, "{}", line.trim_end());
    }
}

/// Returns name and text of a CSV for each table of a study.
///
/// # Errors
/// [`ReportError::Csv`] if a row cannot be written.
pub fn study_csv(study: &Study) -> Result<Vec<(String, String)>, ReportError> {
    let tables = study.sections.iter().flat_map(|section| &section.tables);
    tables.map(|table| Ok((format!("{}.csv", file_name(&table.title)), csv_of(table)?))).collect()
}

fn csv_of(table: &StudyTable) -> Result<String, ReportError> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&table.head)?;
    table.rows.iter().try_for_each(|row| writer.write_record(row))?;
    let bytes = writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Letters and digits, joined by hyphens.
fn file_name(title: &str) -> String {
    let words = title.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_ascii_lowercase).collect::<Vec<String>>().join("-")
}
