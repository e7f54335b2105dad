//! What the outcome turns on, and what of it is known rather than supposed.

use super::body::open_section;
use crate::grid::Grid;
use crate::html::escape;
use crate::money::{percent_of, separated};
use crate::{Outcome, Provenance, Results, Sensitivity};
use std::collections::BTreeMap;
use std::fmt::Write as _;

pub(super) fn push_sensitivities(out: &mut String, results: &Results) {
    if results.sensitivities.is_empty() {
        return;
    }
    open_section(
        out,
        "sensitivity",
        "What the outcome turns on",
        "Each cell is another run of the same deal: how much every class received for 100 that it put in. The framed \
         cell is this run.",
    );
    out.push_str("<ul class=\"key heat\">");
    for (class, words) in [("h0", "less than half back"), ("h1", "some lost"), ("h2", "all back or more")] {
        let _ = write!(out, "<li><i class=\"{class}\"></i>{words}</li>");
    }
    out.push_str("</ul>\n");
    for sensitivity in &results.sensitivities {
        let [title, rows, columns] =
            [&sensitivity.title, &sensitivity.row_axis, &sensitivity.column_axis].map(|words| escape(words));
        let _ = writeln!(
            out,
            "<h3>{title}</h3>\n<p class=\"lead\">Down: {rows}. Across: {columns}.</p>\n<div class=\"multiples heat\">"
        );
        for (index, name) in class_names(sensitivity).into_iter().enumerate() {
            push_grid(out, sensitivity, name, &|cell| class_cell(cell, index));
        }
        push_grid(out, sensitivity, "Status at the end", &|cell| (String::new(), escape(&cell.status)));
        out.push_str("</div>\n");
    }
    out.push_str("</section>\n");
}

fn class_names(sensitivity: &Sensitivity) -> Vec<&str> {
    let first = sensitivity.cells.iter().flatten().next();
    first.map(|cell| cell.classes.iter().map(|class| class.name.as_str()).collect()).unwrap_or_default()
}

/// The style class and the words of a cell.
fn class_cell(cell: &Outcome, index: usize) -> (String, String) {
    let Some(class) = cell.classes.get(index) else { return Default::default() };
    let heat = match class.received {
        received if received * 2 < class.invested => "h0",
        received if received < class.invested => "h1",
        _ => "h2",
    };
    let share = percent_of(class.received, class.invested).unwrap_or_default();
    (heat.to_owned(), share.trim_end_matches(" %").to_owned())
}

/// A whole number of five digits or more with its thousands apart; anything else as it is.
fn grouped(label: &str) -> String {
    let number = label.len() > 4 && label.bytes().all(|byte| byte.is_ascii_digit());
    if number { separated(label) } else { label.to_owned() }
}

type CellText<'a> = &'a dyn Fn(&Outcome) -> (String, String);

fn push_grid(out: &mut String, sensitivity: &Sensitivity, name: &str, text: CellText<'_>) {
    let name = escape(name);
    let _ = write!(
        out,
        "<figure><figcaption><b>{name}</b></figcaption><div class=\"scroll\" tabindex=\"0\"><table><thead><tr><td></td>"
    );
    for column in &sensitivity.columns {
        let _ = write!(out, "<th scope=\"col\">{}</th>", escape(&grouped(column)));
    }
    out.push_str("</tr></thead><tbody>");
    for (label, cells) in sensitivity.rows.iter().zip(&sensitivity.cells) {
        let _ = write!(out, "<tr><th scope=\"row\">{}</th>", escape(&grouped(label)));
        for cell in cells {
            let (heat, words) = text(cell);
            let base = if cell.base { " base" } else { "" };
            let _ = write!(out, "<td class=\"{heat}{base}\">{words}</td>");
        }
        out.push_str("</tr>");
    }
    out.push_str("</tbody></table></div></figure>\n");
}

pub(super) fn push_evidence(out: &mut String, results: &Results) {
    open_section(
        out,
        "evidence",
        "What is known, and how",
        "The deal runs on reported values. Some were published, some lie between published ones, some are only \
         supposed. No kind is mixed with another without saying so.",
    );
    push_counts(out, results);
    out.push_str("<div class=\"multiples\" id=\"input-charts\"></div>\n");
    push_splices(out, results);
    if !results.observations.is_empty() {
        out.push_str("<details><summary>Every value with its source</summary>");
        out.push_str(&observations(results).to_html());
        out.push_str("</details>\n");
    }
    out.push_str("</section>\n");
}

fn push_counts(out: &mut String, results: &Results) {
    let mut counts: BTreeMap<&str, BTreeMap<Provenance, usize>> = BTreeMap::new();
    for seen in &results.observations {
        *counts.entry(&seen.input).or_default().entry(seen.provenance).or_default() += 1;
    }
    if counts.is_empty() {
        out.push_str("<p class=\"none\">This run used no observed value.</p>\n");
        return;
    }
    out.push_str("<ul class=\"plain\">");
    for (input, kinds) in counts {
        let words: Vec<String> =
            kinds.iter().map(|(kind, count)| format!("{count} {}", kind.word())).collect();
        let _ = write!(out, "<li><b>{}</b>: {}</li>", escape(input), words.join(", "));
    }
    out.push_str("</ul>\n");
}

fn push_splices(out: &mut String, results: &Results) {
    if results.splices.is_empty() {
        return;
    }
    let mut grid = Grid::new(
        "Splices",
        "Where a history changes from one kind of source to another, and how the two are joined.",
        &["input", "from", "before", "after", "joined how"],
    );
    for splice in &results.splices {
        grid.row([
            splice.input.clone(),
            splice.date.to_string(),
            splice.before.clone(),
            splice.after.clone(),
            splice.method.clone(),
        ]);
    }
    let _ = writeln!(out, "<h3>{}</h3>{}", grid.heading, grid.to_html());
}

fn observations(results: &Results) -> Grid {
    let mut grid = Grid::new(
        "Observations",
        "A stale value was older than its limit, so that the deal’s fallback applied.",
        &["input", "date", "value", "unit", "known as", "source"],
    );
    for seen in &results.observations {
        let stale = if seen.stale { ", stale" } else { "" };
        grid.row([
            seen.input.clone(),
            seen.date.to_string(),
            seen.value.clone(),
            seen.unit.clone(),
            format!("{}{stale}", seen.provenance.word()),
            seen.source.clone(),
        ]);
    }
    grid
}
