//! The house keeps its shape: who may import whom, and what the core may not contain.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Rooms that ship, by rank: a room imports lower ranks only.
const RANKS: [(&str, u8); 18] = [
    ("units", 0),
    ("waterfall", 1),
    ("settle", 1),
    ("deal", 2),
    ("assets", 2),
    ("report", 2),
    ("chain", 2),
    ("bank", 2),
    ("life", 3),
    ("clearing", 3),
    ("gateway", 3),
    ("risk", 4),
    ("node", 5),
    ("servicer", 6),
    ("client", 2),
    ("mcp", 6),
    ("api", 7),
    ("cli", 8),
];

/// Rooms whose code decides amounts: no third-party crate, no standard library.
const CORE: [&str; 3] = ["units", "waterfall", "settle"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The names under `[dependencies]` of a crate.
fn dependencies(room: &str) -> Vec<String> {
    let manifest = std::fs::read_to_string(root().join("crates").join(room).join("Cargo.toml")).unwrap();
    let section = manifest.split("\n[").find(|section| section.starts_with("dependencies]"));
    let lines = section.unwrap_or_default().lines().skip(1);
    lines
        .filter_map(|line| line.split(['.', ' ', '=']).next())
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

#[test]
fn rooms_import_lower_ranks_only() {
    let ranks: BTreeMap<&str, u8> = RANKS.into();
    for (room, rank) in RANKS {
        for dependency in dependencies(room) {
            match ranks.get(dependency.as_str()) {
                Some(other) => assert!(*other < rank, "{room} may not import {dependency}"),
                None => assert!(!CORE.contains(&room), "{room} is core and imports {dependency}"),
            }
        }
    }
}

#[test]
fn tests_stay_out_of_what_ships() {
    for (room, _) in RANKS {
        for dependency in dependencies(room) {
            let tester = ["reference", "proof", "bench"].contains(&dependency.as_str());
            assert!(!tester, "{room} ships and imports {dependency}");
        }
    }
    assert!(
        dependencies("reference").iter().all(|dependency| RANKS.iter().all(|(room, _)| room != dependency))
    );
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn the_core_is_no_std_without_floats() {
    for room in CORE {
        let folder = root().join("crates").join(room).join("src");
        let lib = std::fs::read_to_string(folder.join("lib.rs")).unwrap();
        for rule in ["#![no_std]", "clippy::float_arithmetic", "clippy::indexing_slicing", "clippy::panic"] {
            assert!(lib.contains(rule), "{room} must state {rule}");
        }
        let mut files = Vec::new();
        sources(&folder, &mut files);
        // A quotient estimated there is corrected by its exact integer residue, and no float leaves the files.
        let estimates =
            ["lanes.rs", "lanes/annuity.rs"].map(|file| root().join("crates/units/src").join(file));
        for file in files.into_iter().filter(|file| !estimates.contains(file)) {
            let text = std::fs::read_to_string(&file).unwrap();
            assert!(!text.contains("f64") && !text.contains("f32"), "{} has a float", file.display());
        }
    }
}

#[test]
fn release_builds_check_overflow() {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let release = manifest.split("\n[").find(|section| section.starts_with("profile.release]")).unwrap();
    assert!(release.contains("overflow-checks = true"));
}

#[test]
fn files_stay_short() {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(root().join("crates")).unwrap() {
        let folder = entry.unwrap().path().join("src");
        if folder.is_dir() {
            sources(&folder, &mut files);
        }
    }
    for file in files {
        let lines = std::fs::read_to_string(&file).unwrap().lines().count();
        assert!(lines <= 500, "{} has {lines} lines", file.display());
    }
}

/// Every `=> NUMBER,` of an `error.rs`, or of the guarded powers, with its file.
fn numbers() -> Vec<(u16, PathBuf)> {
    let crates = ["crates", "contracts"].map(|folder| std::fs::read_dir(root().join(folder)).unwrap());
    let files = crates.into_iter().flatten().flat_map(|room| {
        let source = room.unwrap().path().join("src");
        ["error.rs", "powers.rs", "lib.rs"].map(|name| source.join(name))
    });
    let mut found = Vec::new();
    for file in files.filter(|file| file.exists()) {
        let text = std::fs::read_to_string(&file).unwrap();
        let codes = text.lines().filter(|line| line.trim().starts_with("Self::"));
        let codes = codes.filter_map(|line| line.split("=> ").nth(1)?.trim_end_matches(',').parse().ok());
        found.extend(codes.filter(|code| *code >= 100).map(|code: u16| (code, file.clone())));
    }
    found
}

#[test]
fn every_error_has_a_number_of_its_own() {
    let mut owners = BTreeMap::new();
    let found = numbers();
    assert!(found.len() > 150, "{} numbers", found.len());
    for (code, file) in found {
        if let Some(other) = owners.insert(code, file.clone()) {
            panic!("{code} is in {} and in {}", other.display(), file.display());
        }
    }
}
