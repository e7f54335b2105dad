//! What the tests share: databases of both kinds, devices, readings, a clock that is told the time.
#![allow(missing_docs, dead_code, clippy::unwrap_used, clippy::expect_used)]

pub mod servers;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use ed25519_dalek::SigningKey;
use forebay_node::Clock;
use forebay_node::store::{Database, EventStore, Options};
use forebay_node::telemetry::{
    Body, DeviceId, Direction, Gpu, Intake, Kind, Meter, Policy, Reading, ReadingHash, Record, Registration,
    Settings, Slot, register,
};
use tempfile::TempDir;

/// A Friday: 2026-11-20 00:00 UTC.
pub const NOW: u64 = 1_795_132_800;

/// A clock that is told the time.
#[derive(Clone, Default)]
pub struct TestClock {
    wall: Arc<AtomicU64>,
    steady: Arc<AtomicU64>,
}

impl TestClock {
    pub fn at(wall: u64) -> Self {
        let clock = Self::default();
        clock.wall.store(wall, Ordering::SeqCst);
        clock
    }

    /// Time passes, evenly.
    pub fn pass(&self, seconds: u64) {
        self.steady.fetch_add(seconds, Ordering::SeqCst);
        self.wall.fetch_add(seconds, Ordering::SeqCst);
    }

    /// The wall clock is set, while no time passes.
    pub fn set(&self, wall: u64) {
        self.wall.store(wall, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn wall(&self) -> u64 {
        self.wall.load(Ordering::SeqCst)
    }

    fn steady(&self) -> Duration {
        Duration::from_secs(self.steady.load(Ordering::SeqCst))
    }
}

/// A SQLite file in a folder that goes with it.
pub fn sqlite() -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let address = format!("sqlite:{}/node.db", folder.path().display());
    (folder, address)
}

pub async fn open(address: &str) -> Database {
    Database::open(address, Options::default()).await.unwrap()
}

/// A device that signs, and where its chain stands.
#[derive(Clone)]
pub struct Signer {
    pub key: SigningKey,
    pub kind: Kind,
    pub sequence: u64,
    pub previous: ReadingHash,
    pub slot: Slot,
    pub register: u64,
}

impl Signer {
    /// A 6 kW device whose first slot of one minute begins ten minutes before [`NOW`].
    pub fn new(kind: Kind, number: u8) -> Self {
        let key = SigningKey::from_bytes(&[number; 32]);
        let slot = Slot { start: NOW - 660, seconds: 60 };
        Self { key, kind, sequence: 0, previous: ReadingHash::default(), slot, register: 1_000_000 }
    }

    pub fn id(&self) -> DeviceId {
        DeviceId::of(&self.key.verifying_key())
    }

    pub fn registration(&self) -> Registration {
        Registration {
            public_key: forebay_node::hex::encode(self.key.verifying_key().as_bytes()),
            kind: self.kind,
            receipt: 7,
            machine: "11".repeat(32),
            capacity_watt: 6_000,
            valid_from: NOW - 86_400,
            valid_until: NOW + 86_400,
        }
    }

    /// The next reading, not signed; the chain does not move.
    pub fn peek(&self) -> Reading {
        let slot = Slot { start: self.slot.end(), seconds: 60 };
        let sequence = self.sequence + 1;
        let body = match self.kind {
            Kind::Meter => Body::Meter(Meter {
                direction: Direction::Load,
                register_watt_hour: self.register + 50,
                interval_watt_hour: 50,
            }),
            _ => Body::Gpu(Gpu {
                utilisation_ppm: 900_000,
                power_milliwatt: 700_000,
                ecc_corrected: sequence,
                ecc_uncorrected: 0,
                uptime_seconds: 1_000 + 60 * sequence,
                energy_millijoule: 42_000_000 * sequence,
            }),
        };
        Reading { device: self.id(), sequence, slot, previous: self.previous, body }
    }

    /// Signs a reading and goes on from it.
    pub fn sign(&mut self, reading: Reading) -> Record {
        let record = reading.sign(&self.key);
        (self.sequence, self.previous, self.slot) = (reading.sequence, record.hash(), reading.slot);
        if let Body::Meter(meter) = reading.body {
            self.register = meter.register_watt_hour;
        }
        record
    }

    pub fn next(&mut self) -> Record {
        self.sign(self.peek())
    }

    /// Readings of a meter, of a second each: many fit between the limits of time.
    pub fn seconds(&mut self, count: usize) -> Vec<Record> {
        let second = |_| {
            let mut reading = self.peek();
            reading.slot.seconds = 1;
            if let Body::Meter(meter) = &mut reading.body {
                (meter.register_watt_hour, meter.interval_watt_hour) = (meter.register_watt_hour - 49, 1);
            }
            self.sign(reading)
        };
        (0..count).map(second).collect()
    }

    pub fn many(&mut self, count: usize) -> Vec<Record> {
        (0..count).map(|_| self.next()).collect()
    }
}

pub fn body(records: &[Record]) -> Bytes {
    records.iter().flat_map(|record| record.0).collect()
}

pub const SETTINGS: Settings = Settings {
    policy: Policy { ahead_seconds: 120, age_seconds: 7 * 86_400, capacity_percent: 110 },
    threads: 2,
};

/// Registers signers and starts taking their readings.
pub async fn intake(database: &Database, signers: &[&Signer], clock: &TestClock) -> Intake {
    let store = EventStore::new(database.clone());
    for signer in signers {
        let key = format!("register {}", signer.id());
        register(&store, &signer.registration(), (&key, NOW)).await.unwrap();
    }
    Intake::start(database.clone(), clock.clone(), SETTINGS).await.unwrap()
}
