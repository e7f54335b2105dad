//! The tape: one row for each machine, loan, lease or system.

use crate::error::{AssetsError, While};
use crate::observation::Value;
use crate::table::{Column, ColumnKind, RowError, Schema, Table, TableErrors};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use units::{Amount, Date, QUANTITY_ONE, Quantity, Rate, checked_add};

/// Most members of one concentration group.
pub const MEMBERS_MAX: usize = 32;

/// A tape that was read without an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tape {
    file: String,
    table: Table,
    sums: BTreeMap<String, Value>,
}

impl Tape {
    /// Reads a tape; `file` only names it in errors.
    ///
    /// # Errors
    /// [`AssetsError::Table`] with every bad cell, [`AssetsError::Number`] if a column's sum does not fit.
    pub fn parse(file: &str, bytes: &[u8], schema: &Schema) -> Result<Self, AssetsError> {
        let table = Table::parse(file, bytes, schema).map_err(AssetsError::Table)?;
        let mut sums = BTreeMap::new();
        for column in schema.columns.iter().filter(|column| column.summed) {
            let sum = sum(&table, &column.name, 0..table.rows())?;
            sums.insert(column.name.clone(), typed(column.kind, sum));
        }
        let rows = i64::try_from(table.rows()).unwrap_or(i64::MAX).saturating_mul(QUANTITY_ONE);
        sums.insert("rows".to_owned(), Value::Quantity(Quantity::new(rows)));
        Ok(Self { file: file.to_owned(), table, sums })
    }

    /// Returns the number of rows.
    pub fn rows(&self) -> usize {
        self.table.rows()
    }

    /// Returns `rows` and the sum of every summed column, by name.
    pub const fn aggregates(&self) -> &BTreeMap<String, Value> {
        &self.sums
    }

    /// Returns a cell as a count of its smallest unit; `None` if it is empty or not there.
    pub fn number(&self, column: &str, row: usize) -> Option<i64> {
        self.table.number(column, row)
    }

    /// Returns a cell as a word; empty if it is not there.
    pub fn word(&self, column: &str, row: usize) -> &str {
        self.table.word(column, row)
    }

    /// Returns a cell as a date; `None` if it is empty or not there.
    pub fn date(&self, column: &str, row: usize) -> Option<Date> {
        self.table.date(column, row)
    }

    /// Returns the sum of `measure` for each member of `column`: a concentration group. The measure may be `rows`.
    ///
    /// # Errors
    /// [`AssetsError::TooManyMembers`] above [`MEMBERS_MAX`], [`AssetsError::Setting`] if a column is not on the tape,
    /// [`AssetsError::Number`] if a sum does not fit.
    pub fn groups(&self, column: &str, measure: &str) -> Result<BTreeMap<String, Value>, AssetsError> {
        self.require_words(column)?;
        self.require_members(column)?;
        let kind = self.require_measure(measure)?;
        let mut sums: BTreeMap<String, i64> = BTreeMap::new();
        for row in 0..self.rows() {
            let part = if measure == "rows" { QUANTITY_ONE } else { self.number(measure, row).unwrap_or(0) };
            let sum = sums.entry(self.word(column, row).to_owned()).or_insert(0);
            *sum = checked_add(*sum, part).during(&format!("the sum of tape column `{measure}`"))?;
        }
        if sums.len() > MEMBERS_MAX {
            let (column, found) = (column.to_owned(), sums.len());
            return Err(AssetsError::TooManyMembers { column, found, limit: MEMBERS_MAX });
        }
        Ok(sums.into_iter().map(|(member, sum)| (member, typed(kind, sum))).collect())
    }

    /// Lists every row that a kind of collateral cannot use.
    pub(crate) fn require_rows<'a>(
        &self,
        check: impl Fn(usize) -> Option<(&'a str, String)>,
    ) -> Result<(), AssetsError> {
        let fail = |row| {
            let (column, problem) = check(row)?;
            Some(RowError { line: self.table.line(row), column: column.to_owned(), problem })
        };
        let errors: Vec<RowError> = (0..self.rows()).filter_map(fail).collect();
        if errors.is_empty() {
            return Ok(());
        }
        Err(AssetsError::Table(TableErrors { file: self.file.clone(), errors }))
    }

    fn column(&self, name: &str) -> Option<&Column> {
        self.table.schema.columns.iter().find(|column| column.name == name)
    }

    fn require_words(&self, name: &str) -> Result<(), AssetsError> {
        match self.column(name) {
            Some(column) if column.kind == ColumnKind::Text => Ok(()),
            _ => Err(AssetsError::setting("tape", format!("`{name}` is not a text column of the tape"))),
        }
    }

    /// A row without a member would count for nobody.
    fn require_members(&self, column: &str) -> Result<(), AssetsError> {
        let problem = "is empty; name the member, or take the column out of the groups";
        self.require_rows(|row| self.word(column, row).is_empty().then(|| (column, problem.to_owned())))
    }

    fn require_measure(&self, name: &str) -> Result<ColumnKind, AssetsError> {
        match self.column(name) {
            _ if name == "rows" => Ok(ColumnKind::Quantity),
            Some(column) if column.summed => Ok(column.kind),
            _ => Err(AssetsError::setting("tape", format!("`{name}` is not a summed column of the tape"))),
        }
    }

    /// Returns the identity of each row's machine, lease or system: the SHA-256 of its name, which is the first column of
    /// words that differ in every row. A tape without names has its own hash and the row's position instead.
    pub fn identities(&self) -> Vec<[u8; 32]> {
        let words =
            |column: &str| (0..self.rows()).map(|row| self.word(column, row)).collect::<BTreeSet<_>>();
        let is_name = |column: &&Column| {
            let words = words(&column.name);
            words.len() == self.rows() && !words.contains("")
        };
        let name = self.table.schema.columns.iter().find(is_name);
        let tape = self.hash();
        let identity = |row: usize| match name {
            Some(column) => Sha256::digest(self.word(&column.name, row)).into(),
            None => Sha256::new().chain_update(tape).chain_update(row.to_string()).finalize().into(),
        };
        (0..self.rows()).map(identity).collect()
    }

    /// Returns the SHA-256 of the tape's meaning: declared columns in their order, every number in its smallest unit.
    ///
    /// Spaces, quotes, trailing zeros and the order of columns do not change it; the order of rows does.
    pub fn hash(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        for column in &self.table.schema.columns {
            absorb(&mut hash, column.name.as_bytes());
        }
        for row in 0..self.rows() {
            for column in &self.table.schema.columns {
                match self.number(&column.name, row) {
                    Some(number) => absorb(&mut hash, number.to_string().as_bytes()),
                    None => absorb(&mut hash, self.word(&column.name, row).as_bytes()),
                }
            }
        }
        hash.finalize().into()
    }
}

/// The length first, so that no two tapes run together into the same bytes.
fn absorb(hash: &mut Sha256, bytes: &[u8]) {
    hash.update(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_le_bytes());
    hash.update(bytes);
}

fn sum(table: &Table, column: &str, rows: impl Iterator<Item = usize>) -> Result<i64, AssetsError> {
    let mut numbers = rows.filter_map(|row| table.number(column, row));
    numbers.try_fold(0, checked_add).during(&format!("the sum of tape column `{column}`"))
}

const fn typed(kind: ColumnKind, units: i64) -> Value {
    match kind {
        ColumnKind::Amount => Value::Amount(Amount::new(units)),
        ColumnKind::Rate | ColumnKind::Percent => Value::Rate(Rate::new(units)),
        ColumnKind::Quantity | ColumnKind::Text | ColumnKind::Date => Value::Quantity(Quantity::new(units)),
    }
}

#[cfg(test)]
#[path = "tape_tests.rs"]
mod tests;
