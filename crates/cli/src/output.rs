//! Files and terminal.

use anyhow::Context;
use report::{ReportFile, TerminalStyle};
use std::io::{ErrorKind, IsTerminal, Write};
use std::path::{Path, PathBuf};

/// Writes files into a folder: each is complete under another name before it takes its own.
pub fn write(folder: &Path, files: &[ReportFile]) -> anyhow::Result<Vec<PathBuf>> {
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let mut written = Vec::new();
    for file in files {
        let path = folder.join(file.name);
        let part = folder.join(format!(".{}.part", file.name));
        std::fs::write(&part, &file.bytes).with_context(|| format!("cannot write {}", part.display()))?;
        std::fs::rename(&part, &path).with_context(|| format!("cannot write {}", path.display()))?;
        written.push(path);
    }
    Ok(written)
}

/// How standard output likes its text.
pub fn style() -> TerminalStyle {
    TerminalStyle { width: width(), colour: colour() }
}

/// True if standard output is a terminal and `NO_COLOR` is not set.
pub fn colour() -> bool {
    std::env::var_os("NO_COLOR").is_none() && std::io::stdout().is_terminal()
}

/// The terminal's width, unless `COLUMNS` says another; wide enough for whole amounts where there is no terminal.
fn width() -> u16 {
    let said = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let seen = || terminal_size::terminal_size_of(std::io::stdout()).map(|(width, _)| width.0);
    said.or_else(seen).filter(|width| *width > 0).unwrap_or(110)
}

/// Prints on standard output. A reader that has had enough, such as `head`, is no error.
pub fn print(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        result => result.context("cannot write to standard output"),
    }
}
