use client::{ReadingProof, Registration};
use node::hex;
use node::telemetry::{self, Body, DeviceId, Kind, Record, merkle};
use serde::Serialize;
use thiserror::Error;

/// Why a reading is not proved.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Unproved {
    /// The registration is of another device, or of none.
    #[error("the key that the node gives is not the device's: a device's id is made of its key")]
    Key,
    /// The bytes are no reading, or not the one that was asked for.
    #[error("the record is not the reading that was asked for: {0}")]
    Record(String),
    /// Not signed by the device.
    #[error("the device did not sign this reading")]
    Signature,
    /// It does not lie under the root.
    #[error("the reading does not lie under the root that the node gives")]
    Root,
    /// The node itself found that the ledger has not this root.
    #[error("the ledger has another root for the reading's segment, or none: it was never anchored")]
    Ledger,
}

/// What a reading says, once it is proved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// The device, in hexadecimal.
    pub device: String,
    /// Its number.
    pub sequence: u64,
    /// When the slot begins, in seconds since 1970.
    pub slot_start: u64,
    /// How long it is.
    pub slot_seconds: u32,
    /// What was measured, in words.
    pub says: String,
    /// The root that it lies under, in hexadecimal: the segment's, or the batch's while its segment is open.
    pub root: String,
    /// Where that root is anchored; none while the segment is open. Look there: until then the node alone vouches for
    /// when the reading came.
    pub anchor: Option<String>,
    /// Whether the node read that root on the ledger when it was asked.
    pub read_on_ledger: bool,
}

/// Checks that a reading is its device's and lies under the roots, believing nothing of the node but the bytes.
///
/// # Errors
/// [`Unproved`], with the first thing that does not hold.
pub fn verify(
    (device, sequence): (&str, u64),
    registration: &Registration,
    proof: &ReadingProof,
) -> Result<Verified, Unproved> {
    let id = hex::array(device).map(DeviceId).ok_or(Unproved::Key)?;
    let known = registered(registration).and_then(|known| known.device().ok());
    let known = known.filter(|known| known.id == id).ok_or(Unproved::Key)?;
    let wrong = |problem: &str| Unproved::Record(problem.to_owned());
    let bytes = hex::decode(&proof.record).ok_or_else(|| wrong("it is not hexadecimal"))?;
    let record = Record::from_slice(&bytes).ok_or_else(|| wrong("it is not 176 bytes"))?;
    let reading = record.reading().map_err(|refusal| wrong(&refusal.to_string()))?;
    if (reading.device, reading.sequence) != (id, sequence) {
        return Err(wrong("it is of another device or has another number"));
    }
    record.verify(&known.key).map_err(|_| Unproved::Signature)?;
    let anchored = roots(proof)?;
    let read_on_ledger = read_on_ledger(proof)?;
    Ok(Verified {
        device: device.to_owned(),
        sequence,
        slot_start: reading.slot.start,
        slot_seconds: reading.slot.seconds,
        says: says(&reading.body),
        root: anchored.0,
        anchor: anchored.1,
        read_on_ledger,
    })
}

/// Whether the node found the root on the ledger; a root that is not there proves nothing.
fn read_on_ledger(proof: &ReadingProof) -> Result<bool, Unproved> {
    let found = proof.segment.as_ref().and_then(|segment| segment.ledger.as_ref());
    match found.map(|found| found.found.as_str()) {
        Some("holds") => Ok(true),
        None | Some("unread") => Ok(false),
        Some(_) => Err(Unproved::Ledger),
    }
}

fn registered(registration: &Registration) -> Option<telemetry::Registration> {
    Some(telemetry::Registration {
        public_key: registration.public_key.clone(),
        kind: Kind::ALL.into_iter().find(|kind| kind.name() == registration.kind)?,
        receipt: registration.receipt,
        machine: registration.machine.clone(),
        capacity_watt: registration.capacity_watt,
        valid_from: registration.valid_from,
        valid_until: registration.valid_until,
    })
}

/// The highest root that a reading lies under, and where it is anchored; none while its segment is open. Says nothing of who signed
/// the reading.
///
/// # Errors
/// [`Unproved::Root`].
pub fn roots(proof: &ReadingProof) -> Result<(String, Option<String>), Unproved> {
    let path = |path: &client::MerklePath| merkle::Path {
        leaf: path.leaf,
        leaves: path.leaves,
        hashes: path.hashes.clone(),
    };
    let segment = proof.segment.as_ref().map(|segment| telemetry::SegmentProof {
        id: segment.id,
        path: path(&segment.path),
        root: segment.root.clone(),
        anchor: segment.anchor.clone(),
    });
    let whole = telemetry::ReadingProof {
        record: proof.record.clone(),
        batch: proof.batch,
        path: path(&proof.path),
        root: proof.root.clone(),
        segment,
    };
    if !whole.holds() {
        return Err(Unproved::Root);
    }
    Ok(match whole.segment {
        Some(segment) => (segment.root, Some(segment.anchor)),
        None => (whole.root, None),
    })
}

fn says(body: &Body) -> String {
    match body {
        Body::Gpu(gpu) => format!(
            "a graphics processor computed {} millionths of the slot, drew {} mW at its end, had {} memory errors \
             corrected and {} not, and has used {} mJ in {} s since it started",
            gpu.utilisation_ppm,
            gpu.power_milliwatt,
            gpu.ecc_corrected,
            gpu.ecc_uncorrected,
            gpu.energy_millijoule,
            gpu.uptime_seconds
        ),
        Body::Meter(meter) => format!(
            "a meter counted {} Wh ({:?}) in the slot and stands at {} Wh",
            meter.interval_watt_hour, meter.direction, meter.register_watt_hour
        ),
        Body::Site(site) => format!(
            "a data centre has used {} Wh, its machines {} Wh of it; effectiveness {} millionths in the slot",
            site.facility_watt_hour, site.machines_watt_hour, site.effectiveness_ppm
        ),
    }
}
