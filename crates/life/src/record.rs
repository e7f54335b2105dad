//! Facts of each period, for the reports.

use crate::feed::Dated;
use crate::look::{self, Comparison, Look, comparisons, shown, sign};
use crate::setup::{Setup, hash_of};
use assets::Projection;
use deal::syntax::{Bound, Expression, ExpressionKind, Item, Operator, Statement, Step, Suffix};
use report::{
    AccountBalance, Class, ClassKind, ClassPeriod, Collateral, DealFacts, Draw, Input, Level, Observation,
    Payment, PaymentKind, Period, Provenance, Receipt, Results, Splice, StateChange, TestKind, TestValue,
    Totals, TriggerValue,
};
use std::collections::BTreeMap;
use units::{Date, Id, Scaled};
use waterfall::instruction::NONE;
use waterfall::plan::{ClaimKind, Clock, Note, NoteField, Plan, ValueKind};
use waterfall::{Inspection, Journal, Posting, PostingKind, State, WaterfallError};

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

/// Gathers the facts of a life.
pub(crate) struct Recorder<'a> {
    setup: &'a Setup,
    plan: &'a Plan,
    compared: Vec<(String, Comparison)>,
    levels: BTreeMap<String, (TestKind, Vec<Level>)>,
    results: Results,
    recorded: usize,
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
            levels: levels(setup),
            results: empty(setup),
            recorded: 0,
            before: BTreeMap::new(),
        }
    }

    pub fn before_payment(&mut self, state: &State<1>) {
        for note in &self.plan.notes {
            let known = self.before.entry(note.id).or_default();
            known.coupon = cell(state, note, NoteField::Coupon);
        }
    }

    /// New postings, as payments and receipts.
    pub fn postings(&mut self, journal: &Journal<1>, (dated, before): (&Dated, u8)) {
        // Postings of a payment date belong to the state whose waterfall ran, which its steps tell.
        for posting in journal.iter().skip(self.recorded) {
            match posting.kind {
                PostingKind::CashIn => self.receipt(posting, dated.date),
                PostingKind::CashOut | PostingKind::Transfer => self.payment(posting, dated.date, before),
                PostingKind::Through => {
                    self.draw(posting, dated.date);
                    self.receipt(posting, dated.date);
                    self.payment(posting, dated.date, before);
                }
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

    fn is_source(&self, id: Id) -> bool {
        !self.plan.notes.iter().any(|note| note.id == id)
            && !self.plan.equities.iter().any(|equity| equity.id == id)
    }

    fn draw(&mut self, posting: &Posting<1>, date: Date) {
        let name = self.plan.name(posting.from).to_owned();
        let [amount] = posting.amount;
        self.note_draw(&name, date, amount);
    }

    fn note_draw(&mut self, name: &str, date: Date, amount: i64) {
        if let Some(class) = self.results.classes.iter_mut().find(|class| class.name == name) {
            class.draws.push(Draw { date, amount });
        }
    }

    fn payment(&mut self, posting: &Posting<1>, date: Date, before: u8) {
        let ([amount], [short]) = (posting.amount, posting.short);
        let step = self.plan.steps.get(usize::from(posting.step)).filter(|_| posting.step != NONE);
        let waterfall = step.and_then(|step| self.plan.waterfalls.get(usize::from(step.waterfall)));
        let state = match step {
            Some(step) => self.state_of(step.waterfall, before),
            None => self.state_name(before),
        };
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

    /// The state in which a waterfall ran: the one before the payment if it is one of its states, else the first.
    fn state_of(&self, waterfall: u8, before: u8) -> String {
        let serves =
            |index: usize| self.plan.states.get(index).is_some_and(|s| s.waterfall == Some(waterfall));
        let index = if serves(usize::from(before)) {
            usize::from(before)
        } else {
            (0..self.plan.states.len()).find(|index| serves(*index)).unwrap_or(0)
        };
        self.plan.states.get(index).map_or(String::new(), |state| self.plan.name(state.id).to_owned())
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
        self.class_periods(state, number);
        let now = look.now();
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
            accounts: self.accounts(state, &now),
            tests: self.tests(look),
            triggers: self.triggers(state, look),
            collateral: self.collateral(dates.determination, projection),
            inputs: self.inputs(state, dates.determination, projection),
            delinquencies: Vec::new(),
        };
        self.results.periods.push(period);
    }

    fn class_periods(&mut self, state: &State<1>, number: u16) {
        for note in &self.plan.notes {
            let known = self.before.get(&note.id).copied().unwrap_or_default();
            let read = |field| cell(state, note, field);
            let now = Before {
                closing: read(NoteField::Balance),
                drawn: read(NoteField::Drawn),
                capitalised: read(NoteField::Capitalised),
                written_off: read(NoteField::WrittenOff),
                coupon: read(NoteField::Coupon),
            };
            let paid = read(NoteField::InterestPaid).saturating_add(read(NoteField::AdditionalPaid));
            let carried = read(NoteField::InterestDue).saturating_add(read(NoteField::AdditionalDue));
            let row = ClassPeriod {
                period: u32::from(number),
                opening: if number == 0 { now.closing } else { known.closing },
                drawn: if number == 0 { 0 } else { now.drawn.saturating_sub(known.drawn) },
                interest_due: paid
                    .saturating_add(read(NoteField::InterestShort))
                    .saturating_add(read(NoteField::AdditionalDue)),
                interest_paid: paid,
                principal_paid: read(NoteField::PrincipalPaid).saturating_add(read(NoteField::ScheduledPaid)),
                capitalised: now.capitalised.saturating_sub(known.capitalised),
                written_off: now.written_off.saturating_sub(known.written_off),
                closing: now.closing,
                carried_shortfall: carried,
                coupon: Some(if number == 0 { now.coupon } else { known.coupon }),
            };
            self.before.insert(note.id, now);
            self.push_row(self.plan.name(note.id), row);
        }
        for equity in &self.plan.equities {
            let name = self.plan.name(equity.id);
            let claim = self.plan.claims.iter().find(|claim| claim.id == Id::of("claim", name));
            let [paid] = claim.map_or([0], |claim| state.read(claim.paid));
            let [amount] = state.read(equity.amount);
            let row = ClassPeriod {
                period: u32::from(number),
                opening: amount,
                interest_paid: paid,
                interest_due: paid,
                closing: amount,
                ..ClassPeriod::default()
            };
            self.push_row(name, row);
        }
    }

    fn push_row(&mut self, name: &str, row: ClassPeriod) {
        if let Some(class) = self.results.classes.iter_mut().find(|class| class.name == name) {
            class.periods.push(row);
        }
    }

    fn accounts(&self, state: &State<1>, now: &BTreeMap<String, Inspection<1>>) -> Vec<AccountBalance> {
        let balance = |account: &waterfall::plan::Account| {
            let name = self.plan.name(account.id).to_owned();
            let ([cash], [next]) = (state.read(account.first), state.read(account.first.saturating_add(1)));
            let target = now.get(&format!("{name} target")).map(|inspection| inspection.value[0]);
            AccountBalance { name, balance: cash.saturating_add(next), target }
        };
        self.plan.accounts.iter().map(balance).collect()
    }

    fn tests(&self, look: &Look) -> Vec<TestValue> {
        let tests = self.levels.iter().filter_map(|(name, (kind, levels))| {
            let value = look.determined.get(name).filter(|value| value.kind == ValueKind::Ratio)?;
            let ([numerator], [denominator]) = (value.value, value.denominator);
            Some(TestValue {
                name: name.clone(),
                kind: *kind,
                numerator,
                denominator,
                levels: levels.clone(),
            })
        });
        tests.collect()
    }

    fn triggers(&self, state: &State<1>, look: &Look) -> Vec<TriggerValue> {
        let decimals = self.plan.decimals;
        let trigger = |trigger: &waterfall::plan::Trigger| {
            let name = self.plan.name(trigger.id).to_owned();
            let read = |side: &str| {
                look.determined
                    .get(&format!("{name} {side}"))
                    .map_or("–".to_owned(), |value| shown(value, decimals))
            };
            let comparison =
                self.compared.iter().find(|(known, _)| *known == name).map(|(_, comparison)| comparison);
            let ([on], [breaches]) = (state.read(trigger.first), state.read(trigger.first.saturating_add(1)));
            let (value, level) = match comparison {
                Some(comparison) => {
                    let left = deal::formula(&comparison.left);
                    (
                        format!("{left} = {}", read("value")),
                        format!("{} {}", sign(comparison.operator), read("level")),
                    )
                }
                None => ("–".to_owned(), "–".to_owned()),
            };
            TriggerValue { name, value, level, on: on != 0, hits: breaches.count_ones() }
        };
        self.plan.triggers.iter().map(trigger).collect()
    }

    fn collateral(&self, date: Date, projection: &Projection) -> Collateral {
        let known = |name: &str| {
            let found = projection.observations.iter().rev().filter(|o| o.name == name && o.member.is_none());
            found.into_iter().find(|o| o.date <= date).map(|o| o.value.units())
        };
        let market_value = known("collateral_value");
        let exit_value = market_value.and_then(|value| exit_value(self.setup, value)).unwrap_or(0);
        let units = known("units").map(|units| {
            let text = Scaled::new(units, units::QUANTITY_DECIMALS).to_string();
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        });
        Collateral { exit_value, market_value, units }
    }

    fn inputs(&self, state: &State<1>, date: Date, projection: &Projection) -> Vec<Input> {
        let mut inputs = Vec::new();
        for input in &self.plan.inputs {
            let name = self.plan.name(input.id);
            let reported =
                projection.observations.iter().rev().find(|o| o.date <= date && full_name(o) == name);
            let ([used], [stale]) = (state.read(input.register(2)), state.read(input.register(3)));
            let (value, unit) = match reported.map(|reported| reported.value) {
                Some(value) => in_unit(value, used, (&self.setup.compiled.currency, self.plan.decimals)),
                None => (used.to_string(), String::new()),
            };
            let (name, member) = split_member(name);
            inputs.push(Input {
                name,
                member,
                value,
                unit,
                provenance: reported.map_or(Provenance::Assumed, |reported| provenance(reported.provenance)),
                source: reported.map_or(String::new(), |reported| reported.source.clone()),
                stale: stale != 0,
            });
        }
        inputs
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
        self.results.over = ended && held == 0;
        self.results.observations = observations(self.setup, projection, self.results.periods.last());
        self.results.splices = projection.splices.iter().map(splice).collect();
        self.results
    }
}

/// What a sale within the case's horizon would leave: value × factor × (1 − cost), each rounded down.
fn exit_value(setup: &Setup, value: i64) -> Option<i64> {
    let terms = setup.collateral.case().liquidation.as_ref()?;
    let factor = setup.collateral.horizon_factor(terms.horizon_days).ok()?;
    let kept = units::RATE_ONE.checked_sub(terms.cost.0.units())?;
    let gross = units::mul_div(value, factor.units(), units::RATE_ONE, units::Rounding::Down).ok()?;
    units::mul_div(gross, kept, units::RATE_ONE, units::Rounding::Down).ok()
}

fn cell(state: &State<1>, note: &Note, field: NoteField) -> i64 {
    let [value] = state.read(note.register(field));
    value
}

fn full_name(observation: &assets::Observation) -> String {
    match &observation.member {
        Some(member) => format!("{}[{member}]", observation.name),
        None => observation.name.clone(),
    }
}

fn split_member(name: &str) -> (String, Option<String>) {
    match name.split_once('[') {
        Some((name, member)) => (name.to_owned(), Some(member.trim_end_matches(']').to_owned())),
        None => (name.to_owned(), None),
    }
}

fn in_unit(like: assets::Value, used: i64, (currency, decimals): (&str, u8)) -> (String, String) {
    match like {
        assets::Value::Amount(_) => (Scaled::new(used, decimals).to_string(), currency.to_owned()),
        assets::Value::Rate(_) => (Scaled::new(used, 7).to_string(), "%".to_owned()),
        assets::Value::Quantity(_) => {
            (Scaled::new(used, units::QUANTITY_DECIMALS).to_string(), String::new())
        }
        assets::Value::Flag(_) => (if used == 0 { "no" } else { "yes" }.to_owned(), String::new()),
    }
}

fn provenance(provenance: assets::Provenance) -> Provenance {
    match provenance {
        assets::Provenance::Observed => Provenance::Observed,
        assets::Provenance::Interpolated => Provenance::Interpolated,
        assets::Provenance::Carried => Provenance::Carried,
        assets::Provenance::Shocked => Provenance::Scenario,
        assets::Provenance::Contracted | assets::Provenance::Derived | assets::Provenance::Assumed => {
            Provenance::Assumed
        }
    }
}

/// The months of every series up to the last period that was played.
fn observations(setup: &Setup, projection: &Projection, last: Option<&Period>) -> Vec<Observation> {
    let until = last.map_or(0, |period| period.number);
    let decimals = setup.compiled.plan.decimals;
    let readings = projection.readings.iter().filter(|reading| reading.period <= until);
    let observation = |reading: &assets::PeriodReading| {
        let (value, unit) =
            in_unit(reading.value, reading.value.units(), (&setup.compiled.currency, decimals));
        Observation {
            input: reading.series.clone(),
            date: reading.date,
            value,
            unit,
            provenance: provenance(reading.provenance),
            source: reading.source.clone(),
            stale: false,
        }
    };
    readings.map(observation).collect()
}

fn splice(splice: &assets::Splice) -> Splice {
    Splice {
        input: splice.series.clone(),
        date: splice.first,
        before: splice.from.clone(),
        after: splice.to.clone(),
        method: if splice.bridged {
            format!("a straight line from {} joins the two", splice.last)
        } else {
            format!("the last value of {} is carried up to here", splice.last)
        },
    }
}

fn empty(setup: &Setup) -> Results {
    let plan = &setup.compiled.plan;
    let amount = |register: u16| plan.literals.get(usize::from(register)).map_or(0, |literal| literal.value);
    let class = |(name, kind, rank, original): (String, ClassKind, usize, i64)| Class {
        name,
        kind,
        rank: u16::try_from(rank).unwrap_or(u16::MAX),
        original,
        draws: Vec::new(),
        periods: Vec::new(),
    };
    let notes = plan.notes.iter().enumerate();
    let notes =
        notes.map(|(rank, note)| (plan.name(note.id).to_owned(), ClassKind::Note, rank, amount(note.amount)));
    let equities = plan.equities.iter().enumerate();
    let after = plan.notes.len();
    let equities = equities.map(|(rank, equity)| {
        (
            plan.name(equity.id).to_owned(),
            ClassKind::Equity,
            after.saturating_add(rank),
            amount(equity.amount),
        )
    });
    let scenario = setup.collateral.scenario();
    let name = if scenario.name.is_empty() { "base".to_owned() } else { scenario.name.clone() };
    let dates = plan.periods.first().zip(plan.periods.get(usize::from(plan.final_payment)));
    let (closing, final_date) = dates.map_or((Date::default(), Date::default()), |(a, b)| (a.end, b.end));
    Results {
        deal: DealFacts {
            name: setup.name.clone(),
            title: setup.compiled.title.clone(),
            plan_hash: hash_of(plan),
            currency: setup.compiled.currency.clone(),
            decimals: plan.decimals,
            closing,
            final_date,
        },
        scenario: name,
        status: String::new(),
        over: false,
        totals: Totals::default(),
        classes: notes.chain(equities).map(class).collect(),
        payments: Vec::new(),
        receipts: Vec::new(),
        periods: Vec::new(),
        state_changes: Vec::new(),
        observations: Vec::new(),
        splices: Vec::new(),
        sensitivities: Vec::new(),
        remarks: remarks(setup),
    }
}

fn remarks(setup: &Setup) -> Vec<String> {
    let notes = [&setup.collateral.case().note, &setup.collateral.scenario().note];
    let notes = notes.into_iter().filter(|note| !note.trim().is_empty());
    notes.map(|note| note.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

/// Levels at which a test does something: in triggers, guards, and payments to a level.
fn levels(setup: &Setup) -> BTreeMap<String, (TestKind, Vec<Level>)> {
    let mut levels: BTreeMap<String, (TestKind, Vec<Level>)> = BTreeMap::new();
    for item in &setup.document.statements {
        match &item.body {
            Statement::Test { name, .. } => {
                levels.entry(name.text.clone()).or_insert((TestKind::Coverage, Vec::new()));
            }
            Statement::Trigger(trigger) => {
                for comparison in comparisons(&trigger.when) {
                    add_level(&mut levels, &comparison, &trigger.name.text);
                }
            }
            Statement::Waterfall(waterfall) => {
                for step in &waterfall.steps {
                    step_levels(&mut levels, step);
                }
            }
            _ => {}
        }
    }
    levels
}

fn step_levels(levels: &mut BTreeMap<String, (TestKind, Vec<Level>)>, step: &Item<Step>) {
    match &step.body {
        Step::Guarded { condition, then, .. } => {
            for comparison in comparisons(condition) {
                add_level(levels, &comparison, &spoken(then));
            }
            step_levels(levels, then);
        }
        Step::Pay { bound: Some(Bound::ToTest { test, .. }), .. } => {
            if let Some((kind, _)) = levels.get_mut(&test.text) {
                *kind = TestKind::Leverage;
            }
        }
        _ => {}
    }
}

/// A step in a few words, as the name of what happens at a level.
fn spoken(item: &Item<Step>) -> String {
    match &item.body {
        Step::Pay { claims, .. } | Step::ProRata { claims, .. } => {
            let names: Vec<String> = claims.iter().map(|path| path.words.join(".")).collect();
            format!("pay {}", names.join(", "))
        }
        Step::Fill { account, .. } => format!("fill {}", account.text),
        Step::Keep { account, .. } => format!("keep in {}", account.text),
        Step::Release { account, .. } => format!("release {}", account.text),
        Step::WriteOff { note, .. } => format!("write off {}", note.text),
        Step::Guarded { then, .. } => spoken(then),
    }
}

fn add_level(
    levels: &mut BTreeMap<String, (TestKind, Vec<Level>)>,
    comparison: &look::Comparison,
    reader: &str,
) {
    let (ExpressionKind::Name(path), ExpressionKind::Number(number)) =
        (comparison.left.kind.as_ref(), comparison.right.kind.as_ref())
    else {
        return;
    };
    let places = if number.suffix == Suffix::Percent { 7 } else { 9 };
    let (Some((kind, known)), Ok(value)) =
        (levels.get_mut(&path.words.join(".")), units::parse_scaled(&number.digits, places))
    else {
        return;
    };
    *kind = match comparison.operator {
        Operator::Greater | Operator::GreaterOrEqual => TestKind::Leverage,
        _ => TestKind::Coverage,
    };
    if known.iter().all(|level| level.value != value) {
        known.push(Level { name: reader.to_owned(), value });
    }
}
