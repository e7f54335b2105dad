//! Facts of each period, for the reports.

mod known;
mod levels;
mod period;
mod start;

use crate::feed::Dated;
use crate::look::{Comparison, Look, comparisons};
use crate::setup::Setup;
use assets::Projection;
use deal::syntax::{Expression, Statement};
use report::{Draw, Level, Payment, PaymentKind, Period, Receipt, Results, StateChange, TestKind, Totals};
use std::collections::BTreeMap;
use units::{Date, Id, Rate};
use waterfall::instruction::NONE;
use waterfall::plan::{ClaimKind, Clock, NoteField, Plan};
use waterfall::{Journal, Posting, PostingKind, State, WaterfallError};

/// Formulas whose values the reports show: both sides of every trigger's first comparison, and the collateral's value.
pub(crate) fn formulas(setup: &Setup) -> Vec<(String, Expression)> {
    let mut formulas = Vec::new();
    for (name, comparison) in compared(setup) {
        formulas.push((format!("{name} value"), comparison.left));
        formulas.push((format!("{name} level"), comparison.right));
    }
    for item in &setup.document.statements {
        if let Statement::Account(account) = &item.body
            && let Some(target) = &account.target
        {
            formulas.push((format!("{} target", account.name.text), target.clone()));
        }
    }
    formulas
}

/// The comparison that tells most about a trigger: the last one, since earlier ones are gates such as `payment >= 7`.
fn compared(setup: &Setup) -> Vec<(String, Comparison)> {
    let triggers = setup.document.statements.iter().filter_map(|item| match &item.body {
        Statement::Trigger(trigger) => Some(trigger),
        _ => None,
    });
    triggers
        .filter_map(|trigger| Some((trigger.name.text.clone(), comparisons(&trigger.when).pop()?)))
        .collect()
}

/// Nominal account that draws pass through.
const DRAWS: &str = "draws";

/// Gathers the facts of a life.
pub(crate) struct Recorder<'a> {
    setup: &'a Setup,
    plan: &'a Plan,
    compared: Vec<(String, Comparison)>,
    levels: BTreeMap<String, (TestKind, Vec<Level>)>,
    results: Results,
    recorded: usize,
    /// Share of the collateral that is not sold yet.
    pub unsold: Rate,
    before: BTreeMap<Id, Before>,
}

/// What a note was before a payment date.
#[derive(Clone, Copy, Default)]
struct Before {
    closing: i64,
    drawn: i64,
    capitalised: i64,
    written_off: i64,
    coupon: i64,
}

impl<'a> Recorder<'a> {
    pub fn new(setup: &'a Setup) -> Self {
        let plan = &setup.compiled.plan;
        Self {
            setup,
            plan,
            compared: compared(setup),
            levels: levels::levels(setup),
            results: start::empty(setup),
            recorded: 0,
            unsold: Rate::new(units::RATE_ONE),
            before: BTreeMap::new(),
        }
    }

    pub fn before_payment(&mut self, state: &State<1>) {
        for note in &self.plan.notes {
            let known = self.before.entry(note.id).or_default();
            known.coupon = period::cell(state, note, NoteField::Coupon);
        }
    }

    /// New postings, as payments and receipts.
    pub fn postings(&mut self, journal: &Journal<1>, (dated, during): (&Dated, u8)) {
        for posting in journal.iter().skip(self.recorded) {
            match posting.kind {
                PostingKind::CashIn => self.receipt(posting, dated.date),
                PostingKind::CashOut | PostingKind::Transfer => self.payment(posting, dated.date, during),
                PostingKind::Through => self.through(posting, dated.date, during),
                PostingKind::Book => {}
            }
        }
        self.recorded = journal.len();
    }

    fn receipt(&mut self, posting: &Posting<1>, date: Date) {
        let [amount] = posting.amount;
        let number = u32::from(posting.payment);
        // Cash that comes in after a payment date is distributed at the next one.
        let period = if self.is_source(posting.from) { number.saturating_add(1) } else { number };
        let source = self.plan.name(posting.from).to_owned();
        let account = self.plan.name(posting.to).to_owned();
        if period == 0 {
            self.note_draw(&source, date, amount);
        }
        self.results.receipts.push(Receipt { date, period, account, source, amount });
    }

    /// A draw passes from the lender to the payee: in at one end of a nominal account, out at the other.
    fn through(&mut self, posting: &Posting<1>, date: Date, during: u8) {
        let name = self.plan.name(posting.from).to_owned();
        let ([amount], period) = (posting.amount, u32::from(posting.payment).saturating_add(1));
        self.note_draw(&name, date, amount);
        let account = DRAWS.to_owned();
        self.results.receipts.push(Receipt { date, period, account, source: name, amount });
        self.payment(posting, date, during);
        if let Some(payment) = self.results.payments.last_mut() {
            (payment.from, payment.period, payment.step) = (DRAWS.to_owned(), period, "draw".to_owned());
            payment.waterfall = "between payments".to_owned();
        }
    }

    fn is_source(&self, id: Id) -> bool {
        !self.plan.notes.iter().any(|note| note.id == id)
            && !self.plan.equities.iter().any(|equity| equity.id == id)
    }

    fn note_draw(&mut self, name: &str, date: Date, amount: i64) {
        if let Some(class) = self.results.classes.iter_mut().find(|class| class.name == name) {
            class.draws.push(Draw { date, amount });
        }
    }

    fn payment(&mut self, posting: &Posting<1>, date: Date, during: u8) {
        let ([amount], [short]) = (posting.amount, posting.short);
        let step = self.plan.steps.get(usize::from(posting.step)).filter(|_| posting.step != NONE);
        let waterfall = step.and_then(|step| self.plan.waterfalls.get(usize::from(step.waterfall)));
        let state = self.state_name(during);
        let (payee, kind) = self.payee(posting);
        self.results.payments.push(Payment {
            date,
            period: u32::from(posting.payment),
            state,
            waterfall: waterfall
                .map_or("closing".to_owned(), |waterfall| self.plan.name(waterfall.id).to_owned()),
            step: step.map_or("use of proceeds".to_owned(), |step| self.plan.name(step.id).to_owned()),
            from: self.plan.name(posting.from).to_owned(),
            payee,
            kind,
            amount,
            short,
        });
    }

    fn state_name(&self, index: u8) -> String {
        self.plan
            .states
            .get(usize::from(index))
            .map_or(String::new(), |state| self.plan.name(state.id).to_owned())
    }

    fn payee(&self, posting: &Posting<1>) -> (String, PaymentKind) {
        let name = self.plan.name(posting.to).to_owned();
        if posting.kind == PostingKind::Transfer {
            return (name, PaymentKind::Transfer);
        }
        if posting.kind == PostingKind::Through {
            return (name, PaymentKind::Use);
        }
        let claim = self.plan.claims.iter().find(|claim| claim.id == posting.to);
        let class = |index: u8| {
            let note = self.plan.notes.get(usize::from(index));
            note.map_or(String::new(), |note| self.plan.name(note.id).to_owned())
        };
        match claim.map(|claim| claim.kind) {
            Some(ClaimKind::Interest(note) | ClaimKind::Additional(note)) => {
                (class(note), PaymentKind::Interest)
            }
            Some(ClaimKind::Principal(note) | ClaimKind::Scheduled(note)) => {
                (class(note), PaymentKind::Principal)
            }
            Some(ClaimKind::Residual) if self.is_equity(&name) => (name, PaymentKind::Distribution),
            Some(ClaimKind::Residual) if posting.step == NONE => (name, PaymentKind::Use),
            Some(ClaimKind::Residual) => (name, PaymentKind::Other),
            Some(ClaimKind::Cost) if self.is_fee(&name) => (name, PaymentKind::Fee),
            Some(ClaimKind::Cost) => (name, PaymentKind::Expense),
            None => (name, PaymentKind::Use),
        }
    }

    fn is_equity(&self, name: &str) -> bool {
        self.plan.equities.iter().any(|equity| equity.id == Id::of("equity", name))
    }

    fn is_fee(&self, name: &str) -> bool {
        let fee = name.strip_suffix(".excess").unwrap_or(name);
        self.setup.document.statements.iter().any(|item| match &item.body {
            Statement::Fee(known) => known.name.text == fee,
            _ => false,
        })
    }

    pub fn state_change(&mut self, (before, after): (u8, u8), dated: &Dated) {
        let first = self.results.state_changes.is_empty();
        if before == after && !first {
            return;
        }
        let period = u32::try_from(self.results.periods.len()).unwrap_or(0);
        let to = self.state_name(after);
        let (from, reason) = if first {
            (String::new(), "the deal closed".to_owned())
        } else {
            (self.state_name(before), self.reason(&to))
        };
        if !first || matches!(dated.event, waterfall::Event::PayDate { .. }) {
            self.results.state_changes.push(StateChange { date: dated.date, period, from, to, reason });
        }
    }

    /// The term sheet's own words for a change.
    fn reason(&self, to: &str) -> String {
        let state = self.setup.document.statements.iter().find_map(|item| match &item.body {
            Statement::State(state) if state.name.text == to => Some(state),
            _ => None,
        });
        match state.and_then(|state| state.when.as_ref()) {
            Some(when) => format!("when {}", deal::formula(when)),
            None => "by date".to_owned(),
        }
    }

    pub fn refused(&mut self, dated: &Dated, error: WaterfallError) {
        self.results.remarks.push(format!("{}: {} was refused: {error}", dated.date, dated.what));
    }

    pub fn after_payment(&mut self, state: &State<1>, (look, projection): (&Look, &Projection), number: u16) {
        let paid = state.payment_number(self.plan) == Some(number);
        self.class_periods(state, (number, paid));
        let Some(dates) = self.plan.period(number).copied() else { return };
        let [index] = state.read(self.plan.layout.clock(Clock::State));
        let name = self.state_name(u8::try_from(index).unwrap_or(u8::MAX));
        let waterfall =
            self.results.payments.iter().rev().find(|payment| payment.period == u32::from(number));
        let period = Period {
            number: u32::from(number),
            accrual_start: dates.start,
            accrual_end: dates.end,
            payment_date: dates.payment,
            state: waterfall.map_or(name, |payment| payment.state.clone()),
            waterfall: waterfall.map_or(String::new(), |payment| payment.waterfall.clone()),
            accounts: self.accounts(state, &look.determined),
            tests: self.tests(look),
            triggers: self.triggers(state, look),
            collateral: self.collateral(dates.determination, projection),
            inputs: self.inputs(state, dates.determination, projection),
            delinquencies: self.delinquencies(dates.determination, projection),
        };
        self.results.periods.push(period);
    }

    pub fn finish(mut self, state: &State<1>, projection: &Projection) -> Results {
        let held: i128 = self
            .plan
            .accounts
            .iter()
            .flat_map(|account| [account.first, account.first.saturating_add(1)])
            .map(|register| i128::from(state.read(register)[0]))
            .sum();
        self.results.totals =
            Totals { cash_in: state.cash_in[0], cash_out: state.cash_out[0], cash_held: held };
        let [index] = state.read(self.plan.layout.clock(Clock::State));
        let ended = usize::try_from(index)
            .ok()
            .and_then(|i| self.plan.states.get(i))
            .is_none_or(|s| s.waterfall.is_none());
        self.results.status = self.state_name(u8::try_from(index).unwrap_or(u8::MAX));
        // What was not sold is released to the equity and still worth something to it.
        let [sold] = state.read(self.plan.layout.clock(Clock::Sold));
        let left = self.results.periods.last().map_or(0, |period| period.collateral.exit_value);
        self.results.over = ended && held == 0 && (sold != 0 || left == 0);
        self.results.observations = known::observations(self.setup, projection, self.results.periods.last());
        self.results.splices = projection.splices.iter().map(known::splice).collect();
        self.results
    }
}
