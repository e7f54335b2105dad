//! `forebay fmt`

use crate::arguments::Fmt;
use crate::output;
use anyhow::Context;
use std::path::Path;
use std::process::ExitCode;

pub fn format(arguments: &Fmt) -> anyhow::Result<ExitCode> {
    let mut code = ExitCode::SUCCESS;
    for path in &arguments.files {
        if !format_file(arguments, path)? {
            code = ExitCode::FAILURE;
        }
    }
    Ok(code)
}

/// Returns false if the file has errors, or should change and may not.
fn format_file(arguments: &Fmt, path: &Path) -> anyhow::Result<bool> {
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let document = match deal::parse(&text) {
        Ok(document) => document,
        Err(found) => {
            let name = path.display().to_string();
            eprint!("{}", deal::render((&name, &text), &found, output::colour()));
            return Ok(false);
        }
    };
    let canonical = deal::format(&document);
    if arguments.check {
        let same = canonical == text;
        if !same {
            output::print(&format!("{} is not in canonical form\n", path.display()))?;
        }
        return Ok(same);
    }
    if !arguments.write {
        output::print(&canonical)?;
    } else if canonical != text {
        std::fs::write(path, canonical).with_context(|| path.display().to_string())?;
        output::print(&format!("{}\n", path.display()))?;
    }
    Ok(true)
}
