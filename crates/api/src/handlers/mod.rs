//! What serves each endpoint: it asks the room below and translates. It decides nothing.

pub mod access;
pub mod bank;
pub mod collateral;
pub mod deals;
pub mod holders;
pub mod log;
pub mod machines;
pub mod notices;
pub mod system;
