//! Servicing: what was really collected and reported, as a CSV of observations.

use crate::error::AssetsError;
use crate::number::parse_percent;
use crate::observation::{Observation, ObservationKind, Provenance, Value};
use crate::table::{Column, ColumnKind, RowError, Schema, Table, TableErrors};
use std::collections::BTreeMap;
use units::{Amount, Date, QUANTITY_DECIMALS, Quantity, parse_scaled};

/// Reads observations: columns `date`, `name`, `value` and, if wanted, `member`, `unit`, `kind` and `source`.
///
/// `unit` is `amount`, `rate`, `quantity` or `flag`; where it is empty the unit in `known` holds, and cash is an
/// amount. `kind` is `receipt`, `report` or `restate`; where it is empty, names in `known` are what they are there.
///
/// # Errors
/// [`AssetsError::Table`] with every bad cell.
pub fn parse_observations(
    file: &str,
    bytes: &[u8],
    (decimals, known): (u8, &BTreeMap<String, (ObservationKind, Value)>),
) -> Result<Vec<Observation>, AssetsError> {
    let table = Table::parse(file, bytes, &schema(decimals)).map_err(AssetsError::Table)?;
    let (mut observations, mut errors) = (Vec::new(), Vec::new());
    for row in 0..table.rows() {
        match observation(&table, row, (decimals, known)) {
            Ok(observation) => observations.push(observation),
            Err(problems) => errors.extend(problems.into_iter().map(|(column, problem)| RowError {
                line: table.line(row),
                column: column.to_owned(),
                problem,
            })),
        }
    }
    if errors.is_empty() {
        Ok(observations)
    } else {
        Err(AssetsError::Table(TableErrors { file: file.to_owned(), errors }))
    }
}

/// Dates are read row by row, like the values: so that whatever is wrong with a file is listed at once.
fn schema(decimals: u8) -> Schema {
    let columns = vec![
        Column::required("date", ColumnKind::Text),
        Column::required("name", ColumnKind::Text),
        Column::optional("member", ColumnKind::Text),
        Column::required("value", ColumnKind::Text),
        Column::optional("unit", ColumnKind::Text),
        Column::optional("kind", ColumnKind::Text),
        Column::optional("source", ColumnKind::Text),
    ];
    Schema { columns, key: None, decimals }
}

type Problem = (&'static str, String);

fn observation(
    table: &Table,
    row: usize,
    terms: (u8, &BTreeMap<String, (ObservationKind, Value)>),
) -> Result<Observation, Vec<Problem>> {
    let (date, (kind, value)) = match (date(table.word("date", row)), what(table, row, terms)) {
        (Ok(date), Ok(what)) => (date, what),
        (date, what) => return Err(date.err().into_iter().chain(what.err()).collect()),
    };
    Ok(Observation {
        date,
        name: table.word("name", row).to_owned(),
        member: Some(table.word("member", row).to_owned()).filter(|member| !member.is_empty()),
        value,
        kind,
        provenance: Provenance::Observed,
        source: match table.word("source", row) {
            "" => "servicer".to_owned(),
            source => source.to_owned(),
        },
    })
}

fn date(text: &str) -> Result<Date, Problem> {
    text.parse().map_err(|error| ("date", format!("`{text}`: {error}")))
}

/// What kind of observation a row is, and its value.
fn what(
    table: &Table,
    row: usize,
    (decimals, known): (u8, &BTreeMap<String, (ObservationKind, Value)>),
) -> Result<(ObservationKind, Value), Problem> {
    let like = known.get(table.word("name", row));
    let kind = kind(table.word("kind", row), like.map(|(kind, _)| *kind))?;
    let unit = unit(table.word("unit", row), kind, like.map(|(_, value)| *value))?;
    let value = value(table.word("value", row), unit, decimals)?;
    if kind == ObservationKind::Receipt && value.units() < 0 {
        return Err(("value", "cash cannot be negative; correct earlier cash with kind restate".to_owned()));
    }
    Ok((kind, value))
}

fn kind(word: &str, known: Option<ObservationKind>) -> Result<ObservationKind, Problem> {
    match (word, known) {
        ("receipt", _) => Ok(ObservationKind::Receipt),
        ("report", _) => Ok(ObservationKind::Report),
        ("restate", _) => Ok(ObservationKind::Restate),
        ("", Some(kind)) => Ok(kind),
        ("", None) => Err(("kind", "the collateral has no such name: write receipt or report".to_owned())),
        (other, _) => Err(("kind", format!("`{other}`: write receipt, report or restate"))),
    }
}

/// Returns a value whose variant says the unit.
fn unit(word: &str, kind: ObservationKind, known: Option<Value>) -> Result<Value, Problem> {
    match (word, known) {
        ("amount", _) => Ok(Value::Amount(Amount::ZERO)),
        ("rate", _) => Ok(Value::Rate(units::Rate::ZERO)),
        ("quantity", _) => Ok(Value::Quantity(Quantity::ZERO)),
        ("flag", _) => Ok(Value::Flag(false)),
        ("", Some(value)) => Ok(value),
        ("", None) if kind == ObservationKind::Receipt => Ok(Value::Amount(Amount::ZERO)),
        ("", None) => Err(("unit", "write amount, rate, quantity or flag".to_owned())),
        (other, _) => Err(("unit", format!("`{other}`: write amount, rate, quantity or flag"))),
    }
}

fn value(text: &str, unit: Value, decimals: u8) -> Result<Value, Problem> {
    let parsed = match (unit, text) {
        (Value::Amount(_), _) => parse_scaled(text, decimals).map(|units| Value::Amount(Amount::new(units))),
        (Value::Rate(_), _) => parse_percent(text).map(Value::Rate),
        (Value::Quantity(_), _) => {
            parse_scaled(text, QUANTITY_DECIMALS).map(|units| Value::Quantity(Quantity::new(units)))
        }
        (Value::Flag(_), "true" | "yes" | "1") => Ok(Value::Flag(true)),
        (Value::Flag(_), "false" | "no" | "0") => Ok(Value::Flag(false)),
        (Value::Flag(_), _) => return Err(("value", format!("`{text}`: write true or false"))),
    };
    parsed.map_err(|error| ("value", format!("`{text}`: {error}")))
}

/// Puts real observations in the place of modelled ones: for each name and member, up to the last date it was really
/// observed.
///
/// Corrections are added and replace nothing.
pub fn replace(modelled: Vec<Observation>, real: Vec<Observation>) -> Vec<Observation> {
    let of = |observation: &Observation| (observation.name.clone(), observation.member.clone());
    let mut last: BTreeMap<(String, Option<String>), Date> = BTreeMap::new();
    for observation in real.iter().filter(|observation| observation.kind != ObservationKind::Restate) {
        let date = last.entry(of(observation)).or_insert(observation.date);
        *date = observation.date.max(*date);
    }
    let stays =
        |observation: &Observation| last.get(&of(observation)).is_none_or(|date| observation.date > *date);
    let mut all: Vec<Observation> = modelled.into_iter().filter(stays).chain(real).collect();
    all.sort_by_key(|observation| observation.date);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> BTreeMap<String, (ObservationKind, Value)> {
        BTreeMap::from([
            ("rent".to_owned(), (ObservationKind::Receipt, Value::Amount(Amount::ZERO))),
            ("uptime".to_owned(), (ObservationKind::Report, Value::Rate(units::Rate::ZERO))),
        ])
    }

    fn check(rows: &str, expected: &str) {
        let text = format!("date,name,member,value,unit,kind\n{rows}");
        let shown = match parse_observations("o.csv", text.as_bytes(), (2, &known())) {
            Ok(read) => read.iter().map(|o| format!("{:?} {} ", o.kind, o.value.units())).collect(),
            Err(error) => error.to_string(),
        };
        assert!(shown.contains(expected), "{rows}: {shown}");
    }

    #[test]
    fn rows_of_collections() {
        check("2026-01-15,rent,,10.50,,\n", "Receipt 1050");
        check("2026-01-15,rent,,-10.50,,restate\n", "Restate -1050");
        check("2026-01-15,rent,,-10.50,,\n", "cash cannot be negative");
        check("2026-01-15,uptime,,97.5 %,,\n", "Report 975000000");
        check("2026-01-15,repair,,3,,receipt\n", "Receipt 300");
        check("2026-01-15,repair,,3,,\n", "line 2, column `kind`");
        check("2026-01-15,repair,,3,,report\n", "line 2, column `unit`");
        check("2026-01-15,broken,,true,flag,report\n", "Report 1");
        check("2026-01-15,broken,,maybe,flag,report\n", "write true or false");
        check("2026-01-15,rent,,ten,,\n2026-01-15,rent,,1,,gift\n", "2 bad cells");
        check("2026-13-15,rent,,ten,,\n2026-01-15,rent,,1,,gift\n", "3 bad cells");
        check("2026-1-15,rent,,1,,\n", "line 2, column `date`: `2026-1-15`: not a date");
    }

    #[test]
    fn real_numbers_take_the_place_of_modelled_ones() {
        let make = |day: u32, units: i64, kind| Observation {
            date: Date::from_ymd(2026, 1, day).unwrap(),
            name: "rent".to_owned(),
            member: None,
            value: Value::Amount(Amount::new(units)),
            kind,
            provenance: Provenance::Derived,
            source: String::new(),
        };
        use ObservationKind::{Receipt, Restate};
        let modelled = vec![make(1, 10, Receipt), make(2, 20, Receipt), make(3, 30, Receipt)];
        let real = vec![make(2, 25, Receipt), make(3, -1, Restate)];
        let values: Vec<i64> = replace(modelled, real).iter().map(|o| o.value.units()).collect();
        assert_eq!(values, [25, 30, -1]);
    }
}
