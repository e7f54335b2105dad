//! How the collateral feels a future: the case's own projection, with what random factors do to each number of it. A future
//! in which nothing moves gives the projection back, to the unit.

mod feels;
mod performance;
mod pool;
mod rent;
mod sales;

pub use sales::SaleTable;

use crate::batch::Level;
use crate::error::RiskError;
use crate::scenario::{Driver, World};
use assets::{Observation, ObservationKind, Projection};
use feels::Feels;
use life::Setup;
use performance::Performances;
use pool::Pool;
use rent::Rents;
use std::collections::BTreeSet;
use units::{Date, Id, RATE_ONE};
use waterfall::plan::Plan;

/// Everything that happens to a deal, before any factor.
#[derive(Clone, Debug)]
pub struct Exposure {
    /// What becomes known in each period, in order; nothing before the closing.
    pub periods: Vec<Vec<Happening>>,
    /// What sales bring, by the day on which enforcement begins.
    pub sales: SaleTable,
    /// Months that futures must have.
    pub months: usize,
    /// How many of them lie before the final date.
    pub until_final: usize,
    /// The month before the first one that moves.
    pub origin: u32,
    rents: Rents,
    pool: Pool,
    performances: Performances,
}

/// Something that becomes known, or a draw that is asked for.
#[derive(Clone, Debug)]
pub struct Happening {
    /// When.
    pub date: Date,
    /// What it is to the deal.
    pub target: Target,
    /// The projection's number.
    pub base: i64,
    /// Month of the future that it feels; none: it is known already.
    month: Option<usize>,
    feels: Feels,
}

/// What an observation is to the deal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Cash into an account.
    Receive {
        /// The account.
        account: Id,
        /// The receipt.
        source: Id,
    },
    /// A reported number.
    Report(Id),
    /// A correction of what was reported or received.
    Restate(Id),
    /// A draw of a note.
    Draw(Id),
}

/// Returns a date's month, counted from the year 0.
pub(crate) fn calendar_month(date: Date) -> u32 {
    let (year, month, _) = date.ymd();
    u32::try_from(year).unwrap_or(0) * 12 + month - 1
}

impl Exposure {
    /// Projects the collateral and finds out what each number feels. Nothing moves in the month of `from` and before.
    ///
    /// # Errors
    /// [`RiskError`] if the projection fails, or if it is not known how a number moves.
    pub fn new(setup: &Setup, from: Option<Date>) -> Result<Self, RiskError> {
        let plan = &setup.compiled.plan;
        let closing = plan.periods.first().map_or(Date::from_days(0), |period| period.payment);
        let origin = calendar_month(from.unwrap_or(closing).max(closing));
        let periods: Vec<assets::Period> = (0_u32..).zip(&plan.periods).skip(1).map(asset_period).collect();
        let projection = setup.collateral.project(&periods)?;
        let rents = Rents::new(setup, (&periods, &projection), origin)?;
        let mut known = known(setup, &projection, origin)?;
        known.extend(draws(setup));
        let last = plan.periods.last().map_or(closing, |period| period.payment);
        let pool = Pool::new(setup, &periods, origin);
        let final_date = plan.period(plan.final_payment).map_or(last, |period| period.payment);
        let days = (closing, last);
        Ok(Self {
            periods: by_period(plan, known),
            sales: SaleTable::new(setup, days, (origin, &pool))?,
            months: (calendar_month(last).saturating_sub(origin)).max(1) as usize + 1,
            until_final: calendar_month(final_date).saturating_sub(origin).max(1) as usize,
            origin,
            rents,
            pool,
            performances: Performances::new(setup, &projection),
        })
    }

    /// Returns the drivers that something in the deal feels.
    pub fn felt(&self) -> BTreeSet<Driver> {
        let heard = self.periods.iter().flatten().filter(|happening| happening.month.is_some());
        heard.flat_map(|happening| happening.feels.drivers()).chain(self.sales.drivers()).collect()
    }

    /// Returns what becomes known, in each lane.
    pub fn value<const L: usize>(&self, happening: &Happening, world: &World<L>) -> [i64; L] {
        let Some(number) = happening.month else { return [happening.base; L] };
        if happening.feels == Feels::Nothing {
            return [happening.base; L];
        }
        Level::widest().wide(
            #[inline(always)]
            || self.moved(happening, (number, world)),
        )
    }

    #[inline(always)]
    fn moved<const L: usize>(&self, happening: &Happening, (number, world): (usize, &World<L>)) -> [i64; L] {
        let (month, base) = (world.month(number), happening.base);
        match &happening.feels {
            Feels::Nothing => [base; L],
            Feels::Factors(drivers) => {
                let mut factors = [1.0; L];
                for driver in *drivers {
                    let values = &month[*driver as usize];
                    factors.iter_mut().zip(values).for_each(|(factor, value)| *factor *= value);
                }
                factors.map(
                    #[inline(always)]
                    |factor| scaled(base, factor),
                )
            }
            Feels::Added(driver) => month[*driver as usize].map(|shift| {
                let moved = base.saturating_add((shift * RATE_ONE as f64).round() as i64);
                moved.max(base.min(0))
            }),
            Feels::Failure => month[Driver::Cash as usize].map(|cash| if cash < 1.0 { 1 } else { base }),
            Feels::Pool(part) => std::array::from_fn(|lane| {
                let cash = if part.is_cash() { month[Driver::Cash as usize][lane] } else { 1.0 };
                scaled(base, cash * self.pool.ratio((*part, happening.date), (world, lane)))
            }),
            Feels::Performed(performed) => std::array::from_fn(|lane| {
                self.performances.value((*performed, happening.date, base), (month, lane))
            }),
            Feels::Rent => self.rents.ratios(happening.date, (number, world)).map(
                #[inline(always)]
                |ratio| scaled(base, ratio),
            ),
        }
    }
}

/// A number times a factor, rounded down, not below zero unless it was. A factor of one changes nothing.
#[inline(always)]
pub(crate) fn scaled(base: i64, factor: f64) -> i64 {
    let change = (base as f64 * (factor - 1.0)).floor();
    base.saturating_add(change as i64).max(base.min(0))
}

fn asset_period((number, dates): (u32, &waterfall::plan::Period)) -> assets::Period {
    let waterfall::plan::Period { start, end, determination, payment } = *dates;
    assets::Period { number, start, end, determination, payment }
}

/// The month of a future, counted from the one after `origin`.
pub(crate) fn month_of(date: Date, origin: u32) -> Option<usize> {
    calendar_month(date).checked_sub(origin)?.checked_sub(1).map(|month| month as usize)
}

/// The observations that the deal hears of, with what each feels.
fn known(setup: &Setup, projection: &Projection, origin: u32) -> Result<Vec<Happening>, RiskError> {
    let plan = &setup.compiled.plan;
    let mut known = Vec::new();
    for observation in &projection.observations {
        let Some(target) = target(plan, observation) else { continue };
        let feels = match target {
            Target::Restate(_) => Feels::Nothing,
            _ => feels::of(setup, &observation.name)?,
        };
        let (date, base) = (observation.date, observation.value.units());
        known.push(Happening { date, target, base, month: month_of(date, origin), feels });
    }
    Ok(known)
}

/// An observation that the deal has no name for is nothing to it.
fn target(plan: &Plan, observation: &Observation) -> Option<Target> {
    let name = match &observation.member {
        Some(member) => format!("{}[{member}]", observation.name),
        None => observation.name.clone(),
    };
    let [input, receipt] = ["input", "receipt"].map(|kind| Id::of(kind, &name));
    let observed = plan.inputs.iter().any(|known| known.id == input);
    let received = plan.receipts.iter().find(|known| known.id == receipt);
    let account = received.and_then(|known| plan.accounts.get(usize::from(known.account)));
    match (observation.kind, account) {
        (ObservationKind::Receipt, Some(account)) => {
            Some(Target::Receive { account: account.id, source: receipt })
        }
        (ObservationKind::Report, _) if observed => Some(Target::Report(input)),
        (ObservationKind::Restate, Some(_)) => Some(Target::Restate(receipt)),
        (ObservationKind::Restate, None) if observed => Some(Target::Restate(input)),
        _ => None,
    }
}

/// Draws that the case asks for. What may be drawn the deal decides.
fn draws(setup: &Setup) -> Vec<Happening> {
    let decimals = setup.compiled.plan.decimals;
    let draw = |draw: &assets::DrawTerms| {
        let base = draw.amount.amount(decimals).ok()?.units();
        let target = Target::Draw(Id::of("note", &draw.note));
        Some(Happening { date: draw.date.0, target, base, month: None, feels: Feels::Nothing })
    };
    setup.collateral.case().draws.iter().filter_map(draw).collect()
}

/// What becomes known in each period: observations up to its determination date, draws between two payments. Those of a
/// day keep their order, draws after observations.
fn by_period(plan: &Plan, known: Vec<Happening>) -> Vec<Vec<Happening>> {
    let mut periods: Vec<Vec<Happening>> = plan.periods.iter().map(|_| Vec::new()).collect();
    for happening in known {
        let drawn = matches!(happening.target, Target::Draw(_));
        let heard = |number: &usize| {
            let (before, period) = (plan.periods.get(number.saturating_sub(1)), plan.periods.get(*number));
            let Some((before, period)) = before.zip(period) else { return false };
            let between = before.payment < happening.date && happening.date < period.payment;
            if drawn { between } else { happening.date <= period.determination }
        };
        if let Some(number) = (1..plan.periods.len()).find(heard) {
            periods[number].push(happening);
        }
    }
    for period in &mut periods {
        period.sort_by_key(|happening| happening.date);
    }
    periods
}
