//! 10,000 loans × 360 months, beside the same sums written out by hand.
#![allow(clippy::unwrap_used)]

use criterion::{Criterion, criterion_group, criterion_main};
use forebay_assets::{
    Case, Collateral, LoanStyle, Observation, Period, Schedule, ScheduledLoan, level_payment,
};
use std::collections::BTreeMap;
use std::hint::black_box;
use units::{Amount, Date, DayCount, DayFraction, Rate};

const LOANS: i64 = 10_000;
const MONTHS: usize = 360;

/// 100,000.00 to 499,960.00 at 4.00 % to 7.99 %, with seven decimals.
fn loans() -> Vec<ScheduledLoan> {
    let loan = |index: i64| ScheduledLoan {
        balance: (100_000 + index * 40 % 400_000) * 10_000_000,
        rate: Rate::new(40_000_000 + index * 37 % 400 * 100_000),
        months: MONTHS,
        style: LoanStyle::Level,
        balloon: 0,
        interest_only: 0,
    };
    (0..LOANS).map(loan).collect()
}

fn months() -> Vec<DayFraction> {
    let first = Date::from_ymd(2026, 1, 1).unwrap();
    let day = |month: usize| first.add_months(i32::try_from(month).unwrap()).unwrap();
    (0..MONTHS).map(|month| DayCount::Thirty360.fraction(day(month), day(month + 1))).collect()
}

/// The same sums with nothing between the formula and the machine: level loans, a twelfth of a year, no checks.
fn by_hand(loans: &[(i64, i64, i64)]) -> (Vec<i64>, Vec<i64>) {
    let (mut interest_sums, mut principal_sums) = (vec![0_i64; MONTHS], vec![0_i64; MONTHS]);
    for (balance, rate, payment) in loans {
        let mut left = *balance;
        for month in 0..MONTHS {
            let product = i128::from(left) * i128::from(rate * 30) + 359_999_999_999;
            let interest = (product.unsigned_abs() / 360_000_000_000) as i64;
            let principal = if month + 1 == MONTHS { left } else { payment - interest };
            left -= principal;
            interest_sums[month] += interest;
            principal_sums[month] += principal;
        }
    }
    (interest_sums, principal_sums)
}

/// The same loans as a tape, with early repayment and default.
fn collateral(tape: &[u8]) -> Collateral {
    let text = "deal = \"d\"\ntape.file = \"t\"\nloans = { cutoff = 2026-01-01, style = \"level\", prepayment.cpr = \"6 %\", \
                default = { cdr = \"1 %\", recovery = \"40 %\", lag_months = 12 } }";
    let files = BTreeMap::from([("t".to_owned(), tape.to_vec())]);
    Collateral::open(Case::parse("case.toml", text, &[]).unwrap(), &files, 7, None).unwrap()
}

fn tape(loans: &[ScheduledLoan]) -> Vec<u8> {
    let row = |(index, loan): (usize, &ScheduledLoan)| {
        let (balance, rate) = (loan.balance / 10_000_000, loan.rate.units() / 100_000);
        format!("L{index},{balance},{}.{:02} %,{MONTHS}\n", rate / 100, rate % 100)
    };
    let rows: String = loans.iter().enumerate().map(row).collect();
    format!("loan,balance,rate,months\n{rows}").into_bytes()
}

fn periods() -> Vec<Period> {
    let first = Date::from_ymd(2026, 1, 1).unwrap();
    let period = |number: u32| {
        let day = |month: u32| first.add_months(i32::try_from(month).unwrap()).unwrap();
        let (start, end) = (day(number - 1), day(number));
        Period { number, start, end, determination: end, payment: end }
    };
    (1..=u32::try_from(MONTHS).unwrap()).map(period).collect()
}

fn bench(criterion: &mut Criterion) {
    let (loans, months) = (loans(), months());
    let level =
        |loan: &ScheduledLoan| level_payment(Amount::new(loan.balance), loan.rate, &months).unwrap().units();
    let by_hand_loans: Vec<_> =
        loans.iter().map(|loan| (loan.balance, loan.rate.units(), level(loan))).collect();

    let schedule = Schedule::add_up(&loans, &months).unwrap();
    assert_eq!((schedule.interest.clone(), schedule.principal.clone()), by_hand(&by_hand_loans));
    assert_eq!(schedule.principal.iter().sum::<i64>(), schedule.opening);

    let mut group = criterion.benchmark_group("10,000 loans x 360 months");
    group.sample_size(20);
    group.bench_function("schedule", |bencher| {
        bencher.iter(|| Schedule::add_up(black_box(&loans), black_box(&months)).unwrap());
    });
    group.bench_function("by hand, payments given", |bencher| {
        bencher.iter(|| by_hand(black_box(&by_hand_loans)));
    });
    let (tape, periods) = (tape(&loans), periods());
    let said = collateral(&tape).project(&periods).unwrap();
    let balance = |o: &&Observation| o.name == "balance";
    let last = said.observations.iter().rfind(balance).map(|o| o.value.units());
    assert_eq!(last, Some(0));
    group.bench_function("from the tape's bytes to observations", |bencher| {
        bencher.iter(|| collateral(black_box(&tape)).project(black_box(&periods)).unwrap());
    });
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
