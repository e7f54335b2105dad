//! Where a deal's files come from, so that it can be opened again with other settings.

use crate::error::LifeError;
use crate::play::{Limits, play};
use crate::setup::Setup;
use assets::{Case, Files, GridTerms, Scenario};
use report::{ClassOutcome, Outcome, Results, Sensitivity};
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
    /// A scenario that takes the place of the case's own.
    pub scenario: Option<Scenario>,
    /// What was really collected: name and bytes of a CSV.
    pub collected: Option<(String, Vec<u8>)>,
}

impl Source<'_> {
    /// Opens the deal. Each override is `key=value` with a dotted key of the case file.
    ///
    /// # Errors
    /// As [`Setup::open`].
    pub fn open(&self, overrides: &[&str]) -> Result<Setup, LifeError> {
        let case = Case::parse(&self.case_path, &self.case_text, overrides)?;
        let mut setup = Setup::open(&self.name, case, self.files, self.scenario.clone())?;
        if let Some((file, bytes)) = &self.collected {
            setup.collateral.service(file, bytes)?;
        }
        Ok(setup)
    }

    /// The payment date up to which actual collections reach: servicing goes no further unless asked.
    ///
    /// # Errors
    /// [`LifeError::Assets`] if the collections cannot be read.
    pub fn serviced_until(&self, setup: &Setup) -> Result<Option<Date>, LifeError> {
        let Some((file, bytes)) = &self.collected else { return Ok(None) };
        let plan = &setup.compiled.plan;
        let known = setup.collateral.outputs();
        let observations = assets::parse_observations(file, bytes, (plan.decimals, &known))?;
        let last = observations.iter().map(|observation| observation.date).max();
        let paid = |last: Date| plan.periods.iter().find(|period| period.determination >= last);
        Ok(last.and_then(paid).map(|period| period.payment))
    }

    /// Plays the deal for every cell of the case's grid; none if it has no grid. `progress` hears each cell.
    ///
    /// # Errors
    /// As [`play`].
    pub fn sensitivities(
        &self,
        base: &Results,
        limits: Limits,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<Vec<Sensitivity>, LifeError> {
        let case = Case::parse(&self.case_path, &self.case_text, &[])?;
        let Some(grid) = case.grid else { return Ok(Vec::new()) };
        let count = grid.row.values.len().saturating_mul(grid.column.values.len());
        let mut cells = Vec::new();
        let mut done = 0_usize;
        for row in &grid.row.values {
            let mut outcomes = Vec::new();
            for column in &grid.column.values {
                outcomes.push(self.cell(&grid, (row, column), limits, base)?);
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
        base: &Results,
    ) -> Result<Outcome, LifeError> {
        let overrides = [format!("{}={row}", grid.row.key), format!("{}={column}", grid.column.key)];
        let setup = self.open(&[&overrides[0], &overrides[1]])?;
        let life = play(&setup, limits, &mut |_, _| {})?;
        let classes = life.results.summaries().into_iter().map(|summary| ClassOutcome {
            name: summary.name.clone(),
            invested: summary.outcome().invested,
            received: summary.outcome().received,
        });
        let classes: Vec<ClassOutcome> = classes.collect();
        let same = life.results.payments == base.payments;
        Ok(Outcome { status: life.results.status, base: same, classes })
    }
}
