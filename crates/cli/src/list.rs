//! `forebay deals`, `forebay version`

use crate::{output, sources};
use std::process::ExitCode;

pub fn list() -> anyhow::Result<ExitCode> {
    for name in sources::names() {
        let found = sources::find(&name)?;
        let title = title(&found).unwrap_or_default();
        output::print(&format!("{name:<24} {title}\n"))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn title(found: &sources::Found) -> Option<String> {
    use assets::Files;
    let case = String::from_utf8(found.files.read(&found.case_path).ok()?).ok()?;
    let case = assets::Case::parse(&found.case_path, &case, &[]).ok()?;
    let text = String::from_utf8(found.files.read(&case.deal).ok()?).ok()?;
    let document = deal::parse(&text).ok()?;
    document.statements.into_iter().find_map(|item| match item.body {
        deal::syntax::Statement::Deal { title } => Some(title),
        _ => None,
    })
}

pub fn version() -> anyhow::Result<ExitCode> {
    output::print(&format!("forebay {}\n", env!("CARGO_PKG_VERSION")))?;
    output::print(&format!("plan format {}\n", waterfall::plan::VERSION))?;
    Ok(ExitCode::SUCCESS)
}
