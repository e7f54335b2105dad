//! A case with its files: what a deal's runner asks.

use crate::case::Case;
use crate::collected::{parse_observations, replace};
use crate::eligible::EligibleTerms;
use crate::error::AssetsError;
use crate::history::{Series, Splice};
use crate::liquidation::{self, Estate, Horizons, Sale};
use crate::loans::PoolMonth;
use crate::market::{Market, Window, begin};
use crate::model::{Kind, Model};
use crate::observation::{Ledger, Observation, ObservationKind, Period, Provenance, Value};
use crate::scenario::Scenario;
use crate::table::{Column, ColumnKind, Schema};
use crate::tape::Tape;
use std::collections::BTreeMap;
use units::{Amount, Date, Rate};

/// Where a case's files come from: a folder, a browser, a test.
pub trait Files {
    /// Returns the bytes of a file that the case names.
    ///
    /// # Errors
    /// What went wrong, in words.
    fn read(&self, path: &str) -> Result<Vec<u8>, String>;
}

impl Files for BTreeMap<String, Vec<u8>> {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        self.get(path).cloned().ok_or_else(|| "there is no such file".to_owned())
    }
}

/// The collateral of one deal.
#[derive(Clone, Debug)]
pub struct Collateral {
    case: Case,
    kind: Kind,
    tape: Tape,
    market: Market,
    model: Model,
    horizons: Horizons,
    collected: Vec<Observation>,
}

/// What a series said for one period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeriodReading {
    /// Number of the period.
    pub period: u32,
    /// The determination date.
    pub date: Date,
    /// The series.
    pub series: String,
    /// Its value.
    pub value: Value,
    /// Observed, interpolated, carried, …
    pub provenance: Provenance,
    /// The source of the point it rests on.
    pub source: String,
}

/// Everything the collateral says over the life of a deal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Projection {
    /// In the order of their dates.
    pub observations: Vec<Observation>,
    /// Every series in every period, for the report.
    pub readings: Vec<PeriodReading>,
    /// Every place where a series changes its kind.
    pub splices: Vec<Splice>,
}

impl Collateral {
    /// Opens a case with its files. `decimals` are those of the deal's currency; `scenario` takes the place of the
    /// case's own.
    ///
    /// # Errors
    /// [`AssetsError`]: what is wrong, where, and what to do.
    pub fn open(
        case: Case,
        files: &dyn Files,
        decimals: u8,
        scenario: Option<Scenario>,
    ) -> Result<Self, AssetsError> {
        let kind = Kind::of(&case)?;
        let scenario = match (scenario, &case.scenario) {
            (Some(scenario), _) => scenario,
            (None, Some(file)) => Scenario::parse(file, &text(files, file)?)?,
            (None, None) => Scenario::default(),
        };
        kind.require_felt(&scenario)?;
        let market = Market { series: series(&case, files, decimals, &scenario)?, scenario, decimals };
        let tape =
            Tape::parse(&case.tape.file, &read(files, &case.tape.file)?, &schema(&case, kind, decimals)?)?;
        let model = Model::new(&case, &tape, &market)?;
        if tape.rows() == 0 {
            let problem = "has no rows; a deal needs something that backs it".to_owned();
            return Err(AssetsError::File { file: case.tape.file, problem });
        }
        if let Some(terms) = &case.liquidation {
            liquidation::require_terms(terms, &tape, kind == Kind::Loans)?;
        }
        let horizons = horizons(&case, files)?;
        let mut collateral = Self { case, kind, tape, market, model, horizons, collected: Vec::new() };
        collateral.collect(files)?;
        Ok(collateral)
    }

    fn collect(&mut self, files: &dyn Files) -> Result<(), AssetsError> {
        if let Some(file) = self.case.collections.clone() {
            let bytes = read(files, &file)?;
            self.collected = parse_observations(&file, &bytes, (self.market.decimals, &self.outputs()))?;
        }
        Ok(())
    }

    /// Replaces modelled observations by real ones (servicing mode): the bytes of a CSV of observations.
    ///
    /// # Errors
    /// [`AssetsError::Table`] with every bad cell.
    pub fn service(&mut self, file: &str, bytes: &[u8]) -> Result<(), AssetsError> {
        let known = self.outputs();
        self.collected.extend(parse_observations(file, bytes, (self.market.decimals, &known))?);
        Ok(())
    }

    /// Returns the case.
    pub const fn case(&self) -> &Case {
        &self.case
    }

    /// Returns the scenario.
    pub const fn scenario(&self) -> &Scenario {
        &self.market.scenario
    }

    /// Returns the tape.
    pub const fn tape(&self) -> &Tape {
        &self.tape
    }

    /// Returns the concentration groups the case asks for: column → member → sum.
    ///
    /// # Errors
    /// As [`Tape::groups`].
    pub fn groups(&self) -> Result<BTreeMap<String, BTreeMap<String, Value>>, AssetsError> {
        let groups = self.case.tape.groups.iter();
        groups.map(|(column, measure)| Ok((column.clone(), self.tape.groups(column, measure)?))).collect()
    }

    /// Returns every name the collateral can speak of, with its kind and (as a zero value) its unit.
    pub fn outputs(&self) -> BTreeMap<String, (ObservationKind, Value)> {
        let index = self.case.index.iter().filter_map(|(name, series)| {
            let unit = self.market.series.get(series)?.unit();
            Some((name.clone(), (ObservationKind::Report, unit.value(0))))
        });
        let flag = (ObservationKind::Report, Value::Flag(false));
        let value = (ObservationKind::Report, Value::Amount(Amount::ZERO));
        let more = [("operator_default".to_owned(), flag), ("collateral_value".to_owned(), value)];
        let model =
            self.kind.outputs().into_iter().map(|(name, kind, value)| (name.to_owned(), (kind, value)));
        let eligible = self.case.gpu.iter().flat_map(|terms| &terms.eligible).map(EligibleTerms::output);
        model.chain(index).chain(more).chain(eligible).collect()
    }

    /// Returns the last date on which a series was really observed.
    pub fn last_observed(&self) -> Option<Date> {
        self.market.series.values().filter_map(Series::last).max()
    }

    /// Returns what the collateral says in these periods, which follow each other.
    ///
    /// # Errors
    /// [`AssetsError`] if a series has no value or a number does not fit.
    pub fn project(&self, periods: &[Period]) -> Result<Projection, AssetsError> {
        let mut projection = Projection::default();
        let mut modelled = Vec::new();
        let mut since = periods.first().map_or(Date::from_days(0), |first| first.start);
        for period in periods {
            let (window, mut ledger) = begin(period, since);
            self.model.period(&self.market, period, (window, &mut ledger))?;
            self.indices(window, &mut ledger)?;
            self.states(period, &mut ledger)?;
            modelled.append(&mut ledger.entries);
            projection.readings.extend(self.readings(period, window)?);
            since = period.determination;
        }
        projection.observations = replace(modelled, self.collected.clone());
        projection.splices = self.market.series.values().flat_map(Series::splices).collect();
        Ok(projection)
    }

    /// Returns what the index series say on the day of the closing, for coupons that are fixed in advance.
    ///
    /// # Errors
    /// [`AssetsError::NoValue`] if a series begins later.
    pub fn opening(&self, closing: Date) -> Result<Vec<Observation>, AssetsError> {
        let mut ledger = Ledger::new(closing, "model");
        self.indices(Window { since: closing, until: closing }, &mut ledger)?;
        Ok(ledger.entries)
    }

    fn indices(&self, window: Window, ledger: &mut Ledger) -> Result<(), AssetsError> {
        for (name, series) in &self.case.index {
            let reading = self.market.reading(series, window, window.until)?;
            let unit = self.market.series.get(series).map(Series::unit);
            let value = unit.map_or(Value::Flag(false), |unit| unit.value(reading.value));
            ledger.report_from(name, value, (reading.provenance, &reading.source));
        }
        Ok(())
    }

    /// What every kind of collateral reports: the operator's default and the value with time to sell.
    fn states(&self, period: &Period, ledger: &mut Ledger) -> Result<(), AssetsError> {
        let date = period.determination;
        if self.market.scenario.operator_default.is_some() {
            let defaulted = self.market.scenario.defaulted(date);
            ledger.report("operator_default", Value::Flag(defaulted), Provenance::Shocked);
        }
        if let Some(estate) = self.estate() {
            let value = Amount::new(estate.value(date, self.model.owed(date))?);
            ledger.report("collateral_value", Value::Amount(value), Provenance::Derived);
        }
        Ok(())
    }

    fn readings(&self, period: &Period, window: Window) -> Result<Vec<PeriodReading>, AssetsError> {
        let mut readings = Vec::new();
        for (name, series) in &self.market.series {
            let reading = match self.market.reading(name, window, window.until) {
                Err(AssetsError::NoValue { .. }) => continue,
                reading => reading?,
            };
            readings.push(PeriodReading {
                period: period.number,
                date: window.until,
                series: name.clone(),
                value: series.unit().value(reading.value),
                provenance: reading.provenance,
                source: reading.source,
            });
        }
        Ok(readings)
    }

    fn estate(&self) -> Option<Estate<'_>> {
        let terms = self.case.liquidation.as_ref()?;
        Some(Estate { terms, horizons: &self.horizons, tape: &self.tape, market: &self.market })
    }

    /// Returns what the collateral is worth on a date with time to sell; `None` if the case does not say.
    ///
    /// # Errors
    /// [`AssetsError`] if a series has no value or a number does not fit.
    pub fn value(&self, date: Date) -> Result<Option<Amount>, AssetsError> {
        let value = self.estate().map(|estate| estate.value(date, self.model.owed(date)));
        Ok(value.transpose()?.map(Amount::new))
    }

    /// Returns what a sale as the case describes it would leave of this value: all lots sold now, costs paid.
    ///
    /// # Errors
    /// [`AssetsError`] if there is no factor for the horizon or a number does not fit.
    pub fn exit_value(&self, value: Amount) -> Result<Option<Amount>, AssetsError> {
        let left = self.estate().map(|estate| estate.left_of(value.units()));
        Ok(left.transpose()?.map(Amount::new))
    }

    /// Returns the sales that follow when enforcement begins on `entered`; none if the case says nothing of it.
    ///
    /// # Errors
    /// [`AssetsError`] if a series has no value or a number does not fit.
    pub fn liquidation(&self, entered: Date) -> Result<Vec<Sale>, AssetsError> {
        self.estate().map_or(Ok(Vec::new()), |estate| estate.sales(entered, |date| self.model.owed(date)))
    }

    /// Returns what the pool does in each month from its cut-off on; nothing where the collateral is no loans.
    pub fn pool_months(&self) -> &[PoolMonth] {
        self.model.pool_months()
    }

    /// Returns whether the collateral still earns between the beginning of enforcement and the first sale.
    pub fn earns_until_sold(&self) -> bool {
        self.case.liquidation.as_ref().is_some_and(|terms| terms.earns_until_sold)
    }

    /// Returns the share of the value that a sale within so many days brings.
    ///
    /// # Errors
    /// As [`Horizons::factor`].
    pub fn horizon_factor(&self, days: u32) -> Result<Rate, AssetsError> {
        self.horizons.factor(days)
    }
}

fn read(files: &dyn Files, path: &str) -> Result<Vec<u8>, AssetsError> {
    files.read(path).map_err(|problem| AssetsError::File { file: path.to_owned(), problem })
}

fn text(files: &dyn Files, path: &str) -> Result<String, AssetsError> {
    String::from_utf8(read(files, path)?).map_err(|_| AssetsError::File {
        file: path.to_owned(),
        problem: "is not UTF-8 text; save it as UTF-8".to_owned(),
    })
}

fn series(
    case: &Case,
    files: &dyn Files,
    decimals: u8,
    scenario: &Scenario,
) -> Result<BTreeMap<String, Series>, AssetsError> {
    if let Some(name) = scenario.series().find(|name| !case.history.contains_key(*name)) {
        let known: Vec<&str> = case.history.keys().map(String::as_str).collect();
        let problem = format!("the case has no series `{name}`; it has {}", known.join(", "));
        return Err(AssetsError::setting(format!("scenario {}", scenario.name), problem));
    }
    let mut all = BTreeMap::new();
    for (name, spec) in &case.history {
        let bytes = spec.file.as_ref().map_or(Ok(Vec::new()), |file| read(files, file))?;
        let series = Series::build(name, spec, (&bytes, decimals))?;
        let growth = scenario.growth.get(name).copied();
        all.insert(
            name.clone(),
            growth.map_or_else(|| series.clone(), |growth| series.clone().with_growth(growth)),
        );
    }
    Ok(all)
}

fn horizons(case: &Case, files: &dyn Files) -> Result<Horizons, AssetsError> {
    let Some(terms) = &case.liquidation else { return Ok(Horizons::default()) };
    match &terms.factors {
        Some(file) => Horizons::parse(file, &read(files, file)?),
        None => Ok(Horizons::default()),
    }
}

/// The columns of the kind, then those the case adds.
fn schema(case: &Case, kind: Kind, decimals: u8) -> Result<Schema, AssetsError> {
    let mut columns = kind.columns();
    for (name, holds) in &case.tape.columns {
        if columns.iter().any(|column| column.name == *name) {
            return Err(AssetsError::setting(
                "tape.columns",
                format!("`{name}` is on every tape of this kind; remove it"),
            ));
        }
        let column = Column::optional(name, *holds);
        let summed = matches!(holds, ColumnKind::Amount | ColumnKind::Quantity);
        columns.push(if summed { column.summed() } else { column });
    }
    let key = columns.first().map(|column| column.name.clone());
    Ok(Schema { columns, key, decimals })
}
