use serde::{Deserialize, Serialize};

use crate::{Deal, Evidence, Note, Position, ReadingProof};

/// A receipt: machines in custody, under one title.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Receipt {
    /// The deal that it backs.
    pub deal: String,
    /// Its number in the deal.
    pub number: u32,
    /// How many machines it stands for.
    pub machines: u32,
    /// Who has them in custody.
    pub bailee: String,
    /// The last day of their insurance, if that is known.
    pub insured_until: Option<String>,
    /// The last day of the bailee's attestation, if that is known.
    pub attested_until: Option<String>,
}

/// A machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Machine {
    /// Its identity, in hexadecimal.
    pub machine: String,
    /// The deal that it backs.
    pub deal: String,
    /// The receipt that it is under.
    pub receipt: u32,
    /// As the tape calls it, if it does.
    pub name: String,
}

/// A device that measures a machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Device {
    /// Its id, in hexadecimal.
    pub device: String,
    /// What it measures: `gpu`, `meter` or `site`.
    pub kind: String,
    /// The machine, in hexadecimal.
    pub machine: String,
    /// Most that it can use or give, in watts.
    pub capacity_watt: u32,
    /// From when its slots count, in seconds since 1970.
    pub valid_from: u64,
    /// From when they do not.
    pub valid_until: u64,
    /// The number of its last reading that counts, if any.
    pub last_sequence: Option<u64>,
}

/// What is known of a device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct DeviceHistory {
    /// The device.
    pub device: Device,
    /// Its last readings with their proofs, the latest first.
    pub readings: Vec<ReadingProof>,
    /// Evidence against it.
    pub evidence: Vec<Evidence>,
}

/// A device and what it may say, as it is registered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Registration {
    /// The Ed25519 key that it signs with, in hexadecimal: its id is made of this key, so nobody can put in another one.
    #[cfg_attr(feature = "schema", schema(pattern = "^[0-9a-f]{64}$"))]
    pub public_key: String,
    /// What it measures: `gpu`, `meter` or `site`.
    #[cfg_attr(feature = "schema", schema(pattern = "^(gpu|meter|site)$"))]
    pub kind: String,
    /// The receipt of the machine that it measures.
    pub receipt: u32,
    /// That machine's identity, in hexadecimal.
    #[cfg_attr(feature = "schema", schema(pattern = "^[0-9a-f]{64}$"))]
    pub machine: String,
    /// Most that it can use or give, in watts.
    pub capacity_watt: u32,
    /// From here on its slots count, in seconds since 1970.
    pub valid_from: u64,
    /// From here on they do not.
    pub valid_until: u64,
}

/// From a holder's unit down to what the machines said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct LookThrough {
    /// What is held of the note.
    pub positions: Vec<Position>,
    /// The note.
    pub note: Note,
    /// The deal.
    pub deal: Deal,
    /// How many receipts back it.
    pub receipts: u64,
    /// How many machines they stand for.
    pub machines_in_all: u64,
    /// One of the receipts.
    pub receipt: Receipt,
    /// Its machines.
    pub machines: Vec<Machine>,
    /// What measures them.
    pub devices: Vec<Device>,
    /// The last readings of the devices, each with its proof.
    pub readings: Vec<ReadingProof>,
}

/// Receipts that are to be noted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewReceipts {
    /// At most 1,000.
    #[cfg_attr(feature = "schema", schema(min_items = 1, max_items = 1000))]
    pub receipts: Vec<NewReceipt>,
}

/// Machines under one title.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewReceipt {
    /// A number that no other receipt of the deal has; noted again, it takes the place of what was noted.
    pub number: u32,
    /// The identities of its machines, 64 hexadecimal digits each, at most 64.
    pub machines: Vec<String>,
    /// Who has them in custody.
    pub bailee: String,
    /// The last day of their insurance.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(format = Date))]
    pub insured_until: Option<String>,
    /// The last day of the bailee's attestation.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(format = Date))]
    pub attested_until: Option<String>,
}
