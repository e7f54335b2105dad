//! One reading: 176 bytes, little-endian, signed by the device. `docs/telemetry.md` defines it and holds vectors.
//!
//! ```text
//!   0 version u8 | kind u8 | flags u16 | slot_seconds u32
//!   8 device [16]
//!  24 sequence u64 | slot_start u64
//!  40 previous [32]
//!  72 body [40], by kind
//! 112 signature [64]
//! ```

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

use crate::{Refusal, hex};

/// Bytes of a reading with its signature.
pub const RECORD_BYTES: usize = 176;

/// Bytes of a reading that its signature covers.
pub const CONTENT_BYTES: usize = 112;

/// The version of the format.
pub const VERSION: u8 = 1;

/// What is signed and hashed begins with this, so that no other message can be taken for a reading.
pub const DOMAIN: &[u8; 16] = b"forebay reading\x01";

/// What a device's id is hashed from begins with this.
const DEVICE_DOMAIN: &[u8; 16] = b"forebay device\x00\x01";

/// A device: the first 16 bytes of the hash of its key. A new key is a new device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct DeviceId(pub [u8; 16]);

impl DeviceId {
    /// The device that holds this key.
    pub fn of(key: &VerifyingKey) -> Self {
        let digest = Sha256::new().chain_update(DEVICE_DOMAIN).chain_update(key.as_bytes()).finalize();
        Self(std::array::from_fn(|place| digest.get(place).copied().unwrap_or_default()))
    }
}

impl std::fmt::Display for DeviceId {
    fn fmt(&self, text: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        text.write_str(&hex::encode(&self.0))
    }
}

/// The hash of what a reading's signature covers; the next reading carries it. All zeros before the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadingHash(pub [u8; 32]);

/// What a device measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A graphics processor.
    Gpu,
    /// An electricity meter.
    Meter,
    /// A data centre.
    Site,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::Gpu, Self::Meter, Self::Site];

    /// The byte that says so.
    pub const fn byte(self) -> u8 {
        match self {
            Self::Gpu => 1,
            Self::Meter => 2,
            Self::Site => 3,
        }
    }

    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gpu => "gpu",
            Self::Meter => "meter",
            Self::Site => "site",
        }
    }
}

/// Which way energy went through a meter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// Used.
    Load,
    /// Generated.
    Generation,
    /// Into a battery.
    Charge,
    /// Out of a battery.
    Discharge,
}

impl Direction {
    const ALL: [Self; 4] = [Self::Load, Self::Generation, Self::Charge, Self::Discharge];

    /// The flag that says so.
    pub const fn flag(self) -> u16 {
        match self {
            Self::Load => 0,
            Self::Generation => 1,
            Self::Charge => 2,
            Self::Discharge => 3,
        }
    }
}

/// The time that a reading is about: from `start` on, `seconds` long, its end excluded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Slot {
    /// Seconds since 1970.
    pub start: u64,
    /// Length in seconds; 1 to 86,400.
    pub seconds: u32,
}

impl Slot {
    /// The first second after it.
    pub const fn end(self) -> u64 {
        self.start.saturating_add(self.seconds as u64)
    }

    /// Whether they share a second.
    pub const fn overlaps(self, other: Self) -> bool {
        self.start < other.end() && other.start < self.end()
    }
}

/// What a graphics processor says of itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gpu {
    /// Share of the slot in which it computed, in millionths.
    pub utilisation_ppm: u32,
    /// Power at the end of the slot, in milliwatts.
    pub power_milliwatt: u32,
    /// Memory errors that were corrected since it started.
    pub ecc_corrected: u64,
    /// Memory errors that were not.
    pub ecc_uncorrected: u64,
    /// Seconds since it started.
    pub uptime_seconds: u64,
    /// Energy since it started, in millijoules.
    pub energy_millijoule: u64,
}

/// What an electricity meter says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meter {
    /// Which way.
    pub direction: Direction,
    /// The register at the end of the slot, in watt-hours; it never falls.
    pub register_watt_hour: u64,
    /// By how much it rose in the slot.
    pub interval_watt_hour: u64,
}

/// What a data centre says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Site {
    /// The register of all energy, in watt-hours.
    pub facility_watt_hour: u64,
    /// The register of the machines' energy, in watt-hours.
    pub machines_watt_hour: u64,
    /// Power usage effectiveness of the slot (ISO/IEC 30134-2), in millionths, rounded down; zero if the machines
    /// used nothing.
    pub effectiveness_ppm: u32,
}

/// What was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// See [`Gpu`].
    Gpu(Gpu),
    /// See [`Meter`].
    Meter(Meter),
    /// See [`Site`].
    Site(Site),
}

impl Body {
    /// The kind of it.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Gpu(_) => Kind::Gpu,
            Self::Meter(_) => Kind::Meter,
            Self::Site(_) => Kind::Site,
        }
    }
}

/// What a device says about one slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Who says so.
    pub device: DeviceId,
    /// 1 for the device's first reading, one more for each after it.
    pub sequence: u64,
    /// When.
    pub slot: Slot,
    /// The hash of the reading before it.
    pub previous: ReadingHash,
    /// What.
    pub body: Body,
}

/// A reading as it travels and is kept.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Record(pub [u8; RECORD_BYTES]);

impl std::fmt::Debug for Record {
    fn fmt(&self, text: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        text.write_str(&hex::encode(&self.0))
    }
}

impl Reading {
    /// The bytes that the signature covers, after [`DOMAIN`].
    pub fn content(&self) -> [u8; CONTENT_BYTES] {
        let mut bytes = Vec::with_capacity(CONTENT_BYTES);
        let flags = if let Body::Meter(meter) = &self.body { meter.direction.flag() } else { 0 };
        bytes.extend([VERSION, self.body.kind().byte()]);
        bytes.extend(flags.to_le_bytes());
        bytes.extend(self.slot.seconds.to_le_bytes());
        bytes.extend(self.device.0);
        bytes.extend(self.sequence.to_le_bytes());
        bytes.extend(self.slot.start.to_le_bytes());
        bytes.extend(self.previous.0);
        self.body.write(&mut bytes);
        bytes.resize(CONTENT_BYTES, 0);
        std::array::from_fn(|place| bytes.get(place).copied().unwrap_or_default())
    }

    /// Signs it with the device's key.
    pub fn sign(&self, key: &SigningKey) -> Record {
        let content = self.content();
        let signature = key.sign(&signed(&content));
        let mut record = [0; RECORD_BYTES];
        let (head, tail) = record.split_at_mut(CONTENT_BYTES);
        head.copy_from_slice(&content);
        tail.copy_from_slice(&signature.to_bytes());
        Record(record)
    }
}

impl Body {
    fn write(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Gpu(gpu) => {
                bytes.extend(gpu.utilisation_ppm.to_le_bytes());
                bytes.extend(gpu.power_milliwatt.to_le_bytes());
                bytes.extend(gpu.ecc_corrected.to_le_bytes());
                bytes.extend(gpu.ecc_uncorrected.to_le_bytes());
                bytes.extend(gpu.uptime_seconds.to_le_bytes());
                bytes.extend(gpu.energy_millijoule.to_le_bytes());
            }
            Self::Meter(meter) => {
                bytes.extend(meter.register_watt_hour.to_le_bytes());
                bytes.extend(meter.interval_watt_hour.to_le_bytes());
            }
            Self::Site(site) => {
                bytes.extend(site.facility_watt_hour.to_le_bytes());
                bytes.extend(site.machines_watt_hour.to_le_bytes());
                bytes.extend(site.effectiveness_ppm.to_le_bytes());
            }
        }
    }
}

impl Record {
    /// Takes 176 bytes out of a body.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// What the signature covers, without [`DOMAIN`].
    pub fn content(&self) -> &[u8] {
        self.0.split_at(CONTENT_BYTES).0
    }

    /// The hash that the next reading carries, and that two readings are told apart by.
    pub fn hash(&self) -> ReadingHash {
        ReadingHash(Sha256::new().chain_update(DOMAIN).chain_update(self.content()).finalize().into())
    }

    /// Checks the signature by the strict rules: no key or point of small order, no second way to write a signature.
    ///
    /// # Errors
    /// [`Refusal::Signature`].
    pub fn verify(&self, key: &VerifyingKey) -> Result<(), Refusal> {
        let (content, signature) = self.0.split_at(CONTENT_BYTES);
        let signature = Signature::from_slice(signature).map_err(|_| Refusal::Signature)?;
        key.verify_strict(&signed(content), &signature).map_err(|_| Refusal::Signature)
    }

    /// Reads the bytes. There is one way to write a reading.
    ///
    /// # Errors
    /// [`Refusal::Version`], [`Refusal::Malformed`], or [`Refusal::Impossible`] for a number above what is kept.
    pub fn reading(&self) -> Result<Reading, Refusal> {
        let mut bytes = Cursor(self.content());
        let [version, kind] = bytes.take()?;
        if version != VERSION {
            return Err(Refusal::Version);
        }
        let flags = u16::from_le_bytes(bytes.take()?);
        let seconds = u32::from_le_bytes(bytes.take()?);
        let device = DeviceId(bytes.take()?);
        let (sequence, start) = (bytes.number()?, bytes.number()?);
        let previous = ReadingHash(bytes.take()?);
        let body = body(kind, flags, &mut bytes)?;
        bytes.require_zeros()?;
        Ok(Reading { device, sequence, slot: Slot { start, seconds }, previous, body })
    }
}

/// The message under the signature.
fn signed(content: &[u8]) -> [u8; DOMAIN.len() + CONTENT_BYTES] {
    let mut bytes = DOMAIN.iter().chain(content);
    std::array::from_fn(|_| bytes.next().copied().unwrap_or_default())
}

fn body(kind: u8, flags: u16, bytes: &mut Cursor<'_>) -> Result<Body, Refusal> {
    let kind = Kind::ALL.into_iter().find(|known| known.byte() == kind).ok_or(Refusal::Malformed)?;
    if kind != Kind::Meter && flags != 0 {
        return Err(Refusal::Malformed);
    }
    Ok(match kind {
        Kind::Gpu => Body::Gpu(Gpu {
            utilisation_ppm: u32::from_le_bytes(bytes.take()?),
            power_milliwatt: u32::from_le_bytes(bytes.take()?),
            ecc_corrected: bytes.number()?,
            ecc_uncorrected: bytes.number()?,
            uptime_seconds: bytes.number()?,
            energy_millijoule: bytes.number()?,
        }),
        Kind::Meter => Body::Meter(Meter {
            direction: Direction::ALL
                .into_iter()
                .find(|way| way.flag() == flags)
                .ok_or(Refusal::Malformed)?,
            register_watt_hour: bytes.number()?,
            interval_watt_hour: bytes.number()?,
        }),
        Kind::Site => Body::Site(Site {
            facility_watt_hour: bytes.number()?,
            machines_watt_hour: bytes.number()?,
            effectiveness_ppm: u32::from_le_bytes(bytes.take()?),
        }),
    })
}

/// The bytes that are still to be read.
struct Cursor<'a>(&'a [u8]);

impl Cursor<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], Refusal> {
        let (first, rest) = self.0.split_first_chunk().ok_or(Refusal::Malformed)?;
        self.0 = rest;
        Ok(*first)
    }

    /// A count; a database keeps those below 2^63.
    fn number(&mut self) -> Result<u64, Refusal> {
        let number = u64::from_le_bytes(self.take()?);
        if i64::try_from(number).is_err() { Err(Refusal::Impossible) } else { Ok(number) }
    }

    fn require_zeros(&self) -> Result<(), Refusal> {
        if self.0.iter().all(|byte| *byte == 0) { Ok(()) } else { Err(Refusal::Malformed) }
    }
}
