//! A deal that lives on a ledger already, for a servicer that takes it over.

use crate::clear::Story;
use crate::deployment::{Deployment, Installing, instance_of, is_there};
use crate::error::ClearingError;
use crate::keep::{Holding, holdings};
use crate::place::Place;
use crate::standing::{Posted, Standing, plan_of};
use crate::verify::{prove, told};
use chain::Ledger;
use waterfall::Event;

/// A life as its ledger proves it.
#[derive(Clone, Debug)]
pub struct Proven {
    /// Everything that happened, in order.
    pub events: Vec<Event<1>>,
    /// Head of the hash chain over it.
    pub hash: [u8; 32],
    /// Who holds the notes.
    pub holdings: Vec<Holding>,
}

/// How many events of a deal the ledger in a place has: none where there is no ledger, or not this deal. Nothing is proved by it.
///
/// # Errors
/// [`ClearingError::OtherDeal`] for another plan, [`ClearingError::Chain`].
pub fn seen(place: &Place, story: Story<'_>) -> Result<u32, ClearingError> {
    let Some(ledger) = place.find()? else { return Ok(0) };
    let ledger = ledger.as_ref();
    let deal = of(ledger, story)?.deal;
    if !is_there(ledger, &instance_of(&deal))? {
        return Ok(0);
    }
    if plan_of(ledger, &deal)? != story.plan.to_bytes() {
        return Err(ClearingError::OtherDeal);
    }
    Ok(Standing::read(ledger, &deal)?.events)
}

/// What has happened to a deal on the ledger in a place, proved as [`crate::verify()`] proves it. Of the story only what was
/// agreed is asked, not what happened.
///
/// # Errors
/// As [`crate::verify()`]; [`ClearingError::OtherDeal`] or [`ClearingError::Amended`] for a deal that does not live under
/// this plan alone.
pub fn take_over(place: &Place, story: Story<'_>) -> Result<Proven, ClearingError> {
    let (ledger, _) = place.proved()?;
    let ledger = ledger.as_ref();
    let deployment = of(ledger, story)?;
    let deal = &deployment.deal;
    let told = told(ledger, Some(deal))?.remove(deal).ok_or(ClearingError::NoDeal)?;
    if !told.ended.is_empty() {
        return Err(ClearingError::Amended);
    }
    if plan_of(ledger, deal)? != story.plan.to_bytes() {
        return Err(ClearingError::OtherDeal);
    }
    let hash = prove(ledger, (deal, &told))?.hash;
    let events = told.posted.iter().map(Posted::event).collect::<Result<_, _>>()?;
    Ok(Proven { events, hash, holdings: holdings(ledger, (&deployment, story))? })
}

fn of(ledger: &dyn Ledger, story: Story<'_>) -> Result<Deployment, ClearingError> {
    let Story { plan, currency, machines, keys, .. } = story;
    Deployment::of(ledger.network(), Installing { plan, currency, machines, keys })
}
