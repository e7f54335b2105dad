//! CH-1 over the deals that ship: every posting on the ledger is the native one, a stopped run goes on, and the ledger
//! alone proves it all.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use assets::{Case, Files};
use forebay_clearing::{Story, clear, verify};
use life::{Limits, Setup, play};
use std::path::{Path, PathBuf};

struct Folder(PathBuf);

impl Files for Folder {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        std::fs::read(self.0.join(path)).map_err(|error| error.to_string())
    }
}

fn setup(name: &str) -> Setup {
    let folder = Folder(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deals").join(name));
    let text = String::from_utf8(folder.read("case.toml").unwrap()).unwrap();
    let case = Case::parse("case.toml", &text, &[]).unwrap();
    Setup::open(name, case, &folder, None).unwrap()
}

/// Clears a life in two runs, the first stopped in the middle, and verifies the file.
fn check(name: &str) {
    let setup = setup(name);
    let life = play(&setup, Limits::default(), &mut |_, _| {}).unwrap();
    let plan = &setup.compiled.plan;
    let story = Story { name, currency: "USDC", plan, events: &life.events };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("life.ledger");
    let half = life.events.len() / 2;
    let stopped =
        clear(&file, story, &mut |number, _| number <= half).unwrap_or_else(|e| panic!("{name}: {e}"));
    assert_eq!(usize::try_from(stopped.events).unwrap(), half, "{name}: stopped half way");
    let cleared = clear(&file, story, &mut |_, _| true).unwrap_or_else(|e| panic!("{name}: {e}"));
    assert_eq!(usize::try_from(cleared.events).unwrap(), life.events.len(), "{name}: every event");
    let verified = verify(&file).unwrap_or_else(|e| panic!("{name}: {e}"));
    assert_eq!((verified.events, verified.hash), (cleared.events, cleared.hash), "{name}");
    assert_eq!(verified.postings, life.journal.len(), "{name}: every posting");
    println!("{name}: {} events, dearest payment date {:?}", cleared.events, cleared.dearest);
}

#[test]
fn the_flagship() {
    check("sierra-h100");
}

#[test]
fn a_data_centre() {
    check("datacenter-abs");
}

#[test]
fn solar_roofs() {
    check("rooftop-solar");
}

#[test]
fn delayed_draws() {
    check("gpu-ddtl");
}

#[test]
fn the_textbook_case() {
    check("hundred");
}
