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
        let common = widths(run);
        let too_long = |row: &Row| row.kind == Kind::Value && row.line(&common).chars().count() > WIDTH;
        // A formula of several lines shares no column with its neighbours, nor do those across it.
        for part in run.chunk_by(|a, b| !too_long(a) && !too_long(b)) {
            let widths = widths(part);
            lines.extend(part.iter().map(|row| row.line(&widths)));
        }
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

/// Breaks a long line where a reader would: between clauses or before `+` and `-`, outside parentheses rather than in
/// them; a product only where nothing else is left.
fn wrap(line: &str, indent: usize) -> Vec<String> {
    let hang = " ".repeat(indent.saturating_add(HANG));
    let spaces = spaces(line);
    let (mut lines, mut start, mut before) = (Vec::new(), 0, "");
    while let Some(rest) = line.get(start..) {
        let room = WIDTH.saturating_sub(before.len());
        let Some(at) = break_point(line, (start, room), &spaces) else {
            lines.push(format!("{before}{rest}"));
            break;
        };
        lines.push(format!("{before}{}", line.get(start..at).unwrap_or(rest).trim_end()));
        let tail = line.get(at..).unwrap_or_default();
        start = line.len().saturating_sub(tail.trim_start().len());
        before = &hang;
    }
    lines
}

/// Where to break what is left of a line from `start` on; nowhere if it fits or has no space.
fn break_point(line: &str, (start, room): (usize, usize), spaces: &[Space]) -> Option<usize> {
    let end = start.saturating_add(line.get(start..)?.char_indices().nth(room)?.0);
    let half = start.saturating_add(room / 2);
    let fitting = spaces.iter().filter(|space| (half..=end).contains(&space.at));
    let best = fitting.min_by_key(|space| (cost(line, space), std::cmp::Reverse(space.at)));
    best.or_else(|| spaces.iter().find(|space| space.at > end)).map(|space| space.at)
}

/// What a break costs the reader.
fn cost(line: &str, space: &Space) -> (u8, usize, u8) {
    let (head, tail) = line.split_at(space.at);
    let begins = |words: &[&str]| words.iter().any(|word| tail.starts_with(word));
    if head.ends_with(',') || begins(&[" and ", " or ", " then ", " else "]) {
        (0, space.depth, 0)
    } else if begins(&[" + ", " - "]) {
        (0, space.depth, 1)
    } else if begins(&[" * ", " / "]) {
        (2, space.depth, 0)
    } else if head.ends_with(['*', '/', '+', '-']) {
        (3, space.depth, 0)
    } else {
        (1, space.depth, 0)
    }
}

/// A space between words, and how many parentheses are open there.
struct Space {
    at: usize,
    depth: usize,
}

/// Spaces between words: not the indentation, nor inside quotes.
fn spaces(line: &str) -> Vec<Space> {
    let (mut quoted, mut escaped, mut started, mut depth) = (false, false, false, 0_usize);
    let mut spaces = Vec::new();
    for (at, character) in line.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => (quoted, started) = (!quoted, true),
            ' ' if started && !quoted => spaces.push(Space { at, depth }),
            ' ' => {}
            _ => started = true,
        }
        match character {
            '(' if !quoted => depth = depth.saturating_add(1),
            ')' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    spaces
}
