//! What a term sheet compiles to: tables of elements and one list of instructions.

mod layout;
mod note;

pub use layout::{Clock, Layout};
pub use note::{Amortisation, Draws, Note, NoteField, UnpaidInterest};

use crate::instruction::Instruction;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;
use units::{Date, DayCount, DayFraction, Id};

/// Position of a value in a state.
pub type Register = u16;

/// Version of the byte format.
pub const VERSION: u16 = 1;

/// A compiled deal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Decimal places of the currency.
    pub decimals: u8,
    /// SHA-256 of the tape; zeros if there is none.
    pub tape: [u8; 32],
    /// Constants, loaded into the first registers; a solver may patch them.
    pub literals: Vec<Literal>,
    /// Where registers of each kind lie.
    pub layout: Layout,
    /// Number 0 is the closing.
    pub periods: Vec<Period>,
    /// Number of the payment on the final date; later ones serve enforcement.
    pub final_payment: u16,
    /// One column of day-fraction numerators (an entry a period) for each day count in use.
    pub fractions: Vec<Fractions>,
    /// Days after a payment date before fallbacks may stand in for missing reports.
    pub grace_days: u16,
    /// Dated values.
    pub columns: Vec<Column>,
    /// What the world reports.
    pub inputs: Vec<Input>,
    /// What the world pays.
    pub receipts: Vec<Receipt>,
    /// Where cash lies.
    pub accounts: Vec<Account>,
    /// What can be paid.
    pub claims: Vec<Claim>,
    /// Debt, senior first.
    pub notes: Vec<Note>,
    /// Equity.
    pub equities: Vec<Equity>,
    /// Uses of the money raised, in order.
    pub uses: Vec<Use>,
    /// Fees and expenses.
    pub fees: Vec<Fee>,
    /// Windows, evaluated at the determination date.
    pub determination: Section,
    /// What windows remember, by the id of their formula.
    pub windows: Vec<Window>,
    /// Triggers.
    pub triggers: Vec<Trigger>,
    /// States; the first is where the deal starts.
    pub states: Vec<State>,
    /// Changes of state, in the order in which they are looked at.
    pub transitions: Vec<Transition>,
    /// Orders of payment.
    pub waterfalls: Vec<Waterfall>,
    /// Pro-rata groups.
    pub groups: Vec<Group>,
    /// What the deal permits.
    pub permits: Vec<Permit>,
    /// Steps of all waterfalls; instructions and postings refer to them.
    pub steps: Vec<Step>,
    /// Values that can be inspected by name: lets and tests.
    pub inspected: Vec<Inspected>,
    /// All sections, one after the other.
    pub code: Vec<Instruction>,
    /// Names of all ids, for people.
    pub names: Vec<(Id, String)>,
}

/// A range of instructions.
pub type Section = Range<u16>;

/// A constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Literal {
    /// Stable id, or zero for one that no solver patches.
    pub id: Id,
    /// Its value, scaled as its kind asks.
    pub value: i64,
}

/// A payment period. The closing is number 0 and all its dates are the closing date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// Accrual start, unadjusted.
    pub start: Date,
    /// Accrual end, unadjusted.
    pub end: Date,
    /// Reports count up to here.
    pub determination: Date,
    /// Money moves here, adjusted.
    pub payment: Date,
}

/// Day-fraction numerators of one day count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fractions {
    /// The day count.
    pub day_count: DayCount,
    /// One numerator a period; the denominator is the day count's own.
    pub numerators: Vec<i32>,
}

/// A value that depends on the payment number alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Where it is loaded.
    pub register: Register,
    /// One value a period.
    pub values: Vec<i64>,
}

/// An observed input. It owns six registers from `first`, then two for each reporter (value, as-of date).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Input {
    /// Its id.
    pub id: Id,
    /// First of its registers.
    pub first: Register,
    /// Older values are stale; negative: never.
    pub stale_after_days: i32,
    /// What replaces a stale value.
    pub fallback: Fallback,
    /// Who may report in a period.
    pub reporters: u8,
    /// How many must.
    pub quorum: u8,
}

/// What replaces a stale value; the register is a literal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fallback {
    /// The last value.
    Last,
    /// The last value less this share, the part taken off rounded up.
    LastLess(Register),
    /// The last value plus this share, rounded up.
    LastPlus(Register),
    /// This value.
    Value(Register),
}

/// A receipt with a tag. It owns four registers from `first`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Its id.
    pub id: Id,
    /// Index of the account it is paid into.
    pub account: u8,
    /// First of its registers.
    pub first: Register,
}

/// An account. It owns two registers from `first`: cash, and cash for the next period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: Id,
    /// First of its registers.
    pub first: Register,
}

/// What a claim is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClaimKind {
    /// Interest of the note with this index.
    Interest(u8),
    /// Scheduled principal.
    Scheduled(u8),
    /// Principal, all of it.
    Principal(u8),
    /// Additional interest.
    Additional(u8),
    /// A fee or expense, or what of it is above its cap. It owns its three registers.
    Cost,
    /// Whatever is left (equity, or a payee that is owed nothing). It owns the register `paid`.
    Residual,
}

/// Something that can be paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Its id, which is also the payee's.
    pub id: Id,
    /// What it is.
    pub kind: ClaimKind,
    /// What is due; for residual claims the same as `paid`.
    pub due: Register,
    /// What was paid in this period.
    pub paid: Register,
    /// What was still due after the last payment; the same as `paid` where nothing can be late.
    pub short: Register,
}

/// Equity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Equity {
    /// Its id.
    pub id: Id,
    /// What it pays in at closing (a literal).
    pub amount: Register,
}

/// A use of the money raised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// A payee takes this literal.
    Payee(Id, Register),
    /// An account takes this literal.
    Account(u8, Register),
    /// The fee with this index takes what is due.
    Fee(u8),
    /// A payee takes the rest.
    RestToPayee(Id),
    /// An account takes the rest.
    RestToAccount(u8),
}

/// A fee or expense. Its claims own their registers; with a yearly cap it owns one more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fee {
    /// Computes what is new...
    pub section: Section,
    /// ...into this register...
    pub result: Register,
    /// ...and the cap into this one, if there is one.
    pub cap: Register,
    /// Index of the claim.
    pub claim: u8,
    /// Index of the claim on what is above the cap.
    pub excess: Option<u8>,
    /// The formula is a year's worth: index into the plan's fractions.
    pub a_year: Option<u8>,
    /// What ranked below the cap in this calendar year (a register of its own), if the cap is a year's.
    pub this_year: Option<Register>,
    /// Charged at closing only.
    pub once_at_closing: bool,
}

/// The registers of a window: its ring and its result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Id of what it looks back on.
    pub id: Id,
    /// First of its registers.
    pub first: Register,
    /// How many.
    pub length: u16,
}

/// When a trigger is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Before this period's reports are read.
    BeforeCollection,
    /// After accruals, before the waterfall.
    Determination,
    /// After the waterfall.
    AfterPayment,
}

/// A trigger. It owns four registers from `first`: on, breaches (a bit a payment), passes in a row, waived until.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trigger {
    /// Its id.
    pub id: Id,
    /// First of its registers.
    pub first: Register,
    /// Computes the condition...
    pub section: Section,
    /// ...into this register.
    pub condition: Register,
    /// Breaches needed...
    pub hits: u8,
    /// ...of the last so many payments (1 to 60).
    pub of: u8,
    /// Passes in a row that turn it off; 0: never.
    pub cure: u8,
    /// When it is looked at.
    pub moment: Moment,
}

/// A state of the deal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    /// Its id.
    pub id: Id,
    /// Its waterfall; a state without one ends the deal.
    pub waterfall: Option<u8>,
}

/// A change of state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transition {
    /// A bit for each state in which it may start.
    pub from: u32,
    /// Where it leads.
    pub to: u8,
    /// Computes the condition...
    pub section: Section,
    /// ...into this register.
    pub condition: Register,
}

/// An order of payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waterfall {
    /// Its id.
    pub id: Id,
    /// Its steps.
    pub section: Section,
}

/// A pro-rata group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Claims and the registers of their weights ([`crate::instruction::NONE`]: by what is due).
    pub members: Vec<(u8, Register)>,
    /// Which member takes the odd units.
    pub residue: u8,
}

/// A condition for an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permit {
    /// The action's id.
    pub id: Id,
    /// Computes the condition...
    pub section: Section,
    /// ...into this register.
    pub condition: Register,
}

/// A step of a waterfall, for postings and people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its id.
    pub id: Id,
    /// Index of its waterfall.
    pub waterfall: u8,
}

/// A value that can be inspected by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspected {
    /// Its id.
    pub id: Id,
    /// What kind of number it is.
    pub kind: ValueKind,
    /// Computes it...
    pub section: Section,
    /// ...into this register (a ratio: and the next).
    pub result: Register,
}

/// Kinds of number in formulas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // Each is what its name says.
pub enum ValueKind {
    Amount,
    Rate,
    Quantity,
    Flag,
    Date,
    Ratio,
}

impl ClaimKind {
    /// Returns the index of the note that such a claim is on; a cost and a residue have registers of their own.
    pub const fn note(self) -> Option<u8> {
        match self {
            Self::Interest(note) | Self::Scheduled(note) | Self::Principal(note) | Self::Additional(note) => {
                Some(note)
            }
            Self::Cost | Self::Residual => None,
        }
    }

    /// Returns true if such a claim can be late: it falls due on a day.
    pub const fn can_be_late(self) -> bool {
        matches!(self, Self::Interest(_) | Self::Scheduled(_) | Self::Additional(_) | Self::Cost)
    }
}

impl Plan {
    /// Returns the instructions of a section; none if the plan does not have them.
    #[inline]
    pub fn instructions(&self, section: &Section) -> &[Instruction] {
        self.code.get(usize::from(section.start)..usize::from(section.end)).unwrap_or(&[])
    }

    /// Returns a period by its number.
    pub fn period(&self, number: u16) -> Option<&Period> {
        self.periods.get(usize::from(number))
    }

    /// Returns the day fraction of a period in the day count at this index; nothing of a year if there is none.
    #[inline]
    pub fn fraction(&self, day_count: u8, number: u16) -> DayFraction {
        match self.fractions.get(usize::from(day_count)) {
            Some(column) => DayFraction {
                numerator: column.numerators.get(usize::from(number)).copied().map_or(0, i64::from),
                denominator: column.day_count.denominator(),
            },
            None => DayFraction { numerator: 0, denominator: 1 },
        }
    }

    /// Returns the name behind an id, for people.
    pub fn name(&self, id: Id) -> &str {
        self.names.iter().find(|(known, _)| *known == id).map_or("?", |(_, name)| name)
    }
}
