//! `forebay json`

use crate::arguments::Json;
use crate::output;
use anyhow::Context;
use std::process::ExitCode;

pub fn json(arguments: &Json) -> anyhow::Result<ExitCode> {
    let name = arguments.file.display().to_string();
    let text = std::fs::read_to_string(&arguments.file).with_context(|| name.clone())?;
    let is_json = arguments.file.extension().is_some_and(|extension| extension == "json");
    let read = if is_json { deal::from_json(&text) } else { deal::parse(&text) };
    match read {
        Ok(document) if is_json => output::print(&deal::format(&document))?,
        Ok(document) => output::print(&(deal::to_json(&document) + "\n"))?,
        Err(found) => {
            eprint!("{}", deal::render((&name, &text), &found, output::colour()));
            return Ok(ExitCode::FAILURE);
        }
    }
    Ok(ExitCode::SUCCESS)
}
