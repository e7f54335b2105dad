//! Notes: what they own, and how they fall due.

use super::{Register, Section};
use units::{Date, Id};

/// The registers of a note, counted from its `first`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // Each is what its name says.
pub enum NoteField {
    Balance,
    Coupon,
    /// Interest owed: carried from earlier periods and new.
    InterestDue,
    /// Interest accrued by draws in this period, not yet due.
    Accrued,
    /// Where the next accrual starts.
    AccruedTo,
    InterestPaid,
    PrincipalPaid,
    ScheduledDue,
    ScheduledPaid,
    /// The planned balance; of a drawn note unused.
    Planned,
    Drawn,
    Capitalised,
    WrittenOff,
    PrincipalPaidEver,
    AdditionalDue,
    AdditionalPaid,
    /// Interest not paid at the last payment date.
    InterestShort,
    ScheduledShort,
    AdditionalShort,
}

impl NoteField {
    /// How many there are.
    pub const COUNT: u16 = 19;

    /// Returns the offset from the note's first register.
    pub const fn offset(self) -> u16 {
        match self {
            Self::Balance => 0,
            Self::Coupon => 1,
            Self::InterestDue => 2,
            Self::Accrued => 3,
            Self::AccruedTo => 4,
            Self::InterestPaid => 5,
            Self::PrincipalPaid => 6,
            Self::ScheduledDue => 7,
            Self::ScheduledPaid => 8,
            Self::Planned => 9,
            Self::Drawn => 10,
            Self::Capitalised => 11,
            Self::WrittenOff => 12,
            Self::PrincipalPaidEver => 13,
            Self::AdditionalDue => 14,
            Self::AdditionalPaid => 15,
            Self::InterestShort => 16,
            Self::ScheduledShort => 17,
            Self::AdditionalShort => 18,
        }
    }
}

/// A note. It owns [`NoteField::COUNT`] registers from `first`, then two for each draw (planned, first payment).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Its id.
    pub id: Id,
    /// The id of its interest.
    pub interest: Id,
    /// First of its registers.
    pub first: Register,
    /// Original principal or commitment (a literal).
    pub amount: Register,
    /// Index into the plan's fractions.
    pub day_count: u8,
    /// Computes the coupon of the next period...
    pub coupon: Section,
    /// ...into this register.
    pub coupon_result: Register,
    /// Computes what the terms below refer to, before each accrual.
    pub terms: Section,
    /// True while no principal is due.
    pub locked: Register,
    /// True while interest joins the balance.
    pub accretes: Register,
    /// Interest is on this amount instead of the balance.
    pub notional: Register,
    /// What happens to unpaid interest.
    pub unpaid: UnpaidInterest,
    /// How principal falls due.
    pub amortisation: Amortisation,
    /// Additional interest: its rate and the first period that bears it.
    pub additional: Option<(Register, u16)>,
    /// Payment at which everything is due.
    pub maturity: u16,
    /// Draws over time.
    pub draws: Option<Draws>,
}

/// What happens to interest that is not paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnpaidInterest {
    /// It is carried.
    Carried,
    /// It is carried and bears the coupon plus this rate (a literal).
    Bears(Register),
    /// It joins the balance.
    Capitalised,
}

/// How principal falls due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amortisation {
    /// At maturity.
    Bullet,
    /// Equal payments of interest and principal from one payment number to another, both included.
    Level {
        /// First payment.
        first: u16,
        /// Last payment.
        last: u16,
    },
    /// Equal parts of principal.
    Linear {
        /// First payment.
        first: u16,
        /// Last payment.
        last: u16,
    },
    /// Down to this planned balance.
    Planned(Register),
}

/// A note drawn over time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Draws {
    /// Last date of a draw.
    pub until: Date,
    /// Most draws.
    pub at_most: u8,
    /// Each is repaid in so many equal parts...
    pub payments: u16,
    /// ...after so many payments of interest only.
    pub interest_only: u16,
    /// Who receives the money.
    pub to: Id,
}

impl Note {
    /// Returns the register of a field.
    #[inline]
    pub const fn register(&self, field: NoteField) -> Register {
        self.first.wrapping_add(field.offset())
    }

    /// Returns the registers of every draw it may have.
    pub fn draw_slots(&self) -> impl Iterator<Item = [Register; 2]> {
        (0..self.draws.map_or(0, |draws| draws.at_most)).map(|index| self.draw(index))
    }

    /// Returns the registers of a draw: its planned balance and its first payment number.
    pub fn draw(&self, index: u8) -> [Register; 2] {
        let planned =
            self.first.saturating_add(NoteField::COUNT).saturating_add(u16::from(index).saturating_mul(2));
        [planned, planned.saturating_add(1)]
    }
}
