//! Columns, comments and long lines.

/// Longest line, where it can be helped.
const WIDTH: usize = 110;
/// Comments at the ends of lines up to this length stand in one column.
const COMMENT_COLUMN: usize = 80;

/// A part of a line that stands in a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    Left(String),
    Right(String),
}

impl Cell {
    fn text(&self) -> &str {
        match self {
            Self::Left(text) | Self::Right(text) => text,
        }
    }
}

/// Rows of one kind that follow each other share their columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Comment,
    Heading,
    Input,
    Account,
    Tranche,
    Cost,
    Value,
    Trigger,
    State,
    Other,
}

/// A statement, a step or a comment line.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub kind: Kind,
    pub indent: usize,
    pub cells: Vec<Cell>,
    pub trailing: Option<String>,
}

/// How far a line that goes on is indented beyond its beginning.
const HANG: usize = 4;

impl Row {
    /// A comment line; an empty one is a blank line.
    pub fn comment(text: &str, indent: usize) -> Self {
        let line = if text.is_empty() { String::new() } else { format!("# {text}").trim_end().to_owned() };
        Self { kind: Kind::Comment, indent, cells: vec![Cell::Left(line)], trailing: None }
    }

    fn is_blank(&self) -> bool {
        self.kind == Kind::Comment && self.cells.iter().all(|cell| cell.text().is_empty())
    }

    fn line(&self, widths: &[usize]) -> String {
        let mut line = " ".repeat(self.indent);
        let last = self.cells.len().saturating_sub(1);
        for (index, cell) in self.cells.iter().enumerate() {
            let text = cell.text();
            let width = widths.get(index).copied().unwrap_or(0);
            let padding = " ".repeat(width.saturating_sub(text.chars().count()));
            match cell {
                Cell::Right(_) => line.extend([padding.as_str(), text, " "]),
                Cell::Left(_) if index == last => line.push_str(text),
                Cell::Left(_) => line.extend([text, padding.as_str(), " "]),
            }
        }
        line.truncate(line.trim_end().len());
        line
    }
}

/// Writes all rows.
pub(super) fn lay_out(rows: &[Row]) -> String {
    let mut text = String::new();
    for block in rows.split_inclusive(Row::is_blank) {
        let lines = aligned(block);
        let column = comment_column(block, &lines);
        for (row, line) in block.iter().zip(&lines) {
            push(&mut text, (row, line), column);
        }
    }
    text
}

/// The lines of a block, the columns of each run of one kind aligned.
fn aligned(block: &[Row]) -> Vec<String> {
    let mut lines = Vec::with_capacity(block.len());
    for run in block.chunk_by(|a, b| a.kind == b.kind) {
        let widths = widths(run);
        lines.extend(run.iter().map(|row| row.line(&widths)));
    }
    lines
}

fn widths(run: &[Row]) -> Vec<usize> {
    let mut widths: Vec<usize> = Vec::new();
    for row in run {
        for (index, cell) in row.cells.iter().enumerate() {
            let last = index.saturating_add(1) == row.cells.len() && matches!(cell, Cell::Left(_));
            let width = if last { 0 } else { cell.text().chars().count() };
            match widths.get_mut(index) {
                Some(widest) => *widest = width.max(*widest),
                None => widths.push(width),
            }
        }
    }
    widths
}

fn comment_column(block: &[Row], lines: &[String]) -> usize {
    let commented = block.iter().zip(lines).filter(|(row, _)| row.trailing.is_some());
    let lengths = commented.map(|(_, line)| line.chars().count());
    lengths.filter(|length| *length <= COMMENT_COLUMN).max().unwrap_or(0)
}

fn push(text: &mut String, (row, line): (&Row, &str), column: usize) {
    let lines = if row.kind == Kind::Comment { vec![line.to_owned()] } else { wrap(line, row.indent) };
    let last = lines.last().map_or(0, |line| line.chars().count());
    text.push_str(&lines.join("\n"));
    if let Some(comment) = &row.trailing {
        text.push_str(&" ".repeat(column.saturating_sub(last)));
        text.push_str(format!("  # {comment}").trim_end());
    }
    text.push('\n');
}

/// Breaks a long line where a reader would: after a comma, before `and` or `or`, or else at any space.
fn wrap(line: &str, indent: usize) -> Vec<String> {
    let hang = " ".repeat(indent.saturating_add(HANG));
    let spaces = spaces(line);
    let (mut lines, mut start, mut before) = (Vec::new(), 0, "");
    while let Some(rest) = line.get(start..) {
        let room = WIDTH.saturating_sub(before.len());
        let Some(at) = break_point(rest, room, |at| spaces.binary_search(&start.saturating_add(at)).is_ok())
        else {
            lines.push(format!("{before}{rest}"));
            break;
        };
        let head = rest.get(..at).unwrap_or(rest);
        lines.push(format!("{before}{}", head.trim_end()));
        let tail = rest.get(at..).unwrap_or_default();
        start = line.len().saturating_sub(tail.trim_start().len());
        before = &hang;
    }
    lines
}

/// Where to break a line that has only so much room; nowhere if it fits or has no space.
fn break_point(line: &str, room: usize, is_space: impl Fn(usize) -> bool) -> Option<usize> {
    let (end, _) = line.char_indices().nth(room)?;
    let fitting = |good: fn(&str, &str) -> bool| {
        let far_enough = (room / 2..=end).rev().filter(|at| is_space(*at));
        far_enough
            .map(|at| line.split_at(at))
            .find(|(head, tail)| good(head, tail))
            .map(|(head, _)| head.len())
    };
    let anywhere = || (1..line.len()).find(|at| *at > end && is_space(*at));
    fitting(between_clauses)
        .or_else(|| fitting(before_operator))
        .or_else(|| fitting(|_, _| true))
        .or_else(anywhere)
}

fn between_clauses(head: &str, tail: &str) -> bool {
    head.ends_with(',') || [" and ", " or "].iter().any(|word| tail.starts_with(word))
}

fn before_operator(_: &str, tail: &str) -> bool {
    [" + ", " - ", " * ", " / "].iter().any(|sign| tail.starts_with(sign))
}

/// Spaces between words: not the indentation, nor inside quotes.
fn spaces(line: &str) -> Vec<usize> {
    let (mut quoted, mut escaped, mut started) = (false, false, false);
    let mut spaces = Vec::new();
    for (at, character) in line.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => (quoted, started) = (!quoted, true),
            ' ' if started && !quoted => spaces.push(at),
            ' ' => {}
            _ => started = true,
        }
    }
    spaces
}
