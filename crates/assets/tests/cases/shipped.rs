//! Every shipped case opens, with each of its scenarios, and says something in every period.

use crate::support::{Folder, monthly};
use forebay_assets::{Case, Collateral, Scenario};
use std::path::PathBuf;

fn deals() -> PathBuf {
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../deals").into()
}

/// The scenarios beside a case; `None` is its own.
fn scenarios(folder: &Folder) -> Vec<Option<Scenario>> {
    let names = std::fs::read_dir(&folder.0).unwrap().map(|entry| entry.unwrap().file_name());
    let names = names.map(|name| name.into_string().unwrap());
    let read = |name: String| {
        let text = std::fs::read_to_string(folder.0.join(&name)).unwrap();
        Some(Scenario::parse(&name, &text).unwrap())
    };
    let beside = names.filter(|name| name.starts_with("scenario-")).map(read);
    std::iter::once(None).chain(beside).collect()
}

#[track_caller]
fn check(deal: &str, closing: &str, rows: usize, scenario_count: usize) {
    let folder = Folder(deals().join(deal));
    let text = std::fs::read_to_string(folder.0.join("case.toml")).unwrap();
    let scenarios = scenarios(&folder);
    assert_eq!(scenarios.len(), scenario_count + 1, "{deal}: scenarios");
    for scenario in scenarios {
        let case = Case::parse("case.toml", &text, &[]).unwrap();
        let collateral = Collateral::open(case, &folder, 7, scenario).unwrap();
        assert_eq!(collateral.tape().rows(), rows, "{deal}: rows of the tape");
        assert!(!collateral.scenario().name.is_empty(), "{deal}: the base has a name");
        let periods = monthly(closing, 60);
        let said = collateral.project(&periods).unwrap();
        let spoken = |date| said.observations.iter().any(|observation| observation.date == date);
        assert!(periods.iter().all(|period| spoken(period.determination)), "{deal}: a silent period");
        assert!(collateral.value(periods[0].end).unwrap().is_some(), "{deal}: no value");
    }
}

#[test]
fn every_case_opens_with_every_scenario() {
    check("sierra-h100", "2024-01-16", 256, 4);
    check("sierra-h100-merchant", "2024-01-16", 256, 0);
    check("sierra-h100-pitched", "2024-01-16", 256, 0);
    check("hundred", "2024-01-15", 1, 2);
    check("gpu-ddtl", "2024-05-15", 436, 3);
    check("datacenter-abs", "2025-09-22", 41, 3);
    check("rooftop-solar", "2025-01-30", 2_500, 3);
    check("equipment-loans", "2026-01-15", 400, 3);
    assert_eq!(
        std::fs::read_dir(deals()).unwrap().filter(|e| e.as_ref().unwrap().path().is_dir()).count(),
        8
    );
}
