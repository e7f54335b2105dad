//! CSV with declared columns. Whatever is wrong is listed, all of it, by line and column.

use crate::number::parse_percent;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use units::{Date, QUANTITY_DECIMALS, UnitsError, parse_scaled};

/// Most rows of one file: a bound, not a target.
pub const ROWS_MAX: usize = 1_000_000;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ColumnKind {
    /// Words.
    Text,
    /// Money, not negative.
    Amount,
    /// A share or rate: `5 %` or `0.05`.
    Rate,
    /// A bare number of per cent: 5.06 is 5.06 %.
    Percent,
    /// A number that is no money, not negative.
    Quantity,
    /// A date.
    Date,
}

/// One declared column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name in the header.
    pub name: String,
    /// What it holds.
    pub kind: ColumnKind,
    /// Whether the file must have it and every row must fill it.
    pub required: bool,
    /// Whether its sum over all rows means something.
    pub summed: bool,
}

impl Column {
    /// A column that every row fills.
    pub fn required(name: &str, kind: ColumnKind) -> Self {
        Self { name: name.to_owned(), kind, required: true, summed: false }
    }

    /// A column that may be missing or empty.
    pub fn optional(name: &str, kind: ColumnKind) -> Self {
        Self { required: false, ..Self::required(name, kind) }
    }

    /// The same column, with a sum that is an aggregate of the tape.
    #[must_use]
    pub fn summed(self) -> Self {
        Self { summed: true, ..self }
    }
}

/// The columns of a file and how money in it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schema {
    /// Declared columns; any other column is an error.
    pub columns: Vec<Column>,
    /// A text column whose values may not repeat.
    pub key: Option<String>,
    /// Decimal places of the currency.
    pub decimals: u8,
}

/// A cell as an integer or a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cells {
    /// Numbers and dates; `None` where an optional cell is empty.
    Numbers(Vec<Option<i64>>),
    /// Words; empty where an optional cell is empty.
    Words(Vec<String>),
}

/// A file that was read without an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Table {
    pub(crate) schema: Schema,
    cells: BTreeMap<String, Cells>,
    lines: Vec<u64>,
}

/// One thing wrong in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowError {
    /// Line in the file, 1 is the header.
    pub line: u64,
    /// The column, by name.
    pub column: String,
    /// What is wrong and what is expected.
    pub problem: String,
}

impl fmt::Display for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column `{}`: {}", self.line, self.column, self.problem)
    }
}

/// Everything wrong in one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableErrors {
    /// The file as it was asked for.
    pub file: String,
    /// In the order of the lines.
    pub errors: Vec<RowError>,
}

impl fmt::Display for TableErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.errors.len();
        write!(
            f,
            "{}: {count} bad cell{}; correct and run again",
            self.file,
            if count == 1 { "" } else { "s" }
        )?;
        self.errors.iter().try_for_each(|error| write!(f, "\n  {error}"))
    }
}

impl std::error::Error for TableErrors {}

impl Table {
    /// Reads a file. `file` only names it in errors.
    pub(crate) fn parse(file: &str, bytes: &[u8], schema: &Schema) -> Result<Self, TableErrors> {
        let mut reading = Reading::new(schema);
        reading.run(bytes);
        if reading.errors.is_empty() {
            let Reading { cells, lines, .. } = reading;
            Ok(Self { schema: schema.clone(), cells, lines })
        } else {
            Err(TableErrors { file: file.to_owned(), errors: reading.errors })
        }
    }

    pub(crate) fn rows(&self) -> usize {
        self.lines.len()
    }

    pub(crate) fn line(&self, row: usize) -> u64 {
        self.lines.get(row).copied().unwrap_or(0)
    }

    /// Returns a cell as a number; `None` if the column or the cell is not there.
    pub(crate) fn number(&self, column: &str, row: usize) -> Option<i64> {
        match self.cells.get(column)? {
            Cells::Numbers(numbers) => numbers.get(row).copied().flatten(),
            Cells::Words(_) => None,
        }
    }

    /// Returns a cell as a word; empty if the column or the cell is not there.
    pub(crate) fn word(&self, column: &str, row: usize) -> &str {
        match self.cells.get(column) {
            Some(Cells::Words(words)) => words.get(row).map_or("", String::as_str),
            _ => "",
        }
    }

    /// Returns a cell as a date.
    pub(crate) fn date(&self, column: &str, row: usize) -> Option<Date> {
        self.number(column, row).and_then(|days| i32::try_from(days).ok()).map(Date::from_days)
    }
}

/// The work in progress on one file.
struct Reading<'a> {
    schema: &'a Schema,
    cells: BTreeMap<String, Cells>,
    lines: Vec<u64>,
    keys: BTreeSet<String>,
    errors: Vec<RowError>,
}

impl<'a> Reading<'a> {
    fn new(schema: &'a Schema) -> Self {
        let empty = |column: &Column| match column.kind {
            ColumnKind::Text => Cells::Words(Vec::new()),
            _ => Cells::Numbers(Vec::new()),
        };
        let cells = schema.columns.iter().map(|column| (column.name.clone(), empty(column))).collect();
        Self { schema, cells, lines: Vec::new(), keys: BTreeSet::new(), errors: Vec::new() }
    }

    fn fail(&mut self, line: u64, column: &str, problem: impl Into<String>) {
        self.errors.push(RowError { line, column: column.to_owned(), problem: problem.into() });
    }

    fn run(&mut self, bytes: &[u8]) {
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .trim(csv::Trim::All)
            .comment(Some(b'#'))
            .from_reader(bytes);
        let header = match reader.byte_headers() {
            Ok(header) => header.clone(),
            Err(error) => return self.fail(1, "header", error.to_string()),
        };
        let positions = self.header(&header);
        if !self.errors.is_empty() {
            return;
        }
        for record in reader.byte_records() {
            match record {
                Ok(_) if self.lines.len() >= ROWS_MAX => {
                    return self.fail(0, "file", format!("more than {ROWS_MAX} rows; split the file"));
                }
                Ok(record) => self.record(&record, &positions, header.len()),
                Err(error) => return self.fail(0, "file", error.to_string()),
            }
        }
    }

    /// Finds each declared column and refuses what is missing, repeated or unknown.
    fn header(&mut self, header: &csv::ByteRecord) -> BTreeMap<String, usize> {
        let mut positions = BTreeMap::new();
        for (position, name) in header.iter().enumerate() {
            let name = String::from_utf8_lossy(name).trim_start_matches('\u{feff}').to_owned();
            if !self.schema.columns.iter().any(|column| column.name == name) {
                self.fail(1, &name, self.unknown_column());
            } else if positions.insert(name.clone(), position).is_some() {
                self.fail(1, &name, "appears twice; remove one");
            }
        }
        for column in self.schema.columns.iter().filter(|column| column.required) {
            if !positions.contains_key(&column.name) {
                self.fail(1, &column.name, "is missing; add it to the header and to every row");
            }
        }
        positions
    }

    fn unknown_column(&self) -> String {
        let known: Vec<&str> = self.schema.columns.iter().map(|column| column.name.as_str()).collect();
        format!("is not declared; known columns: {}; declare more in [tape.columns]", known.join(", "))
    }

    fn record(&mut self, record: &csv::ByteRecord, positions: &BTreeMap<String, usize>, width: usize) {
        let line = record.position().map_or(0, csv::Position::line);
        if record.len() != width {
            self.fail(line, "row", format!("has {} cells, the header has {width}", record.len()));
            return;
        }
        self.lines.push(line);
        let schema = self.schema;
        for column in &schema.columns {
            let cell = positions.get(&column.name).and_then(|position| record.get(*position)).unwrap_or(b"");
            self.cell(line, column, cell);
        }
    }

    fn cell(&mut self, line: u64, column: &Column, cell: &[u8]) {
        let text = match std::str::from_utf8(cell) {
            Ok(text) if text.chars().any(char::is_control) => {
                return self.fail(line, &column.name, "holds a control character; remove it");
            }
            Ok(text) => text,
            Err(_) => return self.fail(line, &column.name, "is not UTF-8 text; save the file as UTF-8"),
        };
        if column.required && text.is_empty() {
            return self.fail(line, &column.name, "is empty; fill it");
        }
        if self.schema.key.as_ref() == Some(&column.name) && !self.keys.insert(text.to_owned()) {
            return self.fail(line, &column.name, format!("`{text}` appears twice; one row for each"));
        }
        match number(column.kind, text, self.schema.decimals) {
            Ok(number) => self.keep(&column.name, number, text),
            Err(problem) => self.fail(line, &column.name, problem),
        }
    }

    fn keep(&mut self, column: &str, number: Option<i64>, text: &str) {
        match self.cells.get_mut(column) {
            Some(Cells::Numbers(numbers)) => numbers.push(number),
            Some(Cells::Words(words)) => words.push(text.to_owned()),
            None => (),
        }
    }
}

/// Reads a cell as an integer; `None` for words and empty cells.
fn number(kind: ColumnKind, text: &str, decimals: u8) -> Result<Option<i64>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let (parsed, example) = match kind {
        ColumnKind::Text => return Ok(None),
        ColumnKind::Amount => (parse_scaled(text, decimals), "310000.00"),
        ColumnKind::Quantity => (parse_scaled(text, QUANTITY_DECIMALS), "8"),
        ColumnKind::Rate => (parse_percent(text).map(units::Rate::units), "5 %"),
        ColumnKind::Percent => (parse_scaled(text, 7), "5.06"),
        ColumnKind::Date => (text.parse::<Date>().map(|date| i64::from(date.days())), "2024-01-16"),
    };
    let number = parsed.map_err(|error| describe(text, error, example))?;
    let signed = matches!(kind, ColumnKind::Rate | ColumnKind::Percent | ColumnKind::Date);
    if number < 0 && !signed {
        return Err(format!("`{text}` is negative; write zero or more"));
    }
    Ok(Some(number))
}

fn describe(text: &str, error: UnitsError, example: &str) -> String {
    let shown: String = text.chars().take(40).collect();
    format!("`{shown}`: {error}; write for example {example}")
}
