//! Title, currency, closing, payments, final date.

use super::name;
use crate::choices::Choices;
use crate::formula::number;
use deal::syntax::{Convention, Day, Frequency, Horizon, Payments, Span, Statement, Suffix};
use deal::timetable;
use units::Date;

/// The dates of a deal.
pub(crate) struct Calendar {
    pub closing: Date,
    pub last: Date,
    /// Unadjusted payment dates, the closing first.
    pub ends: Vec<Date>,
    /// Days to sell, declared.
    pub horizons: Vec<u16>,
}

impl Calendar {
    /// Chooses dates, and says them.
    pub fn choose(choices: &mut Choices<'_>, decimals: u8) -> (Self, Vec<Statement>) {
        let closing = Date::from_days(19_700_i32.saturating_add(signed(choices.below(900))));
        let payments = payments(choices, closing);
        let months = match payments.every {
            Frequency::Monthly => 1,
            Frequency::Quarterly => 3,
            Frequency::Semiannually => 6,
            Frequency::Annually => 12,
        };
        let periods = signed(choices.below(8)).saturating_mul(months);
        let after = payments.from.0.add_months(periods).unwrap_or(payments.from.0);
        let odd_days = if choices.chance(25) { choices.below(20) } else { 0 };
        let last = after.add_days(signed(odd_days));
        let dates = timetable(&payments, (closing, last), Span::default());
        let ends = dates.map_or(vec![last], |dates| dates.periods.iter().map(|period| period.end).collect());
        let ends = std::iter::once(closing).chain(ends).collect();
        let mut statements = vec![
            Statement::Deal { title: "Random".to_owned() },
            Statement::Currency { name: name("USDC"), decimals },
            Statement::Closing { date: Day(closing) },
            Statement::Payments(payments),
            Statement::Final { date: Day(last) },
        ];
        let (horizons, liquidation) = horizons(choices);
        statements.extend(liquidation);
        (Self { closing, last, ends, horizons }, statements)
    }

    /// How many payments there are up to the final one.
    pub fn count(&self) -> u32 {
        u32::try_from(self.ends.len().saturating_sub(1)).unwrap_or(0)
    }

    /// The unadjusted date of a payment.
    pub fn end(&self, number: u32) -> Date {
        self.ends.get(usize::try_from(number).unwrap_or(0)).copied().unwrap_or(self.last)
    }

    /// A day from the closing to a little after the final date.
    pub fn any_day(&self, choices: &mut Choices<'_>) -> Date {
        let days = self.closing.days_until(self.last).saturating_add(20);
        self.closing.add_days(signed(choices.below(days.unsigned_abs())))
    }
}

pub(crate) fn signed(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(0)
}

fn short(count: u32) -> u16 {
    u16::try_from(count).unwrap_or(0)
}

fn payments(choices: &mut Choices<'_>, closing: Date) -> Payments {
    let every = choices.one([
        Frequency::Monthly,
        Frequency::Monthly,
        Frequency::Quarterly,
        Frequency::Semiannually,
        Frequency::Annually,
    ]);
    let convention = choices.one([
        Convention::Unadjusted,
        Convention::Following,
        Convention::ModifiedFollowing,
        Convention::Preceding,
    ]);
    Payments {
        every,
        day: u8::try_from(choices.between(1, 31)).unwrap_or(1),
        convention,
        calendar: name(choices.one(["none", "New_York", "London", "TARGET"])),
        // Far enough from the closing that no business-day rule moves it before.
        from: Day(closing.add_days(signed(choices.between(6, 45)))),
        determined_days_before: short(choices.below(8)),
        grace_days: short(choices.below(6)),
    }
}

fn horizons(choices: &mut Choices<'_>) -> (Vec<u16>, Option<Statement>) {
    let horizons = choices.some(&[180_u16, 90, 7], 40);
    let factor = |choices: &mut Choices<'_>| number(choices.between(1, 110).to_string(), Suffix::Percent);
    let said: Vec<Horizon> =
        horizons.iter().map(|days| Horizon { days: *days, factor: factor(choices) }).collect();
    let statement = (!said.is_empty()).then_some(Statement::Liquidation { horizons: said });
    (horizons, statement)
}
