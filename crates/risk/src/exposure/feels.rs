//! Which factors each number of a projection feels.

use super::performance::Performed;
use super::pool::Part;
use super::rent::RENT;
use crate::error::RiskError;
use crate::scenario::Driver;
use assets::{Value, ValueBasis};
use life::Setup;

/// What a number feels.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Feels {
    /// It stays as it was projected.
    Nothing,
    /// It is multiplied by these.
    Factors(&'static [Driver]),
    /// This is added to it.
    Added(Driver),
    /// The rent of machines: contracts, market and lost hours.
    Rent,
    /// A number of a pool of loans: failures and early repayments so far.
    Pool(Part),
    /// What batteries deliver, or what they are paid for it.
    Performed(Performed),
    /// It says whether the operator has failed.
    Failure,
}

impl Feels {
    /// The drivers that it feels.
    pub(super) fn drivers(&self) -> Vec<Driver> {
        match self {
            Self::Nothing => Vec::new(),
            Self::Factors(drivers) => drivers.to_vec(),
            Self::Added(driver) => vec![*driver],
            Self::Rent => vec![
                Driver::Price,
                Driver::Contract,
                Driver::Utilisation,
                Driver::Uptime,
                Driver::Offtakers,
                Driver::Cash,
            ],
            Self::Pool(part) => part.drivers(),
            Self::Performed(performed) => performed.drivers().to_vec(),
            Self::Failure => vec![Driver::Cash],
        }
    }
}

/// What a name of one kind of collateral feels.
type Reads = fn(&str) -> Option<Feels>;

/// Returns what an observation of this name feels.
pub(super) fn of(setup: &Setup, name: &str) -> Result<Feels, RiskError> {
    let case = setup.collateral.case();
    if let Some(series) = case.index.get(name) {
        return indexed(setup, name, series);
    }
    if name == "operator_default" {
        return Ok(Feels::Failure);
    }
    if name == "collateral_value" && case.loans.is_some() {
        return Ok(Feels::Pool(Part::Value));
    }
    if name == "collateral_value"
        || case.gpu.iter().flat_map(|terms| &terms.eligible).any(|known| known.name == name)
    {
        return Ok(Feels::Factors(&[Driver::Resale]));
    }
    let kinds: [(bool, Reads); 5] = [
        (case.gpu.is_some(), gpu),
        (case.solar.is_some(), solar),
        (case.lease.is_some(), lease),
        (case.loans.is_some(), loans),
        (case.battery.is_some(), battery),
    ];
    let found = kinds.into_iter().find(|(is, _)| *is).and_then(|(_, feels)| feels(name));
    found.ok_or_else(|| RiskError::NotSupported {
        what: format!("it is not known how random futures move `{name}` of this collateral"),
        supported:
            "rent, uptime, units, cost_in_service, gpu_hours, ops_invoice, kwh and eligible of [gpu]; all of \
                    [solar], [lease], [loans] and [battery]"
                .to_owned(),
    })
}

fn gpu(name: &str) -> Option<Feels> {
    Some(match name {
        RENT => Feels::Rent,
        "uptime" => Feels::Factors(&[Driver::Uptime]),
        "units" | "cost_in_service" | "gpu_hours" => Feels::Nothing,
        "ops_invoice" => Feels::Factors(&[Driver::Opex, Driver::Costs]),
        "kwh" => Feels::Factors(&[Driver::Costs]),
        _ => return None,
    })
}

fn solar(name: &str) -> Option<Feels> {
    Some(match name {
        "contract_revenue" => {
            Feels::Factors(&[Driver::Utilisation, Driver::Uptime, Driver::Cash, Driver::Offtakers])
        }
        "merchant_revenue" => {
            Feels::Factors(&[Driver::Utilisation, Driver::Uptime, Driver::Cash, Driver::Power])
        }
        "kwh" => Feels::Factors(&[Driver::Utilisation, Driver::Uptime]),
        "kwh_expected" | "kw" => Feels::Nothing,
        "ops_invoice" => Feels::Factors(&[Driver::Opex, Driver::Costs]),
        _ => return None,
    })
}

fn lease(name: &str) -> Option<Feels> {
    Some(match name {
        "rent" => Feels::Factors(&[Driver::Utilisation, Driver::Offtakers, Driver::Cash]),
        "occupancy" => Feels::Factors(&[Driver::Utilisation, Driver::Offtakers]),
        "rent_contracted" | "rent_expected" => Feels::Factors(&[Driver::Utilisation, Driver::Offtakers]),
        "ops_invoice" => Feels::Factors(&[Driver::Opex, Driver::Costs]),
        _ => return None,
    })
}

fn loans(name: &str) -> Option<Feels> {
    let part = match name {
        "interest" => Part::Interest,
        "scheduled_principal" => Part::Scheduled,
        "prepayment" => Part::Prepayment,
        "recovery" => Part::Recovery,
        "balance" => Part::Balance,
        "default" => Part::Default,
        "loss" => Part::Loss,
        "delinquent" => Part::Delinquent,
        _ => return None,
    };
    Some(Feels::Pool(part))
}

fn battery(name: &str) -> Option<Feels> {
    Some(match name {
        "capacity_payment" => Feels::Performed(Performed::Capacity),
        "merchant_revenue" => Feels::Performed(Performed::Merchant),
        "performance" => Feels::Performed(Performed::Report),
        "availability" => Feels::Factors(&[Driver::Uptime]),
        "kw" => Feels::Nothing,
        "ops_invoice" => Feels::Factors(&[Driver::Opex, Driver::Costs]),
        _ => return None,
    })
}

/// A series that the deal observes as it is.
fn indexed(setup: &Setup, name: &str, series: &str) -> Result<Feels, RiskError> {
    let case = setup.collateral.case();
    let gpu = case.gpu.as_ref();
    let contract =
        gpu.and_then(|terms| terms.contract.as_ref()).and_then(|contract| contract.series.as_deref());
    let sold = case.liquidation.as_ref().and_then(|terms| match &terms.value {
        ValueBasis::Market(series) => Some(series.as_str()),
        _ => None,
    });
    let rate = setup.collateral.outputs().get(name).is_some_and(|(_, value)| matches!(value, Value::Rate(_)));
    Ok(match series {
        _ if rate => Feels::Added(Driver::Interest),
        _ if gpu.is_some_and(|terms| terms.market == series) => Feels::Factors(&[Driver::Price]),
        _ if contract == Some(series) => Feels::Factors(&[Driver::Contract]),
        _ if sold == Some(series) => Feels::Factors(&[Driver::Resale]),
        _ if name.contains("power") || series.contains("power") => Feels::Factors(&[Driver::Power]),
        _ => {
            return Err(RiskError::NotSupported {
                what: format!(
                    "it is not known how random futures move the series `{series}` behind `{name}`"
                ),
                supported:
                    "rates; the series of the market, of contracts and of the liquidation; names with `power`"
                        .to_owned(),
            });
        }
    })
}
