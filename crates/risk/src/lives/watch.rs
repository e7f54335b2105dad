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

/// In which lanes of the mask (1, else 0) a transition's condition may hold, whatever the day. Most conditions are read exactly;
/// what cannot be read here may hold.
pub fn may_hold<const L: usize>(
    plan: &Plan,
    state: &State<L>,
    (transition, mask): (&Transition, &[i64; L]),
) -> [i64; L] {
    let today = plan.layout.clock(Clock::Today);
    let seen = Seen { plan, state, code: plan.instructions(&transition.section), today, mask };
    both(&seen.flag(transition.condition, seen.code.len()), mask)
}

struct Seen<'a, const L: usize> {
    plan: &'a Plan,
    state: &'a State<L>,
    code: &'a [Instruction],
    today: Register,
    mask: &'a [i64; L],
}

impl<const L: usize> Seen<'_, L> {
    /// The instruction before `end` that wrote a register last.
    fn written(&self, register: Register, end: usize) -> Option<(usize, &Instruction)> {
        let code = self.code.get(..end)?;
        let position = code.iter().rposition(|instruction| instruction.d == register)?;
        code.get(position).map(|instruction| (position, instruction))
    }

    /// Where a flag may be set, as it stands before the instruction at `end`. Bounded: `end` falls.
    fn flag(&self, register: Register, end: usize) -> [i64; L] {
        let Some((position, instruction)) = self.written(register, end) else {
            let number = self.number(register, end);
            return number.map_or([1; L], |values| lanes(&values, &values, |value, _| value != 0));
        };
        let (a, b) = (instruction.a, instruction.b);
        match instruction.operation {
            Operation::And => {
                let first = both(&self.flag(a, position), self.mask);
                if first == [0; L] { first } else { both(&first, &self.flag(b, position)) }
            }
            Operation::Or => {
                let (first, second) = (self.flag(a, position), self.flag(b, position));
                lanes(&first, &second, |first, second| (first | second) != 0)
            }
            Operation::Copy => self.flag(a, position),
            Operation::Less => self.compared((a, b), position, |a, b| a < b),
            Operation::LessOrEqual => self.compared((a, b), position, |a, b| a <= b),
            Operation::Equal => self.compared((a, b), position, |a, b| a == b),
            _ => [1; L],
        }
    }

    fn compared(
        &self,
        (a, b): (Register, Register),
        position: usize,
        holds: impl Fn(i64, i64) -> bool,
    ) -> [i64; L] {
        let numbers = self.number(a, position).zip(self.number(b, position));
        numbers.map_or([1; L], |(a, b)| lanes(&a, &b, holds))
    }

    /// What a register holds; nothing if it depends on the day or is computed in a way that is not read here.
    fn number(&self, register: Register, end: usize) -> Option<[i64; L]> {
        let Some((position, instruction)) = self.written(register, end) else {
            let kept = register != self.today && register < self.plan.layout.first_temporary();
            return kept.then(|| self.state.read(register));
        };
        let parts = || self.number(instruction.a, position).zip(self.number(instruction.b, position));
        match instruction.operation {
            Operation::Copy => self.number(instruction.a, position),
            Operation::Add => parts().map(|(a, b)| std::array::from_fn(|lane| a[lane].wrapping_add(b[lane]))),
            Operation::Subtract => {
                parts().map(|(a, b)| std::array::from_fn(|lane| a[lane].wrapping_sub(b[lane])))
            }
            _ => None,
        }
    }
}

/// One in the lanes in which something holds of both numbers.
#[inline]
fn lanes<const L: usize>(a: &[i64; L], b: &[i64; L], holds: impl Fn(i64, i64) -> bool) -> [i64; L] {
    std::array::from_fn(|lane| i64::from(holds(a[lane], b[lane])))
}

#[inline]
fn both<const L: usize>(a: &[i64; L], b: &[i64; L]) -> [i64; L] {
    std::array::from_fn(|lane| a[lane] & b[lane])
}
