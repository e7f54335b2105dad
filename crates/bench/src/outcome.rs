//! How a life ended.

use units::Id;
use waterfall::plan::{Clock, NoteField, Plan};
use waterfall::{State, WaterfallError};

/// How one note ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NoteOutcome {
    /// Principal not repaid.
    pub balance: i64,
    /// Interest owed.
    pub interest_due: i64,
    /// Principal repaid.
    pub principal_paid: i64,
    /// Principal written off.
    pub written_off: i64,
}

/// How a life ended; the postings say how it went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Notes A to E.
    pub notes: [NoteOutcome; 5],
    /// Cash in the lockbox, the reserve and the trap.
    pub accounts: [i64; 3],
    /// Cash that ever came in and ever went out.
    pub totals: [i128; 2],
    /// Position of the deal's state: amortising, rapid, closed.
    pub state: i64,
}

impl Outcome {
    /// Reads one lane of the engine's state.
    ///
    /// # Errors
    /// [`WaterfallError::UnknownElement`] if there is no such lane.
    pub fn read<const L: usize>(plan: &Plan, state: &State<L>, lane: usize) -> Result<Self, WaterfallError> {
        let state = state.lane(lane)?;
        let cell = |register| {
            let [value] = state.read(register);
            value
        };
        let note = |name| {
            let note = plan.notes.iter().find(|note| note.id == Id::of("note", name));
            let field = |field| note.map_or(-1, |note| cell(note.register(field)));
            NoteOutcome {
                balance: field(NoteField::Balance),
                interest_due: field(NoteField::InterestDue),
                principal_paid: field(NoteField::PrincipalPaidEver),
                written_off: field(NoteField::WrittenOff),
            }
        };
        let account = |name| {
            let account = plan.accounts.iter().find(|account| account.id == Id::of("account", name));
            account.map_or(-1, |account| cell(account.first))
        };
        let ([cash_in], [cash_out]) = (state.cash_in, state.cash_out);
        Ok(Self {
            notes: ["A", "B", "C", "D", "E"].map(note),
            accounts: ["lockbox", "reserve", "trap"].map(account),
            totals: [cash_in, cash_out],
            state: cell(plan.layout.clock(Clock::State)),
        })
    }
}
