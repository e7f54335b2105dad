//! Published or hand-made numbers, through the core and through the reference.

#![allow(clippy::unwrap_used, clippy::panic)]

use forebay_proof::{Case, Core, Moved, disagreement, facts, movements};
use units::Id;
use waterfall::{Event, Journal};

/// Rent and a payment date each period, to the end.
fn lived(text: &str, rent: i64) -> (Case, Vec<Vec<Moved>>) {
    let mut case = Case::open(text).unwrap_or_else(|failure| panic!("{failure}"));
    let last = case.plan.final_payment;
    for number in 0..=last {
        let today = case.plan.period(number).unwrap().payment;
        if number > 0 {
            let (account, source) = (Id::of("account", "lockbox"), Some(Id::of("receipt", "rent")));
            case.events.push(Event::Receive { account, source, amount: [rent], next_period: false });
        }
        case.events.push(Event::PayDate { number, today });
    }
    assert_eq!(disagreement(&case).unwrap(), None);
    let mut core = Core::<1>::new(&case.plan);
    let mut payments = Vec::new();
    for event in case.events.clone() {
        let journal: Journal<1> = core.apply(&event).unwrap();
        if let Event::PayDate { number: 1.., .. } = event {
            payments.push(movements(&case.plan, &journal));
        }
    }
    assert_eq!(facts(&case, &core.state).unwrap()["A.balance"], "0");
    (case, payments)
}

/// What a payment gave to some claims, in smallest units.
fn paid(payment: &[Moved], claims: &[&str]) -> i64 {
    let to = payment.iter().filter(|(_, to, _)| claims.contains(&to.as_str()));
    to.map(|(_, _, amount)| amount.replace('.', "").parse::<i64>().unwrap()).sum()
}

/// Level payments of 1,000,000 at 15 %, act/365, over twelve months from 2026-12-01.
fn check_level(decimals: u32, payment: i64, interest: i64) {
    let text = format!(
        "deal \"Level\"\ncurrency USDC, {decimals} decimals\nclosing 2026-12-01\n\
         payments monthly on 1, unadjusted, from 2027-01-01\nfinal 2027-12-01\nreceive rent into lockbox\n\
         account lockbox\nnote A 1_000_000 coupon 15%, act/365, scheduled level over 12 payments from 2027-01-01\n\
         equity E 1\npayee operator\nuses rest operator\nstate running\nwaterfall running from lockbox\n  \
         pay A.interest, A.scheduled\n  pay E\n"
    );
    let (_, payments) = lived(&text, 100_000 * 10_i64.pow(decimals));
    assert_eq!(payments.len(), 12);
    let claims = ["A.interest", "A.scheduled"];
    let levels: Vec<i64> = payments.iter().map(|one| paid(one, &claims)).collect();
    assert_eq!(levels[0], payment);
    // Worked out anew from each rounded balance, so it may drift by a few units.
    assert!(levels.iter().all(|level| (level - payment).abs() <= 5), "{levels:?}");
    assert_eq!(payments.iter().map(|one| paid(one, &["A.interest"])).sum::<i64>(), interest);
    assert_eq!(
        payments.iter().map(|one| paid(one, &["A.scheduled"])).sum::<i64>(),
        1_000_000 * 10_i64.pow(decimals)
    );
}

#[test]
fn a_level_loan_is_repaid_to_the_last_unit() {
    check_level(6, 90_250_626_302, 83_007_515_642);
    check_level(7, 902_506_263_029, 830_075_156_363);
}

/// A year of interest on 1,000,000 at 12 % from 2024-01-15, by day count.
fn check_interest(day_count: &str, cents: &[i64]) {
    let text = format!(
        "deal \"Interest\"\ncurrency USD, 2 decimals\nclosing 2024-01-15\n\
         payments quarterly on 15, unadjusted, from 2024-04-15\nfinal 2025-01-15\nreceive rent into lockbox\n\
         account lockbox\nnote A 1_000_000 coupon 12%, {day_count}\nequity E 1\npayee operator\nuses rest operator\n\
         state running\nwaterfall running from lockbox\n  pay A.interest, A.scheduled\n  pay E\n"
    );
    let (_, payments) = lived(&text, 110_000_000);
    let interest: Vec<i64> = payments.iter().map(|one| paid(one, &["A.interest"])).collect();
    assert_eq!(interest, cents, "{day_count}");
}

#[test]
fn interest_follows_the_day_count() {
    check_interest("30/360", &[3_000_000, 3_000_000, 3_000_000, 3_000_000]);
    // 91, 91, 92 and 92 days.
    check_interest("act/360", &[3_033_334, 3_033_334, 3_066_667, 3_066_667]);
    check_interest("act/365", &[2_991_781, 2_991_781, 3_024_658, 3_024_658]);
    // 2024 has 366 days; the last period has 78 of them (15 October to the end of the year) and 14 of 2025.
    check_interest("act/act", &[2_983_607, 2_983_607, 3_016_394, 3_017_652]);
}
