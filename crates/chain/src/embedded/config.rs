use soroban_env_host::budget::{AsBudget, Budget};
use soroban_env_host::xdr::{ContractCostParamEntry, ContractCostParams, ContractCostType, ExtensionPoint};
use soroban_env_host::{CompilationContext, Error, ErrorHandler, HostError, Val};
use soroban_simulation::NetworkConfig;

use crate::{ChainError, LIFETIME_LEDGERS_MAX, PERSISTENT_LEDGERS_MIN, Resource, TEMPORARY_LEDGERS_MIN};

/// Limits, lifetimes and the prices of instructions; fees are zero, because the operator pays nobody.
pub fn network_config() -> Result<NetworkConfig, ChainError> {
    let (cpu_cost_params, memory_cost_params) = cost_models()?;
    Ok(NetworkConfig {
        tx_max_instructions: i64::try_from(Resource::Instructions.max()).unwrap_or(i64::MAX),
        tx_memory_limit: u32::try_from(Resource::Memory.max()).unwrap_or(u32::MAX),
        cpu_cost_params,
        memory_cost_params,
        min_temp_entry_ttl: TEMPORARY_LEDGERS_MIN,
        min_persistent_entry_ttl: PERSISTENT_LEDGERS_MIN,
        max_entry_ttl: LIFETIME_LEDGERS_MAX,
        ..NetworkConfig::default()
    })
}

/// What the host charges, for instructions and for memory.
///
/// The host carries the network's calibrated models but hands them out to its own tests only; what it
/// prints of a meter has them all. A table copied from there could fall behind the host that is built
/// in, so the print is read instead, and a row that is missing or unreadable is an error.
fn cost_models() -> Result<(ContractCostParams, ContractCostParams), ChainError> {
    let printed = format!("{:?}", Budget::default());
    let kinds = ContractCostType::variants().into_iter();
    let rows = kinds.map(|kind| cost_model(&printed, kind)).collect::<Option<Vec<_>>>();
    let wrong = |problem: &str| ChainError::value("the host's cost models", problem);
    let (cpu, memory): (Vec<_>, Vec<_>) = rows.ok_or_else(|| wrong("a row is missing"))?.into_iter().unzip();
    let params = |rows: Vec<_>| rows.try_into().map(ContractCostParams);
    Ok((params(cpu).map_err(|_| wrong("too many"))?, params(memory).map_err(|_| wrong("too many"))?))
}

/// Reads one row: name, iterations, input, two totals, then constant and linear terms.
fn cost_model(
    printed: &str,
    kind: ContractCostType,
) -> Option<(ContractCostParamEntry, ContractCostParamEntry)> {
    let rows = printed.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let row = rows.into_iter().find(|row| row.first() == Some(&kind.name()))?;
    let [.., const_cpu, linear_cpu, const_memory, linear_memory] = row[..] else { return None };
    let entry = |constant: &str, linear: &str| {
        let (const_term, linear_term) = (constant.parse().ok()?, linear.parse().ok()?);
        Some(ContractCostParamEntry { ext: ExtensionPoint::V0, const_term, linear_term })
    };
    Some((entry(const_cpu, linear_cpu)?, entry(const_memory, linear_memory)?))
}

/// A meter without a limit, for work that is the ledger's own and no transaction's.
#[derive(Clone)]
pub struct Unmetered(Budget);

impl Unmetered {
    pub fn new() -> Result<Self, HostError> {
        let free = ContractCostParams::default;
        Budget::try_from_configs(u64::MAX, u64::MAX, free(), free()).map(Self)
    }
}

impl AsBudget for Unmetered {
    fn as_budget(&self) -> &Budget {
        &self.0
    }
}

impl ErrorHandler for Unmetered {
    fn map_err<T, E>(&self, result: Result<T, E>) -> Result<T, HostError>
    where
        Error: From<E>,
        E: std::fmt::Debug,
    {
        result.map_err(HostError::from)
    }

    fn error(&self, error: Error, _: &str, _: &[Val]) -> HostError {
        HostError::from(error)
    }
}

impl CompilationContext for Unmetered {}

#[cfg(test)]
mod tests {
    use super::*;

    /// Terms of a model are scaled by this.
    const SCALE: u64 = 128;

    /// Instructions that a fresh meter shows after one charge, over its limit or not.
    fn charged(kind: ContractCostType, input: u64) -> i64 {
        let budget = Budget::default();
        let has_input = budget.get_tracker(kind).unwrap().inputs.is_some();
        budget.charge(kind, has_input.then_some(input)).ok();
        budget.get_cpu_insns_consumed().unwrap().try_into().unwrap()
    }

    #[test]
    fn models_are_what_the_host_charges() {
        let (cpu, memory) = cost_models().unwrap();
        assert_eq!(cpu.0.len(), memory.0.len());
        for (kind, row) in ContractCostType::variants().into_iter().zip(cpu.0.iter()) {
            let base = charged(kind, 0);
            let has_input = Budget::default().get_tracker(kind).unwrap().inputs.is_some();
            let linear = if has_input { row.linear_term } else { 0 };
            assert_eq!((row.const_term, linear), (base, charged(kind, SCALE) - base), "{}", kind.name());
        }
    }

    /// Rows of the public network's settings (stellar-core `soroban-settings`).
    #[test]
    fn models_are_those_of_the_network() {
        let printed = format!("{:?}", Budget::default());
        let check = |kind: ContractCostType, cpu: (i64, i64)| {
            let row = cost_model(&printed, kind).unwrap().0;
            assert_eq!((row.const_term, row.linear_term), cpu, "{}", kind.name());
        };
        check(ContractCostType::WasmInsnExec, (4, 0));
        check(ContractCostType::MemAlloc, (434, 16));
        check(ContractCostType::ValDeser, (331, 4369));
        check(ContractCostType::ComputeSha256Hash, (3636, 7013));
        check(ContractCostType::VerifyEd25519Sig, (377_551, 4059));
    }
}
