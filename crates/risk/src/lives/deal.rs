//! What all lives of a deal share.

use super::parties::{Class, Payee, classes, payees};
use super::watch::Watch;
use crate::error::RiskError;
use crate::exposure::{Exposure, Target};
use crate::yields::Calendar;
use assets::{Observation, ObservationKind};
use life::Setup;
use std::collections::BTreeSet;
use units::{Date, Id};
use waterfall::plan::{Plan, Transition};
use waterfall::{Event, Journal, PostingKind, State, apply};

/// State whose beginning means that the collateral is sold, and where the money goes: as [`life::play`] has it.
const ENFORCEMENT: &str = "enforcement";
const PROCEEDS: &str = "proceeds";
const SALE_COSTS: &str = "costs_of_sale";

/// A deal that is ready to be lived many times.
#[derive(Clone, Debug)]
pub struct Deal {
    /// What it compiles to.
    pub plan: Plan,
    /// How the collateral feels a future.
    pub exposure: Exposure,
    /// Notes and equity.
    pub classes: Vec<Class>,
    /// Everybody else who is paid.
    pub payees: Vec<Payee>,
    /// Payment dates.
    pub calendar: Calendar,
    watch: Watch,
    /// Days that are looked at in each period.
    days: Vec<Vec<Date>>,
    /// Transitions as they are tried, with the state that each leads to.
    pub(super) transitions: Vec<(Transition, Id)>,
    pub(super) enforcement: Option<i64>,
    pub(super) proceeds: Id,
    pub(super) sale_costs: Option<Id>,
    pub(super) earns_until_sold: bool,
    opening: Vec<Observation>,
}

impl Deal {
    /// Prepares a deal. Nothing moves in the month of `from` and before; without it, of the closing.
    ///
    /// # Errors
    /// [`RiskError`] if the collateral cannot be projected or it is not known how a future moves it.
    pub fn new(setup: &Setup, from: Option<Date>) -> Result<Self, RiskError> {
        let plan = setup.compiled.plan.clone();
        let dates: Vec<Date> = plan.periods.iter().map(|period| period.payment).collect();
        let closing = dates.first().copied().unwrap_or(Date::from_days(0));
        let state_of = |name: &str| plan.states.iter().position(|state| plan.name(state.id) == name);
        let [wanted, input] = [Id::of("account", PROCEEDS), Id::of("input", SALE_COSTS)];
        let known = plan.accounts.iter().find(|account| account.id == wanted);
        let transitions = plan.transitions.iter().filter_map(|transition| {
            let to = plan.states.get(usize::from(transition.to))?;
            Some((transition.clone(), to.id))
        });
        let mut deal = Self {
            exposure: Exposure::new(setup, from)?,
            classes: classes(setup),
            payees: payees(&plan),
            calendar: Calendar::new(&dates),
            watch: Watch::new(&plan),
            days: Vec::new(),
            transitions: transitions.collect(),
            enforcement: state_of(ENFORCEMENT).and_then(|index| i64::try_from(index).ok()),
            proceeds: known.or(plan.accounts.first()).map_or(wanted, |account| account.id),
            sale_costs: plan.inputs.iter().any(|known| known.id == input).then_some(input),
            earns_until_sold: setup.collateral.earns_until_sold(),
            opening: setup.collateral.opening(closing)?,
            plan,
        };
        deal.days = (0..deal.plan.periods.len()).map(|number| deal.look_at(number)).collect();
        deal.note_closing()?;
        Ok(deal)
    }

    /// Returns the deal just after its closing.
    pub(super) fn closed(&self) -> Result<(State<1>, Journal<1>), RiskError> {
        close(&self.plan, &self.opening)
    }

    /// What everybody took at the closing.
    fn note_closing(&mut self) -> Result<(), RiskError> {
        let (_, journal) = self.closed()?;
        for posting in journal.iter().filter(|posting| posting.kind.crosses().1) {
            let [amount] = posting.amount;
            let name = self.plan.name(posting.to).to_owned();
            match self.payees.iter_mut().find(|payee| payee.name == name) {
                Some(payee) => payee.at_closing += amount,
                None => self.payees.push(Payee { name, paid: Vec::new(), at_closing: amount }),
            }
        }
        // What a note or the equity pays straight to a payee is a use of its money, too.
        debug_assert!(journal.iter().all(|posting| posting.kind != PostingKind::Book));
        Ok(())
    }

    /// What every class puts in at the closing.
    pub(super) fn invested(&self) -> Result<Vec<i64>, RiskError> {
        let (state, _) = self.closed()?;
        let drawn = |class: &Class| match class.account {
            Some([_, drawn, _]) => state.read(drawn)[0],
            None => class.original,
        };
        Ok(self.classes.iter().map(drawn).collect())
    }

    /// The days between two payments on which conditions are looked at and things happen, whatever the future; with the lots
    /// of a sale that begins on one of them.
    fn look_at(&self, number: usize) -> Vec<Date> {
        let (previous, next) = self.between(number);
        let mut days = self.watch.days((previous, next));
        let happenings = self.exposure.periods.get(number).into_iter().flatten();
        add_busy(&mut days, happenings.map(|happening| happening.date));
        let begun: Vec<Date> = days.iter().copied().collect();
        for entered in begun {
            let lots = (0..).map_while(|lot| self.exposure.sales.get(entered, lot)).map(|sale| sale.date);
            add_busy(&mut days, lots.take_while(|date| *date < next));
        }
        days.into_iter().filter(|day| previous < *day && *day < next).collect()
    }

    /// The same, with the days of sales that are under way.
    pub(super) fn days(&self, number: usize, sales: impl Iterator<Item = Date>) -> Vec<Date> {
        let days = self.days.get(number).cloned().unwrap_or_default();
        let (previous, next) = self.between(number);
        let mut sales = sales.take_while(|day| *day < next).filter(|day| *day > previous).peekable();
        if sales.peek().is_none() {
            return days;
        }
        let mut all: BTreeSet<Date> = days.into_iter().collect();
        add_busy(&mut all, sales);
        all.into_iter().filter(|day| *day < next).collect()
    }

    fn between(&self, number: usize) -> (Date, Date) {
        let payment = |number: usize| self.plan.periods.get(number).map_or(Date::from_days(0), |p| p.payment);
        (payment(number.saturating_sub(1)), payment(number))
    }

    /// Who receives what a note draws.
    pub(super) fn delivers(&self, class: usize) -> Option<usize> {
        let to = self.plan.notes.get(class)?.draws?.to;
        self.payees.iter().position(|payee| payee.name == self.plan.name(to))
    }

    pub(super) fn class_of(&self, note: Id) -> Option<usize> {
        self.plan.notes.iter().position(|known| known.id == note)
    }

    /// What an event is called in a message.
    pub(super) fn word(target: Target) -> &'static str {
        match target {
            Target::Receive { .. } => "a receipt",
            Target::Report(_) => "a report",
            Target::Restate(_) => "a correction",
            Target::Draw(_) => "a draw",
        }
    }
}

/// Days on which something happens; what a day changes may be seen on the next.
fn add_busy(days: &mut BTreeSet<Date>, busy: impl Iterator<Item = Date>) {
    days.extend(busy.flat_map(|day| [day, day.add_days(1)]));
}

/// A deal just after its closing.
fn close(plan: &Plan, opening: &[Observation]) -> Result<(State<1>, Journal<1>), RiskError> {
    let (mut state, mut journal) = (State::new(plan), Journal::new());
    let closing = plan.periods.first().map_or(Date::from_days(0), |period| period.payment);
    let refused = |event| move |error| RiskError::Refused { path: 0, date: closing, event, error };
    for observation in opening {
        let input = Id::of("input", &observation.name);
        if observation.kind == ObservationKind::Report && plan.inputs.iter().any(|known| known.id == input) {
            let value = [observation.value.units()];
            let event = Event::Report { input, reporter: 0, value, as_of: observation.date };
            apply(plan, &mut state, &event, &mut journal).map_err(refused("a report at the closing"))?;
        }
    }
    let event = Event::PayDate { number: 0, today: closing };
    apply(plan, &mut state, &event, &mut journal).map_err(refused("the closing"))?;
    Ok((state, journal))
}

/// Returns the cash that a deal's accounts hold just after its closing, in the smallest unit.
///
/// # Errors
/// [`RiskError::Refused`] if it cannot close: its uses need more than is raised.
pub fn held_at_closing(setup: &Setup) -> Result<i128, RiskError> {
    let plan = &setup.compiled.plan;
    let closing = plan.periods.first().map_or(Date::from_days(0), |period| period.payment);
    let (state, _) = close(plan, &setup.collateral.opening(closing)?)?;
    let ([cash_in], [cash_out]) = (state.cash_in, state.cash_out);
    Ok(cash_in - cash_out)
}
