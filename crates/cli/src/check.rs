//! `forebay check`

use crate::arguments::{Check, DealArguments};
use crate::{output, sources};
use anyhow::Context;
use deal::{Diagnostic, Severity, Tape};
use std::process::ExitCode;

pub fn check(arguments: &Check) -> anyhow::Result<ExitCode> {
    let path = std::path::Path::new(&arguments.deal);
    let alone = path.extension().is_some_and(|extension| extension == "deal")
        && !path.parent().is_some_and(|folder| folder.join("case.toml").is_file());
    if alone {
        let text = std::fs::read_to_string(path).with_context(|| arguments.deal.clone())?;
        return findings(&arguments.deal, &text);
    }
    let found = sources::find(&arguments.deal)?;
    let deal =
        DealArguments { deal: arguments.deal.clone(), scenario: None, settings: Vec::new(), until: None };
    let source = sources::source(&found, &deal)?;
    match source.open(&[]) {
        Ok(setup) => shown(&found.name, &setup.text, setup.compiled.warnings),
        Err(error) => {
            eprintln!("error: {}", error.to_string().trim_end());
            Ok(ExitCode::FAILURE)
        }
    }
}

/// Findings of a term sheet without a case: what would stand on its tape is not known.
fn findings(name: &str, text: &str) -> anyhow::Result<ExitCode> {
    let document = match deal::parse(text) {
        Ok(document) => document,
        Err(found) => return shown(name, text, found),
    };
    match deal::compile(&document, &Tape::default()) {
        Ok(compiled) => shown(name, text, compiled.warnings),
        Err(found) => {
            let asks_the_tape = found.iter().any(|finding| finding.message.contains("`pool."));
            let code = shown(name, text, found)?;
            if asks_the_tape {
                output::print("without a case.toml beside it no column of the tape is known\n")?;
            }
            Ok(code)
        }
    }
}

fn shown(name: &str, text: &str, found: Vec<Diagnostic>) -> anyhow::Result<ExitCode> {
    if found.is_empty() {
        output::print(&format!("{name}: nothing to complain about\n"))?;
        return Ok(ExitCode::SUCCESS);
    }
    output::print(&deal::render((name, text), &found, output::colour()))?;
    let errors = found.iter().filter(|finding| finding.severity == Severity::Error).count();
    let warnings = found.len().saturating_sub(errors);
    output::print(&format!("{name}: {}, {}\n", counted(errors, "error"), counted(warnings, "warning")))?;
    Ok(if errors > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
