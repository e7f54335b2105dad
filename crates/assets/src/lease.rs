//! Leases: a rent roll, and what is expected after each lease ends.

use crate::error::{AssetsError, While};
use crate::history::{compounded, months_between};
use crate::market::{Market, slices};
use crate::number::{Money, Percent};
use crate::observation::{Ledger, ObservationKind, Period, Provenance, Value};
use crate::scenario::{factor, is_share, scaled, share_of};
use crate::table::{Column, ColumnKind};
use crate::tape::Tape;
use serde::Deserialize;
use units::{
    Amount, Date, DayCount, RATE_ONE, Rate, Rounding, UnitsError, checked_add, checked_sub, mul_div,
};

/// What holds for all leases of the roll.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeaseTerms {
    /// Chance of renewal for rows that do not say.
    #[serde(default)]
    pub renewal: Percent,
    /// Months of each renewal.
    #[serde(default = "year")]
    pub renewal_months: u32,
    /// Change of the rent at each renewal: `-5 %`.
    #[serde(default)]
    pub renewal_step: Percent,
    /// Months that space which is not renewed stands empty.
    #[serde(default)]
    pub vacancy_months: u32,
    /// Rent of space let anew, as a share of the last rent; zero if it is not let again.
    #[serde(default)]
    pub relet: Percent,
    /// Operating cost of a month for the whole property.
    #[serde(default)]
    pub opex_per_month: Money,
    /// Yearly growth of the operating cost from `opex_from`.
    #[serde(default)]
    pub opex_growth: Percent,
    /// The day from which operating cost grows; the first start on the roll if not given.
    pub opex_from: Option<crate::number::Day>,
}

const fn year() -> u32 {
    12
}

/// The columns every rent roll has.
pub(crate) fn columns() -> Vec<Column> {
    vec![
        Column::required("lease", ColumnKind::Text),
        Column::required("tenant", ColumnKind::Text),
        Column::optional("site", ColumnKind::Text),
        Column::required("rent_per_month", ColumnKind::Amount).summed(),
        Column::required("start", ColumnKind::Date),
        Column::required("end", ColumnKind::Date),
        Column::optional("escalator", ColumnKind::Rate),
        Column::optional("renewal", ColumnKind::Rate),
        Column::optional("cost", ColumnKind::Amount).summed(),
        Column::optional("in_service", ColumnKind::Date),
    ]
}

/// What the model says, with its kind and unit.
pub(crate) fn outputs() -> Vec<(&'static str, ObservationKind, Value)> {
    let amount = Value::Amount(Amount::ZERO);
    vec![
        ("rent", ObservationKind::Receipt, amount),
        ("rent_contracted", ObservationKind::Report, amount),
        ("rent_expected", ObservationKind::Report, amount),
        ("occupancy", ObservationKind::Report, Value::Rate(Rate::ZERO)),
        ("ops_invoice", ObservationKind::Report, amount),
    ]
}

/// A rent roll under the terms of one case.
#[derive(Clone, Debug)]
pub(crate) struct LeaseModel {
    terms: LeaseTerms,
    leases: Vec<Lease>,
    opex_per_month: i64,
    opex_from: Date,
}

#[derive(Clone, Copy, Debug)]
struct Lease {
    rent: i64,
    start: Date,
    end: Date,
    escalator: Rate,
    renewal: Percent,
}

/// Sums of one period.
#[derive(Debug, Default)]
struct Roll {
    contracted: i64,
    expected: i64,
    occupied: i64,
    space: i64,
    /// Of the stretch in work, before what does not arrive is taken off.
    contracted_here: i64,
    expected_here: i64,
}

impl Roll {
    fn arrive(&mut self, share: Rate) -> Result<(), UnitsError> {
        self.contracted = checked_add(self.contracted, share_of(self.contracted_here, share)?)?;
        self.expected = checked_add(self.expected, share_of(self.expected_here, share)?)?;
        (self.contracted_here, self.expected_here) = (0, 0);
        Ok(())
    }
}

/// What one lease pays for a month from one day on, and how much of its space (in rent) is let.
struct Let {
    contracted: i64,
    expected: i64,
    occupied: i64,
}

impl LeaseModel {
    pub(crate) fn new(terms: &LeaseTerms, tape: &Tape, decimals: u8) -> Result<Self, AssetsError> {
        require_terms(terms)?;
        tape.require_rows(|row| lease(terms, tape, row).err())?;
        let leases: Vec<Lease> = (0..tape.rows()).filter_map(|row| lease(terms, tape, row).ok()).collect();
        let opex_per_month = terms.opex_per_month.amount(decimals).during("lease.opex_per_month")?.units();
        let first = leases.iter().map(|lease| lease.start).min().unwrap_or_default();
        let opex_from = terms.opex_from.map_or(first, |day| day.0);
        Ok(Self { terms: terms.clone(), leases, opex_per_month, opex_from })
    }

    pub(crate) fn period(
        &self,
        market: &Market,
        period: &Period,
        ledger: &mut Ledger,
    ) -> Result<(), AssetsError> {
        let mut roll = Roll::default();
        for (from, to) in slices(period.start, period.end, market.scenario.breaks()) {
            let share = self.arriving(market, from)?;
            for lease in &self.leases {
                self.days(lease, (from, to), &mut roll).during("lease rent")?;
            }
            roll.arrive(share).during("lease rent")?;
        }
        self.say(market, period, (&roll, ledger))
    }

    /// Adds what one lease pays between two days.
    fn days(&self, lease: &Lease, (from, to): (Date, Date), roll: &mut Roll) -> Result<(), UnitsError> {
        for (from, to) in slices(from, to, self.cuts(lease, from, to)?) {
            let now = self.at(lease, from)?;
            let days = DayCount::Thirty360.fraction(from, to).numerator;
            let add = |sum: i64, monthly: i64| checked_add(sum, mul_div(monthly, days, 30, Rounding::Down)?);
            roll.contracted_here = add(roll.contracted_here, now.contracted)?;
            roll.expected_here = add(roll.expected_here, now.expected)?;
            roll.occupied = add(roll.occupied, now.occupied)?;
            roll.space = add(roll.space, lease.rent)?;
        }
        Ok(())
    }

    fn say(
        &self,
        market: &Market,
        period: &Period,
        (roll, ledger): (&Roll, &mut Ledger),
    ) -> Result<(), AssetsError> {
        let calm = market.scenario.breaks().range(..period.end).next().is_none();
        let basis = |calmly| if calm { calmly } else { Provenance::Shocked };
        let rent = checked_add(roll.contracted, roll.expected).during("lease rent")?;
        let assumed = basis(if roll.expected > 0 { Provenance::Assumed } else { Provenance::Contracted });
        if rent > 0 {
            ledger.receipt("rent", rent, assumed);
        }
        let amount = |units| Value::Amount(Amount::new(units));
        ledger.report("rent_contracted", amount(roll.contracted), basis(Provenance::Contracted));
        ledger.report("rent_expected", amount(roll.expected), assumed);
        let occupancy = match roll.space {
            0 => 0,
            space => mul_div(roll.occupied, RATE_ONE, space, Rounding::Down).during("lease occupancy")?,
        };
        ledger.report("occupancy", Value::Rate(Rate::new(occupancy)), assumed);
        ledger.report("ops_invoice", amount(self.opex(market, period)?), basis(Provenance::Assumed));
        Ok(())
    }

    /// The share of rent that arrives: tenants who stop paying, and an operator who keeps it.
    fn arriving(&self, market: &Market, date: Date) -> Result<Rate, AssetsError> {
        let use_of = factor(&market.scenario.utilisation, date)?;
        let share = share_of(use_of.units(), market.scenario.cash_left(date)).during("lease rent")?;
        Ok(Rate::new(share))
    }

    fn opex(&self, market: &Market, period: &Period) -> Result<i64, AssetsError> {
        let years = months_between(self.opex_from, period.start).checked_div(12).unwrap_or(0);
        let days = DayCount::Thirty360.fraction(period.start, period.end).numerator;
        let monthly =
            compounded(self.opex_per_month, self.terms.opex_growth.0, years).during("lease.opex_growth")?;
        let monthly = scaled(monthly, &market.scenario.opex, period.start)?;
        mul_div(monthly, days, 30, Rounding::Up)
            .and_then(|opex| share_of(opex, market.scenario.costs_left(period.start)))
            .during("lease.opex_per_month")
    }

    /// The days inside on which a lease steps up, ends, renews or is let anew.
    fn cuts(&self, lease: &Lease, from: Date, to: Date) -> Result<Vec<Date>, UnitsError> {
        let monthly = |origin: Date, every: u32| {
            let first = months_between(origin, from).checked_div(every.max(1)).unwrap_or(0);
            let last = months_between(origin, to).checked_div(every.max(1)).unwrap_or(0);
            (first..=last).map(move |count| add(origin, count.saturating_mul(every.max(1))))
        };
        let steps = monthly(lease.start, 12).chain(monthly(lease.end, self.terms.renewal_months));
        let relet = monthly(lease.end, 1);
        let edges = [Ok(lease.start), Ok(lease.end)];
        steps
            .chain(if lease.end < to { Some(relet) } else { None }.into_iter().flatten())
            .chain(edges)
            .collect()
    }

    /// Until its end a lease pays its rent with the steps. After that a part has renewed, once more at every renewal,
    /// and each part that has not stands empty and is then let anew.
    fn at(&self, lease: &Lease, date: Date) -> Result<Let, UnitsError> {
        if date < lease.start {
            return Ok(Let { contracted: 0, expected: 0, occupied: 0 });
        }
        let stepped = |until: Date| {
            let years = months_between(lease.start, until).checked_div(12).unwrap_or(0);
            compounded(lease.rent, lease.escalator, years)
        };
        if date < lease.end {
            return Ok(Let { contracted: stepped(date)?, expected: 0, occupied: lease.rent });
        }
        self.after(lease, stepped(lease.end.add_days(-1))?, months_between(lease.end, date))
    }

    fn after(&self, lease: &Lease, last_rent: i64, months: u32) -> Result<Let, UnitsError> {
        let every = self.terms.renewal_months.max(1);
        let (mut rent, mut renewed) = (last_rent, RATE_ONE);
        let (mut expected, mut let_share) = (0_i64, 0_i64);
        for turn in 0..=months.checked_div(every).unwrap_or(0) {
            let stays = lease.renewal.of(renewed)?;
            let leaves = checked_sub(renewed, stays)?;
            let empty_until = turn.saturating_mul(every).saturating_add(self.terms.vacancy_months);
            if months >= empty_until && self.terms.relet.0 > Rate::ZERO {
                let relet = share_of(self.terms.relet.of(rent)?, Rate::new(leaves))?;
                expected = checked_add(expected, relet)?;
                let_share = checked_add(let_share, leaves)?;
            }
            (rent, renewed) = (compounded(rent, self.terms.renewal_step.0, 1)?, stays);
        }
        expected = checked_add(expected, share_of(rent, Rate::new(renewed))?)?;
        let occupied = share_of(lease.rent, Rate::new(checked_add(let_share, renewed)?))?;
        Ok(Let { contracted: 0, expected, occupied })
    }
}

fn add(origin: Date, months: u32) -> Result<Date, UnitsError> {
    origin.add_months(i32::try_from(months).map_err(|_| UnitsError::NotADate)?)
}

fn lease(terms: &LeaseTerms, tape: &Tape, row: usize) -> Result<Lease, (&'static str, String)> {
    let date = |column| tape.date(column, row).ok_or((column, "is empty; fill it".to_owned()));
    let (start, end) = (date("start")?, date("end")?);
    let lease = Lease {
        rent: tape.number("rent_per_month", row).unwrap_or(0),
        start,
        end,
        escalator: Rate::new(tape.number("escalator", row).unwrap_or(0)),
        renewal: tape.number("renewal", row).map_or(terms.renewal, |share| Percent(Rate::new(share))),
    };
    match lease {
        _ if end <= start => Err(("end", format!("must come after the start on {start}"))),
        _ if !is_share(lease.renewal) => Err(("renewal", "write a share from 0 % to 100 %".to_owned())),
        _ if lease.escalator.units().unsigned_abs() > RATE_ONE.unsigned_abs() => {
            Err(("escalator", "write a rate from -100 % to 100 %".to_owned()))
        }
        lease => Ok(lease),
    }
}

fn require_terms(terms: &LeaseTerms) -> Result<(), AssetsError> {
    if !is_share(terms.renewal) || terms.relet.0 < Rate::ZERO {
        return Err(AssetsError::setting("lease", "write renewal from 0 % to 100 % and relet from 0 %"));
    }
    if terms.renewal_months == 0 || terms.renewal_months > 600 || terms.vacancy_months > 600 {
        return Err(AssetsError::setting(
            "lease",
            "write 1 to 600 renewal_months and at most 600 vacancy_months",
        ));
    }
    if terms.renewal_step.0.units() < -RATE_ONE || terms.opex_growth.0.units() < -RATE_ONE {
        return Err(AssetsError::setting("lease", "renewal_step and opex_growth cannot be below -100 %"));
    }
    Ok(())
}
