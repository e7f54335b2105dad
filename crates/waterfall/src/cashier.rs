//! What works on the registers and the journal: formulas compute, and steps pay.

use crate::WaterfallError;
use crate::formula::Formulas;
use crate::instruction::{Instruction, Operation};
use crate::lanes::nothing;
use crate::plan::Register;
use crate::posting::{Posting, Recorder, Total};

/// Runs the instructions of a plan.
///
/// It holds the parts of a state side by side, so that none is looked up again for every instruction.
pub struct Cashier<'a, const L: usize, J> {
    pub formulas: Formulas<'a, L>,
    /// Cash that ever came in, and that ever went out.
    pub totals: [&'a mut [i128; L]; 2],
    pub journal: &'a mut J,
    /// Lanes (1 or 0) in which the current waterfall runs.
    pub active: [i64; L],
    /// Lanes (1 or 0) in which the current step happens.
    pub guard: [i64; L],
}

impl<const L: usize, J: Recorder<L>> Cashier<'_, L, J> {
    /// Runs instructions; returns the lanes in which a step would happen now.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub fn run(mut self, code: &[Instruction]) -> Result<[i64; L], WaterfallError> {
        for instruction in code {
            self.execute(instruction)?;
        }
        Ok(self.guard)
    }

    #[inline(always)]
    fn execute(&mut self, i: &Instruction) -> Result<(), WaterfallError> {
        match i.operation {
            Operation::Guard => self.begin_guard(i),
            Operation::EndGuard => self.end_guard(),
            Operation::Owe => self.owe(i),
            Operation::Pay => self.pay(i),
            Operation::ProRata => self.lend().pay_pro_rata(i),
            Operation::Transfer => self.transfer(i),
            Operation::WriteOff => self.lend().write_off_step(i),
            _ => self.formulas.compute(i),
        }
    }

    /// The same cashier, for as long as somebody else needs it: what is lent may be looked at from outside, and what
    /// nobody looks at the compiler keeps where it is quickest.
    #[inline(always)]
    pub fn lend(&mut self) -> Cashier<'_, L, J> {
        let [cash_in, cash_out] = &mut self.totals;
        Cashier {
            formulas: self.formulas.lend(),
            totals: [cash_in, cash_out],
            journal: self.journal,
            active: self.active,
            guard: self.guard,
        }
    }

    #[inline(always)]
    pub fn read(&self, register: Register) -> &[i64; L] {
        self.formulas.registers.read(register)
    }

    #[inline(always)]
    pub fn write(&mut self, register: Register, value: [i64; L]) {
        self.formulas.registers.write(register, value);
    }

    /// Records a movement, unless nothing moved and nothing is short.
    #[inline(always)]
    pub fn post(&mut self, posting: Posting<L>) {
        if nothing(&posting.amount) && nothing(&posting.short) {
            return;
        }
        let [cash_in, cash_out] = &mut self.totals;
        let (comes_in, goes_out) = posting.kind.crosses();
        if comes_in {
            self.journal.count(Total::In(cash_in), &posting.amount);
        }
        if goes_out {
            self.journal.count(Total::Out(cash_out), &posting.amount);
        }
        debug_assert!(posting.amount.iter().all(|amount| *amount >= 0), "WF-3");
        self.journal.record(posting);
    }
}
