//! The whole life of every deal that ships, event by event, through the reference.

#![allow(clippy::unwrap_used, clippy::panic)]

use assets::Files;
use forebay_proof::{Case, disagreement};
use life::{Limits, Setup, play};
use std::path::{Path, PathBuf};

struct Folder(PathBuf);

impl Files for Folder {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        std::fs::read(self.0.join(path)).map_err(|error| error.to_string())
    }
}

fn deals() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deals");
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut deals: Vec<PathBuf> = entries.filter(|path| path.join("case.toml").exists()).collect();
    deals.sort();
    deals
}

/// The deal with what happens to it under its own case.
fn lived(path: &Path) -> Case {
    let folder = Folder(path.to_owned());
    let text = String::from_utf8(folder.read("case.toml").unwrap()).unwrap();
    let case = assets::Case::parse("case.toml", &text, &[]).unwrap();
    let setup = Setup::open("shipped", case, &folder, None).unwrap_or_else(|error| panic!("{error}"));
    let life = play(&setup, Limits::default(), &mut |_, _| {}).unwrap_or_else(|error| panic!("{error}"));
    let mut case = Case::of(setup.document, setup.compiled.plan, setup.tape);
    case.events = life.events;
    case
}

#[test]
fn the_reference_agrees_on_every_shipped_deal() {
    let deals = deals();
    assert!(!deals.is_empty());
    for path in deals {
        let case = lived(&path);
        assert!(case.events.len() > 50, "{} has a life", path.display());
        assert_eq!(disagreement(&case).unwrap(), None, "{}", path.display());
    }
}
