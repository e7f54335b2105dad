//! A clock that can stand still: time in a bankruptcy stay does not count.

use crate::{SettleError, Span, Time, require};

/// A clock. Time runs from `started`, less what was excluded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clock {
    /// When it began to run.
    pub started: Time,
    /// Since when it has stood still, if it does.
    pub frozen: Option<Time>,
    /// How long it has stood still before.
    pub excluded: Span,
}

impl Clock {
    /// Starts a clock.
    pub const fn start(started: Time) -> Self {
        Self { started, frozen: None, excluded: Span::ZERO }
    }

    /// Returns how long it has run.
    ///
    /// # Errors
    /// [`SettleError::ClockBackwards`] before its start, or before it was frozen.
    pub fn elapsed(&self, now: Time) -> Result<Span, SettleError> {
        let frozen = self.frozen.unwrap_or(now);
        require(now >= frozen, SettleError::ClockBackwards)?;
        frozen.since(self.started)?.since(self.excluded)
    }

    /// Stops it; one that stands still stays as it is.
    ///
    /// # Errors
    /// As [`Clock::elapsed`].
    pub fn freeze(&mut self, now: Time) -> Result<(), SettleError> {
        self.elapsed(now)?;
        self.frozen = self.frozen.or(Some(now));
        Ok(())
    }

    /// Lets it run on; one that runs stays as it is.
    ///
    /// # Errors
    /// As [`Clock::elapsed`].
    pub fn thaw(&mut self, now: Time) -> Result<(), SettleError> {
        self.elapsed(now)?;
        let stood = now.since(self.frozen.unwrap_or(now))?;
        *self = Self { frozen: None, excluded: self.excluded.plus(stood)?, ..*self };
        Ok(())
    }
}
