#![doc = include_str!("../README.md")]

pub mod access;
mod audit;
mod conditional;
mod convert;
pub mod document;
pub mod endpoint;
pub mod endpoints;
mod error;
mod follow;
mod forms;
mod guard;
mod handlers;
mod limits;
mod metrics;
mod router;
mod serve;
mod state;
mod status;

pub use error::ApiError;
pub use limits::Allowance;
pub use serve::{Certificate, serve};
pub use state::{Api, Parts, Settings};
