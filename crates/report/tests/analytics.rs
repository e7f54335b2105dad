//! Yields and the split of capital, by hand.

#![allow(clippy::unwrap_used, clippy::expect_used)] // The helpers of a test may panic as the test may.

mod sample;

use forebay_report::*;
use units::Date;

fn flows(rows: &[(&str, f64)]) -> Vec<CashFlow> {
    rows.iter().map(|(date, amount)| CashFlow { date: date.parse().unwrap(), amount: *amount }).collect()
}

/// Compares to a millionth of a percent.
fn check_irr(rows: &[(&str, f64)], expected: Option<f64>) {
    let found = calc_irr(&flows(rows));
    match (found, expected) {
        (Some(found), Some(expected)) => assert!((found - expected).abs() < 1e-8, "{rows:?}: {found}"),
        _ => assert_eq!(found, expected, "{rows:?}"),
    }
}

#[test]
fn a_yield_is_the_rate_at_which_the_flows_are_worth_nothing() {
    check_irr(&[("2023-01-01", -100.0), ("2024-01-01", 110.0)], Some(0.10));
    check_irr(&[("2023-01-01", -100.0), ("2024-01-01", 100.0)], Some(0.0));
    // 2024 is a leap year: 366 days over 365.
    check_irr(&[("2024-01-01", -100.0), ("2025-01-01", 110.0)], Some(1.1_f64.powf(365.0 / 366.0) - 1.0));
    // A quarter of the money after one year.
    check_irr(&[("2023-01-01", -100.0), ("2024-01-01", 25.0)], Some(-0.75));
    // 10 a year and 100 at the end of the second: the rate is the coupon.
    check_irr(&[("2022-01-01", -100.0), ("2023-01-01", 10.0), ("2024-01-01", 110.0)], Some(0.10));
    // Twice the money on the next day is above any rate that makes sense.
    check_irr(&[("2023-01-01", -100.0), ("2023-01-02", 200.0)], None);
    // Two solutions, 10 % and 20 %: the one nearer to zero.
    check_irr(&[("2021-01-01", -100.0), ("2022-01-01", 230.0), ("2023-01-01", -132.0)], Some(0.10));
}

#[test]
fn without_money_in_or_back_there_is_no_yield() {
    check_irr(&[], None);
    check_irr(&[("2023-01-01", -100.0)], None);
    check_irr(&[("2023-01-01", -100.0), ("2024-01-01", 0.0)], None);
    check_irr(&[("2023-01-01", 5.0), ("2024-01-01", 5.0)], None);
}

#[test]
fn life_is_weighted_by_what_was_repaid() {
    let start: Date = "2023-01-01".parse().unwrap();
    let check =
        |rows: &[(&str, f64)], expected: Option<f64>| assert_eq!(calc_wal(start, &flows(rows)), expected);
    check(&[("2024-01-01", 100.0)], Some(1.0));
    check(&[("2024-01-01", 50.0), ("2025-12-31", 50.0)], Some(2.0));
    check(&[("2024-01-01", 75.0), ("2026-12-31", 25.0)], Some(1.75));
    check(&[("2024-01-01", 0.0)], None);
    check(&[], None);
}

/// invested, received, cover -> of, on.
fn check_split(facts: [i128; 3], expected: [i128; 2]) {
    let [invested, received, cover] = facts;
    let split = calc_returns(invested, received, cover);
    assert_eq!([split.of_capital, split.on_capital], expected, "{facts:?}");
    assert_eq!(split.of_capital + split.on_capital, received, "{facts:?}");
}

#[test]
fn what_is_not_covered_was_the_holders_own_money() {
    // The collateral still covers everything: a coupon is income.
    check_split([100, 15, 100], [0, 15]);
    // 60 of 100 are covered: all that was received so far was own money.
    check_split([100, 15, 60], [15, 0]);
    // 90 are covered: 10 of the 15 were own money.
    check_split([100, 15, 90], [10, 5]);
    // Cover above the money put in (equity): everything is income.
    check_split([100, 15, 130], [0, 15]);
    // At the end nothing covers: the profit is what exceeds the money put in.
    check_split([100, 30, 0], [30, 0]);
    check_split([100, 124, 0], [100, 24]);
    check_split([100, 0, 0], [0, 0]);
}

/// period -> K, P, X, of, on, change of each.
fn check_class(results: &Results, name: &str, period: u32, expected: [i128; 7]) {
    let class = results.classes.iter().find(|class| class.name == name).unwrap();
    let rows = class_returns(results, class);
    let r = rows.iter().find(|row| row.period == period).unwrap();
    let found = [
        r.invested,
        r.received,
        r.cover,
        r.of_capital,
        r.on_capital,
        r.of_capital_change,
        r.on_capital_change,
    ];
    assert_eq!(found, expected, "{name} in {period}");
}

/// A senior of 60, two equal mezzanines of 30 and 10, an equity of 20; every period pays 5, 3, 1 and 2 of interest.
fn ladder(exit_values: &[i64], over: bool) -> Results {
    let mut results = sample::tiny();
    let period = results.periods[0].clone();
    let classes = [("S", 0, 60, 5), ("M1", 1, 30, 3), ("M2", 1, 10, 1), ("E", 2, 20, 2)];
    results.over = over;
    results.classes = classes
        .map(|(name, rank, amount, paid)| rung((name, rank), (amount, paid), exit_values.len()))
        .to_vec();
    results.periods =
        exit_values.iter().zip(1..).map(|(exit, number)| with_exit(&period, number, *exit)).collect();
    results
}

fn rung((name, rank): (&str, u16), (amount, paid): (i64, i64), periods: usize) -> Class {
    let kind = if name == "E" { ClassKind::Equity } else { ClassKind::Note };
    let balance = if kind == ClassKind::Note { amount } else { 0 };
    let row = |period| ClassPeriod {
        period,
        opening: balance,
        closing: balance,
        interest_due: paid,
        interest_paid: paid,
        ..ClassPeriod::default()
    };
    let draws = vec![Draw { date: "2024-01-01".parse().unwrap(), amount }];
    let periods = (1..).take(periods).map(row).collect();
    Class { name: name.into(), kind, rank, original: amount, draws, periods }
}

fn with_exit(period: &Period, number: u32, exit_value: i64) -> Period {
    let mut period = period.clone();
    period.number = number;
    period.payment_date = period.payment_date.add_days(number as i32);
    period.accounts[0].balance = 4;
    period.collateral.exit_value = exit_value;
    period
}

#[test]
fn cover_goes_by_rank_and_equals_share_it() {
    // 130 + 4 in cash: 60 senior, 40 mezzanine, 34 for equity, more than its 20.
    let results = ladder(&[130, 86, 40, 130], false);
    check_class(&results, "S", 1, [60, 5, 60, 0, 5, 0, 5]);
    check_class(&results, "M1", 1, [30, 3, 30, 0, 3, 0, 3]);
    check_class(&results, "E", 1, [20, 2, 34, 0, 2, 0, 2]);
    // 90: 30 left for 40 of mezzanine, 22.5 and 7.5; equity is uncovered.
    check_class(&results, "M1", 2, [30, 6, 22, 6, 0, 6, -3]);
    check_class(&results, "M2", 2, [10, 2, 7, 2, 0, 2, -1]);
    check_class(&results, "E", 2, [20, 4, 0, 4, 0, 4, -2]);
    // 44: even the senior is short by 16, more than it ever received.
    check_class(&results, "S", 3, [60, 15, 44, 15, 0, 15, -10]);
    // The value recovers: what looked like own money is income again.
    check_class(&results, "S", 4, [60, 20, 60, 0, 20, -15, 20]);
}

#[test]
fn at_the_end_only_the_excess_over_the_investment_is_profit() {
    let results = ladder(&[130, 130], true);
    check_class(&results, "S", 1, [60, 5, 60, 0, 5, 0, 5]);
    check_class(&results, "S", 2, [60, 10, 0, 10, 0, 10, -5]);
}

#[test]
fn a_draw_counts_from_its_date() {
    let mut results = ladder(&[0, 0], false);
    let later = results.periods[1].payment_date;
    results.classes[0].draws.push(Draw { date: later, amount: 40 });
    check_class(&results, "S", 1, [60, 5, 4, 5, 0, 5, 0]);
    check_class(&results, "S", 2, [100, 10, 4, 10, 0, 5, 0]);
}

#[test]
fn every_flow_is_whole_at_every_account() {
    let results = sample::whole();
    for flow in calc_flows(&results) {
        let mut balance = std::collections::BTreeMap::new();
        for link in &flow.links {
            assert!(link.amount > 0, "{link:?}");
            *balance.entry(&link.from).or_insert(0) -= link.amount;
            *balance.entry(&link.to).or_insert(0) += link.amount;
        }
        balance.retain(|node, _| node.place == Place::Account);
        assert!(balance.values().all(|left| *left == 0), "{:?}: {balance:?}", flow.period);
    }
}

#[test]
fn the_flow_of_the_whole_life_starts_and_ends_with_the_totals() {
    let results = sample::whole();
    let life = calc_flows(&results).remove(0);
    let sum = |pick: fn(&Link) -> bool| life.links.iter().filter(|l| pick(l)).map(|l| l.amount).sum::<i128>();
    assert_eq!(sum(|link| link.from.place == Place::Source), results.totals.cash_in);
    assert_eq!(sum(|link| matches!(link.to.place, Place::Payee(_))), results.totals.cash_out);
    assert_eq!(sum(|link| link.to.place == Place::HeldAfter), results.totals.cash_held);
    let paid: i128 = cash_by_payee(&results).iter().map(|total| total.amount).sum();
    assert_eq!(paid, results.totals.cash_out);
}
