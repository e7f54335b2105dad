//! What borrowers would pay if nobody paid early or failed: every loan, every month, to the unit.

use crate::error::{AssetsError, While};
use crate::loans::level::Annuities;
use units::{DayFraction, RATE_ONE, Rate, Rounding, UnitsError, checked_add, mul_div};

/// Most months of one loan: fifty years.
pub(crate) const MONTHS_MAX: usize = 600;

/// How a loan is repaid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LoanStyle {
    /// Equal payments of interest and principal.
    Level,
    /// Equal principal.
    Linear,
    /// Interest until the last month, then everything.
    Bullet,
    /// Level payments that leave `balloon`, which falls due in the last month.
    Balloon,
    /// Interest for `interest_only` months, then level payments.
    InterestOnly,
}

impl LoanStyle {
    /// Reads the word on a tape.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        match word {
            "level" => Some(Self::Level),
            "linear" => Some(Self::Linear),
            "bullet" => Some(Self::Bullet),
            "balloon" => Some(Self::Balloon),
            "interest_only" => Some(Self::InterestOnly),
            _ => None,
        }
    }
}

/// One loan of a tape, in the smallest units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScheduledLoan {
    /// What is owed at the cut-off.
    pub balance: i64,
    /// Interest for a year.
    pub rate: Rate,
    /// Months from the cut-off to maturity.
    pub months: usize,
    /// How it is repaid.
    pub style: LoanStyle,
    /// Due in the last month, for a balloon.
    pub balloon: i64,
    /// Months without principal, for interest-only.
    pub interest_only: usize,
}

/// Sums of all loans by month.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schedule {
    /// What is owed at the cut-off.
    pub opening: i64,
    /// Interest due in each month, rounded up for each loan.
    pub interest: Vec<i64>,
    /// Principal due in each month.
    pub principal: Vec<i64>,
}

impl Schedule {
    /// Adds up the schedules of all loans. `fractions` are the parts of a year of the months from the cut-off.
    ///
    /// A level payment is balance ÷ Σ vₙ rounded down; interest is rounded up; the last month takes what is left.
    ///
    /// # Errors
    /// [`AssetsError::Number`] if a sum does not fit, or if a loan is longer than `fractions`.
    pub fn add_up(loans: &[ScheduledLoan], fractions: &[DayFraction]) -> Result<Self, AssetsError> {
        let months = loans.iter().map(|loan| loan.months).max().unwrap_or(0);
        let mut schedule = Self { opening: 0, interest: vec![0; months], principal: vec![0; months] };
        let mut annuities = Annuities::default();
        let fractions = fractions.get(..months).ok_or(UnitsError::Overflow).during("loan term")?;
        for loan in loans {
            let payment = payment(loan, &mut annuities, fractions).during("level payment")?;
            schedule.add(loan, payment, fractions).during("loan schedule")?;
        }
        Ok(schedule)
    }

    fn add(
        &mut self,
        loan: &ScheduledLoan,
        payment: i64,
        fractions: &[DayFraction],
    ) -> Result<(), UnitsError> {
        self.opening = checked_add(self.opening, loan.balance)?;
        let mut left = loan.balance;
        let accrual = Accrual::new(loan.rate, fractions)?;
        let sums = self.interest.iter_mut().zip(self.principal.iter_mut()).zip(fractions);
        for (month, ((interest_sum, principal_sum), fraction)) in sums.take(loan.months).enumerate() {
            let interest = accrual.interest(left, *fraction)?;
            let principal = match loan.style {
                _ if month.saturating_add(1) == loan.months => left,
                LoanStyle::Level | LoanStyle::Balloon => payment.saturating_sub(interest),
                LoanStyle::Linear => payment,
                LoanStyle::InterestOnly if month >= loan.interest_only => payment.saturating_sub(interest),
                LoanStyle::InterestOnly | LoanStyle::Bullet => 0,
            };
            let principal = principal.clamp(0, left);
            left = left.saturating_sub(principal);
            *interest_sum = checked_add(*interest_sum, interest)?;
            *principal_sum = checked_add(*principal_sum, principal)?;
        }
        Ok(())
    }
}

/// A rate over its whole, in lowest terms: products then mostly fit one machine word, which divides several times
/// faster than two, and the quotient is the same.
struct Accrual {
    rate: i64,
    whole: i64,
}

impl Accrual {
    fn new(rate: Rate, fractions: &[DayFraction]) -> Result<Self, UnitsError> {
        let denominator = fractions.first().map_or(1, |fraction| fraction.denominator);
        let whole = denominator.checked_mul(RATE_ONE).ok_or(UnitsError::Overflow)?;
        let divisor = greatest_common_divisor(rate.units(), whole);
        let reduce = |number: i64| number.checked_div(divisor).ok_or(UnitsError::DivisionByZero);
        Ok(Self { rate: reduce(rate.units())?, whole: reduce(whole)? })
    }

    /// What the borrower owes for one month, rounded up.
    #[inline]
    fn interest(&self, balance: i64, fraction: DayFraction) -> Result<i64, UnitsError> {
        let yearly = self.rate.checked_mul(fraction.numerator).ok_or(UnitsError::Overflow)?;
        mul_div(balance, yearly, self.whole, Rounding::Up)
    }
}

fn greatest_common_divisor(mut a: i64, mut b: i64) -> i64 {
    while let Some(rest) = a.checked_rem(b) {
        (a, b) = (b, rest);
    }
    a
}

/// The level payment, or the equal principal of a linear loan.
fn payment(
    loan: &ScheduledLoan,
    annuities: &mut Annuities,
    fractions: &[DayFraction],
) -> Result<i64, UnitsError> {
    let annuity = match loan.style {
        LoanStyle::Bullet => return Ok(0),
        LoanStyle::Linear => {
            let months = i64::try_from(loan.months).map_err(|_| UnitsError::Overflow)?;
            return mul_div(loan.balance, 1, months, Rounding::Down);
        }
        LoanStyle::Level | LoanStyle::Balloon | LoanStyle::InterestOnly => {
            annuities.of(loan.rate, fractions)?
        }
    };
    match loan.style {
        LoanStyle::Balloon => annuity.payment((loan.balance, loan.balloon), (0, loan.months)),
        LoanStyle::InterestOnly if loan.interest_only >= loan.months => Ok(0),
        LoanStyle::InterestOnly => annuity.payment((loan.balance, 0), (loan.interest_only, loan.months)),
        _ => annuity.payment((loan.balance, 0), (0, loan.months)),
    }
}
