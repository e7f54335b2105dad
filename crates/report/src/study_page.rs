//! A study as one page: self-contained, offline, light and dark.

use crate::ReportError;
use crate::html::{escape, escape_json};
use crate::page::{THEME, document, library};
use crate::study::{Chart, Section, Study, StudyTable};
use std::fmt::Write as _;

const SCRIPT: &str = include_str!("page/study.js");

/// Returns the whole page.
///
/// # Errors
/// [`ReportError::Json`] if the numbers of the charts cannot be written.
pub fn study_page(study: &Study) -> Result<String, ReportError> {
    let charts: Vec<&Chart> = study.sections.iter().flat_map(|section| &section.charts).collect();
    let data = escape_json(&serde_json::to_string(&serde_json::json!({ "charts": charts }))?);
    let body = [
        &body(study),
        "<script type=\"application/json\" id=\"data\">",
        &data,
        "</script>\n",
        &library(),
        "\n<script>\n",
        THEME,
        SCRIPT,
        "</script>\n",
    ];
    Ok(document(&study.title, &body.concat()))
}

fn body(study: &Study) -> String {
    let mut out = String::new();
    push_header(&mut out, study);
    out.push_str("<main id=\"main\">\n");
    let mut chart = 0;
    for (number, section) in study.sections.iter().enumerate() {
        push_section(&mut out, (number, section), &mut chart);
    }
    out.push_str("</main>\n<footer>\n");
    for (heading, text) in &study.notes {
        let _ = writeln!(out, "<h2>{}</h2>", escape(heading));
        text.lines().filter(|line| !line.trim().is_empty()).for_each(|line| {
            let _ = writeln!(out, "<p>{}</p>", escape(line));
        });
    }
    out.push_str("</footer>\n");
    out
}

fn push_header(out: &mut String, study: &Study) {
    out.push_str("<a class=\"skip\" href=\"#main\">Skip to the results</a>\n<header><div class=\"bar\">");
    let _ = writeln!(out, "<span class=\"brand\">Forebay <span>{}</span></span></div>", escape(&study.name));
    let _ = writeln!(out, "<h1>{}</h1><p class=\"sub\">", escape(&study.title));
    for fact in &study.facts {
        let _ = write!(out, "<span>{}</span>", escape(fact));
    }
    let _ = writeln!(
        out,
        "</p><p class=\"verdict\">{}</p><nav aria-label=\"Sections\"><ul>",
        escape(&study.verdict)
    );
    for (number, section) in study.sections.iter().enumerate() {
        let _ = write!(out, "<li><a href=\"#section-{number}\">{}</a></li>", escape(&section.heading));
    }
    out.push_str("</ul></nav></header>\n");
}

fn push_section(out: &mut String, (number, section): (usize, &Section), chart: &mut usize) {
    let _ = writeln!(
        out,
        "<section id=\"section-{number}\"><h2>{}</h2><p class=\"lead\">{}</p>",
        escape(&section.heading),
        escape(&section.lead)
    );
    section.tables.iter().for_each(|table| push_table(out, table));
    if !section.charts.is_empty() {
        out.push_str("<div class=\"multiples\">\n");
        for one in &section.charts {
            let label = escape(one.title());
            let _ = writeln!(
                out,
                "<div class=\"chart\" id=\"chart-{chart}\" role=\"img\" aria-label=\"{label}\"></div>"
            );
            *chart = chart.saturating_add(1);
        }
        out.push_str("</div>\n");
    }
    out.push_str("</section>\n");
}

fn push_table(out: &mut String, table: &StudyTable) {
    let _ = writeln!(
        out,
        "<figure><figcaption><b>{}</b></figcaption><div class=\"scroll\"><table><thead><tr>",
        escape(&table.title)
    );
    for (column, cell) in table.head.iter().enumerate() {
        let class = if column > 0 { " class=\"n\"" } else { "" };
        let _ = write!(out, "<th scope=\"col\"{class}>{}</th>", escape(cell));
    }
    out.push_str("</tr></thead><tbody>\n");
    for (number, row) in table.rows.iter().enumerate() {
        out.push_str("<tr>");
        for (column, cell) in row.iter().enumerate() {
            let cell = escape(cell);
            let strong = table.marked.contains(&(number, column));
            let cell = if strong { format!("<b>{cell}</b>") } else { cell };
            let _ = match column {
                0 => write!(out, "<th scope=\"row\">{cell}</th>"),
                _ => write!(out, "<td class=\"n\">{cell}</td>"),
            };
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody></table></div></figure>\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::{BarsChart, FanChart, HeatMapChart, LinesChart, TornadoChart};
    use crate::{TerminalStyle, study_csv, study_terminal};

    fn study() -> Study {
        let table = StudyTable {
            title: "Losses <of> each class".to_owned(),
            head: ["class", "expected loss"].map(str::to_owned).to_vec(),
            rows: vec![
                ["A", "0.1 %"].map(str::to_owned).to_vec(),
                ["B, junior", "2 %"].map(str::to_owned).to_vec(),
            ],
            marked: vec![(1, 1)],
        };
        let charts = vec![
            Chart::Fan(FanChart { title: "rent".to_owned(), ..FanChart::default() }),
            Chart::Bars(BarsChart { title: "loss".to_owned(), ..BarsChart::default() }),
            Chart::HeatMap(HeatMapChart { title: "shocks".to_owned(), ..HeatMapChart::default() }),
            Chart::Tornado(TornadoChart { title: "drivers".to_owned(), ..TornadoChart::default() }),
            Chart::Lines(LinesChart { title: "paths".to_owned(), ..LinesChart::default() }),
        ];
        Study {
            name: "example".to_owned(),
            title: "An example".to_owned(),
            facts: vec!["1,000 paths".to_owned()],
            verdict: "A loses little.".to_owned(),
            sections: vec![Section {
                heading: "Losses".to_owned(),
                lead: "What each class may lose.".to_owned(),
                tables: vec![table],
                charts,
            }],
            notes: vec![("Sources".to_owned(), "one\ntwo".to_owned())],
        }
    }

    #[test]
    fn a_page_fetches_nothing_and_escapes_everything() {
        let page = study_page(&study()).unwrap();
        assert!(page.contains("Losses &lt;of&gt; each class") && page.contains("default-src 'none'"));
        for chart in 0..5 {
            assert_eq!(page.matches(&format!("id=\"chart-{chart}\"")).count(), 1);
        }
        let own = body(&study());
        assert!(!own.contains("http") && !own.contains("src="), "{own}");
    }

    #[test]
    fn tables_are_files_and_text() {
        let files = study_csv(&study()).unwrap();
        assert_eq!(files.len(), 1);
        assert_eq!(files[0].0, "losses-of-each-class.csv");
        assert_eq!(files[0].1, "class,expected loss\nA,0.1 %\n\"B, junior\",2 %\n");
        let text = study_terminal(&study(), TerminalStyle::default());
        assert!(text.contains("A loses little.") && text.contains("B, junior"), "{text}");
    }
}
