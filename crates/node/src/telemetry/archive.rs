//! The archive: closed segments as Parquet files on an object store, for SQL that the node does not have to answer.
//!
//! `readings/kind=gpu/day=2026-11-20/segment-00000001-0000000001.parquet` (segment, first batch): the folders are columns
//! to DuckDB, DataFusion and Spark. A segment's readings never change, so a file that is written twice is the same file.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use arrow_array::{ArrayRef, BinaryArray, Int64Array, RecordBatch, StringArray, TimestampSecondArray};
use chrono::{DateTime, NaiveDate};
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, ObjectStoreScheme, PutPayload, RetryConfig};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use reqwest::Url;
use sqlx::Row;

use super::kept;
use super::reading::{Body, Gpu, Kind, Meter, RECORD_BYTES, Reading, Record, Site};
use crate::store::Database;
use crate::{NodeError, hex};

/// Readings after which a batch ends its file: what is in memory at once.
const FILE_READINGS: usize = 1 << 18;

/// How long an object store may go on failing before it counts as away.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where the archive is.
#[derive(Debug)]
pub struct Archive {
    store: Box<dyn ObjectStore>,
    prefix: Path,
}

/// A store that does not answer soon is asked again with the next round of anchoring, so that a node can stop meanwhile.
fn bucket(address: &Url, options: &[(String, String)]) -> object_store::Result<AmazonS3> {
    let retry = RetryConfig { max_retries: 2, retry_timeout: PATIENCE, ..RetryConfig::default() };
    let mut builder = AmazonS3Builder::new().with_url(address.as_str()).with_retry(retry);
    for (name, value) in options {
        builder = builder.with_config(name.parse()?, value);
    }
    builder.build()
}

/// Readings of one kind and day, with the batch of each.
type Part = Vec<(u64, Record, Reading)>;

impl Archive {
    /// Opens `file:///FOLDER` or `s3://BUCKET/FOLDER`; options are those of the object store, such as
    /// `aws_access_key_id` or `aws_endpoint`.
    ///
    /// # Errors
    /// [`NodeError::Archive`] for another address or option.
    pub fn open(address: &str, options: &[(String, String)]) -> Result<Self, NodeError> {
        // Another part of the process may have chosen already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let address = Url::parse(address).map_err(unwritten)?;
        let (scheme, prefix) = ObjectStoreScheme::parse(&address).map_err(unwritten)?;
        let store: Box<dyn ObjectStore> = match scheme {
            ObjectStoreScheme::AmazonS3 => Box::new(bucket(&address, options).map_err(unwritten)?),
            _ => object_store::parse_url(&address).map_err(unwritten)?.0,
        };
        Ok(Self { store, prefix: Path::parse(prefix).map_err(unwritten)? })
    }

    /// Writes the next closed segment that is not archived and returns its number; nothing if there is none.
    ///
    /// # Errors
    /// [`NodeError::Archive`] or [`NodeError::Database`]; the next call writes the same segment.
    pub async fn write_next(&self, database: &Database, now: u64) -> Result<Option<u64>, NodeError> {
        let mut connection = database.pool().acquire().await?;
        let open = "SELECT id, first_batch, last_batch FROM segments \
                    WHERE anchor <> '' AND id > (SELECT COALESCE(MAX(segment), 0) FROM archived) ORDER BY id LIMIT 1";
        let Some(row) = sqlx::query(open).fetch_optional(&mut *connection).await? else { return Ok(None) };
        let number = |column: &str| -> Result<u64, NodeError> {
            u64::try_from(row.try_get::<i64, _>(column)?).map_err(|_| NodeError::broken("a segment"))
        };
        let (id, batches) = (number("id")?, number("first_batch")?..=number("last_batch")?);
        let mut pile = Pile { first: *batches.start(), ..Pile::default() };
        for batch in batches {
            pile.add(batch, &kept::batch(&mut connection, batch).await?.0)?;
            if pile.readings >= FILE_READINGS {
                self.write(id, std::mem::take(&mut pile)).await?;
                pile.first = batch + 1;
            }
        }
        self.write(id, pile).await?;
        let at = i64::try_from(now).map_err(unwritten)?;
        let done = sqlx::query("INSERT INTO archived (segment, at) VALUES ($1, $2)")
            .bind(row.try_get::<i64, _>("id")?);
        done.bind(at).execute(&mut *connection).await?;
        Ok(Some(id))
    }

    async fn write(&self, segment: u64, pile: Pile) -> Result<(), NodeError> {
        for ((kind, day), part) in pile.parts {
            let name = format!("segment-{segment:08}-{:010}.parquet", pile.first);
            let file = Path::from(format!("readings/kind={}/day={day}/{name}", kind.name()));
            let path = self.prefix.parts().chain(file.parts()).collect();
            self.store.put(&path, PutPayload::from(parquet(kind, &part)?)).await.map_err(unwritten)?;
        }
        Ok(())
    }
}

/// Readings that become files, one for each kind and day.
#[derive(Default)]
struct Pile {
    first: u64,
    readings: usize,
    parts: BTreeMap<(Kind, NaiveDate), Part>,
}

impl Pile {
    fn add(&mut self, batch: u64, records: &[u8]) -> Result<(), NodeError> {
        for bytes in records.chunks(RECORD_BYTES) {
            let broken = || NodeError::broken(format_args!("batch {batch}"));
            let record = Record::from_slice(bytes).ok_or_else(broken)?;
            let reading = record.reading().map_err(|_| broken())?;
            let start = DateTime::from_timestamp(number(reading.slot.start), 0).ok_or_else(broken)?;
            let part = self.parts.entry((reading.body.kind(), start.date_naive())).or_default();
            part.push((batch, record, reading));
            self.readings += 1;
        }
        Ok(())
    }
}

fn parquet(kind: Kind, part: &Part) -> Result<Vec<u8>, NodeError> {
    let mut columns = shared_columns(part);
    columns.extend(match kind {
        Kind::Gpu => gpu_columns(part),
        Kind::Meter => meter_columns(part),
        Kind::Site => site_columns(part),
    });
    let records = BinaryArray::from_iter_values(part.iter().map(|(_, record, _)| record.0));
    columns.push(("record", Arc::new(records)));
    let rows = RecordBatch::try_from_iter(columns).map_err(unwritten)?;
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
    let mut writer = ArrowWriter::try_new(Vec::new(), rows.schema(), Some(properties)).map_err(unwritten)?;
    writer.write(&rows).map_err(unwritten)?;
    writer.into_inner().map_err(unwritten)
}

fn shared_columns(part: &Part) -> Vec<(&'static str, ArrayRef)> {
    let devices =
        StringArray::from_iter_values(part.iter().map(|(_, _, reading)| hex::encode(&reading.device.0)));
    let starts = part.iter().map(|(_, _, reading)| number(reading.slot.start));
    let starts = TimestampSecondArray::from_iter_values(starts).with_timezone("UTC");
    let batches = Int64Array::from_iter_values(part.iter().map(|(batch, _, _)| number(*batch)));
    vec![
        ("device", Arc::new(devices)),
        ("sequence", integers(part, |reading| reading.sequence)),
        ("slot_start", Arc::new(starts)),
        ("slot_seconds", integers(part, |reading| u64::from(reading.slot.seconds))),
        ("batch", Arc::new(batches)),
    ]
}

fn gpu_columns(part: &Part) -> Vec<(&'static str, ArrayRef)> {
    let column = |value: fn(&Gpu) -> u64| {
        integers(part, |reading| if let Body::Gpu(gpu) = &reading.body { value(gpu) } else { 0 })
    };
    vec![
        ("utilisation_ppm", column(|gpu| u64::from(gpu.utilisation_ppm))),
        ("power_milliwatt", column(|gpu| u64::from(gpu.power_milliwatt))),
        ("ecc_corrected", column(|gpu| gpu.ecc_corrected)),
        ("ecc_uncorrected", column(|gpu| gpu.ecc_uncorrected)),
        ("uptime_seconds", column(|gpu| gpu.uptime_seconds)),
        ("energy_millijoule", column(|gpu| gpu.energy_millijoule)),
    ]
}

fn meter_columns(part: &Part) -> Vec<(&'static str, ArrayRef)> {
    let column = |value: fn(&Meter) -> u64| {
        integers(part, |reading| if let Body::Meter(meter) = &reading.body { value(meter) } else { 0 })
    };
    vec![
        ("direction", column(|meter| u64::from(meter.direction.flag()))),
        ("register_watt_hour", column(|meter| meter.register_watt_hour)),
        ("interval_watt_hour", column(|meter| meter.interval_watt_hour)),
    ]
}

fn site_columns(part: &Part) -> Vec<(&'static str, ArrayRef)> {
    let column = |value: fn(&Site) -> u64| {
        integers(part, |reading| if let Body::Site(site) = &reading.body { value(site) } else { 0 })
    };
    vec![
        ("facility_watt_hour", column(|site| site.facility_watt_hour)),
        ("machines_watt_hour", column(|site| site.machines_watt_hour)),
        ("effectiveness_ppm", column(|site| u64::from(site.effectiveness_ppm))),
    ]
}

fn integers(part: &Part, value: impl Fn(&Reading) -> u64) -> ArrayRef {
    Arc::new(Int64Array::from_iter_values(part.iter().map(|(_, _, reading)| number(value(reading)))))
}

/// Every count of a reading is below 2^63: a greater one was refused.
fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn unwritten(error: impl ToString) -> NodeError {
    NodeError::Archive(error.to_string())
}
