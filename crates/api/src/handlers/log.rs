//! What happened: pages of the log, and a stream of it.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::PoisonError;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event as Sent, KeepAlive, Sse};
use client::{Audited, LogEvent};
use futures_util::Stream;
use futures_util::stream::unfold;
use node::hex;
use node::store::{Event, EventStore};
use prometheus_client::metrics::gauge::Gauge;
use tokio::sync::{OwnedSemaphorePermit, watch};

use crate::access::{self, Caller};
use crate::audit;
use crate::error::ApiError;
use crate::follow::News;
use crate::forms::{Paged, Window};
use crate::state::Api;

/// The audit log.
pub async fn audit(State(api): State<Api>, window: Window) -> Result<Paged<Audited>, ApiError> {
    let lines = api.inner.store.stream_after(audit::STREAM, window.after_number()?).await?;
    let lines = lines.iter().map(audit::read).collect::<Result<_, _>>()?;
    Ok(window.page(lines, |line: &Audited| line.sequence.to_string()))
}

/// The log, without the streams that have endpoints of their own.
pub async fn page(State(api): State<Api>, window: Window) -> Result<Paged<LogEvent>, ApiError> {
    let mut after = window.after_number()?;
    let mut found = Vec::new();
    let wanted = usize::try_from(window.look()).unwrap_or(usize::MAX);
    // Ends: each round goes on in the log, and the log is finite.
    while found.len() < wanted {
        let events = api.inner.store.after(after).await?;
        let Some(last) = events.last() else { break };
        after = last.sequence;
        found.extend(events.iter().filter(|event| is_shown(event)).map(shown));
    }
    Ok(window.page(found, |event| event.sequence.to_string()))
}

fn is_shown(event: &Event) -> bool {
    event.stream != access::STREAM && event.stream != audit::STREAM
}

fn shown(event: &Event) -> LogEvent {
    LogEvent {
        sequence: event.sequence,
        stream: event.stream.clone(),
        kind: event.kind.clone(),
        version: event.version,
        at: event.at,
        // A body is JSON; one that is not was written by a later version, and its hash still says what it is.
        body: event.json().unwrap_or_default(),
        hash: hex::encode(&event.hash),
    }
}

/// A place among the streams, counted while it is taken.
struct Place {
    open: Gauge,
    _place: OwnedSemaphorePermit,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.open.dec();
    }
}

/// Where a stream stands.
struct Following {
    store: EventStore,
    news: watch::Receiver<News>,
    api: std::sync::Weak<crate::state::Inner>,
    key: String,
    after: u64,
    waiting: VecDeque<LogEvent>,
    _place: Place,
}

/// What happens after an event, or from now on.
pub async fn stream(
    State(api): State<Api>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Sent, Infallible>>>, ApiError> {
    let inner = &api.inner;
    let place = inner.streams.clone().try_acquire_owned();
    let place = place.map_err(|_| ApiError::Busy("streams of events"))?;
    let open = inner.metrics.streams.clone();
    open.inc();
    let place = Place { open, _place: place };
    let after =
        match headers.get("last-event-id") {
            Some(last) => last.to_str().ok().and_then(number).ok_or_else(|| {
                ApiError::Address("`Last-Event-ID` is not the number of an event".to_owned())
            })?,
            None => inner.store.head().await?.0,
        };
    let following = Following {
        store: inner.store.clone(),
        news: inner.news.subscribe(),
        api: std::sync::Arc::downgrade(inner),
        key: caller.key,
        after,
        waiting: VecDeque::new(),
        _place: place,
    };
    let events = unfold(following, |mut following| async move {
        let event = following.next().await?;
        let id = event.sequence.to_string();
        let sent = Sent::default().id(id).event(event.kind.clone()).json_data(&event).ok()?;
        Some((Ok(sent), following))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::default()))
}

fn number(text: &str) -> Option<u64> {
    text.parse().ok().filter(|number| i64::try_from(*number).is_ok())
}

impl Following {
    /// The next event; nothing once the server ends, the key is revoked or the log cannot be read: the reader comes back
    /// and says where it stood.
    async fn next(&mut self) -> Option<LogEvent> {
        loop {
            if self.is_over() {
                return None;
            }
            if let Some(event) = self.waiting.pop_front() {
                return Some(event);
            }
            if self.news.borrow_and_update().last <= self.after {
                self.news.changed().await.ok()?;
                continue;
            }
            let events = self.store.after(self.after).await.ok()?;
            self.after = events.last().map_or(self.after, |last| last.sequence);
            self.waiting.extend(events.iter().filter(|event| is_shown(event)).map(shown));
        }
    }

    fn is_over(&self) -> bool {
        let Some(inner) = self.api.upgrade() else { return true };
        let good = inner.keys.read().unwrap_or_else(PoisonError::into_inner).is_good(&self.key);
        !good || self.news.borrow().stopping
    }
}
