//! Writes every document of a made-up run into a folder, the whole of it or its first payment dates:
//! `cargo run -p forebay-report --example sample out/sample 14`.

#[path = "../tests/sample/mod.rs"]
mod sample;

use std::error::Error;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| "out/sample".to_owned()));
    let results = match std::env::args().nth(2) {
        Some(periods) => sample::until(periods.parse()?),
        None => sample::whole(),
    };
    std::fs::create_dir_all(&folder)?;
    for file in forebay_report::to_files(&results)? {
        std::fs::write(folder.join(file.name), file.bytes)?;
    }
    print!(
        "{}",
        forebay_report::to_terminal(&results, forebay_report::TerminalStyle::default(), &results.deal.name)
    );
    Ok(())
}
