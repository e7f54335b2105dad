//! What devices say, signed by each: verified, judged, kept, proved. `docs/telemetry.md` defines the format, the rules
//! and what happens when something fails.

mod accept;
mod anchor;
pub mod archive;
mod counters;
mod devices;
mod group;
mod http;
mod intake;
mod kept;
pub mod merkle;
pub mod mqtt;
mod proof;
mod reading;
mod verify;

pub use accept::{Device, Gap, Last, Passed, Policy, Verdict, judge, judge_passed};
pub use anchor::{Anchor, LoggedAnchor, Segment, close_segment};
pub use counters::Counters;
pub use devices::{Devices, Registration, Registry, register, retire};
pub use http::router;
pub use intake::{Intake, Outcome, READINGS_MAX, Reply, Settings, Told};
pub use proof::{EvidenceRow, ReadingProof, SegmentProof, evidence, prove};
pub use reading::{
    Body, CONTENT_BYTES, DOMAIN, DeviceId, Direction, Gpu, Kind, Meter, RECORD_BYTES, Reading, ReadingHash,
    Record, Site, Slot, VERSION,
};
pub use verify::{Checked, Verifier, check};
