//! The core held against the reference, event by event and fact by fact.

use crate::case::{Case, Failure};
use crate::core::{Core, Moved, facts, movements};
use crate::script;
use reference::{Facts, Seen};
use serde_json::{Value, json};
use units::Scaled;

/// The first difference between the core and the reference; none if they agree to the unit.
///
/// # Errors
/// The reference finds the deal meaningless, or a formula cannot be inspected.
pub fn disagreement(case: &Case) -> Result<Option<String>, Failure> {
    let mut core = Core::new(&case.plan);
    let (mut difference, mut failure) = (None, None);
    let mut look = |seen: &Seen<'_>| {
        if difference.is_none() && failure.is_none() {
            match compare(case, &mut core, seen) {
                Ok(found) => difference = found,
                Err(problem) => failure = Some(problem),
            }
        }
    };
    let watched = reference::watch(&input(case), &mut look);
    match (failure, difference, watched) {
        (Some(problem), ..) => Err(problem),
        (None, Some(difference), _) => Ok(Some(difference)),
        (None, None, Err(error)) => Err(Failure(error.to_string())),
        (None, None, Ok(())) => Ok(None),
    }
}

/// Applies the event to the core too, and looks for a difference.
fn compare(case: &Case, core: &mut Core<'_, 1>, seen: &Seen<'_>) -> Result<Option<String>, Failure> {
    let Some(event) = case.events.get(seen.event) else { return Ok(None) };
    let place = format!("event {} {}", seen.event, script::event_json(case, event));
    let applied = core.apply(event);
    let moved = match (&applied, seen.refused) {
        (Ok(journal), None) => movements(&case.plan, journal),
        (Err(_), Some(_)) => Vec::new(),
        (Ok(_), Some(why)) => return Ok(Some(format!("{place}\nonly the reference refuses it: {why}"))),
        (Err(error), None) => return Ok(Some(format!("{place}\nonly the core refuses it: {error}"))),
    };
    let expected: Vec<Moved> = seen
        .postings
        .iter()
        .map(|posting| (posting.from.clone(), posting.to.clone(), posting.amount.clone()))
        .collect();
    if moved != expected {
        return Ok(Some(format!(
            "{place}\nthe core moves\n{}the reference\n{}",
            list(&moved),
            list(&expected)
        )));
    }
    let known = facts(case, &core.state)?;
    let differing = differing(&known, seen.facts);
    Ok((!differing.is_empty()).then(|| format!("{place}\n{}", differing.join("\n"))))
}

fn list(moved: &[Moved]) -> String {
    moved.iter().map(|(from, to, amount)| format!("  {from} > {to} {amount}\n")).collect()
}

fn differing(core: &Facts, reference: &Facts) -> Vec<String> {
    let nothing = "nothing".to_owned();
    let names = core.keys().chain(reference.keys().filter(|name| !core.contains_key(*name)));
    names
        .filter_map(|name| {
            let [ours, theirs] = [core, reference].map(|facts| facts.get(name).unwrap_or(&nothing));
            (ours != theirs).then(|| format!("  {name}: core {ours}, reference {theirs}"))
        })
        .collect()
}

/// What the reference runs.
fn input(case: &Case) -> Value {
    let deal: Value = serde_json::from_str(&deal::to_json(&case.document)).unwrap_or_default();
    let periods = (0..).zip(&case.plan.periods);
    let calendar: Vec<Value> = periods
        .map(|(number, period): (u32, _)| {
            json!({"number": number, "start": period.start.to_string(), "end": period.end.to_string(),
                   "determination": period.determination.to_string(), "payment": period.payment.to_string()})
        })
        .collect();
    let events: Vec<Value> = case.events.iter().map(|event| script::event_json(case, event)).collect();
    json!({"deal": deal, "pool": pool(case), "groups": case.tape.groups, "calendar": calendar,
           "events": events})
}

fn pool(case: &Case) -> Value {
    let decimals = case.plan.decimals;
    let aggregates = case.tape.aggregates.iter().map(|(name, aggregate)| {
        let (kind, value, places) = match *aggregate {
            deal::Aggregate::Amount(value) => ("amount", value, decimals),
            deal::Aggregate::Rate(value) => ("rate", value, units::RATE_DECIMALS),
            deal::Aggregate::Quantity(value) => ("quantity", value, units::QUANTITY_DECIMALS),
        };
        (name.clone(), json!({kind: Scaled::new(i128::from(value), places).to_string()}))
    });
    Value::Object(aggregates.collect())
}
