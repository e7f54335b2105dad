//! Every path as a row: CSV for a spreadsheet, Parquet for a million of them.

use crate::columns::Columns;
use crate::error::RiskError;
use crate::lives::Deal;
use crate::scenario::Driver;
use parquet::basic::{Repetition, Type as Physical};
use parquet::data_type::FloatType;
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;
use std::io::Write;
use std::sync::Arc;

/// Rows that are written at once.
const GROUP: usize = 1 << 17;

/// A column with its name.
type Named<'a> = (String, &'a [f32]);

/// Classes first, then payees, then drivers.
fn named<'a>(deal: &Deal, columns: &'a Columns) -> Vec<Named<'a>> {
    let mut all: Vec<Named<'a>> = Vec::new();
    for (class, column) in deal.classes.iter().zip(&columns.classes) {
        let parts: [(&str, &[f32]); 6] = [
            ("invested", &column.invested),
            ("received", &column.received),
            ("lost", &column.lost),
            ("yield", &column.yields),
            ("life_years", &column.life),
            ("first_missed_years", &column.short),
        ];
        all.extend(parts.map(|(part, values)| (format!("{}.{part}", class.name), values)));
    }
    let payees = deal.payees.iter().zip(&columns.paid);
    all.extend(payees.map(|(payee, values)| (format!("{}.paid", payee.name), values.as_slice())));
    let felt = deal.exposure.felt();
    let drivers = Driver::ALL.iter().zip(&columns.drivers).filter(|(driver, _)| felt.contains(driver));
    all.extend(drivers.map(|(driver, values)| (format!("mean {}", driver.name()), values.as_slice())));
    all.push(("first_hurt_years".to_owned(), columns.hurt.as_slice()));
    all
}

/// Writes every path as a row of CSV. What is not a number is left empty.
///
/// # Errors
/// [`RiskError::File`] if it cannot be written.
pub fn paths_csv(deal: &Deal, columns: &Columns, out: &mut dyn Write) -> Result<(), RiskError> {
    let refuse =
        |error: csv::Error| RiskError::File { file: "paths.csv".to_owned(), problem: error.to_string() };
    let named = named(deal, columns);
    let mut writer = csv::Writer::from_writer(out);
    let head = std::iter::once("path").chain(named.iter().map(|(name, _)| name.as_str()));
    writer.write_record(head).map_err(refuse)?;
    for path in 0..columns.hurt.len() {
        let cells = named.iter().map(|(_, values)| match values.get(path) {
            Some(value) if value.is_finite() => value.to_string(),
            _ => String::new(),
        });
        writer.write_record(std::iter::once(path.to_string()).chain(cells)).map_err(refuse)?;
    }
    writer.flush().map_err(|error| refuse(error.into()))
}

/// Writes every path as a row of Parquet, in columns of 32-bit floats.
///
/// # Errors
/// [`RiskError::File`] if it cannot be written.
pub fn paths_parquet(deal: &Deal, columns: &Columns, out: impl Write + Send) -> Result<(), RiskError> {
    let refuse = |error: ParquetError| RiskError::File {
        file: "paths.parquet".to_owned(),
        problem: error.to_string(),
    };
    write_parquet(&named(deal, columns), out).map_err(refuse)
}

fn write_parquet(named: &[Named<'_>], out: impl Write + Send) -> Result<(), ParquetError> {
    let field = |(name, _): &Named<'_>| {
        let field = Type::primitive_type_builder(name, Physical::FLOAT);
        Ok(Arc::new(field.with_repetition(Repetition::REQUIRED).build()?))
    };
    let fields = named.iter().map(field).collect::<Result<Vec<_>, ParquetError>>()?;
    let schema = Arc::new(Type::group_type_builder("paths").with_fields(fields).build()?);
    let mut writer = SerializedFileWriter::new(out, schema, Arc::new(WriterProperties::builder().build()))?;
    let rows = named.first().map_or(0, |(_, values)| values.len());
    for first in (0..rows).step_by(GROUP) {
        let mut group = writer.next_row_group()?;
        for (_, values) in named {
            let part = values.get(first..rows.min(first + GROUP)).unwrap_or(&[]);
            let Some(mut column) = group.next_column()? else { break };
            column.typed::<FloatType>().write_batch(part, None, None)?;
            column.close()?;
        }
        group.close()?;
    }
    writer.close().map(|_| ())
}
