//! `forebay plan`

use crate::arguments::{DealArguments, Plan};
use crate::{output, sources};
use anyhow::Context;
use std::process::ExitCode;

pub fn plan(arguments: &Plan) -> anyhow::Result<ExitCode> {
    let found = sources::find(&arguments.deal)?;
    let deal =
        DealArguments { deal: arguments.deal.clone(), scenario: None, settings: Vec::new(), until: None };
    let setup = sources::source(&found, &deal)?.open(&[])?;
    let plan = &setup.compiled.plan;
    let bytes = plan.to_bytes();
    if let Some(path) = &arguments.out {
        std::fs::write(path, &bytes).with_context(|| format!("cannot write {}", path.display()))?;
    }
    output::print(&format!(
        "{}\nsha-256  {}\nversion  {}\nbytes    {}\nsteps    {} in {} waterfalls\ndates    {}\n",
        setup.compiled.title,
        life::hash_of(plan),
        waterfall::plan::VERSION,
        bytes.len(),
        plan.steps.len(),
        plan.waterfalls.len(),
        plan.periods.len(),
    ))?;
    Ok(ExitCode::SUCCESS)
}
