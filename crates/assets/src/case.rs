//! The case file: one deal's collateral, its history and its scenario.

use crate::battery::BatteryTerms;
use crate::error::AssetsError;
use crate::gpu::GpuTerms;
use crate::history::SeriesSpec;
use crate::lease::LeaseTerms;
use crate::liquidation::LiquidationTerms;
use crate::loans::LoanTerms;
use crate::number::{Day, Money};
use crate::solar::SolarTerms;
use crate::table::ColumnKind;
use serde::Deserialize;
use std::collections::BTreeMap;

/// A case as it is written.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// The deal file, relative to the case.
    pub deal: String,
    /// What the case assumes, in words, for the page.
    #[serde(default)]
    pub note: String,
    /// The tape.
    pub tape: TapeSpec,
    /// Series of published points, by name.
    #[serde(default)]
    pub history: BTreeMap<String, SeriesSpec>,
    /// Series that the deal observes as they are: name of the observation → name of the series.
    #[serde(default)]
    pub index: BTreeMap<String, String>,
    /// A scenario file, relative to the case.
    pub scenario: Option<String>,
    /// A CSV of what was really observed, relative to the case.
    pub collections: Option<String>,
    /// Collateral: GPU servers.
    pub gpu: Option<GpuTerms>,
    /// Collateral: amortising loans.
    pub loans: Option<LoanTerms>,
    /// Collateral: a rent roll.
    pub lease: Option<LeaseTerms>,
    /// Collateral: solar systems.
    pub solar: Option<SolarTerms>,
    /// Collateral: batteries.
    pub battery: Option<BatteryTerms>,
    /// What the collateral is worth when sold.
    pub liquidation: Option<LiquidationTerms>,
    /// Draws that the operator asks for; the deal decides whether they are permitted.
    #[serde(default)]
    pub draws: Vec<DrawTerms>,
    /// Two settings of this file that the report varies.
    pub grid: Option<GridTerms>,
}

/// Two settings that are varied together, to show how the outcome turns on them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GridTerms {
    /// What is asked.
    pub title: String,
    /// Down the page.
    pub row: GridAxis,
    /// Across the page.
    pub column: GridAxis,
}

/// One setting and its values.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GridAxis {
    /// What it is, in words.
    pub label: String,
    /// Dotted key of the setting in this file.
    pub key: String,
    /// Values, written as in this file.
    pub values: Vec<String>,
}

/// A draw that the operator asks for.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DrawTerms {
    /// The note.
    pub note: String,
    /// When.
    pub date: Day,
    /// How much.
    pub amount: Money,
}

/// Where the tape is and what is on it beside the columns of its kind.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TapeSpec {
    /// The file, relative to the case.
    pub file: String,
    /// More columns: name → kind. Amounts and quantities among them are summed.
    #[serde(default)]
    pub columns: BTreeMap<String, ColumnKind>,
    /// Concentration groups: text column → summed column, or `rows`.
    #[serde(default)]
    pub groups: BTreeMap<String, String>,
}

impl Case {
    /// Reads a case. Each override is `key=value` with a dotted key, such as `gpu.contract.share=40 %`; it replaces
    /// what the file says before anything is checked.
    ///
    /// # Errors
    /// [`AssetsError::File`] with the line of what cannot be read.
    pub fn parse(file: &str, text: &str, overrides: &[&str]) -> Result<Self, AssetsError> {
        let refuse = |problem: String| AssetsError::File { file: file.to_owned(), problem };
        if overrides.is_empty() {
            return toml::from_str(text).map_err(|error| refuse(error.to_string()));
        }
        let mut table: toml::Table =
            text.parse().map_err(|error: toml::de::Error| refuse(error.to_string()))?;
        for line in overrides {
            replace(&mut table, line).map_err(refuse)?;
        }
        table.try_into().map_err(|error: toml::de::Error| refuse(error.to_string()))
    }

    /// Returns the files the case names, as it names them, without the deal.
    pub fn files(&self) -> Vec<&str> {
        let factors = self.liquidation.iter().filter_map(|terms| terms.factors.as_deref());
        let histories = self.history.values().filter_map(|spec| spec.file.as_deref());
        let single = [self.scenario.as_deref(), self.collections.as_deref()];
        let first = std::iter::once(self.tape.file.as_str());
        first.chain(histories).chain(factors).chain(single.into_iter().flatten()).collect()
    }
}

/// Sets a dotted key. A whole number or a flag stays one, so that an override reads like the file.
fn replace(table: &mut toml::Table, line: &str) -> Result<(), String> {
    let Some((key, value)) = line.split_once('=') else {
        return Err(format!("override `{line}`: write key=value"));
    };
    let mut parts: Vec<&str> = key.trim().split('.').collect();
    let last = parts.pop().unwrap_or_default();
    let mut here = table;
    for part in parts {
        let inner = here.entry(part).or_insert_with(|| toml::Value::Table(toml::Table::new()));
        here = inner.as_table_mut().ok_or_else(|| format!("override `{line}`: `{part}` is not a table"))?;
    }
    let value = value.trim();
    let typed = match here.get(last) {
        Some(toml::Value::Integer(_)) => value.parse().map(toml::Value::Integer).ok(),
        Some(toml::Value::Boolean(_)) => value.parse().map(toml::Value::Boolean).ok(),
        _ => None,
    };
    here.insert(last.to_owned(), typed.unwrap_or_else(|| toml::Value::String(value.to_owned())));
    Ok(())
}
