//! When a change of state may come true between payment dates. The engine decides; this only says where it need not be asked.

use std::collections::BTreeSet;
use units::Date;
use waterfall::State;
use waterfall::instruction::{Instruction, Operation};
use waterfall::plan::{Clock, Plan, Register, Transition};

/// What the conditions of a plan's transitions look at.
#[derive(Clone, Debug)]
pub struct Watch {
    /// Days after a payment on which a condition that reads the date may turn.
    after_payment: BTreeSet<i32>,
    /// Days in the calendar on which one may turn.
    dates: BTreeSet<Date>,
}

impl Watch {
    pub fn new(plan: &Plan) -> Self {
        let today = plan.layout.clock(Clock::Today);
        let mut watch = Self { after_payment: BTreeSet::new(), dates: BTreeSet::new() };
        for transition in &plan.transitions {
            let code = plan.instructions(&transition.section);
            let operands =
                || code.iter().flat_map(|instruction| [instruction.a, instruction.b, instruction.c]);
            if !operands().any(|register| register == today) {
                continue;
            }
            let literals = operands().filter_map(|register| plan.literals.get(usize::from(register)));
            for value in literals.filter_map(|literal| i32::try_from(literal.value).ok()) {
                // A comparison may be strict, so the day after counts as well.
                for day in [value, value.saturating_add(1)] {
                    watch.after_payment.extend((0..=366).contains(&day).then_some(day));
                    watch.dates.extend((day > 3_650).then(|| Date::from_days(day)));
                }
            }
        }
        watch
    }

    /// The days after one payment and before the next on which a condition may turn without anything happening.
    pub fn days(&self, (previous, payment): (Date, Date)) -> BTreeSet<Date> {
        let offsets = self.after_payment.iter().map(|days| previous.add_days(*days));
        let first = std::iter::once(previous.add_days(1));
        let all = first.chain(offsets).chain(self.dates.iter().copied());
        all.filter(|day| previous < *day && *day < payment).collect()
    }
}

/// Whether a transition's condition might hold in a lane of the mask.
pub fn may_hold<const L: usize>(
    plan: &Plan,
    state: &State<L>,
    (transition, mask): (&Transition, &[i64; L]),
) -> bool {
    let seen = Seen { plan, state, code: plan.instructions(&transition.section), mask };
    seen.may_be_true(transition.condition, seen.code.len())
}

struct Seen<'a, const L: usize> {
    plan: &'a Plan,
    state: &'a State<L>,
    code: &'a [Instruction],
    mask: &'a [i64; L],
}

impl<const L: usize> Seen<'_, L> {
    /// Whether a flag may be set, as it stands before the instruction at `end`. Bounded: `end` falls.
    fn may_be_true(&self, register: Register, end: usize) -> bool {
        let code = self.code.get(..end).unwrap_or(&[]);
        let Some(position) = code.iter().rposition(|instruction| instruction.d == register) else {
            return self.any(register, |value| value != 0);
        };
        let Some(instruction) = code.get(position) else { return true };
        let (a, b) = (instruction.a, instruction.b);
        match instruction.operation {
            Operation::And => self.may_be_true(a, position) && self.may_be_true(b, position),
            Operation::Or => self.may_be_true(a, position) || self.may_be_true(b, position),
            Operation::Copy => self.may_be_true(a, position),
            Operation::Less if self.is_zero(a) && self.is_kept(b, position) => self.any(b, |value| value > 0),
            _ => true,
        }
    }

    fn is_zero(&self, register: Register) -> bool {
        self.plan.literals.get(usize::from(register)).is_some_and(|literal| literal.value == 0)
    }

    /// Whether a register holds what the state says, and not something that was computed before `end`.
    fn is_kept(&self, register: Register, end: usize) -> bool {
        let computed =
            self.code.get(..end).unwrap_or(&[]).iter().any(|instruction| instruction.d == register);
        !computed && register < self.plan.layout.first_temporary()
    }

    fn any(&self, register: Register, holds: impl Fn(i64) -> bool) -> bool {
        let values = self.state.read(register);
        values.iter().zip(self.mask).any(|(value, on)| *on != 0 && holds(*value))
    }
}
