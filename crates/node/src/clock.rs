use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use crate::NodeError;

/// Where the node reads the time.
pub trait Clock: Send + Sync {
    /// Seconds since 1970, as the machine has them; it may jump.
    fn wall(&self) -> u64;

    /// Time since some moment; it never jumps.
    fn steady(&self) -> Duration;

    /// Both, as of one moment: a clock that runs faster than the machine's moves on between two questions.
    fn look(&self) -> (u64, Duration) {
        (self.wall(), self.steady())
    }
}

/// The machine's own clock.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock {
    started: Instant,
}

impl Default for SystemClock {
    fn default() -> Self {
        Self { started: Instant::now() }
    }
}

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "the node is where time comes in")]
    fn wall(&self) -> u64 {
        SystemTime::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_secs())
    }

    fn steady(&self) -> Duration {
        self.started.elapsed()
    }
}

/// Seconds by which the wall clock may leave the steady one between two looks.
const TOLERANCE: i64 = 10;

/// How long the clock must run evenly after a jump before it is believed.
const SETTLE: Duration = Duration::from_secs(60);

/// Tells the time only while it can be believed.
///
/// A jump of the wall clock against the steady one refuses everything until the clock has run evenly for a minute. Time
/// that is earlier than what was stored refuses everything until it has passed it, also after a restart: what is
/// stored never goes back in time.
pub struct ClockGuard<C: Clock + ?Sized = dyn Clock> {
    state: Mutex<State>,
    clock: C,
}

/// The last look.
struct State {
    wall: i64,
    steady: Duration,
    jump: Option<(Duration, i64)>,
    floor: i64,
}

impl<C: Clock> ClockGuard<C> {
    /// Believes the clock as it is now, unless it is before `floor`, the latest time that was stored.
    pub fn new(clock: C, floor: u64) -> Self {
        let (wall, steady) = clock.look();
        let wall = signed(wall);
        Self { state: Mutex::new(State { wall, steady, jump: None, floor: signed(floor) }), clock }
    }
}

impl<C: Clock + ?Sized> ClockGuard<C> {
    /// Seconds since 1970.
    ///
    /// # Errors
    /// [`NodeError::Clock`] while the clock cannot be believed.
    pub fn now(&self) -> Result<u64, NodeError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (wall, steady) = self.clock.look();
        let wall = signed(wall);
        let passed = signed(steady.saturating_sub(state.steady).as_secs());
        let jump = wall - state.wall.saturating_add(passed);
        (state.wall, state.steady) = (wall, steady);
        if jump.abs() > TOLERANCE {
            state.jump = Some((steady, jump));
        }
        if let Some((since, seconds)) = state.jump {
            if steady.saturating_sub(since) < SETTLE {
                return Err(NodeError::Clock { seconds });
            }
            state.jump = None;
        }
        if wall.saturating_add(TOLERANCE) < state.floor {
            return Err(NodeError::Clock { seconds: wall - state.floor });
        }
        state.floor = state.floor.max(wall);
        Ok(u64::try_from(state.floor).unwrap_or_default())
    }
}

fn signed(seconds: u64) -> i64 {
    i64::try_from(seconds).unwrap_or(i64::MAX)
}
