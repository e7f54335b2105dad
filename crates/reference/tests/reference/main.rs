//! The definition, in rows that a reader can check by hand.

// A row that cannot be built has failed; and a row reads best on one line.
#![allow(clippy::unwrap_used, clippy::too_many_arguments)]

mod closing;
mod events;
mod formula_text;
mod formulas;
mod notes;
mod sheet;
mod states;
mod steps;
mod triggers;
