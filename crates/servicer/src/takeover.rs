//! A deal in mid-life: its ledger proves what has happened, the log takes it in as if this node had lived it, and the keeper goes
//! on with the next event. The ledger has those events already, so none of them is paid again.

use crate::desk::Desk;
use crate::error::ServicerError;
use crate::happened::{CLEARED, Cleared, DONE, Done, POSITIONS, Positions, TAKEN_OVER, TakenOver, stream_of};
use crate::ledgers::Ledgers;
use crate::servicer::{Servicer, Told, blocking, day_of};
use crate::turn::{ROUNDS, Turned};
use clearing::Proven;
use node::store::{Command, NewEvent};
use node::{NodeError, hex};
use units::Date;
use waterfall::Event;

/// How many events a deal has on its ledger, which is asked once the day of the closing has come. Nothing is proved by it.
///
/// # Errors
/// [`ServicerError::TooLate`] if the closing has passed and there are none.
pub fn look(desk: &Desk, ledgers: Option<&Ledgers>, today: Date) -> Result<u32, ServicerError> {
    let closing = desk.closing();
    if desk.is_rehearsal() || today < closing {
        return Ok(0);
    }
    let job = ledgers.map(|ledgers| ledgers.job(desk, false));
    let ledger = match job {
        None => "this node has no ledger".to_owned(),
        Some(job) => match job.seen()? {
            0 => format!("the ledger {} has no event of it", job.place()),
            events => return Ok(events),
        },
    };
    if today > closing { Err(ServicerError::TooLate { closing, today, ledger }) } else { Ok(0) }
}

/// The day of each event: its own, or of what came before it where it says none. The engine's order is the ledger's.
pub fn days(events: &[Event<1>], closing: Date) -> impl Iterator<Item = Date> {
    let first = events.iter().find_map(day).unwrap_or(closing);
    events.iter().scan(first, |last, event| {
        *last = day(event).map_or(*last, |day| day.max(*last));
        Some(*last)
    })
}

const fn day(event: &Event<1>) -> Option<Date> {
    match event {
        Event::PayDate { today: day, .. }
        | Event::Report { as_of: day, .. }
        | Event::Draw { on: day, .. }
        | Event::Proceeds { on: day, .. }
        | Event::Transition { on: day, .. }
        | Event::Surrender { on: day, .. } => Some(*day),
        Event::Receive { .. } | Event::Restate { .. } | Event::Waive { .. } => None,
    }
}

impl Servicer {
    /// Takes over a deal that was found on its ledger; whether this node serves it now. Until then nothing is decided.
    pub(crate) async fn take_over(&self, desk: &mut Desk, (now, turned): (u64, &mut Turned)) -> Told<bool> {
        let ledgers = match &self.inner.options.ledgers {
            Some(ledgers) if desk.is_found => ledgers.clone(),
            _ => return Ok(!desk.is_found),
        };
        let work = format!("take over {}", desk.id);
        let failed = self.attempt(&work).await?;
        if failed.is_some_and(|(_, next)| now < next) {
            return Ok(false);
        }
        let job = ledgers.job(desk, false);
        let proven = blocking(move || job.take_over()).await?.map_err(ServicerError::from);
        let proven = proven.and_then(|proven| require_past(proven, (desk.closing(), day_of(now))));
        let proven = match proven {
            Ok(proven) => proven,
            Err(error) => {
                self.fail(desk, (work, now), (failed, error, turned)).await?;
                return Ok(false);
            }
        };
        for _ in 0..ROUNDS {
            if !desk.is_found {
                break;
            }
            let key = format!("keeper/{}/taken over/{}", desk.id, desk.live.count);
            let mut events = desk.adopt(&proven.events)?;
            if events.is_empty() {
                events = taken_over(&proven)?;
                let done = failed.map(|_| NewEvent::json(DONE, 1, &Done { work: work.clone() }));
                events.extend(done.transpose()?);
            }
            let command = Command { key, stream: stream_of(&desk.id), expected: None, at: now, events };
            match self.append(&command).await {
                // Another keeper on this database was first.
                Ok(_) | Err(ServicerError::Node(NodeError::KeyTaken(_))) => self.catch_up(desk).await?,
                Err(error) => return Err(error),
            }
        }
        Ok(!desk.is_found)
    }
}

/// The last events of a takeover.
fn taken_over(proven: &Proven) -> Result<Vec<NewEvent>, ServicerError> {
    let (events, hash) = (u32::try_from(proven.events.len()).unwrap_or(u32::MAX), hex::encode(&proven.hash));
    let positions = Positions { positions: proven.holdings.clone() };
    Ok(vec![
        NewEvent::json(TAKEN_OVER, 1, &TakenOver { events, hash: hash.clone() })?,
        NewEvent::json(CLEARED, 1, &Cleared { events, hash })?,
        NewEvent::json(POSITIONS, 1, &positions)?,
    ])
}

/// A simulated ledger may have lived on: what is to come is not taken over.
fn require_past(proven: Proven, (closing, today): (Date, Date)) -> Result<Proven, ServicerError> {
    match days(&proven.events, closing).last() {
        Some(last) if last > today => Err(ServicerError::Ahead { last, today }),
        _ => Ok(proven),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use units::Id;

    #[test]
    fn an_event_without_a_day_has_that_of_the_one_before() {
        let on = |day: i32| Date::from_days(day);
        let report = |day| Event::Report { input: Id(1), reporter: 0, value: [0], as_of: on(day) };
        let rent = || Event::Receive { account: Id(1), source: None, amount: [1], next_period: false };
        let pay = |day| Event::PayDate { number: 0, today: on(day) };
        let check = |events: &[Event<1>], expected: &[i32]| {
            let found: Vec<i32> = days(events, on(15)).map(Date::days).collect();
            assert_eq!(found, expected, "{events:?}");
        };
        check(&[], &[]);
        check(&[rent()], &[15]);
        check(&[report(12), pay(15), rent(), report(11), pay(46)], &[12, 15, 15, 15, 46]);
    }
}
