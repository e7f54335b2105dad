//! The rules by which a reading counts: a pure function of the device, its last reading, the new one and the time.
//! `docs/telemetry.md` lists them in this order.

use ed25519_dalek::VerifyingKey;
use settle::MachineId;

use super::reading::{Body, DeviceId, Gpu, Kind, Meter, Reading, ReadingHash, Site};
use crate::Refusal;

/// Parts of a million.
const MILLION: u128 = 1_000_000;

/// A device that was registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Device {
    /// The hash of its key.
    pub id: DeviceId,
    /// What it signs with.
    pub key: VerifyingKey,
    /// What it measures.
    pub kind: Kind,
    /// The receipt of the machine that it measures.
    pub receipt: u32,
    /// That machine.
    pub machine: MachineId,
    /// Most that it can use or give, in watts.
    pub capacity_watt: u32,
    /// Slots count that lie in this time: the first second, and the first after the last, since 1970.
    pub in_force: (u64, u64),
}

/// The reading that a device's next one must follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Last {
    /// The reading.
    pub reading: Reading,
    /// Its hash.
    pub hash: ReadingHash,
}

/// How much clocks and meters may differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Seconds by which a slot may end after the node's time.
    pub ahead_seconds: u64,
    /// Seconds that a slot may have begun before the node's time.
    pub age_seconds: u64,
    /// Percent of the capacity that a reading may show.
    pub capacity_percent: u32,
}

impl Default for Policy {
    /// Two minutes ahead; seven days for an outage; a tenth above the capacity, as energy registries allow.
    fn default() -> Self {
        Self { ahead_seconds: 120, age_seconds: 7 * 86_400, capacity_percent: 110 }
    }
}

/// Sequence numbers that a device skipped, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The first that is missing.
    pub first: u64,
    /// The last.
    pub last: u64,
}

/// What becomes of a reading whose signature is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It counts.
    Next {
        /// What it leaves out.
        gap: Option<Gap>,
    },
    /// The sequence is past its number: compare it with the one that was taken, by [`judge_passed`].
    Passed,
    /// A reading that was taken has a second of its slot: keep both.
    SlotTaken,
    /// It says that it follows another reading than the last: keep both.
    ChainBroken,
    /// It does not count.
    Refused(Refusal),
}

/// What becomes of a reading whose number the sequence has passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passed {
    /// It is the one that was taken.
    Duplicate,
    /// It is another: keep both.
    Equivocation,
    /// None was taken; it lies in a gap: keep it, but it does not count.
    Late,
}

/// Judges a reading against what was taken under its number.
pub fn judge_passed(taken: Option<ReadingHash>, reading: ReadingHash) -> Passed {
    match taken {
        Some(taken) if taken == reading => Passed::Duplicate,
        Some(_) => Passed::Equivocation,
        None => Passed::Late,
    }
}

/// Judges a reading whose signature is good. `now` is in seconds since 1970.
pub fn judge(
    device: &Device,
    last: Option<&Last>,
    reading: &Reading,
    (policy, now): (&Policy, u64),
) -> Verdict {
    let sequence = last.map_or(0, |last| last.reading.sequence);
    if let Err(refusal) = require_in_force(device, reading) {
        return Verdict::Refused(refusal);
    }
    if reading.sequence <= sequence {
        return Verdict::Passed;
    }
    if let Err(refusal) = require_timely(reading, policy, now) {
        return Verdict::Refused(refusal);
    }
    if last.is_some_and(|last| reading.slot.start < last.reading.slot.end()) {
        return Verdict::SlotTaken;
    }
    let gap =
        (reading.sequence > sequence + 1).then(|| Gap { first: sequence + 1, last: reading.sequence - 1 });
    let previous = last.map_or(ReadingHash::default(), |last| last.hash);
    if gap.is_none() && reading.previous != previous {
        return if last.is_some() { Verdict::ChainBroken } else { Verdict::Refused(Refusal::Chain) };
    }
    let before = last.map(|last| Before { reading: &last.reading, adjacent: gap.is_none() });
    match require_possible(device, before, reading, policy) {
        Ok(()) => Verdict::Next { gap },
        Err(refusal) => Verdict::Refused(refusal),
    }
}

/// The last reading, and whether the new one is the very next.
#[derive(Clone, Copy)]
struct Before<'a> {
    reading: &'a Reading,
    adjacent: bool,
}

fn require(holds: bool, refusal: Refusal) -> Result<(), Refusal> {
    if holds { Ok(()) } else { Err(refusal) }
}

fn require_in_force(device: &Device, reading: &Reading) -> Result<(), Refusal> {
    let (from, until) = device.in_force;
    require(reading.body.kind() == device.kind, Refusal::WrongKind)?;
    require(reading.sequence > 0 && (1..=86_400).contains(&reading.slot.seconds), Refusal::Impossible)?;
    require(reading.slot.start >= from && reading.slot.end() <= until, Refusal::NotInForce)
}

fn require_timely(reading: &Reading, policy: &Policy, now: u64) -> Result<(), Refusal> {
    require(reading.slot.end() <= now.saturating_add(policy.ahead_seconds), Refusal::SlotAhead)?;
    require(reading.slot.start >= now.saturating_sub(policy.age_seconds), Refusal::SlotTooOld)
}

fn require_possible(
    device: &Device,
    before: Option<Before<'_>>,
    reading: &Reading,
    policy: &Policy,
) -> Result<(), Refusal> {
    let seconds = before.map(|before| reading.slot.end().saturating_sub(before.reading.slot.end()));
    let limit = Limit { watt: device.capacity_watt, percent: policy.capacity_percent };
    let earlier = before.map(|before| (before.reading.body, before.adjacent));
    match (reading.body, earlier) {
        (Body::Gpu(now), Some((Body::Gpu(before), _))) => {
            gpu_alone(now, limit)?;
            gpu_after(before, now, (limit, seconds.unwrap_or_default()))
        }
        (Body::Meter(now), Some((Body::Meter(before), adjacent))) => {
            limit.require_energy(now.interval_watt_hour, u64::from(reading.slot.seconds))?;
            meter_after((before, adjacent), now, (limit, seconds.unwrap_or_default()))
        }
        (Body::Site(now), Some((Body::Site(before), adjacent))) => {
            site_alone(now)?;
            site_after((before, adjacent), now, (limit, seconds.unwrap_or_default()))
        }
        (Body::Gpu(now), _) => gpu_alone(now, limit),
        (Body::Meter(now), _) => {
            limit.require_energy(now.interval_watt_hour, u64::from(reading.slot.seconds))
        }
        (Body::Site(now), _) => site_alone(now),
    }
}

/// What a device can do at most.
#[derive(Clone, Copy)]
struct Limit {
    watt: u32,
    percent: u32,
}

impl Limit {
    /// Wh × 3600 × 100 ≤ W × s × percent.
    fn require_energy(self, watt_hour: u64, seconds: u64) -> Result<(), Refusal> {
        require(u128::from(watt_hour) * 360_000 <= self.watt_seconds_percent(seconds), Refusal::AboveCapacity)
    }

    /// mJ × 100 ≤ W × s × percent × 1000.
    fn require_millijoule(self, millijoule: u64, seconds: u64) -> Result<(), Refusal> {
        require(
            u128::from(millijoule) * 100 <= self.watt_seconds_percent(seconds) * 1000,
            Refusal::AboveCapacity,
        )
    }

    /// mW × 100 ≤ W × percent × 1000.
    fn require_milliwatt(self, milliwatt: u32) -> Result<(), Refusal> {
        require(u128::from(milliwatt) * 100 <= self.watt_seconds_percent(1) * 1000, Refusal::AboveCapacity)
    }

    fn watt_seconds_percent(self, seconds: u64) -> u128 {
        u128::from(self.watt) * u128::from(self.percent) * u128::from(seconds)
    }
}

fn gpu_alone(now: Gpu, limit: Limit) -> Result<(), Refusal> {
    require(u128::from(now.utilisation_ppm) <= MILLION, Refusal::Impossible)?;
    limit.require_milliwatt(now.power_milliwatt)
}

/// Counters count from when the processor started: a shorter uptime is a restart, and they begin again.
fn gpu_after(before: Gpu, now: Gpu, (limit, seconds): (Limit, u64)) -> Result<(), Refusal> {
    let restarted = now.uptime_seconds < before.uptime_seconds;
    if restarted {
        // A second and two for rounding on either side.
        require(now.uptime_seconds <= seconds.saturating_add(2), Refusal::Uptime)?;
        return limit.require_millijoule(now.energy_millijoule, now.uptime_seconds.saturating_add(2));
    }
    let grown = now.uptime_seconds - before.uptime_seconds;
    require(grown <= seconds.saturating_add(2), Refusal::Uptime)?;
    let fell = now.ecc_corrected < before.ecc_corrected || now.ecc_uncorrected < before.ecc_uncorrected;
    require(!fell && now.energy_millijoule >= before.energy_millijoule, Refusal::RegisterFell)?;
    limit.require_millijoule(now.energy_millijoule - before.energy_millijoule, seconds.saturating_add(2))
}

fn meter_after(
    (before, adjacent): (Meter, bool),
    now: Meter,
    (limit, seconds): (Limit, u64),
) -> Result<(), Refusal> {
    require(now.direction == before.direction, Refusal::Register)?;
    let rise = now.register_watt_hour.checked_sub(before.register_watt_hour).ok_or(Refusal::RegisterFell)?;
    // Over a gap the register may have risen by more than the interval, never by less.
    let fits = if adjacent { rise == now.interval_watt_hour } else { rise >= now.interval_watt_hour };
    require(fits, Refusal::Register)?;
    limit.require_energy(rise, seconds)
}

fn site_alone(now: Site) -> Result<(), Refusal> {
    let possible = now.effectiveness_ppm == 0 || u128::from(now.effectiveness_ppm) >= MILLION;
    require(possible && now.machines_watt_hour <= now.facility_watt_hour, Refusal::Impossible)
}

fn site_after(
    (before, adjacent): (Site, bool),
    now: Site,
    (limit, seconds): (Limit, u64),
) -> Result<(), Refusal> {
    let facility =
        now.facility_watt_hour.checked_sub(before.facility_watt_hour).ok_or(Refusal::RegisterFell)?;
    let machines =
        now.machines_watt_hour.checked_sub(before.machines_watt_hour).ok_or(Refusal::RegisterFell)?;
    require(machines <= facility, Refusal::Impossible)?;
    limit.require_energy(facility, seconds)?;
    let ratio = (u128::from(facility) * MILLION).checked_div(u128::from(machines)).unwrap_or_default();
    require(!adjacent || ratio == u128::from(now.effectiveness_ppm), Refusal::Register)
}
