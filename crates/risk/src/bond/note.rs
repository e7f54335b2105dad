//! What a note still pays, as the engine paid it.

use super::BondError;
use report::{Class, ClassKind, ClassPeriod, Draw, Results};
use units::{Date, DayCount, RATE_DECIMALS, Rounding, mul_div_wide};

/// One payment to the holders of a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotePayment {
    /// When.
    pub date: Date,
    /// Interest, in the smallest unit.
    pub interest: i64,
    /// Principal, in the smallest unit.
    pub principal: i64,
    /// Index rate of the period that ends with this payment, in billionths a year; `None` for a fixed coupon.
    pub index: Option<i64>,
}

/// Everything that is needed to value a note on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteFlows {
    /// Name of the note.
    pub name: String,
    /// Currency of the amounts.
    pub currency: String,
    /// Decimal places of the smallest unit.
    pub decimals: u8,
    /// Day on which the buyer pays.
    pub settlement: Date,
    /// Balance on that day; prices are per 100 of it.
    pub balance: i64,
    /// Interest earned since the last payment, which the buyer pays on top of the clean price.
    pub accrued: i64,
    /// How the note counts days; the discount margin accrues by it.
    pub day_count: DayCount,
    /// What it pays after settlement, in order.
    pub payments: Vec<NotePayment>,
}

/// What a run does not know about a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoteTerms {
    /// Day on which the buyer pays.
    pub settlement: Date,
    /// How the note counts days.
    pub day_count: DayCount,
    /// Quoted margin over the index in billionths a year; `None` for a fixed coupon.
    pub margin: Option<i64>,
}

impl NoteFlows {
    /// Takes the payments of a class of a run that come after the settlement.
    ///
    /// The index of a floating note is its coupon less its quoted margin, so that a floor or a cap counts as index.
    ///
    /// # Errors
    /// [`BondError`] if there is no such note, it has no balance then, or money is still to be drawn.
    pub fn of_class(results: &Results, name: &str, terms: NoteTerms) -> Result<Self, BondError> {
        let class = find_note(results, name)?;
        if let Some(draw) = class.draws.iter().map(|draw| draw.date).filter(|d| *d > terms.settlement).max() {
            return Err(BondError::DrawnLater { note: name.to_owned(), draw });
        }
        let (before, after): (Vec<_>, Vec<_>) =
            dated_rows(results, class).partition(|(date, _)| *date <= terms.settlement);
        // What was drawn since the last payment is in no row yet.
        let paid_until = before.last().map_or(Date::from_days(i32::MIN), |(date, _)| *date);
        let recent: Vec<_> = class.draws.iter().filter(|draw| draw.date > paid_until).copied().collect();
        let drawn: i64 = recent.iter().map(|draw| draw.amount).sum();
        let closing = before.last().map_or(0, |(_, row)| row.closing);
        let note = Self {
            name: name.to_owned(),
            currency: results.deal.currency.clone(),
            decimals: results.deal.decimals,
            settlement: terms.settlement,
            balance: closing.saturating_add(drawn),
            accrued: match after.first() {
                Some((_, row)) => calc_accrued(results, (name, row), &recent, terms)?,
                None => 0,
            },
            day_count: terms.day_count,
            payments: after.iter().map(|(date, row)| payment(*date, row, terms.margin)).collect(),
        };
        note.require_valid()?;
        Ok(note)
    }

    /// Returns true if every payment has an index, so that the note floats.
    pub fn floats(&self) -> bool {
        self.payments.iter().all(|payment| payment.index.is_some())
    }

    /// Refuses what has no price: no balance, no payments, payments out of order or negative.
    ///
    /// # Errors
    /// [`BondError`] that says which.
    pub fn require_valid(&self) -> Result<(), BondError> {
        if self.balance <= 0 {
            return Err(BondError::NoBalance { note: self.name.clone(), settlement: self.settlement });
        }
        let mut last = self.settlement;
        for payment in &self.payments {
            if payment.date <= last {
                return Err(BondError::NotInOrder(payment.date));
            }
            if payment.interest < 0 || payment.principal < 0 {
                return Err(BondError::Negative(payment.date));
            }
            last = payment.date;
        }
        let pays = self.payments.iter().any(|payment| payment.interest > 0 || payment.principal > 0);
        pays.then_some(()).ok_or_else(|| BondError::PaysNothing(self.name.clone()))
    }
}

fn find_note<'a>(results: &'a Results, name: &str) -> Result<&'a Class, BondError> {
    let Some(class) = results.classes.iter().find(|class| class.name == name) else {
        let notes = results.classes.iter().filter(|class| class.kind == ClassKind::Note);
        let known = notes.map(|class| class.name.as_str()).collect::<Vec<_>>().join(", ");
        return Err(BondError::NoSuchNote { asked: name.to_owned(), known });
    };
    match class.kind {
        ClassKind::Note => Ok(class),
        ClassKind::Equity => Err(BondError::Equity(name.to_owned())),
    }
}

fn dated_rows<'a>(results: &'a Results, class: &'a Class) -> impl Iterator<Item = (Date, &'a ClassPeriod)> {
    class.periods.iter().filter_map(|row| Some((results.period(row.period)?.payment_date, row)))
}

fn payment(date: Date, row: &ClassPeriod, margin: Option<i64>) -> NotePayment {
    let index = row.coupon.zip(margin).map(|(coupon, margin)| coupon.saturating_sub(margin));
    NotePayment { date, interest: row.interest_paid, principal: row.principal_paid, index }
}

/// Balance × coupon × part of the year, for the opening balance and each draw since, rounded down: what is paid for is
/// never more than what was earned.
fn calc_accrued(
    results: &Results,
    note: (&str, &ClassPeriod),
    draws: &[Draw],
    terms: NoteTerms,
) -> Result<i64, BondError> {
    let (name, row) = note;
    let Some(start) = results.period(row.period).map(|period| period.accrual_start) else { return Ok(0) };
    let opening = Draw { date: start, amount: row.opening };
    let later = draws.iter().filter(|draw| draw.date > start);
    let earned = |draw: &Draw| {
        let fraction = terms.day_count.fraction(draw.date, terms.settlement);
        let yearly = i128::from(draw.amount).checked_mul(i128::from(row.coupon.unwrap_or(0)))?;
        let divisor = i128::from(fraction.denominator) * 10_i128.pow(u32::from(RATE_DECIMALS));
        mul_div_wide(yearly, i128::from(fraction.numerator), divisor, Rounding::Down).ok()
    };
    let sum = std::iter::once(&opening).chain(later).map(earned).sum::<Option<i128>>();
    sum.and_then(|sum| i64::try_from(sum).ok()).ok_or_else(|| BondError::TooLarge(name.to_owned()))
}
