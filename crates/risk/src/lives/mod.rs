//! Many lives of one deal, side by side in lanes.

mod batch;
mod deal;
mod parties;
mod tally;
mod watch;

pub use batch::Batch;
pub use deal::{Deal, held_at_closing};
pub use parties::{Class, ClassKind, Payee};
pub use tally::{ClassTally, NEVER, Tally};
