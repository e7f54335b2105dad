//! The events of a life, one transaction each.

use crate::call::second_of;
use crate::deployment::{Deployment, Installing};
use crate::error::{ClearingError, Doing};
use crate::native::Native;
use crate::place::Place;
use crate::standing::{Posted, Standing, plan_of, posted};
use chain::value::Invocation;
use chain::{Costs, Key, Ledger, Receipt, Signing};
use waterfall::{Event, Plan};

/// What happens to a deal, natively known.
#[derive(Clone, Copy, Debug)]
pub struct Story<'a> {
    /// Name of the deal.
    pub name: &'a str,
    /// Code of its currency.
    pub currency: &'a str,
    /// What was signed.
    pub plan: &'a Plan,
    /// The identities of the machines that back it, each the hash of what names it.
    pub machines: &'a [[u8; 32]],
    /// The key from which those of all parties come; without it they come from the ledger's name.
    pub keys: Option<&'a Key>,
    /// Everything that happens, in order.
    pub events: &'a [Event<1>],
}

/// What a run has done.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cleared {
    /// Events that the ledger had seen before this run.
    pub before: u32,
    /// Events that it has seen now.
    pub events: u32,
    /// Head of the hash chain.
    pub hash: [u8; 32],
    /// The dearest payment date of this run.
    pub dearest: Costs,
}

/// Clears a life on the ledger in a place, which is begun if it is not there. `progress` hears how many events of how
/// many have been cleared, and says whether to go on.
///
/// # Errors
/// [`ClearingError`]; whatever had been cleared is durable, and the next run goes on from there.
pub fn clear(
    place: &Place,
    story: Story<'_>,
    progress: &mut dyn FnMut(usize, usize) -> bool,
) -> Result<Cleared, ClearingError> {
    let mut ledger = place.begin(story)?;
    let ledger = ledger.as_mut();
    let Story { plan, currency, machines, keys, .. } = story;
    let installing = Installing { plan, currency, machines, keys };
    let deployment = Deployment::complete(ledger, installing)?;
    if plan_of(ledger, &deployment.deal)? != story.plan.to_bytes() {
        return Err(ClearingError::OtherDeal);
    }
    let standing = Standing::read(ledger, &deployment.deal)?;
    let before = standing.events;
    let seen = usize::try_from(before).unwrap_or(usize::MAX);
    if seen > story.events.len() {
        return Err(ClearingError::Shorter { seen: before, events: story.events.len() });
    }
    match before {
        0 => deployment.prepare(ledger, installing)?,
        _ => deployment.settle(ledger, story.plan)?,
    }
    let mut cleared = Cleared { before, ..Cleared::default() };
    let mut native = Native::new(story.plan);
    for (number, event) in (1_u32..).zip(story.events) {
        native.step(number, event)?;
        if number == before && native.hash != standing.hash {
            return Err(ClearingError::OtherLife { seen: before });
        }
        if number <= before {
            continue;
        }
        if !progress(usize::try_from(number).unwrap_or(usize::MAX), story.events.len()) {
            break;
        }
        let receipt = clear_one(ledger, (&deployment, story.plan), event)?;
        compare(number, &receipt, &native)?;
        if matches!(event, Event::PayDate { number: 1.., .. })
            && receipt.costs.instructions > cleared.dearest.instructions
        {
            cleared.dearest = receipt.costs;
        }
    }
    let standing = Standing::read(ledger, &deployment.deal)?;
    Ok(Cleared { events: standing.events, hash: standing.hash, ..cleared })
}

/// One event: the ledger's clock first, then the call. At the closing everybody who has a part in it signs.
fn clear_one(
    ledger: &mut dyn Ledger,
    (deployment, plan): (&Deployment, &Plan),
    event: &Event<1>,
) -> Result<Receipt, ClearingError> {
    let doing = || format!("the event {event:?}");
    let now = ledger.head().doing(doing)?.time;
    if let Some(second) = second_of(event).filter(|second| *second > now) {
        ledger.close(second).doing(doing)?;
    }
    if matches!(event, Event::PayDate { number: 0, .. }) {
        let receipt = deployment.close(ledger, plan)?;
        deployment.settle(ledger, plan)?;
        return Ok(receipt);
    }
    let call = deployment.call(event).doing(doing)?;
    let others: Vec<&chain::Key> = call.others.iter().collect();
    let signing = Signing { source: &call.source, others: &others };
    let call = Invocation { contract: &deployment.deal, function: call.function, args: call.args };
    ledger.invoke(signing, call).doing(doing)
}

/// CH-1: what the contract posted is what the core posts.
fn compare(number: u32, receipt: &Receipt, native: &Native) -> Result<(), ClearingError> {
    let told = receipt.events.iter().find_map(|event| posted(event).map(|(_, posted)| posted));
    let Posted { number: counted, event: applied, postings } =
        told.ok_or(ClearingError::Different { event: number, what: "the number of events" })?;
    for (same, what) in [
        (counted == number, "the number of events"),
        (applied == native.event, "the event"),
        (postings == native.postings, "the postings"),
    ] {
        if !same {
            return Err(ClearingError::Different { event: number, what });
        }
    }
    Ok(())
}
