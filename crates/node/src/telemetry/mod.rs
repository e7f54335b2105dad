//! What devices say, signed by each: verified, judged, kept, proved. `docs/telemetry.md` defines the format, the rules
//! and what happens when something fails.
//!
//! # Examples
//!
//! A node that takes readings over HTTP:
//!
//! ```no_run
//! # async fn up() -> Result<(), Box<dyn std::error::Error>> {
//! use forebay_node::SystemClock;
//! use forebay_node::store::{Database, Options};
//! use forebay_node::telemetry::{Intake, Policy, Settings, router};
//!
//! let database = Database::open("sqlite:node.db", Options::default()).await?;
//! let settings = Settings { policy: Policy::default(), threads: 2 };
//! let intake = Intake::start(database, SystemClock::default(), settings).await?;
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
//! axum::serve(listener, router(intake)).await?;
//! # Ok(())
//! # }
//! ```

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
mod usage;
mod verify;

pub use accept::{Device, Gap, Last, Passed, Policy, Verdict, judge, judge_passed};
pub use anchor::{Anchor, LoggedAnchor, Segment, close_segment};
pub use counters::Counters;
pub use devices::{Devices, Registration, Registry, find, register, retire};
pub use http::{router, routes};
pub use intake::{Intake, Outcome, READINGS_MAX, Reply, Settings, Told};
pub use proof::{EvidenceRow, ReadingProof, SegmentProof, evidence, prove, prove_last};
pub use reading::{
    Body, CONTENT_BYTES, DOMAIN, DeviceId, Direction, Gpu, Kind, Meter, RECORD_BYTES, Reading, ReadingHash,
    Record, Site, Slot, VERSION,
};
pub use usage::{Usage, tally, usage};
pub use verify::{Checked, Verifier, check};
