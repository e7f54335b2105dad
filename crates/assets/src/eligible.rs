//! What each customer's machines count for in a borrowing base.

use crate::error::{AssetsError, While};
use crate::market::Market;
use crate::observation::{Ledger, ObservationKind, Period, Value};
use crate::tape::Tape;
use serde::Deserialize;
use std::collections::BTreeMap;
use units::{Amount, Date, QUANTITY_ONE, Rounding, checked_add, mul_div};

/// A report for each member of a group: its machines in service × the value of one.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EligibleTerms {
    /// The name by which a deal observes it.
    #[serde(default = "eligible")]
    pub name: String,
    /// The tape's column that tells the members apart.
    #[serde(default = "customer")]
    pub by: String,
    /// The series of the value of one machine.
    pub value: String,
}

fn eligible() -> String {
    "eligible".to_owned()
}

fn customer() -> String {
    "customer".to_owned()
}

impl EligibleTerms {
    /// The report's name with its kind and unit.
    pub(crate) fn output(&self) -> (String, (ObservationKind, Value)) {
        (self.name.clone(), (ObservationKind::Report, Value::Amount(Amount::ZERO)))
    }
}

/// Machines of each member by the day they go into service.
#[derive(Clone, Debug)]
pub(crate) struct EligiblePool {
    terms: EligibleTerms,
    members: BTreeMap<String, BTreeMap<Date, i64>>,
}

impl EligiblePool {
    pub(crate) fn new(terms: &EligibleTerms, tape: &Tape) -> Result<Self, AssetsError> {
        let known = tape.groups(&terms.by, "units")?;
        let mut members: BTreeMap<String, BTreeMap<Date, i64>> =
            known.into_keys().map(|member| (member, BTreeMap::new())).collect();
        for row in 0..tape.rows() {
            let member = members.get_mut(tape.word(&terms.by, row));
            let (Some(member), Some(date)) = (member, tape.date("in_service", row)) else { continue };
            let units = member.entry(date).or_insert(0);
            *units = checked_add(*units, tape.number("units", row).unwrap_or(0)).during("tape")?;
        }
        Ok(Self { terms: terms.clone(), members })
    }

    /// Reports every member, also one whose machines are not there yet: its value is zero, not unknown.
    pub(crate) fn period(
        &self,
        market: &Market,
        period: &Period,
        ledger: &mut Ledger,
    ) -> Result<(), AssetsError> {
        let price = market.at(&self.terms.value, period.determination)?;
        for (member, cohorts) in &self.members {
            let mut running = cohorts.range(..=period.determination).map(|(_, units)| *units);
            let value = running
                .try_fold(0, checked_add)
                .and_then(|units| mul_div(units, price.value, QUANTITY_ONE, Rounding::Down))
                .during("gpu.eligible")?;
            let amount = Value::Amount(Amount::new(value));
            ledger.report_member((&self.terms.name, member), amount, (price.provenance, &price.source));
        }
        Ok(())
    }
}
