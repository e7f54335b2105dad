//! One page to look at: self-contained, offline, light and dark, readable on a phone.
//!
//! Tables are written here, so that they are there without a script; charts are drawn in the page from a small document
//! of numbers that goes with it. The charting library comes with a crate and is copied into the page; a content
//! security policy makes sure that nothing is ever fetched.

mod answer;
mod body;
mod chart_data;
mod classes;
mod evidence;
mod timeline;

use crate::html::{escape, escape_json};
use crate::{ReportError, Results};
use chart_data::ChartData;

pub use answer::answer_page;

const STYLE: &str = include_str!("page.css");
/// Colours, the frame of a chart, the theme switch: for every page that has charts.
pub(crate) const FRAME: &str = include_str!("frame.js");
const CHARTS: &str = include_str!("charts.js");
const SCRIPT: &str = include_str!("page.js");

/// Nothing may be fetched; only what is in the page may run.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data: blob:; \
                      font-src data:; base-uri 'none'; form-action 'none'";

/// Returns the whole page.
///
/// # Errors
/// [`ReportError::Json`] if the numbers of the charts cannot be written.
pub fn to_page(results: &Results) -> Result<String, ReportError> {
    let data = escape_json(&serde_json::to_string(&ChartData::new(results))?);
    let body = [
        &body::write(results),
        "<script type=\"application/json\" id=\"data\">",
        &data,
        "</script>\n",
        &library(),
        "\n<script>\n",
        FRAME,
        CHARTS,
        SCRIPT,
        "</script>\n",
    ];
    Ok(document(&results.deal.title, &body.concat()))
}

/// A whole document in the style of the page.
pub(crate) fn document(title: &str, body: &str) -> String {
    let title = escape(title);
    let parts = [
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n",
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n",
        "<meta http-equiv=\"Content-Security-Policy\" content=\"",
        POLICY,
        "\">\n<title>",
        &title,
        "</title>\n<style>\n",
        STYLE,
        "</style>\n</head>\n<body>\n",
        body,
        "</body>\n</html>\n",
    ];
    parts.concat()
}

/// The script element of the charting library alone: the crate adds one for formulas, which no chart here has.
pub(crate) fn library() -> String {
    const END: &str = "</script>";
    let scripts = plotly::Plot::offline_js_sources();
    match scripts.split_once(END) {
        Some((first, _)) => format!("{}{END}", first.trim_start()),
        None => scripts,
    }
}
