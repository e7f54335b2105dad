//! Where a deal's files come from, so that it can be opened again with other settings.

use crate::error::LifeError;
use crate::play::{Limits, play};
use crate::setup::Setup;
use assets::{Case, Files, GridTerms, Observation, ObservationKind, Scenario};
use report::{ClassOutcome, Outcome, Sensitivity};
use units::Date;

/// A deal's files, read but not yet opened.
pub struct Source<'a> {
    /// Name by which the deal is run.
    pub name: String,
    /// What the case file is called.
    pub case_path: String,
    /// The case file.
    pub case_text: String,
    /// Whatever the case names.
    pub files: &'a dyn Files,
    /// Settings that replace the case's: `key=value` with a dotted key. Every run of the deal has them.
    pub settings: Vec<String>,
    /// A scenario that takes the place of the case's own.
    pub scenario: Option<Scenario>,
    /// What was really collected: name and bytes of a CSV.
    pub collected: Option<(String, Vec<u8>)>,
}

impl Source<'_> {
    /// Opens the deal, with more settings after its own.
    ///
    /// # Errors
    /// As [`Setup::open`].
    pub fn open(&self, more: &[&str]) -> Result<Setup, LifeError> {
        let case = self.case(more)?;
        let mut setup = Setup::open(&self.name, case, self.files, self.scenario.clone())?;
        if let Some((file, bytes)) = &self.collected {
            setup.collateral.service(file, bytes)?;
            self.require_dates(&setup, file)?;
        }
        Ok(setup)
    }

    /// The case with the settings in their places.
    ///
    /// # Errors
    /// [`LifeError::Assets`] if it cannot be read.
    pub fn case(&self, more: &[&str]) -> Result<Case, LifeError> {
        let settings: Vec<&str> =
            self.settings.iter().map(String::as_str).chain(more.iter().copied()).collect();
        Ok(Case::parse(&self.case_path, &self.case_text, &settings)?)
    }

    /// The payment date up to which actual collections reach: servicing goes no further unless asked.
    ///
    /// # Errors
    /// [`LifeError::Assets`] if the collections cannot be read.
    pub fn serviced_until(&self, setup: &Setup) -> Result<Option<Date>, LifeError> {
        let plan = &setup.compiled.plan;
        let last = self.observed(setup)?.iter().map(|observation| observation.date).max();
        let paid = |last: Date| plan.periods.iter().find(|period| period.determination >= last);
        Ok(last.and_then(paid).map(|period| period.payment))
    }

    /// What was really collected and reported.
    fn observed(&self, setup: &Setup) -> Result<Vec<Observation>, LifeError> {
        let Some((file, bytes)) = &self.collected else { return Ok(Vec::new()) };
        let known = setup.collateral.outputs();
        Ok(assets::parse_observations(file, bytes, (setup.compiled.plan.decimals, &known))?)
    }

    /// A year that is mistyped would silence the model up to then, and cash from before the closing belongs to nobody.
    fn require_dates(&self, setup: &Setup, file: &str) -> Result<(), LifeError> {
        let refuse = |problem: String| Err(LifeError::File { path: file.to_owned(), problem });
        let observed = self.observed(setup)?;
        if observed.is_empty() {
            return refuse("has no rows: nothing was collected".to_owned());
        }
        let periods = &setup.compiled.plan.periods;
        let (Some(first), Some(last)) = (periods.first(), periods.last()) else { return Ok(()) };
        let outside = observed.iter().filter(|observation| {
            let early = observation.kind == ObservationKind::Receipt && observation.date < first.payment;
            early || observation.date > last.determination
        });
        let outside: Vec<String> = outside.map(|seen| format!("{} on {}", seen.name, seen.date)).collect();
        if outside.is_empty() {
            return Ok(());
        }
        refuse(format!(
            "outside the life of the deal, {} to {}: {}",
            first.payment,
            last.determination,
            outside.join(", ")
        ))
    }

    /// Plays the deal for every cell of the case's grid; none if it has no grid. `progress` hears each cell.
    ///
    /// # Errors
    /// As [`play`].
    pub fn sensitivities(
        &self,
        limits: Limits,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<Vec<Sensitivity>, LifeError> {
        let Some(grid) = self.case(&[])?.grid else { return Ok(Vec::new()) };
        let count = grid.row.values.len().saturating_mul(grid.column.values.len());
        let mut cells = Vec::new();
        let mut done = 0_usize;
        for row in &grid.row.values {
            let mut outcomes = Vec::new();
            for column in &grid.column.values {
                outcomes.push(self.cell(&grid, (row, column), limits)?);
                done = done.saturating_add(1);
                progress(done, count);
            }
            cells.push(outcomes);
        }
        Ok(vec![Sensitivity {
            title: grid.title,
            row_axis: grid.row.label,
            column_axis: grid.column.label,
            rows: grid.row.values,
            columns: grid.column.values,
            cells,
        }])
    }

    fn cell(
        &self,
        grid: &GridTerms,
        (row, column): (&str, &str),
        limits: Limits,
    ) -> Result<Outcome, LifeError> {
        let overrides = [format!("{}={row}", grid.row.key), format!("{}={column}", grid.column.key)];
        let overrides = [overrides[0].as_str(), overrides[1].as_str()];
        let setup = self.open(&overrides)?;
        let life = play(&setup, limits, &mut |_, _| {})?;
        let classes = life.results.summaries().into_iter().map(|summary| ClassOutcome {
            name: summary.name.clone(),
            invested: summary.outcome().invested,
            received: summary.outcome().received,
        });
        let classes: Vec<ClassOutcome> = classes.collect();
        let base = self.case(&overrides)? == self.case(&[])?;
        Ok(Outcome { status: life.results.status, base, classes })
    }
}
