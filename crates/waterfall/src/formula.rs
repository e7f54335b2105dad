//! Formulas: one instruction at a time, in all lanes.

use crate::WaterfallError;
use crate::instruction::{Instruction, Operation};
use crate::lanes::{self, chosen, each, masked, zip};
use crate::plan::{Clock, Plan, Register};
use crate::registers::Registers;
use units::{RATE_ONE, Rounding, compare_each, mul_div_each};

/// Formulas at work: the plan, the registers, and the payment date that is under way.
///
/// It is small and handed on by value, so that a short section costs little to begin.
pub struct Formulas<'a, const L: usize> {
    pub plan: &'a Plan,
    pub registers: Registers<'a, L>,
    pub number: u16,
}

impl<const L: usize> Formulas<'_, L> {
    /// Runs instructions that only compute.
    pub fn run(mut self, code: &[Instruction]) -> Result<(), WaterfallError> {
        self.run_here(code)
    }

    /// The same, written out where it is called.
    #[inline(always)]
    pub fn run_here(&mut self, code: &[Instruction]) -> Result<(), WaterfallError> {
        for instruction in code {
            self.compute(instruction)?;
        }
        Ok(())
    }

    /// One operation. A contract has it once, because it pays for its size; elsewhere it is written out where it is used.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub fn compute(&mut self, i: &Instruction) -> Result<(), WaterfallError> {
        let value = match i.operation {
            Operation::Copy => *self.read(i.a),
            Operation::Add => self.sum(i)?,
            Operation::Subtract => self.difference(i)?,
            Operation::Excess => self.excess(i)?,
            Operation::Minimum => self.zip(i, i64::min),
            Operation::Maximum => self.zip(i, i64::max),
            Operation::ScaleDown => return self.scale(i, Rounding::Down),
            Operation::ScaleUp => return self.scale(i, Rounding::Up),
            Operation::Less => self.zip(i, |a, b| i64::from(a < b)),
            Operation::LessOrEqual => self.zip(i, |a, b| i64::from(a <= b)),
            Operation::Equal => self.zip(i, |a, b| i64::from(a == b)),
            Operation::RatioLess => self.compare(i, |order| order < 0),
            Operation::RatioLessOrEqual => self.compare(i, |order| order <= 0),
            Operation::RatioGreater => self.compare(i, |order| order > 0),
            Operation::RatioGreaterOrEqual => self.compare(i, |order| order >= 0),
            Operation::And => self.zip(i, |a, b| i64::from((a != 0) & (b != 0))),
            Operation::Or => self.zip(i, |a, b| i64::from((a != 0) | (b != 0))),
            Operation::Not => each(self.read(i.a), |a| i64::from(a == 0)),
            Operation::Select => chosen(self.read(i.a), self.read(i.b), self.read(i.c)),
            Operation::Window => return self.lend().window(i),
            Operation::Counted => return self.lend().counted(i),
            Operation::PresentValue => return self.lend().present_value(i),
            _ => return Err(WaterfallError::BadInstruction),
        };
        self.registers.write(i.d, value);
        Ok(())
    }

    /// The same formulas, for as long as somebody else needs them.
    #[inline(always)]
    pub fn lend(&mut self) -> Formulas<'_, L> {
        Formulas { plan: self.plan, registers: Registers(self.registers.0), number: self.number }
    }

    #[inline(always)]
    fn read(&self, register: Register) -> &[i64; L] {
        self.registers.read(register)
    }

    fn write(&mut self, register: Register, value: [i64; L]) {
        self.registers.write(register, value);
    }

    #[inline(always)]
    fn zip(&self, i: &Instruction, f: impl Fn(i64, i64) -> i64) -> [i64; L] {
        zip(self.read(i.a), self.read(i.b), f)
    }

    #[inline(always)]
    fn sum(&self, i: &Instruction) -> Result<[i64; L], WaterfallError> {
        let mut value = *self.read(i.a);
        lanes::add(&mut value, self.read(i.b))?;
        Ok(value)
    }

    #[inline(always)]
    fn difference(&self, i: &Instruction) -> Result<[i64; L], WaterfallError> {
        let mut value = *self.read(i.a);
        lanes::subtract(&mut value, self.read(i.b))?;
        Ok(value)
    }

    #[inline(always)]
    fn excess(&self, i: &Instruction) -> Result<[i64; L], WaterfallError> {
        let mut value = *self.read(i.a);
        lanes::excess(&mut value, self.read(i.b))?;
        Ok(value)
    }

    /// `a × b ÷ c`, or zero where `c` is not positive: a share of nothing is nothing.
    #[inline(always)]
    fn scale(&mut self, i: &Instruction, rounding: Rounding) -> Result<(), WaterfallError> {
        let c = self.read(i.c);
        let mut value = zip(self.read(i.a), c, |a, c| if c <= 0 { 0 } else { a });
        mul_div_each(&mut value, (self.read(i.b), &each(c, |c| c.max(1))), rounding)?;
        self.registers.write(i.d, value);
        Ok(())
    }

    /// `a ÷ b` beside `c ÷ (register after c)`: negative for less, zero for equal.
    #[inline(always)]
    fn compare(&self, i: &Instruction, holds: impl Fn(i64) -> bool) -> [i64; L] {
        let [a, b, c, d] = [i.a, i.b, i.c, i.c.wrapping_add(1)].map(|register| self.read(register));
        compare_each((a, b), (c, d), holds)
    }

    /// The ring lies in the `mode` registers before `d`; payment n writes place n mod k.
    fn window(mut self, i: &Instruction) -> Result<(), WaterfallError> {
        let length = u16::from(i.mode);
        let first = i.d.saturating_sub(length);
        let place = self.number.checked_rem(length).unwrap_or(0);
        self.write(first.saturating_add(place), *self.read(i.c));
        let mut sum = [0; L];
        for register in first..i.d {
            lanes::add(&mut sum, self.read(register))?;
        }
        self.write(i.d, sum);
        Ok(())
    }

    /// The register before `d` holds a bit for each payment in which a value was counted, the latest lowest.
    fn counted(mut self, i: &Instruction) -> Result<(), WaterfallError> {
        let register = i.d.saturating_sub(1);
        let window = (1_i64 << u32::from(i.a.min(62))).saturating_sub(1);
        let before = self.read(register).map(|bits| (bits << 1_u32) & window);
        let value = *self.read(i.c);
        let counts = zip(&before, &value, |bits, value| {
            i64::from(value != 0 && bits.count_ones() < u32::from(i.mode))
        });
        self.write(register, zip(&before, &counts, |bits, counts| bits | counts));
        self.write(i.d, masked(&value, &counts));
        Ok(())
    }

    /// What a note will pay by its schedule after the last payment, discounted at `rate`; see language.md, section 8.
    fn present_value(mut self, i: &Instruction) -> Result<(), WaterfallError> {
        let mut out = *self.read(i.b);
        let note = self.plan.notes.get(usize::from(i.a)).ok_or(WaterfallError::BadReference)?;
        let number = *self.read(self.plan.layout.clock(Clock::PaymentNumber));
        for (lane, (value, number)) in out.iter_mut().zip(number).enumerate() {
            let from = u16::try_from(number.max(0)).unwrap_or(u16::MAX).saturating_add(1);
            *value = self.present_value_in_lane(note, (lane, *value), from)?;
        }
        self.write(i.d, out);
        Ok(())
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
