//! Lives side by side, in the order in which [`life::play`] lives one: reports and receipts by date, changes of state between
//! dates, sales after enforcement, payment.

use super::deal::Deal;
use super::tally::Tally;
use super::watch::may_hold;
use crate::batch::{Level, Work};
use crate::error::RiskError;
use crate::exposure::{Happening, Target};
use crate::scenario::World;
use units::{Date, RATE_ONE, Rounding, mul_div};
use waterfall::plan::{Clock, NoteField, Plan};
use waterfall::{Baseline, Event, State, Vectors, WaterfallError, apply_batch};

/// Lanes of one batch: 1 for those that count, 0 for the others.
type Mask<const L: usize> = [i64; L];

/// `L` lives of one deal.
pub struct Batch<'a, const L: usize> {
    deal: &'a Deal,
    closed: State<L>,
    /// How the deals stand.
    pub state: State<L>,
    /// What they came to.
    pub tally: Tally<L>,
    invested: Vec<i64>,
    /// Lanes whose deals go on.
    alive: Mask<L>,
    /// The lane that each lives as: itself while its deal goes on, then one whose deal does. So the engine never meets a lane
    /// that has ended beside others that have not, which would cost it a copy of all of them.
    leads: [usize; L],
    /// Enforcement has begun in some lane.
    selling: bool,
    /// The day on which enforcement began.
    enforced: [Option<Date>; L],
    /// How many sales were made.
    sold: [usize; L],
    /// Share of the collateral that is not sold.
    unsold: [i64; L],
    /// Costs of sales since the last payment.
    sale_costs: [i64; L],
    /// No change of state can come true until something happens.
    quiet: bool,
    /// First path of the batch, for messages.
    first: u64,
    /// The widest vectors that this processor has.
    level: Level,
}

/// One event of the engine, compiled for each width of vectors.
struct Step<'a, const L: usize> {
    plan: &'a Plan,
    state: &'a mut State<L>,
    event: &'a Event<L>,
}

impl<const L: usize> Work for Step<'_, L> {
    type Output = Result<(), WaterfallError>;

    fn run<V: Vectors>(self, vectors: V) -> Self::Output {
        apply_batch(self.plan, self.state, (self.event, vectors))
    }
}

impl<'a, const L: usize> Batch<'a, L> {
    /// Returns lives that stand just after the closing.
    ///
    /// # Errors
    /// [`RiskError::Refused`] if the engine refuses the closing.
    pub fn new(deal: &'a Deal) -> Result<Self, RiskError> {
        let closed = deal.closed()?.0.in_lanes();
        let mut batch = Self {
            deal,
            state: closed.clone(),
            closed,
            tally: Tally::new((&deal.classes, &deal.payees), deal.plan.periods.len()),
            invested: deal.invested()?,
            alive: [1; L],
            leads: std::array::from_fn(|lane| lane),
            selling: false,
            enforced: [None; L],
            sold: [0; L],
            unsold: [RATE_ONE; L],
            sale_costs: [0; L],
            quiet: false,
            first: 0,
            level: Level::widest(),
        };
        batch.begin(0);
        Ok(batch)
    }

    /// Lives a batch of futures to the end.
    ///
    /// # Errors
    /// [`RiskError::Refused`] if the engine refuses an event.
    pub fn live(&mut self, first: u64, world: &World<L>) -> Result<(), RiskError> {
        self.begin(first);
        for number in 1..self.deal.plan.periods.len() {
            self.stop_finished(number);
            if self.alive == [0; L] {
                break;
            }
            self.period(number, world)?;
        }
        self.tally.note_drawn(&self.deal.classes, (&self.state, &self.alive));
        Ok(())
    }

    /// Goes back to just after the closing.
    fn begin(&mut self, first: u64) {
        self.state.clone_from(&self.closed);
        self.tally.clear(&self.deal.payees);
        for (class, invested) in self.invested.iter().enumerate() {
            self.tally.draw((class, 0), &[*invested; L]);
        }
        (self.alive, self.enforced, self.sold) = ([1; L], [None; L], [0; L]);
        self.selling = false;
        self.leads = std::array::from_fn(|lane| lane);
        (self.unsold, self.sale_costs, self.first) = ([RATE_ONE; L], [0; L], first);
    }

    /// A deal that has ended, or has passed its final date with nothing owed and nothing to sell, is over.
    fn stop_finished(&mut self, number: usize) {
        let plan = &self.deal.plan;
        let mut owed = [0_i64; L];
        if number > usize::from(plan.final_payment) {
            for note in &plan.notes {
                let balance = self.state.read(note.register(NoteField::Balance));
                owed.iter_mut().zip(balance).for_each(|(owed, balance)| *owed |= balance);
            }
        } else {
            owed = [1; L];
        }
        let mut going_on = self.running();
        for (lane, on) in going_on.iter_mut().enumerate() {
            *on &= i64::from(owed[lane] != 0 || self.next_sale(lane).is_some());
        }
        self.go_on(going_on);
    }

    /// Only these deals go on; the lanes of the others follow them.
    fn go_on(&mut self, alive: Mask<L>) {
        if alive == self.alive {
            return;
        }
        let over = std::array::from_fn(|lane| self.alive[lane] & i64::from(alive[lane] == 0));
        self.tally.note_drawn(&self.deal.classes, (&self.state, &over));
        self.alive = alive;
        for lane in (0..L).filter(|lane| self.alive[self.leads[*lane]] == 0).collect::<Vec<_>>() {
            let Some(lead) = (1..L).map(|step| (lane + step) % L).find(|lead| self.alive[*lead] != 0) else {
                return;
            };
            self.state.copy_lane(lead, lane);
            self.leads[lane] = lead;
        }
    }

    /// What happens in each lane happens in those that follow it.
    fn followed<T: Copy>(&self, values: &[T; L]) -> [T; L] {
        if self.alive == [1; L] { *values } else { self.leads.map(|lead| values[lead]) }
    }

    fn next_sale(&self, lane: usize) -> Option<&'a assets::Sale> {
        self.deal.exposure.sales.get(self.enforced[lane]?, self.sold[lane])
    }

    /// Everything from the last payment date to this one, and the payment.
    fn period(&mut self, number: usize, world: &World<L>) -> Result<(), RiskError> {
        let deal = self.deal;
        let Some(period) = deal.plan.periods.get(number).copied() else { return Ok(()) };
        let share = self.earning();
        let mut happening = deal.exposure.periods.get(number).map_or(&[][..], Vec::as_slice);
        for day in self.days(number) {
            while let Some((next, rest)) = happening.split_first().filter(|(next, _)| next.date <= day) {
                self.happen(next, (number, &share), world)?;
                happening = rest;
            }
            self.take_transitions(day)?;
            self.sell(day, world)?;
        }
        for next in happening {
            self.happen(next, (number, &share), world)?;
        }
        self.sell(period.payment, world)?;
        self.stop_ended();
        if self.alive == [0; L] {
            return Ok(());
        }
        self.report_costs(period.determination)?;
        let event =
            Event::PayDate { number: u16::try_from(number).unwrap_or(u16::MAX), today: period.payment };
        self.apply((&event, "a payment"), period.payment)?;
        let alive = self.alive;
        let years = deal.calendar.years.get(number).copied().unwrap_or(0.0);
        self.level.wide(
            #[inline(always)]
            || self.tally.payment((&deal.classes, &deal.payees), (&self.state, &alive), (number, years)),
        );
        self.begin_sales(period.payment);
        Ok(())
    }

    /// Share of the collateral that earns for the deal in this period.
    fn earning(&self) -> [i64; L] {
        let mut share = self.unsold;
        for (share, enforced) in share.iter_mut().zip(&self.enforced) {
            if enforced.is_some() && !self.deal.earns_until_sold {
                *share = 0;
            }
        }
        share
    }

    /// Days between two payments on which anything can happen.
    fn days(&self, number: usize) -> Vec<Date> {
        let mut lots: Vec<Date> = Vec::new();
        for lane in (0..L).filter(|lane| self.alive[*lane] != 0) {
            let Some(entered) = self.enforced[lane] else { continue };
            let left = (self.sold[lane]..).map_while(|lot| self.deal.exposure.sales.get(entered, lot));
            lots.extend(left.map(|sale| sale.date));
        }
        lots.sort_unstable();
        self.deal.days(number, lots.into_iter())
    }

    fn happen(
        &mut self,
        happening: &Happening,
        (number, share): (usize, &[i64; L]),
        world: &World<L>,
    ) -> Result<(), RiskError> {
        let date = happening.date;
        let mut value = self.deal.exposure.value(happening, world);
        let event = match happening.target {
            Target::Receive { account, source } => {
                for (value, share) in value.iter_mut().zip(share).filter(|(_, share)| **share != RATE_ONE) {
                    *value = mul_div(*value, *share, RATE_ONE, Rounding::Down).unwrap_or(0);
                }
                let amount = self.followed(&value);
                Event::Receive { account, source: Some(source), amount, next_period: false }
            }
            Target::Report(input) => {
                Event::Report { input, reporter: 0, value: self.followed(&value), as_of: date }
            }
            Target::Restate(name) => Event::Restate { name, delta: self.followed(&value) },
            Target::Draw(_) => return self.draw(happening, number),
        };
        match self.apply((&event, Deal::word(happening.target)), date) {
            // When the last deal of a batch has ended between two payments, those that ended before have heard this already.
            Err(_) if self.alive == [0; L] => Ok(()),
            result => result,
        }
    }

    /// A draw happens in the lanes in which the deal permits it.
    fn draw(&mut self, happening: &Happening, number: usize) -> Result<(), RiskError> {
        let Target::Draw(note) = happening.target else { return Ok(()) };
        let event = Event::Draw { note, amount: [happening.base; L], on: happening.date };
        let drawn = self.apply_alone((&event, "a draw"), happening.date, &[1; L])?;
        if let Some(class) = self.deal.class_of(note) {
            let counts = |lane: usize| drawn[lane] && self.alive[lane] != 0;
            let amounts = std::array::from_fn(|lane| if counts(lane) { happening.base } else { 0 });
            self.tally.draw((class, number), &amounts);
            if let Some(payee) = self.deal.delivers(class) {
                self.tally.deliver(payee, &amounts);
            }
        }
        Ok(())
    }

    /// Changes of state whose condition has come true. One a day in each lane, the first in the plan's order.
    fn take_transitions(&mut self, day: Date) -> Result<(), RiskError> {
        if std::mem::replace(&mut self.quiet, true) {
            return Ok(());
        }
        let deal = self.deal;
        let clock = deal.plan.layout.clock(Clock::State);
        let start = self.state.read(clock);
        let mut waiting = [1; L];
        for (transition, to) in &deal.transitions {
            let mut mask = waiting;
            for (on, state) in mask.iter_mut().zip(&start) {
                let bit = u32::try_from(*state).ok().and_then(|state| transition.from.checked_shr(state));
                *on &= i64::from(bit.unwrap_or(0) & 1);
            }
            if mask == [0; L] {
                continue;
            }
            let mask = may_hold(&deal.plan, &self.state, (transition, &mask));
            if mask == [0; L] {
                continue;
            }
            let event = Event::Transition { to: *to, on: day };
            // What may hold on this day may hold on another, whether it does or not.
            let moved = self.apply_in((&event, "a change of state"), day, &mask)?;
            waiting.iter_mut().zip(moved).for_each(|(waiting, moved)| *waiting &= i64::from(!moved));
        }
        if waiting != [1; L] {
            self.begin_sales(day);
            self.stop_ended();
        }
        Ok(())
    }

    /// The collateral is sold once, from the day on which enforcement begins.
    fn begin_sales(&mut self, day: Date) {
        let Some(enforcement) = self.deal.enforcement else { return };
        let states = self.state.read(self.deal.plan.layout.clock(Clock::State));
        for ((entered, state), alive) in self.enforced.iter_mut().zip(states).zip(&self.alive) {
            if *alive != 0 && state == enforcement && entered.is_none() {
                (*entered, self.selling) = (Some(day), true);
            }
        }
    }

    /// Sales that are due. Lots of several lanes are one event if they are alike in what is left.
    fn sell(&mut self, day: Date, world: &World<L>) -> Result<(), RiskError> {
        // Bounded by the lots that are left.
        while self.selling {
            let due = |lane: usize| {
                let sale = self.next_sale(lane).filter(|sale| self.alive[lane] != 0 && sale.date <= day)?;
                Some((lane, *sale))
            };
            let due: Vec<(usize, assets::Sale)> = (0..L).filter_map(due).collect();
            let Some((_, first)) = due.first() else { return Ok(()) };
            let last = first.last;
            let (mut amount, mut mask) = ([0; L], [0; L]);
            for (lane, sale) in due.into_iter().filter(|(_, sale)| sale.last == last) {
                let [brings, costs] = self.deal.exposure.sales.proceeds(&sale, (world, lane));
                (amount[lane], mask[lane]) = (brings, 1);
                self.sale_costs[lane] = self.sale_costs[lane].saturating_add(costs);
                self.unsold[lane] = sale.left.units();
                self.sold[lane] += 1;
            }
            let (account, mask) = (self.deal.proceeds, self.followed(&mask));
            let amount = self.followed(&amount);
            let event = Event::Proceeds { account, amount, allocated: [0; L], last, on: day };
            self.apply_in((&event, "a sale"), day, &mask)?;
        }
        Ok(())
    }

    /// What the sales of this period cost, for a deal that pays it.
    fn report_costs(&mut self, as_of: Date) -> Result<(), RiskError> {
        let costs = std::mem::replace(&mut self.sale_costs, [0; L]);
        let Some(input) = self.deal.sale_costs else { return Ok(()) };
        let value = self.followed(&costs);
        let event = Event::Report { input, reporter: 0, value, as_of };
        self.apply((&event, "costs of sale"), as_of)
    }

    /// Deals that have ended are over at once: no payment is asked of them.
    fn stop_ended(&mut self) {
        self.go_on(self.running());
    }

    /// Those of the lanes that are alive whose deals have not ended.
    fn running(&self) -> Mask<L> {
        let plan = &self.deal.plan;
        let mut alive = self.alive;
        for (alive, state) in alive.iter_mut().zip(self.state.read(plan.layout.clock(Clock::State))) {
            let state = usize::try_from(state).ok().and_then(|index| plan.states.get(index));
            *alive &= i64::from(state.is_some_and(|state| state.waterfall.is_some()));
        }
        alive
    }

    fn apply(&mut self, (event, what): (&Event<L>, &'static str), date: Date) -> Result<(), RiskError> {
        let result = self.apply_in_all(event);
        result.map_err(|error| RiskError::Refused { path: self.first, date, event: what, error })
    }

    fn apply_in_all(&mut self, event: &Event<L>) -> Result<(), WaterfallError> {
        self.quiet = false;
        let (plan, state) = (&self.deal.plan, &mut self.state);
        if L == 1 {
            apply_batch(plan, state, (event, Baseline))
        } else {
            self.level.run(Step { plan, state, event })
        }
    }

    /// Applies an event in the lanes of the mask and returns those in which it happened.
    fn apply_in(
        &mut self,
        (event, what): (&Event<L>, &'static str),
        date: Date,
        mask: &Mask<L>,
    ) -> Result<[bool; L], RiskError> {
        if *mask != [1; L] {
            return self.apply_alone((event, what), date, mask);
        }
        let clock = self.deal.plan.layout.clock(Clock::State);
        let before = self.state.read(clock);
        match self.apply_in_all(event) {
            Ok(()) if matches!(event, Event::Transition { .. }) => {
                let now = self.state.read(clock);
                Ok(std::array::from_fn(|lane| now[lane] != before[lane]))
            }
            Ok(()) => Ok([true; L]),
            Err(WaterfallError::TransitionNotDue) => Ok([false; L]),
            Err(error) => Err(RiskError::Refused { path: self.first, date, event: what, error }),
        }
    }

    /// What does not happen in all lanes: a lane alone comes to what it comes to among others (WF-4).
    fn apply_alone(
        &mut self,
        (event, what): (&Event<L>, &'static str),
        date: Date,
        mask: &Mask<L>,
    ) -> Result<[bool; L], RiskError> {
        self.quiet = false;
        let refused = |error| RiskError::Refused { path: self.first, date, event: what, error };
        let mut happened = [false; L];
        for lane in (0..L).filter(|lane| mask[*lane] != 0) {
            let mut alone = self.state.lane(lane).map_err(refused)?;
            let result = apply_batch(&self.deal.plan, &mut alone, (&event.in_lane(lane), Baseline));
            happened[lane] = match result {
                Ok(()) => true,
                Err(error) if may_not_happen(event, error) => false,
                Err(error) => return Err(refused(error)),
            };
            if happened[lane] {
                self.state.set_lane(lane, &alone);
            }
        }
        Ok(happened)
    }
}

/// A change of state that is not due does not happen, nor does a draw that the deal does not permit.
fn may_not_happen<const L: usize>(event: &Event<L>, error: WaterfallError) -> bool {
    match event {
        Event::Transition { .. } => error == WaterfallError::TransitionNotDue,
        Event::Draw { .. } => matches!(error, WaterfallError::NotPermitted | WaterfallError::DrawRefused),
        _ => false,
    }
}
