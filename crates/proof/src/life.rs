//! What happens to a deal: mostly what may happen, and now and then what must be refused.

use crate::case::Case;
use crate::choices::Choices;
use crate::core::Core;
use crate::terms::signed;
use deal::syntax::Unit;
use units::{Date, Id, QUANTITY_ONE, RATE_ONE};
use waterfall::Event;
use waterfall::plan::{Period, Plan};

/// More payments after the final one than this teach nothing new.
const LATE_PAYMENTS_MAX: u32 = 3;

/// Lives a life, and says what happened in it.
pub(crate) fn live(choices: Choices<'_>, case: &Case) -> Vec<Event<1>> {
    let mut life =
        Life { choices, case, core: Core::new(&case.plan), events: Vec::new(), day: Date::default() };
    life.before_closing();
    let late = life.choices.below(LATE_PAYMENTS_MAX.saturating_add(1));
    let whole = u32::from(case.plan.final_payment);
    let last = if life.choices.chance(70) { whole } else { life.choices.between(1, whole) };
    let last = last.saturating_add(late);
    for number in 1..=u16::try_from(last).unwrap_or(1) {
        life.period(number);
    }
    life.events
}

struct Life<'a, 'c> {
    choices: Choices<'c>,
    case: &'a Case,
    core: Core<'a, 1>,
    events: Vec<Event<1>>,
    /// The last day that an event was dated.
    day: Date,
}

impl Life<'_, '_> {
    fn plan(&self) -> &Plan {
        &self.case.plan
    }

    /// Lets it happen, if it may; says whether it did.
    fn happens(&mut self, event: Event<1>) -> bool {
        let accepted = self.core.apply(&event).is_ok();
        self.events.push(event);
        accepted
    }

    fn dates(&self, number: u16) -> Period {
        let known = self.plan().period(number).or(self.plan().periods.last());
        known.copied().unwrap_or(Period {
            start: self.day,
            end: self.day,
            determination: self.day,
            payment: self.day,
        })
    }

    fn before_closing(&mut self) {
        let closing = self.dates(0).payment;
        self.day = closing;
        for _ in 0..self.choices.below(4) {
            self.something(0);
        }
        self.report_all(0, 70);
        self.pay(0);
    }

    fn period(&mut self, number: u16) {
        for _ in 0..self.choices.below(7) {
            self.something(number);
        }
        self.report_all(number, 60);
        if self.choices.chance(70) {
            self.receive(number);
        }
        self.pay(number);
    }

    /// The payment date, late if reports are missing; now and then once more.
    fn pay(&mut self, number: u16) {
        let payment = self.dates(number).payment;
        let delay = if self.choices.chance(20) { self.choices.below(9) } else { 0 };
        let mut today = payment.add_days(signed(delay));
        if !self.happens(Event::PayDate { number, today }) {
            today = payment.add_days(i32::from(self.plan().grace_days).saturating_add(1));
            self.happens(Event::PayDate { number, today });
        }
        self.day = self.day.max(payment);
        if self.choices.chance(8) {
            self.happens(Event::PayDate { number, today });
        }
    }

    fn something(&mut self, number: u16) {
        match self.choices.below(15) {
            0..=2 => self.receive(number),
            3 => self.gift(),
            4 | 5 => self.report_all(number, 30),
            6 => self.restate(),
            7 | 8 => self.draw(number),
            9 => self.sell(number),
            10 => self.waive(number),
            11 => self.transition(number),
            12 => self.surrender(number),
            _ => self.illegal(number),
        }
    }

    fn one(&self) -> i64 {
        10_i64.pow(u32::from(self.plan().decimals))
    }

    /// A sum of money: nothing, odd units, or up to so many units of the currency.
    fn money(&mut self, most: u32) -> i64 {
        let odd = i64::from(self.choices.below(1_000));
        match self.choices.below(8) {
            0 => 0,
            1 => odd,
            _ => i64::from(self.choices.below(most)).saturating_mul(self.one()).saturating_add(odd),
        }
    }

    fn receive(&mut self, _number: u16) {
        let receipts: Vec<(Id, Id)> = self
            .plan()
            .receipts
            .iter()
            .filter_map(|receipt| {
                let account = self.plan().accounts.get(usize::from(receipt.account))?;
                Some((receipt.id, account.id))
            })
            .collect();
        let Some((source, account)) = self.choices.pick(&receipts) else { return };
        let most = self.choices.one([4_000, 300, 25_000]);
        let amount = [self.money(most)];
        let next_period = self.choices.chance(20);
        self.happens(Event::Receive { account, source: Some(source), amount, next_period });
    }

    fn some_account(&mut self) -> Id {
        let accounts: Vec<Id> = self.plan().accounts.iter().map(|account| account.id).collect();
        self.choices.pick(&accounts).unwrap_or_default()
    }

    fn gift(&mut self) {
        let account = self.some_account();
        let amount = [self.money(800)];
        let next_period = self.choices.chance(10);
        self.happens(Event::Receive { account, source: None, amount, next_period });
    }

    /// Reports of some inputs, by some of their reporters.
    fn report_all(&mut self, number: u16, percent: u32) {
        let inputs: Vec<(Id, u8)> =
            self.plan().inputs.iter().map(|input| (input.id, input.reporters)).collect();
        for (input, reporters) in inputs {
            for reporter in 0..reporters {
                if self.choices.chance(percent) {
                    self.report((input, reporter), number);
                }
            }
        }
    }

    fn report(&mut self, (input, reporter): (Id, u8), number: u16) {
        let value = [self.reported(input)];
        let before = match self.choices.below(10) {
            0..=5 => 0,
            6..=8 => self.choices.below(20),
            _ => self.choices.below(90),
        };
        let as_of = self.dates(number).determination.add_days(signed(before).saturating_neg());
        self.happens(Event::Report { input, reporter, value, as_of });
    }

    fn reported(&mut self, input: Id) -> i64 {
        let negative = if self.choices.chance(7) { -1 } else { 1 };
        let value = match self.case.units.get(&input) {
            Some(Unit::Flag) => return i64::from(self.choices.below(2)),
            Some(Unit::Rate) => i64::from(self.choices.below(1_500)).saturating_mul(RATE_ONE / 1_000),
            Some(Unit::Quantity) => {
                i64::from(self.choices.below(20_000)).saturating_mul(QUANTITY_ONE / 1_000)
            }
            _ => self.money(30_000),
        };
        value.saturating_mul(negative)
    }

    fn restate(&mut self) {
        let inputs = self.plan().inputs.iter().map(|input| input.id);
        let receipts = self.plan().receipts.iter().map(|receipt| receipt.id);
        let names: Vec<Id> = inputs.chain(receipts).collect();
        let Some(name) = self.choices.pick(&names) else { return };
        let sign = if self.choices.chance(50) { -1 } else { 1 };
        let delta = match self.case.units.get(&name) {
            Some(_) => self.reported(name).saturating_mul(sign) / 3,
            None => self.money(500).saturating_mul(sign),
        };
        self.happens(Event::Restate { name, delta: [delta] });
    }

    /// A day from the last event to the coming payment, and now and then behind it.
    fn some_day(&mut self, number: u16) -> Date {
        let until = self.day.days_until(self.dates(number).payment).max(0).unsigned_abs();
        let beyond = if self.choices.chance(10) { 15 } else { 0 };
        let day =
            self.day.add_days(signed(self.choices.below(until.saturating_add(beyond).saturating_add(1))));
        self.day = self.day.max(day);
        day
    }

    fn draw(&mut self, number: u16) {
        let drawn: Vec<Id> =
            self.plan().notes.iter().filter(|note| note.draws.is_some()).map(|note| note.id).collect();
        let Some(note) = self.choices.pick(&drawn) else { return };
        let amount = [self.money(12_000).max(1)];
        let on = self.some_day(number);
        self.happens(Event::Draw { note, amount, on });
    }

    fn sell(&mut self, number: u16) {
        let account = self.some_account();
        let (amount, allocated) = ([self.money(9_000)], [self.money(9_000)]);
        let last = self.choices.chance(25);
        let on = self.some_day(number);
        self.happens(Event::Proceeds { account, amount, allocated, last, on });
    }

    /// Mostly a part of the most senior claim; now and then more, or another note's.
    fn surrender(&mut self, number: u16) {
        let notes: Vec<Id> = self.plan().notes.iter().map(|note| note.id).collect();
        let owed = |id: &Id| waterfall::credit(&self.case.plan, &self.core.state, *id).unwrap_or([0]);
        let senior = notes.iter().map(|id| (*id, owed(id))).find(|(_, owed)| *owed != [0]);
        let other = self.choices.pick(&notes).unwrap_or_default();
        let (note, [most]) = senior.filter(|_| self.choices.chance(80)).unwrap_or((other, [1_000]));
        let amount = match self.choices.below(8) {
            0 => most,
            1 => most.saturating_add(1),
            parts => most / i64::from(parts),
        };
        let on = self.some_day(number);
        self.happens(Event::Surrender { note, amount: [amount], on });
    }

    fn waive(&mut self, number: u16) {
        let triggers: Vec<Id> = self.plan().triggers.iter().map(|trigger| trigger.id).collect();
        let Some(trigger) = self.choices.pick(&triggers) else { return };
        let until = self.dates(number).payment.add_days(signed(self.choices.below(70)).saturating_sub(10));
        self.happens(Event::Waive { trigger, until });
    }

    fn transition(&mut self, number: u16) {
        let states: Vec<Id> = self.plan().states.iter().map(|state| state.id).collect();
        let Some(to) = self.choices.pick(&states) else { return };
        let on = self.some_day(number);
        self.happens(Event::Transition { to, on });
    }

    /// What must be refused, whatever the deal.
    fn illegal(&mut self, number: u16) {
        let nobody = Id::of("nothing", "nobody");
        let (account, day) = (self.some_account(), self.dates(number).payment);
        let input = self.plan().inputs.first().map_or(nobody, |input| input.id);
        let note = self.plan().notes.first().map_or(nobody, |note| note.id);
        let event = match self.choices.below(13) {
            0 => Event::PayDate { number: number.saturating_add(1), today: day.add_days(400) },
            1 => Event::PayDate { number: number.saturating_sub(1), today: day.add_days(400) },
            2 => Event::PayDate { number, today: day.add_days(-1) },
            3 => Event::Receive { account: nobody, source: None, amount: [5], next_period: false },
            4 => Event::Receive { account, source: None, amount: [-5], next_period: false },
            5 => Event::Receive { account, source: Some(nobody), amount: [5], next_period: false },
            6 => Event::Report { input, reporter: 7, value: [1], as_of: day },
            7 => Event::Report { input: nobody, reporter: 0, value: [1], as_of: day },
            8 => Event::Draw { note, amount: [0], on: day },
            9 => Event::Draw { note, amount: [i64::MAX], on: day },
            10 => Event::Proceeds { account, amount: [-1], allocated: [0], last: true, on: day },
            11 => Event::Surrender { note: nobody, amount: [1], on: day },
            _ => Event::Transition { to: nobody, on: day },
        };
        self.happens(event);
    }
}
