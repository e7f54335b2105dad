//! How a value came to be known.

use crate::setup::Setup;
use assets::Projection;
use report::{Observation, Period, Provenance, Splice};
use units::Scaled;

pub(super) fn full_name(observation: &assets::Observation) -> String {
    match &observation.member {
        Some(member) => format!("{}[{member}]", observation.name),
        None => observation.name.clone(),
    }
}

pub(super) fn split_member(name: &str) -> (String, Option<String>) {
    match name.split_once('[') {
        Some((name, member)) => (name.to_owned(), Some(member.trim_end_matches(']').to_owned())),
        None => (name.to_owned(), None),
    }
}

pub(super) fn in_unit(like: assets::Value, used: i64, (currency, decimals): (&str, u8)) -> (String, String) {
    match like {
        assets::Value::Amount(_) => (Scaled::new(used, decimals).to_string(), currency.to_owned()),
        assets::Value::Rate(_) => (Scaled::new(used, 7).to_string(), "%".to_owned()),
        assets::Value::Quantity(_) => {
            (Scaled::new(used, units::QUANTITY_DECIMALS).to_string(), String::new())
        }
        assets::Value::Flag(_) => (if used == 0 { "no" } else { "yes" }.to_owned(), String::new()),
    }
}

pub(super) fn provenance(provenance: assets::Provenance) -> Provenance {
    match provenance {
        assets::Provenance::Observed => Provenance::Observed,
        assets::Provenance::Interpolated => Provenance::Interpolated,
        assets::Provenance::Carried => Provenance::Carried,
        assets::Provenance::Shocked => Provenance::Scenario,
        assets::Provenance::Contracted => Provenance::Contracted,
        assets::Provenance::Derived => Provenance::Derived,
        assets::Provenance::Assumed => Provenance::Assumed,
    }
}

/// The months of every series up to the last period that was played.
pub(super) fn observations(
    setup: &Setup,
    projection: &Projection,
    last: Option<&Period>,
) -> Vec<Observation> {
    let until = last.map_or(0, |period| period.number);
    let decimals = setup.compiled.plan.decimals;
    let readings = projection.readings.iter().filter(|reading| reading.period <= until);
    let observation = |reading: &assets::PeriodReading| {
        let (value, unit) =
            in_unit(reading.value, reading.value.units(), (&setup.compiled.currency, decimals));
        Observation {
            input: reading.series.clone(),
            date: reading.date,
            value,
            unit,
            provenance: provenance(reading.provenance),
            source: reading.source.clone(),
            stale: false,
        }
    };
    readings.map(observation).collect()
}

pub(super) fn splice(splice: &assets::Splice) -> Splice {
    Splice {
        input: splice.series.clone(),
        date: splice.first,
        before: splice.from.clone(),
        after: splice.to.clone(),
        method: if splice.bridged {
            format!("a straight line from {} joins the two", splice.last)
        } else {
            format!("the last value of {} is carried up to here", splice.last)
        },
    }
}
