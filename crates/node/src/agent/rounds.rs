use std::path::Path;
use std::time::Duration;

use tokio::time::sleep;

use super::delivery::{Delivered, Delivery, backoff};
use super::{Agent, Exporter, Looks, Nvml};
use crate::telemetry::{Gpu, Slot};
use crate::{Clock, NodeError};

/// Where processors are read.
pub enum Source {
    /// A DCGM exporter.
    Exporter(Exporter),
    /// The driver's library.
    Nvml(Box<Nvml>),
}

impl Source {
    /// Looks once. `uptime` is the host's, in seconds.
    ///
    /// # Errors
    /// [`NodeError::Source`].
    pub async fn look(&self, uptime: u64) -> Result<Looks, NodeError> {
        match self {
            Self::Exporter(exporter) => exporter.look(uptime).await,
            Self::Nvml(nvml) => nvml.look(uptime),
        }
    }
}

/// Seconds since the host started, from `/proc/uptime`.
///
/// # Errors
/// [`NodeError::Source`] if the file cannot be read.
pub fn host_uptime(file: &Path) -> Result<u64, NodeError> {
    let unread = |problem: String| NodeError::Source { source_name: file.display().to_string(), problem };
    let text = std::fs::read_to_string(file).map_err(|error| unread(error.to_string()))?;
    let seconds = text.split('.').next().and_then(|seconds| seconds.trim().parse().ok());
    seconds.ok_or_else(|| unread("it has another form".to_owned()))
}

/// What the looks of a slot come to: the mean of the utilisation, rounded down, and the last of everything else.
pub fn average(looks: &[Looks]) -> Looks {
    let last = looks.last().into_iter().flatten();
    let mean = |name: &String| {
        let shares = looks.iter().filter_map(|look| look.get(name)).map(|gpu| u64::from(gpu.utilisation_ppm));
        let (count, sum) = shares.fold((0_u64, 0_u64), |(count, sum), share| (count + 1, sum + share));
        u32::try_from(sum.checked_div(count).unwrap_or_default()).unwrap_or(u32::MAX)
    };
    last.map(|(name, gpu)| (name.clone(), Gpu { utilisation_ppm: mean(name), ..*gpu })).collect()
}

/// What happened in one slot, for a log.
#[derive(Debug)]
pub struct Round {
    /// The slot.
    pub slot: Slot,
    /// Readings that were signed, or why there are none.
    pub signed: Result<usize, NodeError>,
    /// What the node took, if it was asked.
    pub delivered: Option<Result<Delivered, NodeError>>,
}

/// The agent at work: looks, signs at the end of each slot, delivers.
pub struct Rounds<'a> {
    /// Who signs.
    pub agent: &'a Agent,
    /// What is read.
    pub source: &'a Source,
    /// Where readings go.
    pub delivery: &'a Delivery,
    /// The time.
    pub clock: &'a dyn Clock,
    /// Where the host's uptime is read: `/proc/uptime`.
    pub uptime: &'a Path,
    /// Length of a slot in seconds, and of the pause between two looks.
    pub seconds: (u32, u32),
}

impl Rounds<'_> {
    /// Goes on until the future is dropped, and tells of each slot. A look or a delivery that fails costs no more than
    /// itself.
    pub async fn run(&self, mut told: impl FnMut(Round)) {
        let mut failures = 0;
        let mut next_try = Duration::ZERO;
        loop {
            let slot = self.slot();
            let signed = self.fill(slot).await;
            let due = self.clock.steady() >= next_try;
            let delivered = if due { Some(self.delivery.send(self.agent.buffer()).await) } else { None };
            match &delivered {
                Some(Ok(_)) => failures = 0,
                Some(Err(_)) => {
                    failures += 1;
                    next_try = self.clock.steady() + backoff(failures);
                }
                None => (),
            }
            told(Round { slot, signed, delivered });
        }
    }

    /// The next whole slot: all agents' slots begin at multiples of their length.
    fn slot(&self) -> Slot {
        let (seconds, now) = (self.seconds.0.max(1), self.clock.wall());
        Slot { start: now.next_multiple_of(u64::from(seconds)), seconds }
    }

    /// Looks until the slot is over, and signs for it.
    async fn fill(&self, slot: Slot) -> Result<usize, NodeError> {
        self.until(slot.start).await;
        let mut looks = Vec::new();
        let mut failed = None;
        while self.clock.wall() < slot.end() {
            match self.look().await {
                Ok(look) => looks.push(look),
                Err(error) => failed = Some(error),
            }
            self.until(slot.end().min(self.clock.wall() + u64::from(self.seconds.1.max(1)))).await;
        }
        match (looks.is_empty(), failed) {
            (true, Some(error)) => Err(error),
            _ => Ok(self.agent.sign(&average(&looks), slot)?.len()),
        }
    }

    async fn look(&self) -> Result<Looks, NodeError> {
        self.source.look(host_uptime(self.uptime)?).await
    }

    async fn until(&self, wall: u64) {
        sleep(Duration::from_secs(wall.saturating_sub(self.clock.wall()))).await;
    }
}
