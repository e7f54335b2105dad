//! Observations as events.

use crate::error::LifeError;
use crate::setup::Setup;
use assets::{Observation, ObservationKind, Projection};
use units::{Date, Id, RATE_ONE, Rate, Rounding, mul_div};
use waterfall::Event;
use waterfall::plan::Plan;

/// What happens on a day, and how a message calls it.
pub(crate) struct Dated {
    pub date: Date,
    pub what: String,
    pub event: Event<1>,
}

/// The observations of a deal's life, handed out period by period.
pub(crate) struct Feed {
    pub projection: Projection,
    next: usize,
}

impl Feed {
    /// Projects the collateral over every period of the plan and makes sure that whatever the deal observes is reported.
    pub fn open(setup: &Setup) -> Result<Self, LifeError> {
        let plan = &setup.compiled.plan;
        let periods: Vec<assets::Period> = (0_u32..).zip(&plan.periods).skip(1).map(period).collect();
        let projection = setup.collateral.project(&periods)?;
        require_reported(setup, plan, &projection)?;
        Ok(Self { projection, next: 0 })
    }

    /// What is known up to a determination date and was not handed out before. Cash is that of the share of the
    /// collateral that still earns for the deal.
    pub fn until(&mut self, plan: &Plan, determination: Date, share: Rate) -> Vec<Dated> {
        let rest = self.projection.observations.get(self.next..).unwrap_or(&[]);
        let known = rest.iter().take_while(|observation| observation.date <= determination).count();
        let observations = rest.get(..known).unwrap_or(&[]);
        let events = observations.iter().filter_map(|observation| event(plan, observation));
        let events = events.filter_map(|dated| of_share(dated, share)).collect();
        self.next = self.next.saturating_add(known);
        events
    }
}

/// Cash of a share of the collateral, rounded down; nothing if it earns no more.
fn of_share(mut dated: Dated, share: Rate) -> Option<Dated> {
    if let Event::Receive { amount: [amount], .. } = &mut dated.event {
        *amount = mul_div(*amount, share.units(), RATE_ONE, Rounding::Down).ok()?;
        return (*amount > 0).then_some(dated);
    }
    Some(dated)
}

/// What index series say before the closing, so that first coupons can be fixed.
pub(crate) fn opening(setup: &Setup) -> Result<Vec<Dated>, LifeError> {
    let plan = &setup.compiled.plan;
    let closing = plan.periods.first().map_or(Date::from_days(0), |period| period.payment);
    let observations = setup.collateral.opening(closing)?;
    Ok(observations.iter().filter_map(|observation| event(plan, observation)).collect())
}

fn period((number, dates): (u32, &waterfall::plan::Period)) -> assets::Period {
    let waterfall::plan::Period { start, end, determination, payment } = *dates;
    assets::Period { number, start, end, determination, payment }
}

/// An observation that the deal has no name for is not an event.
fn event(plan: &Plan, observation: &Observation) -> Option<Dated> {
    let name = match &observation.member {
        Some(member) => format!("{}[{member}]", observation.name),
        None => observation.name.clone(),
    };
    let input = Id::of("input", &name);
    let receipt = Id::of("receipt", &name);
    let value = [observation.value.units()];
    let observed = plan.inputs.iter().any(|known| known.id == input);
    let received = plan.receipts.iter().find(|known| known.id == receipt);
    let account = received.and_then(|known| plan.accounts.get(usize::from(known.account)));
    let event = match (observation.kind, account) {
        (ObservationKind::Receipt, Some(account)) => {
            Event::Receive { account: account.id, source: Some(receipt), amount: value, next_period: false }
        }
        (ObservationKind::Report, _) if observed => {
            Event::Report { input, reporter: 0, value, as_of: observation.date }
        }
        (ObservationKind::Restate, Some(_)) => Event::Restate { name: receipt, delta: value },
        (ObservationKind::Restate, None) if observed => Event::Restate { name: input, delta: value },
        _ => return None,
    };
    Some(Dated { date: observation.date, what: name, event })
}

/// An input that nothing ever reports would be zero for ever: more likely its name is mistyped. Cash of a known name may never come.
fn require_reported(setup: &Setup, plan: &Plan, projection: &Projection) -> Result<(), LifeError> {
    let reports = |id: Id| {
        projection.observations.iter().any(|observation| {
            let name = match &observation.member {
                Some(member) => format!("{}[{member}]", observation.name),
                None => observation.name.clone(),
            };
            Id::of("input", &name) == id || Id::of("receipt", &name) == id
        })
    };
    let known = setup.collateral.outputs();
    let receipts = plan.receipts.iter().map(|receipt| receipt.id);
    let receipts = receipts.filter(|id| !known.contains_key(plan.name(*id)));
    let ids = plan.inputs.iter().map(|input| input.id).chain(receipts);
    let missing = ids.into_iter().find(|id| !OPTIONAL.contains(&plan.name(*id)) && !reports(*id));
    match missing {
        None => Ok(()),
        Some(id) => {
            let known: Vec<String> = known.into_keys().collect();
            Err(LifeError::NothingReported { name: plan.name(id).to_owned(), known: known.join(", ") })
        }
    }
}

/// What is reported by events of the run and not by the collateral.
const OPTIONAL: [&str; 2] = [crate::play::SALE_COSTS, "operator_default"];
