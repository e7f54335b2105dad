//! Many futures of a deal at once, on the widest vectors of the processor at hand.
//!
//! A future stands in a lane; `waterfall::apply_batch` applies an event in all lanes. What comes out is, to the bit, what each
//! future alone comes to, whatever the processor: it is only quicker.

mod dispatch;

pub use dispatch::{Level, Work};
