//! The forms that travel, the same for the node and its clients.

pub mod access;
pub mod amount;
pub mod answer;
pub mod audit;
pub mod collateral;
pub mod deal;
pub mod event;
pub mod page;
pub mod reading;
pub mod servicing;
