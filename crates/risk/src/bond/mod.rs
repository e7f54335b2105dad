//! What a note is worth: price and yield, lives, sensitivities and spreads of one note's dated cash flows.
//!
//! The cash flows are integers that the engine gave; what is worked out from them here is analysis in floating point.
//! Every convention is stated where it is used and in this crate's README.

mod curve;
mod error;
mod note;
mod show;
mod solve;
mod value;

pub use curve::ZeroCurve;
pub use error::BondError;
pub use note::{NoteFlows, NotePayment, NoteTerms};
pub use show::{note_answer, note_csv};
pub use value::{Ask, NoteValue, PriceAtYield, ValuedPayment, value_note};
