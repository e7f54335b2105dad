//! One check for every kind of collateral: a case, a tape, and what is said.

use crate::support::{date, monthly};
use forebay_assets::{AssetsError, Case, Collateral, Scenario};
use std::collections::BTreeMap;

pub fn open(case: &str, tape: &str, scenario: &str) -> Result<Collateral, AssetsError> {
    let case = Case::parse("case.toml", &format!("deal = \"d\"\ntape.file = \"t\"\n{case}"), &[])?;
    let files = BTreeMap::from([("t".to_owned(), tape.as_bytes().to_vec())]);
    Collateral::open(case, &files, 2, Some(Scenario::parse("s", scenario)?))
}

/// `expected` lines are `name value value …`, one value for each monthly period from 2026-01-01; `-` where nothing is
/// said. A line that begins with `!` is a part of the error.
#[track_caller]
fn check(case: &str, tape: &str, scenario: &str, expected: &[&str]) {
    let collateral = match open(case, tape, scenario) {
        Ok(collateral) => collateral,
        Err(error) => return check_error(&error.to_string(), expected),
    };
    for line in expected {
        let (name, values) = line.split_once(' ').unwrap();
        let periods = monthly("2026-01-01", u32::try_from(values.split_whitespace().count()).unwrap());
        let said = match collateral.project(&periods) {
            Ok(said) => said,
            Err(error) => return check_error(&error.to_string(), expected),
        };
        let value = |period: &forebay_assets::Period| {
            let mut named = said.observations.iter().filter(|o| o.name == name);
            let found = named.find(|o| o.date == period.determination);
            found.map_or("-".to_owned(), |found| found.value.units().to_string())
        };
        let shown: Vec<String> = periods.iter().map(value).collect();
        assert_eq!(shown.join(" "), values.split_whitespace().collect::<Vec<_>>().join(" "), "{name}");
    }
}

#[track_caller]
fn check_error(shown: &str, expected: &[&str]) {
    for part in expected {
        let part = part.strip_prefix('!').unwrap_or("no error was expected");
        assert!(shown.contains(part), "`{part}` is not in {shown}");
    }
}

const GPU: &str = "history.rent = { unit = \"amount\", after = \"decline 50 % a month\", points = [\n\
    { date = 2026-01-01, value = \"2.00\", source = \"test\" } ] }\n\
    gpu = { market = \"rent\", utilisation = \"50 %\", uptime = \"100 %\", ops_per_unit_hour = \"0.10\"";
const ONE_GPU: &str = "serial,site,units,cost,in_service\nA,x,1,100.00,2026-01-01\n";

#[test]
fn gpu_hours_are_sold_on_the_market() {
    // January: 31 × 24 hours × 50 % × 2.00; February and later the price halves every whole month after the point.
    check(&format!("{GPU} }}"), ONE_GPU, "", &["rent 74400 33600 18600", "gpu_hours 744000000 672000000"]);
    check(
        &format!("{GPU} }}"),
        ONE_GPU,
        "growth.rent = \"hold\"",
        &["rent 74400 67200 74400", "ops_invoice 7440"],
    );
    let late = "serial,site,units,cost,in_service\nA,x,1,1,2026-01-01\nB,x,2,1,2026-01-22\n";
    check(&format!("{GPU} }}"), late, "growth.rent = \"hold\"", &["rent 122400", "units 3000000"]);
}

#[test]
fn each_customer_counts_for_its_machines_in_service() {
    let case = format!(
        "{GPU}, eligible = [{{ value = \"rent\" }}, {{ value = \"rent\", by = \"site\", name = \"at\" }}] }}"
    );
    let tape = "serial,site,customer,units,cost,in_service\nA,x,one,3,1,2026-01-01\nB,x,two,2,1,2026-02-15\nC,y,one,1,1,2026-02-15\n";
    let collateral = open(&case, tape, "growth.rent = \"hold\"").unwrap();
    let said = collateral.project(&monthly("2026-01-01", 2)).unwrap().observations;
    let shown: Vec<String> = said
        .iter()
        .filter_map(|o| Some(format!("{}[{}] {}", o.name, o.member.as_ref()?, o.value.units())))
        .collect();
    let january = ["eligible[one] 600", "eligible[two] 0", "at[x] 600", "at[y] 0"];
    let february = ["eligible[one] 800", "eligible[two] 400", "at[x] 1000", "at[y] 200"];
    assert_eq!(shown, [january, february].concat());
    let nobody = "serial,site,customer,units,cost,in_service\nA,x,,3,1,2026-01-01\n";
    check(&case, nobody, "", &["!column `customer`", "!name the member"]);
    let real = "date,name,member,value\n2026-01-30,eligible,one,5.50\n";
    let mut collateral = collateral;
    collateral.service("o.csv", real.as_bytes()).unwrap();
    let said = collateral.project(&monthly("2026-01-01", 1)).unwrap().observations;
    let values: Vec<_> = said.iter().filter(|o| o.name == "eligible").map(|o| o.value.units()).collect();
    assert_eq!(values, [0, 550]);
}

#[test]
fn gpu_contracts_hold_their_price_until_the_term_ends() {
    let case = format!("{GPU}, contract = {{ share = \"100 %\", months = 2 }} }}");
    // Two months at 2.00, then the price of 1 March: half of a half.
    check(&case, ONE_GPU, "", &["rent 148800 134400 37200 36000", "rent_merchant 0"]);
    let half = format!("{GPU}, contract = {{ share = \"100 %\", months = 1, renewal = \"50 %\" }} }}");
    check(
        &half,
        ONE_GPU,
        "growth.rent = \"hold\"",
        &["rent_contract 148800 67200 37200", "rent_merchant 0 33600 55800"],
    );
    // A fall of the market reaches a contract at its next term, in the middle of a period.
    let fall = "growth.rent = \"hold\"\n[[price]]\nseries = [\"rent\"]\nby = \"-50 %\"\nfrom = 2026-02-15";
    check(&case, ONE_GPU, fall, &["rent 148800 134400 74400"]);
    check(&format!("{GPU} }}"), ONE_GPU, fall, &["rent 74400 50400 37200"]);
}

#[test]
fn gpu_scenarios() {
    let case = format!("{GPU} }}");
    let hold = "growth.rent = \"hold\"\n";
    let with = |shock: &str| format!("{hold}{shock}");
    let outage = with("[[outage]]\nuptime = \"90 %\"\nfrom = 2026-02-01\nuntil = 2026-02-15");
    check(
        &case,
        ONE_GPU,
        &outage,
        &["uptime 1000000000 950000000 1000000000", "rent 74400 63840", "downtime_credit 0 3360"],
    );
    let use_less = with("[[utilisation]]\ntimes = \"50 %\"\nfrom = 2026-02-01");
    check(&case, ONE_GPU, &use_less, &["rent 74400 33600"]);
    let use_more = with("[[utilisation]]\ntimes = \"500 %\"\nfrom = 2026-02-01");
    check(&case, ONE_GPU, &use_more, &["rent 74400 134400"]);
    let costly = with("[[opex]]\ntimes = \"200 %\"\nfrom = 2026-02-15");
    check(&case, ONE_GPU, &costly, &["ops_invoice 7440 10080"]);
    let gone = with("[operator_default]\ndate = 2026-02-15\ncash_left = \"10 %\"\ncosts_left = \"50 %\"");
    check(
        &case,
        ONE_GPU,
        &gone,
        &["rent 74400 36960 7440", "ops_invoice 7440 5040 3720", "operator_default 0 1 1"],
    );
    check(&case, ONE_GPU, "growth.rant = \"hold\"", &["!the case has no series `rant`; it has rent"]);
    let loans = "[[defaults]]\ntimes = \"300 %\"\nfrom = 2026-01-01";
    check(
        &case,
        ONE_GPU,
        loans,
        &["![[defaults]] changes nothing here; this kind of collateral feels utilisation"],
    );
    check(&case, "serial,site,units,cost,in_service\n", "", &["!t: has no rows"]);
}

#[test]
fn gpu_settings_say_what_to_fix() {
    check("", ONE_GPU, "", &["!exactly one kind"]);
    check(
        &format!("{GPU}, contract = {{ share = \"160 %\", months = 12 }} }}"),
        ONE_GPU,
        "",
        &["!gpu.contract.share", "!from 0 % to 100 %"],
    );
    check(
        &format!("{GPU}, contract = {{ share = \"60 %\", months = 0 }} }}"),
        ONE_GPU,
        "",
        &["!1 to 600 months"],
    );
    check(
        &format!("{GPU}, contract = {{ share = \"60 %\", months = 1, series = \"other\" }} }}"),
        ONE_GPU,
        "",
        &["!there is no [history.other]"],
    );
    check(
        &format!("{GPU} }}"),
        "serial,site,units,cost,in_service\nA,x,1,1,2025-12-01\n",
        "",
        &["rent 74400"],
    );
    let early = format!("{GPU}, contract = {{ share = \"60 %\", months = 12 }} }}");
    check(
        &early,
        "serial,site,units,cost,in_service\nA,x,1,1,2025-12-01\n",
        "",
        &["!no value on 2025-12-01: the first point is of 2026-01-01"],
    );
    check(
        &format!("{GPU} }}"),
        "serial,site,units,cost,in_service\nA,x,9223372036854,1,2026-01-01\n",
        "",
        &["!check the size"],
    );
    check(
        &format!("{GPU} }}\ntape.columns.units = \"text\""),
        ONE_GPU,
        "",
        &["!is on every tape of this kind"],
    );
    check("gpu = { utilization = \"1 %\" }", ONE_GPU, "", &["!unknown field `utilization`"]);
    check("loans = { cutoff = 2026-01-01 }\nbattery = { availability = 0.9 }", ONE_GPU, "", &["!in quotes"]);
}

const LOANS: &str = "loans = { cutoff = 2025-12-01, style = \"linear\", default = { mdr = \"10 %\", recovery = \"50 %\", lag_months = 1 } }";

#[test]
fn loans_pay_by_period() {
    // The first period takes the month that ended at its start.
    let tape = "loan,balance,rate,months\na,300.00,12 %,3\n";
    check(
        LOANS,
        tape,
        "",
        &[
            "scheduled_principal 17100 7290 -",
            "default 4800 810 0",
            "recovery 1500 900 405",
            "balance 8100 0 0",
        ],
    );
    check(
        LOANS,
        tape,
        "[[defaults]]\ntimes = \"0 %\"\nfrom = 2025-01-01",
        &["scheduled_principal 20000 10000 -", "default 0 0"],
    );
    let sold = format!(
        "{LOANS}\nliquidation = {{ value.balance = \"50 %\", horizon_days = 1, lag_days = 0, cost = \"0 %\" }}"
    );
    check(&sold, tape, "", &["collateral_value 9000 4050 0"]);
}

const LEASE: &str = "lease = { renewal = \"50 %\", renewal_months = 2, renewal_step = \"-10 %\", vacancy_months = 1, \
    relet = \"80 %\", opex_per_month = \"10\", opex_growth = \"10 %\", opex_from = 2025-02-01 }";
const ROLL: &str = "lease,tenant,rent_per_month,start,end,escalator,renewal\n";

#[test]
fn leases_step_end_renew_and_are_let_anew() {
    let check = |row: &str, expected: &[&str]| check(LEASE, &format!("{ROLL}{row}\n"), "", expected);
    check(
        "a,T,100,2025-02-01,2027-01-01,10 %,",
        &["rent 10000 11000", "ops_invoice 1000 1100", "occupancy 1000000000"],
    );
    check("a,T,100,2026-01-16,2027-01-01,,", &["rent 5000 10000", "occupancy 500000000"]);
    // Half renews at 90; the other half is empty for a month, then let at 80. Two months later half of the half renews
    // at 81, and the rest of it is let at 80 % of 90 after its month.
    check(
        "a,T,100,2025-01-01,2026-02-01,,",
        &["rent 10000 4500 8500 6025 7825", "occupancy 1000000000 500000000 1000000000 750000000"],
    );
    check("a,T,100,2025-01-01,2026-02-01,,100 %", &["rent 10000 9000 9000 8100"]);
    check("a,T,100,2025-01-01,2024-02-01,,", &["!line 2, column `end`: must come after"]);
    check("a,T,100,2025-01-01,2026-02-01,,101 %", &["!column `renewal`"]);
}

const SOLAR: &str = "history.spot = { unit = \"amount\", points = [{ date = 2026-01-01, value = \"0.05\", source = \"test\" }] }\n\
    solar = { yield_kwh_per_kw = \"1000\", production = \"90 %\", degradation = \"10 %\", merchant = \"spot\", \
    shape = [\"10 %\", \"20 %\", \"30 %\", \"40 %\", \"0 %\", \"0 %\", \"0 %\", \"0 %\", \"0 %\", \"0 %\", \"0 %\", \"0 %\"], \
    opex_per_kw_year = \"36.50\" }";
const SYSTEMS: &str = "system,state,kw,cost,in_service,price,contract_end,escalator\n";

#[test]
fn solar_sells_by_contract_then_on_the_market() {
    let check = |rows: &str, expected: &[&str]| check(SOLAR, &format!("{SYSTEMS}{rows}\n"), "", expected);
    check(
        "a,TX,10,1,2026-01-01,0.10,2026-03-01,",
        &[
            "kwh 900000000 1800000000 2700000000 3600000000 0",
            "kwh_expected 1000000000 2000000000",
            "contract_revenue 9000 18000 - -",
            "merchant_revenue - - 13500 18000",
            "ops_invoice 3100 2800",
        ],
    );
    // A year older: 10 % less light, 2 % more price.
    check("a,TX,10,1,2025-01-01,0.10,2030-03-01,2 %", &["kwh 810000000", "contract_revenue 8100"]);
    check("a,TX,10,1,2025-01-01,1.00,2030-03-01,2 %", &["contract_revenue 82620"]);
    check(
        "a,TX,10,1,2026-01-01,1,2026-03-01,\nb,TX,20,1,2026-01-01,1,2026-03-01,",
        &["kw 30000000", "kwh 2700000000"],
    );
    check("a,TX,10,1,2026-01-01,1,2026-03-01,200 %", &["!column `escalator`"]);
}

const BATTERY: &str =
    "battery = { availability = \"90 %\", performance = \"100 %\", opex_per_kw_month = \"1\" }";
const BATTERIES: &str =
    "battery,site,kw,cost,in_service,capacity_price,contract_end\na,x,10,1,2026-01-01,5,2026-03-01\n";

#[test]
fn batteries_are_paid_as_far_as_they_perform() {
    let performing = |times: &str| format!("[[utilisation]]\ntimes = \"{times}\"\nfrom = 2026-01-01");
    check(
        BATTERY,
        BATTERIES,
        "",
        &["capacity_payment 4500 4500 -", "availability 900000000", "ops_invoice 1000 1000 1000"],
    );
    check(BATTERY, BATTERIES, &performing("96 %"), &["capacity_payment 4320", "performance 960000000"]);
    check(BATTERY, BATTERIES, &performing("80 %"), &["capacity_payment 2880"]);
    check(BATTERY, BATTERIES, &performing("49 %"), &["capacity_payment -"]);
    check(BATTERY, BATTERIES, "[[outage]]\nuptime = \"45 %\"\nfrom = 2026-01-01", &["capacity_payment 2250"]);
}

#[test]
fn machines_are_sold_in_lots() {
    let case = format!(
        "{GPU} }}\nliquidation = {{ value.market = \"rent\", horizon_days = 90, lag_days = 0, lots = 2, lot_days = 30, \
         cost = \"10 %\", impact = \"20 %\" }}"
    );
    let sales = |scenario: &str| {
        let sales = open(&case, ONE_GPU, scenario).unwrap().liquidation(date("2026-01-02")).unwrap();
        sales.iter().map(|s| (s.amount.units(), s.costs.units(), s.last)).collect::<Vec<_>>()
    };
    // Half of 2.00, less a tenth for the size of the lot; a month later the price has halved.
    assert_eq!(sales(""), [(90, 9, false), (45, 5, true)]);
    assert_eq!(sales("growth.rent = \"hold\""), [(90, 9, false), (90, 9, true)]);
    assert!(
        open(&format!("{GPU} }}"), ONE_GPU, "").unwrap().liquidation(date("2026-01-02")).unwrap().is_empty()
    );
    let wrong = format!(
        "{GPU} }}\nliquidation = {{ value.balance = \"1 %\", horizon_days = 1, lag_days = 0, cost = \"0 %\" }}"
    );
    check(&wrong, ONE_GPU, "", &["!balance is for loans only"]);
}

#[test]
fn things_lose_value_in_a_straight_line() {
    let case = format!(
        "{GPU} }}\nliquidation = {{ value.straight_line = {{ months = 4, residual = \"30 %\" }}, horizon_days = 90, \
         lag_days = 0, cost = \"0 %\" }}"
    );
    check(&case, ONE_GPU, "", &["collateral_value 10000 7500 5000 3000 3000 3000"]);
}
