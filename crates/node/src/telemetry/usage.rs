//! What devices did, a row a device and day, so that a period of a large deal is summed from rows and not from readings.
//!
//! The table follows from the batches and is made of them, a few at a time. A reading counts on the day on which its slot
//! begins. Places with two readings are void: the slots of both are left out, which is worked out when a sum is asked
//! for, because evidence may come later than the reading.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{AnyConnection, Row};

use super::kept::{self, Run};
use super::reading::{Body, DeviceId, Direction, RECORD_BYTES, Reading, Record, Slot};
use crate::NodeError;
use crate::store::{Change, Database, run};

/// Seconds of a day.
const DAY: u64 = 86_400;

/// Batches of one transaction.
const BATCHES: i64 = 64;

/// Under which name the table remembers how far it got.
const NAME: &str = "usage 1";

/// What a device did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Seconds of the slots for which it has readings that count.
    pub seconds: u64,
    /// Microseconds in which it worked: of each slot the share that it was utilised.
    pub busy_microseconds: u64,
    /// Energy that a meter measured as load.
    pub watt_hour: u64,
}

impl Usage {
    fn of(reading: &Reading) -> Self {
        let seconds = u64::from(reading.slot.seconds);
        match reading.body {
            Body::Gpu(gpu) => Self {
                seconds,
                busy_microseconds: seconds.saturating_mul(u64::from(gpu.utilisation_ppm)),
                watt_hour: 0,
            },
            Body::Meter(meter) if meter.direction == Direction::Load => {
                Self { seconds, busy_microseconds: 0, watt_hour: meter.interval_watt_hour }
            }
            _ => Self { seconds, ..Self::default() },
        }
    }

    fn add(&mut self, other: Self) {
        self.seconds = self.seconds.saturating_add(other.seconds);
        self.busy_microseconds = self.busy_microseconds.saturating_add(other.busy_microseconds);
        self.watt_hour = self.watt_hour.saturating_add(other.watt_hour);
    }
}

/// Adds the batches that came since the last time, at most a few; returns whether there are more.
///
/// # Errors
/// [`NodeError::Database`]; then nothing was added.
pub async fn tally(database: &Database) -> Result<bool, NodeError> {
    let mut transaction = database.begin().await?;
    let place = sqlx::query("SELECT sequence FROM projections WHERE name = $1").bind(NAME);
    let place = place.fetch_optional(&mut *transaction).await?;
    let place: i64 = place.map_or(Ok(0), |row| row.try_get("sequence"))?;
    let rows = sqlx::query("SELECT id, records FROM batches WHERE id > $1 ORDER BY id LIMIT $2");
    let rows = rows.bind(place).bind(BATCHES).fetch_all(&mut *transaction).await?;
    let Some(last) = rows.last() else { return Ok(false) };
    let last: i64 = last.try_get("id")?;
    let mut sums: BTreeMap<(DeviceId, u64), Usage> = BTreeMap::new();
    for row in &rows {
        for reading in readings(&row.try_get::<Vec<u8>, _>("records")?)? {
            sums.entry((reading.device, reading.slot.start / DAY)).or_default().add(Usage::of(&reading));
        }
    }
    let mut changes = sums.into_iter().map(added).collect::<Result<Vec<_>, _>>()?;
    let keep = "INSERT INTO projections (name, sequence) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET sequence = $2";
    changes.push(Change { sql: keep, values: vec![NAME.into(), last.into()] });
    run(&mut transaction, changes).await?;
    transaction.commit().await?;
    Ok(rows.len() == usize::try_from(BATCHES).unwrap_or(usize::MAX))
}

fn readings(records: &[u8]) -> Result<Vec<Reading>, NodeError> {
    let broken = || NodeError::broken("a batch");
    let read = |bytes| Record::from_slice(bytes).and_then(|record| record.reading().ok()).ok_or_else(broken);
    records.chunks(RECORD_BYTES).map(read).collect()
}

fn added(((device, day), usage): ((DeviceId, u64), Usage)) -> Result<Change, NodeError> {
    let sql = "INSERT INTO usage (device, day, seconds, busy_microseconds, watt_hour) VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT (device, day) DO UPDATE SET seconds = usage.seconds + $3, \
               busy_microseconds = usage.busy_microseconds + $4, watt_hour = usage.watt_hour + $5";
    let numbers = [day, usage.seconds, usage.busy_microseconds, usage.watt_hour];
    let mut values = vec![device.0.into()];
    for value in numbers {
        values.push(integer(value)?.into());
    }
    Ok(Change { sql, values })
}

/// What devices did from one day (since 1970) to before another. A device without readings is not in the answer.
///
/// # Errors
/// [`NodeError::Database`].
pub async fn usage(
    database: &Database,
    devices: &BTreeSet<DeviceId>,
    (from, to): (u64, u64),
) -> Result<BTreeMap<DeviceId, Usage>, NodeError> {
    let mut connection = database.pool().acquire().await?;
    let select = "SELECT device, CAST(SUM(seconds) AS BIGINT) AS seconds, \
                  CAST(SUM(busy_microseconds) AS BIGINT) AS busy, CAST(SUM(watt_hour) AS BIGINT) AS watt_hour \
                  FROM usage WHERE day >= $1 AND day < $2 GROUP BY device";
    let rows =
        sqlx::query(select).bind(integer(from)?).bind(integer(to)?).fetch_all(&mut *connection).await?;
    let mut found = BTreeMap::new();
    for row in rows {
        let device = device_of(&row.try_get::<Vec<u8>, _>("device")?)?;
        let number = |column: &str| -> Result<u64, NodeError> {
            u64::try_from(row.try_get::<i64, _>(column)?).map_err(|_| NodeError::broken("usage"))
        };
        if devices.contains(&device) {
            let (seconds, busy_microseconds) = (number("seconds")?, number("busy")?);
            found.insert(device, Usage { seconds, busy_microseconds, watt_hour: number("watt_hour")? });
        }
    }
    for (device, void) in void(&mut connection, devices).await? {
        if let Some(usage) = found.get_mut(&device) {
            *usage = exact(&mut connection, (device, &void), (from * DAY, to * DAY)).await?;
        }
    }
    Ok(found)
}

/// The slots of both readings wherever a device signed two for one place.
async fn void(
    connection: &mut AnyConnection,
    devices: &BTreeSet<DeviceId>,
) -> Result<BTreeMap<DeviceId, Vec<Slot>>, NodeError> {
    let select = "SELECT device, record, taken FROM evidence WHERE kind IN ('sequence', 'slot')";
    let mut found: BTreeMap<DeviceId, Vec<Slot>> = BTreeMap::new();
    for row in sqlx::query(select).fetch_all(connection).await? {
        let device = device_of(&row.try_get::<Vec<u8>, _>("device")?)?;
        if !devices.contains(&device) {
            continue;
        }
        for column in ["record", "taken"] {
            let bytes: Vec<u8> = row.try_get(column)?;
            let reading = Record::from_slice(&bytes).and_then(|record| record.reading().ok());
            found.entry(device).or_default().extend(reading.map(|reading| reading.slot));
        }
    }
    Ok(found)
}

/// The same from the readings themselves, without those that share a second with a void slot.
async fn exact(
    connection: &mut AnyConnection,
    (device, void): (DeviceId, &[Slot]),
    (from, to): (u64, u64),
) -> Result<Usage, NodeError> {
    let select =
        "SELECT * FROM runs WHERE device = $1 AND slot_end > $2 AND slot_start < $3 ORDER BY last_sequence";
    let rows = sqlx::query(select).bind(device.0.to_vec()).bind(integer(from)?).bind(integer(to)?);
    let mut sum = Usage::default();
    for row in rows.fetch_all(&mut *connection).await? {
        for record in kept::records(connection, &Run::read(&row)?).await? {
            let reading = record.reading().map_err(|_| NodeError::broken("a run"))?;
            let counts = (from..to).contains(&reading.slot.start);
            if counts && !void.iter().any(|slot| slot.overlaps(reading.slot)) {
                sum.add(Usage::of(&reading));
            }
        }
    }
    Ok(sum)
}

fn device_of(bytes: &[u8]) -> Result<DeviceId, NodeError> {
    bytes.try_into().map(DeviceId).map_err(|_| NodeError::broken("a device"))
}

fn integer(value: u64) -> Result<i64, NodeError> {
    i64::try_from(value).map_err(|error| NodeError::value("usage", error))
}
