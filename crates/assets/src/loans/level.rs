//! The level payment, in integers.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use units::{Amount, DayFraction, RATE_ONE, Rate, Rounding, UnitsError, mul_div_wide};

/// One whole of a discount factor.
pub(crate) const FACTOR_ONE: i128 = 1_000_000_000_000_000_000;

/// Discount factors of one rate: `sums[n]` is Σ v₁…vₙ and `factors[n]` is vₙ, in units of 1e-18, each rounded down.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Annuity {
    factors: Vec<i128>,
    sums: Vec<i128>,
}

impl Annuity {
    /// vₙ = vₙ₋₁ ÷ (1 + rate × fraction of month n).
    pub(crate) fn new(rate: Rate, fractions: &[DayFraction]) -> Result<Self, UnitsError> {
        let (mut factors, mut sums) = (vec![FACTOR_ONE], vec![0]);
        let (mut factor, mut sum) = (FACTOR_ONE, 0_i128);
        for fraction in fractions {
            let whole = i128::from(fraction.denominator).saturating_mul(i128::from(RATE_ONE));
            let interest = i128::from(fraction.numerator).saturating_mul(i128::from(rate.units()));
            factor = mul_div_wide(factor, whole, whole.saturating_add(interest), Rounding::Down)?;
            sum = sum.checked_add(factor).ok_or(UnitsError::Overflow)?;
            factors.push(factor);
            sums.push(sum);
        }
        Ok(Self { factors, sums })
    }

    /// Returns the payment that brings `balance` to `balloon` after the months from `skip` on up to `last`, rounded
    /// down; the last payment takes what is left.
    pub(crate) fn payment(
        &self,
        (balance, balloon): (i64, i64),
        (skip, last): (usize, usize),
    ) -> Result<i64, UnitsError> {
        let at = |list: &[i128], month: usize| list.get(month).copied().ok_or(UnitsError::Overflow);
        let (start, end) = (at(&self.factors, skip)?, at(&self.factors, last)?);
        let sum = at(&self.sums, last)?.saturating_sub(at(&self.sums, skip)?);
        let owed = mul_div_wide(i128::from(balance), start, 1, Rounding::Down)?;
        let later = mul_div_wide(i128::from(balloon), end, 1, Rounding::Down)?;
        let payment = mul_div_wide(owed.saturating_sub(later), 1, sum, Rounding::Down)?;
        i64::try_from(payment).map_err(|_| UnitsError::Overflow)
    }
}

/// Annuities by rate: the rows of a tape share few rates.
#[derive(Debug, Default)]
pub(crate) struct Annuities(BTreeMap<i64, Annuity>);

impl Annuities {
    pub(crate) fn of(&mut self, rate: Rate, fractions: &[DayFraction]) -> Result<&Annuity, UnitsError> {
        match self.0.entry(rate.units()) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(new) => Ok(new.insert(Annuity::new(rate, fractions)?)),
        }
    }
}

/// Returns the level payment of a loan: balance ÷ Σ vₙ, rounded down to the unit; the last payment takes what is left.
///
/// # Errors
/// [`UnitsError::DivisionByZero`] without a month, [`UnitsError::Overflow`].
pub fn level_payment(balance: Amount, rate: Rate, months: &[DayFraction]) -> Result<Amount, UnitsError> {
    Annuity::new(rate, months)?.payment((balance.units(), 0), (0, months.len())).map(Amount::new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use units::{Date, DayCount};

    /// Pays level payments found anew each month, interest rounded up; returns the first payment and all interest.
    fn pay(balance: i64, rate: i64, months: &[DayFraction]) -> (i64, i64) {
        let rate = Rate::new(rate);
        let level = |left, rest| level_payment(Amount::new(left), rate, rest).unwrap().units();
        let (mut left, mut interest) = (balance, 0);
        for (index, month) in months.iter().enumerate() {
            let due = Amount::new(left).interest(rate, *month, Rounding::Up).unwrap().units();
            let last = index + 1 == months.len();
            let principal = if last { left } else { level(left, &months[index..]) - due };
            (left, interest) = (left - principal, interest + due);
        }
        assert_eq!(left, 0);
        (level(balance, months), interest)
    }

    fn months(day_count: DayCount, first: &str, count: i32) -> Vec<DayFraction> {
        let first: Date = first.parse().unwrap();
        let day = |month| first.add_months(month).unwrap();
        (0..count).map(|month| day_count.fraction(day(month), day(month + 1))).collect()
    }

    #[test]
    fn one_million_at_fifteen_per_cent() {
        let months = months(DayCount::Actual365, "2026-12-01", 12);
        assert_eq!(pay(1_000_000_000_000, 150_000_000, &months), (90_250_626_302, 83_007_515_642));
        assert_eq!(pay(10_000_000_000_000, 150_000_000, &months), (902_506_263_029, 830_075_156_363));
    }

    #[test]
    fn edges() {
        let year = months(DayCount::Thirty360, "2026-01-01", 12);
        assert_eq!(pay(1_200, 0, &year), (100, 0));
        assert_eq!(pay(1_205, 0, &year), (100, 0));
        assert_eq!(pay(0, 50_000_000, &year), (0, 0));
        assert_eq!(level_payment(Amount::new(1), Rate::new(1), &[]), Err(UnitsError::DivisionByZero));
        let thirty_years = months(DayCount::Thirty360, "2026-01-01", 360);
        // 250,000.00 at 6 % over thirty years: the schoolbook's 1,498.88.
        assert_eq!(
            level_payment(Amount::new(25_000_000), Rate::new(60_000_000), &thirty_years),
            Ok(Amount::new(149_887))
        );
        let hostile = level_payment(Amount::new(i64::MAX), Rate::new(i64::MAX), &thirty_years);
        assert_eq!(hostile, Err(UnitsError::Overflow));
    }
}
