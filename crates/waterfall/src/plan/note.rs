//! Notes: what they own, and how they fall due.

use super::{Register, Section};
use units::{Date, Id};

/// The registers of a note: most lie one after the other from its `first`; what is due, paid and late lies in bands
/// with that of all other claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // Each is what its name says.
pub enum NoteField {
    Balance,
    Coupon,
    /// The planned balance.
    Planned,
    /// Interest accrued by draws in this period, not yet due.
    Accrued,
    /// Where the next accrual of a drawn note starts.
    AccruedTo,
    Drawn,
    Capitalised,
    WrittenOff,
    PrincipalPaidEver,
    /// Interest owed: carried from earlier periods and new.
    InterestDue,
    ScheduledDue,
    AdditionalDue,
    InterestPaid,
    ScheduledPaid,
    AdditionalPaid,
    PrincipalPaid,
    /// Interest not paid at the last payment date.
    InterestShort,
    ScheduledShort,
    AdditionalShort,
}

impl NoteField {
    /// How many lie from the note's first register on.
    pub const OWNED: u16 = 9;
    /// How many say what is due; as many say what was late.
    pub const DUE: u16 = 3;
    /// How many say what was paid.
    pub const PAID: u16 = 4;
}

/// A note. It owns [`NoteField::OWNED`] registers from `first`, then two for each draw (planned, first payment).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Its id.
    pub id: Id,
    /// The id of its interest.
    pub interest: Id,
    /// First of its registers.
    pub first: Register,
    /// First of its registers in the band of what was paid.
    pub paid: Register,
    /// First of its registers in the band of what is due.
    pub due: Register,
    /// First of its registers in the band of what was late.
    pub short: Register,
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
        let (first, offset) = match field {
            NoteField::Balance => (self.first, 0),
            NoteField::Coupon => (self.first, 1),
            NoteField::Planned => (self.first, 2),
            NoteField::Accrued => (self.first, 3),
            NoteField::AccruedTo => (self.first, 4),
            NoteField::Drawn => (self.first, 5),
            NoteField::Capitalised => (self.first, 6),
            NoteField::WrittenOff => (self.first, 7),
            NoteField::PrincipalPaidEver => (self.first, 8),
            NoteField::InterestDue => (self.due, 0),
            NoteField::ScheduledDue => (self.due, 1),
            NoteField::AdditionalDue => (self.due, 2),
            NoteField::InterestPaid => (self.paid, 0),
            NoteField::ScheduledPaid => (self.paid, 1),
            NoteField::AdditionalPaid => (self.paid, 2),
            NoteField::PrincipalPaid => (self.paid, 3),
            NoteField::InterestShort => (self.short, 0),
            NoteField::ScheduledShort => (self.short, 1),
            NoteField::AdditionalShort => (self.short, 2),
        };
        first.wrapping_add(offset)
    }

    /// Returns the registers of every draw it may have.
    pub fn draw_slots(&self) -> impl Iterator<Item = [Register; 2]> {
        (0..self.draws.map_or(0, |draws| draws.at_most)).map(|index| self.draw(index))
    }

    /// Returns the registers of a draw: its planned balance and its first payment number.
    pub fn draw(&self, index: u8) -> [Register; 2] {
        let planned =
            self.first.saturating_add(NoteField::OWNED).saturating_add(u16::from(index).saturating_mul(2));
        [planned, planned.saturating_add(1)]
    }
}
