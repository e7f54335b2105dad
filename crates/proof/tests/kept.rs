//! Cases that once failed, or that show what once failed.

#![allow(clippy::unwrap_used, clippy::panic)]

use forebay_proof::{Case, disagreement, kept_cases};
use std::path::Path;

#[test]
fn core_and_reference_agree_where_they_once_did_not() {
    let kept = kept_cases(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
    assert!(kept.len() >= 7);
    for (name, case) in kept {
        let written = Case::read(&case.text, &case.script()).unwrap();
        assert_eq!(written.events, case.events, "{name}");
        assert_eq!(disagreement(&case).unwrap(), None, "{name}");
    }
}
