//! What the host refuses, in our own words.

use soroban_env_host::xdr::{
    ContractEventBody, ContractEventV0, DiagnosticEvent, ScError, ScErrorCode, ScErrorType, ScVal,
};
use soroban_env_host::{Error, HostError};

use crate::{ChainError, Resource};

/// An error of the host where no meter tells more.
pub fn host(error: HostError) -> ChainError {
    named(error.error, String::new())
}

/// What ran before an error, and how many instructions it was allowed.
#[derive(Clone, Copy)]
pub struct Used {
    pub instructions: u64,
    pub memory: u64,
    pub instructions_max: u64,
}

/// An error of a call, with what it used and what the host noted on the way.
pub fn metered(error: HostError, used: Used, events: &[DiagnosticEvent]) -> ChainError {
    match error.error.is_type(ScErrorType::Budget) && error.error.is_code(ScErrorCode::ExceededLimit) {
        true => over_budget(used),
        false => match constructor_error(error.error, events) {
            Some(code) => ChainError::Contract { code, detail: String::new() },
            None => named(error.error, told(events)),
        },
    }
}

/// The number with which a constructor refused. The host hides it behind an error of its own, and notes it first.
fn constructor_error(error: Error, events: &[DiagnosticEvent]) -> Option<u32> {
    let is_hidden = error.is_type(ScErrorType::Context) && error.is_code(ScErrorCode::InvalidAction);
    match noted(events).filter(|_| is_hidden)?.topics.as_slice() {
        [_, ScVal::Error(ScError::Contract(code))] => Some(*code),
        _ => None,
    }
}

/// Which of the two metered resources ran out.
fn over_budget(used: Used) -> ChainError {
    let (resource, used, max) = match used.memory > Resource::Memory.max() {
        true => (Resource::Memory, used.memory, Resource::Memory.max()),
        false => (Resource::Instructions, used.instructions, used.instructions_max),
    };
    // A call is stopped before the charge that it cannot pay, so what was counted may be less.
    ChainError::Limit { resource, used: used.max(max.saturating_add(1)), max }
}

/// The first error that the host noted: the innermost, so the cause.
fn noted(events: &[DiagnosticEvent]) -> Option<&ContractEventV0> {
    let is_error = |topic: &ScVal| matches!(topic, ScVal::Symbol(name) if name.0.as_slice() == b"error");
    events.iter().find_map(|event| {
        let ContractEventBody::V0(body) = &event.event.body;
        body.topics.first().is_some_and(is_error).then_some(body)
    })
}

/// What the host said about it.
fn told(events: &[DiagnosticEvent]) -> String {
    let words = noted(events).map(|body| words(&body.data)).unwrap_or_default();
    if words.is_empty() { words } else { format!(" ({words})") }
}

fn words(data: &ScVal) -> String {
    match data {
        ScVal::String(text) => text.to_utf8_string_lossy(),
        ScVal::Symbol(name) => name.to_utf8_string_lossy(),
        ScVal::Address(address) => address.to_string(),
        ScVal::Vec(Some(parts)) => {
            let parts: Vec<_> = parts.iter().map(words).filter(|part| !part.is_empty()).collect();
            parts.join(", ")
        }
        _ => String::new(),
    }
}

fn named(error: Error, detail: String) -> ChainError {
    let is = |kind, code| error.is_type(kind) && error.is_code(code);
    if error.is_type(ScErrorType::Contract) {
        return ChainError::Contract { code: error.get_code(), detail };
    }
    if is(ScErrorType::Storage, ScErrorCode::ExceededLimit) {
        return ChainError::Footprint;
    }
    match error.is_type(ScErrorType::Auth) {
        true => ChainError::Unauthorised(format!("{error:?}{detail}")),
        false => ChainError::Host { error: format!("{error:?}"), detail },
    }
}
