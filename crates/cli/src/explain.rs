//! `forebay explain`

use crate::arguments::Explain;
use crate::{output, sources};
use std::process::ExitCode;

pub fn explain(arguments: &Explain) -> anyhow::Result<ExitCode> {
    let found = sources::find(&arguments.deal.deal)?;
    let source = sources::source(&found, &arguments.deal)?;
    let setup = source.open(&[])?;
    let question = life::Question {
        date: arguments.date,
        step: arguments.step.as_deref(),
        formulas: &arguments.formulas,
    };
    output::print(&life::explain(&setup, &question)?)?;
    Ok(ExitCode::SUCCESS)
}
