//! A deal as the node has it in memory: compiled from its files, lived again from the log.

use crate::actor::Actor;
use crate::command::NewDeal;
use crate::error::ServicerError;
use crate::happened::{
    APPLIED, Applied, CLEARED, Cleared, FOUND, INSTALLED, MEASURED, Measured, NoteBody, OBSERVED, Observed,
    Opened, PostingBody, REFUSED, Refused, StandingBody, TAKEN_OVER,
};
use crate::keeper::{Live, Step};
use crate::servicer::day_of;
use crate::takeover::days;
use assets::Case;
use life::{Limits, Setup};
use node::hex;
use node::store::{Event as Logged, NewEvent};
use std::collections::BTreeMap;
use units::Date;
use waterfall::instruction::NONE;
use waterfall::plan::{Clock, Note, NoteField, Plan};
use waterfall::{Event, Journal, Posting, PostingKind, WaterfallError};

/// Most steps that are decided at once: their events are one command of the log.
const STEPS_MAX: usize = 200;

/// A deal on its desk.
pub struct Desk {
    pub id: String,
    pub setup: Setup,
    /// The currency of the deal's bank; empty for the deal's own.
    pub bank_currency: String,
    /// The case's own life, where it plays the part of the world.
    rehearsal: Option<Vec<(Date, Event<1>)>>,
    pub live: Live,
    /// Every event of the engine.
    pub events: Vec<Event<1>>,
    /// Payment dates whose period was measured.
    pub measured: u16,
    /// Whether the deal was found alive on its ledger and is not taken over yet.
    pub is_found: bool,
    /// The day on which it was taken over.
    pub taken_over: Option<Date>,
    /// Whether the deal waits on its ledger, or lives there.
    pub installed: bool,
    /// Events that the ledger has taken.
    pub cleared: u32,
    /// The last event of the log that is in here.
    pub head: u64,
}

/// What is due at a desk.
pub struct Due {
    /// The steps, in order, as events of the log.
    pub events: Vec<NewEvent>,
    /// Why a payment date that has come was not executed.
    pub blocked: Option<WaterfallError>,
}

impl Desk {
    /// Reads a deal's files.
    pub fn open(deal: &NewDeal) -> Result<Self, ServicerError> {
        let setup = setup(deal)?;
        let rehearsal = match deal.rehearsal {
            true => {
                let life = life::play(&setup, Limits::default(), &mut |_, _| {})?;
                Some(life.days.into_iter().zip(life.events).collect())
            }
            false => None,
        };
        let live = Live::new(&setup.compiled.plan);
        let events = Vec::new();
        let (id, bank_currency) = (deal.id.clone(), deal.bank_currency.clone());
        Ok(Self {
            id,
            setup,
            bank_currency,
            rehearsal,
            live,
            events,
            measured: 0,
            is_found: false,
            taken_over: None,
            installed: false,
            cleared: 0,
            head: 0,
        })
    }

    /// The plan that it is under.
    pub const fn plan(&self) -> &Plan {
        &self.setup.compiled.plan
    }

    /// Whether the case plays the part of the world.
    pub const fn is_rehearsal(&self) -> bool {
        self.rehearsal.is_some()
    }

    /// What the log says of its opening.
    pub fn opened(&self, deal: &NewDeal, by: &Actor) -> Opened {
        let (setup, plan) = (&self.setup, self.plan());
        let standing = self.standing(&self.live);
        let tape = setup.collateral.tape();
        let name = |row| {
            ["serial", "name", "system", "lease", "loan", "battery"]
                .into_iter()
                .map(|column| tape.word(column, row))
                .find(|word| !word.is_empty())
                .unwrap_or_default()
                .to_owned()
        };
        let machines = tape.identities().into_iter().enumerate();
        Opened {
            deal: deal.clone(),
            by: by.clone(),
            title: setup.compiled.title.clone(),
            currency: setup.compiled.currency.clone(),
            decimals: plan.decimals,
            plan_hash: life::hash_of(plan),
            closing: self.closing(),
            terms: setup.text.clone(),
            notes: standing.notes,
            accounts: standing.accounts,
            machines: machines.map(|(row, identity)| (hex::encode(&identity), name(row))).collect(),
        }
    }

    /// The day of the closing.
    pub fn closing(&self) -> Date {
        self.plan().period(0).map_or(Date::from_days(0), |period| period.payment)
    }

    /// Lives an event of the log.
    ///
    /// # Errors
    /// [`node::NodeError::Broken`] if the engine does not post what the log says.
    pub fn live_again(&mut self, logged: &Logged) -> Result<(), ServicerError> {
        self.head = logged.sequence;
        match logged.kind.as_str() {
            OBSERVED => {
                let observed: Observed = logged.json()?;
                self.live.waiting.insert((observed.on, logged.sequence), observed);
            }
            REFUSED => {
                let refused: Refused = logged.json()?;
                self.live.waiting.retain(|(_, sequence), _| *sequence != refused.observed);
            }
            APPLIED => self.apply_again(&logged.json()?)?,
            MEASURED => self.measured = logged.json::<Measured>()?.payment,
            FOUND => self.is_found = true,
            TAKEN_OVER => (self.is_found, self.taken_over) = (false, Some(day_of(logged.at))),
            INSTALLED => self.installed = true,
            CLEARED => (self.installed, self.cleared) = (true, logged.json::<Cleared>()?.events),
            _ => {}
        }
        Ok(())
    }

    fn apply_again(&mut self, applied: &Applied) -> Result<(), ServicerError> {
        let broken = || node::NodeError::Broken { what: format!("event {} of {}", applied.number, self.id) };
        let bytes = hex::decode(&applied.event).ok_or_else(broken)?;
        let event = Event::from_bytes(&bytes)?;
        let waiting = self.live.waiting.keys();
        let observed = applied.observed.and_then(|heard| waiting.copied().find(|(_, place)| *place == heard));
        let what = applied.what.clone();
        let step = Step::Apply { event: event.clone(), on: applied.on, what, observed };
        let plan = &self.setup.compiled.plan;
        let journal = self.live.take(plan, &step)?;
        let is_same = self.live.count == applied.number && postings(plan, &journal) == applied.postings;
        self.events.push(event);
        if is_same { Ok(()) } else { Err(broken().into()) }
    }

    /// Everything that is due on a day, up to a bound, as if it had happened; the desk itself does not change.
    pub fn due(&self, today: Date) -> Result<Due, ServicerError> {
        let (mut live, mut events) = (self.live.clone(), Vec::new());
        while events.len() < STEPS_MAX {
            let step = match self.next(&live, today) {
                Ok(Some(step)) => step,
                Ok(None) => break,
                Err(error) => return Ok(Due { events, blocked: Some(error) }),
            };
            let journal = live.take(self.plan(), &step)?;
            events.push(self.logged(&live, (&step, &journal))?);
        }
        Ok(Due { events, blocked: None })
    }

    /// The next of what a ledger proved, up to a bound, as if it had happened here; nothing if all of it is in the log.
    pub fn adopt(&self, proven: &[Event<1>]) -> Result<Vec<NewEvent>, ServicerError> {
        let (mut live, mut events) = (self.live.clone(), Vec::new());
        let known = usize::try_from(live.count).unwrap_or(usize::MAX);
        let dated = proven.iter().zip(days(proven, self.closing()));
        for (event, on) in dated.skip(known).take(STEPS_MAX) {
            let (event, what) = (event.clone(), what(self.plan(), event));
            let step = Step::Apply { event, on, what, observed: None };
            let journal = live.take(self.plan(), &step)?;
            events.push(self.logged(&live, (&step, &journal))?);
        }
        Ok(events)
    }

    fn next(&self, live: &Live, today: Date) -> Result<Option<Step>, WaterfallError> {
        let Some(rehearsal) = &self.rehearsal else { return live.next(self.plan(), today) };
        let next = usize::try_from(live.count).ok().and_then(|next| rehearsal.get(next));
        let next = next.filter(|(on, _)| *on <= today);
        Ok(next.map(|(on, event)| {
            let what = what(self.plan(), event);
            Step::Apply { event: event.clone(), on: *on, what, observed: None }
        }))
    }

    /// A step that was taken, as an event of the log.
    fn logged(&self, live: &Live, (step, journal): (&Step, &Journal<1>)) -> Result<NewEvent, ServicerError> {
        let (event, on, what, observed) = match step {
            Step::Apply { event, on, what, observed } => (event, *on, what.clone(), *observed),
            Step::Refuse { observed: (_, observed), error } => {
                let (code, message) = (error.code(), error.to_string());
                return Ok(NewEvent::json(REFUSED, 1, &Refused { observed: *observed, code, message })?);
            }
        };
        let payment = match event {
            Event::PayDate { number, .. } => Some(*number),
            _ => None,
        };
        let applied = Applied {
            number: live.count,
            event: hex::encode(&event.to_bytes()),
            on,
            what,
            observed: observed.map(|(_, sequence)| sequence),
            payment,
            payment_day: payment.and_then(|number| self.plan().period(number)).map(|period| period.payment),
            postings: postings(self.plan(), journal),
            standing: self.standing(live),
            taken_over: self.is_found,
        };
        Ok(NewEvent::json(APPLIED, 1, &applied)?)
    }

    /// How the deal stands.
    pub fn standing(&self, live: &Live) -> StandingBody {
        let plan = self.plan();
        let next = self.next_payment(live);
        let account = |account: &waterfall::plan::Account| {
            let ([cash], [next]) =
                (live.state.read(account.first), live.state.read(account.first.saturating_add(1)));
            (plan.name(account.id).to_owned(), cash.saturating_add(next))
        };
        StandingBody {
            state: state_name(plan, live),
            over: next.is_none(),
            next,
            notes: plan.notes.iter().map(|note| note_body(plan, live, note)).collect(),
            accounts: plan.accounts.iter().map(account).collect(),
        }
    }

    /// The next payment date and its day (since 1970).
    fn next_payment(&self, live: &Live) -> Option<(u16, i32)> {
        let Some(rehearsal) = &self.rehearsal else {
            return live.next_payment(self.plan()).map(|(number, period)| (number, period.payment.days()));
        };
        let ahead = rehearsal.iter().skip(usize::try_from(live.count).unwrap_or(usize::MAX));
        let mut payments = ahead.filter_map(|(on, event)| match event {
            Event::PayDate { number, .. } => Some((*number, on.days())),
            _ => None,
        });
        payments.next()
    }
}

fn setup(deal: &NewDeal) -> Result<Setup, ServicerError> {
    let files: BTreeMap<String, Vec<u8>> =
        deal.files.iter().map(|(name, text)| (name.clone(), text.clone().into_bytes())).collect();
    let case = deal.files.get(&deal.case);
    let case = case.ok_or_else(|| ServicerError::Deal(format!("the files have no `{}`", deal.case)))?;
    Ok(Setup::open(&deal.id, Case::parse(&deal.case, case, &[])?, &files, None)?)
}

fn state_name(plan: &Plan, live: &Live) -> String {
    if live.state.payment_number(plan).is_none() {
        return String::new();
    }
    let [now] = live.state.read(plan.layout.clock(Clock::State));
    let state = usize::try_from(now).ok().and_then(|now| plan.states.get(now));
    state.map_or(String::new(), |state| plan.name(state.id).to_owned())
}

fn note_body(plan: &Plan, live: &Live, note: &Note) -> NoteBody {
    let read = |field| {
        let [value] = live.state.read(note.register(field));
        value
    };
    NoteBody {
        name: plan.name(note.id).to_owned(),
        original: plan.literals.get(usize::from(note.amount)).map_or(0, |literal| literal.value),
        balance: read(NoteField::Balance),
        coupon_ppb: read(NoteField::Coupon),
        interest_late: read(NoteField::InterestShort),
        interest_paid: read(NoteField::InterestPaid).saturating_add(read(NoteField::AdditionalPaid)),
        principal_paid: read(NoteField::PrincipalPaidEver),
        written_off: read(NoteField::WrittenOff),
    }
}

fn postings(plan: &Plan, journal: &Journal<1>) -> Vec<PostingBody> {
    let step = |posting: &Posting<1>| match posting.step {
        NONE => String::new(),
        step => plan.steps.get(usize::from(step)).map_or("", |step| plan.name(step.id)).to_owned(),
    };
    let body = |posting: &Posting<1>| {
        let ([amount], [short]) = (posting.amount, posting.short);
        PostingBody {
            payment: posting.payment,
            kind: kind(posting.kind).to_owned(),
            step: step(posting),
            from: plan.name(posting.from).to_owned(),
            to: plan.name(posting.to).to_owned(),
            amount,
            short,
        }
    };
    journal.iter().map(body).collect()
}

const fn kind(kind: PostingKind) -> &'static str {
    match kind {
        PostingKind::CashIn => "cash_in",
        PostingKind::CashOut => "cash_out",
        PostingKind::Transfer => "transfer",
        PostingKind::Through => "through",
        PostingKind::Book => "book",
    }
}

fn what(plan: &Plan, event: &Event<1>) -> String {
    let name = |id| plan.name(id).to_owned();
    match event {
        Event::Receive { source, .. } => source.map_or("a gift".to_owned(), name),
        Event::Report { input, .. } => name(*input),
        Event::Restate { name: restated, .. } => format!("correction of {}", plan.name(*restated)),
        Event::PayDate { number, .. } => format!("payment {number}"),
        Event::Draw { note, .. } => format!("draw of {}", plan.name(*note)),
        Event::Proceeds { .. } => "sale of collateral".to_owned(),
        Event::Waive { trigger, .. } => format!("waiver of {}", plan.name(*trigger)),
        Event::Transition { to, .. } => format!("change to {}", plan.name(*to)),
        Event::Surrender { note, .. } => format!("surrender of {}", plan.name(*note)),
    }
}
