//! The deals that ship, opened for a test.

use assets::{Case, Files, Scenario};
use life::Setup;
use std::path::{Path, PathBuf};

pub struct Folder(PathBuf);

impl Files for Folder {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        std::fs::read(self.0.join(path)).map_err(|error| error.to_string())
    }
}

pub fn text(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    std::fs::read_to_string(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Where a deal lies: with those that ship, or beside the tests, if only they know it.
fn place(name: &str) -> String {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name).is_dir();
    if beside { format!("crates/risk/tests/{name}") } else { format!("deals/{name}") }
}

pub fn folder(name: &str) -> Folder {
    Folder(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(place(name)))
}

pub fn setup(name: &str, scenario: Option<&str>) -> Setup {
    let folder = folder(name);
    let case = Case::parse("case.toml", &text(&format!("{}/case.toml", place(name))), &[]).unwrap();
    let scenario =
        scenario.map(|file| Scenario::parse(file, &text(&format!("{}/{file}", place(name)))).unwrap());
    Setup::open(name, case, &folder, scenario).unwrap_or_else(|error| panic!("{name}: {error}"))
}
