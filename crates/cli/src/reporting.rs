//! `forebay report`

use crate::arguments::{Form, Report};
use crate::run::play_with_progress;
use crate::{output, progress, sources};
use life::Limits;
use std::process::ExitCode;

pub fn report(arguments: &Report) -> anyhow::Result<ExitCode> {
    let found = sources::find(&arguments.deal.deal)?;
    let source = sources::source(&found, &arguments.deal)?;
    let setup = source.open(&[])?;
    let life =
        play_with_progress(&setup, Limits { until: arguments.deal.until, stopped: Some(progress::stopped) })?;
    let last = life.results.periods.last().map_or(0, |period| period.number);
    match arguments.form {
        Form::Investor => {
            let report = report::investor_report(&life.results, arguments.period.unwrap_or(last))?;
            let text = if arguments.html { report.to_page() } else { report.to_text() };
            output::print(&(text + "\n"))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
