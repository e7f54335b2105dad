use super::*;
use crate::table::Schema;

fn tape(rows: &str) -> Result<Tape, AssetsError> {
    let schema = Schema { columns: columns(), key: Some("loan".to_owned()), decimals: 2 };
    let text = format!("loan,balance,rate,months,style,balloon,interest_only\n{rows}");
    Tape::parse("loans.csv", text.as_bytes(), &schema)
}

fn model(terms: &str, rows: &str) -> Result<LoanModel, AssetsError> {
    let terms: LoanTerms = toml::from_str(&format!("cutoff = 2026-01-01\n{terms}")).unwrap();
    LoanModel::new(&terms, &tape(rows)?, &Scenario::default())
}

/// Months as interest/scheduled/prepayment/default/recovery/balance.
fn check(terms: &str, rows: &str, expected: &[&str]) {
    let shown: Vec<String> = match model(terms, rows) {
        Err(error) => vec![error.to_string()],
        Ok(model) => model.flows.iter().map(show).collect(),
    };
    assert_eq!(shown.len(), expected.len(), "{shown:#?}");
    for (shown, expected) in shown.iter().zip(expected) {
        assert!(shown.contains(expected), "{rows}: `{expected}` is not in {shown}");
    }
}

fn show(flow: &PoolMonth) -> String {
    let PoolMonth { interest, scheduled, prepayment, default, recovery, balance, .. } = flow;
    format!("{interest}/{scheduled}/{prepayment}/{default}/{recovery}/{balance}")
}

#[test]
fn styles() {
    check(
        "",
        "a,120.00,12 %,3,linear,,\n",
        &["120/4000/0/0/0/8000", "80/4000/0/0/0/4000", "40/4000/0/0/0/0"],
    );
    check("", "a,120.00,12 %,3,bullet,,\n", &["120/0/0/0/0/12000", "120/0/0/0/0/12000", "120/12000/0/0/0/0"]);
    check("", "a,120.00,12 %,3,level,,\n", &["120/3960/0/0/0/8040", "81/3999/0/0/0/4041", "41/4041/0/0/0/0"]);
    check("", "a,120.00,12 %,3,balloon,60.00,\n", &["120/1980/", "101/1999/", "81/8021/0/0/0/0"]);
    check("", "a,120.00,12 %,3,interest_only,,1\n", &["120/0/", "120/5970/", "61/6030/0/0/0/0"]);
    check("style = \"linear\"", "a,0.01,0 %,2,,,\n", &["0/0/0/0/0/1", "0/1/0/0/0/0"]);
}

#[test]
fn speeds() {
    check("prepayment.smm = \"50 %\"", "a,100.00,0 %,2,bullet,,\n", &["0/0/5000/0/0/5000", "0/5000/0/0/0/0"]);
    check(
        "default = { mdr = \"10 %\", recovery = \"40 %\", lag_months = 1 }",
        "a,100.00,12 %,2,bullet,,\n",
        &["90/0/0/1000/0/9000", "81/8100/0/900/400/0", "0/0/0/0/360/0"],
    );
    assert_eq!(monthly_share(Rate::ZERO), 0);
    assert_eq!(monthly_share(Rate::new(RATE_ONE)), FACTOR_ONE);
    // 6 % a year is 0.514301 % a month.
    assert_eq!(monthly_share(Rate::new(60_000_000)).checked_div(1_000_000_000_000), Some(5_143));
}

#[test]
fn bad_rows_and_terms_say_what_to_fix() {
    check(
        "",
        "a,1,5 %,0,level,,\nb,1,500 %,9,level,,\nc,1,5 %,1.5,level,,\nd,1,5 %,9,odd,,\n",
        &["4 bad cells"],
    );
    check("", "a,1,5 %,601,level,,\n", &["line 2, column `months`: write whole months, at most 600"]);
    check("", "a,1,5 %,6,,,\n", &["set loans.style"]);
    check("", "a,1,5 %,6,balloon,2,\n", &["more than the balance"]);
    check("day_count = \"31/360\"", "", &["write 30/360"]);
    check("prepayment = {}", "", &["either cpr or smm"]);
    check("prepayment.cpr = \"101 %\"", "", &["from 0 % to 100 %"]);
    check("default = { cdr = \"1 %\", recovery = \"0 %\", lag_months = 999 }", "", &["at most 120"]);
    check("", "", &[]);
    check(
        "",
        "a,92233720368547758.07,100 %,600,level,,\nb,1,1 %,1,bullet,,\n",
        &["the sum of tape column `balance`"],
    );
}

/// Whatever happens, every unit of the opening balance is repaid or fails, and what fails comes back or is lost.
#[test]
fn prop_balance_is_conserved() {
    let rows: String = (0..40)
        .map(|index: u64| {
            let style = ["level", "linear", "bullet", "interest_only"][usize::try_from(index % 4).unwrap()];
            format!(
                "L{index},{}.{:02},{} %,{},{style},,\n",
                index * 7919 % 100_000,
                index,
                index % 19,
                1 + index * 37 % 360
            )
        })
        .collect();
    for (cpr, cdr) in [(0, 0), (6, 1), (100, 0), (0, 100), (50, 50), (99, 99)] {
        let terms = format!(
            "prepayment.cpr = \"{cpr} %\"\ndefault = {{ cdr = \"{cdr} %\", recovery = \"37 %\", lag_months = 7 }}"
        );
        let model = model(&terms, &rows).unwrap();
        let sum = |part: fn(&PoolMonth) -> i64| model.flows.iter().map(part).sum::<i64>();
        let repaid = sum(|flow| flow.scheduled) + sum(|flow| flow.prepayment);
        assert_eq!(repaid + sum(|flow| flow.default), model.opening, "{terms}");
        assert_eq!(sum(|flow| flow.recovery) + sum(|flow| flow.loss), sum(|flow| flow.default), "{terms}");
        assert!(
            model.flows.iter().all(|flow| flow.balance >= 0 && flow.scheduled >= 0 && flow.interest >= 0)
        );
    }
}
