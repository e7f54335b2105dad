//! A table before it has a form: the same rows as aligned text, as Markdown and as HTML.

use crate::html::escape;
use comfy_table::{CellAlignment, Table, presets};
use std::fmt::{Display, Write as _};
use units::Date;

/// A headed table of texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grid {
    /// Heading.
    pub heading: String,
    /// One line that says what the table shows.
    pub caption: String,
    /// Headings of the columns; empty for a list of facts.
    pub header: Vec<String>,
    /// The rows.
    pub rows: Vec<Vec<String>>,
}

impl Grid {
    /// A table without rows yet.
    pub fn new(heading: &str, caption: &str, header: &[&str]) -> Self {
        let header = header.iter().map(|word| (*word).to_owned()).collect();
        Self { heading: heading.to_owned(), caption: caption.to_owned(), header, rows: Vec::new() }
    }

    /// A list of names and values.
    pub fn facts(heading: &str, caption: &str) -> Self {
        Self::new(heading, caption, &[])
    }

    /// Adds a name and a value to a list.
    pub fn fact(&mut self, name: &str, value: impl Display) {
        self.rows.push(vec![name.to_owned(), value.to_string()]);
    }

    /// Adds a row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// Leaves out the columns in which no row says anything but zero; the first one stays.
    pub(crate) fn without_idle_columns(mut self) -> Self {
        let says =
            |column: usize| self.rows.iter().any(|row| row.get(column).is_some_and(|cell| !is_idle(cell)));
        let keep: Vec<bool> = (0..self.header.len()).map(|column| column == 0 || says(column)).collect();
        for cells in self.rows.iter_mut().chain([&mut self.header]) {
            let mut kept = keep.iter();
            cells.retain(|_| *kept.next().unwrap_or(&true));
        }
        self
    }

    /// Returns true if every filled cell of the column is a number, a percentage or a multiple.
    fn is_numeric(&self, column: usize) -> bool {
        let mut cells =
            self.rows.iter().filter_map(|row| row.get(column)).filter(|cell| !is_blank(cell)).peekable();
        !self.header.is_empty()
            && column > 0
            && cells.peek().is_some()
            && cells.all(|cell| looks_numeric(cell))
    }

    /// Returns the table as aligned text under its heading.
    pub fn to_text(&self) -> String {
        format!("{}\n {}\n{}", self.heading, self.caption, self.lines())
    }

    /// Returns the table alone as aligned text.
    pub(crate) fn lines(&self) -> String {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        if !self.header.is_empty() {
            table.set_header(&self.header);
        }
        for row in &self.rows {
            table.add_row(row);
        }
        for (index, column) in table.column_iter_mut().enumerate() {
            if self.is_numeric(index) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        table.lines().map(|line| format!("{}\n", line.trim_end())).collect()
    }

    /// Returns the table as Markdown, with its heading on the second level.
    pub fn to_markdown(&self) -> String {
        let columns = self.rows.first().map_or(self.header.len(), Vec::len);
        let header = if self.header.is_empty() { vec![String::new(); columns] } else { self.header.clone() };
        let mut out = format!("## {}\n\n{}\n\n", self.heading, self.caption);
        if self.rows.is_empty() {
            out.push_str("Nothing to report.\n");
            return out;
        }
        push_markdown_row(&mut out, &header);
        let rule = (0..columns).map(|column| if self.is_numeric(column) { "---:" } else { "---" }.to_owned());
        push_markdown_row(&mut out, &rule.collect::<Vec<_>>());
        for row in &self.rows {
            push_markdown_row(&mut out, row);
        }
        out
    }

    /// Returns the table as an HTML element, without a heading of its own.
    pub fn to_html(&self) -> String {
        if self.rows.is_empty() {
            return "<p class=\"none\">Nothing to report.</p>".to_owned();
        }
        let caption = if self.caption.is_empty() { &self.heading } else { &self.caption };
        let mut out = format!("<figure><figcaption>{}</figcaption>", escape(caption));
        out.push_str("<div class=\"scroll\" tabindex=\"0\"><table>");
        if !self.header.is_empty() {
            out.push_str("<thead><tr>");
            for (column, word) in self.header.iter().enumerate() {
                let _ = write!(out, "<th scope=\"col\"{}>{}</th>", self.class(column), escape(word));
            }
            out.push_str("</tr></thead>");
        }
        out.push_str("<tbody>");
        for row in &self.rows {
            self.push_html_row(&mut out, row);
        }
        out.push_str("</tbody></table></div></figure>\n");
        out
    }

    fn push_html_row(&self, out: &mut String, row: &[String]) {
        out.push_str("<tr>");
        for (column, cell) in row.iter().enumerate() {
            let _ = match column {
                0 => write!(out, "<th scope=\"row\">{}</th>", escape(cell)),
                _ if cell.parse::<Date>().is_ok() => write!(out, "<td class=\"d\">{cell}</td>"),
                _ => write!(out, "<td{}>{}</td>", self.class(column), escape(cell)),
            };
        }
        out.push_str("</tr>");
    }

    fn class(&self, column: usize) -> &'static str {
        let long = |row: &Vec<String>| row.get(column).is_some_and(|cell| cell.chars().count() > LONG_TEXT);
        if self.is_numeric(column) {
            " class=\"n\""
        } else if self.rows.iter().any(long) {
            " class=\"t\""
        } else {
            ""
        }
    }
}

/// A column with a text longer than this needs room on a phone too.
const LONG_TEXT: usize = 28;

fn is_idle(cell: &str) -> bool {
    cell == "0" || is_blank(cell)
}

fn is_blank(cell: &str) -> bool {
    cell.is_empty() || cell == crate::money::MISSING
}

/// A date is not a number: a minus stands only in front of one.
fn looks_numeric(cell: &str) -> bool {
    let digits = cell.trim_start_matches('-').trim_end_matches(['%', 'x', '*', 'm', 'k', ' ']);
    !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit() || matches!(c, ',' | '.'))
}

fn push_markdown_row(out: &mut String, cells: &[String]) {
    out.push('|');
    for cell in cells {
        let _ = write!(out, " {} |", cell.replace('\\', "\\\\").replace('|', "\\|").replace('\n', " "));
    }
    out.push('\n');
}
