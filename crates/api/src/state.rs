//! What every request has at hand.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use node::NodeError;
use node::store::EventStore;
use node::telemetry::Intake;
use servicer::Servicer;
use tokio::sync::{Semaphore, watch};

use crate::access::{Caller, Keys};
use crate::error::ApiError;
use crate::follow::{self, News};
use crate::limits::{Allowance, Limits};
use crate::metrics::Metrics;

/// What the API stands on.
pub struct Parts {
    /// The deals.
    pub servicer: Servicer,
    /// The way in of readings.
    pub intake: Intake,
    /// Files of parameters for random futures, by the names that [`risk::parameters_for`] gives.
    pub parameters: BTreeMap<String, String>,
    /// How it serves.
    pub settings: Settings,
}

/// How requests are served. The defaults suit one node with a few dozen users.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Pages of these origins, such as `https://desk.example`, may call; none may by default.
    pub origins: Vec<String>,
    /// Requests of one key.
    pub keys: Allowance,
    /// Requests without a key, by address.
    pub strangers: Allowance,
    /// How long a request may take.
    pub patience: Duration,
    /// Streams of events at once.
    pub streams: usize,
    /// Runs of random futures at once.
    pub futures: usize,
}

impl Settings {
    /// What a node's file of settings says of it.
    pub fn of(node: &servicer::Settings) -> Self {
        let limits = &node.limits;
        Self {
            origins: node.http.origins.clone(),
            keys: Allowance::of(limits.key_per_second, limits.key_burst),
            strangers: Allowance::of(limits.stranger_per_second, limits.stranger_burst),
            patience: Duration::from_secs(limits.request_seconds.get().into()),
            streams: places(limits.streams),
            futures: places(limits.futures),
        }
    }
}

/// A semaphore has a largest number of places.
fn places(number: u32) -> usize {
    usize::try_from(number).map_or(Semaphore::MAX_PERMITS, |number| number.min(Semaphore::MAX_PERMITS))
}

impl Default for Settings {
    fn default() -> Self {
        Self::of(&servicer::Settings::default())
    }
}

/// The node over HTTP. Copies are the same.
#[derive(Clone)]
pub struct Api {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub store: EventStore,
    pub servicer: Servicer,
    pub intake: Intake,
    pub parameters: BTreeMap<String, String>,
    pub settings: Settings,
    pub keys: RwLock<Keys>,
    pub limits: Limits,
    pub metrics: Metrics,
    pub news: watch::Sender<News>,
    pub streams: Arc<Semaphore>,
    pub futures: Arc<Semaphore>,
}

impl Api {
    /// Follows the log from now on, until the last copy of this is dropped. Keys are read with the first request, so that a
    /// node starts while its database is away. Call it where tasks can be spawned.
    pub fn new(parts: Parts) -> Self {
        let Parts { servicer, intake, parameters, settings } = parts;
        let store = servicer.store().clone();
        let news = watch::Sender::new(News::default());
        let inner = Inner {
            limits: Limits::new(settings.keys, settings.strangers),
            streams: Arc::new(Semaphore::new(settings.streams)),
            futures: Arc::new(Semaphore::new(settings.futures)),
            metrics: Metrics::new(),
            keys: RwLock::default(),
            store,
            servicer,
            parameters,
            intake,
            settings,
            news,
        };
        let inner = Arc::new(inner);
        tokio::spawn(follow::follow(Arc::downgrade(&inner)));
        Self { inner }
    }

    /// Ends the streams of events, which would otherwise keep a server from stopping.
    pub fn stop(&self) {
        self.inner.news.send_modify(|news| news.stopping = true);
    }

    pub(crate) async fn caller(&self, presented: &str) -> Result<Option<Caller>, NodeError> {
        if !self.inner.news.borrow().read {
            self.look().await?;
        }
        Ok(self.inner.keys.read().unwrap_or_else(PoisonError::into_inner).caller(presented))
    }

    pub(crate) fn now(&self) -> Result<u64, ApiError> {
        Ok(self.inner.servicer.now()?)
    }

    /// Looks at the log now, rather than when it is looked at next.
    pub(crate) async fn look(&self) -> Result<(), NodeError> {
        follow::look(&self.inner).await
    }
}
