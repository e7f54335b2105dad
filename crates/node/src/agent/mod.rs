//! What runs beside graphics processors: reads them, signs what they say, and sends it, through outages.
//!
//! A reading is durable before it is sent. So an agent that was killed goes on with the chain where it stood, and never
//! signs two readings for one place. Readings wait in the buffer until the node has said what became of them.

mod buffer;
mod delivery;
mod exporter;
mod nvml;
mod rounds;

pub use buffer::{Buffer, Waiting};
pub use delivery::{BACKOFF_MAX, Delivered, Delivery, backoff};
pub use exporter::Exporter;
pub use nvml::Nvml;
pub use rounds::{Round, Rounds, Source, average, host_uptime};

use std::collections::BTreeMap;

use ed25519_dalek::SigningKey;

use crate::NodeError;
use crate::telemetry::{DeviceId, Gpu, Record, Slot};

/// What one look at the processors showed, by the name that each has for life (its UUID).
pub type Looks = BTreeMap<String, Gpu>;

/// Reads processors on one host and signs for each with its own key.
pub struct Agent {
    keys: BTreeMap<String, SigningKey>,
    buffer: Buffer,
}

impl Agent {
    /// An agent for processors by their UUIDs.
    pub const fn new(keys: BTreeMap<String, SigningKey>, buffer: Buffer) -> Self {
        Self { keys, buffer }
    }

    /// The readings that wait.
    pub const fn buffer(&self) -> &Buffer {
        &self.buffer
    }

    /// Signs what a look showed for a slot and puts it into the buffer. Processors without a key are left out; a slot
    /// that was signed for is not signed for again.
    ///
    /// # Errors
    /// [`NodeError::Source`] if the buffer cannot be written: then nothing of the slot is kept.
    pub fn sign(&self, looks: &Looks, slot: Slot) -> Result<Vec<Record>, NodeError> {
        let mut signed = Vec::new();
        for (name, key) in &self.keys {
            let Some(gpu) = looks.get(name) else { continue };
            let device = DeviceId::of(&key.verifying_key());
            signed.extend(self.buffer.append(device, |chain| chain.next(*gpu, slot, key))?);
        }
        Ok(signed)
    }
}
