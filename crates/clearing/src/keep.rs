//! What a ledger needs between two events, and who holds the notes there.

use crate::clear::Story;
use crate::deployment::{Deployment, Installing};
use crate::error::{ClearingError, Doing};
use crate::place::Place;
use chain::value::amount_of;
use chain::xdr::{ContractEventBody, ContractId, ScAddress, ScVal};
use chain::{EventRow, Keeping, Ledger};
use std::collections::{BTreeMap, BTreeSet};

/// Ledgers in a day at five seconds each.
const DAY: u32 = 17_280;

/// Entries that live for less are extended, to a little less than a network allows: as the contracts do for themselves.
const KEEPING: Keeping = Keeping { within: 60 * DAY, extend_to: 170 * DAY };

/// What somebody holds of a note: the note, the holder's address, units.
pub type Holding = (String, String, i64);

/// Extends what would end soon and returns who holds the deal's notes. In a file that is everything; behind a server, which may
/// serve others, what is the deal's. The operator pays for it. A server that has forgotten how the deal began cannot say who
/// holds its notes.
///
/// # Errors
/// [`ClearingError::Chain`], or [`ClearingError::Forgotten`].
pub fn keep(place: &Place, story: Story<'_>) -> Result<Vec<Holding>, ClearingError> {
    let Story { plan, currency, machines, keys, .. } = story;
    let installing = Installing { plan, currency, machines, keys };
    if let Place::File(path) = place {
        let mut ledger = chain::Embedded::open(path).doing(|| format!("opening {}", path.display()))?;
        let deployment = Deployment::of(ledger.network(), installing)?;
        ledger.keep(&deployment.parties.operator, KEEPING).doing(|| "extending lives".to_owned())?;
        return holdings(&ledger, (&deployment, story));
    }
    let mut ledger = place.begin(story)?;
    let ledger = ledger.as_mut();
    let deployment = Deployment::of(ledger.network(), installing)?;
    let holdings = holdings(ledger, (&deployment, story))?;
    extend(ledger, (&deployment, installing), &holdings)?;
    Ok(holdings)
}

/// Extends those of a deal's entries that live and would end soon.
fn extend(
    ledger: &mut dyn Ledger,
    (deployment, installing): (&Deployment, Installing<'_>),
    holdings: &[Holding],
) -> Result<(), ClearingError> {
    let doing = || "extending lives".to_owned();
    let holders = holdings.iter().map(|(_, holder, _)| holder.parse());
    let holders: BTreeSet<ScAddress> =
        holders.collect::<Result<_, _>>().map_err(|_| ClearingError::Unreadable { what: "holders" })?;
    let entries = deployment.entries(installing, &holders).doing(doing)?;
    let now = ledger.head().doing(doing)?.sequence;
    let soon = now..=now.saturating_add(KEEPING.within);
    let lives = ledger.lives(&entries).doing(doing)?;
    let ending = lives.into_iter().filter(|(_, until)| soon.contains(until));
    let ending: Vec<_> = ending.map(|(key, _)| key).collect();
    ledger.extend_lives(&deployment.parties.operator, (&ending, KEEPING.extend_to)).doing(doing)
}

/// Who holds the notes.
pub fn holdings(
    ledger: &dyn Ledger,
    (deployment, story): (&Deployment, Story<'_>),
) -> Result<Vec<Holding>, ClearingError> {
    let doing = || "reading the notes' transfers".to_owned();
    let oldest = ledger.oldest().doing(doing)?;
    let rows = ledger.events(oldest..=u32::MAX).doing(doing)?;
    let mut held: BTreeMap<(usize, String), i128> = BTreeMap::new();
    for row in &rows {
        let of = row.event.contract_id.as_ref().and_then(|id| note_at(deployment, id));
        for (holder, units) in of.iter().flat_map(|_| moved(row)) {
            *held.entry((of.unwrap_or_default(), holder)).or_default() += units;
        }
    }
    if held.values().any(|units| *units < 0) {
        return Err(ClearingError::Forgotten { oldest });
    }
    let name = |at: usize| story.plan.notes.get(at).map_or("", |note| story.plan.name(note.id)).to_owned();
    let known = held.into_iter().filter(|(_, units)| *units > 0);
    let whole = known.map(|((at, holder), units)| {
        let units = i64::try_from(units).map_err(|_| ClearingError::Unreadable { what: "holdings" })?;
        Ok((name(at), holder, units))
    });
    whole.collect()
}

fn note_at(deployment: &Deployment, id: &ContractId) -> Option<usize> {
    deployment.notes.iter().position(|note| note == id)
}

/// What an event of a note's contract changed: each holder, and by how many units.
fn moved(row: &EventRow) -> Vec<(String, i128)> {
    let ContractEventBody::V0(body) = &row.event.body;
    let Ok(units) = amount_of(&body.data) else { return Vec::new() };
    let address = |value: &ScVal| match value {
        ScVal::Address(address) => Some(address.to_string()),
        _ => None,
    };
    let [ScVal::Symbol(name), rest @ ..] = body.topics.as_slice() else { return Vec::new() };
    let holders: Vec<String> = rest.iter().filter_map(address).collect();
    match (name.to_string().as_str(), holders.as_slice()) {
        ("mint", [to]) => vec![(to.clone(), units)],
        ("burn", [from]) => vec![(from.clone(), -units)],
        ("transfer", [from, to]) => vec![(from.clone(), -units), (to.clone(), units)],
        _ => Vec::new(),
    }
}
