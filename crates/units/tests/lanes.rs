//! Many numbers side by side come to what each comes to alone.
#![allow(clippy::unwrap_used)]

use forebay_units::{
    Amount, Annuity, DayFraction, RATE_ONE, Rate, Ratio, Rounding, compare_each, interest_each, mul_div,
    mul_div_each, mul_div_wide,
};

const LANES: usize = 16;

/// Numbers of every size and, now and then, of the ends of the type and around what a float keeps.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn one(&mut self, bits: u64, signs: bool) -> i64 {
        let (kind, raw) = (self.next() % 16, self.next());
        let size = if bits == 0 { self.next() % 64 } else { self.next() % bits };
        let magnitude = i64::try_from(raw >> (63 - size).max(1)).unwrap_or(i64::MAX);
        let edge = [0, 1, (1 << 50) - 1, 1 << 50, (1 << 52) - 1, 1 << 52, i64::MAX, i64::MIN];
        match kind {
            0 if bits == 0 => edge[usize::try_from(raw % 8).unwrap()],
            1 if signs => magnitude.wrapping_neg(),
            2 => 0,
            _ => magnitude,
        }
    }

    /// All different, or all one.
    fn lanes(&mut self, bits: u64, signs: bool) -> [i64; LANES] {
        let same = self.next().is_multiple_of(3);
        let first = self.one(bits, signs);
        std::array::from_fn(|_| if same { first } else { self.one(bits, signs) })
    }
}

fn check([a, b, c]: [[i64; LANES]; 3], rounding: Rounding) {
    let alone: [_; LANES] = std::array::from_fn(|lane| mul_div(a[lane], b[lane], c[lane], rounding));
    let (mut many, sound) = (a, alone.iter().all(Result::is_ok));
    let result = mul_div_each(&mut many, (&b, &c), rounding);
    assert_eq!(result.is_ok(), sound, "{a:?} x {b:?} / {c:?}");
    if sound {
        assert_eq!(many.map(Ok), alone, "{a:?} x {b:?} / {c:?}");
    }
}

#[test]
fn many_are_multiplied_and_divided_as_one_is() {
    let mut numbers = Numbers(0x9E37_79B9_7F4A_7C15);
    for round in 0..60_000 {
        let (bits, signs) = ([20, 31, 47, 52, 0][round % 5], round.is_multiple_of(7));
        let mut lanes = [(); 3].map(|()| numbers.lanes(bits, signs));
        if round.is_multiple_of(2) {
            lanes[2] = lanes[2].map(|c| c.max(1));
        }
        check(lanes, Rounding::Down);
        check(lanes, Rounding::Up);
    }
}

/// Quotients that are whole or next to it, where an estimate that is off would show.
#[test]
fn a_quotient_at_the_edge_of_a_unit_is_exact() {
    let mut numbers = Numbers(1);
    for _ in 0..60_000 {
        let b = (numbers.next() % (1 << 30)).cast_signed() + 1;
        let c = (numbers.next() % (1 << 30)).cast_signed() + 1;
        let edge: [i64; LANES] = std::array::from_fn(|_| {
            let quotient = i128::from(numbers.next() % (1 << 50));
            let a = quotient * i128::from(c) / i128::from(b) + i128::from(numbers.next() % 3) - 1;
            i64::try_from(a.clamp(0, (1 << 52) - 1)).unwrap()
        });
        for rounding in [Rounding::Down, Rounding::Up] {
            check([edge, [b; LANES], [c; LANES]], rounding);
        }
    }
}

/// Balances and rates of every size, and balances whose interest is whole or next to it.
#[test]
fn many_balances_bear_interest_as_one_does() {
    let mut numbers = Numbers(11);
    for round in 0..60_000 {
        let (bits, signs) = ([20, 31, 47, 52, 0][round % 5], round.is_multiple_of(7));
        let rates = numbers.lanes(31, signs);
        let denominator = [360, 365, 366, 1, 31_536_000][round % 5];
        let numerator = i64::try_from(round % 400).unwrap();
        let fraction = DayFraction { numerator, denominator };
        let mut balances = numbers.lanes(bits, signs);
        if round.is_multiple_of(3) {
            let near = i64::try_from(round % 2).unwrap();
            balances = balances.map(|balance| {
                (balance % 1_000).saturating_mul(denominator * 1_000_000).saturating_add(near)
            });
        }
        for rounding in [Rounding::Down, Rounding::Up] {
            let alone: [_; LANES] = std::array::from_fn(|lane| {
                Amount::new(balances[lane]).interest(Rate::new(rates[lane]), fraction, rounding)
            });
            let mut many = balances;
            let result = interest_each(&mut many, &rates, fraction, rounding);
            assert_eq!(result.is_ok(), alone.iter().all(Result::is_ok), "{balances:?} at {rates:?}");
            if result.is_ok() {
                assert_eq!(many.map(|units| Ok(Amount::new(units))), alone, "{balances:?} at {rates:?}");
            }
        }
    }
}

#[test]
fn many_ratios_are_compared_as_one_is() {
    let mut numbers = Numbers(7);
    for round in 0..60_000 {
        let (bits, signs) = ([12, 31, 47, 52, 0][round % 5], round.is_multiple_of(7));
        let [a, b, mut c, mut d] = [(); 4].map(|()| numbers.lanes(bits, signs));
        if round.is_multiple_of(3) {
            // Equal, or as near as can be.
            (c, d) = (a.map(|a| a.saturating_add(i64::try_from(round % 2).unwrap())), b);
        }
        let alone = std::array::from_fn(|lane| {
            let right = Ratio { numerator: c[lane], denominator: d[lane] };
            order_of(Ratio { numerator: a[lane], denominator: b[lane] }.compare(right))
        });
        for wanted in -1..=1 {
            let verdicts = compare_each((&a, &b), (&c, &d), |order| order == wanted);
            let alone = alone.map(|order| i64::from(order == wanted));
            assert_eq!(verdicts, alone, "{a:?} / {b:?}, {c:?} / {d:?}");
        }
    }
}

fn order_of(order: std::cmp::Ordering) -> i64 {
    i64::from(order as i8)
}

/// One whole as a discount factor.
const WHOLE: i128 = 1_000_000_000_000_000_000;

/// The sum of the discount factors of payments at a rate.
fn factors(rate: i64, fractions: &[DayFraction]) -> i128 {
    let mut factor = WHOLE;
    let discounted = fractions.iter().map(|fraction| {
        let year = i128::from(fraction.denominator) * i128::from(RATE_ONE);
        let growth = i128::from(rate) * i128::from(fraction.numerator);
        factor = mul_div_wide(factor, year, year + growth, Rounding::Down).unwrap();
        factor
    });
    discounted.sum()
}

/// Loans of every size and rate over up to 64 payments, and balances whose payment is whole or next to it.
#[test]
fn many_loans_are_repaid_as_one_is() {
    let mut numbers = Numbers(23);
    let mut repaid = 0;
    for round in 0..12_000 {
        let denominator = [360, 365, 366, 133_590][round % 4];
        let payments = 1 + usize::try_from(numbers.next() % 64).unwrap();
        let fraction = |_| {
            let numerator = denominator * (28 + (numbers.next() % 4).cast_signed()) / 360;
            DayFraction { numerator, denominator }
        };
        let fractions: Vec<DayFraction> = (0..payments).map(fraction).collect();
        let rates = numbers.lanes([20, 28, 31][round % 3], false);
        let mut annuity = Annuity::default();
        let fits = fractions.iter().fold(true, |fits, fraction| annuity.add(&rates, *fraction) & fits);
        assert!(fits, "{rates:?}");
        let sums = rates.map(|rate| factors(rate, &fractions));
        let mut balances = numbers.lanes([31, 47, 50][round % 3], false);
        if round.is_multiple_of(2) {
            for (balance, sum) in balances.iter_mut().zip(&sums) {
                let near = i128::from(*balance >> 8) * sum / WHOLE + i128::from(numbers.next() % 3) - 1;
                *balance = i64::try_from(near.max(0)).unwrap();
            }
        }
        let alone: [_; LANES] = std::array::from_fn(|lane| {
            mul_div_wide(i128::from(balances[lane]), WHOLE, sums[lane], Rounding::Down).unwrap()
        });
        let mut many = balances;
        if annuity.repay(&mut many) {
            assert_eq!(many.map(i128::from), alone, "{balances:?} at {rates:?} over {fractions:?}");
            repaid += 1;
        } else {
            assert_eq!(many, balances);
            assert!(balances.iter().any(|balance| *balance >= 1 << 45), "{balances:?} at {rates:?}");
        }
    }
    assert!(repaid > 6_000, "{repaid} of 12,000 rounds went side by side");
}

/// What does not fit says so, whatever came before.
#[test]
fn a_loan_that_does_not_fit_is_refused() {
    let month = DayFraction { numerator: 30, denominator: 360 };
    let check = |rate: i64, fraction: DayFraction| {
        assert!(!Annuity::<LANES>::default().add(&[rate; LANES], fraction), "{rate} {fraction:?}");
    };
    check(-1, month);
    check(1 << 31, month);
    check(1, DayFraction { numerator: -1, ..month });
    check(1, DayFraction { denominator: 0, ..month });
    check(1, DayFraction { denominator: 1 << 30, ..month });
    assert!(!Annuity::<LANES>::default().repay(&mut [1; LANES]), "nothing is repaid in no payment");
}
