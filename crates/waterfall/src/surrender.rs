//! A claim that pays for collateral: a credit bid. Language, section 8.

use crate::WaterfallError;
use crate::apply::{BUYER, SALE, require_not_negative};
use crate::lanes::{least, masked, zip};
use crate::machine::{Machine, TRUE};
use crate::plan::{Clock, NoteField, Plan};
use crate::posting::{PostingKind, Recorder};
use crate::state::State;
use units::{Date, Id};

/// Returns what the holders of a note may surrender: its balance if no note before it has one, else nothing.
///
/// # Errors
/// [`WaterfallError::UnknownElement`] if there is no such note.
pub fn credit<const L: usize>(plan: &Plan, state: &State<L>, note: Id) -> Result<[i64; L], WaterfallError> {
    let mut senior = [TRUE; L];
    for known in &plan.notes {
        let balance = state.read(known.register(NoteField::Balance));
        if known.id == note {
            return Ok(masked(&balance, &senior));
        }
        senior = zip(&senior, &balance, |senior, balance| i64::from(senior != 0 && balance == 0));
    }
    Err(WaterfallError::UnknownElement)
}

impl<const L: usize, J: Recorder<L>> Machine<'_, L, J> {
    /// Lowers what is owed on a note, as principal paid in kind: no cash moves.
    pub fn surrender(&mut self, id: Id, amount: &[i64; L], on: Date) -> Result<(), WaterfallError> {
        self.require_running()?;
        require_not_negative(amount)?;
        let most = credit(self.plan, self.state, id)?;
        self.set_today(on)?;
        self.set_clock(Clock::SaleAmount, *amount);
        self.set_clock(Clock::SaleAllocated, [0; L]);
        self.require_permitted(SALE)?;
        if self.any_refuses(&zip(amount, &most, |amount, most| i64::from(amount <= most))) {
            return Err(WaterfallError::SurrenderRefused);
        }
        let given_up = least(amount, &most);
        let note = self.plan.notes.iter().position(|known| known.id == id).unwrap_or(usize::MAX);
        let note = u8::try_from(note).map_err(|_| WaterfallError::UnknownElement)?;
        self.cashier().repay(note, &given_up)?;
        self.post(self.posting(PostingKind::Book, id, BUYER, given_up));
        Ok(())
    }
}
