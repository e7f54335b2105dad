//! Random paths lived the slow way, as `life::play` lives them: every day every change of state is tried on a copy. A batch looks
//! at a few days only and asks the engine only where a condition may hold; it must come to the same, to the unit.
#![allow(missing_docs, clippy::unwrap_used)]

mod shipped;

use forebay_risk::exposure::Target;
use forebay_risk::lives::{Batch, Deal};
use forebay_risk::scenario::World;
use forebay_risk::{Futured, Options, Parameters, Sampling};
use life::Setup;
use units::{Date, Id, RATE_ONE, Rounding, mul_div};
use waterfall::plan::{Clock, NoteField, Plan};
use waterfall::{Event, Journal, State, WaterfallError, apply};

/// One life, day by day.
struct Slow<'a> {
    setup: &'a Setup,
    deal: &'a Deal,
    world: &'a World<1>,
    state: State<1>,
    enforced: Option<Date>,
    sold: usize,
    unsold: i64,
    costs: i64,
}

impl Slow<'_> {
    fn plan(&self) -> &Plan {
        &self.deal.plan
    }

    fn try_apply(&mut self, event: &Event<1>) -> Result<(), WaterfallError> {
        apply(&self.deal.plan, &mut self.state, event, &mut Journal::new())
    }

    fn state_name(&self) -> &str {
        let [index] = self.state.read(self.plan().layout.clock(Clock::State));
        self.plan().name(self.plan().states[usize::try_from(index).unwrap()].id)
    }

    fn ended(&self) -> bool {
        let [index] = self.state.read(self.plan().layout.clock(Clock::State));
        self.plan().states[usize::try_from(index).unwrap()].waterfall.is_none()
    }

    fn live(&mut self) {
        let plan = &self.deal.plan;
        let closing = plan.periods[0].payment;
        for observation in self.setup.collateral.opening(closing).unwrap() {
            let (input, value) = (Id::of("input", &observation.name), [observation.value.units()]);
            if plan.inputs.iter().any(|known| known.id == input) {
                self.try_apply(&Event::Report { input, reporter: 0, value, as_of: closing }).unwrap();
            }
        }
        self.try_apply(&Event::PayDate { number: 0, today: closing }).unwrap();
        for number in 1..plan.periods.len() {
            let owed =
                plan.notes.iter().any(|note| self.state.read(note.register(NoteField::Balance)) != [0]);
            let over = number > usize::from(plan.final_payment) && !owed;
            if self.ended() || (over && self.next_sale().is_none()) {
                return;
            }
            self.period(number);
        }
    }

    fn next_sale(&self) -> Option<assets::Sale> {
        self.deal.exposure.sales.get(self.enforced?, self.sold).copied()
    }

    fn period(&mut self, number: usize) {
        let (deal, period) = (self.deal, self.deal.plan.periods[number]);
        let earns = self.enforced.is_none() || self.setup.collateral.earns_until_sold();
        let share = if earns { self.unsold } else { 0 };
        let mut happenings = deal.exposure.periods[number].iter().peekable();
        let mut day = deal.plan.periods[number - 1].payment.add_days(1);
        while day < period.payment {
            while let Some(happening) = happenings.next_if(|happening| happening.date <= day) {
                self.happen(happening, share);
            }
            self.change(day);
            self.sell(day);
            day = day.add_days(1);
        }
        happenings.for_each(|happening| self.happen(happening, share));
        self.sell(period.payment);
        if self.ended() {
            return;
        }
        let input = Id::of("input", "costs_of_sale");
        if deal.plan.inputs.iter().any(|known| known.id == input) {
            let value = [std::mem::take(&mut self.costs)];
            self.try_apply(&Event::Report { input, reporter: 0, value, as_of: period.determination })
                .unwrap();
        }
        let number = u16::try_from(number).unwrap();
        self.try_apply(&Event::PayDate { number, today: period.payment }).unwrap();
        self.begin_sale(period.payment);
    }

    fn happen(&mut self, happening: &forebay_risk::exposure::Happening, share: i64) {
        let [value] = self.deal.exposure.value(happening, self.world);
        let event = match happening.target {
            Target::Receive { account, source } => {
                let amount = [mul_div(value, share, RATE_ONE, Rounding::Down).unwrap()];
                Event::Receive { account, source: Some(source), amount, next_period: false }
            }
            Target::Report(input) => {
                Event::Report { input, reporter: 0, value: [value], as_of: happening.date }
            }
            Target::Restate(name) => Event::Restate { name, delta: [value] },
            Target::Draw(note) => Event::Draw { note, amount: [value], on: happening.date },
        };
        match self.try_apply(&event) {
            Err(WaterfallError::NotPermitted | WaterfallError::DrawRefused)
                if matches!(event, Event::Draw { .. }) => {}
            result => result.unwrap(),
        }
    }

    fn change(&mut self, day: Date) {
        let [start] = self.state.read(self.plan().layout.clock(Clock::State));
        for transition in &self.deal.plan.transitions {
            if transition.from >> start & 1 == 0 {
                continue;
            }
            let to = self.deal.plan.states[usize::from(transition.to)].id;
            if self.try_apply(&Event::Transition { to, on: day }).is_ok() {
                return self.begin_sale(day);
            }
        }
    }

    fn begin_sale(&mut self, day: Date) {
        if self.state_name() == "enforcement" && self.enforced.is_none() {
            self.enforced = Some(day);
        }
    }

    fn sell(&mut self, day: Date) {
        while let Some(sale) = self.next_sale().filter(|sale| sale.date <= day) {
            let [brings, costs] = self.deal.exposure.sales.proceeds(&sale, (self.world, 0));
            self.sold += 1;
            (self.unsold, self.costs) = (sale.left.units(), self.costs + costs);
            let wanted = Id::of("account", "proceeds");
            let account = self.plan().accounts.iter().find(|account| account.id == wanted);
            let account = account.unwrap_or(&self.plan().accounts[0]).id;
            let event =
                Event::Proceeds { account, amount: [brings], allocated: [0], last: sale.last, on: day };
            self.try_apply(&event).unwrap();
        }
    }
}

/// Prices are pushed down so that many of the paths end in enforcement.
fn check(name: &str, (seed, paths): (u64, u64)) {
    let setup = shipped::setup(name, None);
    let mut parameters = Parameters::parse("risk.toml", &shipped::text("data/risk-h100.toml")).unwrap();
    (parameters.price.drift, parameters.price.centred) = ([-0.08, -0.04, 0.0], false);
    (parameters.default.operator, parameters.utilisation.deviation) = (0.3, 0.1);
    let options = Options { paths, seed, sampling: Sampling::Random, from: None };
    let futured = Futured::new(&setup, &parameters, options).unwrap();
    let deal = &futured.deal;
    let mut batch = Batch::<1>::new(deal).unwrap();
    let mut world = World::neutral(deal.exposure.months);
    let mut enforced = 0;
    for path in 0..paths {
        futured.drawing.draw(path, &mut world);
        batch.live(path, &world).unwrap();
        let mut slow = Slow {
            setup: &setup,
            deal,
            world: &world,
            state: State::new(&deal.plan),
            enforced: None,
            sold: 0,
            unsold: RATE_ONE,
            costs: 0,
        };
        slow.live();
        enforced += u64::from(slow.enforced.is_some());
        let label = format!("{name}, seed {seed}, path {path}");
        assert_eq!(batch.state.to_bytes(&deal.plan), slow.state.to_bytes(&deal.plan), "{label}");
    }
    println!("{name}: {enforced} of {paths} paths end in enforcement");
    assert!(enforced * 4 > paths, "{name}: too few paths are hard: {enforced} of {paths}");
}

#[test]
fn a_few_days_are_enough() {
    check("sierra-h100", (1, 64));
    check("sierra-h100-merchant", (2, 48));
    check("sierra-h100-pitched", (3, 48));
    check("gpu-ddtl", (4, 24));
}
