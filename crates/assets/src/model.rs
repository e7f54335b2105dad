//! The kinds of collateral behind one door.

use crate::battery::{self, BatteryModel};
use crate::case::Case;
use crate::error::AssetsError;
use crate::gpu::{self, GpuModel};
use crate::lease::{self, LeaseModel};
use crate::loans::{self, LoanModel, PoolMonth};
use crate::market::{Market, Window};
use crate::observation::{Ledger, ObservationKind, Period, Value};
use crate::scenario::Scenario;
use crate::solar::{self, SolarModel};
use crate::table::Column;
use crate::tape::Tape;
use units::Date;

/// A kind of collateral, by the table that declares it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Gpu,
    Loans,
    Lease,
    Solar,
    Battery,
}

impl Kind {
    /// Returns the one kind a case declares.
    pub(crate) fn of(case: &Case) -> Result<Self, AssetsError> {
        let declared = [
            (case.gpu.is_some(), Self::Gpu),
            (case.loans.is_some(), Self::Loans),
            (case.lease.is_some(), Self::Lease),
            (case.solar.is_some(), Self::Solar),
            (case.battery.is_some(), Self::Battery),
        ];
        let mut kinds = declared.into_iter().filter(|(is, _)| *is).map(|(_, kind)| kind);
        match (kinds.next(), kinds.next()) {
            (Some(kind), None) => Ok(kind),
            _ => Err(one_kind()),
        }
    }

    pub(crate) fn columns(self) -> Vec<Column> {
        match self {
            Self::Gpu => gpu::columns(),
            Self::Loans => loans::columns(),
            Self::Lease => lease::columns(),
            Self::Solar => solar::columns(),
            Self::Battery => battery::columns(),
        }
    }

    pub(crate) fn outputs(self) -> Vec<(&'static str, ObservationKind, Value)> {
        match self {
            Self::Gpu => gpu::outputs(),
            Self::Loans => loans::outputs(),
            Self::Lease => lease::outputs(),
            Self::Solar => solar::outputs(),
            Self::Battery => battery::outputs(),
        }
    }
}

impl Kind {
    /// Refuses a shock that this kind would not feel: a scenario that changes nothing misleads.
    pub(crate) fn require_felt(self, scenario: &Scenario) -> Result<(), AssetsError> {
        let felt: &[&str] = match self {
            Self::Loans => &["prepayment", "defaults"],
            Self::Lease => &["utilisation", "opex"],
            Self::Gpu | Self::Solar | Self::Battery => &["utilisation", "outage", "opex"],
        };
        let said = [
            ("utilisation", scenario.utilisation.is_empty()),
            ("outage", scenario.outage.is_empty()),
            ("opex", scenario.opex.is_empty()),
            ("prepayment", scenario.prepayment.is_empty()),
            ("defaults", scenario.defaults.is_empty()),
        ];
        match said.into_iter().find(|(shock, unsaid)| !unsaid && !felt.contains(shock)) {
            None => Ok(()),
            Some((shock, _)) => Err(AssetsError::setting(
                format!("scenario {}", scenario.name),
                format!(
                    "[[{shock}]] changes nothing here; this kind of collateral feels {}",
                    felt.join(", ")
                ),
            )),
        }
    }
}

fn one_kind() -> AssetsError {
    AssetsError::setting(
        "case",
        "declare exactly one kind of collateral: [gpu], [loans], [lease], [solar] or [battery]",
    )
}

/// A tape with the terms of its kind.
#[derive(Clone, Debug)]
pub(crate) enum Model {
    Gpu(GpuModel),
    Loans(LoanModel),
    Lease(LeaseModel),
    Solar(SolarModel),
    Battery(BatteryModel),
}

impl Model {
    pub(crate) fn new(case: &Case, tape: &Tape, market: &Market) -> Result<Self, AssetsError> {
        let decimals = market.decimals;
        match case {
            Case { gpu: Some(terms), .. } => GpuModel::new(terms, tape, decimals).map(Self::Gpu),
            Case { loans: Some(terms), .. } => LoanModel::new(terms, tape, &market.scenario).map(Self::Loans),
            Case { lease: Some(terms), .. } => LeaseModel::new(terms, tape, decimals).map(Self::Lease),
            Case { solar: Some(terms), .. } => SolarModel::new(terms, tape, decimals).map(Self::Solar),
            Case { battery: Some(terms), .. } => BatteryModel::new(terms, tape, decimals).map(Self::Battery),
            _ => Err(one_kind()),
        }
    }

    /// Says what happens in one period.
    pub(crate) fn period(
        &self,
        market: &Market,
        period: &Period,
        (window, ledger): (Window, &mut Ledger),
    ) -> Result<(), AssetsError> {
        match self {
            Self::Gpu(model) => model.period(market, period, (window, ledger)),
            Self::Loans(model) => model.period(&market.scenario, period, ledger),
            Self::Lease(model) => model.period(market, period, ledger),
            Self::Solar(model) => model.period(market, period, (window, ledger)),
            Self::Battery(model) => model.period(market, period, (window, ledger)),
        }
    }

    /// The months of a pool of loans; none where the collateral is things.
    pub(crate) fn pool_months(&self) -> &[PoolMonth] {
        match self {
            Self::Loans(model) => model.months(),
            _ => &[],
        }
    }

    /// What borrowers owe on a date; nothing where the collateral is things.
    pub(crate) fn owed(&self, date: Date) -> i64 {
        match self {
            Self::Loans(model) => model.owed(date),
            _ => 0,
        }
    }
}
