//! Many lives on all cores. A chunk of paths is the same whoever lives it, and chunks are put together in their order: so
//! the result does not depend on the number of threads.

use crate::columns::Columns;
use crate::error::RiskError;
use crate::lives::{Batch, Deal};
use crate::scenario::World;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Lives side by side in one batch.
pub const LANES: usize = 32;
/// Paths that a thread takes at once.
const CHUNK: u64 = 1_024;

/// What fills worlds with futures: from random numbers, or from shocks.
pub trait Futures: Sync {
    /// Fills the world with the futures from `first` on, one in each lane.
    fn draw<const L: usize>(&self, first: u64, world: &mut World<L>);
}

impl Futures for crate::scenario::Drawing {
    fn draw<const L: usize>(&self, first: u64, world: &mut World<L>) {
        Self::draw(self, first, world);
    }
}

/// Who watches a run.
#[derive(Clone, Copy)]
pub struct Control<'a> {
    /// Hears how many paths are done, and how many there are.
    pub progress: &'a (dyn Fn(u64, u64) + Sync),
    /// Asked now and then: true ends the run with [`RiskError::Stopped`].
    pub stopped: &'a (dyn Fn() -> bool + Sync),
    /// How many threads; as many as there are cores if not given.
    pub threads: Option<NonZeroUsize>,
}

impl Default for Control<'_> {
    fn default() -> Self {
        Self { progress: &|_, _| {}, stopped: &|| false, threads: None }
    }
}

impl std::fmt::Debug for Control<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Control").field("threads", &self.threads).finish_non_exhaustive()
    }
}

/// What the threads of a run share.
struct Shared {
    next: AtomicU64,
    done: AtomicU64,
    over: AtomicBool,
    chunks: Mutex<Vec<(u64, Result<Columns, RiskError>)>>,
}

/// Lives `paths` futures.
///
/// # Errors
/// [`RiskError::Stopped`], or the first event that the engine refuses.
pub fn live(
    deal: &Deal,
    futures: &impl Futures,
    (paths, control): (u64, Control<'_>),
) -> Result<Columns, RiskError> {
    let available = || std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let threads = control.threads.unwrap_or_else(available).get();
    let shared = Shared {
        next: AtomicU64::new(0),
        done: AtomicU64::new(0),
        over: AtomicBool::new(false),
        chunks: Mutex::new(Vec::new()),
    };
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| work((deal, futures), (paths, control), &shared));
        }
    });
    let mut chunks = shared.chunks.into_inner().unwrap_or_else(PoisonError::into_inner);
    chunks.sort_by_key(|(chunk, _)| *chunk);
    let mut all = Columns::new(deal);
    for (_, chunk) in chunks {
        all.append(chunk?);
    }
    if all.paths() < paths { Err(RiskError::Stopped) } else { Ok(all) }
}

/// One thread: takes chunks until none is left.
fn work((deal, futures): (&Deal, &impl Futures), (paths, control): (u64, Control<'_>), shared: &Shared) {
    let mut batch = match Batch::<LANES>::new(deal) {
        Ok(batch) => batch,
        Err(error) => return finish(shared, (0, Err(error))),
    };
    let mut world = World::neutral(deal.exposure.months);
    // Bounded by the chunks.
    while !shared.over.load(Ordering::Relaxed) && !(control.stopped)() {
        let chunk = shared.next.fetch_add(1, Ordering::Relaxed);
        let first = chunk.saturating_mul(CHUNK);
        if first >= paths {
            return;
        }
        let last = first.saturating_add(CHUNK).min(paths);
        let columns = live_chunk((deal, futures), (first, last), (&mut batch, &mut world));
        finish(shared, (chunk, columns));
        let done = shared.done.fetch_add(last - first, Ordering::Relaxed) + (last - first);
        (control.progress)(done, paths);
    }
    shared.over.store(true, Ordering::Relaxed);
}

fn finish(shared: &Shared, (chunk, columns): (u64, Result<Columns, RiskError>)) {
    if columns.is_err() {
        shared.over.store(true, Ordering::Relaxed);
    }
    shared.chunks.lock().unwrap_or_else(PoisonError::into_inner).push((chunk, columns));
}

fn live_chunk(
    (deal, futures): (&Deal, &impl Futures),
    (first, last): (u64, u64),
    (batch, world): (&mut Batch<'_, LANES>, &mut World<LANES>),
) -> Result<Columns, RiskError> {
    let mut columns = Columns::new(deal);
    let mut path = first;
    while path < last {
        futures.draw(path, world);
        batch.live(path, world)?;
        let lanes = usize::try_from(last - path).unwrap_or(LANES).min(LANES);
        columns.take((deal, world), batch, lanes);
        path += lanes as u64;
    }
    Ok(columns)
}
