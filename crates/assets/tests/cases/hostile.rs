//! Nonsense in, an error out; never a panic.

use crate::kinds::open;
use forebay_assets::{Case, Scenario, parse_observations};
use std::collections::BTreeMap;

/// A small generator with a fixed seed: the same nonsense every time.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[usize::try_from(self.next()).unwrap() % of.len()]
    }

    fn text(&mut self, words: &[&str]) -> String {
        (0..self.next() % 60).map(|_| self.pick(words)).collect()
    }
}

const WORDS: [&str; 24] = [
    ",",
    "\n",
    "\"",
    "serial",
    "site",
    "units",
    "cost",
    "in_service",
    "A",
    "-",
    "9223372036854775807",
    "0",
    "1e9",
    "%",
    "2026-01-01",
    "2399-12-31",
    "1900-01-01",
    "=",
    "[",
    "]",
    "{",
    "}",
    "\u{feff}",
    "#",
];

#[test]
fn noise_is_refused() {
    for seed in 0..2_000 {
        let mut noise = Noise(seed);
        let text = noise.text(&WORDS);
        let _ = Case::parse("c", &text, &[&text]);
        let _ = Scenario::parse("s", &text);
        let _ = parse_observations("o", text.as_bytes(), (7, &BTreeMap::new()));
        let _ = open("gpu = { market = \"rent\" }", &text, "");
    }
}

/// Numbers, dates and rates: mild ones, then wild ones.
const NUMBERS: [&[&str]; 2] = [
    &["1", "2", "12", "36", "250"],
    &["0", "-1", "1000000", "9223372036854", "92233720368547758.07", "0.000001", "500"],
];
const DATES: [&[&str]; 2] =
    [&["2025-06-30", "2025-12-31", "2026-01-15", "2026-02-28"], &["1900-01-01", "2399-12-31", "2400-01-01"]];
const RATES: [&[&str]; 2] = [&["", "0 %", "5 %"], &["100 %", "-100 %", "0.0000001 %", "900 %"]];

const CASES: [(&str, &str); 5] = [
    (
        "history.rent = { unit = \"amount\", after = \"rise 10 % a month\", points = [{ date = 2024-01-01, value = \"9000\", source = \"x\" }] }\n\
         gpu = { market = \"rent\", utilisation = \"100 %\", uptime = \"1 %\", downtime_credit = \"900 %\", ops_per_unit_hour = \"1\", contract = { share = \"99 %\", months = 1 }, power = { kw_per_unit = \"9\", pue = \"9\" } }\n\
         liquidation = { value.market = \"rent\", horizon_days = 1, lag_days = 4000000000, lots = 3, cost = \"100 %\" }",
        "serial,site,units,cost,in_service\nA,x,N,N,D\nB,x,N,N,D\n",
    ),
    (
        "loans = { cutoff = 2025-12-01, style = \"level\", prepayment.cpr = \"99 %\", default = { cdr = \"99 %\", recovery = \"99 %\", lag_months = 120 } }\n\
         liquidation = { value.balance = \"99 %\", horizon_days = 1, lag_days = 9, cost = \"9 %\" }",
        "loan,balance,rate,months,style,balloon,interest_only\nA,N,R,N,,N,N\nB,N,R,N,balloon,N,\n",
    ),
    (
        "lease = { renewal = \"99 %\", renewal_months = 1, renewal_step = \"40 %\", relet = \"900 %\", opex_per_month = \"9\", opex_growth = \"900 %\" }\n\
         liquidation = { value.straight_line = { months = 1, residual = \"1 %\" }, horizon_days = 1, lag_days = 9, cost = \"9 %\" }",
        "lease,tenant,rent_per_month,start,end,escalator,renewal,cost,in_service\nA,T,N,D,D,R,R,N,D\nB,T,N,D,D,R,R,N,\n",
    ),
    (
        "solar = { yield_kwh_per_kw = \"9000000\", degradation = \"99 %\", opex_per_kw_year = \"99\", opex_growth = \"900 %\", \
         shape = [\"100 %\", \"0 %\", \"0 %\", \"0 %\", \"0 %\", \"0 %\", \"0 %\", \"0 %\", \"0 %\", \"0 %\", \"0 %\", \"0 %\"] }",
        "system,state,kw,cost,in_service,price,contract_end,escalator\nA,x,N,N,D,N,D,R\nB,x,N,N,D,N,D,R\n",
    ),
    (
        "battery = { availability = \"99 %\", performance = \"99 %\", degradation = \"99 %\", opex_per_kw_month = \"99\" }",
        "battery,site,kw,cost,in_service,capacity_price,contract_end,escalator\nA,x,N,N,D,N,D,R\nB,x,N,N,D,N,D,R\n",
    ),
];

#[test]
fn hostile_numbers_and_dates_give_numbers_or_errors() {
    let mut projected = [0; CASES.len()];
    for seed in 0..1_500 {
        let mut noise = Noise(seed);
        let (case, shape) = CASES[usize::try_from(seed).unwrap() % CASES.len()];
        let (header, rows) = shape.split_once('\n').unwrap();
        let fill = |cell: &str, noise: &mut Noise| {
            let wild = usize::from(noise.next().is_multiple_of(6));
            match cell {
                "N" => noise.pick(NUMBERS[wild]).to_owned(),
                "D" => noise.pick(DATES[wild]).to_owned(),
                "R" => noise.pick(RATES[wild]).to_owned(),
                other => other.to_owned(),
            }
        };
        let row = |row: &str, noise: &mut Noise| {
            row.split(',').map(|cell| fill(cell, noise)).collect::<Vec<_>>().join(",")
        };
        let rows: Vec<String> = rows.lines().map(|line| row(line, &mut noise)).collect();
        let Ok(collateral) = open(case, &format!("{header}\n{}\n", rows.join("\n")), "") else { continue };
        let periods = crate::support::monthly("2026-01-01", 18);
        projected[usize::try_from(seed).unwrap() % CASES.len()] +=
            u32::from(collateral.project(&periods).is_ok());
        let _ = collateral.liquidation(crate::support::date("2026-01-01"));
        let _ = collateral.liquidation(units::Date::from_days(i32::MAX));
    }
    assert!(
        projected.iter().all(|count| *count > 5),
        "{projected:?} got through: the rows are too wild to test anything"
    );
}
