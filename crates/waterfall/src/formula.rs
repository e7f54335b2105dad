//! Formulas: one instruction at a time, in all lanes.

use crate::WaterfallError;
use crate::instruction::{Instruction, Operation};
use crate::lanes::{map, map2, map3};
use crate::machine::{Machine, Stage};
use crate::plan::{Clock, Section};
use core::cmp::Ordering;
use units::{RATE_ONE, Ratio, Rounding, checked_add, checked_sub, mul_div};

/// `a × b ÷ c`, or zero where `c` is not positive: a share of nothing is nothing.
#[inline]
fn scale(a: i64, b: i64, c: i64, rounding: Rounding) -> Result<i64, WaterfallError> {
    if c <= 0 { Ok(0) } else { Ok(mul_div(a, b, c, rounding)?) }
}

impl<const L: usize> Machine<'_, L> {
    /// Runs a section.
    #[inline]
    pub fn run(&mut self, section: &Section) -> Result<(), WaterfallError> {
        let plan = self.plan;
        let range = usize::from(section.start)..usize::from(section.end);
        let mut step = crate::instruction::NONE;
        for instruction in plan.code.get(range).unwrap_or(&[]) {
            if instruction.step != step && self.observer.is_some() {
                step = instruction.step;
                self.show(Stage::Step(step));
            }
            if instruction.operation.moves() {
                self.move_cash(instruction)?;
            } else {
                let value = self.compute(instruction)?;
                self.write(instruction.d, value);
            }
        }
        Ok(())
    }

    #[inline]
    fn compute(&mut self, i: &Instruction) -> Result<[i64; L], WaterfallError> {
        let (a, b) = (self.read(i.a), self.read(i.b));
        match i.operation {
            Operation::Copy => Ok(a),
            Operation::Add => map2(&a, &b, |a, b| Ok(checked_add(a, b)?)),
            Operation::Subtract => map2(&a, &b, |a, b| Ok(checked_sub(a, b)?)),
            Operation::Excess => map2(&a, &b, |a, b| Ok(checked_sub(a, b)?.max(0))),
            Operation::Minimum => map2(&a, &b, |a, b| Ok(a.min(b))),
            Operation::Maximum => map2(&a, &b, |a, b| Ok(a.max(b))),
            Operation::ScaleDown => map3(&a, &b, &self.read(i.c), |a, b, c| scale(a, b, c, Rounding::Down)),
            Operation::ScaleUp => map3(&a, &b, &self.read(i.c), |a, b, c| scale(a, b, c, Rounding::Up)),
            Operation::Less => map2(&a, &b, |a, b| Ok(i64::from(a < b))),
            Operation::LessOrEqual => map2(&a, &b, |a, b| Ok(i64::from(a <= b))),
            Operation::Equal => map2(&a, &b, |a, b| Ok(i64::from(a == b))),
            Operation::RatioLess => self.compare(i, |order| order == Ordering::Less),
            Operation::RatioLessOrEqual => self.compare(i, |order| order != Ordering::Greater),
            Operation::And => map2(&a, &b, |a, b| Ok(i64::from(a != 0 && b != 0))),
            Operation::Or => map2(&a, &b, |a, b| Ok(i64::from(a != 0 || b != 0))),
            Operation::Not => map(&a, |a| Ok(i64::from(a == 0))),
            Operation::Select => map3(&a, &b, &self.read(i.c), |a, b, c| Ok(if a != 0 { b } else { c })),
            Operation::Window => self.window(i),
            Operation::Counted => self.counted(i),
            Operation::PresentValue => self.present_value(i.a, &b),
            _ => Err(WaterfallError::BadInstruction),
        }
    }

    #[inline]
    fn compare(&self, i: &Instruction, holds: impl Fn(Ordering) -> bool) -> Result<[i64; L], WaterfallError> {
        let (b, c, d) = (self.read(i.b), self.read(i.c), self.read(i.c.saturating_add(1)));
        let mut out = self.read(i.a);
        for (((value, b), c), d) in out.iter_mut().zip(b).zip(c).zip(d) {
            let left = Ratio { numerator: *value, denominator: b };
            let right = Ratio { numerator: c, denominator: d };
            *value = i64::from(holds(left.compare(right)));
        }
        Ok(out)
    }

    /// The ring lies in the `mode` registers before `d`; payment n writes place n mod k.
    fn window(&mut self, i: &Instruction) -> Result<[i64; L], WaterfallError> {
        let length = u16::from(i.mode);
        let first = i.d.saturating_sub(length);
        let number = self.state.payment_number(self.plan).unwrap_or(0);
        let place = number.checked_rem(length).unwrap_or(0);
        let value = self.read(i.c);
        self.write(first.saturating_add(place), value);
        let mut sum = [0; L];
        for register in first..i.d {
            sum = map2(&sum, &self.read(register), |sum, value| Ok(checked_add(sum, value)?))?;
        }
        Ok(sum)
    }

    /// The register before `d` holds a bit for each payment in which a value was counted, the latest lowest.
    fn counted(&mut self, i: &Instruction) -> Result<[i64; L], WaterfallError> {
        let register = i.d.saturating_sub(1);
        let window = (1_i64 << u32::from(i.a.min(62))).saturating_sub(1);
        let before = map(&self.read(register), |bits| Ok((bits << 1_u32) & window))?;
        let counts = map2(&before, &self.read(i.c), |bits, value| {
            Ok(i64::from(value != 0 && bits.count_ones() < u32::from(i.mode)))
        })?;
        self.write(register, map2(&before, &counts, |bits, counts| Ok(bits | counts))?);
        map2(&self.read(i.c), &counts, |value, counts| Ok(if counts != 0 { value } else { 0 }))
    }

    /// What a note will pay by its schedule after the last payment, discounted at `rate`; see language.md, section 8.
    fn present_value(&mut self, note: u16, rate: &[i64; L]) -> Result<[i64; L], WaterfallError> {
        let mut out = *rate;
        let plan = self.plan;
        let note = plan.notes.get(usize::from(note)).ok_or(WaterfallError::BadReference)?;
        let number = self.clock(Clock::PaymentNumber);
        for (lane, (value, number)) in out.iter_mut().zip(number).enumerate() {
            let from = u16::try_from(number.max(0)).unwrap_or(u16::MAX).saturating_add(1);
            *value = self.present_value_in_lane(note, (lane, *value), from)?;
        }
        Ok(out)
    }
}

/// One whole as a discount factor.
pub const FACTOR_ONE: i128 = 1_000_000_000_000_000_000;

/// The factor one period later: ⌊d × D ÷ (D + rate × numerator)⌋ with D = denominator × 10^9.
pub fn discount(factor: i128, rate: i64, numerator: i64, denominator: i64) -> Result<i128, WaterfallError> {
    let year = i128::from(denominator).saturating_mul(i128::from(RATE_ONE));
    let growth = i128::from(rate).saturating_mul(i128::from(numerator));
    let divisor = year.saturating_add(growth);
    if divisor <= 0 {
        return Err(WaterfallError::Math(units::UnitsError::DivisionByZero));
    }
    Ok(units::mul_div_wide(factor, year, divisor, Rounding::Down)?)
}
