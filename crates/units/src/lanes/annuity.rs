//! The equal payment that repays a loan, in many loans side by side.
//!
//! A discount factor has sixty bits, more than a float's quotient keeps: it is divided by digits of thirty bits, each estimated
//! and corrected by its residue as in the file above.

use super::{EXACT_BITS, above, corrected, to_float, to_nearest};
use crate::math::Rounding;
use crate::{DayFraction, RATE_ONE};

/// One whole as a discount factor.
const FACTOR_ONE: i64 = 1_000_000_000_000_000_000;
/// Bits of a digit of a discount factor.
const DIGIT: u32 = 30;
const DIGIT_MASK: i64 = (1 << DIGIT) - 1;
/// Rates below 200 %, as for interest.
const RATE_BITS: u32 = 31;
/// A year and its growth together stay an exact float.
const YEAR_BITS: u32 = 51;
/// A payment below 2^45, of at most 64: an estimate is then off by less than 2^-6, and what the residue decides fits a word.
const PAYMENT_BITS: u32 = 45;
const PAYMENTS_MAX: u32 = 64;
/// Nearer to an integer than this, the residue decides; beyond, the estimate does.
const NEAR: f64 = 1.0 / 32.0;

/// Discount factors of payments to come, in units of 1e-18, and their sum; one of each a lane.
#[derive(Clone, Debug)]
pub struct Annuity<const L: usize> {
    factor: [i64; L],
    /// The sum, in digits.
    high: [i64; L],
    low: [i64; L],
    payments: u32,
}

impl<const L: usize> Default for Annuity<L> {
    fn default() -> Self {
        Self { factor: [FACTOR_ONE; L], high: [0; L], low: [0; L], payments: 0 }
    }
}

impl<const L: usize> Annuity<L> {
    /// Adds a payment at the end of a period: ⌊factor × D ÷ (D + rate × numerator)⌋ with D = denominator × 10^9.
    ///
    /// Returns false if a number is too large for this way; the annuity is then of no use, and the loans go one by one.
    #[must_use]
    #[inline(always)]
    pub fn add(&mut self, rates: &[i64; L], fraction: DayFraction) -> bool {
        let DayFraction { numerator, denominator } = fraction;
        let year = denominator.wrapping_mul(RATE_ONE);
        if (numerator | denominator) & above(RATE_BITS) | year & above(YEAR_BITS) != 0 || year <= 0 {
            return false;
        }
        self.payments = self.payments.saturating_add(1);
        let mut beyond = 0;
        let sums = self.high.iter_mut().zip(&mut self.low);
        // A plain loop: what is done here is too long for a compiler that looks for vectors among eight steps in a row.
        for ((factor, rate), (high, low)) in self.factor.iter_mut().zip(rates).zip(sums) {
            let growth = rate.wrapping_mul(numerator);
            beyond |= rate & above(RATE_BITS) | growth & above(YEAR_BITS);
            *factor = discounted(*factor, year, growth);
            *high = high.wrapping_add(*factor >> DIGIT);
            *low = low.wrapping_add(*factor & DIGIT_MASK);
        }
        beyond == 0
    }

    /// Sets each balance to the equal payment that repays it with interest: ⌊balance × 10^18 ÷ sum of the factors⌋.
    ///
    /// Returns false if a number is too large for this way; the balances are then as they were.
    #[must_use]
    #[inline(always)]
    pub fn repay(&self, balances: &mut [i64; L]) -> bool {
        if self.payments == 0 || self.payments > PAYMENTS_MAX {
            return false;
        }
        let (mut payments, mut beyond) = (*balances, 0);
        for (balance, (high, low)) in payments.iter_mut().zip(self.high.iter().zip(&self.low)) {
            let due = payment(*balance, (*high, *low));
            beyond |= *balance & above(EXACT_BITS) | due & above(PAYMENT_BITS);
            *balance = due;
        }
        if beyond == 0 {
            *balances = payments;
        }
        beyond == 0
    }
}

/// A factor one period later, digit by digit.
#[inline(always)]
fn discounted(factor: i64, year: i64, growth: i64) -> i64 {
    let divisor = year.wrapping_add(growth);
    let (whole, part) = (to_float(year), 1.0 / to_float(divisor));
    let (high, low) = (factor >> DIGIT, factor & DIGIT_MASK);
    let estimate = to_nearest(to_float(high) * whole * part);
    let first = corrected((high, year, divisor), estimate, Rounding::Down);
    let left = high.wrapping_mul(year).wrapping_sub(first.wrapping_mul(divisor));
    // Both products may pass a word, and what they differ by from the quotient's does not.
    let dividend = (left << DIGIT).wrapping_add(low.wrapping_mul(year));
    let estimate = to_nearest((to_float(left) * to_float(1 << DIGIT) + to_float(low) * whole) * part);
    let residue = dividend.wrapping_sub(estimate.wrapping_mul(divisor));
    let second = estimate.wrapping_sub(i64::from(residue < 0));
    (first << DIGIT).wrapping_add(second)
}

/// Rounded down. The sum of the factors has more bits than a word: near an integer the lowest word of the residue says on which
/// side the quotient lies.
#[inline(always)]
fn payment(balance: i64, (high, low): (i64, i64)) -> i64 {
    let sum = to_float(high) * to_float(1 << DIGIT) + to_float(low);
    let estimate = to_float(balance) * 1e18 / sum;
    let nearest = to_nearest(estimate);
    let off = estimate - to_float(nearest);
    let lowest = (high << DIGIT).wrapping_add(low);
    let residue = balance.wrapping_mul(FACTOR_ONE).wrapping_sub(nearest.wrapping_mul(lowest));
    let below = if off.abs() > NEAR { off < 0.0 } else { residue < 0 };
    nearest.wrapping_sub(i64::from(below))
}
