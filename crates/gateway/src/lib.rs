#![doc = include_str!("../README.md")]

mod about;
mod answer;
mod cursor;
mod desk;
mod entries;
mod error;
mod events;
mod filter;
mod header;
mod methods;
mod send;
mod server;
mod simulate;
mod transaction;

pub use chain::Genesis;
pub use error::GatewayError;
pub use server::{Gateway, Listening};
