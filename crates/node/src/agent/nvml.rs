use nvml_wrapper::enum_wrappers::device::{EccCounter, MemoryError};
use nvml_wrapper::error::NvmlError;
use nvml_wrapper::{Device, Nvml as Library};

use super::Looks;
use crate::NodeError;
use crate::telemetry::Gpu;

/// The driver's own library (NVML), found when the program starts: it builds and runs where there is none.
pub struct Nvml {
    library: Library,
}

impl Nvml {
    /// Loads the library.
    ///
    /// # Errors
    /// [`NodeError::Source`] if there is no driver.
    pub fn load() -> Result<Self, NodeError> {
        Ok(Self { library: Library::init().map_err(unread)? })
    }

    /// Looks once at every processor. `uptime` is how long the driver has been loaded, in seconds.
    ///
    /// # Errors
    /// [`NodeError::Source`] if a processor does not answer.
    pub fn look(&self, uptime: u64) -> Result<Looks, NodeError> {
        let count = self.library.device_count().map_err(unread)?;
        let look = |index| {
            let device = self.library.device_by_index(index).map_err(unread)?;
            Ok((device.uuid().map_err(unread)?, read(&device, uptime).map_err(unread)?))
        };
        (0..count).map(look).collect()
    }
}

fn read(device: &Device<'_>, uptime: u64) -> Result<Gpu, NvmlError> {
    Ok(Gpu {
        utilisation_ppm: device.utilization_rates()?.gpu.saturating_mul(10_000),
        power_milliwatt: device.power_usage()?,
        ecc_corrected: counted(device.total_ecc_errors(MemoryError::Corrected, EccCounter::Volatile))?,
        ecc_uncorrected: counted(device.total_ecc_errors(MemoryError::Uncorrected, EccCounter::Volatile))?,
        uptime_seconds: uptime,
        energy_millijoule: device.total_energy_consumption()?,
    })
}

/// Zero for a processor whose memory does not count errors.
fn counted(count: Result<u64, NvmlError>) -> Result<u64, NvmlError> {
    match count {
        Err(NvmlError::NotSupported) => Ok(0),
        count => count,
    }
}

fn unread(error: impl ToString) -> NodeError {
    NodeError::Source { source_name: "NVML".to_owned(), problem: error.to_string() }
}
