//! The loop over payment dates.

use crate::error::LifeError;
use crate::feed::{Dated, Feed, opening};
use crate::look::Look;
use crate::record::{Recorder, formulas};
use crate::setup::Setup;
use assets::Sale;
use report::Results;
use units::{Date, Id, Rate};
use waterfall::plan::{Clock, Note, NoteField, Plan};
use waterfall::{Event, Journal, State, WaterfallError, apply};

/// State whose beginning means that the collateral is sold.
pub const ENFORCEMENT: &str = "enforcement";
/// Account that the proceeds of a sale go to, if the deal has it; the first account otherwise.
pub const PROCEEDS: &str = "proceeds";

/// Input that the run itself reports.
pub const SALE_COSTS: &str = "costs_of_sale";

/// How far a life goes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Limits {
    /// No payment date after this day.
    pub until: Option<Date>,
    /// Asked before each payment date: true ends the life with [`LifeError::Stopped`].
    pub stopped: Option<fn() -> bool>,
}

/// What a life left behind.
#[derive(Clone, Debug)]
pub struct Life {
    /// The facts for every report.
    pub results: Results,
    /// Every event, in the order in which it was applied.
    pub events: Vec<Event<1>>,
    /// The day of each of them.
    pub days: Vec<Date>,
    /// Every posting.
    pub journal: Journal<1>,
    /// How the deal stands.
    pub state: State<1>,
}

/// Plays a deal. `progress` hears the number of each payment date and how many there may be.
///
/// # Errors
/// [`LifeError`] if the collateral cannot be projected, the engine refuses an event, or the limits lie before the closing.
pub fn play(
    setup: &Setup,
    limits: Limits,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Life, LifeError> {
    require_closing(&setup.compiled.plan, limits)?;
    let mut player = Player::new(setup)?;
    for dated in opening(setup)? {
        player.apply(&dated)?;
    }
    player.pay(0)?;
    let count = setup.compiled.plan.periods.len();
    for number in 1..count {
        let payment = player.plan.periods.get(number).map_or(Date::from_days(0), |period| period.payment);
        if limits.until.is_some_and(|until| payment > until) || player.ended() || player.nothing_left(number)
        {
            break;
        }
        if limits.stopped.is_some_and(|stopped| stopped()) {
            return Err(LifeError::Stopped);
        }
        progress(number, count.saturating_sub(1));
        player.period(number)?;
    }
    Ok(player.finish())
}

fn require_closing(plan: &Plan, limits: Limits) -> Result<(), LifeError> {
    let closing = plan.periods.first().map_or(Date::from_days(0), |period| period.payment);
    match limits.until {
        Some(until) if until < closing => {
            Err(LifeError::NotFound(format!("the deal closes on {closing}; nothing happens until {until}")))
        }
        _ => Ok(()),
    }
}

struct Player<'a> {
    setup: &'a Setup,
    plan: &'a Plan,
    state: State<1>,
    journal: Journal<1>,
    events: Vec<Event<1>>,
    days: Vec<Date>,
    feed: Feed,
    look: Look,
    recorder: Recorder<'a>,
    /// Sales still to come, the next one last.
    sales: Vec<Sale>,
    enforced: bool,
    /// Costs of the sales since the last payment.
    sale_costs: i64,
}

impl<'a> Player<'a> {
    fn new(setup: &'a Setup) -> Result<Self, LifeError> {
        let plan = &setup.compiled.plan;
        Ok(Self {
            setup,
            plan,
            state: State::new(plan),
            journal: Journal::new(),
            events: Vec::new(),
            days: Vec::new(),
            feed: Feed::open(setup)?,
            look: Look::new(setup, &formulas(setup)),
            recorder: Recorder::new(setup),
            sales: Vec::new(),
            enforced: false,
            sale_costs: 0,
        })
    }

    /// Everything from the last payment date to this one, and the payment.
    fn period(&mut self, number: usize) -> Result<(), LifeError> {
        let Some(period) = self.plan.periods.get(number).copied() else { return Ok(()) };
        let previous = self.plan.periods.get(number.saturating_sub(1)).map_or(period.payment, |p| p.payment);
        let earning = !self.enforced || self.setup.collateral.earns_until_sold();
        let share = if earning { self.recorder.unsold } else { Rate::ZERO };
        let mut happening = self.feed.until(self.plan, period.determination, share);
        happening.extend(self.draws(previous, period.payment));
        happening.sort_by_key(|dated| dated.date);
        let mut happening = happening.into_iter().peekable();
        let mut day = previous.add_days(1);
        // At most one turn for each day between two payment dates.
        while day < period.payment {
            while let Some(dated) = happening.next_if(|dated| dated.date <= day) {
                self.apply(&dated)?;
            }
            self.take_transitions(day)?;
            self.sell(day)?;
            day = day.add_days(1);
        }
        for dated in happening {
            self.apply(&dated)?;
        }
        self.sell(period.payment)?;
        if self.ended() {
            self.record(number);
            return Ok(());
        }
        self.report_costs(period.determination)?;
        self.pay(number)?;
        self.begin_sale(period.payment)
    }

    fn draws(&self, after: Date, until: Date) -> Vec<Dated> {
        let due = self.setup.collateral.case().draws.iter();
        let due = due.filter(|draw| after < draw.date.0 && draw.date.0 < until);
        let decimals = self.plan.decimals;
        let event = |draw: &assets::DrawTerms| {
            let amount = draw.amount.amount(decimals).ok()?.units();
            let note = Id::of("note", &draw.note);
            let event = Event::Draw { note, amount: [amount], on: draw.date.0 };
            Some(Dated { date: draw.date.0, what: format!("draw of {}", draw.note), event })
        };
        due.filter_map(event).collect()
    }

    fn pay(&mut self, number: usize) -> Result<(), LifeError> {
        let date = self.plan.periods.get(number).map_or(Date::from_days(0), |period| period.payment);
        let number = u16::try_from(number).unwrap_or(u16::MAX);
        self.recorder.before_payment(&self.state);
        let event = Event::PayDate { number, today: date };
        self.apply(&Dated { date, what: format!("payment {number}"), event })?;
        self.record(usize::from(number));
        Ok(())
    }

    fn record(&mut self, number: usize) {
        let number = u16::try_from(number).unwrap_or(u16::MAX);
        self.recorder.after_payment(&self.state, (&self.look, &self.feed.projection), number);
    }

    /// Applies an event. A draw that the deal does not permit is noted, everything else must be accepted.
    fn apply(&mut self, dated: &Dated) -> Result<(), LifeError> {
        let before = self.state_index();
        match apply(self.plan, &mut self.state, &dated.event, &mut self.journal) {
            Ok(()) => {}
            Err(error @ (WaterfallError::NotPermitted | WaterfallError::DrawRefused))
                if matches!(dated.event, Event::Draw { .. }) =>
            {
                self.recorder.refused(dated, error);
                return Ok(());
            }
            Err(error) => return Err(refused(dated, error)),
        }
        // A waterfall runs in the state that the determination date leads to.
        let mut during = None;
        let mut at_step = |plan: &Plan, _: u16, state: &State<1>| {
            during.get_or_insert(state_index(plan, state));
        };
        self.look.live(&dated.event, &mut at_step).map_err(|error| refused(dated, error))?;
        self.events.push(dated.event.clone());
        self.days.push(dated.date);
        self.recorder.postings(&self.journal, (dated, during.unwrap_or(before)));
        self.recorder.state_change((before, self.state_index()), dated);
        Ok(())
    }

    /// Changes of state whose condition came true between payment dates.
    fn take_transitions(&mut self, day: Date) -> Result<(), LifeError> {
        let start = self.state_index();
        for transition in &self.plan.transitions {
            let may_start = transition.from.checked_shr(u32::from(start)).unwrap_or(0) & 1 == 1;
            let Some(to) = self.plan.states.get(usize::from(transition.to)).filter(|_| may_start) else {
                continue;
            };
            let event = Event::Transition { to: to.id, on: day };
            let mut trial = self.state.clone();
            if apply(self.plan, &mut trial, &event, &mut Journal::new()).is_ok() {
                let what = format!("change to {}", self.plan.name(to.id));
                self.apply(&Dated { date: day, what, event })?;
                return self.begin_sale(day);
            }
        }
        Ok(())
    }

    /// The collateral is sold once, from the day on which enforcement begins.
    fn begin_sale(&mut self, day: Date) -> Result<(), LifeError> {
        let state = self.plan.states.get(usize::from(self.state_index()));
        let begins = state.is_some_and(|state| self.plan.name(state.id) == ENFORCEMENT);
        if begins && !self.enforced {
            self.enforced = true;
            self.sales = self.setup.collateral.liquidation(day)?;
            self.sales.reverse();
        }
        Ok(())
    }

    fn sell(&mut self, day: Date) -> Result<(), LifeError> {
        while let Some(sale) = self.sales.pop_if(|sale| sale.date <= day) {
            self.sale_costs = self.sale_costs.saturating_add(sale.costs.units());
            self.recorder.unsold = sale.left;
            let event = Event::Proceeds {
                account: self.proceeds_account(),
                amount: [sale.amount.units()],
                allocated: [0],
                last: sale.last,
                on: day,
            };
            self.apply(&Dated { date: day, what: "sale of collateral".to_owned(), event })?;
        }
        Ok(())
    }

    /// What the sales of this period cost, for a deal that pays it.
    fn report_costs(&mut self, as_of: Date) -> Result<(), LifeError> {
        let input = Id::of("input", SALE_COSTS);
        if self.plan.inputs.iter().all(|known| known.id != input) {
            return Ok(());
        }
        let value = [std::mem::take(&mut self.sale_costs)];
        let event = Event::Report { input, reporter: 0, value, as_of };
        self.apply(&Dated { date: as_of, what: "costs of sale".to_owned(), event })
    }

    fn proceeds_account(&self) -> Id {
        let wanted = Id::of("account", PROCEEDS);
        let known = self.plan.accounts.iter().find(|account| account.id == wanted);
        known.or(self.plan.accounts.first()).map_or(wanted, |account| account.id)
    }

    fn state_index(&self) -> u8 {
        state_index(self.plan, &self.state)
    }

    fn ended(&self) -> bool {
        self.plan.states.get(usize::from(self.state_index())).is_none_or(|state| state.waterfall.is_none())
    }

    /// After the final date the deal goes on while a note is owed or a sale is under way.
    fn nothing_left(&self, number: usize) -> bool {
        let owed = |note: &Note| self.state.read(note.register(NoteField::Balance)) != [0];
        let over = number > usize::from(self.plan.final_payment);
        over && self.sales.is_empty() && !self.plan.notes.iter().any(owed)
    }

    fn finish(self) -> Life {
        let results = self.recorder.finish(&self.state, &self.feed.projection);
        Life { results, events: self.events, days: self.days, journal: self.journal, state: self.state }
    }
}

fn state_index(plan: &Plan, state: &State<1>) -> u8 {
    let [state] = state.read(plan.layout.clock(Clock::State));
    u8::try_from(state).unwrap_or(u8::MAX)
}

fn refused(dated: &Dated, error: WaterfallError) -> LifeError {
    LifeError::Refused { date: dated.date, event: dated.what.clone(), error }
}
