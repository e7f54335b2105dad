//! What the README shows is read by the code.

use forebay_assets::{Case, Scenario, parse_observations};
use std::collections::BTreeMap;

const README: &str = include_str!("../../README.md");

fn blocks(language: &str) -> Vec<&'static str> {
    let fence = format!("```{language}\n");
    README.split(&fence).skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

#[test]
fn every_example_is_accepted() {
    let (mut cases, mut scenarios) = (0, 0);
    for block in blocks("toml") {
        if block.contains("deal = ") {
            let case = Case::parse("README.md", block, &[]);
            assert!(case.is_ok(), "{block}\n{case:?}");
            cases += 1;
        } else {
            let scenario = Scenario::parse("README.md", block);
            assert!(scenario.is_ok(), "{block}\n{scenario:?}");
            scenarios += 1;
        }
    }
    assert_eq!((cases, scenarios), (6, 1));
    for block in blocks("csv") {
        let unknown = parse_observations("README.md", block.as_bytes(), (7, &BTreeMap::new())).unwrap_err();
        // Without a case behind it the names are unknown; nothing else may be wrong.
        assert!(unknown.to_string().contains("3 bad cells"), "{unknown}");
    }
}
