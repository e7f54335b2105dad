//! Where registers lie: bands one after the other.

use super::Register;
use core::ops::Range;

/// How many registers of each kind there are; they lie one after the other in this order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// Constants.
    pub literals: u16,
    /// The clock and its neighbours: see [`Clock`].
    pub clock: u16,
    /// Dated values.
    pub columns: u16,
    /// What was paid on each claim in this period: begins every period at zero.
    pub paid: u16,
    /// What is due on each claim that can be late. A band of the same length follows: what was late at the last payment.
    pub due: u16,
    /// What elements own: balances, cash, inputs.
    pub owned: u16,
    /// Windows and triggers.
    pub history: u16,
    /// Results of formulas; not part of the saved state.
    pub temporaries: u16,
}

/// The registers of the clock, counted from the first register after the literals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // Each is what its name says.
pub enum Clock {
    PaymentNumber,
    /// The day of the event being applied (a payment date: its adjusted date).
    Today,
    /// Adjusted date of the last payment.
    LastPayment,
    State,
    Matured,
    Sold,
    DrawAmount,
    SaleAmount,
    SaleAllocated,
    PaymentsSoFar,
    /// This payment's waterfall has run.
    Settled,
}

impl Clock {
    /// How many there are.
    pub const COUNT: u16 = 11;

    /// Returns the offset from the first register after the literals.
    pub const fn offset(self) -> u16 {
        match self {
            Self::PaymentNumber => 0,
            Self::Today => 1,
            Self::LastPayment => 2,
            Self::State => 3,
            Self::Matured => 4,
            Self::Sold => 5,
            Self::DrawAmount => 6,
            Self::SaleAmount => 7,
            Self::SaleAllocated => 8,
            Self::PaymentsSoFar => 9,
            Self::Settled => 10,
        }
    }
}

impl Layout {
    /// Returns the number of registers.
    pub fn total(&self) -> usize {
        let before = [self.literals, self.clock, self.columns, self.paid, self.due, self.due];
        let after = [self.owned, self.history, self.temporaries];
        before.iter().chain(&after).map(|part| usize::from(*part)).sum()
    }

    /// Returns the registers whose values are saved: all but literals, columns and temporaries.
    pub fn saved(&self) -> [Range<usize>; 2] {
        let clock = usize::from(self.literals)..usize::from(self.first_column());
        [clock, usize::from(self.first_paid())..usize::from(self.first_temporary())]
    }

    /// Returns the register of the clock.
    #[inline]
    pub const fn clock(&self, which: Clock) -> Register {
        self.literals.wrapping_add(which.offset())
    }

    /// Returns the first register of the columns.
    #[inline]
    pub const fn first_column(&self) -> Register {
        self.literals.saturating_add(self.clock)
    }

    /// Returns the first register of what was paid.
    #[inline]
    pub const fn first_paid(&self) -> Register {
        self.first_column().saturating_add(self.columns)
    }

    /// Returns the first register of what is due.
    #[inline]
    pub const fn first_due(&self) -> Register {
        self.first_paid().saturating_add(self.paid)
    }

    /// Returns the first register of what was late.
    #[inline]
    pub const fn first_short(&self) -> Register {
        self.first_due().saturating_add(self.due)
    }

    /// Returns the first register that elements own.
    #[inline]
    pub const fn first_owned(&self) -> Register {
        self.first_short().saturating_add(self.due)
    }

    /// Returns the first register of windows and triggers.
    pub const fn first_history(&self) -> Register {
        self.first_owned().saturating_add(self.owned)
    }

    /// Returns the first temporary register.
    pub const fn first_temporary(&self) -> Register {
        self.first_history().saturating_add(self.history)
    }
}
