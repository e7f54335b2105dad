//! What falls due: interest, scheduled principal, fees and expenses. Language, section 5, steps 4 and 5.

use crate::WaterfallError;
use crate::formula::{FACTOR_ONE, Formulas, discount};
use crate::instruction::NONE;
use crate::lanes::{self, alike, combine, each, least, masked, same, unmasked};
use crate::machine::Machine;
use crate::plan::{Amortisation, Draws, Fee, Note, NoteField, Plan, Register, UnpaidInterest};
use crate::posting::{PostingKind, Recorder};
use units::{
    Amount, Annuity, Date, DayFraction, Rate, Rounding, checked_add, checked_sub, interest_each, mul_div,
    mul_div_each, mul_div_wide,
};

/// Interest on a balance, rounded up: it is what the deal owes.
#[inline]
pub fn interest(balance: i64, rate: i64, fraction: DayFraction) -> Result<i64, WaterfallError> {
    Ok(Amount::new(balance).interest(Rate::new(rate), fraction, Rounding::Up)?.units())
}

/// Parts of a year over which interest accrues: the same in every lane, but where a note was drawn in some lanes only.
enum Span<const L: usize> {
    One(DayFraction),
    Each([DayFraction; L]),
}

impl<const L: usize> Span<L> {
    /// Sets each balance to its interest, rounded up: it is what the deal owes.
    #[inline(always)]
    fn interest(&self, balances: &mut [i64; L], rates: &[i64; L]) -> Result<(), WaterfallError> {
        match self {
            Self::One(fraction) => Ok(interest_each(balances, rates, *fraction, Rounding::Up)?),
            Self::Each(fractions) => {
                for ((balance, rate), fraction) in balances.iter_mut().zip(rates).zip(fractions) {
                    *balance = interest(*balance, *rate, *fraction)?;
                }
                Ok(())
            }
        }
    }
}

impl<const L: usize, J: Recorder<L>> Machine<'_, L, J> {
    /// Interest, additional interest and scheduled principal of every note for period `number`.
    pub fn accrue_notes(&mut self, number: u16) -> Result<(), WaterfallError> {
        self.wide(
            #[inline(always)]
            |machine| machine.accrue_notes_here(number),
        )
    }

    #[inline(always)]
    fn accrue_notes_here(&mut self, number: u16) -> Result<(), WaterfallError> {
        let plan = self.plan;
        let end = plan.period(number).map_or(Date::default(), |period| period.end);
        for note in &plan.notes {
            self.compute(&note.terms)?;
            self.accrue_to(note, end)?;
            if note.accretes != NONE {
                self.accrete(note)?;
            }
            self.fall_due(note, number)?;
        }
        Ok(())
    }

    /// Accrues to a day of the current period: interest on the balance, on what is carried if it bears interest, and
    /// additional interest, each rounded up.
    #[inline(always)]
    pub fn accrue_to(&mut self, note: &Note, day: Date) -> Result<(), WaterfallError> {
        let (span, to) = self.span_to(note, day)?;
        let base = if note.notional == NONE { note.register(NoteField::Balance) } else { note.notional };
        let mut new = each(&self.read(base), |base| base.max(0));
        let [_, coupon, _, accrued, accrued_to] = self.state.block(note.first)?;
        *accrued_to = to;
        span.interest(&mut new, coupon)?;
        lanes::add(accrued, &new)?;
        if note.additional.is_some() {
            self.accrue_additional(note, &span)?;
        }
        match note.unpaid {
            UnpaidInterest::Bears(plus) => self.accrue_on_carried(note, plus, &span),
            UnpaidInterest::Carried | UnpaidInterest::Capitalised => Ok(()),
        }
    }

    #[inline(always)]
    fn accrue_on_carried(
        &mut self,
        note: &Note,
        plus: Register,
        span: &Span<L>,
    ) -> Result<(), WaterfallError> {
        let plus = self.read(plus);
        let carried = self.read(note.register(NoteField::InterestDue));
        let [_, coupon, _, accrued] = self.state.block(note.first)?;
        let (mut rate, mut new) = (*coupon, carried);
        lanes::add(&mut rate, &plus)?;
        span.interest(&mut new, &each(&rate, |rate| rate.max(0)))?;
        lanes::add(accrued, &new)
    }

    /// What has passed since the last accrual, and the day on which it ends in each lane.
    #[inline(always)]
    fn span_to(&self, note: &Note, day: Date) -> Result<(Span<L>, [i64; L]), WaterfallError> {
        if note.draws.is_none() {
            // Without draws nothing accrues inside a period.
            let fraction = self.plan.fraction(note.day_count, self.number);
            return Ok((Span::One(fraction), [i64::from(day.days()); L]));
        }
        let from = self.read(note.register(NoteField::AccruedTo));
        if alike(&from) {
            let from = from.first().copied().unwrap_or(0);
            let (fraction, to) = self.fraction_to(note, from, day)?;
            return Ok((Span::One(fraction), [i64::from(to.days()); L]));
        }
        // A draw happened in some lanes and not in others.
        let (mut fractions, mut to) = ([DayFraction { numerator: 0, denominator: 1 }; L], from);
        for (fraction, to) in fractions.iter_mut().zip(&mut to) {
            let (since, day) = self.fraction_to(note, *to, day)?;
            (*fraction, *to) = (since, i64::from(day.days()));
        }
        Ok((Span::Each(fractions), to))
    }

    /// The part of a year from where the last accrual ended to a day of the current period, and that day.
    fn fraction_to(&self, note: &Note, from: i64, day: Date) -> Result<(DayFraction, Date), WaterfallError> {
        let (plan, number) = (self.plan, self.number);
        let from = Date::from_days(i32::try_from(from).unwrap_or(i32::MAX));
        // At a payment date the period is that payment's; between two it is the next one's.
        let ends_later = |number| plan.period(number).filter(|period| from < period.end);
        let this = ends_later(number).map(|period| (number, period));
        let next = number.saturating_add(1);
        let Some((number, period)) = this.or_else(|| Some((next, ends_later(next)?))) else {
            return Ok((DayFraction { numerator: 0, denominator: 1 }, from));
        };
        let day = day.clamp(period.start, period.end);
        if (from, day) == (period.start, period.end) {
            return Ok((plan.fraction(note.day_count, number), day));
        }
        let column = plan.fractions.get(usize::from(note.day_count)).ok_or(WaterfallError::BadReference)?;
        Ok((column.day_count.fraction(from, day), day))
    }

    fn accrue_additional(&mut self, note: &Note, span: &Span<L>) -> Result<(), WaterfallError> {
        let Some((rate, first)) = note.additional else { return Ok(()) };
        let from = self.plan.period(first).map_or(i64::MAX, |period| i64::from(period.start.days()));
        // The accrual has moved on already: it began before where it now stands.
        if self.read(note.register(NoteField::AccruedTo)).iter().all(|accrued_to| *accrued_to <= from) {
            return Ok(());
        }
        let mut new = self.read(note.register(NoteField::Balance));
        span.interest(&mut new, &each(&self.read(rate), |rate| rate.max(0)))?;
        self.state.add(note.register(NoteField::AdditionalDue), &new)
    }

    /// What accrued in the period joins the balance where the note accretes.
    fn accrete(&mut self, note: &Note) -> Result<(), WaterfallError> {
        let accretes = self.read(note.accretes);
        let [_, _, _, accrued] = self.state.block(note.first)?;
        let joins = masked(accrued, &accretes);
        *accrued = unmasked(accrued, &accretes);
        self.capitalise(note, &joins)
    }

    /// Interest joins the balance, and what is planned of it.
    pub fn capitalise(&mut self, note: &Note, amount: &[i64; L]) -> Result<(), WaterfallError> {
        for field in [NoteField::Balance, NoteField::Planned, NoteField::Capitalised] {
            self.state.add(note.register(field), amount)?;
        }
        self.post(self.posting(PostingKind::Book, note.interest, note.id, *amount));
        Ok(())
    }

    /// What accrued in the period falls due. The planned balance moves; what the balance is above it is due as well.
    #[inline(always)]
    fn fall_due(&mut self, note: &Note, number: u16) -> Result<(), WaterfallError> {
        self.move_planned(note, number)?;
        let scheduled = self.above_plan(note, number)?;
        let [_, _, _, accrued] = self.state.block(note.first)?;
        let new = core::mem::replace(accrued, [0; L]);
        let [interest_due, scheduled_due] = self.state.block(note.due)?;
        *scheduled_due = scheduled;
        lanes::add(interest_due, &new)
    }

    /// The planned balance falls as draws, a formula or the schedule say.
    #[inline(always)]
    fn move_planned(&mut self, note: &Note, number: u16) -> Result<(), WaterfallError> {
        let planned = note.register(NoteField::Planned);
        if let Some(draws) = note.draws {
            let path = self.plan_draws(note, (draws, number))?;
            self.write(planned, path);
            return Ok(());
        }
        if let Amortisation::Planned(target) = note.amortisation
            && number < note.maturity
        {
            self.write(planned, each(&self.read(target), |target| target.max(0)));
            return Ok(());
        }
        let plan = self.plan;
        let [balance, coupon, planned] = self.state.block(note.first)?;
        *planned = least(planned, balance);
        move_plan(plan, (note, number), coupon, planned)
    }

    /// What the balance is above the planned one, unless the note is locked.
    #[inline(always)]
    fn above_plan(&mut self, note: &Note, number: u16) -> Result<[i64; L], WaterfallError> {
        let [balance, _, planned] = self.state.block(note.first)?;
        if same(balance, planned) {
            return Ok([0; L]);
        }
        let mut above = *balance;
        lanes::excess(&mut above, planned)?;
        let unlocked = note.locked == NONE || number >= note.maturity;
        Ok(if unlocked { above } else { unmasked(&above, &self.read(note.locked)) })
    }

    fn plan_draws(&mut self, note: &Note, (draws, number): (Draws, u16)) -> Result<[i64; L], WaterfallError> {
        let mut total = [0; L];
        for index in 0..draws.at_most {
            let [planned, first] = note.draw(index);
            let mut moved = self.read(planned);
            combine(&mut moved, &self.read(first), |planned, first| {
                if first == 0 || number >= note.maturity {
                    return Ok(0);
                }
                let age = i64::from(number).saturating_sub(first).saturating_add(1);
                let repaying = age.saturating_sub(i64::from(draws.interest_only));
                let left = i64::from(draws.payments).saturating_sub(repaying).saturating_add(1);
                let part = if repaying < 1 { 0 } else { one_part(planned, left)? };
                Ok(checked_sub(planned, part)?)
            })?;
            self.write(planned, moved);
            lanes::add(&mut total, &moved)?;
        }
        Ok(total)
    }

    /// What fees and expenses cost this period. Fees of the closing are due only there.
    pub fn accrue_fees(&mut self, number: u16) -> Result<(), WaterfallError> {
        self.wide(
            #[inline(always)]
            |machine| machine.accrue_fees_here(number),
        )
    }

    #[inline(always)]
    fn accrue_fees_here(&mut self, number: u16) -> Result<(), WaterfallError> {
        let plan = self.plan;
        for fee in plan.fees.iter().filter(|fee| fee.once_at_closing == (number == 0)) {
            self.compute(&fee.section)?;
            let mut new = each(&self.read(fee.result), |new| new.max(0));
            if let Some(day_count) = fee.a_year {
                let fraction = plan.fraction(day_count, number);
                let part = (&[fraction.numerator; L], &[fraction.denominator; L]);
                mul_div_each(&mut new, part, Rounding::Down)?;
            }
            self.split_at_cap(fee, new)?;
        }
        Ok(())
    }

    fn split_at_cap(&mut self, fee: &Fee, new: [i64; L]) -> Result<(), WaterfallError> {
        let plan = self.plan;
        let (claim, excess) = (
            plan.claims.get(usize::from(fee.claim)),
            fee.excess.and_then(|e| plan.claims.get(usize::from(e))),
        );
        let (Some(claim), Some(excess)) = (claim, excess) else {
            return claim.map_or(Ok(()), |claim| self.state.add(claim.due, &new));
        };
        let mut room = each(&self.read(fee.cap), |cap| cap.max(0));
        if let Some(this_year) = fee.this_year {
            lanes::excess(&mut room, &self.read(this_year))?;
        }
        let (ranking, mut rest) = (least(&new, &room), new);
        if let Some(this_year) = fee.this_year {
            self.state.add(this_year, &ranking)?;
        }
        self.state.add(claim.due, &ranking)?;
        lanes::subtract(&mut rest, &ranking)?;
        self.state.add(excess.due, &rest)
    }
}

impl<const L: usize> Formulas<'_, L> {
    /// One lane of `present_value`.
    pub fn present_value_in_lane(
        &self,
        note: &Note,
        (lane, rate): (usize, i64),
        from: u16,
    ) -> Result<i64, WaterfallError> {
        let plan = self.plan;
        let cell = |field| self.registers.read(note.register(field)).get(lane).copied().unwrap_or(0);
        let coupon = cell(NoteField::Coupon);
        let mut planned = cell(NoteField::Planned).min(cell(NoteField::Balance));
        let (mut factor, mut sum) = (FACTOR_ONE, 0);
        for number in from..=note.maturity {
            let fraction = plan.fraction(note.day_count, number);
            factor = discount(factor, rate, fraction.numerator, fraction.denominator)?;
            let part = principal_part(plan, note, (planned, coupon), number)?;
            let flow = checked_add(interest(planned, coupon, fraction)?, part)?;
            let value = mul_div_wide(i128::from(flow), factor, FACTOR_ONE, Rounding::Down)?;
            sum = checked_add(sum, i64::try_from(value).map_err(|_| units::UnitsError::Overflow)?)?;
            planned = checked_sub(planned, part)?;
        }
        Ok(sum)
    }
}

/// Moves a planned balance past payment `number`.
#[inline(always)]
fn move_plan<const L: usize>(
    plan: &Plan,
    (note, number): (&Note, u16),
    coupon: &[i64; L],
    planned: &mut [i64; L],
) -> Result<(), WaterfallError> {
    let rests = match note.amortisation {
        Amortisation::Level { first, .. } | Amortisation::Linear { first, .. } => number < first,
        Amortisation::Bullet | Amortisation::Planned(_) => true,
    };
    if rests && number < note.maturity {
        return Ok(());
    }
    if L.is_multiple_of(8) && repay_level(plan, (note, number), coupon, planned) {
        return Ok(());
    }
    combine(planned, coupon, |base, coupon| {
        Ok(checked_sub(base, principal_part(plan, note, (base, coupon), number)?)?)
    })
}

/// Takes the principal part of a level payment off the planned balance, in all lanes side by side. Returns false, and leaves
/// the balance as it is, if the payment is no such one or a number is too large for this way.
#[inline(always)]
fn repay_level<const L: usize>(
    plan: &Plan,
    (note, number): (&Note, u16),
    coupon: &[i64; L],
    planned: &mut [i64; L],
) -> bool {
    let Amortisation::Level { last, .. } = note.amortisation else { return false };
    if number >= last || number >= note.maturity {
        return false;
    }
    let mut annuity = Annuity::default();
    for payment in number..=last {
        if !annuity.add(coupon, plan.fraction(note.day_count, payment)) {
            return false;
        }
    }
    let (mut level, mut interest) = (*planned, *planned);
    let fraction = plan.fraction(note.day_count, number);
    if !annuity.repay(&mut level) || interest_each(&mut interest, coupon, fraction, Rounding::Up).is_err() {
        return false;
    }
    let part = lanes::zip(&level, &interest, |level, interest| level.wrapping_sub(interest).max(0));
    *planned = lanes::zip(planned, &part, |planned, part| planned.wrapping_sub(part.min(planned)));
    true
}

/// The principal that payment `number` repays of a planned balance.
fn principal_part(
    plan: &Plan,
    note: &Note,
    (base, coupon): (i64, i64),
    number: u16,
) -> Result<i64, WaterfallError> {
    let left = |last: u16| last.saturating_sub(number).saturating_add(1);
    match note.amortisation {
        _ if number >= note.maturity => Ok(base),
        Amortisation::Level { first, .. } | Amortisation::Linear { first, .. } if number < first => Ok(0),
        Amortisation::Level { last, .. } | Amortisation::Linear { last, .. } if number >= last => Ok(base),
        Amortisation::Linear { last, .. } => one_part(base, i64::from(left(last))),
        Amortisation::Level { last, .. } => {
            let level =
                level_payment(plan, note.day_count, Level { base, coupon, number, payments: left(last) })?;
            let interest = interest(base, coupon, plan.fraction(note.day_count, number))?;
            Ok(checked_sub(level, interest)?.clamp(0, base))
        }
        Amortisation::Bullet | Amortisation::Planned(_) => Ok(0),
    }
}

/// An equal part of what is left, rounded down; the last part is all of it.
fn one_part(base: i64, left: i64) -> Result<i64, WaterfallError> {
    if left <= 1 { Ok(base) } else { Ok(mul_div(base, 1, left, Rounding::Down)?) }
}

/// What is to be repaid in equal payments.
struct Level {
    base: i64,
    coupon: i64,
    number: u16,
    payments: u16,
}

/// The equal payment that repays `base` with interest, rounded down; what that leaves is in the last payment.
fn level_payment(plan: &Plan, day_count: u8, level: Level) -> Result<i64, WaterfallError> {
    let (mut factor, mut sum) = (FACTOR_ONE, 0_i128);
    let end = level.number.saturating_add(level.payments);
    for number in level.number..end {
        let fraction = plan.fraction(day_count, number);
        factor = discount(factor, level.coupon, fraction.numerator, fraction.denominator)?;
        sum = sum.saturating_add(factor);
    }
    let payment = mul_div_wide(i128::from(level.base), FACTOR_ONE, sum, Rounding::Down)?;
    Ok(i64::try_from(payment).map_err(|_| units::UnitsError::Overflow)?)
}
