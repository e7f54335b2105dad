//! What the node remembers: an append-only log of events, each hashed over the one before it. Tables are projections
//! of it and can be rebuilt at any time; readings have tables of their own (see [`crate::telemetry`]).

mod backup;
mod database;
mod events;
mod projection;

pub use backup::{BACKUP_FORMAT, Restored, backup, restore, snapshot};
pub use database::{Database, Engine, Options, Transaction, Value};
pub use events::{Appended, Command, Event, EventStore, NewEvent, answered_in, append_asked_in, append_in};
pub(crate) use projection::run;
pub use projection::{Change, Projection, catch_up, catch_up_in, rebuild};
