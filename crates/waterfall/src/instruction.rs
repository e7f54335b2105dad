//! The instructions that formulas and steps compile to.

use crate::WaterfallError;
use crate::plan::Register;

/// Stands for "no register" or "no limit".
pub const NONE: Register = u16::MAX;

/// What an instruction does. `d` is its result, `a`, `b`, `c` its operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// d = a
    Copy,
    /// d = a + b
    Add,
    /// d = a − b
    Subtract,
    /// d = a − b, not below zero
    Excess,
    /// d = the smaller of a and b
    Minimum,
    /// d = the larger of a and b
    Maximum,
    /// d = ⌊a × b ÷ c⌋; zero if c is not positive
    ScaleDown,
    /// d = ⌈a × b ÷ c⌉; zero if c is not positive
    ScaleUp,
    /// d = a < b
    Less,
    /// d = a ≤ b
    LessOrEqual,
    /// d = (a = b)
    Equal,
    /// d = a ÷ b < c ÷ (register after c), by cross-multiplication
    RatioLess,
    /// d = a ÷ b ≤ c ÷ (register after c)
    RatioLessOrEqual,
    /// d = both
    And,
    /// d = either
    Or,
    /// d = not a
    Not,
    /// d = b if a, else c
    Select,
    /// d = sum of the ring of `mode` registers before d, after c has entered it
    Window,
    /// d = c, or zero once `mode` non-zero values were counted in the last a payments; the register before d remembers
    Counted,
    /// d = present value of what note a (an index) will pay, at rate b
    PresentValue,
    /// The steps up to `EndGuard` happen only where a is true.
    Guard,
    /// Ends a guard.
    EndGuard,
    /// d = what claim b is owed, at most c
    Owe,
    /// Pays claim b from account a: what register c says is owed (and lowers it), or all that is due.
    Pay,
    /// Pays group b pro rata from account a.
    ProRata,
    /// Moves c, but not more than there is, from account a to account b.
    Transfer,
    /// Writes c off note b.
    WriteOff,
    /// d = not (a ÷ b ≤ c ÷ (register after c))
    RatioGreater,
    /// d = not (a ÷ b < c ÷ (register after c))
    RatioGreaterOrEqual,
}

use Operation as O;

impl Operation {
    /// All operations in the order of their codes. Append, never reorder.
    pub const ALL: [Self; 29] = [
        O::Copy,
        O::Add,
        O::Subtract,
        O::Excess,
        O::Minimum,
        O::Maximum,
        O::ScaleDown,
        O::ScaleUp,
        O::Less,
        O::LessOrEqual,
        O::Equal,
        O::RatioLess,
        O::RatioLessOrEqual,
        O::And,
        O::Or,
        O::Not,
        O::Select,
        O::Window,
        O::Counted,
        O::PresentValue,
        O::Guard,
        O::EndGuard,
        O::Owe,
        O::Pay,
        O::ProRata,
        O::Transfer,
        O::WriteOff,
        O::RatioGreater,
        O::RatioGreaterOrEqual,
    ];

    /// Returns the stable code.
    pub fn code(self) -> u8 {
        let position = Self::ALL.iter().position(|operation| *operation == self);
        position.and_then(|position| u8::try_from(position).ok()).unwrap_or(u8::MAX)
    }

    /// Returns the operation with this code.
    ///
    /// # Errors
    /// [`WaterfallError::BadInstruction`].
    #[inline]
    pub fn from_code(code: u8) -> Result<Self, WaterfallError> {
        Self::ALL.get(usize::from(code)).copied().ok_or(WaterfallError::BadInstruction)
    }

    /// Returns true if it compares two ratios.
    pub fn compares_ratios(self) -> bool {
        matches!(self, O::RatioLess | O::RatioLessOrEqual | O::RatioGreater | O::RatioGreaterOrEqual)
    }

    /// Returns true if it only computes: such an instruction may stand in any section.
    pub fn is_formula(self) -> bool {
        !self.moves()
    }

    /// Returns true if it may move cash or what is owed: it may stand in a waterfall only.
    pub fn moves(self) -> bool {
        matches!(self, O::Guard | O::EndGuard | O::Owe | O::Pay | O::ProRata | O::Transfer | O::WriteOff)
    }
}

/// One instruction; twelve bytes in a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instruction {
    /// What to do.
    pub operation: Operation,
    /// A small constant that some operations need.
    pub mode: u8,
    /// Which step of the plan this belongs to; [`NONE`] in formulas.
    pub step: u16,
    /// Result register.
    pub d: Register,
    /// First operand.
    pub a: Register,
    /// Second operand.
    pub b: Register,
    /// Third operand.
    pub c: Register,
}
