//! The flagship's collateral as shipped.

use crate::support::{Folder, monthly};
use forebay_assets::{Case, Collateral};

fn open(overrides: &[&str]) -> Collateral {
    let folder = Folder(concat!(env!("CARGO_MANIFEST_DIR"), "/../../deals/sierra-h100").into());
    let text = std::fs::read_to_string(folder.0.join("case.toml")).unwrap();
    let case = Case::parse("case.toml", &text, overrides).unwrap();
    Collateral::open(case, &folder, 7, None).unwrap()
}

#[test]
fn show() {
    let c = open(&[]);
    println!("{:?} {:?}", c.tape().aggregates(), c.groups());
    let p = c.project(&monthly("2024-01-15", 36)).unwrap();
    for o in &p.observations {
        println!(
            "{} {:?} {} {:?} {} {}",
            o.date,
            o.kind,
            o.name,
            o.value,
            o.provenance.name(),
            o.source.chars().take(30).collect::<String>()
        );
    }
    for s in &p.splices {
        println!("{s:?}");
    }
    println!("{:?}", c.liquidation(crate::support::date("2025-06-15")));
    let _ = crate::support::values(&c, &monthly("2024-01-15", 3), "rent");
    let _ = crate::support::find(&p.observations, "rent", crate::support::date("2024-01-15"));
}
