//! Follows the log, whoever writes it: a key that another process revoked ends here too, and streams of events hear what
//! happened.

use std::sync::{PoisonError, Weak};
use std::time::Duration;

use node::NodeError;
use tokio::time::{MissedTickBehavior, interval};

use crate::access::Keys;
use crate::state::Inner;

/// How often the log is looked at.
const EVERY: Duration = Duration::from_millis(200);

/// How far the log reaches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct News {
    /// Whether the log was read at all.
    pub read: bool,
    /// The last event.
    pub last: u64,
    /// Whether the server ends.
    pub stopping: bool,
}

/// Looks at the log again and again, until nobody needs it.
pub async fn follow(inner: Weak<Inner>) {
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let Some(inner) = inner.upgrade() else { return };
        if let Err(error) = look(&inner).await {
            tracing::warn!(code = error.code(), %error, "the log cannot be followed; it will be tried again");
        }
    }
}

/// Looks at the log once.
pub async fn look(inner: &Inner) -> Result<(), NodeError> {
    let (last, _) = inner.store.head().await?;
    let heard = *inner.news.borrow();
    if heard.read && last == heard.last {
        return Ok(());
    }
    let known = inner.keys.read().unwrap_or_else(PoisonError::into_inner).sequence();
    let news = Keys::news(&inner.store, known).await?;
    inner.keys.write().unwrap_or_else(PoisonError::into_inner).fold(&news)?;
    inner.news.send_if_modified(|news| {
        let further = last > news.last || !news.read;
        (news.read, news.last) = (true, news.last.max(last));
        further
    });
    Ok(())
}
