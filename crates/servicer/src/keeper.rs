//! What is due: a pure function of how a deal stands and of the day.
//!
//! In the order in which a payment period goes: what the world said, dated up to the cut-off; changes of state whose condition
//! came true, at most one a day; the payment date, on its day or, if the node was away, as soon as it is back. Cash that comes
//! after the cut-off and before the payment belongs to the next period; a number stated then waits until the payment was made.

use crate::command::Act;
use crate::happened::{Heard, Observed};
use std::collections::BTreeMap;
use units::{Date, Id};
use waterfall::plan::{Clock, Note, NoteField, Period, Plan};
use waterfall::{Event, Journal, State, WaterfallError, apply};

/// How a deal stands.
#[derive(Clone, Debug)]
pub struct Live {
    pub state: State<1>,
    /// Events of the engine so far.
    pub count: u32,
    /// What the world said and the engine has not heard, by day and number in the log.
    pub waiting: BTreeMap<(Date, u64), Observed>,
    /// The day of the last change of state between payment dates.
    pub moved: Option<Date>,
}

/// What is due next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The engine applies an event.
    Apply { event: Event<1>, on: Date, what: String, observed: Option<(Date, u64)> },
    /// The engine would not hear what the world said; it is set aside.
    Refuse { observed: (Date, u64), error: WaterfallError },
}

impl Live {
    /// A deal that has not closed.
    pub fn new(plan: &Plan) -> Self {
        Self { state: State::new(plan), count: 0, waiting: BTreeMap::new(), moved: None }
    }

    /// What is due on a day; nothing if nothing is.
    ///
    /// # Errors
    /// Why a payment date that has come is not executed yet, such as [`WaterfallError::QuorumMissing`].
    pub fn next(&self, plan: &Plan, today: Date) -> Result<Option<Step>, WaterfallError> {
        let Some((number, period)) = self.next_payment(plan) else { return Ok(None) };
        if let Some(step) = self.heard(plan, (number, &period), today) {
            return Ok(Some(step));
        }
        if today < period.payment {
            return Ok(self.change_of_state(plan, (number, today)));
        }
        let event = Event::PayDate { number, today };
        apply(plan, &mut self.state.clone(), &event, &mut Journal::new())?;
        Ok(Some(Step::Apply { event, on: today, what: format!("payment {number}"), observed: None }))
    }

    /// The next payment date; nothing once the deal is over.
    pub fn next_payment(&self, plan: &Plan) -> Option<(u16, Period)> {
        let number = self.state.payment_number(plan).map_or(0, |last| last.saturating_add(1));
        let owed = |note: &Note| self.state.read(note.register(NoteField::Balance)) != [0];
        let is_past = number > plan.final_payment && !plan.notes.iter().any(owed);
        if number > 0 && (has_ended(plan, &self.state) || is_past) {
            return None;
        }
        plan.period(number).map(|period| (number, *period))
    }

    /// Applies a step; what it posted.
    ///
    /// # Errors
    /// The engine's, for a step that was not made for this deal as it stands.
    pub fn take(&mut self, plan: &Plan, step: &Step) -> Result<Journal<1>, WaterfallError> {
        let mut journal = Journal::new();
        match step {
            Step::Apply { event, on, observed, .. } => {
                apply(plan, &mut self.state, event, &mut journal)?;
                self.count = self.count.saturating_add(1);
                if matches!(event, Event::Transition { .. }) {
                    self.moved = Some(*on);
                }
                observed.and_then(|place| self.waiting.remove(&place));
            }
            Step::Refuse { observed, .. } => drop(self.waiting.remove(observed)),
        }
        Ok(journal)
    }

    /// The first of what the world said that can be heard now.
    fn heard(&self, plan: &Plan, (number, period): (u16, &Period), today: Date) -> Option<Step> {
        let dated = self.waiting.iter().take_while(|((on, _), _)| *on <= today);
        let mut possible = dated.filter(|(_, observed)| may_be_heard(observed, (number, period)));
        let (place, observed) = possible.next()?;
        let event = match self.event(plan, (observed, period), today) {
            Ok(event) => event,
            Err(error) => return Some(Step::Refuse { observed: *place, error }),
        };
        Some(match apply(plan, &mut self.state.clone(), &event, &mut Journal::new()) {
            Ok(()) => Step::Apply { event, on: today, what: what(observed), observed: Some(*place) },
            Err(error) => Step::Refuse { observed: *place, error },
        })
    }

    /// What the world said as an event of the engine.
    fn event(
        &self,
        plan: &Plan,
        (observed, period): (&Observed, &Period),
        today: Date,
    ) -> Result<Event<1>, WaterfallError> {
        let act = match &observed.heard {
            Heard::Cash { name, amount, .. } => {
                let source = Id::of("receipt", name);
                let receipt = plan.receipts.iter().find(|receipt| receipt.id == source);
                let account = receipt.and_then(|receipt| plan.accounts.get(usize::from(receipt.account)));
                let account = account.ok_or(WaterfallError::UnknownElement)?.id;
                let next_period = observed.on > period.determination;
                return Ok(Event::Receive { account, source: Some(source), amount: [*amount], next_period });
            }
            Heard::Stated(act) => act,
        };
        Ok(match act {
            Act::Report { name, member, value } => {
                let input = Id::of("input", &full_name(name, member));
                let reporter = self.reporter(plan, input)?;
                Event::Report { input, reporter, value: [*value], as_of: observed.on }
            }
            Act::Restate { name, delta } => Event::Restate { name: restated(plan, name), delta: [*delta] },
            Act::Draw { note, amount } => {
                Event::Draw { note: Id::of("note", note), amount: [*amount], on: today }
            }
            Act::Sale { account, amount, allocated, last } => Event::Proceeds {
                account: Id::of("account", account),
                amount: [*amount],
                allocated: [*allocated],
                last: *last,
                on: today,
            },
            Act::Waive { trigger, until } => {
                Event::Waive { trigger: Id::of("trigger", trigger), until: *until }
            }
        })
    }

    /// The next reporter of an input who has not reported in this period.
    fn reporter(&self, plan: &Plan, input: Id) -> Result<u8, WaterfallError> {
        let known =
            plan.inputs.iter().find(|known| known.id == input).ok_or(WaterfallError::UnknownElement)?;
        known.next_reporter(&self.state).ok_or(WaterfallError::TooManyReports)
    }

    /// A change of state whose condition holds: once a day, and not on the day of a payment, which looks for itself.
    fn change_of_state(&self, plan: &Plan, (number, today): (u16, Date)) -> Option<Step> {
        let paid = plan.period(number.checked_sub(1)?)?.payment;
        if self.moved == Some(today) || today <= paid {
            return None;
        }
        let [now] = self.state.read(plan.layout.clock(Clock::State));
        let bit = u32::try_from(now).ok()?;
        let may_start = |from: u32| from.checked_shr(bit).unwrap_or(0) & 1 == 1;
        let possible = plan.transitions.iter().filter(|transition| may_start(transition.from));
        let states = possible.filter_map(|transition| plan.states.get(usize::from(transition.to)));
        let mut events =
            states.map(|state| (Event::Transition { to: state.id, on: today }, plan.name(state.id)));
        let holds =
            |event: &Event<1>| apply(plan, &mut self.state.clone(), event, &mut Journal::new()).is_ok();
        let (event, to) = events.find(|(event, _)| holds(event))?;
        Some(Step::Apply { event, on: today, what: format!("change to {to}"), observed: None })
    }
}

/// Whether the plan's state has no waterfall any more.
pub fn has_ended(plan: &Plan, state: &State<1>) -> bool {
    let [now] = state.read(plan.layout.clock(Clock::State));
    let now = usize::try_from(now).ok().and_then(|now| plan.states.get(now));
    now.is_none_or(|state| state.waterfall.is_none())
}

/// `rent`, or `eligible[north]` of a group.
pub fn full_name(name: &str, member: &str) -> String {
    if member.is_empty() { name.to_owned() } else { format!("{name}[{member}]") }
}

/// A receipt where the plan has one of that name, else an input.
fn restated(plan: &Plan, name: &str) -> Id {
    let receipt = Id::of("receipt", name);
    let is_receipt = plan.receipts.iter().any(|known| known.id == receipt);
    if is_receipt { receipt } else { Id::of("input", name) }
}

/// Before the closing only numbers are heard. After a cut-off numbers wait for the payment, and cash does not.
fn may_be_heard(observed: &Observed, (number, period): (u16, &Period)) -> bool {
    match &observed.heard {
        Heard::Cash { .. } => number > 0,
        Heard::Stated(Act::Report { .. } | Act::Restate { .. }) => observed.on <= period.determination,
        Heard::Stated(_) => number > 0,
    }
}

fn what(observed: &Observed) -> String {
    match &observed.heard {
        Heard::Cash { name, .. } => name.clone(),
        Heard::Stated(Act::Report { name, member, .. }) => full_name(name, member),
        Heard::Stated(Act::Restate { name, .. }) => format!("correction of {name}"),
        Heard::Stated(Act::Draw { note, .. }) => format!("draw of {note}"),
        Heard::Stated(Act::Sale { .. }) => "sale of collateral".to_owned(),
        Heard::Stated(Act::Waive { trigger, .. }) => format!("waiver of {trigger}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A note that defers, an input that two reporters of three have to state, a state that a number leads to.
    const DEAL: &str = r#"
deal       "Rows"
currency   USDC, 2 decimals
closing    2026-01-15
payments   monthly on 15, unadjusted, from 2026-02-15, determined 3 days before, grace 5 days
final      2026-04-15
collateral "tape.csv"
receive rent  into lockbox
observe price amount, 3 reporters, quorum 2
observe alarm flag
account lockbox
note N 1_000 coupon 12%, 30/360, may defer
payee machines
payee operator
uses machines 1_000, rest lockbox
state paying
state watched when N.interest is unpaid for 2 days from paying
state closed when settled and matured and N is zero
waterfall paying, watched from lockbox
  pay N.interest
  pay N.scheduled
  pay operator
"#;

    fn plan() -> Plan {
        let document = deal::parse(DEAL).unwrap();
        deal::compile(&document, &deal::Tape::default()).unwrap().plan
    }

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    /// Lives from the closing on: `DAY rent N`, `DAY price N` say something, `DAY turn` does all that is due; what was
    /// done, or what a payment waits for.
    fn check(rows: &[(&str, &str)]) {
        let (plan, mut sequence) = (plan(), 0);
        let mut live = Live::new(&plan);
        for (row, wanted) in rows {
            let words: Vec<&str> = row.split_whitespace().collect();
            let on = day(words[0]);
            let value = || words[2].parse::<i64>().unwrap();
            let heard = match words[1] {
                "turn" => {
                    assert_eq!(turn(&plan, &mut live, on), *wanted, "{row}");
                    continue;
                }
                "rent" => Heard::Cash { name: "rent".to_owned(), rent: String::new(), amount: value() },
                name => {
                    let (name, member) = (name.to_owned(), String::new());
                    Heard::Stated(Act::Report { name, member, value: value() })
                }
            };
            sequence += 1;
            live.waiting.insert((on, sequence), Observed { on, heard, source: String::new() });
        }
    }

    fn turn(plan: &Plan, live: &mut Live, today: Date) -> String {
        let mut done = Vec::new();
        loop {
            match live.next(plan, today) {
                Ok(Some(step)) => {
                    done.push(match &step {
                        Step::Apply { event: Event::Receive { next_period: true, .. }, .. } => {
                            "rent after cut-off".to_owned()
                        }
                        Step::Apply { what, .. } => what.clone(),
                        Step::Refuse { error, .. } => format!("refused {}", error.code()),
                    });
                    live.take(plan, &step).unwrap();
                }
                Ok(None) => break,
                Err(error) => {
                    done.push(format!("waits {}", error.code()));
                    break;
                }
            }
        }
        done.join(", ")
    }

    #[test]
    fn what_is_due() {
        check(&[
            ("2026-01-14 turn", ""),
            ("2026-01-14 rent 5", ""),
            ("2026-01-14 price 7", ""),
            ("2026-01-14 price 8", ""),
            ("2026-01-14 turn", "price, price"), // cash before the closing waits for it
            ("2026-01-15 turn", "payment 0, rent"),
            ("2026-01-15 turn", ""),
            ("2026-02-01 price 7", ""),
            ("2026-01-31 turn", ""), // what is dated tomorrow is not known today
            ("2026-02-01 turn", "price"),
            ("2026-02-12 rent 900", ""),
            ("2026-02-12 turn", "rent"),
            ("2026-02-13 rent 50", ""),
            ("2026-02-13 price 8", ""),
            ("2026-02-13 turn", "rent after cut-off"), // cash goes to the next period, the number waits
            ("2026-02-15 turn", "waits 402"),          // one reporter of two
            ("2026-02-12 price 7", ""),
            ("2026-02-16 turn", "price, payment 1, price"),
            ("2026-02-16 turn", ""),
        ]);
    }

    #[test]
    fn a_payment_date_that_waited_is_executed_after_grace_and_a_state_is_changed_once() {
        check(&[
            ("2026-01-14 price 7", ""),
            ("2026-01-14 price 7", ""),
            ("2026-01-15 turn", "price, price, payment 0"),
            ("2026-02-15 turn", "waits 402"),
            ("2026-02-20 turn", "waits 402"),
            ("2026-02-21 turn", "payment 1, change to watched"), // nothing came: interest is late for six days
            ("2026-02-22 turn", ""),
            ("2026-03-30 turn", "payment 2"), // the node was away
        ]);
    }

    #[test]
    fn what_the_engine_does_not_hear_is_set_aside_and_holds_nothing_up() {
        check(&[
            ("2026-01-14 price 7", ""),
            ("2026-01-14 price 7", ""),
            ("2026-01-15 turn", "price, price, payment 0"),
            ("2026-02-01 gold 7", ""),
            ("2026-02-01 price 1", ""),
            ("2026-02-01 price 2", ""),
            ("2026-02-01 price 3", ""),
            ("2026-02-01 price 4", ""),
            ("2026-02-02 turn", "refused 403, price, price, price, refused 409"),
            ("2026-02-15 turn", "payment 1"),
        ]);
    }
}
