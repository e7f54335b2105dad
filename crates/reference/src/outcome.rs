//! What a run leaves: who was paid what, and how everything stands.

use crate::exact::{Exact, show};
use crate::interpreter::Interpreter;
use crate::state::NoteState;
use serde::Serialize;
use std::collections::BTreeMap;

/// How a run ended. Amounts are decimals in units of the currency with all its places.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// Every movement, in order.
    pub postings: Vec<Posting>,
    /// Indices of the events that the definition refuses; they changed nothing.
    pub refused: Vec<usize>,
    /// The state of the deal.
    pub state: String,
    /// By name.
    pub notes: BTreeMap<String, NoteOutcome>,
    /// Cash that is held, by account.
    pub accounts: BTreeMap<String, String>,
    /// On or off after each payment that was made.
    pub triggers: BTreeMap<String, Vec<bool>>,
}

/// One movement of cash, or of what is owed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Posting {
    /// Index of the event; none for a closing that no event names.
    pub event: Option<usize>,
    /// An account, a note, equity, a receipt, `gift`, `sale` or `closing`.
    pub from: String,
    /// An account, a claim, a payee, `closing` or `written off`.
    pub to: String,
    /// Decimal, in units of the currency; never zero.
    pub amount: String,
    /// False for interest that joins a balance and for a balance that is written off.
    pub cash: bool,
}

/// How a note stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NoteOutcome {
    /// Principal still owed.
    pub balance: String,
    /// Interest that was not paid and is still owed.
    pub carried: String,
    /// Interest that became principal.
    pub capitalised: String,
    /// Principal that was given up.
    pub written_off: String,
    /// Principal that was paid in.
    pub drawn: String,
    /// Of the next period, at nine places.
    pub coupon: String,
    /// Over the whole life.
    pub interest_paid: String,
    /// Over the whole life, scheduled and other.
    pub principal_paid: String,
    /// Over the whole life.
    pub additional_paid: String,
}

impl Outcome {
    pub(crate) fn of(run: Interpreter, refused: Vec<usize>) -> Self {
        let (deal, decimals) = (run.deal, run.deal.decimals);
        let note_names = deal.notes.iter().map(|note| note.name.clone());
        let trigger_names = deal.triggers.iter().map(|trigger| trigger.name.clone());
        Self {
            postings: run.postings,
            refused,
            state: deal.states[run.state.current].name.clone(),
            notes: note_names
                .zip(run.state.notes.iter().map(|note| NoteOutcome::of(note, decimals)))
                .collect(),
            accounts: run
                .state
                .accounts
                .into_iter()
                .map(|(name, cash)| (name, show(&cash, decimals)))
                .collect(),
            triggers: trigger_names
                .zip(run.state.triggers.into_iter().map(|trigger| trigger.history))
                .collect(),
        }
    }
}

impl NoteOutcome {
    fn of(note: &NoteState, decimals: u32) -> Self {
        let amount = |exact: &Exact| show(exact, decimals);
        Self {
            balance: amount(&note.balance),
            carried: amount(&note.interest),
            capitalised: amount(&note.capitalised),
            written_off: amount(&note.written_off),
            drawn: amount(&note.drawn),
            coupon: show(&note.coupon, 9),
            interest_paid: amount(&note.paid_ever.interest),
            principal_paid: amount(&(&note.paid_ever.principal + &note.paid_ever.scheduled)),
            additional_paid: amount(&note.paid_ever.additional),
        }
    }
}
