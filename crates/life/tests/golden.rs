//! What became of every deal that ships: totals, classes, states, and a hash of every payment.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

use assets::{Case, Files};
use forebay_life::{Limits, Setup, play};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

struct Folder(PathBuf);

impl Files for Folder {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        std::fs::read(self.0.join(path)).map_err(|error| error.to_string())
    }
}

fn deals() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deals")
}

fn golden(name: &str) -> Value {
    let folder = Folder(deals().join(name));
    let text = String::from_utf8(folder.read("case.toml").unwrap()).unwrap();
    let case = Case::parse("case.toml", &text, &[]).unwrap();
    let setup = Setup::open(name, case, &folder, None).unwrap_or_else(|error| panic!("{name}: {error}"));
    let life =
        play(&setup, Limits::default(), &mut |_, _| {}).unwrap_or_else(|error| panic!("{name}: {error}"));
    let mut document = report::to_json(&life.results);
    let payments = serde_json::to_string(&document["payments"]).unwrap();
    let digest = Sha256::digest(payments.as_bytes());
    let hash: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let count = document["payments"].as_array().map_or(0, Vec::len);
    document["payments"] = json!({ "count": count, "sha256": hash });
    document["triggers"] = Value::Null;
    let states = life.results.state_changes.iter().map(|change| format!("{} {}", change.date, change.to));
    document["states"] = states.collect::<Vec<String>>().into();
    document["plan_bytes"] = setup.compiled.plan.to_bytes().len().into();
    document
}

macro_rules! golden {
    ($($test:ident: $name:literal,)*) => {$(
        #[test]
        fn $test() {
            insta::assert_json_snapshot!($name, golden($name));
        }
    )*};
}

golden! {
    sierra_h100: "sierra-h100",
    sierra_h100_merchant: "sierra-h100-merchant",
    sierra_h100_pitched: "sierra-h100-pitched",
    datacenter_abs: "datacenter-abs",
    rooftop_solar: "rooftop-solar",
    gpu_ddtl: "gpu-ddtl",
    hundred: "hundred",
    equipment_loans: "equipment-loans",
}

/// Every deal that ships has a row above.
#[test]
fn no_deal_is_left_out() {
    let this = include_str!("golden.rs");
    for entry in std::fs::read_dir(deals()).unwrap() {
        let entry = entry.unwrap();
        if entry.path().is_file() {
            continue;
        }
        let name = entry.file_name().into_string().unwrap();
        assert!(this.contains(&format!("\"{name}\",")), "{name} has no golden result");
    }
}
