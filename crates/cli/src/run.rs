//! `forebay run`

use crate::arguments::Run;
use crate::{keys, ledger, output, progress, sources};
use life::{Life, Limits, Setup, Source, play};
use std::process::ExitCode;

pub fn run(arguments: &Run) -> anyhow::Result<ExitCode> {
    let found = sources::find(&arguments.deal.deal)?;
    let source = sources::source(&found, &arguments.deal)?;
    let setup = source.open(&[])?;
    let until = arguments.deal.until;
    let until = if until.is_some() { until } else { source.serviced_until(&setup)? };
    let limits = Limits { until, stopped: Some(progress::stopped) };
    let mut life = play_with_progress(&setup, limits)?;
    let keys = arguments.keys.as_ref().map(|file| keys::open(file)).transpose()?;
    let clear = |place| ledger::clear((place, keys.as_ref()), &setup, &life);
    let cleared = arguments.ledger.as_ref().map(clear).transpose()?;
    if arguments.json {
        output::print(&format!("{}\n", serde_json::to_string_pretty(&report::to_json(&life.results))?))?;
        return Ok(ExitCode::SUCCESS);
    }
    for warning in &setup.compiled.warnings {
        eprintln!("warning {}: {}", warning.code.code(), warning.message);
    }
    life.results.sensitivities = sensitivities(&source, limits)?;
    let files = report::to_files(&life.results)?;
    progress::require_running()?;
    let written = output::write(&arguments.out.join(&found.name), &files)?;
    output::print(&report::to_terminal(&life.results, output::style(), &arguments.deal.words()))?;
    if source.collected.is_some() {
        output::print(&format!("\n{}", report::payment_instructions(&life.results)))?;
    }
    if let (Some(cleared), Some(place)) = (cleared, &arguments.ledger) {
        output::print(&ledger::shown(&cleared, place))?;
    }
    for path in written {
        output::print(&format!("  {}\n", path.display()))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Plays a deal behind a progress line; Ctrl-C ends it.
pub fn play_with_progress(setup: &Setup, limits: Limits) -> anyhow::Result<Life> {
    let line = progress::Line::new("payment dates");
    let life = play(setup, limits, &mut |done, of| line.show(done, of))?;
    progress::require_running()?;
    Ok(life)
}

fn sensitivities(source: &Source<'_>, limits: Limits) -> anyhow::Result<Vec<report::Sensitivity>> {
    let line = progress::Line::new("what if");
    let sensitivities = source.sensitivities(limits, &mut |done, of| line.show(done, of))?;
    progress::require_running()?;
    Ok(sensitivities)
}
