//! The answer to a question, as a terminal, a program or a browser wants it.

use crate::output;
use clap::Args;
use report::{Answer, ReportFile, answer_page, answer_text};
use std::path::PathBuf;
use std::process::ExitCode;

/// How an answer is given.
#[derive(Args)]
pub struct Form {
    /// Print one JSON document on standard output and nothing else
    #[arg(long, conflicts_with = "csv")]
    pub json: bool,
    /// Print the figures as CSV on standard output and nothing else
    #[arg(long)]
    pub csv: bool,
    /// Write the answer as a page, a CSV and JSON into this folder, too
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// An answer in all its forms.
pub struct Forms {
    /// For people.
    pub answer: Answer,
    /// For spreadsheets.
    pub csv: String,
    /// For programs.
    pub json: serde_json::Value,
}

/// Prints an answer in the form that was asked for, and writes its files if a folder was named.
pub fn give(forms: &Forms, form: &Form) -> anyhow::Result<ExitCode> {
    let json = serde_json::to_string_pretty(&forms.json)? + "\n";
    let text = match form {
        Form { json: true, .. } => json.clone(),
        Form { csv: true, .. } => forms.csv.clone(),
        _ => answer_text(&forms.answer),
    };
    output::print(&text)?;
    let Some(folder) = &form.out else { return Ok(ExitCode::SUCCESS) };
    let page = answer_page(&forms.answer)?;
    let files = [("answer.html", page), ("answer.csv", forms.csv.clone()), ("answer.json", json)];
    let files = files.map(|(name, text)| ReportFile { name, bytes: text.into_bytes() });
    for path in output::write(folder, &files)? {
        eprintln!("  {}", path.display());
    }
    Ok(ExitCode::SUCCESS)
}
