//! Cases that once failed.

#![allow(clippy::unwrap_used, clippy::panic)]

use forebay_proof::{Case, disagreement};
use std::path::{Path, PathBuf};

fn kept() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kept");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut deals: Vec<PathBuf> =
        files.filter(|path| path.extension().is_some_and(|it| it == "deal")).collect();
    deals.sort();
    deals
}

#[test]
fn core_and_reference_agree_where_they_once_did_not() {
    let deals = kept();
    assert!(!deals.is_empty());
    for path in deals {
        let text = std::fs::read_to_string(&path).unwrap();
        let events = std::fs::read_to_string(path.with_extension("json")).unwrap();
        let case =
            Case::read(&text, &events).unwrap_or_else(|failure| panic!("{}: {failure}", path.display()));
        let written = Case::read(&text, &case.script()).unwrap();
        assert_eq!(written.events, case.events, "{}", path.display());
        assert_eq!(disagreement(&case).unwrap(), None, "{}", path.display());
    }
}
