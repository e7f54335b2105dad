//! How many requests are taken: by key, and of those who show none by where they come from.

use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};

use crate::error::ApiError;

/// How many requests somebody may send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// Every second, in the long run.
    pub per_second: NonZeroU32,
    /// At once.
    pub burst: NonZeroU32,
}

impl Allowance {
    /// An allowance of this many a second and at once.
    pub const fn of(per_second: NonZeroU32, burst: NonZeroU32) -> Self {
        Self { per_second, burst }
    }
}

/// Most senders that are remembered; beyond, those that have been quiet are forgotten.
const REMEMBERED: usize = 100_000;

/// Counts requests (the generic cell rate algorithm).
pub struct Limits {
    keys: DefaultKeyedRateLimiter<String>,
    strangers: DefaultKeyedRateLimiter<IpAddr>,
    clock: DefaultClock,
}

impl Limits {
    /// Counts from now on.
    pub fn new(keys: Allowance, strangers: Allowance) -> Self {
        let quota = |allowed: Allowance| Quota::per_second(allowed.per_second).allow_burst(allowed.burst);
        Self {
            keys: DefaultKeyedRateLimiter::keyed(quota(keys)),
            strangers: DefaultKeyedRateLimiter::keyed(quota(strangers)),
            clock: DefaultClock::default(),
        }
    }

    /// Counts a request of a key.
    ///
    /// # Errors
    /// [`ApiError::Limited`].
    pub fn key(&self, id: &str) -> Result<(), ApiError> {
        self.count(&self.keys, &id.to_owned())
    }

    /// Counts a request without a key.
    ///
    /// # Errors
    /// [`ApiError::Limited`].
    pub fn stranger(&self, from: IpAddr) -> Result<(), ApiError> {
        self.count(&self.strangers, &from)
    }

    fn count<K: Hash + Eq + Clone>(
        &self,
        limiter: &DefaultKeyedRateLimiter<K>,
        sender: &K,
    ) -> Result<(), ApiError> {
        if limiter.len() > REMEMBERED {
            limiter.retain_recent();
        }
        limiter.check_key(sender).map_err(|until| {
            let wait = until.wait_time_from(self.clock.now());
            ApiError::Limited { seconds: wait.as_secs() + 1 }
        })
    }
}
