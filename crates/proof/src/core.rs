//! The core at work, and what it knows fact by fact, in the words of the reference.

use crate::case::{Case, Failure};
use deal::syntax::Unit;
use reference::Facts;
use std::collections::BTreeMap;
use units::{Id, Scaled};
use waterfall::plan::{Clock, Note, NoteField, Plan, ValueKind};
use waterfall::{Event, Journal, Posting, State, WaterfallError, apply, inspect};

/// A plan with its state.
#[derive(Clone, Debug)]
pub struct Core<'a, const L: usize> {
    /// What runs.
    pub plan: &'a Plan,
    /// How it stands.
    pub state: State<L>,
}

impl<'a, const L: usize> Core<'a, L> {
    /// Begins before the closing.
    pub fn new(plan: &'a Plan) -> Self {
        Self { plan, state: State::new(plan) }
    }

    /// Applies an event and returns what it moved.
    ///
    /// # Errors
    /// Why the event is refused.
    pub fn apply(&mut self, event: &Event<L>) -> Result<Journal<L>, WaterfallError> {
        let mut journal = Journal::new();
        apply(self.plan, &mut self.state, event, &mut journal)?;
        Ok(journal)
    }
}

/// A movement: from, to, and how much as a decimal.
pub type Moved = (String, String, String);

/// What moved, in order; what only says that something is short is left out.
pub fn movements(plan: &Plan, postings: &[Posting<1>]) -> Vec<Moved> {
    let name = |id: Id| plan.name(id).to_owned();
    let moved = postings.iter().filter(|posting| posting.amount != [0]);
    moved
        .map(|posting| {
            let [amount] = posting.amount;
            let amount = Scaled::new(i128::from(amount), plan.decimals).to_string();
            (name(posting.from), name(posting.to), amount)
        })
        .collect()
}

/// Every fact by its name, as the reference calls it.
///
/// # Errors
/// A formula that cannot be inspected at all.
pub fn facts(case: &Case, state: &State<1>) -> Result<Facts, Failure> {
    let mut facts = Facts::new();
    let view = View { case, plan: &case.plan, state };
    view.add_states(&mut facts);
    view.add_cash(&mut facts);
    view.add_notes(&mut facts);
    view.add_costs(&mut facts);
    if state.payment_number(&case.plan).is_some() {
        view.add_inputs(&mut facts);
        view.add_formulas(&mut facts)?;
    }
    Ok(facts)
}

struct View<'a> {
    case: &'a Case,
    plan: &'a Plan,
    state: &'a State<1>,
}

impl View<'_> {
    fn read(&self, register: u16) -> i64 {
        let [value] = self.state.read(register);
        value
    }

    fn name(&self, id: Id) -> &str {
        self.plan.name(id)
    }

    fn add_states(&self, facts: &mut Facts) {
        let index = usize::try_from(self.read(self.plan.layout.clock(Clock::State))).unwrap_or(usize::MAX);
        if let Some(state) = self.plan.states.get(index) {
            let is_closed = self.state.payment_number(self.plan).is_some();
            facts.insert("state".to_owned(), self.name(state.id).to_owned());
            facts.insert("ended".to_owned(), (is_closed && state.waterfall.is_none()).to_string());
        }
        for trigger in &self.plan.triggers {
            let is_on = self.read(trigger.first) != 0;
            facts.insert(format!("trigger.{}", self.name(trigger.id)), is_on.to_string());
        }
    }

    fn add_cash(&self, facts: &mut Facts) {
        for account in &self.plan.accounts {
            let name = self.name(account.id);
            facts.insert(format!("account.{name}"), self.read(account.first).to_string());
            let apart = self.read(account.first.saturating_add(1));
            facts.insert(format!("account.{name}.apart"), apart.to_string());
        }
        for receipt in &self.plan.receipts {
            let name = format!("receipt.{}", self.name(receipt.id));
            facts.insert(name, self.read(receipt.register(1)).to_string());
        }
    }

    fn add_notes(&self, facts: &mut Facts) {
        for note in &self.plan.notes {
            for (field, register) in fields(note) {
                facts.insert(format!("{}.{field}", self.name(note.id)), self.read(register).to_string());
            }
        }
    }

    fn add_costs(&self, facts: &mut Facts) {
        for fee in &self.plan.fees {
            let claim = self.plan.claims.get(usize::from(fee.claim));
            let excess = fee.excess.and_then(|index| self.plan.claims.get(usize::from(index)));
            for (claim, due) in
                claim.map(|claim| (claim, ".due")).into_iter().chain(excess.map(|claim| (claim, "")))
            {
                let name = self.name(claim.id);
                facts.insert(format!("{name}{due}"), self.read(claim.due).to_string());
                facts.insert(format!("{name}.paid"), self.read(claim.paid).to_string());
            }
        }
    }

    fn add_inputs(&self, facts: &mut Facts) {
        for input in &self.plan.inputs {
            let used = self.read(input.register(2));
            let is_flag = self.case.units.get(&input.id) == Some(&Unit::Flag);
            let shown = if is_flag { (used != 0).to_string() } else { used.to_string() };
            facts.insert(format!("input.{}", self.name(input.id)), shown);
        }
    }

    fn add_formulas(&self, facts: &mut Facts) -> Result<(), Failure> {
        for inspected in &self.plan.inspected {
            let name = self.name(inspected.id);
            let what = if Id::of("let", name) == inspected.id { "let" } else { "test" };
            let shown = match inspect(self.plan, self.state, inspected.id) {
                Ok(found) => {
                    let ([value], [denominator]) = (found.value, found.denominator);
                    match found.kind {
                        ValueKind::Ratio => format!("{value} / {denominator}"),
                        ValueKind::Flag => (value != 0).to_string(),
                        kind => format!("{kind:?} {value}"),
                    }
                }
                Err(WaterfallError::Math(_)) => "refused".to_owned(),
                Err(error) => return Err(Failure(format!("{name}: {error}"))),
            };
            facts.insert(format!("{what}.{name}"), shown);
        }
        Ok(())
    }
}

/// The registers of a note, by the names of the reference.
fn fields(note: &Note) -> BTreeMap<&'static str, u16> {
    use NoteField as F;
    let fields = [
        ("balance", F::Balance),
        ("coupon", F::Coupon),
        ("interest", F::InterestDue),
        ("accrued", F::Accrued),
        ("scheduled", F::ScheduledDue),
        ("additional", F::AdditionalDue),
        ("capitalised", F::Capitalised),
        ("written_off", F::WrittenOff),
        ("drawn", F::Drawn),
        ("interest.paid", F::InterestPaid),
        ("principal.paid", F::PrincipalPaid),
        ("scheduled.paid", F::ScheduledPaid),
        ("additional.paid", F::AdditionalPaid),
        ("interest.unpaid", F::InterestShort),
    ];
    let planned = note.draws.is_none().then_some(("planned", F::Planned));
    fields.into_iter().chain(planned).map(|(name, field)| (name, note.register(field))).collect()
}
