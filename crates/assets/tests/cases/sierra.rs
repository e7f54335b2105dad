//! The flagship's collateral as shipped.

use crate::support::{Folder, date, monthly, values};
use forebay_assets::{Case, Collateral, Provenance, Value};
use std::collections::BTreeMap;
use units::{Amount, Quantity};

const DECIMALS: u8 = 7;

fn folder() -> Folder {
    Folder(concat!(env!("CARGO_MANIFEST_DIR"), "/../../deals/sierra-h100").into())
}

fn open(overrides: &[&str]) -> Collateral {
    let text = std::fs::read_to_string(folder().0.join("case.toml")).unwrap();
    let case = Case::parse("case.toml", &text, overrides).unwrap();
    Collateral::open(case, &folder(), DECIMALS, None).unwrap()
}

#[test]
fn the_tape_is_the_published_cluster() {
    let collateral = open(&[]);
    let sums = collateral.tape().aggregates();
    let dollars = |whole: i64| Value::Amount(Amount::new(whole * 10_000_000));
    assert_eq!(sums.get("cost"), Some(&dollars(256 * 310_000)));
    assert_eq!(sums.get("network_cost"), Some(&dollars(3_460_000 + 5_240_000)));
    assert_eq!(sums.get("units"), Some(&Value::Quantity(Quantity::new(2_048_000_000))));
    let groups = collateral.groups().unwrap();
    assert_eq!(groups.get("cohort").map(BTreeMap::len), Some(4));
}

/// How many months of a series were observed, interpolated, carried, …
fn months(collateral: &Collateral, series: &str, count: u32) -> BTreeMap<&'static str, usize> {
    let said = collateral.project(&monthly("2024-01-15", count)).unwrap();
    let mut counts = BTreeMap::new();
    for reading in said.readings.iter().filter(|reading| reading.series == series) {
        *counts.entry(reading.provenance.name()).or_insert(0) += 1;
    }
    counts
}

#[test]
fn every_month_knows_where_its_price_comes_from() {
    let collateral = open(&[]);
    let rent = months(&collateral, "rent", 30);
    assert_eq!(
        rent,
        BTreeMap::from([("observed", 4), ("derived", 1), ("interpolated", 10), ("carried", 15)])
    );
    let resale = months(&collateral, "resale", 30);
    assert_eq!(resale, BTreeMap::from([("derived", 1), ("interpolated", 27), ("observed", 2)]));
    assert_eq!(collateral.last_observed(), Some(date("2026-07-15")));
    let splices = collateral.project(&monthly("2024-01-15", 1)).unwrap().splices;
    let shown: Vec<_> = splices.iter().map(|s| format!("{} {}>{}", s.series, s.from, s.to)).collect();
    assert_eq!(
        shown,
        [
            "one_year on_demand>one_year",
            "rent on_demand>marketplace",
            "rent marketplace>neocloud",
            "resale stated>sxm5_used"
        ]
    );
}

#[test]
fn a_steady_month_is_worked_out_by_hand() {
    let collateral = open(&[]);
    // 15 December 2025 to 15 January 2026: 744 hours × 2,048 machines; marketplace price 2.30 carried; contracts of the
    // four deliveries signed in February to May 2025 at 85 % of 2.99.
    let hours = 744 * 2_048;
    let contract = hours * 25_415_000 / 100 * 60;
    let merchant = hours * 23_000_000 / 100 * 40 / 100 * 80;
    let expected = (contract + merchant) / 100 * 99;
    let rent = values(&collateral, &monthly("2024-01-15", 24), "rent").last().copied();
    assert_eq!(rent, Some(expected));
}

#[test]
fn a_grid_of_costs_and_contract_shares_turns_the_outcome() {
    let total = |overrides: &[&str]| -> i64 {
        let collateral = open(overrides);
        let sum = |name| values(&collateral, &monthly("2024-01-15", 24), name).iter().sum::<i64>();
        sum("rent") - sum("ops_invoice")
    };
    let shipped = total(&[]);
    assert!(total(&["gpu.ops_per_unit_hour=0.60"]) < shipped);
    assert_eq!(total(&["gpu.ops_per_unit_hour=0.40", "gpu.contract.share=60 %"]), shipped);
    assert_ne!(total(&["gpu.contract.share=0 %"]), shipped);
}

#[test]
fn overrides_say_what_to_fix() {
    let text = std::fs::read_to_string(folder().0.join("case.toml")).unwrap();
    let refused = |line: &str| Case::parse("case.toml", &text, &[line]).unwrap_err().to_string();
    assert!(refused("gpu.utilisation").contains("write key=value"));
    assert!(refused("gpu.utilization=5 %").contains("unknown field `utilization`"));
    assert!(refused("gpu.uptime=lots").contains("not a decimal number"));
    assert!(refused("deal.name=x").contains("is not a table"));
    assert!(Case::parse("case.toml", &text, &["gpu.contract.months=6"]).is_ok());
}

#[test]
fn the_operator_fails_and_the_machines_are_sold() {
    let text = "name = \"fails\"\n[operator_default]\ndate = 2026-01-15\n[[price]]\nseries = [\"resale\"]\nby = \"-60 %\"\nfrom = 2026-01-15";
    let scenario = forebay_assets::Scenario::parse("s.toml", text).unwrap();
    let case = open(&[]).case().clone();
    let collateral = Collateral::open(case, &folder(), DECIMALS, Some(scenario)).unwrap();
    let periods = monthly("2024-01-15", 26);
    assert_eq!(values(&collateral, &periods, "rent").len(), 23);
    let said = collateral.project(&periods).unwrap();
    let flags: Vec<_> = said.observations.iter().filter(|o| o.name == "operator_default").collect();
    assert_eq!(flags.iter().filter(|o| o.value == Value::Flag(true)).count(), 2);
    assert!(flags.iter().all(|o| o.provenance == Provenance::Shocked));
    let sales = collateral.liquidation(date("2026-02-01")).unwrap();
    assert_eq!(sales.len(), 4);
    assert!(sales.iter().all(|sale| sale.costs < sale.amount) && sales.last().unwrap().last);
    let left: Vec<i64> = sales.iter().map(|sale| sale.left.units() / 1_000_000).collect();
    assert_eq!(left, [750, 500, 250, 0]);
    assert!(!collateral.earns_until_sold());
    let value = collateral.value(date("2026-04-02")).unwrap().unwrap();
    let left = collateral.exit_value(value).unwrap().unwrap();
    // 85 % for 90 days, a fall of a quarter of 15 % for a quarter of the machines, 8 % of costs.
    let expected = value.units() / 4 * 85 / 100 * 9_625 / 10_000 * 92 / 100 * 4;
    assert!((left.units() - expected).abs() < 100, "{left:?} {expected}");
}

#[test]
fn real_collections_take_over() {
    let mut collateral = open(&[]);
    let rows = "date,name,value,kind\n2024-03-13,rent,1000000,\n2024-03-13,rent,-5,restate\n";
    collateral.service("actual.csv", rows.as_bytes()).unwrap();
    let rent = values(&collateral, &monthly("2024-01-15", 3), "rent");
    let modelled = values(&open(&[]), &monthly("2024-01-15", 3), "rent");
    assert_eq!(rent, [10_000_000_000_000, -50_000_000, modelled[1]]);
    assert!(collateral.service("actual.csv", b"date,name,value\n2024-03-13,rant,1\n").is_err());
}

#[test]
fn the_first_coupon_has_an_index() {
    let said = open(&[]).opening(date("2024-01-16")).unwrap();
    let sofr = said.iter().find(|o| o.name == "sofr").unwrap();
    assert_eq!((sofr.value.units(), sofr.provenance), (53_200_000, Provenance::Observed));
}
