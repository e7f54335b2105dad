//! What the API promises, as those who call it see it.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod access;
mod deals;
mod http;
mod mcp;
mod schemathesis;
#[path = "../support/mod.rs"]
mod support;
