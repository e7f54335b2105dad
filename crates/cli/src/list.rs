//! `forebay deals`, `forebay version`

use crate::{output, sources};
use std::process::ExitCode;

pub fn list() -> anyhow::Result<ExitCode> {
    for name in sources::names() {
        let found = sources::find(&name)?;
        output::print(&format!("{name:<22} {}\n", about(&found).unwrap_or_default()))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The term sheet's title and how the case's note begins: several cases may share one term sheet.
fn about(found: &sources::Found) -> Option<String> {
    use assets::Files;
    let case = String::from_utf8(found.files.read(&found.case_path).ok()?).ok()?;
    let case = assets::Case::parse(&found.case_path, &case, &[]).ok()?;
    let text = String::from_utf8(found.files.read(&case.deal).ok()?).ok()?;
    let title = deal::parse(&text).ok()?.statements.into_iter().find_map(|item| match item.body {
        deal::syntax::Statement::Deal { title } => Some(title),
        _ => None,
    })?;
    let note = case.note.split_whitespace().collect::<Vec<_>>().join(" ");
    let ends = [". ", ": ", "; ", " ("].into_iter().filter_map(|end| note.find(end)).min();
    let begins = note.get(..ends.unwrap_or(note.len())).unwrap_or(&note);
    Some(format!("{title}: {}", begins.trim_end_matches('.')))
}

pub fn version() -> anyhow::Result<ExitCode> {
    output::print(&format!("forebay {}\n", env!("CARGO_PKG_VERSION")))?;
    output::print(&format!("plan format {}\n", waterfall::plan::VERSION))?;
    for contract in clearing::code::ALL {
        let (hash, bytes) = (life::hexadecimal(&contract.hash()), contract.wasm.len());
        output::print(&format!("contract {:<10} {hash} {bytes} bytes\n", contract.name))?;
    }
    Ok(ExitCode::SUCCESS)
}
