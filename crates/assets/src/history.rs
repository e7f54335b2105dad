//! Series of published points. Kinds are never mixed silently: a series declares each splice.

use crate::error::{AssetsError, While};
use crate::number::{Day, Percent};
use crate::observation::{Provenance, Value};
use crate::table::{Column, ColumnKind, Schema, Table};
use serde::Deserialize;
use std::collections::BTreeMap;
use units::{Amount, Date, Quantity, RATE_ONE, Rate, Rounding, checked_add, checked_sub, mul_div};

/// What the numbers of a series are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SeriesUnit {
    /// Money for one whole of something.
    Amount,
    /// A rate or share, written `5 %`.
    Rate,
    /// A rate written as a bare number of per cent.
    Percent,
    /// A number that is no money.
    Quantity,
}

impl SeriesUnit {
    const fn column(self) -> ColumnKind {
        match self {
            Self::Amount => ColumnKind::Amount,
            Self::Rate => ColumnKind::Rate,
            Self::Percent => ColumnKind::Percent,
            Self::Quantity => ColumnKind::Quantity,
        }
    }

    /// Returns a number of this series as a value.
    pub const fn value(self, units: i64) -> Value {
        match self {
            Self::Amount => Value::Amount(Amount::new(units)),
            Self::Rate | Self::Percent => Value::Rate(Rate::new(units)),
            Self::Quantity => Value::Quantity(Quantity::new(units)),
        }
    }
}

/// What holds between two points of one segment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Between {
    /// A straight line, in days.
    #[default]
    Line,
    /// The earlier point.
    Carry,
}

/// What happens after the last point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Growth {
    /// The last value holds.
    #[default]
    Hold,
    /// It changes by this rate every whole month.
    Monthly(Rate),
}

impl<'de> Deserialize<'de> for Growth {
    fn deserialize<D: serde::Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let text = String::deserialize(input)?;
        Self::parse(&text).ok_or_else(|| {
            serde::de::Error::custom(format_args!(
                "`{text}` is no growth; write `hold`, `rise 1 % a month` or `decline 2 % a month`"
            ))
        })
    }
}

impl Growth {
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text == "hold" {
            return Some(Self::Hold);
        }
        let (verb, rest) = text.split_once(' ')?;
        let rate = crate::number::parse_percent(rest.strip_suffix("a month")?).ok()?;
        let whole = (0..=RATE_ONE).contains(&rate.units());
        match verb {
            "rise" if whole => Some(Self::Monthly(rate)),
            "decline" if whole => Some(Self::Monthly(Rate::new(rate.units().saturating_neg()))),
            _ => None,
        }
    }
}

/// One declared part of a series.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Segment {
    /// The kind of the points it takes.
    pub kind: String,
    /// First date of the points it takes; the beginning of the file if not given.
    pub from: Option<Day>,
    /// Last date of the points it takes; the end of the file if not given.
    pub to: Option<Day>,
    /// The declared conversion: points are multiplied by it and become derived.
    #[serde(default = "whole")]
    pub times: Percent,
    /// Whether a straight line joins the segment before to this one; else the last value is carried up to the first
    /// point here.
    #[serde(default)]
    pub bridge: bool,
}

const fn whole() -> Percent {
    Percent::ONE
}

/// A point written in the case itself.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InlinePoint {
    /// Its date.
    pub date: Day,
    /// Its value, in quotes, in the unit of the series.
    pub value: String,
    /// Who says so.
    pub source: String,
    /// `observed`, `derived`, `secondary` or `assumed`.
    #[serde(default = "assumed")]
    pub basis: String,
}

fn assumed() -> String {
    "assumed".to_owned()
}

/// A series as a case declares it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeriesSpec {
    /// A table of points; see the README for its columns.
    pub file: Option<String>,
    /// What the numbers are.
    pub unit: SeriesUnit,
    /// What holds between two points.
    #[serde(default)]
    pub between: Between,
    /// What happens after the last point.
    #[serde(default)]
    pub after: Growth,
    /// Points before all others, such as the purchase price of the machines.
    #[serde(default)]
    pub points: Vec<InlinePoint>,
    /// The parts, in the order of time. Inline points come first and are of the kind `stated`.
    #[serde(default)]
    pub splice: Vec<Segment>,
}

/// A published or stated number.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Point {
    date: Date,
    value: i64,
    provenance: Provenance,
    kind: String,
    segment: usize,
    /// Joined to the point before by a straight line.
    joined: bool,
    source: String,
}

/// A series that can be read at any date from its first point on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    name: String,
    unit: SeriesUnit,
    after: Growth,
    points: Vec<Point>,
}

/// The value of a series on a date, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// In the smallest unit.
    pub value: i64,
    /// How it came about.
    pub provenance: Provenance,
    /// The source of the point it rests on.
    pub source: String,
}

/// Where one kind of points ends and another begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Splice {
    /// The series.
    pub series: String,
    /// The kind that ends.
    pub from: String,
    /// Its last point.
    pub last: Date,
    /// The kind that begins.
    pub to: String,
    /// Its first point.
    pub first: Date,
    /// Whether a straight line joins them.
    pub bridged: bool,
}

impl Series {
    /// Builds a series from its declaration and the bytes of its file.
    ///
    /// # Errors
    /// [`AssetsError`] if the file or the declaration is bad, or if no point is left.
    pub fn build(name: &str, spec: &SeriesSpec, (bytes, decimals): (&[u8], u8)) -> Result<Self, AssetsError> {
        let mut points = stated(name, spec, decimals)?;
        if let Some(file) = &spec.file {
            let schema = schema(spec.unit, decimals);
            let table = Table::parse(file, bytes, &schema).map_err(AssetsError::Table)?;
            for (index, segment) in spec.splice.iter().enumerate() {
                points.extend(take(&table, segment, index.saturating_add(1))?);
            }
        }
        let series = Self { name: name.to_owned(), unit: spec.unit, after: spec.after, points };
        series.require_order()?;
        Ok(series.with_between(spec.between))
    }

    fn require_order(&self) -> Result<(), AssetsError> {
        let place = || format!("history.{}", self.name);
        if self.points.is_empty() {
            return Err(AssetsError::setting(
                place(),
                "has no point; check the kinds and dates of its splice",
            ));
        }
        match self.points.windows(2).find(|pair| matches!(pair, [a, b] if b.date <= a.date)) {
            Some([a, b]) => Err(AssetsError::setting(
                place(),
                format!(
                    "the {} point of {} does not come after the {} point of {}; let the splices follow each other",
                    b.kind, b.date, a.kind, a.date
                ),
            )),
            _ => Ok(self),
        }
        .map(|_| ())
    }

    /// Within a segment `between` decides; across a splice only its `bridge` does.
    fn with_between(mut self, between: Between) -> Self {
        let segments: Vec<usize> = self.points.iter().map(|point| point.segment).collect();
        for (point, before) in self.points.iter_mut().skip(1).zip(segments) {
            if point.segment == before {
                point.joined = between == Between::Line;
            }
        }
        self
    }

    /// Replaces what happens after the last point.
    #[must_use]
    pub(crate) fn with_growth(self, after: Growth) -> Self {
        Self { after, ..self }
    }

    /// Returns what the numbers are.
    pub const fn unit(&self) -> SeriesUnit {
        self.unit
    }

    /// Returns the date of the last point.
    pub fn last(&self) -> Option<Date> {
        self.points.last().map(|point| point.date)
    }

    /// Returns where kinds change.
    pub fn splices(&self) -> Vec<Splice> {
        let differ = |pair: &&[Point]| matches!(pair, [a, b] if a.segment != b.segment);
        self.points.windows(2).filter(differ).filter_map(|pair| self.splice(pair)).collect()
    }

    fn splice(&self, pair: &[Point]) -> Option<Splice> {
        let [a, b] = pair else { return None };
        Some(Splice {
            series: self.name.clone(),
            from: a.kind.clone(),
            last: a.date,
            to: b.kind.clone(),
            first: b.date,
            bridged: b.joined,
        })
    }

    /// Returns the value known for the time after `since` up to and including `date`.
    ///
    /// A point inside that time is the value, observed. Else the value lies on the line between its neighbours, or is
    /// carried from the last point.
    ///
    /// # Errors
    /// [`AssetsError::NoValue`] before the first point, [`AssetsError::Number`] if the value does not fit.
    pub fn reading(&self, since: Date, date: Date) -> Result<Reading, AssetsError> {
        let next = self.points.partition_point(|point| point.date <= date);
        let before = next.checked_sub(1).and_then(|index| self.points.get(index));
        let Some(before) = before else {
            let first = self.points.first().map_or(date, |point| point.date);
            return Err(AssetsError::NoValue { series: self.name.clone(), date, first });
        };
        let of = |value, provenance| Reading { value, provenance, source: before.source.clone() };
        match self.points.get(next) {
            _ if before.date > since || before.date == date => Ok(of(before.value, before.provenance)),
            Some(after) if after.joined => Ok(of(self.line(before, after, date)?, Provenance::Interpolated)),
            Some(_) => Ok(of(before.value, Provenance::Carried)),
            None => self.grown(before, date),
        }
    }

    /// Returns the value on one date.
    ///
    /// # Errors
    /// As [`Series::reading`].
    pub fn at(&self, date: Date) -> Result<Reading, AssetsError> {
        self.reading(date, date)
    }

    fn line(&self, a: &Point, b: &Point, date: Date) -> Result<i64, AssetsError> {
        let gone = i64::from(a.date.days_until(date));
        let whole = i64::from(a.date.days_until(b.date));
        checked_sub(b.value, a.value)
            .and_then(|rise| mul_div(rise, gone, whole, Rounding::Down))
            .and_then(|part| checked_add(a.value, part))
            .during(&format!("history.{} on {date}", self.name))
    }

    fn grown(&self, last: &Point, date: Date) -> Result<Reading, AssetsError> {
        let (value, provenance) = match self.after {
            Growth::Hold => (last.value, Provenance::Carried),
            Growth::Monthly(rate) => {
                let value = compounded(last.value, rate, months_between(last.date, date))
                    .during(&format!("history.{} on {date}", self.name))?;
                (value, Provenance::Assumed)
            }
        };
        Ok(Reading { value, provenance, source: last.source.clone() })
    }
}

/// Returns whole months from `from` to `to`.
pub(crate) fn months_between(from: Date, to: Date) -> u32 {
    let ((from_year, from_month, from_day), (to_year, to_month, to_day)) = (from.ymd(), to.ymd());
    let count = |year: i32, month: u32| i64::from(year).saturating_mul(12).saturating_add(i64::from(month));
    let months = count(to_year, to_month).saturating_sub(count(from_year, from_month));
    let months = if to_day < from_day { months.saturating_sub(1) } else { months };
    u32::try_from(months.max(0)).unwrap_or(u32::MAX)
}

/// Grows `value` by `rate` for each of `times`, rounded down each time.
pub(crate) fn compounded(value: i64, rate: Rate, times: u32) -> Result<i64, units::UnitsError> {
    let factor = checked_add(RATE_ONE, rate.units())?;
    (0..times).try_fold(value, |value, _| mul_div(value, factor, RATE_ONE, Rounding::Down))
}

fn schema(unit: SeriesUnit, decimals: u8) -> Schema {
    let columns = vec![
        Column::required("date", ColumnKind::Date),
        Column::required("kind", ColumnKind::Text),
        Column::required("value", unit.column()),
        Column::optional("low", unit.column()),
        Column::optional("high", unit.column()),
        Column::optional("basis", ColumnKind::Text),
        Column::required("source", ColumnKind::Text),
    ];
    Schema { columns, key: None, decimals }
}

fn provenance(basis: &str) -> Option<Provenance> {
    match basis {
        "" | "observed" | "secondary" => Some(Provenance::Observed),
        "derived" => Some(Provenance::Derived),
        "assumed" => Some(Provenance::Assumed),
        _ => None,
    }
}

fn basis_error(place: String, basis: &str) -> AssetsError {
    AssetsError::setting(place, format!("basis `{basis}`: write observed, derived, secondary or assumed"))
}

/// The points written in the case.
fn stated(name: &str, spec: &SeriesSpec, decimals: u8) -> Result<Vec<Point>, AssetsError> {
    let place = format!("history.{name}.points");
    let point = |point: &InlinePoint| {
        let value = match spec.unit {
            SeriesUnit::Amount => units::parse_scaled(&point.value, decimals),
            SeriesUnit::Rate => crate::number::parse_percent(&point.value).map(Rate::units),
            SeriesUnit::Percent => units::parse_scaled(&point.value, 7),
            SeriesUnit::Quantity => units::parse_scaled(&point.value, units::QUANTITY_DECIMALS),
        };
        Ok(Point {
            date: point.date.0,
            value: value.during(&place)?,
            provenance: provenance(&point.basis).ok_or_else(|| basis_error(place.clone(), &point.basis))?,
            kind: "stated".to_owned(),
            segment: 0,
            joined: false,
            source: point.source.clone(),
        })
    };
    spec.points.iter().map(point).collect()
}

/// The points of the file that one segment takes.
fn take(table: &Table, segment: &Segment, index: usize) -> Result<Vec<Point>, AssetsError> {
    let mut dated = BTreeMap::new();
    for row in 0..table.rows() {
        let (Some(date), Some(value)) = (table.date("date", row), table.number("value", row)) else {
            continue;
        };
        let early = segment.from.is_some_and(|from| date < from.0);
        let late = segment.to.is_some_and(|to| date > to.0);
        if table.word("kind", row) != segment.kind || early || late {
            continue;
        }
        let place = || format!("history line {}", table.line(row));
        let basis = table.word("basis", row);
        let stated = provenance(basis).ok_or_else(|| basis_error(place(), basis))?;
        let point = Point {
            date,
            value: segment.times.of(value).during(&place())?,
            provenance: if segment.times == Percent::ONE { stated } else { stated.max(Provenance::Derived) },
            kind: segment.kind.clone(),
            segment: index,
            joined: false,
            source: table.word("source", row).to_owned(),
        };
        if dated.insert(date, point).is_some() {
            return Err(AssetsError::setting(place(), format!("a second {} point on {date}", segment.kind)));
        }
    }
    bridge_first(&mut dated, segment.bridge);
    Ok(dated.into_values().collect())
}

/// Rows may stand in any order: only the earliest point of a segment can be bridged to the segment before.
fn bridge_first(dated: &mut BTreeMap<Date, Point>, bridge: bool) {
    for (index, point) in dated.values_mut().enumerate() {
        point.joined = bridge && index == 0;
    }
}

#[cfg(test)]
#[path = "history_tests.rs"]
mod tests;
