//! The page of an answer: one sentence, then each table under its chart.

use super::body::push_chart;
use super::{FRAME, document, library};
use crate::ReportError;
use crate::answer::{Answer, Section, Tone};
use crate::chart::Chart;
use crate::html::{escape, escape_json};
use std::fmt::Write as _;

const SCRIPT: &str = include_str!("answer.js");

/// Returns an answer as one self-contained page.
///
/// # Errors
/// [`ReportError::Json`] if the numbers of the charts cannot be written, for instance because one is not finite.
pub fn answer_page(answer: &Answer) -> Result<String, ReportError> {
    let charts: Vec<&Chart> = answer.sections.iter().flat_map(|section| &section.charts).collect();
    let data = escape_json(&serde_json::to_string(&charts)?);
    let body = [
        &body(answer),
        "<script type=\"application/json\" id=\"data\">",
        &data,
        "</script>\n",
        &library(),
        "\n<script>\n",
        FRAME,
        SCRIPT,
        "</script>\n",
    ];
    Ok(document(&answer.title, &body.concat()))
}

fn body(answer: &Answer) -> String {
    let mut out = String::new();
    push_header(&mut out, answer);
    out.push_str("<main id=\"main\">\n");
    let mut charts = 0_usize;
    for (index, section) in answer.sections.iter().enumerate() {
        push_section(&mut out, (index, section), &mut charts);
    }
    out.push_str("</main>\n<footer><h2>How to read this</h2>\n");
    for remark in &answer.remarks {
        let _ = writeln!(out, "<p>{}</p>", escape(remark));
    }
    out.push_str("</footer>\n");
    out
}

/// The charts of a section above its tables; `charts` counts those of the page.
fn push_section(out: &mut String, (index, section): (usize, &Section), charts: &mut usize) {
    let (heading, lead) = (escape(&section.heading), escape(&section.lead));
    let _ = writeln!(
        out,
        "<section id=\"part-{index}\" aria-labelledby=\"part-{index}-h\"><h2 id=\"part-{index}-h\">{heading}</h2>\
         <p class=\"lead\">{lead}</p>"
    );
    let many = section.charts.len() > 1;
    if many {
        out.push_str("<div class=\"multiples\">\n");
    }
    for chart in &section.charts {
        push_chart(out, &format!("chart-{charts}"), chart.title());
        *charts = charts.saturating_add(1);
    }
    if many {
        out.push_str("</div>\n");
    }
    section.grids.iter().for_each(|grid| out.push_str(&grid.to_html()));
    out.push_str("</section>\n");
}

fn push_header(out: &mut String, answer: &Answer) {
    out.push_str("<a class=\"skip\" href=\"#main\">Skip to the results</a>\n<header><div class=\"bar\">");
    let _ = write!(out, "<span class=\"brand\">Forebay <span>{}</span></span>", escape(&answer.question));
    out.push_str("<button type=\"button\" id=\"theme\" hidden>Theme: auto</button></div>\n");
    let verdict = escape(&answer.verdict);
    let verdict = match answer.tone {
        Tone::Plain => verdict,
        Tone::Bad => format!("<span class=\"lost\">{verdict}</span>"),
    };
    let facts: String = answer.facts.iter().map(|fact| format!("<span>{}</span>", escape(fact))).collect();
    let facts = if facts.is_empty() { facts } else { format!("<p class=\"sub\">{facts}</p>\n") };
    let _ = write!(out, "<h1>{}</h1>\n{facts}<p class=\"verdict\">{verdict}</p>", escape(&answer.title));
    out.push_str("<nav aria-label=\"Sections\"><ul>");
    for (index, section) in answer.sections.iter().enumerate() {
        let _ = write!(out, "<li><a href=\"#part-{index}\">{}</a></li>", escape(&section.heading));
    }
    out.push_str("</ul></nav></header>\n<noscript><p class=\"none\">The charts need a script; every table is here without it.</p></noscript>\n");
}
