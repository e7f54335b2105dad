//! What the host refuses, in our own words.

use soroban_env_host::budget::Budget;
use soroban_env_host::xdr::{ContractEventBody, DiagnosticEvent, ScErrorCode, ScErrorType, ScVal};
use soroban_env_host::{Error, HostError};

use crate::{ChainError, Resource};

/// An error of the host where no meter tells more.
pub fn host(error: HostError) -> ChainError {
    named(error.error, String::new())
}

/// An error of a transaction, with the meter that it ran under.
pub fn metered(error: HostError, budget: &Budget) -> ChainError {
    let limit = is_over_budget(error.error).then(|| over_budget(budget)).flatten();
    limit.unwrap_or_else(|| named(error.error, String::new()))
}

/// An error of a simulation, with what it used and what the host noted on the way.
pub fn simulated(
    error: HostError,
    (instructions, memory): (u32, u32),
    events: &[DiagnosticEvent],
) -> ChainError {
    let rows = [(Resource::Instructions, instructions), (Resource::Memory, memory)];
    let mut limits = rows.into_iter().filter_map(|(resource, used)| resource.require(used.into()).err());
    match is_over_budget(error.error) {
        true => limits.next_back().unwrap_or_else(|| named(error.error, String::new())),
        false => named(error.error, told(events)),
    }
}

/// What the host said about the first error that it noted: the innermost, so the cause.
fn told(events: &[DiagnosticEvent]) -> String {
    let is_error = |topic: &ScVal| matches!(topic, ScVal::Symbol(name) if name.0.as_slice() == b"error");
    let data = events.iter().find_map(|event| {
        let ContractEventBody::V0(body) = &event.event.body;
        body.topics.first().is_some_and(is_error).then_some(&body.data)
    });
    let words = data.map(words).unwrap_or_default();
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

fn is_over_budget(error: Error) -> bool {
    error.is_type(ScErrorType::Budget) && error.is_code(ScErrorCode::ExceededLimit)
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

/// Which of the two metered resources ran out.
fn over_budget(budget: &Budget) -> Option<ChainError> {
    let instructions = budget.get_cpu_insns_consumed().ok()?;
    let instructions_max = instructions.checked_add(budget.get_cpu_insns_remaining().ok()?)?;
    let memory = budget.get_mem_bytes_consumed().ok()?;
    let (resource, used, max) = match memory > Resource::Memory.max() {
        true => (Resource::Memory, memory, Resource::Memory.max()),
        false => (Resource::Instructions, instructions, instructions_max),
    };
    Some(ChainError::Limit { resource, used, max })
}
