//! The keeper's turn: everything that is due now, each once.
//!
//! A step is decided from the log alone and written under a key that no other step can have, for a deal of which nothing else
//! has happened since. So a turn that is cut off anywhere is simply taken again, and two keepers on one database write each
//! step once. The ledger follows the log: its contract counts the events that it has taken.

use crate::desk::{Desk, Due};
use crate::error::ServicerError;
use crate::happened::{
    CLEARED, Cleared, DONE, Done, FAILED, Failed, INSTALLED, Installed, POSITIONS, Positions, stream_of,
};
use crate::servicer::{Servicer, Told, blocking, day_of};
use node::NodeError;
use node::store::{Command, NewEvent};
use waterfall::WaterfallError;

/// Rounds of steps that one turn takes for a deal at most: a deal that was not served for long takes several turns.
pub const ROUNDS: usize = 50;

/// Seconds until the first attempt after a failure; doubled with each, up to the longest.
const PAUSE: u64 = 30;
const PAUSE_MAX: u64 = 3600;

/// What a turn did.
#[derive(Debug, Default)]
pub struct Turned {
    /// Events of engines that were decided.
    pub steps: usize,
    /// Payment dates that ledgers have taken, or events between them.
    pub cleared: u32,
    /// What could not be done, by deal; it is tried again.
    pub failures: Vec<(String, ServicerError)>,
}

impl Servicer {
    /// Does everything that is due now. Failures of one deal hold up no other.
    ///
    /// # Errors
    /// [`node::NodeError::Clock`] while the clock cannot be believed, [`node::NodeError::Database`]; then nothing of the turn is
    /// half done.
    pub async fn turn(&self) -> Told<Turned> {
        let now = self.now()?;
        let mut turned = Turned::default();
        let deals = self.list(
            "SELECT id FROM deals WHERE is_over = 0 OR cleared < events ORDER BY id",
            Vec::new(),
            |row| crate::queries::text(row, "id"),
        );
        for deal in deals.await? {
            if let Err(error) = self.serve(&deal, now, &mut turned).await {
                // What it has in memory may be half lived.
                self.clear_desk(&deal).await;
                turned.failures.push((deal, error));
            }
        }
        Ok(turned)
    }

    async fn serve(&self, deal: &str, now: u64, turned: &mut Turned) -> Told<()> {
        let desk = self.desk(deal).await?;
        let mut desk = desk.lock().await;
        let blocked = match self.take_over(&mut desk, (now, turned)).await? {
            true => self.go_on(&mut desk, (now, turned)).await?,
            false => None,
        };
        let (head, _) = self.store().head().await?;
        let events = self.attention(deal, (now, blocked)).await?;
        self.note(deal, (now, &format!("attention/{head}")), events).await
    }

    /// Measures, decides, clears; what a payment date waits for, if one does.
    async fn go_on(
        &self,
        desk: &mut Desk,
        (now, turned): (u64, &mut Turned),
    ) -> Told<Option<(u16, WaterfallError)>> {
        if self.measure(desk, now).await? {
            self.catch_up(desk).await?;
        }
        let blocked = self.decide_steps(desk, (now, turned)).await?;
        self.clear(desk, (now, turned)).await?;
        Ok(blocked)
    }

    /// Writes every step that is due; what a payment date waits for, if one does.
    async fn decide_steps(
        &self,
        desk: &mut Desk,
        (now, turned): (u64, &mut Turned),
    ) -> Told<Option<(u16, WaterfallError)>> {
        for _ in 0..ROUNDS {
            let Due { events, blocked } = desk.due(day_of(now))?;
            if events.is_empty() {
                let waits = desk.live.next_payment(desk.plan()).map_or(0, |(number, _)| number);
                return Ok(blocked.map(|error| (waits, error)));
            }
            let steps = events.len();
            let command = Command {
                key: format!("keeper/{}/{}", desk.id, desk.head),
                stream: stream_of(&desk.id),
                expected: Some(desk.head),
                at: now,
                events,
            };
            match self.append(&command).await {
                Ok(_) => turned.steps = turned.steps.saturating_add(steps),
                // Somebody told the deal something in between: decide anew.
                Err(ServicerError::Node(NodeError::Conflict { .. } | NodeError::KeyTaken(_))) => {}
                Err(error) => return Err(error),
            }
            self.catch_up(desk).await?;
        }
        Ok(None)
    }

    /// Lets the ledger take what the log has decided; before the closing, brings the deal to where it can close: a raise is
    /// opened before its deadline.
    async fn clear(&self, desk: &mut Desk, (now, turned): (u64, &mut Turned)) -> Told<()> {
        let Some(ledgers) = self.inner.options.ledgers.clone() else { return Ok(()) };
        let has_closed = desk.live.state.payment_number(desk.plan()).is_some();
        let is_behind = if has_closed { desk.cleared < desk.live.count } else { !desk.installed };
        let work = format!("clear {}", desk.id);
        let failed = self.attempt(&work).await?;
        if !is_behind || failed.is_some_and(|(_, next)| now < next) {
            return Ok(());
        }
        let job = ledgers.job(desk, has_closed);
        let mut events = match blocking(move || job.clear()).await? {
            Ok(taken) if has_closed => {
                turned.cleared = turned.cleared.saturating_add(taken.events.saturating_sub(desk.cleared));
                let told = Cleared { events: taken.events, hash: node::hex::encode(&taken.hash) };
                let positions = Positions { positions: taken.positions };
                vec![NewEvent::json(CLEARED, 1, &told)?, NewEvent::json(POSITIONS, 1, &positions)?]
            }
            Ok(_) => {
                let plan_hash = life::hash_of(desk.plan());
                vec![NewEvent::json(INSTALLED, 1, &Installed { plan_hash })?]
            }
            Err(error) => return self.fail(desk, (work, now), (failed, error.into(), turned)).await,
        };
        if failed.is_some() {
            events.push(NewEvent::json(DONE, 1, &Done { work })?);
        }
        self.note(&desk.id, (now, &format!("ledger/{}", desk.head)), events).await?;
        self.catch_up(desk).await
    }

    /// Writes down that work with the ledger failed and when it is tried again.
    pub(crate) async fn fail(
        &self,
        desk: &mut Desk,
        (work, now): (String, u64),
        (failed, error, turned): (Option<(u32, u64)>, ServicerError, &mut Turned),
    ) -> Told<()> {
        let event = failure((work, now), failed.map_or(0, |(tries, _)| tries), &error)?;
        turned.failures.push((desk.id.clone(), error));
        self.note(&desk.id, (now, &format!("ledger/{}", desk.head)), vec![event]).await?;
        self.catch_up(desk).await
    }

    /// Writes down what a turn found, if anything.
    async fn note(&self, deal: &str, (now, what): (u64, &str), events: Vec<NewEvent>) -> Told<()> {
        if events.is_empty() {
            return Ok(());
        }
        let key = format!("keeper/{deal}/{what}");
        self.append(&Command { key, stream: stream_of(deal), expected: None, at: now, events })
            .await
            .map(drop)
    }
}

/// Work that failed after so many tries, and when it is tried again.
fn failure((work, now): (String, u64), tries: u32, error: &ServicerError) -> Told<NewEvent> {
    let pause = PAUSE.checked_shl(tries.min(16)).unwrap_or(PAUSE_MAX).min(PAUSE_MAX);
    let (tries, next_at) = (tries.saturating_add(1), now.saturating_add(pause));
    let failed = Failed { work, tries, next_at, code: error.code(), message: error.to_string() };
    Ok(NewEvent::json(FAILED, 1, &failed)?)
}
